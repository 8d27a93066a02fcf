/**
 * kill -9 under a mixed load, again and again: every acknowledged write is there after the restart, revisions never go back, an
 * unacknowledged write happened whole or not at all, and `bbolt check` passes. CRASH_ROUNDS (default 25) and CRASH_SEED choose the run;
 * the seed is printed.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { utf8, utf8Text } from "../../src/base/bytes.ts";
import { freePort } from "../support/free-port.ts";
import { GrpcJsClient } from "../support/grpc-js-client.ts";
import { missing, mustRun, OUR_ETCD, startMember, temporaryFolder } from "./reference.ts";

const rounds = Number(process.env["CRASH_ROUNDS"] ?? 25);
const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);

/** Mulberry32: small, seeded, good enough to choose operations. */
function random(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/** What one key may hold: the last acknowledged value, or that of a later write whose outcome is unknown. Undefined: absent. */
interface Expectation {
  certain: string | undefined;
  possible: (string | undefined)[];
}

test(`no acknowledged write is lost over ${rounds} rounds of kill -9`, {
  skip: missing("bbolt"),
  timeout: 1_800_000,
}, async (t) => {
  t.diagnostic(`CRASH_SEED=${seed} CRASH_ROUNDS=${rounds}`);
  const next = random(seed);
  const folder = temporaryFolder("crash");
  const dataDir = join(folder.path, "data");
  const clientPort = await freePort();
  const peerPort = await freePort();
  const expected = new Map<string, Expectation>();
  let revisionSeen = 0;
  let acknowledged = 0;
  const done = { puts: 0, deletes: 0, txns: 0, compactions: 0, defragmentations: 0, snapshots: 0 };
  try {
    for (let round = 0; round < rounds; round++) {
      // Small limits, so that rounds cross segment, snapshot and commit boundaries.
      const args = [
        "--snapshot-count=200",
        "--backend-batch-limit=50",
        "--backend-batch-interval=20ms",
        "--log-level=warn",
      ];
      const member = await startMember({ command: OUR_ETCD, dataDir, args, clientPort, peerPort });
      const client = new GrpcJsClient(member.endpoint);
      revisionSeen = await verify(client, expected, revisionSeen, `seed ${seed}, round ${round}`);
      let stop = false;
      const note = (key: string, value: string | undefined, done: boolean): void => {
        const entry = expected.get(key) ?? { certain: undefined, possible: [] };
        if (done) {
          entry.certain = value;
          entry.possible = [];
          acknowledged++;
        } else entry.possible.push(value);
        expected.set(key, entry);
      };
      // Each worker owns its keys, so that the order of its writes is known.
      const worker = async (id: number): Promise<void> => {
        for (let n = 0; !stop; n++) {
          const key = `w${id}/k${Math.floor(next() * 20)}`;
          const other = `w${id}/t${Math.floor(next() * 5)}`;
          const value = `${round}.${n}.${"v".repeat(Math.floor(next() * (next() < 0.05 ? 20_000 : 300)))}`;
          const choice = next();
          const writes: [string, string | undefined][] =
            choice < 0.6
              ? [[key, value]]
              : choice < 0.8
                ? [[key, undefined]]
                : [
                    [key, value],
                    [other, value],
                  ];
          try {
            const response =
              choice < 0.6
                ? await client.put({ key: utf8(key), value: utf8(value) }, 5000)
                : choice < 0.8
                  ? await client.deleteRange({ key: utf8(key) }, 5000)
                  : await client.txn(
                      { success: writes.map(([k, v]) => ({ requestPut: putOf(k, v!) }) as never) },
                      5000,
                    );
            for (const [k, v] of writes) note(k, v, true);
            done[choice < 0.6 ? "puts" : choice < 0.8 ? "deletes" : "txns"]++;
            revisionSeen = Math.max(revisionSeen, response.header!.revision);
          } catch {
            for (const [k, v] of writes) note(k, v, false);
            // The outcome is unknown; the member is gone, so this worker is done with the round.
            return;
          }
        }
      };
      const chores = async (): Promise<void> => {
        // In turns, each round from another one on: a kill finds each of them under way.
        for (let turn = round; !stop; turn++) {
          try {
            if (turn % 3 === 0) {
              await client.compact({ revision: Math.max(1, revisionSeen - 50), physical: next() < 0.5 });
              done.compactions++;
            } else if (turn % 3 === 1) {
              await client.defragment();
              done.defragmentations++;
            } else {
              await client.snapshot();
              done.snapshots++;
            }
          } catch {
            // Compacted already, or the member was killed: both are part of the test.
          }
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      };
      const work = [...[0, 1, 2, 3, 4, 5, 6, 7].map(worker), chores()];
      await new Promise((resolve) => setTimeout(resolve, 50 + next() * 400));
      member.process.kill("SIGKILL");
      stop = true;
      client.close();
      await member.stop("SIGKILL");
      await Promise.allSettled(work);
      assert.match(
        mustRun("bbolt", "check", join(dataDir, "member/snap/db")),
        /OK/,
        `bbolt check, seed ${seed}, round ${round}`,
      );
    }
    const last = await startMember({ command: OUR_ETCD, dataDir, clientPort, peerPort });
    const client = new GrpcJsClient(last.endpoint);
    await verify(client, expected, revisionSeen, `seed ${seed}, end`);
    client.close();
    assert.equal(await last.stop(), "SIGTERM");
    t.diagnostic(`${acknowledged} acknowledged writes; answered: ${JSON.stringify(done)}`);
    for (const [what, count] of Object.entries(done)) assert.ok(count > 0, `no ${what} were answered`);
    assert.ok(acknowledged > rounds * 10, `only ${acknowledged} writes were acknowledged`);
  } finally {
    folder.remove();
  }
});

function putOf(key: string, value: string): { key: Uint8Array; value: Uint8Array } {
  return { key: utf8(key), value: utf8(value) };
}

/** Compares the store with what may be there; afterwards everything is certain. Returns the revision. */
async function verify(
  client: GrpcJsClient,
  expected: Map<string, Expectation>,
  revisionSeen: number,
  where: string,
): Promise<number> {
  const all = await client.range({ key: utf8("w"), rangeEnd: utf8("x") });
  const revision = all.header!.revision;
  assert.ok(revision >= revisionSeen, `${where}: revision went back from ${revisionSeen} to ${revision}`);
  const found = new Map(all.kvs.map((kv) => [utf8Text(kv.key), utf8Text(kv.value)]));
  for (const [key, entry] of expected) {
    const value = found.get(key);
    assert.ok(
      value === entry.certain || entry.possible.includes(value),
      `${where}: ${key} holds ${value?.slice(0, 20)}, expected ${entry.certain?.slice(0, 20)} or one of ${entry.possible.length} unacknowledged`,
    );
    entry.certain = value;
    entry.possible = [];
    found.delete(key);
  }
  assert.deepEqual([...found.keys()], [], `${where}: keys nobody wrote`);
  return revision;
}
