/**
 * The raftpb vocabulary: entries, messages, snapshots and configurations as plain objects of one shape each.
 * Node IDs are bigint, terms and indexes are numbers (whoever decodes them from disk or peers asserts that they are safe integers).
 *
 * Objects of these types are immutable once raft has seen them. Payloads (`Entry.data`, `Snapshot.data`) are shared, never copied.
 * Source: raftpb/raft.proto of etcd-io/raft v3.7.0 (names and numbers).
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";

/** "No node": no leader, no vote, no transferee. */
export const NONE = 0n;
/** Target of MsgStorageAppend when storage writes are asynchronous. */
export const LOCAL_APPEND_THREAD = 0xffffffffffffffffn;
/** Target of MsgStorageApply when storage writes are asynchronous. */
export const LOCAL_APPLY_THREAD = 0xfffffffffffffffen;
/** A size limit that never limits, in bytes. */
export const NO_LIMIT: number = Number.MAX_SAFE_INTEGER;

export const EntryType = { EntryNormal: 0, EntryConfChange: 1, EntryConfChangeV2: 2 } as const;
export type EntryType = (typeof EntryType)[keyof typeof EntryType];

/** One position of the log. */
export interface Entry {
  term: number;
  index: number;
  type: number;
  data: Uint8Array;
}

export interface ConfState {
  /** Voters of the incoming (or only) configuration. */
  voters: bigint[];
  learners: bigint[];
  /** Voters of the outgoing configuration; empty unless joint. */
  votersOutgoing: bigint[];
  /** Outgoing voters that become learners when the joint configuration is left. */
  learnersNext: bigint[];
  /** True: raft itself proposes to leave the joint configuration. */
  autoLeave: boolean;
}

export interface SnapshotMetadata {
  confState: ConfState | undefined;
  index: number;
  term: number;
}

export interface Snapshot {
  data: Uint8Array;
  metadata: SnapshotMetadata | undefined;
}

/** What must survive a restart besides the entries. */
export interface HardState {
  term: number;
  vote: bigint;
  commit: number;
}

export const MessageType = {
  MsgHup: 0,
  MsgBeat: 1,
  MsgProp: 2,
  MsgApp: 3,
  MsgAppResp: 4,
  MsgVote: 5,
  MsgVoteResp: 6,
  MsgSnap: 7,
  MsgHeartbeat: 8,
  MsgHeartbeatResp: 9,
  MsgUnreachable: 10,
  MsgSnapStatus: 11,
  MsgCheckQuorum: 12,
  MsgTransferLeader: 13,
  MsgTimeoutNow: 14,
  MsgReadIndex: 15,
  MsgReadIndexResp: 16,
  MsgPreVote: 17,
  MsgPreVoteResp: 18,
  MsgStorageAppend: 19,
  MsgStorageAppendResp: 20,
  MsgStorageApply: 21,
  MsgStorageApplyResp: 22,
  MsgForgetLeader: 23,
} as const;
export type MessageType = (typeof MessageType)[keyof typeof MessageType];

/** Everything that nodes (and the local storage threads) tell each other; unused fields hold their zero. */
export interface Message {
  type: number;
  to: bigint;
  from: bigint;
  /** Term of the sender; 0 for local messages and for forwarded proposals and reads. */
  term: number;
  logTerm: number;
  index: number;
  entries: Entry[];
  commit: number;
  vote: bigint;
  snapshot: Snapshot | undefined;
  reject: boolean;
  rejectHint: number;
  context: Uint8Array;
  /** What a storage thread delivers once its work is done (asynchronous storage writes). */
  responses: Message[];
}

export const ConfChangeTransition = {
  ConfChangeTransitionAuto: 0,
  ConfChangeTransitionJointImplicit: 1,
  ConfChangeTransitionJointExplicit: 2,
} as const;
export type ConfChangeTransition = (typeof ConfChangeTransition)[keyof typeof ConfChangeTransition];

export const ConfChangeType = {
  ConfChangeAddNode: 0,
  ConfChangeRemoveNode: 1,
  ConfChangeUpdateNode: 2,
  ConfChangeAddLearnerNode: 3,
} as const;
export type ConfChangeType = (typeof ConfChangeType)[keyof typeof ConfChangeType];

/** A change of one member (the form that etcd proposes). */
export interface ConfChange {
  type: number;
  nodeId: bigint;
  context: Uint8Array;
  /** Free for the application; etcd puts its request ID here. */
  id: bigint;
}

export interface ConfChangeSingle {
  type: number;
  nodeId: bigint;
}

/** Any number of member changes at once, through a joint configuration when there is more than one. */
export interface ConfChangeV2 {
  transition: number;
  changes: ConfChangeSingle[];
  context: Uint8Array;
}

/** A member of a group that is bootstrapped. */
export interface Peer {
  id: bigint;
  /** Context of the ConfChange that adds it. */
  context: Uint8Array;
}

/** A message with every field set; raft makes all of its messages here so that they share one shape. */
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
    vote: NONE,
    snapshot: undefined,
    reject: false,
    rejectHint: 0,
    context: EMPTY_BYTES,
    responses: [],
  };
}

/** A fresh entry for a proposal: term and index are assigned when the leader appends it. */
export function newEntry(data: Uint8Array, type: EntryType = EntryType.EntryNormal): Entry {
  return { term: 0, index: 0, type, data };
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
