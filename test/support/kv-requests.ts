/** Random KV requests over few keys, so that they meet. */
import { EMPTY_BYTES, latin1, utf8 } from "../../src/base/bytes.ts";
import {
  Compare,
  type CompareResult,
  type CompareTarget,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  type SortOrder,
  type SortTarget,
  TxnRequest,
} from "../../src/proto/generated/rpc.ts";
import type { KvModel } from "./kv-model.ts";

export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(n: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * n);
  }

  chance(percent: number): boolean {
    return this.below(100) < percent;
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

export const RANDOM_LEASES: readonly bigint[] = [1n, 77n, 0x7fff_ffff_ffff_fff0n];

const NAMES = ["a", "b", "k", "\0", "\0\0", "\xff", "\xff\xff", "\x80\x7f"];

export class RandomRequests {
  readonly dice: Dice;
  readonly keys: readonly Uint8Array[];
  readonly #model: KvModel;
  readonly #ends: readonly Uint8Array[];

  /** `keysMax`: number of distinct keys. */
  constructor(dice: Dice, model: KvModel, keysMax: number) {
    this.dice = dice;
    this.#model = model;
    const numbered = Array.from({ length: keysMax }, (_, i) => utf8(`key${i}`));
    this.keys = [...NAMES.map((name) => Uint8Array.from(name, (c) => c.charCodeAt(0))), ...numbered].slice(0, keysMax);
    this.#ends = [...this.keys, new Uint8Array([0]), utf8("kez"), EMPTY_BYTES];
  }

  value(): Uint8Array {
    const { dice } = this;
    if (dice.chance(10)) return EMPTY_BYTES;
    const size = dice.chance(95) ? 1 + dice.below(3) : 5000;
    return new Uint8Array(size).fill(dice.below(3));
  }

  revision(): number {
    const { dice } = this;
    const { revision, compactRevision } = this.#model;
    if (dice.chance(50)) return 0;
    if (dice.chance(5)) return -dice.below(3);
    const low = Math.max(0, compactRevision - 2);
    return low + dice.below(revision - low + 3);
  }

  range(): RangeRequest {
    const { dice } = this;
    const rangeEnd = dice.chance(45) ? EMPTY_BYTES : dice.pick(this.#ends);
    const request = RangeRequest.create({ key: dice.pick(this.keys), rangeEnd, revision: this.revision() });
    if (dice.chance(40)) request.limit = dice.below(6) - 1;
    if (dice.chance(40)) {
      request.sortOrder = dice.below(3) as SortOrder;
      request.sortTarget = dice.below(5) as SortTarget;
    }
    request.keysOnly = dice.chance(20);
    request.countOnly = dice.chance(10);
    request.serializable = dice.chance(50);
    const bound = (): number => (dice.chance(15) ? dice.below(this.#model.revision + 2) : 0);
    request.minModRevision = bound();
    request.maxModRevision = bound();
    request.minCreateRevision = bound();
    request.maxCreateRevision = bound();
    return request;
  }

  put(): PutRequest {
    const { dice } = this;
    const request = PutRequest.create({ key: dice.pick(this.keys), prevKv: dice.chance(30) });
    if (dice.chance(10)) request.ignoreValue = true;
    else request.value = this.value();
    if (dice.chance(10)) request.ignoreLease = true;
    else if (dice.chance(30)) request.lease = dice.pick(RANDOM_LEASES);
    return request;
  }

  deletion(): DeleteRangeRequest {
    const { dice } = this;
    const rangeEnd = dice.chance(80) ? EMPTY_BYTES : dice.pick(this.#ends);
    return DeleteRangeRequest.create({ key: dice.pick(this.keys), rangeEnd, prevKv: dice.chance(50) });
  }

  compare(): Compare {
    const { dice } = this;
    const model = this.#model;
    const compare = Compare.create({
      key: dice.pick(this.keys),
      result: dice.below(4) as CompareResult,
      target: dice.below(5) as CompareTarget,
      rangeEnd: dice.chance(80) ? EMPTY_BYTES : dice.pick(this.#ends),
    });
    // Half of them hit what is there; a wrong member of the union counts as zero.
    const existing = dice.chance(50) ? model.inRange(model.revision, compare.key, EMPTY_BYTES)[0] : undefined;
    const target = dice.chance(95) ? compare.target : dice.below(5);
    if (target === 0) compare.version = existing?.version ?? dice.below(3);
    if (target === 1) compare.createRevision = existing?.createRevision ?? dice.below(model.revision + 1);
    if (target === 2) compare.modRevision = existing?.modRevision ?? dice.below(model.revision + 1);
    if (target === 3) compare.value = existing?.value ?? this.value();
    if (target === 4) compare.lease = existing?.lease ?? (dice.chance(50) ? 0n : dice.pick(RANDOM_LEASES));
    return compare;
  }

  txn(depth: number): TxnRequest {
    const { dice } = this;
    const ops = (): RequestOp[] =>
      Array.from({ length: dice.below(4) }, () => {
        const op = RequestOp.create();
        const kind = dice.below(10);
        if (kind < 3) op.requestRange = this.range();
        else if (kind < 6) op.requestPut = this.put();
        else if (kind < 8 || depth === 0) op.requestDeleteRange = this.deletion();
        else op.requestTxn = this.txn(depth - 1);
        return op;
      });
    const compare = Array.from({ length: dice.below(3) }, () => this.compare());
    return TxnRequest.create({ compare, success: ops(), failure: ops() });
  }
}

/** A deletion without an upper bound in a transaction that puts without a value or lease: etcd 3.7.1 panics on some of these. */
export function mayCrashEtcd(request: TxnRequest): boolean {
  const text = JSON.stringify(TxnRequest.toJson(request));
  const unbounded = (txn: TxnRequest): boolean =>
    [...txn.success, ...txn.failure].some(
      (op) =>
        (op.requestDeleteRange !== undefined && latin1(op.requestDeleteRange.rangeEnd) === "\0") ||
        (op.requestTxn !== undefined && unbounded(op.requestTxn)),
    );
  return unbounded(request) && text.includes('"request_put"');
}
