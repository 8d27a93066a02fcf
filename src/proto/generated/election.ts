// Generated from proto/election.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec, type MethodInfo } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putBytes, putInt64, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64 } from "../writer.ts";
import { KeyValue, putKeyValue, readKeyValue, sizeOfKeyValue } from "./kv.ts";
import { ResponseHeader, putResponseHeader, readResponseHeader, sizeOfResponseHeader } from "./rpc.ts";

/** The message `v3electionpb.CampaignRequest`. */
export interface CampaignRequest {
  name: Uint8Array;
  lease: bigint;
  value: Uint8Array;
}

function zeroCampaignRequest(): CampaignRequest {
  return { name: EMPTY_BYTES, lease: 0n, value: EMPTY_BYTES };
}

export function sizeOfCampaignRequest(m: CampaignRequest | Init<CampaignRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.lease;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.value;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putCampaignRequest(m: CampaignRequest | Init<CampaignRequest>, b: Uint8Array, at: number): number {
  const v3 = m.value;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.lease;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readCampaignRequest(r: Reader, into?: CampaignRequest): CampaignRequest {
  const m = into ?? zeroCampaignRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.bytesView();
        break;
      case 16:
        m.lease = r.int64Big();
        break;
      case 26:
        m.value = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfCampaignRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "lease", jsonName: "lease", property: "lease", goName: "Lease", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "value", jsonName: "value", property: "value", goName: "Value", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const CampaignRequest: MessageCodec<CampaignRequest> = {
  typeName: "v3electionpb.CampaignRequest",
  fields: fieldsOfCampaignRequest,
  create(init?: Fields<CampaignRequest>): CampaignRequest {
    if (init === undefined) return zeroCampaignRequest();
    return {
      name: init.name ?? EMPTY_BYTES,
      lease: init.lease ?? 0n,
      value: init.value ?? EMPTY_BYTES,
    };
  },
  encode(message: CampaignRequest | Init<CampaignRequest>): Uint8Array {
    const size = sizeOfCampaignRequest(message);
    const bytes = allocate(size);
    putCampaignRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfCampaignRequest,
  write(message: CampaignRequest | Init<CampaignRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfCampaignRequest(message);
    putCampaignRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): CampaignRequest {
    return readCampaignRequest(new Reader(bytes, start, end));
  },
  toJson(message: CampaignRequest): JsonObject {
    return messageToJson(fieldsOfCampaignRequest, message);
  },
  fromJson(json: unknown): CampaignRequest {
    return messageFromJson(CampaignRequest, json);
  },
};

/** The message `v3electionpb.CampaignResponse`. */
export interface CampaignResponse {
  header: ResponseHeader | undefined;
  leader: LeaderKey | undefined;
}

function zeroCampaignResponse(): CampaignResponse {
  return { header: undefined, leader: undefined };
}

export function sizeOfCampaignResponse(m: CampaignResponse | Init<CampaignResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.leader;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaderKey(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putCampaignResponse(m: CampaignResponse | Init<CampaignResponse>, b: Uint8Array, at: number): number {
  const v2 = m.leader;
  if (v2 !== undefined) { const end = at; at = putLeaderKey(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readCampaignResponse(r: Reader, into?: CampaignResponse): CampaignResponse {
  const m = into ?? zeroCampaignResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        m.leader = readLeaderKey(r, m.leader);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfCampaignResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "leader", jsonName: "leader", property: "leader", goName: "Leader", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaderKey },
];

export const CampaignResponse: MessageCodec<CampaignResponse> = {
  typeName: "v3electionpb.CampaignResponse",
  fields: fieldsOfCampaignResponse,
  create(init?: Fields<CampaignResponse>): CampaignResponse {
    if (init === undefined) return zeroCampaignResponse();
    return {
      header: init.header,
      leader: init.leader,
    };
  },
  encode(message: CampaignResponse | Init<CampaignResponse>): Uint8Array {
    const size = sizeOfCampaignResponse(message);
    const bytes = allocate(size);
    putCampaignResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfCampaignResponse,
  write(message: CampaignResponse | Init<CampaignResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfCampaignResponse(message);
    putCampaignResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): CampaignResponse {
    return readCampaignResponse(new Reader(bytes, start, end));
  },
  toJson(message: CampaignResponse): JsonObject {
    return messageToJson(fieldsOfCampaignResponse, message);
  },
  fromJson(json: unknown): CampaignResponse {
    return messageFromJson(CampaignResponse, json);
  },
};

/** The message `v3electionpb.LeaderKey`. */
export interface LeaderKey {
  name: Uint8Array;
  key: Uint8Array;
  rev: number;
  lease: bigint;
}

function zeroLeaderKey(): LeaderKey {
  return { name: EMPTY_BYTES, key: EMPTY_BYTES, rev: 0, lease: 0n };
}

export function sizeOfLeaderKey(m: LeaderKey | Init<LeaderKey>): number {
  let n = 0;
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.rev;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.lease;
  if (v4) n += 1 + sizeOfBig(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaderKey(m: LeaderKey | Init<LeaderKey>, b: Uint8Array, at: number): number {
  const v4 = m.lease;
  if (v4) { at = putBig(b, at, v4); b[--at] = 32; }
  const v3 = m.rev;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaderKey(r: Reader, into?: LeaderKey): LeaderKey {
  const m = into ?? zeroLeaderKey();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.bytesView();
        break;
      case 18:
        m.key = r.bytesView();
        break;
      case 24:
        m.rev = r.int64();
        break;
      case 32:
        m.lease = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaderKey: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "rev", jsonName: "rev", property: "rev", goName: "Rev", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "lease", jsonName: "lease", property: "lease", goName: "Lease", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaderKey: MessageCodec<LeaderKey> = {
  typeName: "v3electionpb.LeaderKey",
  fields: fieldsOfLeaderKey,
  create(init?: Fields<LeaderKey>): LeaderKey {
    if (init === undefined) return zeroLeaderKey();
    return {
      name: init.name ?? EMPTY_BYTES,
      key: init.key ?? EMPTY_BYTES,
      rev: init.rev ?? 0,
      lease: init.lease ?? 0n,
    };
  },
  encode(message: LeaderKey | Init<LeaderKey>): Uint8Array {
    const size = sizeOfLeaderKey(message);
    const bytes = allocate(size);
    putLeaderKey(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaderKey,
  write(message: LeaderKey | Init<LeaderKey>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaderKey(message);
    putLeaderKey(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaderKey {
    return readLeaderKey(new Reader(bytes, start, end));
  },
  toJson(message: LeaderKey): JsonObject {
    return messageToJson(fieldsOfLeaderKey, message);
  },
  fromJson(json: unknown): LeaderKey {
    return messageFromJson(LeaderKey, json);
  },
};

/** The message `v3electionpb.LeaderRequest`. */
export interface LeaderRequest {
  name: Uint8Array;
}

function zeroLeaderRequest(): LeaderRequest {
  return { name: EMPTY_BYTES };
}

export function sizeOfLeaderRequest(m: LeaderRequest | Init<LeaderRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaderRequest(m: LeaderRequest | Init<LeaderRequest>, b: Uint8Array, at: number): number {
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaderRequest(r: Reader, into?: LeaderRequest): LeaderRequest {
  const m = into ?? zeroLeaderRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaderRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaderRequest: MessageCodec<LeaderRequest> = {
  typeName: "v3electionpb.LeaderRequest",
  fields: fieldsOfLeaderRequest,
  create(init?: Fields<LeaderRequest>): LeaderRequest {
    if (init === undefined) return zeroLeaderRequest();
    return {
      name: init.name ?? EMPTY_BYTES,
    };
  },
  encode(message: LeaderRequest | Init<LeaderRequest>): Uint8Array {
    const size = sizeOfLeaderRequest(message);
    const bytes = allocate(size);
    putLeaderRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaderRequest,
  write(message: LeaderRequest | Init<LeaderRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaderRequest(message);
    putLeaderRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaderRequest {
    return readLeaderRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaderRequest): JsonObject {
    return messageToJson(fieldsOfLeaderRequest, message);
  },
  fromJson(json: unknown): LeaderRequest {
    return messageFromJson(LeaderRequest, json);
  },
};

/** The message `v3electionpb.LeaderResponse`. */
export interface LeaderResponse {
  header: ResponseHeader | undefined;
  kv: KeyValue | undefined;
}

function zeroLeaderResponse(): LeaderResponse {
  return { header: undefined, kv: undefined };
}

export function sizeOfLeaderResponse(m: LeaderResponse | Init<LeaderResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.kv;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfKeyValue(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaderResponse(m: LeaderResponse | Init<LeaderResponse>, b: Uint8Array, at: number): number {
  const v2 = m.kv;
  if (v2 !== undefined) { const end = at; at = putKeyValue(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaderResponse(r: Reader, into?: LeaderResponse): LeaderResponse {
  const m = into ?? zeroLeaderResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        m.kv = readKeyValue(r, m.kv);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaderResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "kv", jsonName: "kv", property: "kv", goName: "Kv", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => KeyValue },
];

export const LeaderResponse: MessageCodec<LeaderResponse> = {
  typeName: "v3electionpb.LeaderResponse",
  fields: fieldsOfLeaderResponse,
  create(init?: Fields<LeaderResponse>): LeaderResponse {
    if (init === undefined) return zeroLeaderResponse();
    return {
      header: init.header,
      kv: init.kv,
    };
  },
  encode(message: LeaderResponse | Init<LeaderResponse>): Uint8Array {
    const size = sizeOfLeaderResponse(message);
    const bytes = allocate(size);
    putLeaderResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaderResponse,
  write(message: LeaderResponse | Init<LeaderResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaderResponse(message);
    putLeaderResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaderResponse {
    return readLeaderResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaderResponse): JsonObject {
    return messageToJson(fieldsOfLeaderResponse, message);
  },
  fromJson(json: unknown): LeaderResponse {
    return messageFromJson(LeaderResponse, json);
  },
};

/** The message `v3electionpb.ResignRequest`. */
export interface ResignRequest {
  leader: LeaderKey | undefined;
}

function zeroResignRequest(): ResignRequest {
  return { leader: undefined };
}

export function sizeOfResignRequest(m: ResignRequest | Init<ResignRequest>): number {
  let n = 0;
  const v1 = m.leader;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaderKey(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putResignRequest(m: ResignRequest | Init<ResignRequest>, b: Uint8Array, at: number): number {
  const v1 = m.leader;
  if (v1 !== undefined) { const end = at; at = putLeaderKey(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readResignRequest(r: Reader, into?: ResignRequest): ResignRequest {
  const m = into ?? zeroResignRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.leader = readLeaderKey(r, m.leader);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfResignRequest: readonly FieldInfo[] = [
  { number: 1, name: "leader", jsonName: "leader", property: "leader", goName: "Leader", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaderKey },
];

export const ResignRequest: MessageCodec<ResignRequest> = {
  typeName: "v3electionpb.ResignRequest",
  fields: fieldsOfResignRequest,
  create(init?: Fields<ResignRequest>): ResignRequest {
    if (init === undefined) return zeroResignRequest();
    return {
      leader: init.leader,
    };
  },
  encode(message: ResignRequest | Init<ResignRequest>): Uint8Array {
    const size = sizeOfResignRequest(message);
    const bytes = allocate(size);
    putResignRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfResignRequest,
  write(message: ResignRequest | Init<ResignRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfResignRequest(message);
    putResignRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ResignRequest {
    return readResignRequest(new Reader(bytes, start, end));
  },
  toJson(message: ResignRequest): JsonObject {
    return messageToJson(fieldsOfResignRequest, message);
  },
  fromJson(json: unknown): ResignRequest {
    return messageFromJson(ResignRequest, json);
  },
};

/** The message `v3electionpb.ResignResponse`. */
export interface ResignResponse {
  header: ResponseHeader | undefined;
}

function zeroResignResponse(): ResignResponse {
  return { header: undefined };
}

export function sizeOfResignResponse(m: ResignResponse | Init<ResignResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putResignResponse(m: ResignResponse | Init<ResignResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readResignResponse(r: Reader, into?: ResignResponse): ResignResponse {
  const m = into ?? zeroResignResponse();
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

const fieldsOfResignResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const ResignResponse: MessageCodec<ResignResponse> = {
  typeName: "v3electionpb.ResignResponse",
  fields: fieldsOfResignResponse,
  create(init?: Fields<ResignResponse>): ResignResponse {
    if (init === undefined) return zeroResignResponse();
    return {
      header: init.header,
    };
  },
  encode(message: ResignResponse | Init<ResignResponse>): Uint8Array {
    const size = sizeOfResignResponse(message);
    const bytes = allocate(size);
    putResignResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfResignResponse,
  write(message: ResignResponse | Init<ResignResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfResignResponse(message);
    putResignResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ResignResponse {
    return readResignResponse(new Reader(bytes, start, end));
  },
  toJson(message: ResignResponse): JsonObject {
    return messageToJson(fieldsOfResignResponse, message);
  },
  fromJson(json: unknown): ResignResponse {
    return messageFromJson(ResignResponse, json);
  },
};

/** The message `v3electionpb.ProclaimRequest`. */
export interface ProclaimRequest {
  leader: LeaderKey | undefined;
  value: Uint8Array;
}

function zeroProclaimRequest(): ProclaimRequest {
  return { leader: undefined, value: EMPTY_BYTES };
}

export function sizeOfProclaimRequest(m: ProclaimRequest | Init<ProclaimRequest>): number {
  let n = 0;
  const v1 = m.leader;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaderKey(v1));
  const v2 = m.value;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putProclaimRequest(m: ProclaimRequest | Init<ProclaimRequest>, b: Uint8Array, at: number): number {
  const v2 = m.value;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.leader;
  if (v1 !== undefined) { const end = at; at = putLeaderKey(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readProclaimRequest(r: Reader, into?: ProclaimRequest): ProclaimRequest {
  const m = into ?? zeroProclaimRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.leader = readLeaderKey(r, m.leader);
        r.leave(outer);
        break;
      }
      case 18:
        m.value = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfProclaimRequest: readonly FieldInfo[] = [
  { number: 1, name: "leader", jsonName: "leader", property: "leader", goName: "Leader", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaderKey },
  { number: 2, name: "value", jsonName: "value", property: "value", goName: "Value", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const ProclaimRequest: MessageCodec<ProclaimRequest> = {
  typeName: "v3electionpb.ProclaimRequest",
  fields: fieldsOfProclaimRequest,
  create(init?: Fields<ProclaimRequest>): ProclaimRequest {
    if (init === undefined) return zeroProclaimRequest();
    return {
      leader: init.leader,
      value: init.value ?? EMPTY_BYTES,
    };
  },
  encode(message: ProclaimRequest | Init<ProclaimRequest>): Uint8Array {
    const size = sizeOfProclaimRequest(message);
    const bytes = allocate(size);
    putProclaimRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfProclaimRequest,
  write(message: ProclaimRequest | Init<ProclaimRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfProclaimRequest(message);
    putProclaimRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ProclaimRequest {
    return readProclaimRequest(new Reader(bytes, start, end));
  },
  toJson(message: ProclaimRequest): JsonObject {
    return messageToJson(fieldsOfProclaimRequest, message);
  },
  fromJson(json: unknown): ProclaimRequest {
    return messageFromJson(ProclaimRequest, json);
  },
};

/** The message `v3electionpb.ProclaimResponse`. */
export interface ProclaimResponse {
  header: ResponseHeader | undefined;
}

function zeroProclaimResponse(): ProclaimResponse {
  return { header: undefined };
}

export function sizeOfProclaimResponse(m: ProclaimResponse | Init<ProclaimResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putProclaimResponse(m: ProclaimResponse | Init<ProclaimResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readProclaimResponse(r: Reader, into?: ProclaimResponse): ProclaimResponse {
  const m = into ?? zeroProclaimResponse();
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

const fieldsOfProclaimResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const ProclaimResponse: MessageCodec<ProclaimResponse> = {
  typeName: "v3electionpb.ProclaimResponse",
  fields: fieldsOfProclaimResponse,
  create(init?: Fields<ProclaimResponse>): ProclaimResponse {
    if (init === undefined) return zeroProclaimResponse();
    return {
      header: init.header,
    };
  },
  encode(message: ProclaimResponse | Init<ProclaimResponse>): Uint8Array {
    const size = sizeOfProclaimResponse(message);
    const bytes = allocate(size);
    putProclaimResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfProclaimResponse,
  write(message: ProclaimResponse | Init<ProclaimResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfProclaimResponse(message);
    putProclaimResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ProclaimResponse {
    return readProclaimResponse(new Reader(bytes, start, end));
  },
  toJson(message: ProclaimResponse): JsonObject {
    return messageToJson(fieldsOfProclaimResponse, message);
  },
  fromJson(json: unknown): ProclaimResponse {
    return messageFromJson(ProclaimResponse, json);
  },
};

export const ElectionService: {
  readonly campaign: MethodInfo<CampaignRequest, CampaignResponse>;
  readonly proclaim: MethodInfo<ProclaimRequest, ProclaimResponse>;
  readonly leader: MethodInfo<LeaderRequest, LeaderResponse>;
  readonly observe: MethodInfo<LeaderRequest, LeaderResponse>;
  readonly resign: MethodInfo<ResignRequest, ResignResponse>;
} = {
  campaign: { name: "Campaign", path: "/v3electionpb.Election/Campaign", request: CampaignRequest, response: CampaignResponse, clientStreaming: false, serverStreaming: false },
  proclaim: { name: "Proclaim", path: "/v3electionpb.Election/Proclaim", request: ProclaimRequest, response: ProclaimResponse, clientStreaming: false, serverStreaming: false },
  leader: { name: "Leader", path: "/v3electionpb.Election/Leader", request: LeaderRequest, response: LeaderResponse, clientStreaming: false, serverStreaming: false },
  observe: { name: "Observe", path: "/v3electionpb.Election/Observe", request: LeaderRequest, response: LeaderResponse, clientStreaming: false, serverStreaming: true },
  resign: { name: "Resign", path: "/v3electionpb.Election/Resign", request: ResignRequest, response: ResignResponse, clientStreaming: false, serverStreaming: false },
};

