/**
 * A fixed script of requests for one member, and what its state must be after each: the states of a run without faults. Requests are proposed in
 * order, several at a time, so after a crash the state must be one of those, at or behind the last acknowledged one.
 */
import assert from "node:assert/strict";
import { utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { executeRange } from "../../src/core/kv/range.ts";
import { FileError } from "../../src/io/file-system.ts";
import {
  CompactionRequest,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  PutRequest,
  RangeRequest,
  TxnRequest,
} from "../../src/proto/generated/rpc.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import { checkBoltFile } from "../../src/storage/bolt/checker.ts";
import type { SimulatedClock } from "./clock.ts";
import { SimulatedDisk } from "./disk.ts";
import { SeededRandom } from "./random.ts";

/** A request through raft, or work that goes on beside the next ones. */
export type Step =
  | { readonly kind: "request"; readonly field: RequestField; readonly bytes: Uint8Array }
  | { readonly kind: "defragment" | "snapshot" | "hash" };

const LEASE_TTL_SECONDS = 1_000_000;

/** About `length` steps over a dozen keys, from a seed. */
export function makeScript(seed: number, length: number): Step[] {
  const random = new SeededRandom(seed);
  const steps: Step[] = [];
  const key = (): Uint8Array => utf8(`/registry/pods/${random.integer(12)}`);
  const value = (): Uint8Array =>
    utf8(`${steps.length}:`.padEnd(1 + random.integer(random.chance(0.1) ? 6000 : 80), "v"));
  const put = (lease = 0n): PutRequest => PutRequest.create({ key: key(), value: value(), lease });
  const request = (field: RequestField, bytes: Uint8Array): void => {
    steps.push({ kind: "request", field, bytes });
  };
  const leases: bigint[] = [];
  let revisions = 1;
  let compacted = 0;
  while (steps.length < length) {
    const dice = random.integer(100);
    if (dice < 45) {
      request(RequestField.Put, PutRequest.encode(put()));
      revisions++;
    } else if (dice < 60) {
      const compare = [
        {
          result: CompareResult.GREATER,
          target: CompareTarget.VERSION,
          key: key(),
          version: random.integer(3),
          createRevision: undefined,
          modRevision: undefined,
          value: undefined,
          lease: undefined,
          rangeEnd: new Uint8Array(0),
        },
      ];
      const success = [putOp(put()), putOp({ ...put(), key: utf8("/txn") })];
      const failure = [putOp({ ...put(), key: utf8("/failed") })];
      request(RequestField.Txn, TxnRequest.encode({ compare, success, failure }));
      revisions++;
    } else if (dice < 68) {
      request(
        RequestField.DeleteRange,
        DeleteRangeRequest.encode({
          key: utf8(`/registry/pods/${random.integer(5)}`),
          rangeEnd: utf8("/registry/pods/7"),
          prevKv: false,
        }),
      );
    } else if (dice < 74) {
      const id = BigInt(1000 + leases.length);
      leases.push(id);
      request(RequestField.LeaseGrant, LeaseGrantRequest.encode({ id, ttl: LEASE_TTL_SECONDS }));
      request(RequestField.Put, PutRequest.encode(put(id)));
      revisions++;
    } else if (dice < 78 && leases.length > 0) {
      // Maybe once more than granted: a refusal is an outcome too.
      const id = leases[random.integer(leases.length)]!;
      request(RequestField.LeaseRevoke, LeaseRevokeRequest.encode({ id }));
    } else if (dice < 86 && revisions > compacted + 6) {
      // Revisions are a lower bound here: transactions and deletions may have made more.
      compacted += 1 + random.integer(revisions - compacted - 5);
      request(RequestField.Compaction, CompactionRequest.encode({ revision: compacted, physical: false }));
    } else if (dice < 90) steps.push({ kind: "defragment" });
    else if (dice < 94) steps.push({ kind: "snapshot" });
    else if (dice < 97) steps.push({ kind: "hash" });
  }
  return steps;
}

function putOp(requestPut: PutRequest): NonNullable<TxnRequest["success"][number]> {
  return { requestRange: undefined, requestPut, requestDeleteRange: undefined, requestTxn: undefined };
}

/** Everything that a client can see, as text: revision, compaction, leases, and all keys byte for byte. */
export function dumpState(running: RunningMember): string {
  const { store, lessor, alarms } = running.member.state;
  const range = RangeRequest.create({ key: new Uint8Array(1), rangeEnd: new Uint8Array(1) });
  const kvs = executeRange(store, range).kvs.map((kv) => Buffer.from(kv).toString("latin1"));
  const leases = lessor
    .list()
    .map((lease) => `${lease.id}=${lease.sortedKeys().join(",")}`)
    .sort();
  return JSON.stringify({
    revision: store.revision,
    compact: store.compactRevision,
    leases,
    alarms: alarms.get(0).length,
    kvs,
  });
}

/** How far a run of the script has come. */
export interface ScriptProgress {
  /** State-changing requests that were proposed, and those that were answered (in order). */
  proposed: number;
  answered: number;
}

/** Runs the script from a request on, up to `concurrent` at a time. Resolves when all were answered and the work beside them has ended. */
export async function runScript(
  running: RunningMember,
  script: readonly Step[],
  options: { readonly from: number; readonly concurrent: number; readonly progress: ScriptProgress },
): Promise<void> {
  const { progress, concurrent } = options;
  const beside: Promise<unknown>[] = [];
  let wake: (() => void) | undefined;
  let request = 0;
  for (const step of script) {
    if (step.kind !== "request") {
      if (request < options.from) continue;
      const work =
        step.kind === "defragment"
          ? running.maintenance.defragment()
          : step.kind === "hash"
            ? running.maintenance.hashKv(0)
            : readSnapshot(running);
      // A copy that cannot be written is given up, and the member goes on.
      const settled = work.catch((error: unknown) => {
        if (!(error instanceof FileError)) throw error;
      });
      // Looked at in the end; a life that ends before does not care.
      settled.catch(() => undefined);
      beside.push(settled);
      continue;
    }
    if (request++ < options.from) continue;
    while (progress.proposed - progress.answered >= concurrent)
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    progress.proposed++;
    const number = request;
    running.member.proposer.propose(step.field, step.bytes, running.member.rootCredentials(), {
      abandoned: false,
      settle: (_response, error) => {
        if (error !== undefined && !EXPECTED.has(error.kind ?? "")) return;
        assert.equal(progress.answered + 1, number, "requests are answered in their order");
        progress.answered = number;
        wake?.();
      },
    });
  }
  while (progress.answered < progress.proposed)
    await new Promise<void>((resolve) => {
      wake = resolve;
    });
  await Promise.all(beside);
}

/** Refusals by the state itself: as good as an answer. */
const EXPECTED: ReadonlySet<string> = new Set(["LeaseNotFound", "Compacted", "FutureRev", "LeaseExist"]);

async function readSnapshot(running: RunningMember): Promise<number> {
  const snapshot = await running.maintenance.snapshot();
  let bytes = 0;
  try {
    for await (const piece of snapshot.pieces) bytes += piece.length;
  } finally {
    snapshot.close();
  }
  assert.equal(bytes, snapshot.totalBytes);
  return bytes;
}

/** States after 0, 1, 2, ... requests in a run without faults. */
export async function referenceStates(running: RunningMember, script: readonly Step[]): Promise<string[]> {
  const states = [dumpState(running)];
  for (const step of script) {
    if (step.kind !== "request") continue;
    const only = { from: 0, concurrent: 1, progress: { proposed: 0, answered: 0 } };
    await runScript(running, [step], only);
    states.push(dumpState(running));
  }
  return states;
}

/** The bolt checker over a copy of the file at rest. */
export async function checkDatabase(
  world: SimulatedClock,
  disk: SimulatedDisk,
  path: string,
): Promise<readonly string[]> {
  const copy = new SimulatedDisk({ clock: world, random: new SeededRandom(1), latencyMs: 0 });
  const file = await world.runUntil(copy.open("db", "truncate"));
  await world.runUntil(file.writev([disk.contents(path)], 0));
  const report = await world.runUntil(checkBoltFile(file, world));
  return report.problems;
}
