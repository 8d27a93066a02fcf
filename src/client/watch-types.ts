/** What watches are asked for and what they tell. */
import type { Header, KeyValue } from "./key-value.ts";

/** Where a watch begins and what it tells. */
export interface WatchOptions {
  /** The first revision to tell of; absent: what comes after the watch has begun. */
  readonly startRevision?: number | undefined;
  /** Events carry the key as it was before. */
  readonly prevKv?: boolean | undefined;
  /** Leaves out puts or deletions. */
  readonly ignore?: "put" | "delete" | undefined;
  /** The server tells now and then how far it has come when nothing changes; the watch resumes from there. */
  readonly progressNotify?: boolean | undefined;
  /**
   * When the revisions to resume from are compacted: `fail` ends the watch with WatchCompactedError; `skip` goes on from the oldest revision
   * there is and emits `compacted`. Default `fail`.
   */
  readonly onCompaction?: "fail" | "skip" | undefined;
  /** Events that may wait for a reader; beyond that the server is asked to stop until half are read. Default 10000. */
  readonly queueMax?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** One change of one key. */
export interface WatchEvent {
  readonly type: "put" | "delete";
  /** Of a deletion: key and modRevision only. */
  readonly kv: KeyValue;
  /** With the option `prevKv`, when there was one that is not compacted. */
  readonly prevKv: KeyValue | undefined;
  /** True for a put that brought the key into being. */
  readonly isCreate: boolean;
}

/** The changes of one answer: whole revisions, in order. */
export interface WatchBatch {
  readonly header: Header;
  readonly events: readonly WatchEvent[];
}

/** Events of the emitter with their arguments. */
export interface WatcherEventMap {
  event: [event: WatchEvent];
  put: [event: WatchEvent];
  delete: [event: WatchEvent];
  batch: [batch: WatchBatch];
  /** Everything up to this revision has been told. */
  progress: [revision: number];
  /** Revisions below this one are gone and were skipped. */
  compacted: [compactRevision: number];
  /** The connection broke; the watch resumes by itself. */
  disconnected: [error: Error];
  /** The watch is established at the server, first or again; it goes on at this revision. */
  connected: [revision: number];
  error: [error: Error];
  end: [];
}
