/**
 * The revisions of one key (etcd server/storage/mvcc/key_index.go). A life of a key from creation to tombstone is a generation.
 *
 * put(1.0) put(2.0) tombstone(3.0) put(4.0) tombstone(5.0) put(6.0):
 *
 *   closed:   [1.0 2.0 3.0t] [4.0 5.0t]
 *   current:  created 6, version 1, newest 6.0, older: none
 *
 * A key that was put once is one object without arrays: this is the form of nearly all keys of a large store. After a tombstone the
 * entry is dead (version DEAD) until it is put again. Invariants: revisions ascend; every closed generation ends in its tombstone; an
 * entry without any generation is removed from the index by its owner.
 */
import { assert } from "../../base/assert.ts";

const DEAD = -1;

/** A closed generation: main and sub of each revision in turn, the last one the tombstone. */
class Generation {
  /** Main revision of the first put; 0 when it was compacted before a restart. */
  readonly created: number;
  /** Versions counted including the tombstone and those compacted away. */
  readonly version: number;
  revisions: number[];

  constructor(created: number, version: number, revisions: number[]) {
    this.created = created;
    this.version = version;
    this.revisions = revisions;
  }
}

/** Where a key stood at a revision; filled by {@link KeyEntry.find}, reused by callers. */
export class FoundRevision {
  main = 0;
  sub = 0;
  created = 0;
  version = 0;
}

export class KeyEntry {
  /** One character per byte. */
  readonly key: string;
  /** The newest revision, tombstones included. */
  modMain: number;
  modSub: number;
  /** Main revision of the first put of the current generation. */
  created: number;
  /** Puts in the current generation, DEAD after a tombstone. */
  version: number;
  /** Length of the stored bytes of the newest revision: sizes of long lists are known without reading them. */
  newestBytes: number;
  /** Current generation without its newest revision: main and sub in turn. */
  #older: number[] | undefined;
  #closed: Generation[] | undefined;

  /** An entry whose only revision known is this put. */
  constructor(key: string, main: number, sub: number, created: number, version: number, newestBytes: number) {
    this.key = key;
    this.modMain = main;
    this.modSub = sub;
    this.created = created;
    this.version = version;
    this.newestBytes = newestBytes;
    this.#older = undefined;
    this.#closed = undefined;
  }

  /** An entry whose only revision known is a tombstone, as a restart after a compaction at the tombstone finds it. */
  static ofTombstone(key: string, main: number, sub: number): KeyEntry {
    const entry = new KeyEntry(key, main, sub, 0, DEAD, 0);
    entry.#closed = [new Generation(0, 1, [main, sub])];
    return entry;
  }

  /** The key exists after its newest revision. */
  get isLive(): boolean {
    return this.version !== DEAD;
  }

  /** True when compaction left nothing; the owner then forgets the entry. */
  get isEmpty(): boolean {
    return this.version === DEAD && this.#closed === undefined;
  }

  put(main: number, sub: number, newestBytes: number): void {
    assert(main > this.modMain || (main === this.modMain && sub > this.modSub), "revisions of a key must grow");
    if (this.version === DEAD) {
      this.created = main;
      this.version = 1;
    } else {
      if (this.#older === undefined) this.#older = [this.modMain, this.modSub];
      else this.#older.push(this.modMain, this.modSub);
      this.version++;
    }
    this.newestBytes = newestBytes;
    this.modMain = main;
    this.modSub = sub;
  }

  /** Ends the current generation; false (and no change) when the key does not exist. */
  tombstone(main: number, sub: number): boolean {
    if (this.version === DEAD) return false;
    assert(main > this.modMain || (main === this.modMain && sub > this.modSub), "revisions of a key must grow");
    const revisions = this.#older ?? [];
    revisions.push(this.modMain, this.modSub, main, sub);
    const generation = new Generation(this.created, this.version + 1, revisions);
    if (this.#closed === undefined) this.#closed = [generation];
    else this.#closed.push(generation);
    this.#older = undefined;
    this.modMain = main;
    this.modSub = sub;
    this.created = 0;
    this.version = DEAD;
    return true;
  }

  /** Fills `found` with the state at a revision; false when the key did not exist then (or its state was compacted). */
  find(atRevision: number, found: FoundRevision): boolean {
    if (this.version !== DEAD) {
      if (this.modMain <= atRevision) {
        found.main = this.modMain;
        found.sub = this.modSub;
        found.created = this.created;
        found.version = this.version;
        return true;
      }
      const older = this.#older;
      if (older !== undefined && older[0]! <= atRevision) {
        const i = lastAtOrBefore(older, atRevision);
        found.main = older[2 * i]!;
        found.sub = older[2 * i + 1]!;
        found.created = this.created;
        found.version = this.version - (older.length / 2 - i);
        return true;
      }
    }
    const closed = this.#closed;
    if (closed === undefined) return false;
    for (let g = closed.length - 1; g >= 0; g--) {
      const { created, version, revisions } = closed[g]!;
      if (revisions[revisions.length - 2]! <= atRevision) return false;
      if (revisions[0]! <= atRevision) {
        const i = lastAtOrBefore(revisions, atRevision);
        found.main = revisions[2 * i]!;
        found.sub = revisions[2 * i + 1]!;
        found.created = created;
        found.version = version - (revisions.length / 2 - i - 1);
        return true;
      }
    }
    return false;
  }

  /** True when the key existed at a revision: `find` without the details. */
  existsAt(atRevision: number): boolean {
    if (this.version !== DEAD) {
      if (this.modMain <= atRevision) return true;
      if (this.#older !== undefined && this.#older[0]! <= atRevision) return true;
    }
    const closed = this.#closed;
    if (closed === undefined) return false;
    for (let g = closed.length - 1; g >= 0; g--) {
      const { revisions } = closed[g]!;
      if (revisions[revisions.length - 2]! <= atRevision) return false;
      if (revisions[0]! <= atRevision) return true;
    }
    return false;
  }

  /**
   * Forgets what no read at or above a revision can see. True when one revision at or below it stays: the newest one of its
   * generation, which may be a tombstone exactly at the revision.
   */
  compact(atRevision: number): boolean {
    const closed = this.#closed;
    if (closed !== undefined) {
      let drop = 0;
      while (drop < closed.length && tombstoneMain(closed[drop]!) < atRevision) drop++;
      if (drop === closed.length) {
        this.#closed = undefined;
      } else {
        if (drop > 0) this.#closed = closed.slice(drop);
        const generation = closed[drop]!;
        const i = lastAtOrBefore(generation.revisions, atRevision);
        if (i > 0) generation.revisions = generation.revisions.slice(2 * i);
        return i >= 0;
      }
    }
    if (this.version === DEAD) return false;
    if (this.modMain <= atRevision) {
      this.#older = undefined;
      return true;
    }
    const older = this.#older;
    if (older === undefined) return false;
    const i = lastAtOrBefore(older, atRevision);
    if (i > 0) this.#older = older.slice(2 * i);
    return i >= 0;
  }

  /**
   * True when (main, sub) is known here. After {@link compact} that is what stays of the revisions at or below its target: one, or two
   * when the key was deleted and put again in the transaction of exactly that revision (DIVERGES: etcd keeps the
   * tombstone only and cannot read the key any more; ADR 0011).
   */
  retains(main: number, sub: number): boolean {
    if (this.modMain === main && this.modSub === sub) return !this.isEmpty;
    if (this.#older !== undefined && hasRevision(this.#older, main, sub)) return true;
    if (this.#closed !== undefined) {
      for (const { revisions } of this.#closed) if (hasRevision(revisions, main, sub)) return true;
    }
    return false;
  }

  /**
   * True when a compaction at a revision would keep (main, sub) and it is no tombstone: etcd leaves tombstones out here so that hashes
   * equal those of versions that deleted them (key_index.go `keep`).
   */
  keepsAt(atRevision: number, main: number, sub: number): boolean {
    const closed = this.#closed;
    if (closed !== undefined) {
      for (const { revisions } of closed) {
        const tombstone = revisions[revisions.length - 2]!;
        if (tombstone < atRevision) continue;
        const i = lastAtOrBefore(revisions, atRevision);
        return i >= 0 && 2 * i !== revisions.length - 2 && revisions[2 * i] === main && revisions[2 * i + 1] === sub;
      }
    }
    if (this.version === DEAD) return false;
    if (this.modMain <= atRevision) return this.modMain === main && this.modSub === sub;
    const older = this.#older;
    if (older === undefined) return false;
    const i = lastAtOrBefore(older, atRevision);
    return i >= 0 && older[2 * i] === main && older[2 * i + 1] === sub;
  }

  /** For tests: all generations as text, oldest first, `created/version: revisions`. */
  describe(): string {
    const text = (created: number, version: number, revisions: readonly number[]): string => {
      const parts: string[] = [];
      for (let i = 0; i < revisions.length; i += 2) parts.push(`${revisions[i]}.${revisions[i + 1]}`);
      return `{${created}/${version}: ${parts.join(" ")}}`;
    };
    const out = (this.#closed ?? []).map((g) => text(g.created, g.version, g.revisions));
    if (this.version === DEAD) out.push("{}");
    else out.push(text(this.created, this.version, [...(this.#older ?? []), this.modMain, this.modSub]));
    return out.join(" ");
  }
}

function tombstoneMain(generation: Generation): number {
  return generation.revisions[generation.revisions.length - 2]!;
}

/** Position of the newest (main, sub) pair with main at or below the revision, -1 when all are above. */
function lastAtOrBefore(revisions: readonly number[], atRevision: number): number {
  let low = 0;
  let high = revisions.length / 2;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (revisions[2 * middle]! <= atRevision) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

function hasRevision(revisions: readonly number[], main: number, sub: number): boolean {
  for (let i = lastAtOrBefore(revisions, main); i >= 0 && revisions[2 * i] === main; i--) {
    if (revisions[2 * i + 1] === sub) return true;
  }
  return false;
}
