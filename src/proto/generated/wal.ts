// Generated from proto/wal.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBytes, putInt64, putUint32, sizeOfDelimited, sizeOfInt64, sizeOfUint32 } from "../writer.ts";
import { ConfState, putConfState, readConfState, sizeOfConfState } from "./raft.ts";

/** The message `walpb.Record`. */
export interface Record {
  type: number;
  crc: number;
  data: Uint8Array;
}

function zeroRecord(): Record {
  return { type: 0, crc: 0, data: EMPTY_BYTES };
}

export function sizeOfRecord(m: Record | Init<Record>): number {
  let n = 0;
  const v1 = m.type;
  if (v1) n += 1 + sizeOfInt64(v1);
  else n += 2;
  const v2 = m.crc;
  if (v2) n += 1 + sizeOfUint32(v2);
  else n += 2;
  const v3 = m.data;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRecord(m: Record | Init<Record>, b: Uint8Array, at: number): number {
  const v3 = m.data;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.crc;
  if (v2) { at = putUint32(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.type;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  else { b[--at] = 0; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRecord(r: Reader, into?: Record): Record {
  const m = into ?? zeroRecord();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.type = r.int64();
        break;
      case 16:
        m.crc = r.uint32();
        break;
      case 26:
        m.data = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfRecord: readonly FieldInfo[] = [
  { number: 1, name: "type", jsonName: "type", property: "type", goName: "Type", kind: "int64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "crc", jsonName: "crc", property: "crc", goName: "Crc", kind: "uint32", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "data", jsonName: "data", property: "data", goName: "Data", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const Record: MessageCodec<Record> = {
  typeName: "walpb.Record",
  fields: fieldsOfRecord,
  create(init?: Fields<Record>): Record {
    if (init === undefined) return zeroRecord();
    return {
      type: init.type ?? 0,
      crc: init.crc ?? 0,
      data: init.data ?? EMPTY_BYTES,
    };
  },
  encode(message: Record | Init<Record>): Uint8Array {
    const size = sizeOfRecord(message);
    const bytes = allocate(size);
    putRecord(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRecord,
  write(message: Record | Init<Record>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRecord(message);
    putRecord(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Record {
    return readRecord(new Reader(bytes, start, end));
  },
  toJson(message: Record): JsonObject {
    return messageToJson(fieldsOfRecord, message);
  },
  fromJson(json: unknown): Record {
    return messageFromJson(Record, json);
  },
};

/** The message `walpb.Snapshot`. */
export interface Snapshot {
  index: number;
  term: number;
  confState: ConfState | undefined;
}

function zeroSnapshot(): Snapshot {
  return { index: 0, term: 0, confState: undefined };
}

export function sizeOfSnapshot(m: Snapshot | Init<Snapshot>): number {
  let n = 0;
  const v1 = m.index;
  if (v1) n += 1 + sizeOfInt64(v1);
  else n += 2;
  const v2 = m.term;
  if (v2) n += 1 + sizeOfInt64(v2);
  else n += 2;
  const v3 = m.confState;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfConfState(v3));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putSnapshot(m: Snapshot | Init<Snapshot>, b: Uint8Array, at: number): number {
  const v3 = m.confState;
  if (v3 !== undefined) { const end = at; at = putConfState(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.term;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.index;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  else { b[--at] = 0; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readSnapshot(r: Reader, into?: Snapshot): Snapshot {
  const m = into ?? zeroSnapshot();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.index = r.uint64();
        break;
      case 16:
        m.term = r.uint64();
        break;
      case 26: {
        const outer = r.enter();
        m.confState = readConfState(r, m.confState);
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
  { number: 1, name: "index", jsonName: "index", property: "index", goName: "Index", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "term", jsonName: "term", property: "term", goName: "Term", kind: "uint64", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "conf_state", jsonName: "confState", property: "confState", goName: "ConfState", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ConfState },
];

export const Snapshot: MessageCodec<Snapshot> = {
  typeName: "walpb.Snapshot",
  fields: fieldsOfSnapshot,
  create(init?: Fields<Snapshot>): Snapshot {
    if (init === undefined) return zeroSnapshot();
    return {
      index: init.index ?? 0,
      term: init.term ?? 0,
      confState: init.confState,
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

