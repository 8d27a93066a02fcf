/**
 * The raftpb vocabulary: entries, messages, snapshots and configurations as plain objects of one shape each, generated from
 * proto/raft.proto together with their codecs; here with the constants and questions that raft adds.
 * Node IDs are bigint, terms and indexes are numbers (whoever decodes them from disk or peers asserts that they are safe integers).
 *
 * Objects of these types are immutable once raft has seen them. Payloads (`Entry.data`, `Snapshot.data`) are shared, never copied.
 * Source: raftpb/raft.proto of etcd-io/raft v3.7.0 (names and numbers).
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import {
  ConfChange,
  ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  ConfChangeV2,
  ConfState,
  Entry,
  EntryType,
  HardState,
  Message,
  MessageType,
  Snapshot,
  SnapshotMetadata,
} from "../../proto/generated/raft.ts";

/** "No node": no leader, no vote, no transferee. */
export const NONE = 0n;
/** Target of MsgStorageAppend when storage writes are asynchronous. */
export const LOCAL_APPEND_THREAD = 0xffffffffffffffffn;
/** Target of MsgStorageApply when storage writes are asynchronous. */
export const LOCAL_APPLY_THREAD = 0xfffffffffffffffen;
/** A size limit that never limits, in bytes. */
export const NO_LIMIT: number = Number.MAX_SAFE_INTEGER;

export {
  ConfChange,
  ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  ConfChangeV2,
  ConfState,
  Entry,
  EntryType,
  HardState,
  Message,
  MessageType,
  Snapshot,
  SnapshotMetadata,
};

/** A member of a group that is bootstrapped. */
export interface Peer {
  id: bigint;
  /** Context of the ConfChange that adds it. */
  context: Uint8Array;
}

/** A message with every field set, in the shape of those that the codec decodes. */
export function newMessage(type: MessageType, to: bigint): Message {
  return {
    type,
    to,
    from: NONE,
    term: 0,
    logTerm: 0,
    index: 0,
    entries: [],
    commit: 0,
    snapshot: undefined,
    reject: false,
    rejectHint: 0,
    context: EMPTY_BYTES,
    vote: NONE,
    responses: [],
  };
}

/** A fresh entry for a proposal: term and index are assigned when the leader appends it. */
export function newEntry(data: Uint8Array, type: EntryType = EntryType.EntryNormal): Entry {
  return { type, term: 0, index: 0, data };
}

export function emptyConfState(): ConfState {
  return { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
}

/** Index of the last entry that a snapshot covers; 0 when there is none. */
export function snapshotIndex(snapshot: Snapshot | undefined): number {
  return snapshot?.metadata?.index ?? 0;
}

export function snapshotTerm(snapshot: Snapshot | undefined): number {
  return snapshot?.metadata?.term ?? 0;
}

export function isEmptySnapshot(snapshot: Snapshot | undefined): boolean {
  return snapshotIndex(snapshot) === 0;
}

export function isEmptyHardState(state: HardState | undefined): boolean {
  return state === undefined || (state.term === 0 && state.vote === NONE && state.commit === 0);
}

export function equalHardStates(a: HardState, b: HardState): boolean {
  return a.term === b.term && a.commit === b.commit && a.vote === b.vote;
}

const LOCAL_MESSAGES: ReadonlySet<number> = new Set([
  MessageType.MsgHup,
  MessageType.MsgBeat,
  MessageType.MsgUnreachable,
  MessageType.MsgSnapStatus,
  MessageType.MsgCheckQuorum,
  MessageType.MsgStorageAppend,
  MessageType.MsgStorageAppendResp,
  MessageType.MsgStorageApply,
  MessageType.MsgStorageApplyResp,
]);

const RESPONSE_MESSAGES: ReadonlySet<number> = new Set([
  MessageType.MsgAppResp,
  MessageType.MsgVoteResp,
  MessageType.MsgHeartbeatResp,
  MessageType.MsgUnreachable,
  MessageType.MsgReadIndexResp,
  MessageType.MsgPreVoteResp,
  MessageType.MsgStorageAppendResp,
  MessageType.MsgStorageApplyResp,
]);

/** Messages that never come from another node. */
export function isLocalMessage(type: number): boolean {
  return LOCAL_MESSAGES.has(type);
}

/** Answers, which only a known member may give. */
export function isResponseMessage(type: number): boolean {
  return RESPONSE_MESSAGES.has(type);
}

/** True for the two storage threads of asynchronous storage writes. */
export function isLocalMessageTarget(id: bigint): boolean {
  return id === LOCAL_APPEND_THREAD || id === LOCAL_APPLY_THREAD;
}
