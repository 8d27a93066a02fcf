/** Go's HTTP client over TLS against the gateway of ours: h2 by ALPN, a unary call and a stream. Needs Go. */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import test from "node:test";
import { hostUrl } from "../../src/base/go-url.ts";
import { DEFAULT_SERVER_CONFIG } from "../../src/server/default-config.ts";
import { startEtcd } from "../../src/server/index.ts";
import { CertificateAuthority } from "../support/certificate-authority.ts";
import { repository, temporaryFolder } from "./reference.ts";

const folder = temporaryFolder("http-go");
test.after(() => folder.remove());
const program = join(folder.path, "gatewayclient");
const built = spawnSync("go", ["build", "-C", join(repository, "test/real/go/http"), "-o", program, "."], {
  encoding: "utf8",
});
const skip = built.status === 0 ? false : `the Go program was not built: ${built.stderr ?? String(built.error)}`;

test("Go's client negotiates h2, reads a key and watches it", { skip }, async () => {
  const authority = new CertificateAuthority("the CA");
  const server = authority.issue({ commonName: "server", hosts: ["localhost", "127.0.0.1"] });
  const file = (name: string, content: string): string => {
    const path = join(folder.path, name);
    writeFileSync(path, content);
    return path;
  };
  const ca = file("ca.pem", authority.cert);
  await using etcd = await startEtcd({
    config: {
      listenClientUrls: [hostUrl("https", "127.0.0.1:0")],
      clientTls: {
        ...DEFAULT_SERVER_CONFIG.clientTls,
        certFile: file("cert.pem", server.cert),
        keyFile: file("key.pem", server.key),
      },
    },
  });
  const output = await new Promise<string>((resolve) => {
    const child = spawn(program, [etcd.clientUrl, ca], { stdio: ["ignore", "pipe", "inherit"] });
    let text = "";
    child.stdout.setEncoding("utf8");
    child.stdout.on("data", (piece: string) => {
      text += piece;
    });
    child.once("close", () => resolve(text));
  });
  assert.deepEqual(JSON.parse(output), { protocol: "HTTP/2.0", value: "YmFy", event: "YmFy" });
});
