/**
 * The gateway as browsers and curl use it: fetch, streams and WebSockets of a headless Chromium from a page of another origin, curl over each
 * version of HTTP, with and without TLS. Skipped where the programs are absent (Debian's chromium-headless-shell or chromium; curl).
 */
import assert from "node:assert/strict";
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import test, { type TestContext } from "node:test";
import { promisify } from "node:util";
import { hostUrl } from "../../src/base/go-url.ts";
import { DEFAULT_SERVER_CONFIG } from "../../src/server/default-config.ts";
import { startEtcd } from "../../src/server/index.ts";
import { CertificateAuthority } from "../support/certificate-authority.ts";
import { absent, temporaryFolder } from "./reference.ts";

const chromium = ["chromium-headless-shell", "chromium"].find((program) => absent(program) === false);

/** What the page does: every kind of request that a program in a browser makes. Posts what it saw to its own server. */
const PAGE = `<!doctype html><meta charset="utf-8"><script>
const base = location.hash.slice(1);
const call = async (path, body) => {
  const response = await fetch(base + path, { method: "POST", headers: { "content-type": "application/json" }, body });
  const json = await response.json();
  delete json.header;
  return [response.status, json];
};
const firstEvent = async (body) => {
  const response = await fetch(base + "/v3/watch", { method: "POST", body });
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = "";
  while (text.split("\\n").length < 3) text += (await reader.read()).value;
  await reader.cancel();
  return JSON.parse(text.split("\\n")[1]).result.events[0].kv.value;
};
const overWebSocket = () => new Promise((resolve, reject) => {
  const socket = new WebSocket(base.replace(/^http/, "ws") + "/v3/watch");
  const messages = [];
  socket.onopen = () => socket.send('{"create_request":{"key":"Zm9v","start_revision":"1"}}');
  socket.onerror = () => reject(new Error("the WebSocket failed"));
  socket.onmessage = ({ data }) => {
    messages.push(JSON.parse(data));
    if (messages.length < 2) return;
    socket.close();
    resolve(messages[1].result.events[0].kv.value);
  };
});
const seen = {};
const main = async () => {
  seen.version = (await (await fetch(base + "/version")).json()).etcdserver;
  seen.put = await call("/v3/kv/put", '{"key":"Zm9v","value":"YmFy"}');
  const [status, { kvs }] = await call("/v3/kv/range", '{"key":"Zm9v"}');
  seen.range = [status, atob(kvs[0].value)];
  seen.refused = await call("/v3/kv/range", "{}");
  seen.malformed = await call("/v3/kv/range", "{");
  seen.watch = atob(await firstEvent('{"create_request":{"key":"Zm9v","start_revision":"1"}}'));
  seen.webSocket = atob(await overWebSocket());
};
main().catch((error) => { seen.error = String(error); }).then(() => fetch("/seen", { method: "POST", body: JSON.stringify(seen) }));
</script>`;

async function inBrowser(t: TestContext, base: string): Promise<Record<string, unknown>> {
  let tell: (seen: Record<string, unknown>) => void = () => undefined;
  const seen = new Promise<Record<string, unknown>>((resolve) => {
    tell = resolve;
  });
  const pages = createServer(async (request, response) => {
    if (request.url !== "/seen") {
      response.setHeader("content-type", "text/html");
      response.end(PAGE);
      return;
    }
    tell(JSON.parse((await request.toArray()).join("")));
    response.end();
  });
  pages.listen(0, "127.0.0.1");
  await once(pages, "listening");
  const folder = temporaryFolder("chromium");
  const browser = spawn(
    chromium!,
    [
      ...["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--ignore-certificate-errors"],
      `--user-data-dir=${folder.path}`,
      // Keeps it running until it is ended.
      "--remote-debugging-port=0",
      `http://127.0.0.1:${(pages.address() as AddressInfo).port}/#${base}`,
    ],
    // The program is a script that starts the browser: both are ended together, as a group.
    { stdio: "ignore", detached: true },
  );
  const ended = once(browser, "exit");
  t.after(async () => {
    process.kill(-browser.pid!, "SIGKILL");
    await ended;
    pages.closeAllConnections();
    pages.close();
    folder.remove();
  });
  return Promise.race([
    seen,
    ended.then(() => Promise.reject(new Error("the browser ended"))),
    new Promise<never>((_resolve, reject) => {
      setTimeout(() => reject(new Error("nothing was heard of the page")), 60_000).unref();
    }),
  ]);
}

const EXPECTED = {
  version: "3.7.1",
  put: [200, {}],
  range: [200, "bar"],
  refused: [400, { code: 3, message: "etcdserver: key is not provided" }],
  malformed: [400, { code: 3, message: "unexpected EOF" }],
  watch: "bar",
  webSocket: "bar",
};
const skip = chromium === undefined ? "not installed here: chromium-headless-shell" : false;

test("a browser's fetch, streams and WebSocket use the gateway", { skip, timeout: 90_000 }, async (t) => {
  await using etcd = await startEtcd({});
  assert.deepEqual(await inBrowser(t, etcd.clientUrl), EXPECTED);
});

test("a browser uses the gateway over TLS", { skip, timeout: 90_000 }, async (t) => {
  await using etcd = await secureEtcd(t);
  assert.deepEqual(await inBrowser(t, etcd.clientUrl), EXPECTED);
});

async function secureEtcd(
  t: TestContext,
): Promise<Awaited<ReturnType<typeof startEtcd>> & { readonly caFile: string }> {
  const folder = temporaryFolder("clients");
  t.after(() => folder.remove());
  const authority = new CertificateAuthority("the CA");
  const { cert, key } = authority.issue({ commonName: "server", hosts: ["127.0.0.1"] });
  const [caFile, certFile, keyFile] = ["ca", "cert", "key"].map((name) => join(folder.path, `${name}.pem`));
  writeFileSync(caFile!, authority.cert);
  writeFileSync(certFile!, cert);
  writeFileSync(keyFile!, key);
  const url = hostUrl("https", "127.0.0.1:0");
  const etcd = await startEtcd({
    config: {
      listenClientUrls: [url],
      advertiseClientUrls: [url],
      clientTls: { ...DEFAULT_SERVER_CONFIG.clientTls, certFile: certFile!, keyFile: keyFile! },
    },
  });
  return Object.assign(etcd, { caFile: caFile! });
}

for (const [version, option, secureOnly] of [
  ["1.1", "--http1.1", false],
  ["2", "--http2-prior-knowledge", false],
  ["2", "--http2", true],
] as const) {
  test(`curl ${option} uses the gateway, in HTTP/${version}`, { skip: absent("curl") }, async (t) => {
    await using plain = await startEtcd({});
    await using secure = await secureEtcd(t);
    for (const { clientUrl } of secureOnly ? [secure] : [plain, secure]) {
      const curl = async (path: string, body: string): Promise<string> => {
        const format = "\n%{http_version} %{http_code}";
        const args = ["-sS", "-m", "20", option, "--cacert", secure.caFile, "-w", format, "-d", body, clientUrl + path];
        return (await promisify(execFile)("curl", args)).stdout;
      };
      assert.ok((await curl("/v3/kv/put", '{"key":"Zm9v","value":"YmFy"}')).endsWith(`\n${version} 200`));
      assert.match(await curl("/v3/kv/range", '{"key":"Zm9v"}'), /"value":"YmFy"/);
      assert.match(await curl("/v3/kv/range", "{}"), /etcdserver: key is not provided.* 400$/s);
    }
  });
}
