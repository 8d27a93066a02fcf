// Generated from proto/etcdserver.proto by scripts/proto/generate.ts; do not edit.
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, sizeOfBig } from "../writer.ts";

/** The message `etcdserverpb.Metadata`. */
export interface Metadata {
  nodeID: bigint;
  clusterID: bigint;
}

function zeroMetadata(): Metadata {
  return { nodeID: 0n, clusterID: 0n };
}

export function sizeOfMetadata(m: Metadata | Init<Metadata>): number {
  let n = 0;
  const v1 = m.nodeID;
  if (v1) n += 1 + sizeOfBig(v1);
  else n += 2;
  const v2 = m.clusterID;
  if (v2) n += 1 + sizeOfBig(v2);
  else n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMetadata(m: Metadata | Init<Metadata>, b: Uint8Array, at: number): number {
  const v2 = m.clusterID;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  else { b[--at] = 0; b[--at] = 16; }
  const v1 = m.nodeID;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  else { b[--at] = 0; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMetadata(r: Reader, into?: Metadata): Metadata {
  const m = into ?? zeroMetadata();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.nodeID = r.uint64Big();
        break;
      case 16:
        m.clusterID = r.uint64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMetadata: readonly FieldInfo[] = [
  { number: 1, name: "NodeID", jsonName: "NodeID", property: "nodeID", goName: "NodeID", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "ClusterID", jsonName: "ClusterID", property: "clusterID", goName: "ClusterID", kind: "uint64", repeated: false, big: true, pointer: true, oneof: undefined, enum: undefined, message: undefined },
];

export const Metadata: MessageCodec<Metadata> = {
  typeName: "etcdserverpb.Metadata",
  fields: fieldsOfMetadata,
  create(init?: Fields<Metadata>): Metadata {
    if (init === undefined) return zeroMetadata();
    return {
      nodeID: init.nodeID ?? 0n,
      clusterID: init.clusterID ?? 0n,
    };
  },
  encode(message: Metadata | Init<Metadata>): Uint8Array {
    const size = sizeOfMetadata(message);
    const bytes = allocate(size);
    putMetadata(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMetadata,
  write(message: Metadata | Init<Metadata>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMetadata(message);
    putMetadata(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Metadata {
    return readMetadata(new Reader(bytes, start, end));
  },
  toJson(message: Metadata): JsonObject {
    return messageToJson(fieldsOfMetadata, message);
  },
  fromJson(json: unknown): Metadata {
    return messageFromJson(Metadata, json);
  },
};

