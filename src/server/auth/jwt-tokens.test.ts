/** The claims of etcd's auth/jwt_test.go. */
import assert from "node:assert/strict";
import { generateKeyPairSync, type KeyObject } from "node:crypto";
import { before, test } from "node:test";
import { decodeJwt, decodeProtectedHeader, SignJWT } from "jose";
import { HandClock } from "../../../test/support/fake-call.ts";
import type { AuthInfo } from "../../core/auth/auth-info.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { AuthOptionsError } from "./auth-options-error.ts";
import type { SimpleTokens } from "./simple-tokens.ts";
import { createTokenProvider } from "./token-options.ts";
import type { TokenProvider } from "./token-provider.ts";

const files = new Map<string, Uint8Array>();
const keys = new Map<string, KeyObject>();

function addKeys(name: string, pair: { publicKey: KeyObject; privateKey: KeyObject }): void {
  files.set(`${name}.pub`, Buffer.from(pair.publicKey.export({ type: "spki", format: "pem" })));
  files.set(`${name}.key`, Buffer.from(pair.privateKey.export({ type: "pkcs8", format: "pem" })));
  keys.set(name, pair.privateKey);
}

before(() => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
  addKeys("rsa", rsa);
  files.set("rsa-pkcs1.pub", Buffer.from(rsa.publicKey.export({ type: "pkcs1", format: "pem" })));
  files.set("rsa-pkcs1.key", Buffer.from(rsa.privateKey.export({ type: "pkcs1", format: "pem" })));
  addKeys("ec", generateKeyPairSync("ec", { namedCurve: "P-256" }));
  addKeys("other-ec", generateKeyPairSync("ec", { namedCurve: "P-256" }));
  addKeys("ec384", generateKeyPairSync("ec", { namedCurve: "P-384" }));
  addKeys("ed", generateKeyPairSync("ed25519"));
  files.set("secret", Buffer.from("a secret of enough bytes for any hash, sixty-four of them at least"));
});

let clock = new HandClock();

function provider(text: string): Promise<TokenProvider> {
  return createTokenProvider({
    text,
    simpleTtlMs: 0,
    clock,
    random: { integer: () => 0, u64: () => 0n, bytes: (length) => new Uint8Array(length) },
    logger: SILENT_LOGGER,
    appliedIndex: { applied: 0, whenApplied: () => undefined },
    async readFile(path) {
      const file = files.get(path);
      if (file === undefined) throw new Error(`open ${path}: no such file or directory`);
      return file;
    },
  });
}

function identify(tokens: TokenProvider, token: string): Promise<AuthInfo | undefined> {
  return new Promise((resolve) => tokens.identify(token, 1, resolve));
}

const USABLE: readonly [string, string][] = [
  ["RS256", "pub-key=rsa.pub,priv-key=rsa.key"],
  ["RS512", "priv-key=rsa.key"],
  ["RS384", "pub-key=rsa-pkcs1.pub,priv-key=rsa-pkcs1.key"],
  ["PS256", "pub-key=rsa.pub,priv-key=rsa.key"],
  ["PS384", "priv-key=rsa.key"],
  ["PS512", "priv-key=rsa.key"],
  ["ES256", "pub-key=ec.pub,priv-key=ec.key"],
  ["ES384", "priv-key=ec384.key"],
  ["EdDSA", "pub-key=ed.pub,priv-key=ed.key"],
  ["HS256", "priv-key=secret"],
  ["HS384", "priv-key=secret"],
  ["HS512", "priv-key=secret"],
];

test("tokens of every method name user and revision, and are verified", async () => {
  for (const [method, options] of USABLE) {
    const tokens = await provider(`jwt,sign-method=${method},${options}`);
    const token = await tokens.issue(tokens.assign("abc", tokens.newPrefix(), 7), "abc", 123);
    assert.equal(decodeProtectedHeader(token).alg, method);
    assert.deepEqual(decodeJwt(token), { username: "abc", revision: 123, exp: 300 });
    // Once by its signature, once from memory.
    assert.deepEqual(await identify(tokens, token), { username: "abc", revision: 123 }, method);
    assert.deepEqual(await identify(tokens, token), { username: "abc", revision: 123 }, method);
    assert.equal(await identify(tokens, `${token}x`), undefined, method);
    assert.equal(await identify(tokens, "no token"), undefined, method);
  }
});

test("a token ends after its ttl, remembered or not", async () => {
  clock = new HandClock();
  const tokens = await provider("jwt,sign-method=HS256,priv-key=secret,ttl=90s");
  const token = await tokens.issue("", "abc", 1);
  const other = await provider("jwt,sign-method=HS256,priv-key=secret");
  clock.advance(89_000);
  assert.notEqual(await identify(tokens, token), undefined);
  clock.advance(1_000);
  assert.equal(await identify(tokens, token), undefined);
  assert.equal(await identify(other, token), undefined);
  clock = new HandClock();
});

test("a member with the public key verifies but does not sign", async () => {
  const signer = await provider("jwt,sign-method=ES256,priv-key=ec.key");
  const verifier = await provider("jwt,sign-method=ES256,pub-key=ec.pub");
  const token = await signer.issue("", "abc", 9);
  assert.deepEqual(await identify(verifier, token), { username: "abc", revision: 9 });
  await assert.rejects(verifier.issue("", "abc", 9), /^EtcdError: auth: token signing attempted with verify-only key$/);
});

test("tokens of another key, another method or without claims are refused", async () => {
  const tokens = await provider("jwt,sign-method=ES256,pub-key=ec.pub");
  const stranger = await provider("jwt,sign-method=ES256,priv-key=other-ec.key");
  assert.equal(await identify(tokens, await stranger.issue("", "root", 1)), undefined);
  // The well-known confusion: an HMAC over the public key's text.
  const forged = await new SignJWT({ username: "root", revision: 1 })
    .setProtectedHeader({ alg: "HS256" })
    .setExpirationTime(1000)
    .sign(files.get("ec.pub")!);
  assert.equal(await identify(tokens, forged), undefined);
  const unsigned = `${Buffer.from('{"alg":"none"}').toString("base64url")}.${forged.split(".")[1]}.`;
  assert.equal(await identify(tokens, unsigned), undefined);
  for (const claims of [
    { revision: 1 },
    { username: "abc" },
    { username: 7, revision: 1 },
    { username: "abc", revision: "1" },
  ]) {
    const token = await new SignJWT(claims)
      .setProtectedHeader({ alg: "ES256" })
      .setExpirationTime(1000)
      .sign(keys.get("ec")!);
    assert.equal(await identify(tokens, token), undefined, JSON.stringify(claims));
  }
});

test("wrong options stop the server with etcd's texts", async () => {
  const cases: [string, string][] = [
    ["jwt", "auth: invalid auth options"],
    ["jwt,sign-method=invalid", "auth: invalid auth options"],
    ["jwt,sign-method=RS256", "auth: missing key data"],
    ["jwt,sign-method=RS256,ttl=forever", "auth: invalid auth options"],
    [
      "jwt,sign-method=RS256,pub-key=rsa.key,priv-key=rsa.key",
      "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 public key",
    ],
    [
      "jwt,sign-method=RS256,pub-key=rsa.pub,priv-key=rsa.pub",
      "invalid key: Key must be a PEM encoded PKCS1 or PKCS8 private key",
    ],
    ["jwt,sign-method=RS256,priv-key=ec.key", "key is not a valid RSA private key"],
    ["jwt,sign-method=ES256,pub-key=other-ec.pub,priv-key=ec.key", "auth: public and private keys don't match"],
    ["jwt,sign-method=ES256", "auth: missing key data"],
    ["jwt,sign-method=EdDSA,pub-key=rsa.pub", "key is not a valid Ed25519 public key"],
    ["jwt,sign-method=HS256", "auth: missing key data"],
    ["jwt,sign-method=HS256,pub-key=rsa.pub", "auth: missing key data"],
    ["jwt,sign-method=HS256,priv-key=missing-file", "auth: invalid auth options"],
    ["jwt,sign-method=none,priv-key=secret", "unsupported signing method: *jwt.signingMethodNone"],
    ["jwt,sign-method", "auth: invalid auth options"],
    ["jwt,sign-method=HS256=x", "auth: invalid auth options"],
    ["jwt,priv-key=secret,priv-key=secret,sign-method=HS256", "auth: invalid auth options"],
    ["nonsense", "auth: invalid auth options"],
  ];
  for (const [text, message] of cases) {
    await assert.rejects(
      provider(text),
      (error) => error instanceof AuthOptionsError && error.message === message,
      text,
    );
  }
});

test("simple is the other kind, an empty text means nobody can log in", async () => {
  const simple = (await provider("simple")) as SimpleTokens;
  assert.equal(simple.newPrefix().length, 16);
  const none = await provider("");
  assert.equal(await identify(none, "x.1"), undefined);
  await assert.rejects(none.issue("", "abc", 1), /authentication failed/);
});
