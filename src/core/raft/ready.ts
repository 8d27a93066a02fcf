/** What a RawNode wants done. */
import type { ReadState } from "./read-only.ts";
import type { StateType } from "./state-type.ts";
import type { Entry, HardState, Message, Snapshot } from "./types.ts";

/** State that is not stored. */
export interface SoftState {
  readonly lead: bigint;
  readonly raftState: StateType;
}

/**
 * One batch of work, in this order: save hardState, entries and snapshot; send messages; apply committedEntries; advance().
 * The arrays belong to the receiver, the entries in them are shared and never to be changed.
 *
 * With asyncStorageWrites everything to be saved or applied also travels as MsgStorageAppend and MsgStorageApply in `messages`;
 * then only those count, and the other messages may leave at once.
 */
export interface Ready {
  /** Set when the leader or the own role changed. */
  readonly softState: SoftState | undefined;
  /** Set when it changed; to be saved before messages are sent. */
  readonly hardState: HardState | undefined;
  /** Reads that may be served once their index is applied. */
  readonly readStates: ReadState[];
  /** To be saved before messages are sent. */
  readonly entries: Entry[];
  /** To be saved, and the state machine to be replaced by it. */
  readonly snapshot: Snapshot | undefined;
  /** To be applied to the state machine, in order; they are or will be saved by now. */
  readonly committedEntries: Entry[];
  /** To be sent after saving. The outcome of a MsgSnap must come back through reportSnapshot(). */
  readonly messages: Message[];
  /** True when saving must reach the disk before anything else happens; a mere commit index need not. */
  readonly mustSync: boolean;
}

/** Term, vote and entries must be on disk before any answer leaves (Raft paper, figure 2: persistent state). */
export function mustSync(state: HardState, previous: HardState, entryCount: number): boolean {
  return entryCount !== 0 || state.vote !== previous.vote || state.term !== previous.term;
}
