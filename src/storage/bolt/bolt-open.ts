/** Reading a bbolt file at opening: which transaction it holds, what that reaches, and so what is free. */
import { utf8Text } from "../../base/bytes.ts";
import { decodeBucketValue } from "../../codec/bolt/bucket-value.ts";
import { PAGE_HEADER_BYTES } from "../../codec/bolt/layout.ts";
import { decodeMeta, META_BYTES, type Meta } from "../../codec/bolt/meta.ts";
import { overflowOf } from "../../codec/bolt/node-page.ts";
import type { Clock } from "../../io/clock.ts";
import type { File } from "../../io/file-system.ts";
import type { BucketState } from "./bucket-state.ts";
import { BoltDamagedError, BoltUnsupportedError } from "./errors.ts";
import { FreePages } from "./free-pages.ts";
import type { CachedPage } from "./page-cache.ts";
import type { Pager } from "./pager.ts";
import { TreeWalk, type WalkVisitor } from "./tree-walk.ts";

/** Sees every entry of a bucket in key order while the file is opened. Views are good until it returns. */
export type EntryVisitor = (bucket: string, key: Uint8Array, value: Uint8Array) => void;

export interface FoundMeta {
  /** The valid meta page with the higher txid. */
  readonly meta: Meta;
  /** Both meta pages name this tree. */
  readonly isTwin: boolean;
  /** What is wrong with the other meta page: had it been newer, this is the transaction before. */
  readonly damage: { readonly offset: number; readonly reason: string } | undefined;
}

/** Which transaction a file holds. Rejects with {@link BoltDamagedError} when no meta page tells. */
export async function readMeta(file: File, fileBytes: number): Promise<FoundMeta> {
  const damaged = (reason: string): BoltDamagedError => new BoltDamagedError(file.path, -1, 0, reason);
  if (fileBytes === 0) throw damaged("the file is empty");
  const first = await readMetaAt(file, 0);
  const reasons: string[] = first.ok ? [] : [`meta page 0: ${first.reason}`];
  let found: FoundMeta | undefined;
  if (first.ok) {
    const { meta } = first;
    const second = await readMetaAt(file, meta.pageSize);
    if (!second.ok) found = { meta, isTwin: false, damage: { offset: meta.pageSize, reason: second.reason } };
    else if (second.meta.pageSize !== meta.pageSize)
      found = { meta, isTwin: false, damage: { offset: meta.pageSize, reason: "another page size" } };
    else {
      const isTwin = second.meta.root === meta.root && second.meta.pageCount === meta.pageCount;
      found = { meta: second.meta.txid > meta.txid ? second.meta : meta, isTwin, damage: undefined };
    }
  } else {
    // Where the second one is depends on the page size, which the first one would tell.
    for (let pageSize = 1024; pageSize <= 65536 && found === undefined; pageSize *= 2) {
      const second = await readMetaAt(file, pageSize);
      if (second.ok && second.meta.pageSize === pageSize)
        found = { meta: second.meta, isTwin: false, damage: { offset: 0, reason: first.reason } };
      else if (!second.ok && second.magicIsRight) reasons.push(`meta page at offset ${pageSize}: ${second.reason}`);
    }
  }
  if (found === undefined) throw damaged(`not a bbolt database: ${reasons.join("; ")}`);
  const { pageCount, pageSize } = found.meta;
  const bytes = pageCount * pageSize;
  if (fileBytes < bytes)
    throw damaged(
      `the file is cut: it has ${fileBytes} bytes, its meta page counts ${pageCount} pages (${bytes} bytes)`,
    );
  return found;
}

async function readMetaAt(file: File, offset: number): Promise<ReturnType<typeof decodeMeta>> {
  const bytes = new Uint8Array(META_BYTES);
  const got = await file.read(bytes, offset);
  return decodeMeta(bytes.subarray(0, got));
}

/** Visits every page that the transaction reaches: what is not reached is free. */
export async function walkFile(
  pager: Pager,
  clock: Clock,
  meta: Meta,
  visit: EntryVisitor | undefined,
): Promise<{ free: FreePages; buckets: Map<string, BucketState> }> {
  const free = new FreePages(meta.pageCount);
  free.add(2, meta.pageCount - 2);
  const path = pager.file.path;
  const use = (page: CachedPage): void => {
    const pages = page.length / pager.pageSize;
    for (let id = page.id; id < page.id + pages; id++)
      if (!free.isFree(id)) throw pager.damaged(id, "page is used twice");
    free.take(page.id, pages);
  };
  if (meta.freelist !== undefined) {
    const head = new Uint32Array(PAGE_HEADER_BYTES / 4);
    await pager.file.read(new Uint8Array(head.buffer), meta.freelist * pager.pageSize);
    const pages = overflowOf(head, 0) + 1;
    if (meta.freelist + pages > meta.pageCount)
      throw pager.damaged(meta.freelist, "the freelist goes beyond the page count");
    free.take(meta.freelist, pages);
  }
  const buckets = new Map<string, BucketState>();
  await new TreeWalk(pager, clock, {
    page: use,
    leaf(page, from, to) {
      for (let i = from; i < to; i++) {
        const name = utf8Text(page.key(i));
        if (!page.isBucket(i))
          throw pager.damaged(page.id, `the root bucket holds an entry that is no bucket: ${name}`);
        const result = decodeBucketValue(page.value(i), meta.pageCount);
        if (!result.ok) throw pager.damaged(page.id, `bucket ${name}: ${result.reason}`);
        buckets.set(name, { name, ...result.bucket });
      }
    },
  }).run({ root: meta.root, inline: undefined });
  for (const bucket of buckets.values()) {
    const visitor: WalkVisitor = {
      page: use,
      leaf(page, from, to) {
        for (let i = from; i < to; i++)
          if (page.isBucket(i)) throw new BoltUnsupportedError(path, `bucket ${bucket.name} holds a nested bucket`);
        if (visit !== undefined) for (let i = from; i < to; i++) visit(bucket.name, page.key(i), page.value(i));
      },
    };
    await new TreeWalk(pager, clock, visitor).run(bucket);
  }
  return { free, buckets };
}
