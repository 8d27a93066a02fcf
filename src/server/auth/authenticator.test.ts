import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeCall } from "../../../test/support/fake-call.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { utf8, utf8Text } from "../../base/bytes.ts";
import type { EtcdError } from "../../base/etcd-error.ts";
import { applyAuth } from "../../core/auth/auth-apply.ts";
import { type AuthInfo, NO_AUTH_INFO } from "../../core/auth/auth-info.ts";
import { AuthStore } from "../../core/auth/auth-store.ts";
import type { LogFields, Logger } from "../../io/logger.ts";
import type { ConnectionInfo } from "../../net/transport/server-call.ts";
import { base64 } from "../../proto/base64.ts";
import { AuthUserAddRequest } from "../../proto/generated/rpc.ts";
import { Authenticator, type LoginServer, tokenKeeper } from "./authenticator.ts";
import { type Bcrypt, loadNativeBcrypt, loadPortableBcrypt, PasswordHasher } from "./password-hasher.ts";
import type { TokenProvider } from "./token-provider.ts";
import { VerifiedCredentials } from "./verified-credentials.ts";

const randomBytes = (length: number) => Uint8Array.from({ length }, (_, i) => (i * 37 + 11) & 255);
const random = { integer: () => 0, u64: () => 0n, bytes: randomBytes };

/** Stands in for bcrypt: counts, and lets tests decide when a check ends. */
class CountingBcrypt implements Bcrypt {
  readonly name = "counting";
  compares = 0;
  gate: Promise<void> = Promise.resolve();

  async hash(password: string): Promise<string> {
    return this.hashSync(password);
  }
  hashSync(password: string): string {
    return `hashed ${password}`;
  }
  async compare(password: string, hash: string): Promise<boolean> {
    this.compares++;
    await this.gate;
    return hash === `hashed ${password}`;
  }
}

/** Tokens are `prefix.index`; valid ones settle at once. */
class PlainTokens implements TokenProvider {
  readonly users: Map<string, string> = new Map();
  enable(): void {}
  disable(): void {
    this.users.clear();
  }
  invalidateUser(): void {}
  newPrefix(): string {
    return "prefix";
  }
  assign(username: string, prefix: string, index: number): string {
    this.users.set(`${prefix}.${index}`, username);
    return `${prefix}.${index}`;
  }
  async issue(assigned: string): Promise<string> {
    return assigned;
  }
  identify(token: string, revision: number, settle: (info: AuthInfo | undefined) => void): void {
    const username = this.users.get(token);
    settle(username === undefined ? undefined : { username, revision });
  }
}

let bcrypt: CountingBcrypt;
let tokens: PlainTokens;
let store: AuthStore;
let authenticator: Authenticator;
let logged: string[];
let index: number;
let proposed: string[];
let beforeApply: () => void;

function newAuthenticator(clientCertAuth: boolean): Authenticator {
  const note = (message: string, fields?: LogFields) => {
    logged.push(`${message} ${JSON.stringify(fields)}`);
  };
  const logger: Logger = { debug: note, info: note, warn: note, error: note, with: () => logger };
  const passwords = new PasswordHasher({ bcrypt, random, logger, cost: 4, active: 1, waiting: 3 });
  store = new AuthStore(new MemoryBackend(), tokenKeeper(tokens, passwords));
  const server: LoginServer = {
    linearizableRead: async () => undefined,
    async propose(field, body) {
      proposed.push(utf8Text(body));
      beforeApply();
      return applyAuth(store, field, body, NO_AUTH_INFO, ++index);
    },
  };
  return new Authenticator({ store, tokens, passwords, random, logger, server, clientCertAuth });
}

beforeEach(() => {
  bcrypt = new CountingBcrypt();
  tokens = new PlainTokens();
  logged = [];
  proposed = [];
  index = 10;
  beforeApply = () => undefined;
  authenticator = newAuthenticator(false);
  for (const name of ["root", "alice"]) {
    store.addUser(AuthUserAddRequest.create({ name, hashedPassword: base64(utf8("hashed right")) }));
  }
  store.addUser(AuthUserAddRequest.create({ name: "locked", options: { noPassword: true } }));
  store.grantRole("root", "root");
  assert.equal(store.enable(), undefined);
});

test("a login gives a token that names the user, and the password does not reach the log", async () => {
  const token = await authenticator.login("alice", "right");
  assert.equal(token, "prefix.10");
  assert.equal(tokens.users.get(token), "alice");
  assert.equal(proposed.length, 1);
  assert.ok(!proposed.join().includes("right"));
});

test("wrong passwords, strangers and users without password are refused, and nothing is proposed", async () => {
  const refusal = (name: string, password: string) =>
    authenticator.login(name, password).then(
      () => "in",
      (error: EtcdError) => error.kind,
    );
  assert.equal(await refusal("alice", "wrong"), "AuthFailed");
  assert.equal(await refusal("nobody", "right"), "AuthFailed");
  assert.equal(await refusal("locked", ""), "AuthNoPasswordUser");
  store.disable();
  assert.equal(await refusal("alice", "right"), "AuthNotEnabled");
  assert.deepEqual(proposed, []);
  assert.equal(logged.length, 3, "refused logins are logged, but not those without authentication");
  assert.ok(!logged.join().includes("wrong"), "passwords are not");
});

test("the second login of a user costs no bcrypt until users or roles change", async () => {
  await authenticator.login("alice", "right");
  await authenticator.login("alice", "right");
  assert.equal(bcrypt.compares, 1);
  await assert.rejects(authenticator.login("alice", "wrong"));
  await assert.rejects(authenticator.login("alice", "wrong"));
  assert.equal(bcrypt.compares, 3, "guesses are never remembered");
  await authenticator.login("alice", "right");
  assert.equal(bcrypt.compares, 3, "and do not push out what is");
  store.addRole("r");
  await authenticator.login("alice", "right");
  assert.equal(bcrypt.compares, 4);
});

test("equal checks at the same time share one bcrypt, and too many different ones are refused", async () => {
  let open = (): void => undefined;
  bcrypt.gate = new Promise((resolve) => {
    open = resolve;
  });
  const same = Array.from({ length: 20 }, () => authenticator.checkPassword("alice", "right"));
  const others = ["a", "b", "c"].map((p) => authenticator.checkPassword("alice", p).catch((e: EtcdError) => e.kind));
  await assert.rejects(authenticator.checkPassword("alice", "one too many"), /too many requests/);
  open();
  assert.equal(new Set(await Promise.all(same)).size, 1);
  assert.deepEqual(await Promise.all(others), ["AuthFailed", "AuthFailed", "AuthFailed"]);
  assert.equal(bcrypt.compares, 4);
});

test("a login is repeated when users or roles changed while it went through the log", async () => {
  let changes = 2;
  beforeApply = () => {
    if (changes-- > 0) store.addRole(`r${changes}`);
  };
  assert.equal(await authenticator.login("alice", "right"), "prefix.12");
  assert.equal(proposed.length, 3);
});

test("a login whose user is deleted on the way is refused", async () => {
  beforeApply = () => {
    store.deleteUser("alice");
  };
  await assert.rejects(authenticator.login("alice", "right"), /authentication failed, invalid user ID or password/);
});

class CallWith extends FakeCall {
  readonly #metadata: Readonly<Record<string, string>>;
  override readonly connection: ConnectionInfo;

  constructor(metadata: Readonly<Record<string, string>>, tls?: ConnectionInfo["tls"]) {
    super();
    this.#metadata = metadata;
    this.connection = { remoteAddress: "", localAddress: "", tls };
  }

  override metadata(key?: string): undefined {
    return this.#metadata[key ?? ""] as undefined;
  }
}

function identify(metadata: Readonly<Record<string, string>>, tls?: ConnectionInfo["tls"]): string | undefined {
  let result: string | undefined = "never settled";
  authenticator.identify(new CallWith(metadata, tls), (info, error) => {
    result = error?.message ?? info?.username;
  });
  return result;
}

test("callers are named by `token`, else by `authorization` with or without Bearer", async () => {
  const token = await authenticator.login("alice", "right");
  assert.equal(identify({ token }), "alice");
  assert.equal(identify({ authorization: token }), "alice");
  assert.equal(identify({ authorization: `Bearer ${token}` }), "alice");
  assert.equal(identify({ token: "bad", authorization: token }), "etcdserver: invalid auth token");
  assert.equal(identify({}), undefined);
  assert.ok(logged.some((line) => line.startsWith('invalid auth token {"token-fingerprint":"')));
  assert.ok(!logged.join().includes('"bad"'));
  store.disable();
  assert.equal(identify({ token: "bad" }), undefined);
});

test("certificates name callers only with --client-cert-auth, without a token and not through the gateway", async () => {
  const tls = { peerCommonName: "alice", authorized: true };
  assert.equal(identify({}, tls), undefined);
  authenticator = newAuthenticator(true);
  store.addUser(AuthUserAddRequest.create({ name: "root", options: { noPassword: true } }));
  store.grantRole("root", "root");
  store.enable();
  assert.equal(identify({}, tls), "alice");
  assert.equal(identify({ token: "bad" }, tls), "etcdserver: invalid auth token");
  assert.equal(identify({ "grpcgateway-accept": "*/*" }, tls), undefined);
  assert.equal(identify({}, { ...tls, authorized: false }), undefined);
});

test("both bcrypts read each other's hashes, and Go's", async () => {
  // Written by a real etcd for the password "pw".
  const go = "$2a$04$OjFPKpcB7smG017E4qKTb.7Enqyo8/E0zjP6pP0Jzj6Rcbtux0Cy.";
  const implementations = [await loadPortableBcrypt(), await loadNativeBcrypt()];
  for (const one of implementations) {
    assert.equal(await one.compare("pw", go), true, one.name);
    assert.equal(await one.compare("pW", go), false, one.name);
    assert.equal(await one.compare("pw", "no hash"), false, one.name);
    const hash = await one.hash("sesame", randomBytes(16), 4);
    assert.match(hash, /^\$2a\$04\$.{53}$/);
    assert.equal(one.hashSync("sesame", randomBytes(16), 4), hash, "the salt is the caller's");
    for (const other of implementations) assert.equal(await other.compare("sesame", hash), true);
  }
});

test("new passwords beyond 72 bytes are refused as Go's bcrypt does, a wrong cost becomes the default", async () => {
  const passwords = new PasswordHasher({ bcrypt: await loadNativeBcrypt(), random, logger: silent(), cost: 3 });
  assert.equal(passwords.cost, 10);
  assert.equal(logged.length, 1);
  await assert.rejects(passwords.hash("\u00e9".repeat(37)), /^EtcdError: bcrypt: password length exceeds 72 bytes$/);
});

function silent(): Logger {
  const note = (message: string) => {
    logged.push(message);
  };
  const logger: Logger = { debug: note, info: note, warn: note, error: note, with: () => logger };
  return logger;
}

test("verified credentials are bound to user, hash, password and revision", () => {
  const verified = new VerifiedCredentials(randomBytes);
  const digest = (user: string, hash: string, password: string) => verified.digest(user, utf8(hash), password);
  verified.remember(3, "alice", digest("alice", "h", "p"));
  assert.equal(verified.has(3, "alice", digest("alice", "h", "p")), true);
  assert.equal(verified.has(3, "alice", digest("alice", "h", "q")), false);
  assert.equal(verified.has(3, "alice", digest("alice", "hp", "")), false, "parts do not run together");
  assert.equal(verified.has(3, "bob", digest("alice", "h", "p")), false);
  assert.equal(verified.has(4, "alice", digest("alice", "h", "p")), false);
  verified.remember(3, "alice", digest("alice", "h", "p"));
  assert.equal(verified.size, 0, "a check that began before the change says nothing");
  const other = new VerifiedCredentials((length) => new Uint8Array(length));
  assert.notDeepEqual(other.digest("alice", utf8("h"), "p"), digest("alice", "h", "p"));
});
