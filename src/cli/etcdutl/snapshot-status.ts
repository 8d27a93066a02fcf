/**
 * `etcdutl snapshot status`: checks the whole file as bbolt does, then counts and hashes what is in it: CRC32C over each bucket's name and
 * its keys and values. Source of behaviour: etcd etcdutl/snapshot/v3_snapshot.go (Status).
 */
import { utf8 } from "../../base/bytes.ts";
import { versionText } from "../../base/semver.ts";
import { Bucket } from "../../core/mvcc/backend.ts";
import { KeyValueReader } from "../../core/mvcc/key-value.ts";
import { isRevisionKey, isTombstoneKey, mainOf } from "../../core/mvcc/revision-key.ts";
import { loadStorageVersion } from "../../core/version/storage-version.ts";
import { BoltDamagedError } from "../../storage/bolt/errors.ts";
import { OfflineBolt } from "../../storage/bolt/offline.ts";
import { GatheredHash } from "./gathered-hash.ts";
import { requireFile, type ToolEnvironment, ToolError, withLockWait } from "./tool-environment.ts";

export interface SnapshotStatus {
  readonly hash: number;
  /** Main revision of the last entry; 0 in an empty file. */
  readonly revision: number;
  /** Keys that live at it. */
  readonly totalKey: number;
  readonly totalSizeBytes: number;
  /** Storage version; empty in files of etcd before 3.6. */
  readonly version: string;
}

const NO_KEY = new Uint8Array(0);

/** Throws ToolError for a file that is none or damaged. Waits for a lock as long as it takes, as the original does. */
export async function snapshotStatus(environment: ToolEnvironment, path: string): Promise<SnapshotStatus> {
  const { fileSystem, clock } = environment;
  await requireFile(fileSystem, path);
  const bolt = await opened(withLockWait(clock, 0, () => OfflineBolt.open({ fileSystem, clock, path })));
  try {
    const { problems } = await bolt.check();
    if (problems.length > 0) {
      const head = `snapshot file integrity check failed. ${problems.length} errors found.`;
      throw new ToolError([head, ...problems].join("\n"));
    }
    const { reader } = bolt;
    const hash = new GatheredHash();
    const live = new LiveKeys();
    for (const bucket of reader.bucketNames) {
      hash.add(utf8(bucket));
      const isKeys = bucket === Bucket.Key;
      await reader.scanSlices(bucket, NO_KEY, undefined, (key, value) => {
        hash.add(key);
        hash.add(value);
        if (isKeys) live.add(key, value);
      });
    }
    const version = loadStorageVersion(reader);
    return {
      hash: hash.sum(),
      revision: live.revision,
      totalKey: live.count,
      totalSizeBytes: reader.sizeBytes,
      version: version === undefined ? "" : versionText(version),
    };
  } finally {
    await bolt.close();
  }
}

/** Counts the keys that live after the last entry. Entries come in order of revision. */
class LiveKeys {
  revision: number;
  readonly #keys: Set<string>;
  readonly #kv: KeyValueReader;

  constructor() {
    this.revision = 0;
    this.#keys = new Set();
    this.#kv = new KeyValueReader();
  }

  get count(): number {
    return this.#keys.size;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    if (!isRevisionKey(key)) throw damagedEntry(`cannot parse revision key: ${JSON.stringify([...key])}`);
    this.revision = mainOf(key);
    if (!this.#kv.parse(value)) throw damagedEntry("cannot unmarshal value");
    if (isTombstoneKey(key)) this.#keys.delete(this.#kv.key);
    else this.#keys.add(this.#kv.key);
  }
}

function damagedEntry(why: string): ToolError {
  return new ToolError(`error during bucket key iteration, name: "key" err: ${why}`);
}

/** A file that is no database has bbolt's text. */
export async function opened<T>(opening: Promise<T>): Promise<T> {
  try {
    return await opening;
  } catch (error) {
    if (!(error instanceof BoltDamagedError)) throw error;
    throw new ToolError(error.page < 0 ? `invalid database (${error.reason})` : error.message, undefined, error);
  }
}
