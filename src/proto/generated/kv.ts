// Generated from proto/kv.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { enumInfo, type EnumInfo, type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putBytes, putInt64, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64 } from "../writer.ts";

export const EventType = {
  PUT: 0,
  DELETE: 1,
} as const;
/** A value of the enumeration `mvccpb.Event.EventType`. */
export type EventType = (typeof EventType)[keyof typeof EventType];
export const EventTypeInfo: EnumInfo = enumInfo("mvccpb.Event.EventType", EventType);

/** The message `mvccpb.KeyValue`. */
export interface KeyValue {
  key: Uint8Array;
  createRevision: number;
  modRevision: number;
  version: number;
  value: Uint8Array;
  lease: bigint;
}

function zeroKeyValue(): KeyValue {
  return { key: EMPTY_BYTES, createRevision: 0, modRevision: 0, version: 0, value: EMPTY_BYTES, lease: 0n };
}

export function sizeOfKeyValue(m: KeyValue | Init<KeyValue>): number {
  let n = 0;
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.createRevision;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.modRevision;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.version;
  if (v4) n += 1 + sizeOfInt64(v4);
  const v5 = m.value;
  if (v5 !== undefined && v5.length !== 0) n += 1 + sizeOfDelimited(v5.length);
  const v6 = m.lease;
  if (v6) n += 1 + sizeOfBig(v6);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putKeyValue(m: KeyValue | Init<KeyValue>, b: Uint8Array, at: number): number {
  const v6 = m.lease;
  if (v6) { at = putBig(b, at, v6); b[--at] = 48; }
  const v5 = m.value;
  if (v5 !== undefined && v5.length !== 0) { at = putBytes(b, at, v5); b[--at] = 42; }
  const v4 = m.version;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.modRevision;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.createRevision;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readKeyValue(r: Reader, into?: KeyValue): KeyValue {
  const m = into ?? zeroKeyValue();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.bytesView();
        break;
      case 16:
        m.createRevision = r.int64();
        break;
      case 24:
        m.modRevision = r.int64();
        break;
      case 32:
        m.version = r.int64();
        break;
      case 42:
        m.value = r.bytesView();
        break;
      case 48:
        m.lease = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfKeyValue: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "create_revision", jsonName: "createRevision", property: "createRevision", goName: "CreateRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "mod_revision", jsonName: "modRevision", property: "modRevision", goName: "ModRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "version", jsonName: "version", property: "version", goName: "Version", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "value", jsonName: "value", property: "value", goName: "Value", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 6, name: "lease", jsonName: "lease", property: "lease", goName: "Lease", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const KeyValue: MessageCodec<KeyValue> = {
  typeName: "mvccpb.KeyValue",
  fields: fieldsOfKeyValue,
  create(init?: Fields<KeyValue>): KeyValue {
    if (init === undefined) return zeroKeyValue();
    return {
      key: init.key ?? EMPTY_BYTES,
      createRevision: init.createRevision ?? 0,
      modRevision: init.modRevision ?? 0,
      version: init.version ?? 0,
      value: init.value ?? EMPTY_BYTES,
      lease: init.lease ?? 0n,
    };
  },
  encode(message: KeyValue | Init<KeyValue>): Uint8Array {
    const size = sizeOfKeyValue(message);
    const bytes = allocate(size);
    putKeyValue(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfKeyValue,
  write(message: KeyValue | Init<KeyValue>, into: Uint8Array, at: number): number {
    const end = at + sizeOfKeyValue(message);
    putKeyValue(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): KeyValue {
    return readKeyValue(new Reader(bytes, start, end));
  },
  toJson(message: KeyValue): JsonObject {
    return messageToJson(fieldsOfKeyValue, message);
  },
  fromJson(json: unknown): KeyValue {
    return messageFromJson(KeyValue, json);
  },
};

/** The message `mvccpb.Event`. */
export interface Event {
  type: EventType;
  kv: KeyValue | undefined;
  prevKv: KeyValue | undefined;
}

function zeroEvent(): Event {
  return { type: 0, kv: undefined, prevKv: undefined };
}

export function sizeOfEvent(m: Event | Init<Event>): number {
  let n = 0;
  const v1 = m.type;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.kv;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfKeyValue(v2));
  const v3 = m.prevKv;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfKeyValue(v3));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putEvent(m: Event | Init<Event>, b: Uint8Array, at: number): number {
  const v3 = m.prevKv;
  if (v3 !== undefined) { const end = at; at = putKeyValue(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.kv;
  if (v2 !== undefined) { const end = at; at = putKeyValue(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.type;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readEvent(r: Reader, into?: Event): Event {
  const m = into ?? zeroEvent();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.type = r.int32() as EventType;
        break;
      case 18: {
        const outer = r.enter();
        m.kv = readKeyValue(r, m.kv);
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        m.prevKv = readKeyValue(r, m.prevKv);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfEvent: readonly FieldInfo[] = [
  { number: 1, name: "type", jsonName: "type", property: "type", goName: "Type", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: EventTypeInfo, message: undefined },
  { number: 2, name: "kv", jsonName: "kv", property: "kv", goName: "Kv", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => KeyValue },
  { number: 3, name: "prev_kv", jsonName: "prevKv", property: "prevKv", goName: "PrevKv", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => KeyValue },
];

export const Event: MessageCodec<Event> = {
  typeName: "mvccpb.Event",
  fields: fieldsOfEvent,
  create(init?: Fields<Event>): Event {
    if (init === undefined) return zeroEvent();
    return {
      type: init.type ?? 0,
      kv: init.kv,
      prevKv: init.prevKv,
    };
  },
  encode(message: Event | Init<Event>): Uint8Array {
    const size = sizeOfEvent(message);
    const bytes = allocate(size);
    putEvent(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfEvent,
  write(message: Event | Init<Event>, into: Uint8Array, at: number): number {
    const end = at + sizeOfEvent(message);
    putEvent(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Event {
    return readEvent(new Reader(bytes, start, end));
  },
  toJson(message: Event): JsonObject {
    return messageToJson(fieldsOfEvent, message);
  },
  fromJson(json: unknown): Event {
    return messageFromJson(Event, json);
  },
};

