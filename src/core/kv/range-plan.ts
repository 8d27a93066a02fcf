/**
 * Ranges of any size without holding the event loop: small ones are executed at once, large ones become a {@link LargeRange} that the
 * server drives in slices over a pinned reader.
 *
 *     const plan = planRange(store, request);
 *     if (plan.large === undefined) return call.reply(encodeRangeResponse(plan.result, header));
 *     const { large } = plan;
 *     const reader = await backend.pin();
 *     while (!large.prepare(reader)) await yieldTurn();
 *     call.beginMessage(large.messageBytes(header));
 *     for (let piece; (piece = large.nextPiece(reader, header)) !== undefined; ) { call.continueMessage(piece); await drained(); }
 *     large.close(); reader.release();                                                  // in every case
 */
import { latin1 } from "../../base/bytes.ts";
import type { RangeRequest } from "../../proto/generated/rpc.ts";
import { CountCursor } from "../mvcc/key-index.ts";
import type { Store } from "../mvcc/store.ts";
import { LargeRange } from "./large-range.ts";
import { executeRange, fetchLimit, finishRange, RangeResult } from "./range.ts";
import { RangeHits } from "./range-hits.ts";

/** What a small range may cost: about 2 ms at 1 us a key. */
const SMALL_KEYS_MAX = 2000;
const SMALL_BYTES_MAX = 1024 * 1024;
const SMALL_ENTRIES_MAX = 20_000;

export interface RangePlan {
  /** The result of a small range. */
  readonly result: RangeResult | undefined;
  /** The plan of a large one; exactly one of the two is set. */
  readonly large: LargeRange | undefined;
}

/** Plans a checked request outside of any write transaction. Throws FutureRev or Compacted. */
export function planRange(store: Store, request: RangeRequest): RangePlan {
  if (request.rangeEnd.length === 0) return small(executeRange(store, request));
  store.counts.ranges++;
  const atRevision = store.resolveRevision(request.revision);
  const { revision } = store;
  const key = latin1(request.key);
  const end = latin1(request.rangeEnd);
  if (request.countOnly) {
    const cursor = new CountCursor(key, end, atRevision);
    if (store.index.countSome(cursor, SMALL_ENTRIES_MAX)) {
      return small(new RangeResult(revision, cursor.count, false, []));
    }
    return large(store, request, atRevision);
  }
  const limit = fetchLimit(request);
  const found = new RangeHits();
  const hitsMax = limit === 0 ? SMALL_KEYS_MAX : Math.min(limit, SMALL_KEYS_MAX);
  const rest = store.collectSome(key, end, atRevision, hitsMax, SMALL_ENTRIES_MAX, found);
  if (rest !== undefined && found.hits.length !== limit) return large(store, request, atRevision);
  if (!isSmall(store, found)) return large(store, request, atRevision);
  let count = found.hits.length;
  if (rest !== undefined) {
    const cursor = new CountCursor(rest, end, atRevision);
    if (!store.index.countSome(cursor, SMALL_ENTRIES_MAX)) return large(store, request, atRevision);
    count += cursor.count;
  }
  return small(finishRange(store, request, revision, count, found.hits));
}

function small(result: RangeResult): RangePlan {
  return { result, large: undefined };
}

function large(store: Store, request: RangeRequest, atRevision: number): RangePlan {
  return { result: undefined, large: new LargeRange(store, request, atRevision) };
}

/** The index knows the sizes of newest versions only; those of older ones are looked up. */
function isSmall(store: Store, found: RangeHits): boolean {
  let bytes = found.knownBytes;
  for (const hit of found.hits) {
    if (bytes > SMALL_BYTES_MAX) return false;
    if (hit.storedBytes < 0) bytes += store.storedAt(store.backend, hit.main, hit.sub).length;
  }
  return bytes <= SMALL_BYTES_MAX;
}
