/**
 * Tokens and password hashes that pass between ours and a real etcd: a JWT signed by one is taken by the other, a bcrypt hash made here lets
 * a user in there. Needs the reference etcd.
 */
import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { AuthInfo } from "../../src/core/auth/auth-info.ts";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeRandom } from "../../src/io/node/random.ts";
import { loadNativeBcrypt, loadPortableBcrypt, PasswordHasher } from "../../src/server/auth/password-hasher.ts";
import { createTokenProvider } from "../../src/server/auth/token-options.ts";
import type { TokenProvider } from "../../src/server/auth/token-provider.ts";
import { type Member, missing, reference, startMember, temporaryFolder } from "./reference.ts";

const skip = missing("etcd");
const folder = temporaryFolder("auth");
const keyFile = (name: string) => join(folder.path, name);
const options = `jwt,sign-method=ES256,pub-key=${keyFile("key.pub")},priv-key=${keyFile("key.pem")},ttl=5m`;
let member: Member | undefined;
let tokens: TokenProvider;

async function post(path: string, body: unknown, token?: string): Promise<{ [name: string]: unknown }> {
  const headers: Record<string, string> = token === undefined ? {} : { authorization: token };
  const response = await fetch(`http://${member!.endpoint}${path}`, {
    method: "POST",
    body: JSON.stringify(body),
    headers,
  });
  return (await response.json()) as { [name: string]: unknown };
}

before(async () => {
  if (skip) return;
  const pair = generateKeyPairSync("ec", { namedCurve: "P-256" });
  writeFileSync(keyFile("key.pub"), pair.publicKey.export({ type: "spki", format: "pem" }));
  writeFileSync(keyFile("key.pem"), pair.privateKey.export({ type: "sec1", format: "pem" }));
  tokens = await createTokenProvider({
    text: options,
    simpleTtlMs: 0,
    clock: new NodeClock(),
    random: new NodeRandom(),
    logger: SILENT_LOGGER,
    appliedIndex: { applied: 0, whenApplied: () => undefined },
    readFile: async (path) => readFileSync(path),
  });
  const args = [`--auth-token=${options}`, "--bcrypt-cost=4"];
  member = await startMember({ command: [reference("etcd")!], dataDir: join(folder.path, "data"), args });
  await post("/v3/auth/user/add", { name: "root", password: "rootpw" });
  await post("/v3/auth/role/add", { name: "root" });
  await post("/v3/auth/user/grant", { user: "root", role: "root" });
  await post("/v3/auth/user/add", { name: "alice", password: "first" });
  await post("/v3/auth/enable", {});
});

after(async () => {
  await member?.stop();
  folder.remove();
});

const login = async (name: string, password: string) => (await post("/v3/auth/authenticate", { name, password })).token;

test("a JWT that etcd signed is verified here", { skip }, async () => {
  const token = await login("root", "rootpw");
  assert.equal(typeof token, "string");
  const info = await new Promise<AuthInfo | undefined>((resolve) => tokens.identify(token as string, 0, resolve));
  assert.equal(info?.username, "root");
  const status = await post("/v3/auth/status", {}, token as string);
  assert.equal(String(info?.revision), status.authRevision);
});

test("a JWT that was signed here is taken by etcd, and a stranger's is not", { skip }, async () => {
  const { authRevision } = await post("/v3/auth/status", {}, (await login("root", "rootpw")) as string);
  const token = await tokens.issue("", "root", Number(authRevision));
  assert.deepEqual((await post("/v3/auth/user/list", {}, token)).users, ["alice", "root"]);
  assert.match(String((await post("/v3/auth/user/list", {}, `${token}x`)).message), /invalid auth token/);
});

test("bcrypt hashes made here let users in at etcd", { skip }, async () => {
  for (const bcrypt of [await loadNativeBcrypt(), await loadPortableBcrypt()]) {
    const passwords = new PasswordHasher({ bcrypt, random: new NodeRandom(), logger: SILENT_LOGGER, cost: 5 });
    const hash = Buffer.from(await passwords.hash(`by ${bcrypt.name}`)).toString("base64");
    const root = (await login("root", "rootpw")) as string;
    // Without a password etcd passes the hash on as it came.
    await post("/v3/auth/user/changepw", { name: "alice", hashedPassword: hash }, root);
    assert.equal(typeof (await login("alice", `by ${bcrypt.name}`)), "string", bcrypt.name);
    assert.equal(await login("alice", "first"), undefined);
  }
});
