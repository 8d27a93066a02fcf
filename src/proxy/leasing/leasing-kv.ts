/**
 * Linearizable reads from memory (etcd client/v3/leasing, --experimental-leasing-prefix): the first read of a key makes it this proxy's own, by a
 * leasing key `<prefix><key>` with the session's lease. Whoever else wants to write the key writes REVOKE into the leasing key and waits until its owner
 * has forgotten the value and deleted it. Every write goes through a transaction that checks that nobody else owns the key.
 *
 * ```
 *   read    if create(lk) = 0 and lease(k) = 0   then get k, put lk ""          else get k, get lk
 *   write   if create(lk) <= own revision        then put k                     else get lk -> revoke its owner, again
 *   revoke  if create(lk) = seen                 then put lk "REVOKE"           and wait for its deletion
 * ```
 *
 * A value is given from memory only to the token that it was read with, and only while the lease certainly lives. Writes in transactions and of keys
 * with leases give the key up: what it is then is not known here.
 */
import { latin1, utf8, utf8Text } from "../../base/bytes.ts";
import { sleep } from "../../io/clock.ts";
import type { KeyValue } from "../../proto/generated/kv.ts";
import {
  type CompactionRequest,
  type CompactionResponse,
  DeleteRangeRequest,
  type DeleteRangeResponse,
  PutRequest,
  type PutResponse,
  RangeRequest,
  type RangeResponse,
  RequestOp,
  TxnRequest,
  type TxnResponse,
} from "../../proto/generated/rpc.ts";
import type { CallScope } from "../call-scope.ts";
import { KeyNamespace } from "../kv/key-namespace.ts";
import type { KvLayer } from "../kv/kv-layer.ts";
import { OWN_SCOPE } from "../upstream.ts";
import { answerFrom, LeaseCache, lock, noteWrite, type OwnedKey, settled, unlock } from "./lease-cache.ts";
import { createdAt, createdBefore, type KeyRange, noLease, writesOf } from "./leasing-requests.ts";
import { LeasingSession, type LeasingSessionOptions, REVOKE } from "./leasing-session.ts";
import { untilDeleted } from "./until-deleted.ts";

export interface LeasingOptions extends Omit<LeasingSessionOptions, "leasing" | "ttlSeconds"> {
  readonly below: KvLayer;
  readonly prefix: string;
  /** A key that somebody wanted is left alone for so long; default 2000. */
  readonly backoffMs?: number;
}

const SESSION_TTL_SECONDS = 60;
const BACKOFF_MS = 2000;
const RESCIND_RETRY_MS = 100;

/** A read that is about to own a key. */
interface Attempt {
  /** The key was asked for as of this revision; 0: it was not. */
  revokedRevision: number;
}

export class LeasingKv implements KvLayer {
  readonly #options: LeasingOptions;
  readonly #below: KvLayer;
  readonly #leasing: KeyNamespace;
  readonly #cache: LeaseCache;
  readonly #session: LeasingSession;
  readonly #backoffMs: number;
  readonly #attempts: Map<string, Set<Attempt>>;
  /** When each key was last given up, on the clock. */
  readonly #givenUp: Map<string, number>;

  constructor(options: LeasingOptions) {
    this.#options = options;
    this.#below = options.below;
    this.#leasing = new KeyNamespace(utf8(options.prefix));
    this.#cache = new LeaseCache();
    this.#attempts = new Map();
    this.#givenUp = new Map();
    this.#backoffMs = options.backoffMs ?? BACKOFF_MS;
    this.#session = new LeasingSession(
      { ...options, leasing: this.#leasing, ttlSeconds: SESSION_TTL_SECONDS },
      {
        onRevoked: (key, revision) => void this.#giveUp(key, revision),
        onReleased: (key, revision) => {
          if ((this.#cache.get(key)?.revision ?? revision) < revision) this.#cache.evict(key);
        },
        onLost: () => this.#cache.clear(),
      },
    );
  }

  /** Begins to own keys; resolves when the client is closed. */
  run(): Promise<void> {
    return this.#session.run();
  }

  async range(request: RangeRequest, scope: CallScope): Promise<RangeResponse> {
    const isPlain = request.rangeEnd.length === 0 && request.revision === 0 && request.key.length > 0;
    if (!isPlain || this.#session.leaseId === undefined) return this.#below.range(request, scope);
    const key = latin1(request.key);
    const owned = this.#cache.get(key);
    if (owned !== undefined && owned.token === scope.token) {
      await settled(owned);
      if (this.#cache.get(key) === owned && this.#session.leaseId !== undefined) return answerFrom(owned, request);
    }
    if (owned !== undefined || request.serializable || !this.#mayAcquire(key)) return this.#below.range(request, scope);
    return (await this.#acquire(key, request, scope)) ?? this.#below.range(request, scope);
  }

  async put(request: PutRequest, scope: CallScope): Promise<PutResponse> {
    const operation = RequestOp.create({ requestPut: request });
    const { reply, owned } = await this.#write([operation], [operation], scope);
    const isKnown = request.lease === 0n && !request.ignoreLease && !request.ignoreValue;
    for (const each of owned) if (!isKnown || !noteWrite(each, reply.header!, request)) void this.#giveUpOwn(each);
    for (const each of owned) unlock(each);
    return { ...reply.responses[0]!.responsePut!, header: reply.header };
  }

  async deleteRange(request: DeleteRangeRequest, scope: CallScope): Promise<DeleteRangeResponse> {
    const operation = RequestOp.create({ requestDeleteRange: request });
    const { reply, owned } = await this.#write([operation], [operation], scope);
    const response = reply.responses[0]!.responseDeleteRange!;
    if (response.deleted > 0)
      for (const each of owned) if (!noteWrite(each, reply.header!, undefined)) void this.#giveUpOwn(each);
    for (const each of owned) unlock(each);
    return { ...response, header: reply.header };
  }

  async txn(request: TxnRequest, scope: CallScope): Promise<TxnResponse> {
    const writes = writesOf([...request.success, ...request.failure]);
    if (writes.length === 0) return this.#below.txn(request, scope);
    const { reply, owned } = await this.#write([RequestOp.create({ requestTxn: request })], writes, scope);
    for (const each of owned) {
      void this.#giveUpOwn(each);
      unlock(each);
    }
    return { ...reply.responses[0]!.responseTxn!, header: reply.header };
  }

  compact(request: CompactionRequest, scope: CallScope): Promise<CompactionResponse> {
    return this.#below.compact(request, scope);
  }

  /** The answer, and the key is ours from now on; undefined when it cannot be had. */
  async #acquire(key: string, request: RangeRequest, scope: CallScope): Promise<RangeResponse | undefined> {
    const leaseId = this.#session.leaseId!;
    const leasingKey = this.#leasing.key(request.key);
    const read = RequestOp.create({ requestRange: RangeRequest.create({ key: request.key }) });
    const attempt: Attempt = { revokedRevision: 0 };
    const attempts = this.#attempts.get(key) ?? new Set();
    this.#attempts.set(key, attempts.add(attempt));
    let reply: TxnResponse;
    try {
      reply = await this.#below.txn(
        TxnRequest.create({
          compare: [createdAt(leasingKey, 0), noLease(request.key)],
          success: [read, RequestOp.create({ requestPut: PutRequest.create({ key: leasingKey, lease: leaseId }) })],
          failure: [read, RequestOp.create({ requestRange: RangeRequest.create({ key: leasingKey }) })],
        }),
        scope,
      );
    } catch {
      // A client that may not touch the leasing key, or a lease that is gone: the read is made as if there were no leasing.
      return undefined;
    } finally {
      attempts.delete(attempt);
      if (attempts.size === 0) this.#attempts.delete(key);
    }
    const header = reply.header!;
    const [kv] = reply.responses[0]!.responseRange!.kvs;
    const isOurs = reply.succeeded && attempt.revokedRevision < header.revision;
    if (isOurs && this.#session.leaseId === leaseId)
      return answerFrom(this.#cache.add(key, scope.token, header, kv), request);
    // Left over, unless another read has just made it ours. Not taken up again: a deletion of it may still be on its way.
    const isLeftOver = reply.responses[1]!.responseRange?.kvs[0]?.lease === leaseId;
    if (isLeftOver && this.#cache.get(key) === undefined && !this.#attempts.has(key))
      void this.#giveUp(key, header.revision);
    const once: OwnedKey = { key, revision: 0, token: scope.token, header, kv, writers: 0, waiting: [] };
    return answerFrom(once, request);
  }

  /** Does the operations once nobody else owns what they write. The owned keys among it are locked: the caller unlocks them. */
  async #write(
    operations: RequestOp[],
    writes: readonly RequestOp[],
    scope: CallScope,
  ): Promise<{ readonly reply: TxnResponse; readonly owned: readonly OwnedKey[] }> {
    const ranges = writes.map((write) => this.#rangeOf(write));
    for (;;) {
      const limits = new Map<KeyRange, number>();
      for (const range of ranges)
        if (range.rangeEnd.length > 0) limits.set(range, await this.#revokeWithin(range, scope));
      const owned = [...new Set(ranges.flatMap((range) => this.#ownedWithin(range)))];
      owned.forEach(lock);
      const guards = ranges.map((range) =>
        createdBefore(range.leasing, (limits.get(range) ?? this.#cache.get(range.start)?.revision ?? 0) + 1),
      );
      const failure = ranges.map(({ leasing }) => RequestOp.create({ requestRange: RangeRequest.create(leasing) }));
      let reply: TxnResponse;
      try {
        const guarded = TxnRequest.create({ compare: guards, success: operations, failure });
        reply = await this.#below.txn(guarded, scope);
      } catch (error) {
        // Without an answer nobody knows whether it was done.
        for (const { key } of owned) this.#cache.evict(key);
        owned.forEach(unlock);
        throw error;
      }
      if (reply.succeeded) return { reply, owned };
      owned.forEach(unlock);
      for (const { responseRange } of reply.responses)
        for (const kv of responseRange?.kvs ?? []) await this.#takeAway(kv, scope);
    }
  }

  /** A leasing key that stands in the way of a write, unless it is our own. */
  async #takeAway(kv: KeyValue, scope: CallScope): Promise<void> {
    const key = latin1(this.#leasing.strip(kv.key));
    const owned = this.#cache.get(key);
    const isOurs = kv.lease === this.#session.leaseId;
    if (owned !== undefined && isOurs && kv.createRevision <= owned.revision) return;
    this.#cache.evict(key);
    await this.#revoke(kv, scope);
  }

  /** Makes the others give up their keys of a range. The revision of the newest leasing key there, of ours too. */
  async #revokeWithin({ leasing }: KeyRange, scope: CallScope): Promise<number> {
    const { kvs } = await this.#below.range(RangeRequest.create(leasing), scope);
    let newest = 0;
    for (const kv of kvs) {
      newest = Math.max(newest, kv.createRevision);
      await this.#takeAway(kv, scope);
    }
    return newest;
  }

  /** Resolves when the leasing key is gone. */
  async #revoke(kv: KeyValue, scope: CallScope): Promise<void> {
    const key = latin1(this.#leasing.strip(kv.key));
    if (kv.lease === this.#session.leaseId) {
      await this.#giveUp(key, kv.modRevision);
      return;
    }
    let revision = kv.modRevision;
    if (utf8Text(kv.value) !== REVOKE) {
      const ask = PutRequest.create({ key: kv.key, value: utf8(REVOKE), ignoreLease: true });
      const reply = await this.#below.txn(
        TxnRequest.create({
          compare: [createdAt(kv.key, kv.createRevision)],
          success: [RequestOp.create({ requestPut: ask })],
        }),
        scope,
      );
      if (!reply.succeeded) return;
      revision = reply.header!.revision;
    }
    await untilDeleted(this.#options.start, kv.key, revision, scope);
  }

  /** Forgets the value and deletes the leasing key that was there at the revision. */
  async #giveUp(key: string, revision: number): Promise<void> {
    for (const attempt of this.#attempts.get(key) ?? []) attempt.revokedRevision = revision;
    this.#cache.evict(key);
    this.#noteGivenUp(key);
    const leasingKey = this.#leasing.key(Uint8Array.from(key, (letter) => letter.charCodeAt(0)));
    const request = TxnRequest.create({
      compare: [createdBefore({ key: leasingKey, rangeEnd: new Uint8Array(0) }, revision + 1)],
      success: [RequestOp.create({ requestDeleteRange: DeleteRangeRequest.create({ key: leasingKey }) })],
    });
    while (!this.#options.client.isClosed) {
      try {
        await this.#below.txn(request, OWN_SCOPE);
        return;
      } catch {
        // Until it succeeds, or the leasing key goes with the lease.
        await sleep(this.#options.clock, RESCIND_RETRY_MS);
        if (this.#session.leaseId === undefined) return;
      }
    }
  }

  #giveUpOwn(owned: OwnedKey): Promise<void> {
    return this.#giveUp(owned.key, owned.revision);
  }

  #mayAcquire(key: string): boolean {
    const at = this.#givenUp.get(key);
    return at === undefined || this.#options.clock.now() - at > this.#backoffMs;
  }

  #noteGivenUp(key: string): void {
    const now = this.#options.clock.now();
    for (const [old, at] of this.#givenUp) {
      if (now - at <= this.#backoffMs) break;
      this.#givenUp.delete(old);
    }
    this.#givenUp.delete(key);
    this.#givenUp.set(key, now);
  }

  #ownedWithin({ start, end, rangeEnd }: KeyRange): OwnedKey[] {
    if (rangeEnd.length > 0) return this.#cache.within(start, end);
    const owned = this.#cache.get(start);
    return owned === undefined ? [] : [owned];
  }

  #rangeOf({ requestPut, requestDeleteRange }: RequestOp): KeyRange {
    const key = requestPut?.key ?? requestDeleteRange!.key;
    const rangeEnd = requestDeleteRange?.rangeEnd ?? new Uint8Array(0);
    const isOpen = rangeEnd.length === 1 && rangeEnd[0] === 0;
    return {
      start: latin1(key),
      end: isOpen ? undefined : latin1(rangeEnd),
      rangeEnd,
      leasing: { key: this.#leasing.key(key), rangeEnd: this.#leasing.end(rangeEnd) },
    };
  }
}
