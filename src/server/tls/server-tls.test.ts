/**
 * Listeners over real sockets: who gets in with which certificate, what changes without a restart, and what is refused with which words.
 */
import assert from "node:assert/strict";
import { X509Certificate } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, test } from "node:test";
import { type ConnectionOptions, connect as connectTls } from "node:tls";
import { CertificateAuthority, type TestCertificate } from "../../../test/support/certificate-authority.ts";
import { hostUrl, parseGoUrl } from "../../base/go-url.ts";
import type { LogFields, Logger } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { Transport } from "../../net/transport/transport.ts";
import type { ServerConfig, TlsConfig } from "../config.ts";
import { DEFAULT_SERVER_CONFIG } from "../default-config.ts";
import { listenAll } from "../listeners.ts";
import { alternativeNames, commonName, refuseAddress, refuseNames } from "./peer-names.ts";
import { prepareTls, type ServerTls } from "./server-tls.ts";

const folder = mkdtempSync(join(tmpdir(), "server-tls-"));
const authority = new CertificateAuthority("the CA");
const stranger = new CertificateAuthority("another CA");
const server = authority.issue({ commonName: "server" });
const transports: Transport[] = [];
const logged: string[] = [];
const note = (message: string, fields?: LogFields): void => {
  logged.push(`${message} ${JSON.stringify(fields)}`);
};
const logger: Logger = { debug: note, info: note, warn: note, error: note, with: () => logger };
const outside = { clock: new NodeClock(), random: new NodeRandom(), logger };
let files = 0;

afterEach(async () => {
  for (const transport of transports.splice(0)) {
    transport.destroy();
    await transport.close(100);
  }
  logged.length = 0;
});
after(() => rmSync(folder, { recursive: true }));

function write(content: string | Uint8Array, name = `file-${files++}`): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const SERVER_FILES = { certFile: write(server.cert), keyFile: write(server.key), trustedCaFile: write(authority.cert) };

function configOf(tls: Partial<TlsConfig>, more: Partial<ServerConfig> = {}): ServerConfig {
  const base = DEFAULT_SERVER_CONFIG.clientTls;
  const peer = { ...base, ...tls };
  const urls = [hostUrl("https", "127.0.0.1:0")];
  return { ...DEFAULT_SERVER_CONFIG, listenPeerUrls: urls, clientTls: peer, peerTls: peer, ...more };
}

async function serve(tls: ServerTls, which: "client" | "peer" | "metrics" = "client", schemes = ["https"]) {
  const transport = new Transport({
    clock: outside.clock,
    logger,
    http: (exchange) => exchange.respond(200, {}, exchange.connection.tls?.peerCommonName ?? "nobody"),
  });
  transports.push(transport);
  const [port] = await listenAll(
    transport,
    schemes.map((scheme) => hostUrl(scheme, "127.0.0.1:0")),
    tls[which],
    { reusePort: false },
  );
  return port!;
}

const own = (certificate: TestCertificate): ConnectionOptions => ({ cert: certificate.cert, key: certificate.key });

/** One request over TLS: the status line and body, or undefined when the connection was refused. */
async function ask(port: number, options: ConnectionOptions = {}): Promise<string | undefined> {
  const socket = connectTls({ host: "127.0.0.1", port, ca: authority.cert, ...options });
  socket.on("error", () => {});
  socket.write("GET / HTTP/1.0\r\n\r\n");
  let text = "";
  socket.on("data", (piece) => {
    text += piece;
  });
  await new Promise((resolve) => socket.on("close", resolve));
  return text === "" ? undefined : text.slice(text.indexOf("\r\n\r\n") + 4);
}

test("clients without a certificate, of another CA, or with an expired one are refused, and the log says why", async () => {
  const port = await serve(prepareTls(configOf({ ...SERVER_FILES, clientCertAuth: true }), outside));
  assert.equal(await ask(port, own(authority.issue({ commonName: "alice" }))), "alice");
  assert.equal(await ask(port), undefined);
  assert.equal(await ask(port, own(stranger.issue({ commonName: "alice" }))), undefined);
  const expired = authority.issue({ notAfterMs: Date.now() - 1000 });
  assert.equal(await ask(port, own(expired)), undefined);
  assert.equal(await ask(port, own(authority.issue({ clientAuth: false }))), undefined, "not meant for clients");
  const reasons = logged.filter((line) => line.startsWith("rejected connection on client endpoint"));
  assert.equal(reasons.length, 4);
  assert.match(reasons[0]!, /did not return a certificate/i);
  assert.match(reasons[1]!, /UNABLE_TO_(VERIFY|GET)|SIGNATURE/);
  assert.match(reasons[2]!, /CERT_HAS_EXPIRED/);
  assert.equal(await ask(port, own(authority.issue({ commonName: "bob" }))), "bob", "the server goes on");
});

test("a revoked certificate, or one of a revoked authority, is refused on every listener, without a restart", async () => {
  const intermediate = new CertificateAuthority("intermediate", authority);
  const [alice, bob, carol] = [authority.issue(), authority.issue(), intermediate.issue()];
  const throughIntermediate = { cert: carol.cert + intermediate.cert, key: carol.key };
  const crlFile = write(authority.revocationList([alice]));
  const tls = prepareTls(configOf({ ...SERVER_FILES, clientCertAuth: true, crlFile }), outside);
  for (const which of ["client", "peer", "metrics"] as const) {
    const port = await serve(tls, which);
    assert.equal(await ask(port, own(alice)), undefined, which);
    assert.equal(await ask(port, own(bob)), "nobody", which);
  }
  const port = await serve(tls);
  assert.equal(await ask(port, throughIntermediate), "nobody");
  writeFileSync(crlFile, authority.revocationList([bob, intermediate]));
  assert.equal(await ask(port, own(alice)), "nobody");
  assert.equal(await ask(port, own(bob)), undefined);
  assert.equal(await ask(port, throughIntermediate), undefined);
  writeFileSync(crlFile, "no list");
  assert.equal(await ask(port, own(alice)), undefined, "an unreadable list lets nobody in");
  rmSync(crlFile);
  assert.equal(await ask(port, own(alice)), undefined, "nor does a missing one");
});

test("a session is not resumed where certificates are asked for: it would outlive its revocation", async () => {
  const port = await serve(prepareTls(configOf({ ...SERVER_FILES, clientCertAuth: true }), outside));
  for (const maxVersion of ["TLSv1.2", "TLSv1.3"] as const) {
    let session: Buffer | undefined;
    const first = connectTls({ host: "127.0.0.1", port, ca: authority.cert, maxVersion, ...own(authority.issue()) });
    first.on("session", (ticket: Buffer) => {
      session = ticket;
    });
    first.end("GET / HTTP/1.0\r\n\r\n");
    first.resume();
    await once(first, "close");
    const options = { host: "127.0.0.1", port, ca: authority.cert, maxVersion, ...own(authority.issue()) };
    const second = connectTls(session === undefined ? options : { ...options, session });
    await once(second, "secureConnect");
    assert.equal(second.isSessionReused(), false, maxVersion);
    second.destroy();
  }
});

test("certificates and CA bundles are taken from their files at each handshake, broken ones leave the last in use", async () => {
  const paths = { certFile: write(server.cert), keyFile: write(server.key), trustedCaFile: write(authority.cert) };
  const port = await serve(prepareTls(configOf(paths), outside));
  const visitor = stranger.issue({ commonName: "visitor" });
  assert.equal(await ask(port, own(visitor)), undefined);
  writeFileSync(paths.trustedCaFile, authority.cert + stranger.cert);
  assert.equal(await ask(port, own(visitor)), "visitor", "the new CA is known");
  writeFileSync(paths.trustedCaFile, "-----BEGIN CERTIFICATE-----\ntruncated");
  assert.equal(await ask(port, own(visitor)), "visitor");
  assert.equal(logged.filter((line) => line.includes("holds no PEM certificate")).length, 1);

  const next = authority.issue({ commonName: "next" });
  const presented = async (): Promise<string | undefined> => {
    const socket = connectTls({ host: "127.0.0.1", port, ca: authority.cert, ...own(visitor) });
    await once(socket, "secureConnect");
    const certificate = socket.getPeerX509Certificate();
    socket.destroy();
    return certificate?.subject;
  };
  writeFileSync(paths.certFile, next.cert);
  assert.equal(await presented(), "CN=server", "the key does not belong to it yet");
  writeFileSync(paths.keyFile, next.key);
  writeFileSync(paths.trustedCaFile, authority.cert);
  const socket = connectTls({ host: "127.0.0.1", port, ca: authority.cert, ...own(authority.issue()) });
  await once(socket, "secureConnect");
  assert.equal(socket.getPeerX509Certificate()?.subject, "CN=next");
  socket.destroy();
  assert.equal(await ask(port, own(visitor)), undefined, "its CA is no longer known");
});

test("only allowed common names, or allowed hostnames, get in", async () => {
  const names = await serve(prepareTls(configOf({ ...SERVER_FILES, allowedCNs: ["alice", "bob"] }), outside), "peer");
  assert.equal(await ask(names, own(authority.issue({ commonName: "bob" }))), "bob");
  assert.equal(await ask(names, own(authority.issue({ commonName: "mallory" }))), undefined);
  assert.match(logged.join("\n"), /rejected connection on peer endpoint .*client certificate authentication failed/);
  const hosts = await serve(prepareTls(configOf({ ...SERVER_FILES, allowedHostnames: ["etcd.local"] }), outside));
  assert.equal(await ask(hosts, own(authority.issue({ hosts: ["etcd.local"], commonName: "x" }))), "x");
  assert.equal(await ask(hosts, own(authority.issue({ hosts: ["other"], commonName: "etcd.local" }))), undefined);
});

test("peers must come from where their certificate says, unless that check is switched off; clients may come from anywhere", async () => {
  const elsewhere = own(authority.issue({ hosts: ["10.9.9.9"], commonName: "x" }));
  const tls = prepareTls(configOf(SERVER_FILES), outside);
  assert.equal(await ask(await serve(tls, "peer"), elsewhere), undefined);
  assert.match(logged.join("\n"), /x509: certificate is valid for 10\.9\.9\.9, not 127\.0\.0\.1/);
  assert.equal(await ask(await serve(tls, "metrics"), elsewhere), undefined);
  assert.equal(await ask(await serve(tls, "client"), elsewhere), "x");
  const lax = prepareTls(configOf({ ...SERVER_FILES, skipClientSanVerification: true }), outside);
  assert.equal(await ask(await serve(lax, "peer"), elsewhere), "x");
});

test("an address is looked up among the names of a certificate, backwards and forwards", async () => {
  const dns = {
    reverse: (address: string) =>
      address === "10.0.0.1" ? Promise.resolve(["a.pod.example."]) : Promise.reject(new Error("no such host")),
    addresses: (name: string) => Promise.resolve(name === "b.example" ? ["10.0.0.2"] : []),
  };
  const of = (...hosts: string[]): X509Certificate => new X509Certificate(authority.issue({ hosts }).cert);
  assert.equal(await refuseAddress(of("*.pod.example"), "10.0.0.1", dns), undefined);
  assert.equal(await refuseAddress(of("a.pod.example"), "10.0.0.1", dns), undefined);
  assert.equal(await refuseAddress(of("b.example"), "10.0.0.2", dns), undefined);
  assert.equal(await refuseAddress(of("10.0.0.9", "b.example"), "10.0.0.2", dns), undefined);
  assert.equal(await refuseAddress(of("10.0.0.9"), "10.0.0.9", dns), undefined);
  assert.equal(await refuseAddress(of(), "10.0.0.3", dns), undefined, "a certificate without names passes");
  assert.equal(
    await refuseAddress(of("b.example", "*.pod.example"), "10.0.0.3", dns),
    'tls: "10.0.0.3" does not match any of DNSNames ["b.example" "*.pod.example"] (no such host)',
  );
});

test("names of a certificate are read whatever characters they hold", () => {
  const odd = new X509Certificate(authority.issue({ hosts: ["a.example", "10.1.2.3", 'x", DNS:evil'] }).cert);
  assert.deepEqual(alternativeNames(odd), { dnsNames: ["a.example", 'x", DNS:evil'], ipAddresses: ["10.1.2.3"] });
  assert.equal(
    refuseNames(odd, { allowedCNs: [], allowedHostnames: ["evil"] }),
    "client certificate authentication failed",
  );
  const tricky = new X509Certificate(authority.issue({ commonName: "root\nCN=other, O=x" }).cert);
  assert.equal(commonName(tricky), "root\nCN=other, O=x");
});

test("TLS and plaintext share an address when its URLs say both", async () => {
  const tls = prepareTls(configOf({ ...SERVER_FILES, trustedCaFile: "" }), outside);
  const probe = await serve(tls);
  const transport = transports.pop()!;
  await transport.close(100);
  const both = new Transport({
    clock: outside.clock,
    logger,
    http: (exchange) => exchange.respond(200, {}, exchange.connection.tls === undefined ? "plain" : "tls"),
    limits: { handshakeTimeoutMs: 200 },
  });
  transports.push(both);
  const urls = ["http", "https"].map((scheme) => hostUrl(scheme, `127.0.0.1:${probe}`));
  assert.deepEqual(await listenAll(both, urls, tls.client, { reusePort: false }), [probe, probe]);
  assert.equal(await ask(probe), "tls");
  const plain = connectTcp(probe, "127.0.0.1");
  plain.write("GET / HTTP/1.0\r\n\r\n");
  assert.match((await plain.toArray()).join(""), /plain$/);
  const silent = connectTcp(probe, "127.0.0.1");
  silent.on("error", () => {});
  silent.resume();
  await once(silent, "close");
  while (both.metrics.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(both.metrics.connectionsTotal, 3, "each socket is counted once");
});

test("a unix socket speaks TLS when its scheme says so", async () => {
  const transport = new Transport({ clock: outside.clock, logger, http: (e) => e.respond(200, {}, "unix") });
  transports.push(transport);
  const path = join(folder, "sock");
  const url = parseGoUrl(`unixs://${path}`);
  assert.ok(url.ok);
  const tls = prepareTls(configOf({ ...SERVER_FILES, trustedCaFile: "" }), outside);
  await listenAll(transport, [url.url], tls.client, { reusePort: false });
  const socket = connectTls({ path, ca: authority.cert, servername: "localhost" });
  socket.write("GET / HTTP/1.0\r\n\r\n");
  assert.match((await socket.toArray()).join(""), /unix$/);
});

test("dialed peers must prove the dialed name, with a certificate of the CA that is not revoked", async () => {
  const crlFile = write(authority.revocationList([]), "peer.crl");
  const tls = prepareTls(configOf({ ...SERVER_FILES, crlFile }), outside);
  const port = await serve(tls, "peer");
  assert.equal(tls.dialPeers(), tls.dialPeers(), "the same object until a file changes");
  const dial = async (options: ConnectionOptions): Promise<string> => {
    const socket = connectTls({ host: "127.0.0.1", port, ...options });
    const result = await once(socket, "secureConnect").then(
      () => "connected",
      (error: Error) => error.message,
    );
    socket.destroy();
    return result;
  };
  assert.equal(await dial(tls.dialPeers()), "connected");
  assert.match(
    await dial({ ...tls.dialPeers(), servername: "else.where" }),
    /^x509: certificate is valid for localhost/,
  );
  writeFileSync(crlFile, authority.revocationList([server]));
  assert.match(await dial(tls.dialPeers()), /revoked/);
  const other = prepareTls(configOf({ ...SERVER_FILES, trustedCaFile: write(stranger.cert) }), outside);
  assert.match(await dial(other.dialPeers()), /unable to|self-signed/);
  const auto = configOf({ autoTls: true }, { dataDir: join(folder, "auto") });
  assert.equal(prepareTls(auto, outside).dialPeers().rejectUnauthorized, false);
});

test("files and settings that cannot be used are refused at the start, by name", () => {
  const other = authority.issue();
  const refused: [Partial<TlsConfig>, Partial<ServerConfig>, RegExp][] = [
    [{ certFile: SERVER_FILES.certFile }, {}, /KeyFile and CertFile must both be present/],
    [{ ...SERVER_FILES, keyFile: write(other.key) }, {}, /the private key .* does not belong to the certificate/],
    [{ ...SERVER_FILES, certFile: write(server.cert.slice(0, 300)) }, {}, /cannot use .*file-/],
    [{ ...SERVER_FILES, keyFile: "/nowhere/key" }, {}, /cannot read the private key \/nowhere\/key: ENOENT/],
    [{ ...SERVER_FILES, trustedCaFile: write("") }, {}, /holds no PEM certificate/],
    [{ ...SERVER_FILES, clientCertFile: SERVER_FILES.certFile }, {}, /ClientKeyFile and ClientCertFile must both/],
    [{ ...SERVER_FILES }, { cipherSuites: ["TLS_NO_SUCH"] }, /unexpected TLS cipher suite "TLS_NO_SUCH"/],
    [{ ...SERVER_FILES }, { cipherSuites: ["TLS_RSA_WITH_RC4_128_SHA"] }, /none of the cipher suites/],
    [{}, {}, /cannot listen on TLS for 127\.0\.0\.1:0: KeyFile and CertFile are not presented/],
  ];
  for (const [tls, more, expected] of refused) assert.throws(() => prepareTls(configOf(tls, more), outside), expected);
  const plainPeers = { listenPeerUrls: [], listenClientUrls: [hostUrl("https", "127.0.0.1:1")] };
  assert.throws(
    () => prepareTls(configOf({}, plainPeers), outside),
    /TLS key\/cert \(--cert-file, --key-file\) must be provided for client url https:\/\/127\.0\.0\.1:1 with HTTPS scheme/,
  );
});

test("ciphers by Go's names and versions are kept to", async () => {
  const suite = "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384";
  const strict = { cipherSuites: [suite], tlsMaxVersion: "TLS1.2" as const };
  const port = await serve(prepareTls(configOf({ ...SERVER_FILES, trustedCaFile: "" }, strict), outside));
  const agreed = async (options: ConnectionOptions): Promise<string> => {
    const socket = connectTls({ host: "127.0.0.1", port, ca: authority.cert, ...options });
    return once(socket, "secureConnect").then(
      () => {
        const text = `${socket.getProtocol()} ${socket.getCipher().name}`;
        socket.destroy();
        return text;
      },
      () => "refused",
    );
  };
  assert.equal(await agreed({}), "TLSv1.2 ECDHE-ECDSA-AES256-GCM-SHA384");
  assert.equal(await agreed({ ciphers: "ECDHE-ECDSA-AES128-GCM-SHA256" }), "refused");
  assert.equal(await agreed({ minVersion: "TLSv1.3" }), "refused");
});

test("what was configured but does not protect a URL is said aloud", () => {
  const urls = {
    listenClientUrls: [hostUrl("http", "127.0.0.1:2379")],
    listenPeerUrls: [hostUrl("http", "127.0.0.1:2380")],
  };
  prepareTls(configOf({ ...SERVER_FILES, clientCertAuth: true }, urls), outside);
  for (const expected of [
    'scheme is http or unix while key and cert files are present; ignoring key and cert files {"client-url":"http://127.0.0.1:2379"}',
    'scheme is http or unix while --client-cert-auth is enabled; ignoring client cert auth for this URL {"client-url":"http://127.0.0.1:2379"}',
    'scheme is HTTP while key and cert files are present; ignoring key and cert files {"peer-url":"http://127.0.0.1:2380"}',
    'scheme is HTTP while --peer-client-cert-auth is enabled; ignoring client cert auth for this URL {"peer-url":"http://127.0.0.1:2380"}',
  ])
    assert.ok(logged.includes(expected), expected);
  assert.ok(!logged.join("\n").includes("PRIVATE KEY"));
});
