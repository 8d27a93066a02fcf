// Generated from proto/lock.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec, type MethodInfo } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putBytes, putUint32, sizeOfBig, sizeOfDelimited } from "../writer.ts";
import { ResponseHeader, putResponseHeader, readResponseHeader, sizeOfResponseHeader } from "./rpc.ts";

/** The message `v3lockpb.LockRequest`. */
export interface LockRequest {
  name: Uint8Array;
  lease: bigint;
}

function zeroLockRequest(): LockRequest {
  return { name: EMPTY_BYTES, lease: 0n };
}

export function sizeOfLockRequest(m: LockRequest | Init<LockRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.lease;
  if (v2) n += 1 + sizeOfBig(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLockRequest(m: LockRequest | Init<LockRequest>, b: Uint8Array, at: number): number {
  const v2 = m.lease;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLockRequest(r: Reader, into?: LockRequest): LockRequest {
  const m = into ?? zeroLockRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.bytesView();
        break;
      case 16:
        m.lease = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLockRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "lease", jsonName: "lease", property: "lease", goName: "Lease", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LockRequest: MessageCodec<LockRequest> = {
  typeName: "v3lockpb.LockRequest",
  fields: fieldsOfLockRequest,
  create(init?: Fields<LockRequest>): LockRequest {
    if (init === undefined) return zeroLockRequest();
    return {
      name: init.name ?? EMPTY_BYTES,
      lease: init.lease ?? 0n,
    };
  },
  encode(message: LockRequest | Init<LockRequest>): Uint8Array {
    const size = sizeOfLockRequest(message);
    const bytes = allocate(size);
    putLockRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLockRequest,
  write(message: LockRequest | Init<LockRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLockRequest(message);
    putLockRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LockRequest {
    return readLockRequest(new Reader(bytes, start, end));
  },
  toJson(message: LockRequest): JsonObject {
    return messageToJson(fieldsOfLockRequest, message);
  },
  fromJson(json: unknown): LockRequest {
    return messageFromJson(LockRequest, json);
  },
};

/** The message `v3lockpb.LockResponse`. */
export interface LockResponse {
  header: ResponseHeader | undefined;
  key: Uint8Array;
}

function zeroLockResponse(): LockResponse {
  return { header: undefined, key: EMPTY_BYTES };
}

export function sizeOfLockResponse(m: LockResponse | Init<LockResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLockResponse(m: LockResponse | Init<LockResponse>, b: Uint8Array, at: number): number {
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLockResponse(r: Reader, into?: LockResponse): LockResponse {
  const m = into ?? zeroLockResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 18:
        m.key = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLockResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LockResponse: MessageCodec<LockResponse> = {
  typeName: "v3lockpb.LockResponse",
  fields: fieldsOfLockResponse,
  create(init?: Fields<LockResponse>): LockResponse {
    if (init === undefined) return zeroLockResponse();
    return {
      header: init.header,
      key: init.key ?? EMPTY_BYTES,
    };
  },
  encode(message: LockResponse | Init<LockResponse>): Uint8Array {
    const size = sizeOfLockResponse(message);
    const bytes = allocate(size);
    putLockResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLockResponse,
  write(message: LockResponse | Init<LockResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLockResponse(message);
    putLockResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LockResponse {
    return readLockResponse(new Reader(bytes, start, end));
  },
  toJson(message: LockResponse): JsonObject {
    return messageToJson(fieldsOfLockResponse, message);
  },
  fromJson(json: unknown): LockResponse {
    return messageFromJson(LockResponse, json);
  },
};

/** The message `v3lockpb.UnlockRequest`. */
export interface UnlockRequest {
  key: Uint8Array;
}

function zeroUnlockRequest(): UnlockRequest {
  return { key: EMPTY_BYTES };
}

export function sizeOfUnlockRequest(m: UnlockRequest | Init<UnlockRequest>): number {
  let n = 0;
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putUnlockRequest(m: UnlockRequest | Init<UnlockRequest>, b: Uint8Array, at: number): number {
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readUnlockRequest(r: Reader, into?: UnlockRequest): UnlockRequest {
  const m = into ?? zeroUnlockRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfUnlockRequest: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const UnlockRequest: MessageCodec<UnlockRequest> = {
  typeName: "v3lockpb.UnlockRequest",
  fields: fieldsOfUnlockRequest,
  create(init?: Fields<UnlockRequest>): UnlockRequest {
    if (init === undefined) return zeroUnlockRequest();
    return {
      key: init.key ?? EMPTY_BYTES,
    };
  },
  encode(message: UnlockRequest | Init<UnlockRequest>): Uint8Array {
    const size = sizeOfUnlockRequest(message);
    const bytes = allocate(size);
    putUnlockRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfUnlockRequest,
  write(message: UnlockRequest | Init<UnlockRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfUnlockRequest(message);
    putUnlockRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): UnlockRequest {
    return readUnlockRequest(new Reader(bytes, start, end));
  },
  toJson(message: UnlockRequest): JsonObject {
    return messageToJson(fieldsOfUnlockRequest, message);
  },
  fromJson(json: unknown): UnlockRequest {
    return messageFromJson(UnlockRequest, json);
  },
};

/** The message `v3lockpb.UnlockResponse`. */
export interface UnlockResponse {
  header: ResponseHeader | undefined;
}

function zeroUnlockResponse(): UnlockResponse {
  return { header: undefined };
}

export function sizeOfUnlockResponse(m: UnlockResponse | Init<UnlockResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putUnlockResponse(m: UnlockResponse | Init<UnlockResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readUnlockResponse(r: Reader, into?: UnlockResponse): UnlockResponse {
  const m = into ?? zeroUnlockResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfUnlockResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const UnlockResponse: MessageCodec<UnlockResponse> = {
  typeName: "v3lockpb.UnlockResponse",
  fields: fieldsOfUnlockResponse,
  create(init?: Fields<UnlockResponse>): UnlockResponse {
    if (init === undefined) return zeroUnlockResponse();
    return {
      header: init.header,
    };
  },
  encode(message: UnlockResponse | Init<UnlockResponse>): Uint8Array {
    const size = sizeOfUnlockResponse(message);
    const bytes = allocate(size);
    putUnlockResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfUnlockResponse,
  write(message: UnlockResponse | Init<UnlockResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfUnlockResponse(message);
    putUnlockResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): UnlockResponse {
    return readUnlockResponse(new Reader(bytes, start, end));
  },
  toJson(message: UnlockResponse): JsonObject {
    return messageToJson(fieldsOfUnlockResponse, message);
  },
  fromJson(json: unknown): UnlockResponse {
    return messageFromJson(UnlockResponse, json);
  },
};

export const LockService: {
  readonly lock: MethodInfo<LockRequest, LockResponse>;
  readonly unlock: MethodInfo<UnlockRequest, UnlockResponse>;
} = {
  lock: { name: "Lock", path: "/v3lockpb.Lock/Lock", request: LockRequest, response: LockResponse, clientStreaming: false, serverStreaming: false },
  unlock: { name: "Unlock", path: "/v3lockpb.Lock/Unlock", request: UnlockRequest, response: UnlockResponse, clientStreaming: false, serverStreaming: false },
};

