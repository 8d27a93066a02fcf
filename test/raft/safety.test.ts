/** Raft's safety under random accidents. RAFT_SEED=n replays one seed of every kind, RAFT_SEEDS=n sets how many there are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ChaosGroup } from "./chaos-group.ts";

const only = process.env.RAFT_SEED;
const seedCount = Number(process.env.RAFT_SEEDS ?? 24);
const seeds = only === undefined ? Array.from({ length: seedCount }, (_, i) => 1000 + i * 7919) : [Number(only)];

for (const asyncStorageWrites of [false, true])
  for (const size of [3, 5])
    for (const membershipChanges of [false, true]) {
      const kind =
        `${size} nodes, ${asyncStorageWrites ? "asynchronous" : "synchronous"} storage writes, ` +
        `${membershipChanges ? "changing" : "fixed"} membership`;
      test(`all safety properties hold under loss, reordering, partitions and crashes: ${kind} (Raft paper, figure 3)`, (t) => {
        const total = { elections: 0, applied: 0, reads: 0, crashes: 0, snapshots: 0 };
        for (const seed of seeds) {
          const group = new ChaosGroup({
            seed,
            size,
            asyncStorageWrites,
            membershipChanges,
            preVote: seed % 2 === 0,
            checkQuorum: seed % 3 !== 0,
          });
          try {
            group.run(6000);
            group.heal();
          } catch (error) {
            t.diagnostic(`seed ${seed}: replay with RAFT_SEED=${seed}`);
            throw error;
          }
          total.elections += group.elections;
          total.applied += group.appliedMax;
          total.reads += group.readsServed;
          total.crashes += group.crashes;
          total.snapshots += group.snapshots;
        }
        t.diagnostic(`seeds ${seeds.join(" ")}: ${JSON.stringify(total)}`);
        if (only !== undefined) return;
        // The run would prove nothing if nothing happened in it.
        for (const [what, count] of Object.entries(total)) assert.ok(count > 0, `no ${what} at all`);
      });
    }
