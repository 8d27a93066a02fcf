/**
 * One member on a disk that fails, stalls, fills and rots. Whatever happens: acknowledged writes stay, damage is named and not written over, a full disk
 * refuses writes and nothing else.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { FileError } from "../../src/io/file-system.ts";
import { PutRequest } from "../../src/proto/generated/rpc.ts";
import { BootstrapError } from "../../src/server/bootstrap.ts";
import type { MemberConfig } from "../../src/server/member-config.ts";
import { BackendFatalError, BoltDamagedError, BoltUnsupportedError } from "../../src/storage/bolt/errors.ts";
import { WalWriteError } from "../../src/storage/wal/wal-problem.ts";
import { SimulatedClock } from "./clock.ts";
import { MemberEndedError, runLife } from "./life.ts";
import { LogRing, SimulatedNode } from "./node.ts";
import { SeededRandom } from "./random.ts";
import { dumpState, makeScript, referenceStates, type Step } from "./script.ts";

// The same every time, so that the counts at the end hold; SIM_SEED (a number or "random") explores.
const SEED =
  process.env.SIM_SEED === "random" ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SIM_SEED ?? 4242);
const CONFIG = { snapshotCount: 25, snapshotCatchupEntries: 5, backendBatchIntervalMs: 20, compactionBatchLimit: 7 };

/** One of the two is enough. */
const META_PAGES_BYTES = 8192;

function machine(
  seed: number,
  config: Partial<MemberConfig> = {},
): { world: SimulatedClock; node: SimulatedNode; log: LogRing } {
  const world = new SimulatedClock();
  const log = new LogRing();
  const node = new SimulatedNode({
    name: "n1",
    world,
    log,
    random: new SeededRandom(seed),
    config: { ...CONFIG, ...config },
  });
  return { world, node, log };
}

async function statesOf(script: readonly Step[]): Promise<string[]> {
  const { world, node } = machine(1);
  const running = await world.runUntil(node.start());
  await world.runUntil(running.member.ready);
  return world.runUntil(referenceStates(running, script));
}

/** A member that refused to start or to go on because of its disk. */
function isEnd(error: unknown): boolean {
  const ends = [MemberEndedError, FileError, BackendFatalError, WalWriteError];
  return ends.some((kind) => error instanceof kind);
}

/** All files of a disk by path. */
async function files(world: SimulatedClock, node: SimulatedNode): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>();
  const walk = async (folder: string): Promise<void> => {
    for (const name of await node.disk.list(folder)) {
      const path = `${folder}/${name}`;
      if ((await node.disk.stat(path))!.isDirectory) await walk(path);
      else found.set(path, node.disk.contents(path));
    }
  };
  await world.runUntil(walk("data"));
  return found;
}

test("a failed fsync ends the member, is never retried, and loses nothing that was acknowledged", async (t) => {
  t.diagnostic(`SIM_SEED=${SEED}`);
  const script = makeScript(SEED, 80);
  const states = await statesOf(script);
  const random = new SeededRandom(SEED);
  let ended = 0;
  for (let round = 0; round < 24; round++) {
    const { world, node, log } = machine(SEED + round);
    const progress = { proposed: 0, answered: 0 };
    const alive = { from: 0, progress, isDead: () => false, world };
    const path = round % 2 === 0 ? "/wal/" : "/snap/db";
    const operations = round % 3 === 0 ? (["write"] as const) : (["datasync"] as const);
    node.disk.inject({ operations, path, skip: 2 + random.integer(40), code: "EIO" });
    try {
      try {
        await runLife(node, script, alive);
      } catch (error) {
        if (!isEnd(error)) throw error;
        ended++;
        // What is left of it answers nothing any more.
        const { answered } = progress;
        await world.run(10_000);
        assert.equal(progress.answered, answered);
      }
      node.kill({ powerLoss: true });
      await runLife(node, script, { ...alive, from: -1, states });
      assert.equal(dumpState(node.running!), states.at(-1));
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}: ${String(error)}\n${log.text(30)}`, { cause: error });
    }
  }
  assert.ok(ended > 3, `${ended} of 24 lives met their fault`);
});

test("a disk that stalls for seconds delays answers and changes nothing", async (t) => {
  t.diagnostic(`SIM_SEED=${SEED}`);
  const script = makeScript(SEED, 80);
  const states = await statesOf(script);
  const random = new SeededRandom(SEED);
  for (let round = 0; round < 6; round++) {
    const { world, node } = machine(SEED + round);
    for (let stall = 0; stall < 5; stall++)
      node.disk.inject({ operations: ["write", "datasync"], skip: random.integer(60), stallMs: random.integer(4000) });
    const progress = { proposed: 0, answered: 0 };
    await runLife(node, script, { from: 0, progress, isDead: () => false, world });
    assert.equal(dumpState(node.running!), states.at(-1));
  }
});

test("a full disk refuses writes with NOSPACE, reads go on, and it recovers when there is space again", async (t) => {
  t.diagnostic(`SIM_SEED=${SEED}`);
  const random = new SeededRandom(SEED);
  for (let round = 0; round < 4; round++) {
    const { world, node, log } = machine(SEED + round);
    const running = await world.runUntil(node.start());
    await world.runUntil(running.member.ready);
    const { member, kv } = running;
    let written = 0;
    const put = async (): Promise<void> => {
      const request = PutRequest.create({
        key: utf8(`k${written}`),
        value: new Uint8Array(2000 + random.integer(20000)),
      });
      await world.runUntil(member.proposer.request(RequestField.Put, PutRequest.encode(request)));
      written++;
    };
    node.disk.capacityBytes = node.disk.usedBytes + 300_000 + random.integer(500_000);
    try {
      let refused = 0;
      for (let i = 0; i < 400 && refused < 20; i++) {
        if (kv.hasRoomForPut(20_000)) await put();
        else {
          refused++;
          await world.run(50);
        }
      }
      assert.equal(refused, 20, "the disk is full");
      assert.ok(written > 5);
      await world.runUntil(member.linearizableRead());
      assert.equal(member.state.store.index.count("", "\0", member.state.store.revision), written);
      assert.equal(node.end, undefined, "the member goes on");
      assert.equal(member.state.alarms.get(0).length, 0, "no alarm outlives the shortage");
      node.disk.capacityBytes = 1e12;
      await world.run(5000);
      assert.ok(kv.hasRoomForPut(20_000), "there is space again");
      const before = written;
      for (let i = 0; i < 30; i++) await put();
      assert.equal(written, before + 30);
      node.kill({ powerLoss: true });
      const again = await world.runUntil(node.start());
      await world.runUntil(again.member.ready);
      const { store } = again.member.state;
      assert.equal(store.index.count("", "\0", store.revision), written);
    } catch (error) {
      throw new Error(`seed ${SEED}, round ${round}: ${String(error)}\n${log.text(30)}`, { cause: error });
    }
  }
});

test("a flipped bit at rest is named with its file and written over by nothing, or it changes nothing", async (t) => {
  t.diagnostic(`SIM_SEED=${SEED}`);
  const script = makeScript(SEED, 80);
  const states = await statesOf(script);
  const random = new SeededRandom(SEED);
  const named = { wal: 0, db: 0, snap: 0 };
  for (let round = 0; round < 36; round++) {
    const { world, node, log } = machine(SEED);
    const progress = { proposed: 0, answered: 0 };
    await runLife(node, script, { from: 0, progress, isDead: () => false, world });
    if (round % 4 !== 0) await world.runUntil(node.running!.member.state.backend.commit());
    node.kill({ powerLoss: true });
    const kind = (["wal", "db", "snap"] as const)[round % 3]!;
    const all = await files(world, node);
    const paths = [...all.keys()].filter((path) =>
      kind === "wal" ? path.includes("/wal/") : path.endsWith(kind === "db" ? "/snap/db" : ".snap"),
    );
    const path = paths[random.integer(paths.length)]!;
    const bytes = all.get(path)!;
    let used = bytes.length;
    while (used > 0 && bytes[used - 1] === 0) used--;
    if (used === 0) continue;
    const position = random.integer(used);
    node.disk.flipBit(path, position, random.integer(8));
    const before = await files(world, node);
    const where = `seed ${SEED}, round ${round}: ${path} byte ${position}`;
    try {
      const running = await world.runUntil(node.start());
      await world.runUntil(running.member.ready);
      // bbolt has no checksums on data pages: what a flip does there is for the comparison of members to find.
      if (kind !== "db" || position < META_PAGES_BYTES)
        assert.ok(states.lastIndexOf(dumpState(running)) >= progress.answered, "nothing acknowledged is lost");
    } catch (error) {
      if (
        !(error instanceof BootstrapError || error instanceof BoltDamagedError || error instanceof BoltUnsupportedError)
      )
        throw new Error(`${where}: ${String(error)}\n${log.text(30)}`, { cause: error });
      assert.match(error.message, new RegExp(kind === "wal" ? "/wal/[0-9a-f-]+\\.wal at byte \\d+|/wal: " : "snap/db"));
      named[kind]++;
      assert.ok(
        kind !== "db" || position >= META_PAGES_BYTES,
        `${where}: the other meta page is good: ${error.message}`,
      );
      const after = await files(world, node);
      for (const [name, content] of before) {
        const now = after.get(name);
        assert.ok(
          now !== undefined && Buffer.compare(now, content) === 0,
          `${where}: ${name} is as it was after ${error.message}`,
        );
      }
    }
  }
  t.diagnostic(`named: ${JSON.stringify(named)}`);
  assert.ok(named.wal > 3);
});

test("damage to either meta page of a database that was defragmented around a snapshot of the log loses nothing", async (t) => {
  t.diagnostic(`SIM_SEED=${SEED}`);
  for (const slot of [0, 1]) {
    for (const defragmentLast of [true, false]) {
      // The database is committed for snapshots and by defragmentations alone.
      const { world, node, log } = machine(SEED, { backendBatchIntervalMs: 1e9 });
      try {
        const { member, maintenance } = await world.runUntil(node.start());
        await world.runUntil(member.ready);
        if (!defragmentLast) await world.runUntil(maintenance.defragment());
        for (let i = 0; i < 40; i++) {
          const request = PutRequest.create({ key: utf8(`k${i % 7}`), value: utf8(`v${i}`) });
          await world.runUntil(member.proposer.request(RequestField.Put, PutRequest.encode(request)));
        }
        await world.run(1000);
        assert.ok(log.lines.some(({ message }) => message === "saved snapshot to disk"));
        if (defragmentLast) await world.runUntil(maintenance.defragment());
        node.kill({ powerLoss: true });
        node.disk.flipBit("data/member/snap/db", slot * 4096 + 64, 3);
        const again = await world.runUntil(node.start());
        await world.runUntil(again.member.ready);
        assert.equal(again.member.state.store.revision, 41);
        assert.ok(log.lines.some(({ message }) => message.startsWith("a meta page of the database is damaged")));
      } catch (error) {
        const where = `meta page ${slot}, defragmented ${defragmentLast ? "after" : "before"} the snapshot`;
        throw new Error(`seed ${SEED}, ${where}: ${String(error)}\n${log.text(30)}`, { cause: error });
      }
    }
  }
});
