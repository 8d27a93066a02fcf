// Generated from proto/raft.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { enumInfo, type EnumInfo, type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putBytes, putInt64, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64 } from "../writer.ts";

export const EntryType = {
  EntryNormal: 0,
  EntryConfChange: 1,
  EntryConfChangeV2: 2,
} as const;
/** A value of the enumeration `raftpb.EntryType`. */
export type EntryType = (typeof EntryType)[keyof typeof EntryType];
export const EntryTypeInfo: EnumInfo = enumInfo("raftpb.EntryType", EntryType);

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
/** A value of the enumeration `raftpb.MessageType`. */
export type MessageType = (typeof MessageType)[keyof typeof MessageType];
export const MessageTypeInfo: EnumInfo = enumInfo("raftpb.MessageType", MessageType);

export const ConfChangeTransition = {
  ConfChangeTransitionAuto: 0,
  ConfChangeTransitionJointImplicit: 1,
  ConfChangeTransitionJointExplicit: 2,
} as const;
/** A value of the enumeration `raftpb.ConfChangeTransition`. */
export type ConfChangeTransition = (typeof ConfChangeTransition)[keyof typeof ConfChangeTransition];
export const ConfChangeTransitionInfo: EnumInfo = enumInfo("raftpb.ConfChangeTransition", ConfChangeTransition);

export const ConfChangeType = {
  ConfChangeAddNode: 0,
  ConfChangeRemoveNode: 1,
  ConfChangeUpdateNode: 2,
  ConfChangeAddLearnerNode: 3,
} as const;
/** A value of the enumeration `raftpb.ConfChangeType`. */
export type ConfChangeType = (typeof ConfChangeType)[keyof typeof ConfChangeType];
export const ConfChangeTypeInfo: EnumInfo = enumInfo("raftpb.ConfChangeType", ConfChangeType);

/** The message `raftpb.Entry`. */
export interface Entry {
  type: EntryType;
  term: number;
  index: number;
  data: Uint8Array;
}

function zeroEntry(): Entry {
  return { type: 0, term: 0, index: 0, data: EMPTY_BYTES };
}

export function sizeOfEntry(m: Entry | Init<Entry>): number {
  let n = 0;
  const v1 = m.type;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.term;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.index;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.data;
  if (v4 !== undefined && v4.length !== 0) n += 1 + sizeOfDelimited(v4.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putEntry(m: Entry | Init<Entry>, b: Uint8Array, at: number): number {
  const v4 = m.data;
  if (v4 !== undefined && v4.length !== 0) { at = putBytes(b, at, v4); b[--at] = 34; }
  const v3 = m.index;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.term;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.type;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readEntry(r: Reader, into?: Entry): Entry {
  const m = into ?? zeroEntry();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.type = r.int32() as EntryType;
        break;
      case 16:
        m.term = r.uint64();
        break;
      case 24:
        m.index = r.uint64();
        break;
      case 34:
        m.data = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfEntry: readonly FieldInfo[] = [
  { number: 2, name: "Term", jsonName: "Term", property: "term", goName: "Term", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "Index", jsonName: "Index", property: "index", goName: "Index", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 1, name: "Type", jsonName: "Type", property: "type", goName: "Type", kind: "enum", repeated: false, big: false, pointer: true, oneof: undefined, enum: EntryTypeInfo, message: undefined },
  { number: 4, name: "Data", jsonName: "Data", property: "data", goName: "Data", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const Entry: MessageCodec<Entry> = {
  typeName: "raftpb.Entry",
  fields: fieldsOfEntry,
  create(init?: Fields<Entry>): Entry {
    if (init === undefined) return zeroEntry();
    return {
      type: init.type ?? 0,
      term: init.term ?? 0,
      index: init.index ?? 0,
      data: init.data ?? EMPTY_BYTES,
    };
  },
  encode(message: Entry | Init<Entry>): Uint8Array {
    const size = sizeOfEntry(message);
    const bytes = allocate(size);
    putEntry(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfEntry,
  write(message: Entry | Init<Entry>, into: Uint8Array, at: number): number {
    const end = at + sizeOfEntry(message);
    putEntry(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Entry {
    return readEntry(new Reader(bytes, start, end));
  },
  toJson(message: Entry): JsonObject {
    return messageToJson(fieldsOfEntry, message);
  },
  fromJson(json: unknown): Entry {
    return messageFromJson(Entry, json);
  },
};

/** The message `raftpb.SnapshotMetadata`. */
export interface SnapshotMetadata {
  confState: ConfState | undefined;
  index: number;
  term: number;
}

function zeroSnapshotMetadata(): SnapshotMetadata {
  return { confState: undefined, index: 0, term: 0 };
}

export function sizeOfSnapshotMetadata(m: SnapshotMetadata | Init<SnapshotMetadata>): number {
  let n = 0;
  const v1 = m.confState;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfConfState(v1));
  const v2 = m.index;
  if (v2) n += 1 + sizeOfInt64(v2);
  else n += 2;
  const v3 = m.term;
  if (v3) n += 1 + sizeOfInt64(v3);
  else n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putSnapshotMetadata(m: SnapshotMetadata | Init<SnapshotMetadata>, b: Uint8Array, at: number): number {
  const v3 = m.term;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  else { b[--at] = 0; b[--at] = 24; }
  const v2 = m.index;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.confState;
  if (v1 !== undefined) { const end = at; at = putConfState(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readSnapshotMetadata(r: Reader, into?: SnapshotMetadata): SnapshotMetadata {
  const m = into ?? zeroSnapshotMetadata();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.confState = readConfState(r, m.confState);
        r.leave(outer);
        break;
      }
      case 16:
        m.index = r.uint64();
        break;
      case 24:
        m.term = r.uint64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfSnapshotMetadata: readonly FieldInfo[] = [
  { number: 1, name: "conf_state", jsonName: "confState", property: "confState", goName: "ConfState", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ConfState },
  { number: 2, name: "index", jsonName: "index", property: "index", goName: "Index", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "term", jsonName: "term", property: "term", goName: "Term", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const SnapshotMetadata: MessageCodec<SnapshotMetadata> = {
  typeName: "raftpb.SnapshotMetadata",
  fields: fieldsOfSnapshotMetadata,
  create(init?: Fields<SnapshotMetadata>): SnapshotMetadata {
    if (init === undefined) return zeroSnapshotMetadata();
    return {
      confState: init.confState,
      index: init.index ?? 0,
      term: init.term ?? 0,
    };
  },
  encode(message: SnapshotMetadata | Init<SnapshotMetadata>): Uint8Array {
    const size = sizeOfSnapshotMetadata(message);
    const bytes = allocate(size);
    putSnapshotMetadata(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfSnapshotMetadata,
  write(message: SnapshotMetadata | Init<SnapshotMetadata>, into: Uint8Array, at: number): number {
    const end = at + sizeOfSnapshotMetadata(message);
    putSnapshotMetadata(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): SnapshotMetadata {
    return readSnapshotMetadata(new Reader(bytes, start, end));
  },
  toJson(message: SnapshotMetadata): JsonObject {
    return messageToJson(fieldsOfSnapshotMetadata, message);
  },
  fromJson(json: unknown): SnapshotMetadata {
    return messageFromJson(SnapshotMetadata, json);
  },
};

/** The message `raftpb.Snapshot`. */
export interface Snapshot {
  data: Uint8Array;
  metadata: SnapshotMetadata | undefined;
}

function zeroSnapshot(): Snapshot {
  return { data: EMPTY_BYTES, metadata: undefined };
}

export function sizeOfSnapshot(m: Snapshot | Init<Snapshot>): number {
  let n = 0;
  const v1 = m.data;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.metadata;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfSnapshotMetadata(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putSnapshot(m: Snapshot | Init<Snapshot>, b: Uint8Array, at: number): number {
  const v2 = m.metadata;
  if (v2 !== undefined) { const end = at; at = putSnapshotMetadata(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.data;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readSnapshot(r: Reader, into?: Snapshot): Snapshot {
  const m = into ?? zeroSnapshot();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.data = r.bytesView();
        break;
      case 18: {
        const outer = r.enter();
        m.metadata = readSnapshotMetadata(r, m.metadata);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfSnapshot: readonly FieldInfo[] = [
  { number: 1, name: "data", jsonName: "data", property: "data", goName: "Data", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "metadata", jsonName: "metadata", property: "metadata", goName: "Metadata", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => SnapshotMetadata },
];

export const Snapshot: MessageCodec<Snapshot> = {
  typeName: "raftpb.Snapshot",
  fields: fieldsOfSnapshot,
  create(init?: Fields<Snapshot>): Snapshot {
    if (init === undefined) return zeroSnapshot();
    return {
      data: init.data ?? EMPTY_BYTES,
      metadata: init.metadata,
    };
  },
  encode(message: Snapshot | Init<Snapshot>): Uint8Array {
    const size = sizeOfSnapshot(message);
    const bytes = allocate(size);
    putSnapshot(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfSnapshot,
  write(message: Snapshot | Init<Snapshot>, into: Uint8Array, at: number): number {
    const end = at + sizeOfSnapshot(message);
    putSnapshot(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Snapshot {
    return readSnapshot(new Reader(bytes, start, end));
  },
  toJson(message: Snapshot): JsonObject {
    return messageToJson(fieldsOfSnapshot, message);
  },
  fromJson(json: unknown): Snapshot {
    return messageFromJson(Snapshot, json);
  },
};

/** The message `raftpb.Message`. */
export interface Message {
  type: MessageType;
  to: bigint;
  from: bigint;
  term: number;
  logTerm: number;
  index: number;
  entries: Entry[];
  commit: number;
  snapshot: Snapshot | undefined;
  reject: boolean;
  rejectHint: number;
  context: Uint8Array;
  vote: bigint;
  responses: Message[];
}

function zeroMessage(): Message {
  return { type: 0, to: 0n, from: 0n, term: 0, logTerm: 0, index: 0, entries: [], commit: 0, snapshot: undefined, reject: false, rejectHint: 0, context: EMPTY_BYTES, vote: 0n, responses: [] };
}

export function sizeOfMessage(m: Message | Init<Message>): number {
  let n = 0;
  const v1 = m.type;
  if (v1) n += 1 + sizeOfInt64(v1);
  else n += 2;
  const v2 = m.to;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.from;
  if (v3) n += 1 + sizeOfBig(v3);
  const v4 = m.term;
  if (v4) n += 1 + sizeOfInt64(v4);
  const v5 = m.logTerm;
  if (v5) n += 1 + sizeOfInt64(v5);
  else if (m.type === MessageType.MsgApp || m.type === MessageType.MsgVote || m.type === MessageType.MsgPreVote || (m.type === MessageType.MsgAppResp && m.reject === true)) n += 2;
  const v6 = m.index;
  if (v6) n += 1 + sizeOfInt64(v6);
  else if (m.type === MessageType.MsgApp || m.type === MessageType.MsgVote || m.type === MessageType.MsgPreVote || (m.type === MessageType.MsgAppResp && m.reject === true)) n += 2;
  const v7 = m.entries;
  if (v7 !== undefined && v7.length !== 0) {
    for (let i = 0; i < v7.length; i++) n += 1 + sizeOfDelimited(sizeOfEntry(v7[i]!));
  }
  const v8 = m.commit;
  if (v8) n += 1 + sizeOfInt64(v8);
  else if (m.type === MessageType.MsgApp || (m.type === MessageType.MsgHeartbeat && !!m.to)) n += 2;
  const v9 = m.snapshot;
  if (v9 !== undefined) n += 1 + sizeOfDelimited(sizeOfSnapshot(v9));
  const v10 = m.reject;
  if (v10) n += 2;
  const v11 = m.rejectHint;
  if (v11) n += 1 + sizeOfInt64(v11);
  else if (m.type === MessageType.MsgAppResp && m.reject === true) n += 2;
  const v12 = m.context;
  if (v12 !== undefined && v12.length !== 0) n += 1 + sizeOfDelimited(v12.length);
  const v13 = m.vote;
  if (v13) n += 1 + sizeOfBig(v13);
  const v14 = m.responses;
  if (v14 !== undefined && v14.length !== 0) {
    for (let i = 0; i < v14.length; i++) n += 1 + sizeOfDelimited(sizeOfMessage(v14[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMessage(m: Message | Init<Message>, b: Uint8Array, at: number): number {
  const v14 = m.responses;
  if (v14 !== undefined) {
    for (let i = v14.length - 1; i >= 0; i--) { const end = at; at = putMessage(v14[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 114; }
  }
  const v13 = m.vote;
  if (v13) { at = putBig(b, at, v13); b[--at] = 104; }
  const v12 = m.context;
  if (v12 !== undefined && v12.length !== 0) { at = putBytes(b, at, v12); b[--at] = 98; }
  const v11 = m.rejectHint;
  if (v11) { at = putInt64(b, at, v11); b[--at] = 88; }
  else if (m.type === MessageType.MsgAppResp && m.reject === true) { b[--at] = 0; b[--at] = 88; }
  const v10 = m.reject;
  if (v10) { b[--at] = 1; b[--at] = 80; }
  const v9 = m.snapshot;
  if (v9 !== undefined) { const end = at; at = putSnapshot(v9, b, at); at = putUint32(b, at, end - at); b[--at] = 74; }
  const v8 = m.commit;
  if (v8) { at = putInt64(b, at, v8); b[--at] = 64; }
  else if (m.type === MessageType.MsgApp || (m.type === MessageType.MsgHeartbeat && !!m.to)) { b[--at] = 0; b[--at] = 64; }
  const v7 = m.entries;
  if (v7 !== undefined) {
    for (let i = v7.length - 1; i >= 0; i--) { const end = at; at = putEntry(v7[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 58; }
  }
  const v6 = m.index;
  if (v6) { at = putInt64(b, at, v6); b[--at] = 48; }
  else if (m.type === MessageType.MsgApp || m.type === MessageType.MsgVote || m.type === MessageType.MsgPreVote || (m.type === MessageType.MsgAppResp && m.reject === true)) { b[--at] = 0; b[--at] = 48; }
  const v5 = m.logTerm;
  if (v5) { at = putInt64(b, at, v5); b[--at] = 40; }
  else if (m.type === MessageType.MsgApp || m.type === MessageType.MsgVote || m.type === MessageType.MsgPreVote || (m.type === MessageType.MsgAppResp && m.reject === true)) { b[--at] = 0; b[--at] = 40; }
  const v4 = m.term;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.from;
  if (v3) { at = putBig(b, at, v3); b[--at] = 24; }
  const v2 = m.to;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.type;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  else { b[--at] = 0; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMessage(r: Reader, into?: Message): Message {
  const m = into ?? zeroMessage();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.type = r.int32() as MessageType;
        break;
      case 16:
        m.to = r.uint64Big();
        break;
      case 24:
        m.from = r.uint64Big();
        break;
      case 32:
        m.term = r.uint64();
        break;
      case 40:
        m.logTerm = r.uint64();
        break;
      case 48:
        m.index = r.uint64();
        break;
      case 58: {
        const outer = r.enter();
        m.entries.push(readEntry(r));
        r.leave(outer);
        break;
      }
      case 64:
        m.commit = r.uint64();
        break;
      case 74: {
        const outer = r.enter();
        m.snapshot = readSnapshot(r, m.snapshot);
        r.leave(outer);
        break;
      }
      case 80:
        m.reject = r.bool();
        break;
      case 88:
        m.rejectHint = r.uint64();
        break;
      case 98:
        m.context = r.bytesView();
        break;
      case 104:
        m.vote = r.uint64Big();
        break;
      case 114: {
        const outer = r.enter();
        m.responses.push(readMessage(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMessage: readonly FieldInfo[] = [
  { number: 1, name: "type", jsonName: "type", property: "type", goName: "Type", kind: "enum", repeated: false, big: false, pointer: true, oneof: undefined, enum: MessageTypeInfo, message: undefined },
  { number: 2, name: "to", jsonName: "to", property: "to", goName: "To", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "from", jsonName: "from", property: "from", goName: "From", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "term", jsonName: "term", property: "term", goName: "Term", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "logTerm", jsonName: "logTerm", property: "logTerm", goName: "LogTerm", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 6, name: "index", jsonName: "index", property: "index", goName: "Index", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 7, name: "entries", jsonName: "entries", property: "entries", goName: "Entries", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Entry },
  { number: 8, name: "commit", jsonName: "commit", property: "commit", goName: "Commit", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 13, name: "vote", jsonName: "vote", property: "vote", goName: "Vote", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 9, name: "snapshot", jsonName: "snapshot", property: "snapshot", goName: "Snapshot", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Snapshot },
  { number: 10, name: "reject", jsonName: "reject", property: "reject", goName: "Reject", kind: "bool", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 11, name: "rejectHint", jsonName: "rejectHint", property: "rejectHint", goName: "RejectHint", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 12, name: "context", jsonName: "context", property: "context", goName: "Context", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 14, name: "responses", jsonName: "responses", property: "responses", goName: "Responses", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Message },
];

export const Message: MessageCodec<Message> = {
  typeName: "raftpb.Message",
  fields: fieldsOfMessage,
  create(init?: Fields<Message>): Message {
    if (init === undefined) return zeroMessage();
    return {
      type: init.type ?? 0,
      to: init.to ?? 0n,
      from: init.from ?? 0n,
      term: init.term ?? 0,
      logTerm: init.logTerm ?? 0,
      index: init.index ?? 0,
      entries: init.entries ?? [],
      commit: init.commit ?? 0,
      snapshot: init.snapshot,
      reject: init.reject ?? false,
      rejectHint: init.rejectHint ?? 0,
      context: init.context ?? EMPTY_BYTES,
      vote: init.vote ?? 0n,
      responses: init.responses ?? [],
    };
  },
  encode(message: Message | Init<Message>): Uint8Array {
    const size = sizeOfMessage(message);
    const bytes = allocate(size);
    putMessage(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMessage,
  write(message: Message | Init<Message>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMessage(message);
    putMessage(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Message {
    return readMessage(new Reader(bytes, start, end));
  },
  toJson(message: Message): JsonObject {
    return messageToJson(fieldsOfMessage, message);
  },
  fromJson(json: unknown): Message {
    return messageFromJson(Message, json);
  },
};

/** The message `raftpb.HardState`. */
export interface HardState {
  term: number;
  vote: bigint;
  commit: number;
}

function zeroHardState(): HardState {
  return { term: 0, vote: 0n, commit: 0 };
}

export function sizeOfHardState(m: HardState | Init<HardState>): number {
  let n = 0;
  const v1 = m.term;
  if (v1) n += 1 + sizeOfInt64(v1);
  else n += 2;
  const v2 = m.vote;
  if (v2) n += 1 + sizeOfBig(v2);
  else n += 2;
  const v3 = m.commit;
  if (v3) n += 1 + sizeOfInt64(v3);
  else n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHardState(m: HardState | Init<HardState>, b: Uint8Array, at: number): number {
  const v3 = m.commit;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  else { b[--at] = 0; b[--at] = 24; }
  const v2 = m.vote;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.term;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  else { b[--at] = 0; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHardState(r: Reader, into?: HardState): HardState {
  const m = into ?? zeroHardState();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.term = r.uint64();
        break;
      case 16:
        m.vote = r.uint64Big();
        break;
      case 24:
        m.commit = r.uint64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHardState: readonly FieldInfo[] = [
  { number: 1, name: "term", jsonName: "term", property: "term", goName: "Term", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "vote", jsonName: "vote", property: "vote", goName: "Vote", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "commit", jsonName: "commit", property: "commit", goName: "Commit", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const HardState: MessageCodec<HardState> = {
  typeName: "raftpb.HardState",
  fields: fieldsOfHardState,
  create(init?: Fields<HardState>): HardState {
    if (init === undefined) return zeroHardState();
    return {
      term: init.term ?? 0,
      vote: init.vote ?? 0n,
      commit: init.commit ?? 0,
    };
  },
  encode(message: HardState | Init<HardState>): Uint8Array {
    const size = sizeOfHardState(message);
    const bytes = allocate(size);
    putHardState(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHardState,
  write(message: HardState | Init<HardState>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHardState(message);
    putHardState(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HardState {
    return readHardState(new Reader(bytes, start, end));
  },
  toJson(message: HardState): JsonObject {
    return messageToJson(fieldsOfHardState, message);
  },
  fromJson(json: unknown): HardState {
    return messageFromJson(HardState, json);
  },
};

/** The message `raftpb.ConfState`. */
export interface ConfState {
  voters: bigint[];
  learners: bigint[];
  votersOutgoing: bigint[];
  learnersNext: bigint[];
  autoLeave: boolean;
}

function zeroConfState(): ConfState {
  return { voters: [], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
}

export function sizeOfConfState(m: ConfState | Init<ConfState>): number {
  let n = 0;
  const v1 = m.voters;
  if (v1 !== undefined && v1.length !== 0) {
    for (let i = 0; i < v1.length; i++) n += 1 + sizeOfBig(v1[i]!);
  }
  const v2 = m.learners;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfBig(v2[i]!);
  }
  const v3 = m.votersOutgoing;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfBig(v3[i]!);
  }
  const v4 = m.learnersNext;
  if (v4 !== undefined && v4.length !== 0) {
    for (let i = 0; i < v4.length; i++) n += 1 + sizeOfBig(v4[i]!);
  }
  const v5 = m.autoLeave;
  n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putConfState(m: ConfState | Init<ConfState>, b: Uint8Array, at: number): number {
  const v5 = m.autoLeave;
  b[--at] = v5 ? 1 : 0; b[--at] = 40;
  const v4 = m.learnersNext;
  if (v4 !== undefined) {
    for (let i = v4.length - 1; i >= 0; i--) { at = putBig(b, at, v4[i]!); b[--at] = 32; }
  }
  const v3 = m.votersOutgoing;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { at = putBig(b, at, v3[i]!); b[--at] = 24; }
  }
  const v2 = m.learners;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { at = putBig(b, at, v2[i]!); b[--at] = 16; }
  }
  const v1 = m.voters;
  if (v1 !== undefined) {
    for (let i = v1.length - 1; i >= 0; i--) { at = putBig(b, at, v1[i]!); b[--at] = 8; }
  }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readConfState(r: Reader, into?: ConfState): ConfState {
  const m = into ?? zeroConfState();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.voters.push(r.uint64Big());
        break;
      case 10: {
        const outer = r.enter();
        while (r.at < r.end) m.voters.push(r.uint64Big());
        r.leave(outer);
        break;
      }
      case 16:
        m.learners.push(r.uint64Big());
        break;
      case 18: {
        const outer = r.enter();
        while (r.at < r.end) m.learners.push(r.uint64Big());
        r.leave(outer);
        break;
      }
      case 24:
        m.votersOutgoing.push(r.uint64Big());
        break;
      case 26: {
        const outer = r.enter();
        while (r.at < r.end) m.votersOutgoing.push(r.uint64Big());
        r.leave(outer);
        break;
      }
      case 32:
        m.learnersNext.push(r.uint64Big());
        break;
      case 34: {
        const outer = r.enter();
        while (r.at < r.end) m.learnersNext.push(r.uint64Big());
        r.leave(outer);
        break;
      }
      case 40:
        m.autoLeave = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfConfState: readonly FieldInfo[] = [
  { number: 1, name: "voters", jsonName: "voters", property: "voters", goName: "Voters", kind: "uint64", repeated: true, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "learners", jsonName: "learners", property: "learners", goName: "Learners", kind: "uint64", repeated: true, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "voters_outgoing", jsonName: "votersOutgoing", property: "votersOutgoing", goName: "VotersOutgoing", kind: "uint64", repeated: true, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "learners_next", jsonName: "learnersNext", property: "learnersNext", goName: "LearnersNext", kind: "uint64", repeated: true, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "auto_leave", jsonName: "autoLeave", property: "autoLeave", goName: "AutoLeave", kind: "bool", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const ConfState: MessageCodec<ConfState> = {
  typeName: "raftpb.ConfState",
  fields: fieldsOfConfState,
  create(init?: Fields<ConfState>): ConfState {
    if (init === undefined) return zeroConfState();
    return {
      voters: init.voters ?? [],
      learners: init.learners ?? [],
      votersOutgoing: init.votersOutgoing ?? [],
      learnersNext: init.learnersNext ?? [],
      autoLeave: init.autoLeave ?? false,
    };
  },
  encode(message: ConfState | Init<ConfState>): Uint8Array {
    const size = sizeOfConfState(message);
    const bytes = allocate(size);
    putConfState(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfConfState,
  write(message: ConfState | Init<ConfState>, into: Uint8Array, at: number): number {
    const end = at + sizeOfConfState(message);
    putConfState(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ConfState {
    return readConfState(new Reader(bytes, start, end));
  },
  toJson(message: ConfState): JsonObject {
    return messageToJson(fieldsOfConfState, message);
  },
  fromJson(json: unknown): ConfState {
    return messageFromJson(ConfState, json);
  },
};

/** The message `raftpb.ConfChange`. */
export interface ConfChange {
  id: bigint;
  type: ConfChangeType;
  nodeId: bigint;
  context: Uint8Array;
}

function zeroConfChange(): ConfChange {
  return { id: 0n, type: 0, nodeId: 0n, context: EMPTY_BYTES };
}

export function sizeOfConfChange(m: ConfChange | Init<ConfChange>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.type;
  if (v2) n += 1 + sizeOfInt64(v2);
  else n += 2;
  const v3 = m.nodeId;
  if (v3) n += 1 + sizeOfBig(v3);
  else n += 2;
  const v4 = m.context;
  if (v4 !== undefined && v4.length !== 0) n += 1 + sizeOfDelimited(v4.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putConfChange(m: ConfChange | Init<ConfChange>, b: Uint8Array, at: number): number {
  const v4 = m.context;
  if (v4 !== undefined && v4.length !== 0) { at = putBytes(b, at, v4); b[--at] = 34; }
  const v3 = m.nodeId;
  if (v3) { at = putBig(b, at, v3); b[--at] = 24; }
  else { b[--at] = 0; b[--at] = 24; }
  const v2 = m.type;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readConfChange(r: Reader, into?: ConfChange): ConfChange {
  const m = into ?? zeroConfChange();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      case 16:
        m.type = r.int32() as ConfChangeType;
        break;
      case 24:
        m.nodeId = r.uint64Big();
        break;
      case 34:
        m.context = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfConfChange: readonly FieldInfo[] = [
  { number: 2, name: "type", jsonName: "type", property: "type", goName: "Type", kind: "enum", repeated: false, big: false, pointer: true, oneof: undefined, enum: ConfChangeTypeInfo, message: undefined },
  { number: 3, name: "node_id", jsonName: "nodeId", property: "nodeId", goName: "NodeId", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "context", jsonName: "context", property: "context", goName: "Context", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 1, name: "id", jsonName: "id", property: "id", goName: "Id", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const ConfChange: MessageCodec<ConfChange> = {
  typeName: "raftpb.ConfChange",
  fields: fieldsOfConfChange,
  create(init?: Fields<ConfChange>): ConfChange {
    if (init === undefined) return zeroConfChange();
    return {
      id: init.id ?? 0n,
      type: init.type ?? 0,
      nodeId: init.nodeId ?? 0n,
      context: init.context ?? EMPTY_BYTES,
    };
  },
  encode(message: ConfChange | Init<ConfChange>): Uint8Array {
    const size = sizeOfConfChange(message);
    const bytes = allocate(size);
    putConfChange(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfConfChange,
  write(message: ConfChange | Init<ConfChange>, into: Uint8Array, at: number): number {
    const end = at + sizeOfConfChange(message);
    putConfChange(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ConfChange {
    return readConfChange(new Reader(bytes, start, end));
  },
  toJson(message: ConfChange): JsonObject {
    return messageToJson(fieldsOfConfChange, message);
  },
  fromJson(json: unknown): ConfChange {
    return messageFromJson(ConfChange, json);
  },
};

/** The message `raftpb.ConfChangeSingle`. */
export interface ConfChangeSingle {
  type: ConfChangeType;
  nodeId: bigint;
}

function zeroConfChangeSingle(): ConfChangeSingle {
  return { type: 0, nodeId: 0n };
}

export function sizeOfConfChangeSingle(m: ConfChangeSingle | Init<ConfChangeSingle>): number {
  let n = 0;
  const v1 = m.type;
  if (v1) n += 1 + sizeOfInt64(v1);
  else n += 2;
  const v2 = m.nodeId;
  if (v2) n += 1 + sizeOfBig(v2);
  else n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putConfChangeSingle(m: ConfChangeSingle | Init<ConfChangeSingle>, b: Uint8Array, at: number): number {
  const v2 = m.nodeId;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.type;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  else { b[--at] = 0; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readConfChangeSingle(r: Reader, into?: ConfChangeSingle): ConfChangeSingle {
  const m = into ?? zeroConfChangeSingle();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.type = r.int32() as ConfChangeType;
        break;
      case 16:
        m.nodeId = r.uint64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfConfChangeSingle: readonly FieldInfo[] = [
  { number: 1, name: "type", jsonName: "type", property: "type", goName: "Type", kind: "enum", repeated: false, big: false, pointer: true, oneof: undefined, enum: ConfChangeTypeInfo, message: undefined },
  { number: 2, name: "node_id", jsonName: "nodeId", property: "nodeId", goName: "NodeId", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const ConfChangeSingle: MessageCodec<ConfChangeSingle> = {
  typeName: "raftpb.ConfChangeSingle",
  fields: fieldsOfConfChangeSingle,
  create(init?: Fields<ConfChangeSingle>): ConfChangeSingle {
    if (init === undefined) return zeroConfChangeSingle();
    return {
      type: init.type ?? 0,
      nodeId: init.nodeId ?? 0n,
    };
  },
  encode(message: ConfChangeSingle | Init<ConfChangeSingle>): Uint8Array {
    const size = sizeOfConfChangeSingle(message);
    const bytes = allocate(size);
    putConfChangeSingle(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfConfChangeSingle,
  write(message: ConfChangeSingle | Init<ConfChangeSingle>, into: Uint8Array, at: number): number {
    const end = at + sizeOfConfChangeSingle(message);
    putConfChangeSingle(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ConfChangeSingle {
    return readConfChangeSingle(new Reader(bytes, start, end));
  },
  toJson(message: ConfChangeSingle): JsonObject {
    return messageToJson(fieldsOfConfChangeSingle, message);
  },
  fromJson(json: unknown): ConfChangeSingle {
    return messageFromJson(ConfChangeSingle, json);
  },
};

/** The message `raftpb.ConfChangeV2`. */
export interface ConfChangeV2 {
  transition: ConfChangeTransition;
  changes: ConfChangeSingle[];
  context: Uint8Array;
}

function zeroConfChangeV2(): ConfChangeV2 {
  return { transition: 0, changes: [], context: EMPTY_BYTES };
}

export function sizeOfConfChangeV2(m: ConfChangeV2 | Init<ConfChangeV2>): number {
  let n = 0;
  const v1 = m.transition;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.changes;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfConfChangeSingle(v2[i]!));
  }
  const v3 = m.context;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putConfChangeV2(m: ConfChangeV2 | Init<ConfChangeV2>, b: Uint8Array, at: number): number {
  const v3 = m.context;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.changes;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putConfChangeSingle(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.transition;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readConfChangeV2(r: Reader, into?: ConfChangeV2): ConfChangeV2 {
  const m = into ?? zeroConfChangeV2();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.transition = r.int32() as ConfChangeTransition;
        break;
      case 18: {
        const outer = r.enter();
        m.changes.push(readConfChangeSingle(r));
        r.leave(outer);
        break;
      }
      case 26:
        m.context = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfConfChangeV2: readonly FieldInfo[] = [
  { number: 1, name: "transition", jsonName: "transition", property: "transition", goName: "Transition", kind: "enum", repeated: false, big: false, pointer: true, oneof: undefined, enum: ConfChangeTransitionInfo, message: undefined },
  { number: 2, name: "changes", jsonName: "changes", property: "changes", goName: "Changes", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ConfChangeSingle },
  { number: 3, name: "context", jsonName: "context", property: "context", goName: "Context", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const ConfChangeV2: MessageCodec<ConfChangeV2> = {
  typeName: "raftpb.ConfChangeV2",
  fields: fieldsOfConfChangeV2,
  create(init?: Fields<ConfChangeV2>): ConfChangeV2 {
    if (init === undefined) return zeroConfChangeV2();
    return {
      transition: init.transition ?? 0,
      changes: init.changes ?? [],
      context: init.context ?? EMPTY_BYTES,
    };
  },
  encode(message: ConfChangeV2 | Init<ConfChangeV2>): Uint8Array {
    const size = sizeOfConfChangeV2(message);
    const bytes = allocate(size);
    putConfChangeV2(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfConfChangeV2,
  write(message: ConfChangeV2 | Init<ConfChangeV2>, into: Uint8Array, at: number): number {
    const end = at + sizeOfConfChangeV2(message);
    putConfChangeV2(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ConfChangeV2 {
    return readConfChangeV2(new Reader(bytes, start, end));
  },
  toJson(message: ConfChangeV2): JsonObject {
    return messageToJson(fieldsOfConfChangeV2, message);
  },
  fromJson(json: unknown): ConfChangeV2 {
    return messageFromJson(ConfChangeV2, json);
  },
};

