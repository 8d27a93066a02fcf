/** The HTTP surface over TLS: h2 by ALPN and HTTP/1.1, client certificates, and what their names do not do at the gateway. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { request } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { hostUrl } from "../src/base/go-url.ts";
import { DEFAULT_SERVER_CONFIG } from "../src/server/default-config.ts";
import { startEtcd } from "../src/server/index.ts";
import { CertificateAuthority, type TestCertificate } from "./support/certificate-authority.ts";

const authority = new CertificateAuthority("the CA");
const server = authority.issue({ commonName: "server" });
const root = authority.issue({ commonName: "root" });

interface Sent {
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

function h2(port: number, certificate: TestCertificate, { path, body, headers }: Sent): Promise<[number, string]> {
  const session = connect(`https://127.0.0.1:${port}`, {
    ca: authority.cert,
    cert: certificate.cert,
    key: certificate.key,
    checkServerIdentity: () => undefined,
  });
  return new Promise((resolve, reject) => {
    session.on("error", reject);
    const stream = session.request({ ":method": body === undefined ? "GET" : "POST", ":path": path, ...headers });
    let status = 0;
    let text = "";
    stream.on("response", (head) => {
      status = Number(head[":status"]);
    });
    stream.setEncoding("utf8");
    stream.on("data", (piece: string) => {
      text += piece;
    });
    stream.on("end", () => {
      session.close();
      resolve([status, text]);
    });
    stream.end(body);
  });
}

function h1(port: number, certificate: TestCertificate, { path, body, headers }: Sent): Promise<[number, string]> {
  return new Promise((resolve, reject) => {
    const call = request(
      `https://127.0.0.1:${port}${path}`,
      {
        method: body === undefined ? "GET" : "POST",
        ca: authority.cert,
        cert: certificate.cert,
        key: certificate.key,
        checkServerIdentity: () => undefined,
        agent: false,
        headers: { ...headers },
      },
      (response) => {
        let text = "";
        response.setEncoding("utf8");
        response.on("data", (piece: string) => {
          text += piece;
        });
        response.on("end", () => resolve([response.statusCode ?? 0, text]));
      },
    );
    call.on("error", reject);
    call.end(body);
  });
}

test("over TLS: any host, both protocols; a certificate's name is refused at the gateway once users count", async () => {
  const folder = mkdtempSync(join(tmpdir(), "http-tls-"));
  const file = (name: string, content: string): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  try {
    await using etcd = await startEtcd({
      config: {
        bcryptCost: 4,
        hostWhitelist: ["only.example"],
        listenClientUrls: [hostUrl("https", "127.0.0.1:0")],
        clientTls: {
          ...DEFAULT_SERVER_CONFIG.clientTls,
          certFile: file("cert", server.cert),
          keyFile: file("key", server.key),
          trustedCaFile: file("ca", authority.cert),
          clientCertAuth: true,
        },
      },
    });
    for (const send of [h2, h1]) {
      const ask = (sent: Sent): Promise<[number, string]> => send(etcd.port, root, sent);
      assert.deepEqual(await ask({ path: "/health" }), [200, '{"health":"true","reason":""}']);
      const [status, body] = await ask({ path: "/v3/kv/put", body: '{"key":"Zm9v","value":"YmFy"}' });
      assert.equal(status, 200, body);
    }
    for (const [path, body] of [
      ["/v3/auth/user/add", '{"name":"root","password":"r"}'],
      ["/v3/auth/role/add", '{"name":"root"}'],
      ["/v3/auth/user/grant", '{"user":"root","role":"root"}'],
      ["/v3/auth/enable", "{}"],
    ] as const)
      assert.equal((await h2(etcd.port, root, { path, body }))[0], 200);
    const refusal = "CommonName of client sending a request against gateway will be ignored and not used as expected\n";
    for (const send of [h2, h1]) {
      assert.deepEqual(await send(etcd.port, root, { path: "/v3/kv/range", body: '{"key":"Zm9v"}' }), [400, refusal]);
      assert.deepEqual(await send(etcd.port, root, { path: "/v3beta/kv/range", body: "{}" }), [400, refusal]);
      assert.equal((await send(etcd.port, root, { path: "/version" }))[0], 200);
    }
    const handshake = {
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-version": "13",
      "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
    };
    assert.deepEqual(await h1(etcd.port, root, { path: "/v3/watch", headers: handshake }), [400, refusal]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
