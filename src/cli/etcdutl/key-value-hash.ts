/**
 * `etcdutl hashkv`: the hash that Maintenance.HashKV of a member with this file gives (etcd server/storage/mvcc/hash.go).
 *
 * DIVERGES: the file is only read. The original opens it for writing, so afterwards the SHA-256 behind a saved snapshot no longer fits.
 */
import { assert } from "../../base/assert.ts";
import { EtcdError, etcdError } from "../../base/etcd-error.ts";
import { type Backend, type BackendReader, Bucket } from "../../core/mvcc/backend.ts";
import { readCompactionMarks } from "../../core/mvcc/compaction-marks.ts";
import { type KeyValueHash, KeyValueHasher } from "../../core/mvcc/hash.ts";
import type { LeaseHooks } from "../../core/mvcc/lease-hooks.ts";
import { mainOf } from "../../core/mvcc/revision-key.ts";
import { StoreRestore } from "../../core/mvcc/store-restore.ts";
import { yieldTurn } from "../../io/clock.ts";
import { OfflineBolt } from "../../storage/bolt/offline.ts";
import type { BoltPinnedReader } from "../../storage/bolt/pinned-reader.ts";
import { crc32c } from "../../storage/crc32c.ts";
import { opened } from "./snapshot-status.ts";
import { requireFile, type ToolEnvironment, ToolError, withLockWait } from "./tool-environment.ts";

const NO_KEY = new Uint8Array(0);
const STEP_ENTRIES = 2000;
const STEP_KEYS = 5000;

export interface HashOptions {
  readonly path: string;
  /** 0: the latest. Below 0: nothing is hashed, as in the original. */
  readonly revision: number;
  readonly lockTimeoutMs: number;
}

/** Throws ToolError. */
export async function hashKeyValues(environment: ToolEnvironment, options: HashOptions): Promise<KeyValueHash> {
  const { fileSystem, clock } = environment;
  const { path, revision } = options;
  await requireFile(fileSystem, path);
  const bolt = await opened(
    withLockWait(clock, options.lockTimeoutMs, () => OfflineBolt.open({ fileSystem, clock, path })),
  );
  try {
    const { scheduled = 0, finished = -1 } = readCompactionMarks(bolt.reader);
    // Without a compaction all entries count, and the index of keys is not needed.
    if (scheduled <= 0 && finished <= 0) return await hashAll(bolt.reader, revision);
    return await hashWithIndex(environment, bolt.reader, revision);
  } catch (error) {
    if (error instanceof EtcdError) throw new ToolError(error.message.replace(/^etcdserver: /, ""), undefined, error);
    throw error;
  } finally {
    await bolt.close();
  }
}

async function hashAll(reader: BoltPinnedReader, revision: number): Promise<KeyValueHash> {
  const hasher = new KeyValueHasher(crc32c);
  let latest = 1;
  await reader.scanSlices(Bucket.Key, NO_KEY, undefined, (key, value) => {
    latest = mainOf(key);
    if (revision !== 0 && latest > revision) return;
    hasher.add(key);
    hasher.add(value);
  });
  if (revision > latest) throw etcdError("FutureRev");
  return { hash: hasher.sum(), compactRevision: -1, revision: revision === 0 ? latest : revision };
}

async function hashWithIndex(
  environment: ToolEnvironment,
  reader: BoltPinnedReader,
  revision: number,
): Promise<KeyValueHash> {
  const { clock } = environment;
  const restore = new StoreRestore({ backend: new DiscardingBackend(reader), leases: new AllLeases(), crc32c });
  await reader.scanSlices(Bucket.Key, NO_KEY, undefined, (key, value) => {
    if (!restore.add(key, value)) throw new ToolError("the key bucket holds an entry that is damaged or out of order");
  });
  while (!restore.attachLeases(STEP_KEYS)) await yieldTurn(clock);
  const { store } = restore.finish();
  if (revision < 0) return { hash: new KeyValueHasher(crc32c).sum(), compactRevision: store.compactRevision, revision };
  const job = store.startHash(revision);
  try {
    while (!job.step(reader, STEP_ENTRIES)) await yieldTurn(clock);
    return job.result;
  } finally {
    job.close();
  }
}

/** Gives what is in the file. The mark of a compaction that a restored store resumes is the one in the file: it is dropped. */
class DiscardingBackend implements Backend {
  readonly sizeBytes: number;
  readonly sizeInUseBytes: number;
  readonly #reader: BoltPinnedReader;

  constructor(reader: BoltPinnedReader) {
    this.sizeBytes = reader.sizeBytes;
    this.sizeInUseBytes = reader.sizeBytes;
    this.#reader = reader;
  }

  get(bucket: Bucket, key: Uint8Array): Uint8Array | undefined {
    return this.#reader.get(bucket, key);
  }

  scan(...args: Parameters<BackendReader["scan"]>): boolean {
    return this.#reader.scan(...args);
  }

  put(): void {}

  delete(): void {}

  endBatch(): void {}

  commit(): Promise<void> {
    return Promise.resolve();
  }

  pin(): Promise<never> {
    assert(false, "the file is only read");
  }
}

/** Leases are of no interest to the hash: every one exists. */
class AllLeases implements LeaseHooks {
  has(): boolean {
    return true;
  }

  leaseOf(): bigint {
    return 0n;
  }

  attach(): boolean {
    return true;
  }

  detach(): void {}
}
