/**
 * The whole store and the execution of requests against a naive twin: 100,000 random operations, every response compared byte for byte
 * and every event field for field. Replay: SEED=<number> node --import tsx --test src/core/kv/kv-model.test.ts
 */
import assert from "node:assert/strict";
import test from "node:test";
import { fuzzRounds } from "../../../test/support/fuzz-rounds.ts";
import { KvModel, type ModelChange } from "../../../test/support/kv-model.ts";
import { Dice, RANDOM_LEASES, RandomRequests } from "../../../test/support/kv-requests.ts";
import { MapLeases } from "../../../test/support/map-leases.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { EMPTY_BYTES, latin1 } from "../../base/bytes.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { crc32c } from "../../codec/crc32c.ts";
import { KeyValue } from "../../proto/generated/kv.ts";
import {
  DeleteRangeResponse,
  PutResponse,
  type RangeRequest,
  RangeResponse,
  type TxnRequest,
  TxnResponse,
} from "../../proto/generated/rpc.ts";
import { Bucket } from "../mvcc/backend.ts";
import { CompactionStep } from "../mvcc/compaction.ts";
import type { KeyValueHash } from "../mvcc/hash.ts";
import { Store } from "../mvcc/store.ts";
import { StoreRestore } from "../mvcc/store-restore.ts";
import type { WatchEvent } from "../mvcc/watch-event.ts";
import type { EventSource } from "../watch/event-source.ts";
import { applyDeleteRange } from "./delete-range.ts";
import { applyPut } from "./put.ts";
import { encodeRangeResponse, executeRange } from "./range.ts";
import { planRange } from "./range-plan.ts";
import { checkTxnRequest } from "./request-validation.ts";
import { ResponseHeaderEncoder } from "./response-header.ts";
import { applyTxn, executeReadonlyTxn, isTxnReadonly } from "./txn.ts";

const OPERATIONS = fuzzRounds(100_000);
/** The twin replays all of history for each read: it starts afresh before that gets slow. */
const OPERATIONS_PER_STORE = 400;

class Run {
  readonly dice: Dice;
  readonly model: KvModel = new KvModel();
  readonly random: RandomRequests;
  readonly header: ResponseHeaderEncoder;
  backend: MemoryBackend;
  leases: MapLeases;
  store: Store;
  readonly counts: Map<string, number>;

  constructor(dice: Dice, counts: Map<string, number>) {
    this.dice = dice;
    this.random = new RandomRequests(dice, this.model, 20);
    this.counts = counts;
    const { clusterId, memberId, raftTerm } = this.model;
    this.header = new ResponseHeaderEncoder({ clusterId, memberId }, raftTerm);
    this.backend = new MemoryBackend();
    this.leases = new MapLeases();
    this.store = new Store({ backend: this.backend, leases: this.leases, crc32c });
  }

  /** Runs both; either both answer the same or both refuse the same. */
  compareOutcomes<M, R>(
    name: string,
    expected: () => M,
    actual: () => R,
    same: (expected: M, actual: R) => void,
  ): void {
    const wanted = outcome(expected);
    const got = outcome(actual);
    const kind = wanted.error ?? "ok";
    this.counts.set(`${name} ${kind}`, (this.counts.get(`${name} ${kind}`) ?? 0) + 1);
    assert.equal(got.error, wanted.error, name);
    if (wanted.error === undefined) same(wanted.value!, got.value!);
  }

  sameEvents(changes: readonly ModelChange[], events: readonly WatchEvent[]): void {
    assert.equal(events.length, changes.length);
    for (const [i, { kv, isDelete, main, sub }] of changes.entries()) {
      const event = events[i]!;
      assert.equal(event.key, latin1(kv.key));
      assert.equal(event.isDelete, isDelete);
      assert.equal(event.isCreate, !isDelete && kv.createRevision === main);
      assert.equal(event.modRevision, main);
      assert.equal(event.subRevision, sub);
      assert.deepEqual(bytesOf(event.kv), bytesOf(KeyValue.encode(kv)));
    }
  }

  step(): void {
    const { dice, model, store, header } = this;
    const kind = dice.below(100);
    if (kind < 35) {
      const request = this.random.range();
      const wholeResponse = (response: RangeResponse): Uint8Array =>
        RangeResponse.encode({ ...response, header: model.header(response.header!.revision) });
      const execute = dice.chance(50) ? executeRange : (s: Store, r: RangeRequest) => planRange(s, r).result!;
      this.compareOutcomes(
        "range",
        () => wholeResponse(model.range(request)),
        () => encodeRangeResponse(execute(store, request), header),
        (expected, actual) => assert.deepEqual(bytesOf(actual), bytesOf(expected)),
      );
    } else if (kind < 60) {
      const request = this.random.put();
      this.compareOutcomes(
        "put",
        () => model.put(request),
        () => applyPut(store, request, header),
        ([response, changes], applied) => {
          assert.deepEqual(bytesOf(applied.response!), bytesOf(PutResponse.encode(response)));
          this.sameEvents(changes, applied.events);
        },
      );
    } else if (kind < 70) {
      const request = this.random.deletion();
      const [response, changes] = model.deleteRange(request);
      const applied = applyDeleteRange(store, request, header);
      assert.deepEqual(bytesOf(applied.response!), bytesOf(DeleteRangeResponse.encode(response)));
      this.sameEvents(changes, applied.events);
    } else if (kind < 92) {
      this.transact(this.random.txn(2));
    } else if (kind < 94) {
      const lease = dice.pick(RANDOM_LEASES);
      if (model.leases.has(lease)) {
        assert.deepEqual([...this.leases.keys.get(lease)!].sort(), model.attached(lease).sort());
        this.sameEvents(model.revoke(lease), store.deleteKeys(this.leases.keys.get(lease)!));
        this.leases.keys.delete(lease);
      } else {
        model.leases.add(lease);
        this.leases.keys.set(lease, new Set());
      }
    } else if (kind < 96) {
      // Not 0: etcd accepts that once and forgets it if it restarts before it is done.
      const target = 1 + dice.below(model.revision + 1);
      this.compareOutcomes(
        "compact",
        () => model.compact(target),
        () => void store.scheduleCompaction(target),
        () => {},
      );
    }
    this.backend.endBatch();
    assert.equal(store.revision, model.revision);
    assert.equal(store.compactRevision, model.compactRevision);
    // A little compaction between any two operations.
    if (dice.chance(30)) store.compaction?.step(1 + dice.below(20));
  }

  transact(request: TxnRequest): void {
    const { model, store, header, dice } = this;
    const fault = outcome(() => checkTxnRequest(request, 128)).error;
    this.counts.set(`txn check ${fault}`, (this.counts.get(`txn check ${fault}`) ?? 0) + 1);
    if (fault !== undefined) return;
    const isReadonly = isTxnReadonly(request);
    const silent = !isReadonly && dice.chance(10);
    this.compareOutcomes(
      "txn",
      () => model.txn(request),
      () =>
        isReadonly
          ? { response: executeReadonlyTxn(store, request, header), events: [] }
          : applyTxn(store, request, silent ? undefined : header),
      ([response, changes], applied) => {
        if (!silent) assert.deepEqual(bytesOf(applied.response!), bytesOf(TxnResponse.encode(response)));
        this.sameEvents(changes, applied.events);
      },
    );
  }

  /** The past from the last compaction on, as a watcher that catches up reads it; and the version before each change. */
  checkHistory(): void {
    const { dice, model } = this;
    const source: EventSource = this.store;
    const from = Math.max(2, model.compactRevision + dice.below(3));
    const to = from + dice.below(30);
    const wanted = dice.pick([undefined, ...this.random.keys]);
    const expected = model.changes.filter(
      ({ main, kv }) => main >= from && main <= to && (wanted === undefined || latin1(kv.key) === latin1(wanted)),
    );
    // At the compacted revision itself only what was kept is there: changes that a later one hid are gone.
    const events: WatchEvent[] = [];
    const position = { revision: from, subRevision: 0 };
    const visitor = {
      wants: (key: string): boolean => wanted === undefined || key === latin1(wanted),
      visit: (event: WatchEvent): void => void events.push(event),
    };
    for (let i = 0; position.revision <= to; i++) {
      assert.ok(i < 10_000);
      source.scanEvents(position, to, 1 + dice.below(5), visitor);
    }
    assert.deepEqual(position, { revision: to + 1, subRevision: 0 });
    const isKept = ({ main, sub, kv }: ModelChange): boolean =>
      main > model.compactRevision ||
      !expected.some((other) => other.main === main && other.sub > sub && latin1(other.kv.key) === latin1(kv.key));
    const kept = expected.filter(isKept);
    if (this.store.compaction === undefined) this.sameEvents(kept, events);
    else assert.ok(events.length >= kept.length);
    for (const { kv, main } of kept) {
      const previous = this.store.previousKv(latin1(kv.key), main);
      const modelled = main - 1 < model.compactRevision ? undefined : model.inRange(main - 1, kv.key, EMPTY_BYTES)[0];
      assert.deepEqual(previous && bytesOf(previous), modelled && bytesOf(KeyValue.encode(modelled)));
    }
  }

  async hash(revision: number): Promise<KeyValueHash> {
    const job = this.store.startHash(revision);
    const reader = await this.backend.pin();
    while (!job.step(reader, 1 + this.dice.below(200))) {
      // Neither puts nor compactions disturb it.
      if (this.dice.chance(20)) this.step();
    }
    job.close();
    reader.release();
    return job.result;
  }

  /** Whatever the deletion of compacted entries has done so far, the hash is the same. */
  async checkHash(): Promise<void> {
    const { dice, model } = this;
    const low = Math.max(1, model.compactRevision);
    const revision = low + dice.below(model.revision - low + 1);
    if (model.at(revision).length === 0) return; // Then nothing would be kept and deleted entries count, in etcd too.
    const { hash, compactRevision } = await this.hash(revision);
    if (compactRevision !== this.store.compactRevision) return;
    this.finishCompactions();
    const again = await this.hash(revision);
    if (again.compactRevision === compactRevision) assert.equal(again.hash, hash);
  }

  finishCompactions(): void {
    for (let i = 0; this.store.compaction !== undefined; i++) {
      assert.ok(i < 100_000);
      assert.notEqual(this.store.compaction.step(10), CompactionStep.Waiting);
    }
    const fault = this.store.index.check();
    assert.equal(fault, undefined);
  }

  /** A restart: perhaps in the middle of a compaction. */
  async reopen(): Promise<void> {
    await this.backend.commit();
    this.backend = this.backend.crash();
    this.leases = new MapLeases();
    for (const lease of this.model.leases) this.leases.keys.set(lease, new Set());
    const restore = new StoreRestore({ backend: this.backend, leases: this.leases, crc32c });
    this.backend.scan(Bucket.Key, EMPTY_BYTES, undefined, (key, kv) => assert.ok(restore.add(key, kv)));
    for (let i = 0; !restore.attachLeases(3); i++) assert.ok(i < 10_000);
    const { store, orphans } = restore.finish();
    this.backend.endBatch();
    assert.deepEqual(orphans, []);
    this.store = store;
    assert.equal(store.revision, this.model.revision);
    assert.equal(store.index.check(), undefined);
    for (const lease of this.model.leases) {
      assert.deepEqual([...this.leases.keys.get(lease)!].sort(), this.model.attached(lease).sort());
    }
  }
}

function bytesOf(bytes: Uint8Array): string {
  return latin1(bytes);
}

function outcome<T>(action: () => T): { value?: T; error?: string } {
  try {
    return { value: action() };
  } catch (error) {
    if (error instanceof EtcdError && error.kind !== undefined) return { error: error.kind };
    throw error;
  }
}

test(`${OPERATIONS} random operations answer as the naive twin does, over compactions and restarts`, async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
  t.diagnostic(`SEED=${seed}`);
  const dice = new Dice(seed);
  const counts = new Map<string, number>();
  for (let done = 0; done < OPERATIONS; ) {
    const run = new Run(dice, counts);
    for (let i = 0; i < OPERATIONS_PER_STORE; i++, done++) {
      try {
        run.step();
        if (dice.chance(2)) run.checkHistory();
        if (dice.below(200) === 0) await run.checkHash();
        if (dice.below(150) === 0) await run.reopen();
      } catch (error) {
        throw new Error(`operation ${done} of SEED=${seed}: ${error instanceof Error ? error.stack : String(error)}`, {
          cause: error,
        });
      }
    }
    run.finishCompactions();
  }
  // The dice reach every refusal and every kind of success; a test of nothing but errors would prove little.
  const reached = ["range ok", "range Compacted", "range FutureRev", "put ok", "put KeyNotFound", "put LeaseNotFound"];
  reached.push("txn ok", "txn LeaseNotFound", "txn FutureRev", "txn Compacted", "compact ok", "txn check DuplicateKey");
  for (const name of reached) assert.ok((counts.get(name) ?? 0) > 50, `${name}: ${counts.get(name)}`);
});
