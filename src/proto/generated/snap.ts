// Generated from proto/snap.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBytes, putUint32, sizeOfDelimited, sizeOfUint32 } from "../writer.ts";

/** The message `snappb.snapshot`. */
export interface Snapshot {
  crc: number;
  data: Uint8Array;
}

function zeroSnapshot(): Snapshot {
  return { crc: 0, data: EMPTY_BYTES };
}

export function sizeOfSnapshot(m: Snapshot | Init<Snapshot>): number {
  let n = 0;
  const v1 = m.crc;
  if (v1) n += 1 + sizeOfUint32(v1);
  else n += 2;
  const v2 = m.data;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  else n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putSnapshot(m: Snapshot | Init<Snapshot>, b: Uint8Array, at: number): number {
  const v2 = m.data;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  else { b[--at] = 0; b[--at] = 18; }
  const v1 = m.crc;
  if (v1) { at = putUint32(b, at, v1); b[--at] = 8; }
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
        m.crc = r.uint32();
        break;
      case 18:
        m.data = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfSnapshot: readonly FieldInfo[] = [
  { number: 1, name: "crc", jsonName: "crc", property: "crc", goName: "Crc", kind: "uint32", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "data", jsonName: "data", property: "data", goName: "Data", kind: "bytes", repeated: false, big: false, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const Snapshot: MessageCodec<Snapshot> = {
  typeName: "snappb.snapshot",
  fields: fieldsOfSnapshot,
  create(init?: Fields<Snapshot>): Snapshot {
    if (init === undefined) return zeroSnapshot();
    return {
      crc: init.crc ?? 0,
      data: init.data ?? EMPTY_BYTES,
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

