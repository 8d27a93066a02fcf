/**
 * What etcd's published advisories were about, and what must never be seen, over a whole server:
 *
 *   GHSA-xg4h-6gfc-h4m8   a watch needs read on all of its range
 *   GHSA-3wh4-j44w-pg92   a revoked certificate is refused where gRPC has a port of its own too
 *   (3.3, CVE-2018-16886) a common name is no user through the gateway, nor without --client-cert-auth
 *   passwords, hashes and tokens in no log line and no error
 *
 * Silent and slow handshakes (GHSA-6vch-q96h-7gc3), half-sent heads and floods: src/net/transport/{tls,http,abuse}.test.ts.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { type ChannelCredentials, Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { hostUrl } from "../src/base/go-url.ts";
import type { LogFields, Logger } from "../src/io/logger.ts";
import { PermissionType } from "../src/proto/generated/auth.ts";
import * as rpc from "../src/proto/generated/rpc.ts";
import type { ServerConfig } from "../src/server/config.ts";
import { DEFAULT_SERVER_CONFIG } from "../src/server/default-config.ts";
import { type Etcd, startEtcd } from "../src/server/index.ts";
import { CertificateAuthority, type TestCertificate } from "./support/certificate-authority.ts";

const folder = mkdtempSync(join(tmpdir(), "security-"));
after(() => rmSync(folder, { recursive: true }));
const authority = new CertificateAuthority("the CA");
const server = authority.issue({ commonName: "server" });
let files = 0;

function write(content: string | Uint8Array): string {
  const path = join(folder, `file-${files++}`);
  writeFileSync(path, content);
  return path;
}

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const KV = "/etcdserverpb.KV/";
const AUTH = "/etcdserverpb.Auth/";
const same = (bytes: Buffer): Buffer => bytes;

class Caller {
  readonly client: Client;
  readonly metadata: Metadata;

  constructor(etcd: Etcd, secure: ChannelCredentials = credentials.createInsecure(), headers: object = {}) {
    this.client = new Client(`127.0.0.1:${etcd.port}`, secure, { "grpc.use_local_subchannel_pool": 1 });
    this.metadata = new Metadata();
    for (const [key, value] of Object.entries(headers)) this.metadata.set(key, String(value));
  }

  call(path: string, request: Uint8Array): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      const done = (error: ServiceError | null, reply?: Buffer): void => (error ? reject(error) : resolve(reply!));
      const options = { deadline: Date.now() + 10_000 };
      this.client.makeUnaryRequest(path, same, same, Buffer.from(request), this.metadata, options, done);
    });
  }

  /** "OK" or the refusal. */
  async outcome(path: string, request: Uint8Array): Promise<string> {
    return this.call(path, request).then(
      () => "OK",
      (error: ServiceError) => `${error.code} ${error.details}`,
    );
  }

  get(key: string): Promise<string> {
    return this.outcome(`${KV}Range`, rpc.RangeRequest.encode(rpc.RangeRequest.create({ key: text(key) })));
  }

  async login(name: string, password: string): Promise<string> {
    const request = rpc.AuthenticateRequest.encode(rpc.AuthenticateRequest.create({ name, password }));
    return rpc.AuthenticateResponse.decode(await this.call(`${AUTH}Authenticate`, request)).token;
  }
}

/** root (password "root secret") and alice ("alice secret"), who may read and write [a, b); authentication on. */
async function addUsers(etcd: Etcd, secure?: ChannelCredentials): Promise<void> {
  const root = new Caller(etcd, secure);
  for (const name of ["root", "alice"]) {
    const user = rpc.AuthUserAddRequest.create({ name, password: `${name} secret` });
    await root.call(`${AUTH}UserAdd`, rpc.AuthUserAddRequest.encode(user));
    await root.call(`${AUTH}RoleAdd`, rpc.AuthRoleAddRequest.encode(rpc.AuthRoleAddRequest.create({ name })));
    const grant = rpc.AuthUserGrantRoleRequest.create({ user: name, role: name });
    await root.call(`${AUTH}UserGrantRole`, rpc.AuthUserGrantRoleRequest.encode(grant));
  }
  const perm = { permType: PermissionType.READWRITE, key: text("a"), rangeEnd: text("b") };
  const permit = rpc.AuthRoleGrantPermissionRequest.create({ name: "alice", perm });
  await root.call(`${AUTH}RoleGrantPermission`, rpc.AuthRoleGrantPermissionRequest.encode(permit));
  await root.call(`${AUTH}AuthEnable`, new Uint8Array(0));
  root.client.close();
}

const certified = (certificate: TestCertificate): ChannelCredentials =>
  credentials.createSsl(Buffer.from(authority.cert), Buffer.from(certificate.key), Buffer.from(certificate.cert));

function secureConfig(more: Partial<ServerConfig> = {}, crlFile = ""): Partial<ServerConfig> {
  return {
    bcryptCost: 4,
    listenClientUrls: [hostUrl("https", "127.0.0.1:0")],
    clientTls: {
      ...DEFAULT_SERVER_CONFIG.clientTls,
      certFile: write(server.cert),
      keyFile: write(server.key),
      trustedCaFile: write(authority.cert),
      clientCertAuth: true,
      crlFile,
    },
    ...more,
  };
}

test("a watch needs read on all of its range, and ends when that is taken away", async () => {
  await using etcd = await startEtcd({ config: { bcryptCost: 4 } });
  await addUsers(etcd);
  const anonymous = new Caller(etcd);
  const alice = new Caller(etcd, undefined, { token: await anonymous.login("alice", "alice secret") });
  const root = new Caller(etcd, undefined, { token: await anonymous.login("root", "root secret") });
  const replies: rpc.WatchResponse[] = [];
  let wake: () => void = () => undefined;
  const stream = alice.client.makeBidiStreamRequest("/etcdserverpb.Watch/Watch", same, same, alice.metadata);
  stream.on("error", () => undefined);
  stream.on("data", (reply: Buffer) => {
    replies.push(rpc.WatchResponse.decode(reply));
    wake();
  });
  const next = async (): Promise<rpc.WatchResponse> => {
    while (replies.length === 0) await new Promise<void>((resolve) => (wake = resolve));
    return replies.shift()!;
  };
  const watch = async (key: string, rangeEnd: string | Uint8Array): Promise<rpc.WatchResponse> => {
    const end = typeof rangeEnd === "string" ? text(rangeEnd) : rangeEnd;
    const createRequest = rpc.WatchCreateRequest.create({ key: text(key), rangeEnd: end });
    stream.write(Buffer.from(rpc.WatchRequest.encode(rpc.WatchRequest.create({ createRequest }))));
    return next();
  };
  for (const [key, end] of [
    ["a", "c"],
    ["a1", Uint8Array.of(0)],
    ["", "b"],
    ["b", ""],
  ] as const) {
    const reply = await watch(key, end);
    assert.ok(reply.created && reply.canceled, `[${key}, ${String(end)})`);
    assert.match(reply.cancelReason, /permission denied/);
  }
  const allowed = await watch("a", "b");
  assert.ok(allowed.created && !allowed.canceled);
  const put = (key: string) => root.call(`${KV}Put`, rpc.PutRequest.encode(rpc.PutRequest.create({ key: text(key) })));
  await put("a1");
  assert.equal((await next()).events.length, 1);
  const revoke = rpc.AuthRoleRevokePermissionRequest.create({ role: "alice", key: text("a"), rangeEnd: text("b") });
  await root.call(`${AUTH}RoleRevokePermission`, rpc.AuthRoleRevokePermissionRequest.encode(revoke));
  await put("a2");
  const last = await next();
  assert.equal(last.events.length, 0, "nothing of what was written after the revocation");
  assert.ok(last.canceled);
  stream.cancel();
  for (const caller of [anonymous, alice, root]) caller.client.close();
});

test("a certificate's common name is the user, for gRPC with --client-cert-auth only", async () => {
  const byName = (commonName: string) => certified(authority.issue({ commonName }));
  {
    await using etcd = await startEtcd({ config: secureConfig() });
    await addUsers(etcd, byName("root"));
    const alice = new Caller(etcd, byName("alice"));
    assert.equal(await alice.get("a1"), "OK");
    assert.equal(await alice.get("c"), "7 etcdserver: permission denied");
    assert.equal(await new Caller(etcd, byName("root")).get("c"), "OK");
    const throughGateway = new Caller(etcd, byName("root"), { "grpcgateway-accept": "*/*" });
    assert.equal(await throughGateway.get("c"), "3 etcdserver: user name is empty");
    assert.equal(await new Caller(etcd, certified(authority.issue())).get("a1"), "7 etcdserver: permission denied");
    assert.equal(await new Caller(etcd, byName("nobody")).get("a1"), "7 etcdserver: permission denied");
    const withToken = new Caller(etcd, byName("root"), { token: "forged.1" });
    assert.equal(await withToken.get("a1"), "16 etcdserver: invalid auth token", "a bad token is not made good");
  }
  const config = secureConfig();
  await using etcd = await startEtcd({
    config: { ...config, clientTls: { ...config.clientTls!, clientCertAuth: false } },
  });
  await addUsers(etcd, byName("root"));
  assert.equal(await new Caller(etcd, byName("root")).get("c"), "3 etcdserver: user name is empty");
});

test("a revoked certificate is refused by a gRPC port that has no HTTP beside it, as by one that has", async () => {
  const [good, revoked] = [authority.issue(), authority.issue()];
  const crlFile = write(authority.revocationList([revoked]));
  for (const listenClientHttpUrls of [[], [hostUrl("https", "127.0.0.1:0")]]) {
    await using etcd = await startEtcd({ config: secureConfig({ listenClientHttpUrls }, crlFile) });
    assert.equal(await new Caller(etcd, certified(good)).get("a"), "OK");
    assert.match(await new Caller(etcd, certified(revoked)).get("a"), /^14 /);
  }
});

test("passwords, their hashes and tokens are in no log line and no refusal, at any level", async () => {
  const lines: string[] = [];
  const note = (message: string, fields?: LogFields): void => {
    const printable = (_: string, value: unknown) => (typeof value === "bigint" ? String(value) : value);
    lines.push(`${message} ${JSON.stringify(fields, printable)}`);
  };
  const logger: Logger = { debug: note, info: note, warn: note, error: note, with: () => logger };
  const secrets: string[] = ["root secret", "alice secret", "a wrong guess", "another secret", "c2VjcmV0IGhhc2g="];
  const refusals: string[] = [];
  // Everything counts as slow: requests are written out.
  await using etcd = await startEtcd({
    logger,
    config: { bcryptCost: 4, warningApplyDurationMs: 0, warningUnaryRequestDurationMs: 0.000001 },
  });
  await addUsers(etcd);
  const anonymous = new Caller(etcd);
  const token = await anonymous.login("root", "root secret");
  secrets.push(token, "forged-token.77", "forged.jwt.token");
  const login = (name: string, password: string): Promise<string> =>
    anonymous.outcome(
      `${AUTH}Authenticate`,
      rpc.AuthenticateRequest.encode(rpc.AuthenticateRequest.create({ name, password })),
    );
  refusals.push(await login("root", "a wrong guess"), await login("nobody", "a wrong guess"));
  for (const header of [{ token: "forged-token.77" }, { authorization: "Bearer forged.jwt.token" }])
    refusals.push(await new Caller(etcd, undefined, header).get("a"));
  const root = new Caller(etcd, undefined, { token });
  const add = (init: Partial<rpc.AuthUserAddRequest>): Promise<string> =>
    root.outcome(`${AUTH}UserAdd`, rpc.AuthUserAddRequest.encode(rpc.AuthUserAddRequest.create(init)));
  refusals.push(await add({ name: "bob", password: "another secret" }));
  refusals.push(await add({ name: "bob", password: "another secret" }));
  refusals.push(await add({ name: "carol", hashedPassword: "c2VjcmV0IGhhc2g=" }));
  const change = rpc.AuthUserChangePasswordRequest.create({ name: "nobody", password: "another secret" });
  refusals.push(await root.outcome(`${AUTH}UserChangePassword`, rpc.AuthUserChangePasswordRequest.encode(change)));
  const put = rpc.PutRequest.create({ key: text("a"), value: text("the value of a key") });
  refusals.push(await root.outcome(`${KV}Put`, rpc.PutRequest.encode(put)));
  secrets.push("the value of a key");

  assert.ok(lines.length > 20 && refusals.filter((refusal) => refusal !== "OK").length >= 5, refusals.join("\n"));
  for (const secret of secrets) {
    for (const form of [secret, Buffer.from(secret).toString("base64"), Buffer.from(secret).toString("hex")]) {
      assert.deepEqual(
        [...lines, ...refusals].filter((line) => line.includes(form)),
        [],
        `seen: ${secret}`,
      );
    }
  }
  assert.deepEqual(
    lines.filter((line) => line.includes("$2")),
    [],
    "no bcrypt hash",
  );
});
