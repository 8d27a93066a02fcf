/** The buckets of one transaction in memory, and the values that stand for them in the root tree. */
import { utf8 } from "../../base/bytes.ts";
import { writeBucketHeader } from "../../codec/bolt/bucket-value.ts";
import { BUCKET_HEADER_BYTES, PAGE_HEADER_BYTES, PageFlag } from "../../codec/bolt/layout.ts";
import type { Meta } from "../../codec/bolt/meta.ts";
import { NodePage, writePageHeader } from "../../codec/bolt/node-page.ts";
import type { NodeContent } from "./node-content.ts";
import { encodeEntries } from "./tree-merge.ts";
import type { TreeOps } from "./tree-ops.ts";
import type { TreeRoot } from "./tree-read.ts";

/** A bucket as of one transaction. */
export interface BucketState {
  readonly name: string;
  /** Root page; 0 when inline. */
  readonly root: number;
  readonly sequence: number;
  readonly inline: NodePage | undefined;
}

/** A transaction: immutable. */
export interface TransactionState {
  readonly meta: Meta;
  /** In byte order of the names. */
  readonly buckets: ReadonlyMap<string, BucketState>;
}

/** The tree of a bucket that is not there yet. */
export const EMPTY_BUCKET: TreeRoot & { readonly inline: NodePage } = { root: 0, inline: emptyInlinePage() };

function emptyInlinePage(): NodePage {
  const words = new Uint32Array((BUCKET_HEADER_BYTES + PAGE_HEADER_BYTES) / 4);
  writePageHeader(words, BUCKET_HEADER_BYTES, 0, PageFlag.Leaf, 0, 0);
  const page = new NodePage(0, new Uint8Array(words.buffer), words, BUCKET_HEADER_BYTES, PAGE_HEADER_BYTES);
  page.readHeader();
  return page;
}

/** A small leaf in memory of its own, with room for the bucket header before it. */
export function inlinePage(content: NodeContent, ops: TreeOps): NodePage {
  const words = new Uint32Array((BUCKET_HEADER_BYTES + content.size + 3) >>> 2);
  const bytes = new Uint8Array(words.buffer);
  const page = new NodePage(
    0,
    bytes,
    words,
    BUCKET_HEADER_BYTES,
    content.count === 0 ? PAGE_HEADER_BYTES : content.size,
  );
  writePageHeader(words, BUCKET_HEADER_BYTES, 0, PageFlag.Leaf, content.count, 0);
  page.readHeader();
  encodeEntries(page, content, { from: 0, count: content.count, ops, elementFlags: 0 });
  return page;
}

/** The value of a bucket's element in the root tree. */
export function bucketValue(bucket: BucketState): Uint8Array {
  if (bucket.inline === undefined) {
    const words = new Uint32Array(BUCKET_HEADER_BYTES / 4);
    writeBucketHeader(words, bucket.root, bucket.sequence);
    return new Uint8Array(words.buffer);
  }
  const value = bucket.inline.bytes.slice(0, BUCKET_HEADER_BYTES + bucket.inline.length);
  const header = new Uint32Array(BUCKET_HEADER_BYTES / 4);
  writeBucketHeader(header, 0, bucket.sequence);
  value.set(new Uint8Array(header.buffer));
  return value;
}

export function inByteOrder(buckets: ReadonlyMap<string, BucketState>): Map<string, BucketState> {
  return new Map([...buckets].sort((a, b) => compareNames(utf8(a[0]), utf8(b[0]))));
}

export function compareNames(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < a.length && i < b.length; i++) if (a[i] !== b[i]) return a[i]! - b[i]!;
  return a.length - b.length;
}
