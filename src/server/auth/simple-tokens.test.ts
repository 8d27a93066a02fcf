import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { HandClock } from "../../../test/support/fake-call.ts";
import type { AuthInfo } from "../../core/auth/auth-info.ts";
import { SIMPLE_TOKEN_TTL_MS, SimpleTokens } from "./simple-tokens.ts";

/** Applies the log by hand. */
class HandIndex {
  applied = 0;
  readonly #waiting: { index: number; callback: () => void }[] = [];

  whenApplied(index: number, callback: () => void): void {
    if (this.applied >= index) callback();
    else this.#waiting.push({ index, callback });
  }

  apply(index: number): void {
    this.applied = index;
    for (const { index: wanted, callback } of this.#waiting) if (wanted <= index) callback();
  }
}

let clock: HandClock;
let log: HandIndex;
let tokens: SimpleTokens;
let next: number;

beforeEach(() => {
  clock = new HandClock();
  log = new HandIndex();
  next = 0;
  const random = {
    integer: (bound: number) => next++ % bound,
    u64: () => 0n,
    bytes: (length: number) => new Uint8Array(length),
  };
  tokens = new SimpleTokens({ clock, random, appliedIndex: log });
  tokens.enable();
});

/** What `identify` settled with; "waiting" while it has not. */
function identify(token: string): { answer: AuthInfo | undefined | "waiting" } {
  const result: { answer: AuthInfo | undefined | "waiting" } = { answer: "waiting" };
  tokens.identify(token, 5, (info) => {
    assert.equal(result.answer, "waiting", "settled twice");
    result.answer = info;
  });
  return result;
}

test("prefixes are sixteen letters, tokens carry the index", () => {
  const prefix = tokens.newPrefix();
  assert.match(prefix, /^[a-zA-Z]{16}$/);
  assert.notEqual(tokens.newPrefix(), prefix);
  assert.equal(tokens.assign("alice", prefix, 41), `${prefix}.41`);
  assert.deepEqual(identify(`${prefix}.41`).answer, { username: "alice", revision: 5 });
});

test("malformed and unknown tokens are refused at once", () => {
  log.apply(100);
  for (const token of ["", "abc", "abc.", ".x", "a.1.2", "abc.-1", "abc.99", "abc.1e3"]) {
    assert.equal(identify(token).answer, undefined, token);
  }
});

test("a token of a login that was not applied here yet waits for its entry", () => {
  log.apply(41);
  const waiting = identify("prefix.41");
  assert.equal(waiting.answer, "waiting");
  tokens.assign("alice", "prefix", 41);
  log.apply(42);
  assert.deepEqual(waiting.answer, { username: "alice", revision: 5 });
  assert.equal(clock.timers, 1, "only the sweep is left");
});

test("a forged token does not wait for ever", () => {
  const waiting = identify("prefix.1000000");
  clock.advance(4999);
  assert.equal(waiting.answer, "waiting");
  clock.advance(1);
  assert.equal(waiting.answer, undefined);
  log.apply(1_000_001);
  assert.equal(waiting.answer, undefined);
});

test("a token ends after its time without use, and using it puts the end off", () => {
  tokens.assign("alice", "used", 1);
  tokens.assign("alice", "unused", 2);
  log.apply(10);
  const step = SIMPLE_TOKEN_TTL_MS / 3;
  for (let i = 0; i < 2; i++) {
    clock.advance(step);
    assert.notEqual(identify("used.1").answer, undefined);
  }
  clock.advance(step + 2000);
  assert.equal(identify("unused.2").answer, undefined);
  assert.notEqual(identify("used.1").answer, undefined);
  assert.equal(tokens.size, 1);
  clock.advance(SIMPLE_TOKEN_TTL_MS + 2000);
  assert.equal(identify("used.1").answer, undefined);
  assert.equal(tokens.size, 0);
});

test("invalidating a user ends its tokens only, disabling ends all", () => {
  tokens.assign("alice", "a", 1);
  tokens.assign("alice", "b", 2);
  tokens.assign("bob", "c", 3);
  log.apply(10);
  tokens.invalidateUser("alice");
  assert.equal(identify("a.1").answer, undefined);
  assert.equal(identify("b.2").answer, undefined);
  assert.notEqual(identify("c.3").answer, undefined);
  tokens.disable();
  assert.equal(identify("c.3").answer, undefined);
  assert.equal(clock.timers, 0);
  assert.equal(tokens.assign("bob", "d", 4), "d.4");
  assert.equal(tokens.size, 0, "nothing is kept while authentication is off");
  tokens.enable();
  tokens.enable();
  assert.equal(clock.timers, 1);
});

test("a token of a user that was deleted and made anew lives on its own", () => {
  tokens.assign("alice", "a", 1);
  tokens.invalidateUser("alice");
  tokens.assign("alice", "a", 1);
  clock.advance(SIMPLE_TOKEN_TTL_MS / 2);
  log.apply(5);
  assert.notEqual(identify("a.1").answer, undefined);
  clock.advance(SIMPLE_TOKEN_TTL_MS / 2 + 2000);
  assert.notEqual(identify("a.1").answer, undefined, "the first one's end does not end the second");
});
