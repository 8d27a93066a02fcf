/**
 * The history of the key space as the members made it: the changes of each revision, taken from what the first member that applied it told its watchers.
 * Every other member, and every later life, must make the same changes at the same revision.
 *
 * From it follows what a read at a revision must give and what a watch must deliver, so that the answers to clients are checked without knowing
 * which unanswered requests took effect.
 */
import type { WatchEvent } from "../../src/core/mvcc/watch-event.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import { crc32c } from "../../src/storage/crc32c.ts";
import type { Findings } from "./violation.ts";

export interface Change {
  readonly key: string;
  readonly revision: number;
  readonly isDelete: boolean;
  readonly kv: Uint8Array;
}

interface Revision {
  readonly hash: number;
  readonly by: string;
  readonly changes: readonly Change[];
  /** Time of the world at which it was first applied. */
  readonly atMs: number;
}

export class RevisionLog {
  readonly #findings: Findings;
  readonly #now: () => number;
  readonly #revisions: Map<number, Revision>;
  readonly #byKey: Map<string, Change[]>;
  /** The newest revision that any member made. */
  newest: number;
  /** Told of each change once, when it is first applied. */
  onChange: ((change: Change, atMs: number) => void) | undefined;

  constructor(findings: Findings, now: () => number) {
    this.#findings = findings;
    this.#now = now;
    this.#revisions = new Map();
    this.#byKey = new Map();
    this.newest = 1;
    this.onChange = undefined;
  }

  attach(name: string, life: number, { member }: RunningMember): void {
    const { hub } = member;
    const who = `${name}/${life}`;
    const notify = hub.notify.bind(hub);
    hub.notify = (events, revision) => {
      this.#applied(who, events, revision);
      notify(events, revision);
    };
  }

  #applied(who: string, events: readonly WatchEvent[], revision: number): void {
    let hash = events.length;
    for (const event of events) {
      this.#findings.check(
        event.modRevision === revision,
        () => `${who}: an event of ${event.modRevision} in ${revision}`,
      );
      hash = crc32c(event.kv, hash + (event.isDelete ? 1 : 0));
    }
    const known = this.#revisions.get(revision);
    if (known !== undefined) {
      this.#findings.check(
        known.hash === hash,
        () =>
          `${who} made other changes at revision ${revision} than ${known.by}: ${keysOf(events)}, not ${keysOf(known.changes)}`,
      );
      return;
    }
    this.#findings.check(
      revision === this.newest + 1,
      () => `${who} made revision ${revision} while the newest known one is ${this.newest}`,
    );
    this.newest = Math.max(this.newest, revision);
    const atMs = this.#now();
    const changes = events.map(({ key, isDelete, kv }) => ({ key, revision, isDelete, kv: kv.slice() }));
    this.#revisions.set(revision, { hash, by: who, changes, atMs });
    for (const change of changes) {
      const history = this.#byKey.get(change.key);
      if (history === undefined) this.#byKey.set(change.key, [change]);
      else history.push(change);
      this.onChange?.(change, atMs);
    }
  }

  changesAt(revision: number): readonly Change[] {
    return this.#revisions.get(revision)?.changes ?? [];
  }

  /** Changes of keys with a prefix, in revisions from..to. */
  changesOf(prefix: string, from: number, to: number): Change[] {
    const found: Change[] = [];
    for (let revision = from; revision <= to; revision++)
      for (const change of this.changesAt(revision)) if (change.key.startsWith(prefix)) found.push(change);
    return found;
  }

  /** The stored bytes of a key as of a revision; undefined when it did not exist. */
  valueAt(key: string, revision: number): Uint8Array | undefined {
    const history = this.#byKey.get(key);
    if (history === undefined) return undefined;
    for (let i = history.length - 1; i >= 0; i--) {
      const change = history[i]!;
      if (change.revision <= revision) return change.isDelete ? undefined : change.kv;
    }
    return undefined;
  }

  /** All keys with a prefix that exist at a revision, in order. */
  keysAt(prefix: string, revision: number): string[] {
    return [...this.#byKey.keys()]
      .filter((key) => key.startsWith(prefix) && this.valueAt(key, revision) !== undefined)
      .sort((a, b) => (a < b ? -1 : 1));
  }
}

function keysOf(events: readonly { readonly key: string; readonly isDelete: boolean }[]): string {
  return events.map(({ key, isDelete }) => `${isDelete ? "-" : "+"}${key}`).join(" ");
}
