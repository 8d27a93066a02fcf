/**
 * One change of the key space, as the store hands it to the watch hub: the stored `mvccpb.KeyValue` bytes by reference, never
 * decoded and never copied. Order within a transaction is the order of sub revisions (etcd server/storage/mvcc storeTxnWrite.changes).
 */

/** A put or a delete of one key at one revision. Immutable. */
export interface WatchEvent {
  /** The key, one latin1 character per byte (`latin1` of base/bytes). */
  readonly key: string;
  readonly isDelete: boolean;
  /** The put made the key (create revision = mod revision); always false for deletes. A create event carries no prev_kv. */
  readonly isCreate: boolean;
  readonly modRevision: number;
  /** Position within the transaction, from 0. */
  readonly subRevision: number;
  /**
   * Encoded mvccpb.KeyValue as a watch response carries it: for a put the stored bytes; for a delete {key, mod_revision}.
   * Shared with the backend: never change it.
   */
  readonly kv: Uint8Array;
}
