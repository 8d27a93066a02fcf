/**
 * A bit of a value turns over in the database of one member of a cluster that goes on under faults. Each of the checks finds it and names that member;
 * none ever names another one, also while some members cannot be asked. SIM_SEED and SIM_SEEDS choose the runs.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { AlarmType, CompactionRequest, PutRequest } from "../../src/proto/generated/rpc.ts";
import { DEFAULT_MEMBER_CONFIG, type MemberConfig } from "../../src/server/member-config.ts";
import { damageText } from "./bit-rot.ts";
import { SimulatedCluster } from "./cluster.ts";
import { type Fault, Nemesis } from "./nemesis.ts";
import type { SimulatedNode } from "./node.ts";

const FIRST = Number(process.env.SIM_SEED ?? 1);
const SEEDS = Number(process.env.SIM_SEEDS ?? 3);
const TEXT = "a value that is the same everywhere";
const FAULTS: readonly Fault[] = ["partition", "crash", "transfer", "stop", "weather", "clock"];
/** Nobody gets the database of another, which would heal it. */
const CONFIG: Partial<MemberConfig> = { snapshotCount: 100_000, snapshotCatchupEntries: 100_000 };

type Check = "periodic" | "compaction" | "initial";

function configOf(check: Check): Partial<MemberConfig> {
  const features = new Set(DEFAULT_MEMBER_CONFIG.features);
  for (const each of ["CompactHashCheck", "InitialCorruptCheck"] as const) features.delete(each);
  if (check === "compaction") features.add("CompactHashCheck");
  if (check === "initial") features.add("InitialCorruptCheck");
  return { ...CONFIG, features, corruptCheckMs: check === "periodic" ? 1000 : 0, compactHashCheckMs: 500 };
}

function alarmed(node: SimulatedNode): bigint[] {
  return node.running?.member.state.alarms.get(AlarmType.CORRUPT).map(({ memberID }) => memberID) ?? [];
}

class Rot {
  readonly cluster: SimulatedCluster;
  readonly victim: SimulatedNode;
  readonly id: bigint;
  readonly nemesis: Nemesis;
  #stopped: boolean;
  #writes: number;

  constructor(cluster: SimulatedCluster) {
    this.cluster = cluster;
    this.victim = cluster.nodes[cluster.random.integer(cluster.nodes.length)]!;
    this.id = this.victim.running!.member.memberId;
    this.nemesis = new Nemesis(cluster, { random: cluster.random.fork(), faults: FAULTS, meanMs: 1500 });
    this.#stopped = false;
    this.#writes = 0;
  }

  request(field: RequestField, bytes: Uint8Array): Promise<unknown> {
    const node = this.cluster.leader ?? this.cluster.alive[0];
    return node === undefined ? Promise.resolve() : node.running!.member.proposer.request(field, bytes);
  }

  put(key: string, value: string): Promise<unknown> {
    return this.request(RequestField.Put, PutRequest.encode(PutRequest.create({ key: utf8(key), value: utf8(value) })));
  }

  /** Writes, and compactions of what was written. */
  work(): void {
    if (this.#stopped) return;
    this.cluster.world.setTimer(100, () => this.work());
    const store = this.cluster.leader?.running?.member.state.store;
    const ignored = (): void => undefined;
    if (store !== undefined && this.#writes % 8 === 7 && store.revision > store.compactRevision + 3) {
      const bytes = CompactionRequest.encode({ revision: store.revision - 2, physical: false });
      this.request(RequestField.Compaction, bytes).catch(ignored);
    } else this.put(`k${this.#writes % 5}`, `v${this.#writes}`).catch(ignored);
    this.#writes++;
  }

  /** No member but the victim is named by anybody. */
  checkNames(): void {
    for (const node of this.cluster.nodes)
      for (const id of alarmed(node))
        assert.ok(id === this.id || id === 0n, `${node.name} holds an alarm for ${id.toString(16)}, which is sound`);
  }

  async run(durationMs: number): Promise<void> {
    for (let at = 0; at < durationMs; at += 100) {
      await this.cluster.run(100);
      this.checkNames();
    }
  }

  /** The value is in the victim's database, and then it is another one. */
  async damage(): Promise<void> {
    const { cluster, victim } = this;
    await cluster.await(this.put("shared", TEXT), 5000, "a put");
    const { member } = victim.running!;
    assert.ok(await cluster.runUntil(() => member.appliedIndex >= cluster.raft.committedIndex, 5000));
    await cluster.await(member.state.backend.commit(), 5000, "a commit");
    cluster.crash(victim, true);
    assert.ok(damageText(victim.disk, TEXT) > 0);
  }

  stop(): void {
    this.#stopped = true;
    this.nemesis.calm();
  }
}

async function started(seed: number, check: Check): Promise<Rot> {
  const cluster = new SimulatedCluster({ seed, members: seed % 3 === 0 ? 5 : 3, config: configOf(check) });
  cluster.startAll();
  const ready = (): boolean => cluster.alive.length === cluster.nodes.length && cluster.leader !== undefined;
  assert.ok(await cluster.runUntil(ready, 10_000));
  return new Rot(cluster);
}

for (const check of ["periodic", "compaction"] as const)
  test(`the ${check} check names the member with a flipped bit, and never another one`, async (t) => {
    let named = 0;
    for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
      const rot = await started(seed, check);
      const { cluster, victim } = rot;
      const isCalm = seed % 3 === 1;
      try {
        await rot.damage();
        cluster.start(victim);
        if (!isCalm) rot.nemesis.start();
        rot.work();
        await rot.run(8000);
        rot.nemesis.calm();
        // Hashes of compactions live in memory: one that started again has none of those before, and once the alarm is raised nobody compacts.
        const mayBeUnknown = check === "compaction" && !isCalm;
        const isNamed = (node: SimulatedNode): boolean => alarmed(node).includes(rot.id);
        const isRaised = (node: SimulatedNode): boolean =>
          isNamed(node) || (mayBeUnknown && alarmed(node).includes(0n));
        for (let i = 0; i < 300 && !cluster.nodes.every(isRaised); i++) await rot.run(100);
        assert.ok(cluster.nodes.every(isRaised), "the alarm is raised for it");
        if (cluster.nodes.every(isNamed)) named++;
        rot.stop();
      } catch (error) {
        throw new Error(`seed ${seed}: ${String(error)}\n${cluster.log.text(40)}`, { cause: error });
      }
    }
    t.diagnostic(`${named} of ${SEEDS} were named, the others are known to be among the members`);
  });

test("a member with a flipped bit does not start beside others that can be asked, and the others do", async () => {
  for (let seed = FIRST; seed < FIRST + SEEDS; seed++) {
    const rot = await started(seed, "initial");
    const { cluster, victim } = rot;
    try {
      // Compared is the newest revision that both know.
      await rot.damage();
      const refusal = victim.start({ peers: cluster.network.peersOf(victim) }).then(
        () => undefined,
        (error: unknown) => error,
      );
      const error = await cluster.await(refusal, 20_000, "a start");
      assert.match(String(error), /found data inconsistency with peers/);
      // Those that start again beside the rest are not refused.
      cluster.forget(victim);
      for (const node of [...cluster.nodes]) {
        cluster.crash(node, true);
        cluster.start(node);
        assert.ok(await cluster.runUntil(() => node.alive && cluster.leader !== undefined, 20_000));
      }
      for (const node of cluster.nodes) assert.deepEqual(alarmed(node), []);
    } catch (error) {
      throw new Error(`seed ${seed}: ${String(error)}\n${cluster.log.text(40)}`, { cause: error });
    }
  }
});
