import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { type Command, runScript } from "../../../test/support/command-script.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { latin1 } from "../../base/bytes.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { Bucket } from "../mvcc/backend.ts";
import { DueHeap, DueTimer } from "./due-heap.ts";
import { Lessor, REVOKES_PER_SECOND } from "./lessor.ts";

/** Commands as in testdata; `at ms` sets the clock, `wait id` waits for the revocation of an expired lease. */
class World {
  readonly backend = new MemoryBackend();
  #checkpoints = false;
  #lessor: Lessor;
  #nowMs = 0;
  #log: string[] = [];

  constructor() {
    this.#lessor = this.#open();
  }

  #open(): Lessor {
    return new Lessor({ backend: this.backend, minTtlSeconds: 2, checkpoints: this.#checkpoints });
  }

  run(command: Command): string {
    this.#log = [];
    try {
      this.#run(command);
    } catch (error) {
      if (!(error instanceof EtcdError)) throw error;
      this.#log.push(error.message);
    }
    return this.#log.join("\n");
  }

  #run({ name, words, options }: Command): void {
    const lessor = this.#lessor;
    const now = this.#nowMs;
    const id = /^-?\d+$/.test(words[0] ?? "") ? BigInt(words[0]!) : 0n;
    const print = (text: string): void => void this.#log.push(text);
    switch (name) {
      case "checkpoints":
        this.#checkpoints = true;
        this.#lessor = this.#open();
        return;
      case "reopen":
        this.#lessor = this.#open();
        return;
      case "at":
        this.#nowMs = Number(words[0]);
        return;
      case "grant":
        print(`granted ${id} for ${lessor.grant(id, Number(options.get("ttl")), now).ttlSeconds} s`);
        return;
      case "revoke":
        print(`revoked, keys ${JSON.stringify(lessor.revoke(id))}`);
        return;
      case "renew": {
        const result = lessor.renew(id, now);
        print(result.kind === "renewed" ? `renewed for ${result.ttlSeconds} s` : result.kind);
        return;
      }
      case "wait":
        lessor.awaitRevocation(id, { settled: (outcome) => print(`waiter of ${id}: ${outcome}`) });
        return;
      case "promote":
        lessor.promote(Number(options.get("extend")), now);
        return;
      case "demote":
        lessor.demote();
        return;
      case "tick":
        print(`expired: ${lessor.tick(now).join(" ")}`);
        return;
      case "remaining": {
        const lease = lessor.lookup(id);
        print(lease === undefined ? "none" : lease.demoted ? "demoted" : `${lease.remainingSeconds(now)} s`);
        return;
      }
      case "list":
        print(
          lessor
            .list()
            .map((l) => `${l.id}:${l.ttlSeconds}`)
            .join(" "),
        );
        return;
      case "attach":
        if (!lessor.attach(id, words[1]!)) print("no such lease");
        return;
      case "detach":
        lessor.detach(id, words[1]!);
        return;
      case "leaseof":
        print(String(lessor.leaseOf(words[0]!)));
        return;
      case "keys":
        print(JSON.stringify(lessor.lookup(id)?.sortedKeys()));
        return;
      case "checkpoint":
        lessor.checkpoint(id, Number(options.get("remaining")), true, now);
        return;
      case "checkpoints-due":
        print(
          `due: ${lessor
            .dueCheckpoints(now)
            .map((c) => `${c.id}:${c.remainingTtlSeconds}`)
            .join(" ")}`,
        );
        return;
      default:
        throw new Error(`unknown command ${name}`);
    }
  }
}

const folder = join(fileURLToPath(import.meta.url), "..", "testdata");
for (const file of readdirSync(folder)) {
  test(`the lessor does what testdata/${file} says`, () => {
    const world = new World();
    runScript(join(folder, file), (command) => world.run(command));
  });
}

test("leases are stored under the bytes that etcd uses", () => {
  const backend = new MemoryBackend();
  const lessor = new Lessor({ backend, minTtlSeconds: 2 });
  lessor.grant(0x0102030405060708n, 300, 0);
  lessor.grant(-1n, 60, 0);
  lessor.checkpoint(-1n, 7, true, 0);
  const stored: string[] = [];
  backend.scan(Bucket.Lease, new Uint8Array(0), undefined, (key, value) => {
    stored.push(`${Buffer.from(key).toString("hex")} ${Buffer.from(value).toString("hex")}`);
  });
  assert.deepEqual(stored, [
    "0102030405060708 08888e98a8c0e0808101" + "10ac02",
    "ffffffffffffffff 08ffffffffffffffffff01" + "103c" + "1807",
  ]);
  assert.equal(latin1(new Uint8Array([0xff])), "\xff");
});

test("a promotion spreads many leases of one expiry so that no second has more than the revocations it can do", () => {
  const lessor = new Lessor({ backend: new MemoryBackend(), minTtlSeconds: 2 });
  const total = 10_000;
  for (let i = 1; i <= total; i++) lessor.grant(BigInt(i), i % 3 === 0 ? 11 : 10, 0);
  lessor.promote(1000, 5000);
  const perSecond = new Map<number, number>();
  for (const lease of lessor.list()) {
    assert.ok(lease.expiryMs >= 5000 + 1000 + lease.ttlSeconds * 1000, "never shortened");
    const second = Math.floor(lease.expiryMs / 1000);
    perSecond.set(second, (perSecond.get(second) ?? 0) + 1);
  }
  for (const [second, count] of perSecond) assert.ok(count <= REVOKES_PER_SECOND, `${count} in second ${second}`);
  let revoked = 0;
  for (let now = 5000; revoked < total; now += 500) {
    assert.ok(now < 60_000, "all expire");
    for (const id of lessor.tick(now)) {
      lessor.revoke(id);
      revoked++;
    }
  }
  assert.equal(lessor.size, 0);
});

test("tick() gives at most its limit, the rest in the next", () => {
  const lessor = new Lessor({ backend: new MemoryBackend(), minTtlSeconds: 2 });
  lessor.promote(0, 0);
  for (let i = 1; i <= 1200; i++) lessor.grant(BigInt(i), 5, 0);
  assert.deepEqual(
    [lessor.tick(4999), lessor.tick(5000), lessor.tick(5500), lessor.tick(6000)].map((ids) => ids.length),
    [0, 500, 500, 200],
  );
});

test("list() orders a big number of leases as a comparison of expiries does", () => {
  for (const spreadSeconds of [1, 1000, 9_000_000_000]) {
    const lessor = new Lessor({ backend: new MemoryBackend(), minTtlSeconds: 1 });
    for (let i = 1; i <= 5000; i++) lessor.grant(BigInt(i), 1 + ((i * 7919) % spreadSeconds), 0);
    lessor.promote(0, 123.5);
    const expiries = lessor.list().map((l) => l.expiryMs);
    assert.deepEqual(
      expiries,
      expiries.slice().sort((a, b) => a - b),
    );
    assert.equal(new Set(lessor.list().map((l) => l.id)).size, 5000);
  }
});

const byId = (a: bigint, b: bigint): number => Number(a - b);
const id = fc.integer({ min: 1, max: 8 }).map(BigInt);
const key = fc.constantFrom("a", "b", "c", "d");
const step = fc.oneof(
  fc.record({ do: fc.constant("grant" as const), id, ttl: fc.integer({ min: -1, max: 12 }) }),
  fc.record({ do: fc.constant("revoke" as const), id }),
  fc.record({ do: fc.constant("renew" as const), id }),
  fc.record({ do: fc.constant("attach" as const), id, key }),
  fc.record({ do: fc.constant("remaining" as const), id, rest: fc.integer({ min: 1, max: 4 }) }),
  { weight: 3, arbitrary: fc.record({ do: fc.constant("time" as const), ms: fc.integer({ min: 0, max: 4000 }) }) },
  fc.record({ do: fc.constant("leader" as const), on: fc.boolean() }),
  fc.record({ do: fc.constant("reopen" as const) }),
);

test("the lessor agrees with a list that is searched from the front each time", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
      const backend = new MemoryBackend();
      let lessor = new Lessor({ backend, minTtlSeconds: 2 });
      let twin: { id: bigint; ttl: number; rest: number; expiry: number; named: number }[] = [];
      const items = new Map<string, bigint>();
      let primary = false;
      let now = 0;
      let waiting = 0;
      for (const s of steps) {
        const lease = "id" in s ? twin.find((l) => l.id === s.id) : undefined;
        const length = lease === undefined ? 0 : (lease.rest || lease.ttl) * 1000;
        switch (s.do) {
          case "grant":
            if (lease !== undefined) {
              assert.throws(() => lessor.grant(s.id, s.ttl, now), { kind: "LeaseExist" });
            } else {
              const ttl = Math.max(2, s.ttl);
              lessor.grant(s.id, s.ttl, now);
              twin.push({
                id: s.id,
                ttl,
                rest: 0,
                expiry: primary ? now + ttl * 1000 : Number.POSITIVE_INFINITY,
                named: 0,
              });
            }
            break;
          case "revoke":
            if (lease === undefined) {
              assert.throws(() => lessor.revoke(s.id), { kind: "LeaseNotFound" });
            } else {
              const keys = lessor.revoke(s.id);
              assert.deepEqual(
                keys,
                [...items]
                  .filter(([, l]) => l === s.id)
                  .map(([k]) => k)
                  .sort(),
              );
              for (const k of keys) {
                lessor.detach(lessor.leaseOf(k), k);
                items.delete(k);
              }
              twin = twin.filter((l) => l !== lease);
            }
            break;
          case "renew": {
            const result = lessor.renew(s.id, now);
            const expected: string = !primary
              ? "notPrimary"
              : lease === undefined
                ? "notFound"
                : lease.expiry <= now
                  ? "expired"
                  : "renewed";
            assert.equal(result.kind, expected);
            if (result.kind === "renewed") lease!.expiry = now + length;
            if (result.kind === "expired") {
              waiting++;
              lessor.awaitRevocation(s.id, { settled: () => void waiting-- });
            }
            break;
          }
          case "attach": {
            const old = lessor.leaseOf(s.key);
            assert.equal(old, items.get(s.key) ?? 0n);
            if (lease === undefined) {
              assert.equal(lessor.attach(s.id, s.key), false);
            } else {
              if (old !== 0n) lessor.detach(old, s.key);
              assert.equal(lessor.attach(s.id, s.key), true);
              items.set(s.key, s.id);
            }
            break;
          }
          case "remaining":
            lessor.checkpoint(s.id, s.rest, true, now);
            if (lease !== undefined) lease.rest = s.rest;
            break;
          case "time":
            now += s.ms;
            break;
          case "leader":
            primary = s.on;
            if (s.on) lessor.promote(700, now);
            else lessor.demote();
            for (const l of twin) {
              l.expiry = primary ? now + 700 + (l.rest || l.ttl) * 1000 : Number.POSITIVE_INFINITY;
              l.named = 0;
            }
            break;
          case "reopen":
            lessor.demote();
            lessor = new Lessor({ backend, minTtlSeconds: 2 });
            for (const [k, l] of items) assert.equal(lessor.attach(l, k), true);
            primary = false;
            for (const l of twin) l.expiry = Number.POSITIVE_INFINITY;
            break;
        }
        const named = lessor.tick(now).sort(byId);
        const due: typeof twin = twin.filter((l) => l.expiry <= now && now >= l.named);
        for (const l of due) l.named = now + 3000;
        assert.deepEqual(named, due.map((l) => l.id).sort(byId));
        const listed = lessor.list();
        assert.deepEqual(
          listed.map((l) => l.expiryMs),
          twin.map((l) => l.expiry).sort((a, b) => (a < b ? -1 : a > b ? 1 : 0)),
        );
        for (const l of twin) {
          const found = listed.find((other) => other.id === l.id);
          assert.deepEqual([found?.expiryMs, found?.ttlSeconds, found?.remainingTtlSeconds], [l.expiry, l.ttl, l.rest]);
        }
        assert.ok(waiting >= 0 && (primary || waiting === 0));
      }
      for (const l of twin) lessor.revoke(l.id);
      assert.equal(waiting, 0);
    }),
    { numRuns: 400, includeErrorInReport: true },
  );
});

test("DueHeap gives the timers in order through any moves and removals", () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(20), fc.integer({ min: -1, max: 30 })), { maxLength: 200 }), (moves) => {
      const heap = new DueHeap<number>();
      const timers = Array.from({ length: 21 }, (_, i) => new DueTimer(i));
      const twin = new Map<number, number>();
      for (const [i, due] of moves) {
        if (due < 0) {
          heap.remove(timers[i]!);
          twin.delete(i);
        } else {
          heap.set(timers[i]!, due);
          twin.set(i, due);
        }
        assert.equal(heap.size, twin.size);
        assert.equal(heap.first()?.dueMs, twin.size === 0 ? undefined : Math.min(...twin.values()));
      }
      const out: number[] = [];
      for (let t = heap.first(); t !== undefined; t = heap.first()) {
        out.push(t.dueMs);
        heap.remove(t);
      }
      assert.deepEqual(
        out,
        [...twin.values()].sort((a, b) => a - b),
      );
    }),
    { numRuns: 300 },
  );
});
