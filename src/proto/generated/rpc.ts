// Generated from proto/rpc.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { enumInfo, type EnumInfo, type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec, type MethodInfo } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putBytes, putInt64, putText, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64, sizeOfText, sizeOfUint32 } from "../writer.ts";
import { Permission, UserAddOptions, putPermission, putUserAddOptions, readPermission, readUserAddOptions, sizeOfPermission, sizeOfUserAddOptions } from "./auth.ts";
import { Event, KeyValue, putEvent, putKeyValue, readEvent, readKeyValue, sizeOfEvent, sizeOfKeyValue } from "./kv.ts";

export const SortOrder = {
  NONE: 0,
  ASCEND: 1,
  DESCEND: 2,
} as const;
/** A value of the enumeration `etcdserverpb.RangeRequest.SortOrder`. */
export type SortOrder = (typeof SortOrder)[keyof typeof SortOrder];
export const SortOrderInfo: EnumInfo = enumInfo("etcdserverpb.RangeRequest.SortOrder", SortOrder);

export const SortTarget = {
  KEY: 0,
  VERSION: 1,
  CREATE: 2,
  MOD: 3,
  VALUE: 4,
} as const;
/** A value of the enumeration `etcdserverpb.RangeRequest.SortTarget`. */
export type SortTarget = (typeof SortTarget)[keyof typeof SortTarget];
export const SortTargetInfo: EnumInfo = enumInfo("etcdserverpb.RangeRequest.SortTarget", SortTarget);

export const CompareResult = {
  EQUAL: 0,
  GREATER: 1,
  LESS: 2,
  NOT_EQUAL: 3,
} as const;
/** A value of the enumeration `etcdserverpb.Compare.CompareResult`. */
export type CompareResult = (typeof CompareResult)[keyof typeof CompareResult];
export const CompareResultInfo: EnumInfo = enumInfo("etcdserverpb.Compare.CompareResult", CompareResult);

export const CompareTarget = {
  VERSION: 0,
  CREATE: 1,
  MOD: 2,
  VALUE: 3,
  LEASE: 4,
} as const;
/** A value of the enumeration `etcdserverpb.Compare.CompareTarget`. */
export type CompareTarget = (typeof CompareTarget)[keyof typeof CompareTarget];
export const CompareTargetInfo: EnumInfo = enumInfo("etcdserverpb.Compare.CompareTarget", CompareTarget);

export const FilterType = {
  NOPUT: 0,
  NODELETE: 1,
} as const;
/** A value of the enumeration `etcdserverpb.WatchCreateRequest.FilterType`. */
export type FilterType = (typeof FilterType)[keyof typeof FilterType];
export const FilterTypeInfo: EnumInfo = enumInfo("etcdserverpb.WatchCreateRequest.FilterType", FilterType);

export const AlarmType = {
  NONE: 0,
  NOSPACE: 1,
  CORRUPT: 2,
} as const;
/** A value of the enumeration `etcdserverpb.AlarmType`. */
export type AlarmType = (typeof AlarmType)[keyof typeof AlarmType];
export const AlarmTypeInfo: EnumInfo = enumInfo("etcdserverpb.AlarmType", AlarmType);

export const AlarmAction = {
  GET: 0,
  ACTIVATE: 1,
  DEACTIVATE: 2,
} as const;
/** A value of the enumeration `etcdserverpb.AlarmRequest.AlarmAction`. */
export type AlarmAction = (typeof AlarmAction)[keyof typeof AlarmAction];
export const AlarmActionInfo: EnumInfo = enumInfo("etcdserverpb.AlarmRequest.AlarmAction", AlarmAction);

export const DowngradeAction = {
  VALIDATE: 0,
  ENABLE: 1,
  CANCEL: 2,
} as const;
/** A value of the enumeration `etcdserverpb.DowngradeRequest.DowngradeAction`. */
export type DowngradeAction = (typeof DowngradeAction)[keyof typeof DowngradeAction];
export const DowngradeActionInfo: EnumInfo = enumInfo("etcdserverpb.DowngradeRequest.DowngradeAction", DowngradeAction);

/** The message `etcdserverpb.ResponseHeader`. */
export interface ResponseHeader {
  clusterId: bigint;
  memberId: bigint;
  revision: number;
  raftTerm: number;
}

function zeroResponseHeader(): ResponseHeader {
  return { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };
}

export function sizeOfResponseHeader(m: ResponseHeader | Init<ResponseHeader>): number {
  let n = 0;
  const v1 = m.clusterId;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.memberId;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.revision;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.raftTerm;
  if (v4) n += 1 + sizeOfInt64(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putResponseHeader(m: ResponseHeader | Init<ResponseHeader>, b: Uint8Array, at: number): number {
  const v4 = m.raftTerm;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.revision;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.memberId;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.clusterId;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readResponseHeader(r: Reader, into?: ResponseHeader): ResponseHeader {
  const m = into ?? zeroResponseHeader();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.clusterId = r.uint64Big();
        break;
      case 16:
        m.memberId = r.uint64Big();
        break;
      case 24:
        m.revision = r.int64();
        break;
      case 32:
        m.raftTerm = r.uint64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfResponseHeader: readonly FieldInfo[] = [
  { number: 1, name: "cluster_id", jsonName: "clusterId", property: "clusterId", goName: "ClusterId", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "member_id", jsonName: "memberId", property: "memberId", goName: "MemberId", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "revision", jsonName: "revision", property: "revision", goName: "Revision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "raft_term", jsonName: "raftTerm", property: "raftTerm", goName: "RaftTerm", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const ResponseHeader: MessageCodec<ResponseHeader> = {
  typeName: "etcdserverpb.ResponseHeader",
  fields: fieldsOfResponseHeader,
  create(init?: Fields<ResponseHeader>): ResponseHeader {
    if (init === undefined) return zeroResponseHeader();
    return {
      clusterId: init.clusterId ?? 0n,
      memberId: init.memberId ?? 0n,
      revision: init.revision ?? 0,
      raftTerm: init.raftTerm ?? 0,
    };
  },
  encode(message: ResponseHeader | Init<ResponseHeader>): Uint8Array {
    const size = sizeOfResponseHeader(message);
    const bytes = allocate(size);
    putResponseHeader(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfResponseHeader,
  write(message: ResponseHeader | Init<ResponseHeader>, into: Uint8Array, at: number): number {
    const end = at + sizeOfResponseHeader(message);
    putResponseHeader(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ResponseHeader {
    return readResponseHeader(new Reader(bytes, start, end));
  },
  toJson(message: ResponseHeader): JsonObject {
    return messageToJson(fieldsOfResponseHeader, message);
  },
  fromJson(json: unknown): ResponseHeader {
    return messageFromJson(ResponseHeader, json);
  },
};

/** The message `etcdserverpb.RangeRequest`. */
export interface RangeRequest {
  key: Uint8Array;
  rangeEnd: Uint8Array;
  limit: number;
  revision: number;
  sortOrder: SortOrder;
  sortTarget: SortTarget;
  serializable: boolean;
  keysOnly: boolean;
  countOnly: boolean;
  minModRevision: number;
  maxModRevision: number;
  minCreateRevision: number;
  maxCreateRevision: number;
}

function zeroRangeRequest(): RangeRequest {
  return { key: EMPTY_BYTES, rangeEnd: EMPTY_BYTES, limit: 0, revision: 0, sortOrder: 0, sortTarget: 0, serializable: false, keysOnly: false, countOnly: false, minModRevision: 0, maxModRevision: 0, minCreateRevision: 0, maxCreateRevision: 0 };
}

export function sizeOfRangeRequest(m: RangeRequest | Init<RangeRequest>): number {
  let n = 0;
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.rangeEnd;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.limit;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.revision;
  if (v4) n += 1 + sizeOfInt64(v4);
  const v5 = m.sortOrder;
  if (v5) n += 1 + sizeOfInt64(v5);
  const v6 = m.sortTarget;
  if (v6) n += 1 + sizeOfInt64(v6);
  const v7 = m.serializable;
  if (v7) n += 2;
  const v8 = m.keysOnly;
  if (v8) n += 2;
  const v9 = m.countOnly;
  if (v9) n += 2;
  const v10 = m.minModRevision;
  if (v10) n += 1 + sizeOfInt64(v10);
  const v11 = m.maxModRevision;
  if (v11) n += 1 + sizeOfInt64(v11);
  const v12 = m.minCreateRevision;
  if (v12) n += 1 + sizeOfInt64(v12);
  const v13 = m.maxCreateRevision;
  if (v13) n += 1 + sizeOfInt64(v13);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRangeRequest(m: RangeRequest | Init<RangeRequest>, b: Uint8Array, at: number): number {
  const v13 = m.maxCreateRevision;
  if (v13) { at = putInt64(b, at, v13); b[--at] = 104; }
  const v12 = m.minCreateRevision;
  if (v12) { at = putInt64(b, at, v12); b[--at] = 96; }
  const v11 = m.maxModRevision;
  if (v11) { at = putInt64(b, at, v11); b[--at] = 88; }
  const v10 = m.minModRevision;
  if (v10) { at = putInt64(b, at, v10); b[--at] = 80; }
  const v9 = m.countOnly;
  if (v9) { b[--at] = 1; b[--at] = 72; }
  const v8 = m.keysOnly;
  if (v8) { b[--at] = 1; b[--at] = 64; }
  const v7 = m.serializable;
  if (v7) { b[--at] = 1; b[--at] = 56; }
  const v6 = m.sortTarget;
  if (v6) { at = putInt64(b, at, v6); b[--at] = 48; }
  const v5 = m.sortOrder;
  if (v5) { at = putInt64(b, at, v5); b[--at] = 40; }
  const v4 = m.revision;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.limit;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.rangeEnd;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRangeRequest(r: Reader, into?: RangeRequest): RangeRequest {
  const m = into ?? zeroRangeRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.bytesView();
        break;
      case 18:
        m.rangeEnd = r.bytesView();
        break;
      case 24:
        m.limit = r.int64();
        break;
      case 32:
        m.revision = r.int64();
        break;
      case 40:
        m.sortOrder = r.int32() as SortOrder;
        break;
      case 48:
        m.sortTarget = r.int32() as SortTarget;
        break;
      case 56:
        m.serializable = r.bool();
        break;
      case 64:
        m.keysOnly = r.bool();
        break;
      case 72:
        m.countOnly = r.bool();
        break;
      case 80:
        m.minModRevision = r.int64();
        break;
      case 88:
        m.maxModRevision = r.int64();
        break;
      case 96:
        m.minCreateRevision = r.int64();
        break;
      case 104:
        m.maxCreateRevision = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfRangeRequest: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", goName: "RangeEnd", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "limit", jsonName: "limit", property: "limit", goName: "Limit", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "revision", jsonName: "revision", property: "revision", goName: "Revision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "sort_order", jsonName: "sortOrder", property: "sortOrder", goName: "SortOrder", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: SortOrderInfo, message: undefined },
  { number: 6, name: "sort_target", jsonName: "sortTarget", property: "sortTarget", goName: "SortTarget", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: SortTargetInfo, message: undefined },
  { number: 7, name: "serializable", jsonName: "serializable", property: "serializable", goName: "Serializable", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 8, name: "keys_only", jsonName: "keysOnly", property: "keysOnly", goName: "KeysOnly", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 9, name: "count_only", jsonName: "countOnly", property: "countOnly", goName: "CountOnly", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 10, name: "min_mod_revision", jsonName: "minModRevision", property: "minModRevision", goName: "MinModRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 11, name: "max_mod_revision", jsonName: "maxModRevision", property: "maxModRevision", goName: "MaxModRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 12, name: "min_create_revision", jsonName: "minCreateRevision", property: "minCreateRevision", goName: "MinCreateRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 13, name: "max_create_revision", jsonName: "maxCreateRevision", property: "maxCreateRevision", goName: "MaxCreateRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const RangeRequest: MessageCodec<RangeRequest> = {
  typeName: "etcdserverpb.RangeRequest",
  fields: fieldsOfRangeRequest,
  create(init?: Fields<RangeRequest>): RangeRequest {
    if (init === undefined) return zeroRangeRequest();
    return {
      key: init.key ?? EMPTY_BYTES,
      rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
      limit: init.limit ?? 0,
      revision: init.revision ?? 0,
      sortOrder: init.sortOrder ?? 0,
      sortTarget: init.sortTarget ?? 0,
      serializable: init.serializable ?? false,
      keysOnly: init.keysOnly ?? false,
      countOnly: init.countOnly ?? false,
      minModRevision: init.minModRevision ?? 0,
      maxModRevision: init.maxModRevision ?? 0,
      minCreateRevision: init.minCreateRevision ?? 0,
      maxCreateRevision: init.maxCreateRevision ?? 0,
    };
  },
  encode(message: RangeRequest | Init<RangeRequest>): Uint8Array {
    const size = sizeOfRangeRequest(message);
    const bytes = allocate(size);
    putRangeRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRangeRequest,
  write(message: RangeRequest | Init<RangeRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRangeRequest(message);
    putRangeRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): RangeRequest {
    return readRangeRequest(new Reader(bytes, start, end));
  },
  toJson(message: RangeRequest): JsonObject {
    return messageToJson(fieldsOfRangeRequest, message);
  },
  fromJson(json: unknown): RangeRequest {
    return messageFromJson(RangeRequest, json);
  },
};

/** The message `etcdserverpb.RangeResponse`. */
export interface RangeResponse {
  header: ResponseHeader | undefined;
  kvs: KeyValue[];
  more: boolean;
  count: number;
}

function zeroRangeResponse(): RangeResponse {
  return { header: undefined, kvs: [], more: false, count: 0 };
}

export function sizeOfRangeResponse(m: RangeResponse | Init<RangeResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.kvs;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfKeyValue(v2[i]!));
  }
  const v3 = m.more;
  if (v3) n += 2;
  const v4 = m.count;
  if (v4) n += 1 + sizeOfInt64(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRangeResponse(m: RangeResponse | Init<RangeResponse>, b: Uint8Array, at: number): number {
  const v4 = m.count;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.more;
  if (v3) { b[--at] = 1; b[--at] = 24; }
  const v2 = m.kvs;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putKeyValue(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRangeResponse(r: Reader, into?: RangeResponse): RangeResponse {
  const m = into ?? zeroRangeResponse();
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
        m.kvs.push(readKeyValue(r));
        r.leave(outer);
        break;
      }
      case 24:
        m.more = r.bool();
        break;
      case 32:
        m.count = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfRangeResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "kvs", jsonName: "kvs", property: "kvs", goName: "Kvs", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => KeyValue },
  { number: 3, name: "more", jsonName: "more", property: "more", goName: "More", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "count", jsonName: "count", property: "count", goName: "Count", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const RangeResponse: MessageCodec<RangeResponse> = {
  typeName: "etcdserverpb.RangeResponse",
  fields: fieldsOfRangeResponse,
  create(init?: Fields<RangeResponse>): RangeResponse {
    if (init === undefined) return zeroRangeResponse();
    return {
      header: init.header,
      kvs: init.kvs ?? [],
      more: init.more ?? false,
      count: init.count ?? 0,
    };
  },
  encode(message: RangeResponse | Init<RangeResponse>): Uint8Array {
    const size = sizeOfRangeResponse(message);
    const bytes = allocate(size);
    putRangeResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRangeResponse,
  write(message: RangeResponse | Init<RangeResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRangeResponse(message);
    putRangeResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): RangeResponse {
    return readRangeResponse(new Reader(bytes, start, end));
  },
  toJson(message: RangeResponse): JsonObject {
    return messageToJson(fieldsOfRangeResponse, message);
  },
  fromJson(json: unknown): RangeResponse {
    return messageFromJson(RangeResponse, json);
  },
};

/** The message `etcdserverpb.PutRequest`. */
export interface PutRequest {
  key: Uint8Array;
  value: Uint8Array;
  lease: bigint;
  prevKv: boolean;
  ignoreValue: boolean;
  ignoreLease: boolean;
}

function zeroPutRequest(): PutRequest {
  return { key: EMPTY_BYTES, value: EMPTY_BYTES, lease: 0n, prevKv: false, ignoreValue: false, ignoreLease: false };
}

export function sizeOfPutRequest(m: PutRequest | Init<PutRequest>): number {
  let n = 0;
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.value;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.lease;
  if (v3) n += 1 + sizeOfBig(v3);
  const v4 = m.prevKv;
  if (v4) n += 2;
  const v5 = m.ignoreValue;
  if (v5) n += 2;
  const v6 = m.ignoreLease;
  if (v6) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putPutRequest(m: PutRequest | Init<PutRequest>, b: Uint8Array, at: number): number {
  const v6 = m.ignoreLease;
  if (v6) { b[--at] = 1; b[--at] = 48; }
  const v5 = m.ignoreValue;
  if (v5) { b[--at] = 1; b[--at] = 40; }
  const v4 = m.prevKv;
  if (v4) { b[--at] = 1; b[--at] = 32; }
  const v3 = m.lease;
  if (v3) { at = putBig(b, at, v3); b[--at] = 24; }
  const v2 = m.value;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readPutRequest(r: Reader, into?: PutRequest): PutRequest {
  const m = into ?? zeroPutRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.bytesView();
        break;
      case 18:
        m.value = r.bytesView();
        break;
      case 24:
        m.lease = r.int64Big();
        break;
      case 32:
        m.prevKv = r.bool();
        break;
      case 40:
        m.ignoreValue = r.bool();
        break;
      case 48:
        m.ignoreLease = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfPutRequest: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "value", jsonName: "value", property: "value", goName: "Value", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "lease", jsonName: "lease", property: "lease", goName: "Lease", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "prev_kv", jsonName: "prevKv", property: "prevKv", goName: "PrevKv", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "ignore_value", jsonName: "ignoreValue", property: "ignoreValue", goName: "IgnoreValue", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 6, name: "ignore_lease", jsonName: "ignoreLease", property: "ignoreLease", goName: "IgnoreLease", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const PutRequest: MessageCodec<PutRequest> = {
  typeName: "etcdserverpb.PutRequest",
  fields: fieldsOfPutRequest,
  create(init?: Fields<PutRequest>): PutRequest {
    if (init === undefined) return zeroPutRequest();
    return {
      key: init.key ?? EMPTY_BYTES,
      value: init.value ?? EMPTY_BYTES,
      lease: init.lease ?? 0n,
      prevKv: init.prevKv ?? false,
      ignoreValue: init.ignoreValue ?? false,
      ignoreLease: init.ignoreLease ?? false,
    };
  },
  encode(message: PutRequest | Init<PutRequest>): Uint8Array {
    const size = sizeOfPutRequest(message);
    const bytes = allocate(size);
    putPutRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfPutRequest,
  write(message: PutRequest | Init<PutRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfPutRequest(message);
    putPutRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): PutRequest {
    return readPutRequest(new Reader(bytes, start, end));
  },
  toJson(message: PutRequest): JsonObject {
    return messageToJson(fieldsOfPutRequest, message);
  },
  fromJson(json: unknown): PutRequest {
    return messageFromJson(PutRequest, json);
  },
};

/** The message `etcdserverpb.PutResponse`. */
export interface PutResponse {
  header: ResponseHeader | undefined;
  prevKv: KeyValue | undefined;
}

function zeroPutResponse(): PutResponse {
  return { header: undefined, prevKv: undefined };
}

export function sizeOfPutResponse(m: PutResponse | Init<PutResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.prevKv;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfKeyValue(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putPutResponse(m: PutResponse | Init<PutResponse>, b: Uint8Array, at: number): number {
  const v2 = m.prevKv;
  if (v2 !== undefined) { const end = at; at = putKeyValue(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readPutResponse(r: Reader, into?: PutResponse): PutResponse {
  const m = into ?? zeroPutResponse();
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

const fieldsOfPutResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "prev_kv", jsonName: "prevKv", property: "prevKv", goName: "PrevKv", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => KeyValue },
];

export const PutResponse: MessageCodec<PutResponse> = {
  typeName: "etcdserverpb.PutResponse",
  fields: fieldsOfPutResponse,
  create(init?: Fields<PutResponse>): PutResponse {
    if (init === undefined) return zeroPutResponse();
    return {
      header: init.header,
      prevKv: init.prevKv,
    };
  },
  encode(message: PutResponse | Init<PutResponse>): Uint8Array {
    const size = sizeOfPutResponse(message);
    const bytes = allocate(size);
    putPutResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfPutResponse,
  write(message: PutResponse | Init<PutResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfPutResponse(message);
    putPutResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): PutResponse {
    return readPutResponse(new Reader(bytes, start, end));
  },
  toJson(message: PutResponse): JsonObject {
    return messageToJson(fieldsOfPutResponse, message);
  },
  fromJson(json: unknown): PutResponse {
    return messageFromJson(PutResponse, json);
  },
};

/** The message `etcdserverpb.DeleteRangeRequest`. */
export interface DeleteRangeRequest {
  key: Uint8Array;
  rangeEnd: Uint8Array;
  prevKv: boolean;
}

function zeroDeleteRangeRequest(): DeleteRangeRequest {
  return { key: EMPTY_BYTES, rangeEnd: EMPTY_BYTES, prevKv: false };
}

export function sizeOfDeleteRangeRequest(m: DeleteRangeRequest | Init<DeleteRangeRequest>): number {
  let n = 0;
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.rangeEnd;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.prevKv;
  if (v3) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDeleteRangeRequest(m: DeleteRangeRequest | Init<DeleteRangeRequest>, b: Uint8Array, at: number): number {
  const v3 = m.prevKv;
  if (v3) { b[--at] = 1; b[--at] = 24; }
  const v2 = m.rangeEnd;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDeleteRangeRequest(r: Reader, into?: DeleteRangeRequest): DeleteRangeRequest {
  const m = into ?? zeroDeleteRangeRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.bytesView();
        break;
      case 18:
        m.rangeEnd = r.bytesView();
        break;
      case 24:
        m.prevKv = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDeleteRangeRequest: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", goName: "RangeEnd", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "prev_kv", jsonName: "prevKv", property: "prevKv", goName: "PrevKv", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const DeleteRangeRequest: MessageCodec<DeleteRangeRequest> = {
  typeName: "etcdserverpb.DeleteRangeRequest",
  fields: fieldsOfDeleteRangeRequest,
  create(init?: Fields<DeleteRangeRequest>): DeleteRangeRequest {
    if (init === undefined) return zeroDeleteRangeRequest();
    return {
      key: init.key ?? EMPTY_BYTES,
      rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
      prevKv: init.prevKv ?? false,
    };
  },
  encode(message: DeleteRangeRequest | Init<DeleteRangeRequest>): Uint8Array {
    const size = sizeOfDeleteRangeRequest(message);
    const bytes = allocate(size);
    putDeleteRangeRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDeleteRangeRequest,
  write(message: DeleteRangeRequest | Init<DeleteRangeRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDeleteRangeRequest(message);
    putDeleteRangeRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DeleteRangeRequest {
    return readDeleteRangeRequest(new Reader(bytes, start, end));
  },
  toJson(message: DeleteRangeRequest): JsonObject {
    return messageToJson(fieldsOfDeleteRangeRequest, message);
  },
  fromJson(json: unknown): DeleteRangeRequest {
    return messageFromJson(DeleteRangeRequest, json);
  },
};

/** The message `etcdserverpb.DeleteRangeResponse`. */
export interface DeleteRangeResponse {
  header: ResponseHeader | undefined;
  deleted: number;
  prevKvs: KeyValue[];
}

function zeroDeleteRangeResponse(): DeleteRangeResponse {
  return { header: undefined, deleted: 0, prevKvs: [] };
}

export function sizeOfDeleteRangeResponse(m: DeleteRangeResponse | Init<DeleteRangeResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.deleted;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.prevKvs;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfDelimited(sizeOfKeyValue(v3[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDeleteRangeResponse(m: DeleteRangeResponse | Init<DeleteRangeResponse>, b: Uint8Array, at: number): number {
  const v3 = m.prevKvs;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { const end = at; at = putKeyValue(v3[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  }
  const v2 = m.deleted;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDeleteRangeResponse(r: Reader, into?: DeleteRangeResponse): DeleteRangeResponse {
  const m = into ?? zeroDeleteRangeResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.deleted = r.int64();
        break;
      case 26: {
        const outer = r.enter();
        m.prevKvs.push(readKeyValue(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDeleteRangeResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "deleted", jsonName: "deleted", property: "deleted", goName: "Deleted", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "prev_kvs", jsonName: "prevKvs", property: "prevKvs", goName: "PrevKvs", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => KeyValue },
];

export const DeleteRangeResponse: MessageCodec<DeleteRangeResponse> = {
  typeName: "etcdserverpb.DeleteRangeResponse",
  fields: fieldsOfDeleteRangeResponse,
  create(init?: Fields<DeleteRangeResponse>): DeleteRangeResponse {
    if (init === undefined) return zeroDeleteRangeResponse();
    return {
      header: init.header,
      deleted: init.deleted ?? 0,
      prevKvs: init.prevKvs ?? [],
    };
  },
  encode(message: DeleteRangeResponse | Init<DeleteRangeResponse>): Uint8Array {
    const size = sizeOfDeleteRangeResponse(message);
    const bytes = allocate(size);
    putDeleteRangeResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDeleteRangeResponse,
  write(message: DeleteRangeResponse | Init<DeleteRangeResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDeleteRangeResponse(message);
    putDeleteRangeResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DeleteRangeResponse {
    return readDeleteRangeResponse(new Reader(bytes, start, end));
  },
  toJson(message: DeleteRangeResponse): JsonObject {
    return messageToJson(fieldsOfDeleteRangeResponse, message);
  },
  fromJson(json: unknown): DeleteRangeResponse {
    return messageFromJson(DeleteRangeResponse, json);
  },
};

/** The message `etcdserverpb.RequestOp`. */
export interface RequestOp {
  requestRange: RangeRequest | undefined;
  requestPut: PutRequest | undefined;
  requestDeleteRange: DeleteRangeRequest | undefined;
  requestTxn: TxnRequest | undefined;
}

function zeroRequestOp(): RequestOp {
  return { requestRange: undefined, requestPut: undefined, requestDeleteRange: undefined, requestTxn: undefined };
}

export function sizeOfRequestOp(m: RequestOp | Init<RequestOp>): number {
  let n = 0;
  const v1 = m.requestRange;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfRangeRequest(v1));
  const v2 = m.requestPut;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfPutRequest(v2));
  const v3 = m.requestDeleteRange;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfDeleteRangeRequest(v3));
  const v4 = m.requestTxn;
  if (v4 !== undefined) n += 1 + sizeOfDelimited(sizeOfTxnRequest(v4));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRequestOp(m: RequestOp | Init<RequestOp>, b: Uint8Array, at: number): number {
  const v4 = m.requestTxn;
  if (v4 !== undefined) { const end = at; at = putTxnRequest(v4, b, at); at = putUint32(b, at, end - at); b[--at] = 34; }
  const v3 = m.requestDeleteRange;
  if (v3 !== undefined) { const end = at; at = putDeleteRangeRequest(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.requestPut;
  if (v2 !== undefined) { const end = at; at = putPutRequest(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.requestRange;
  if (v1 !== undefined) { const end = at; at = putRangeRequest(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRequestOp(r: Reader, into?: RequestOp): RequestOp {
  const m = into ?? zeroRequestOp();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.requestRange = readRangeRequest(r, m.requestRange);
        r.leave(outer);
        m.requestPut = undefined; m.requestDeleteRange = undefined; m.requestTxn = undefined;
        break;
      }
      case 18: {
        const outer = r.enter();
        m.requestPut = readPutRequest(r, m.requestPut);
        r.leave(outer);
        m.requestRange = undefined; m.requestDeleteRange = undefined; m.requestTxn = undefined;
        break;
      }
      case 26: {
        const outer = r.enter();
        m.requestDeleteRange = readDeleteRangeRequest(r, m.requestDeleteRange);
        r.leave(outer);
        m.requestRange = undefined; m.requestPut = undefined; m.requestTxn = undefined;
        break;
      }
      case 34: {
        const outer = r.enter();
        m.requestTxn = readTxnRequest(r, m.requestTxn);
        r.leave(outer);
        m.requestRange = undefined; m.requestPut = undefined; m.requestDeleteRange = undefined;
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfRequestOp: readonly FieldInfo[] = [
  { number: 1, name: "request_range", jsonName: "requestRange", property: "requestRange", goName: "RequestRange", kind: "message", repeated: false, big: false, pointer: false, oneof: "request", enum: undefined, message: () => RangeRequest },
  { number: 2, name: "request_put", jsonName: "requestPut", property: "requestPut", goName: "RequestPut", kind: "message", repeated: false, big: false, pointer: false, oneof: "request", enum: undefined, message: () => PutRequest },
  { number: 3, name: "request_delete_range", jsonName: "requestDeleteRange", property: "requestDeleteRange", goName: "RequestDeleteRange", kind: "message", repeated: false, big: false, pointer: false, oneof: "request", enum: undefined, message: () => DeleteRangeRequest },
  { number: 4, name: "request_txn", jsonName: "requestTxn", property: "requestTxn", goName: "RequestTxn", kind: "message", repeated: false, big: false, pointer: false, oneof: "request", enum: undefined, message: () => TxnRequest },
];

export const RequestOp: MessageCodec<RequestOp> = {
  typeName: "etcdserverpb.RequestOp",
  fields: fieldsOfRequestOp,
  create(init?: Fields<RequestOp>): RequestOp {
    if (init === undefined) return zeroRequestOp();
    return {
      requestRange: init.requestRange,
      requestPut: init.requestPut,
      requestDeleteRange: init.requestDeleteRange,
      requestTxn: init.requestTxn,
    };
  },
  encode(message: RequestOp | Init<RequestOp>): Uint8Array {
    const size = sizeOfRequestOp(message);
    const bytes = allocate(size);
    putRequestOp(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRequestOp,
  write(message: RequestOp | Init<RequestOp>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRequestOp(message);
    putRequestOp(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): RequestOp {
    return readRequestOp(new Reader(bytes, start, end));
  },
  toJson(message: RequestOp): JsonObject {
    return messageToJson(fieldsOfRequestOp, message);
  },
  fromJson(json: unknown): RequestOp {
    return messageFromJson(RequestOp, json);
  },
};

/** The message `etcdserverpb.ResponseOp`. */
export interface ResponseOp {
  responseRange: RangeResponse | undefined;
  responsePut: PutResponse | undefined;
  responseDeleteRange: DeleteRangeResponse | undefined;
  responseTxn: TxnResponse | undefined;
}

function zeroResponseOp(): ResponseOp {
  return { responseRange: undefined, responsePut: undefined, responseDeleteRange: undefined, responseTxn: undefined };
}

export function sizeOfResponseOp(m: ResponseOp | Init<ResponseOp>): number {
  let n = 0;
  const v1 = m.responseRange;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfRangeResponse(v1));
  const v2 = m.responsePut;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfPutResponse(v2));
  const v3 = m.responseDeleteRange;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfDeleteRangeResponse(v3));
  const v4 = m.responseTxn;
  if (v4 !== undefined) n += 1 + sizeOfDelimited(sizeOfTxnResponse(v4));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putResponseOp(m: ResponseOp | Init<ResponseOp>, b: Uint8Array, at: number): number {
  const v4 = m.responseTxn;
  if (v4 !== undefined) { const end = at; at = putTxnResponse(v4, b, at); at = putUint32(b, at, end - at); b[--at] = 34; }
  const v3 = m.responseDeleteRange;
  if (v3 !== undefined) { const end = at; at = putDeleteRangeResponse(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.responsePut;
  if (v2 !== undefined) { const end = at; at = putPutResponse(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.responseRange;
  if (v1 !== undefined) { const end = at; at = putRangeResponse(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readResponseOp(r: Reader, into?: ResponseOp): ResponseOp {
  const m = into ?? zeroResponseOp();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.responseRange = readRangeResponse(r, m.responseRange);
        r.leave(outer);
        m.responsePut = undefined; m.responseDeleteRange = undefined; m.responseTxn = undefined;
        break;
      }
      case 18: {
        const outer = r.enter();
        m.responsePut = readPutResponse(r, m.responsePut);
        r.leave(outer);
        m.responseRange = undefined; m.responseDeleteRange = undefined; m.responseTxn = undefined;
        break;
      }
      case 26: {
        const outer = r.enter();
        m.responseDeleteRange = readDeleteRangeResponse(r, m.responseDeleteRange);
        r.leave(outer);
        m.responseRange = undefined; m.responsePut = undefined; m.responseTxn = undefined;
        break;
      }
      case 34: {
        const outer = r.enter();
        m.responseTxn = readTxnResponse(r, m.responseTxn);
        r.leave(outer);
        m.responseRange = undefined; m.responsePut = undefined; m.responseDeleteRange = undefined;
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfResponseOp: readonly FieldInfo[] = [
  { number: 1, name: "response_range", jsonName: "responseRange", property: "responseRange", goName: "ResponseRange", kind: "message", repeated: false, big: false, pointer: false, oneof: "response", enum: undefined, message: () => RangeResponse },
  { number: 2, name: "response_put", jsonName: "responsePut", property: "responsePut", goName: "ResponsePut", kind: "message", repeated: false, big: false, pointer: false, oneof: "response", enum: undefined, message: () => PutResponse },
  { number: 3, name: "response_delete_range", jsonName: "responseDeleteRange", property: "responseDeleteRange", goName: "ResponseDeleteRange", kind: "message", repeated: false, big: false, pointer: false, oneof: "response", enum: undefined, message: () => DeleteRangeResponse },
  { number: 4, name: "response_txn", jsonName: "responseTxn", property: "responseTxn", goName: "ResponseTxn", kind: "message", repeated: false, big: false, pointer: false, oneof: "response", enum: undefined, message: () => TxnResponse },
];

export const ResponseOp: MessageCodec<ResponseOp> = {
  typeName: "etcdserverpb.ResponseOp",
  fields: fieldsOfResponseOp,
  create(init?: Fields<ResponseOp>): ResponseOp {
    if (init === undefined) return zeroResponseOp();
    return {
      responseRange: init.responseRange,
      responsePut: init.responsePut,
      responseDeleteRange: init.responseDeleteRange,
      responseTxn: init.responseTxn,
    };
  },
  encode(message: ResponseOp | Init<ResponseOp>): Uint8Array {
    const size = sizeOfResponseOp(message);
    const bytes = allocate(size);
    putResponseOp(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfResponseOp,
  write(message: ResponseOp | Init<ResponseOp>, into: Uint8Array, at: number): number {
    const end = at + sizeOfResponseOp(message);
    putResponseOp(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ResponseOp {
    return readResponseOp(new Reader(bytes, start, end));
  },
  toJson(message: ResponseOp): JsonObject {
    return messageToJson(fieldsOfResponseOp, message);
  },
  fromJson(json: unknown): ResponseOp {
    return messageFromJson(ResponseOp, json);
  },
};

/** The message `etcdserverpb.Compare`. */
export interface Compare {
  result: CompareResult;
  target: CompareTarget;
  key: Uint8Array;
  version: number | undefined;
  createRevision: number | undefined;
  modRevision: number | undefined;
  value: Uint8Array | undefined;
  lease: bigint | undefined;
  rangeEnd: Uint8Array;
}

function zeroCompare(): Compare {
  return { result: 0, target: 0, key: EMPTY_BYTES, version: undefined, createRevision: undefined, modRevision: undefined, value: undefined, lease: undefined, rangeEnd: EMPTY_BYTES };
}

export function sizeOfCompare(m: Compare | Init<Compare>): number {
  let n = 0;
  const v1 = m.result;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.target;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.key;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  const v64 = m.rangeEnd;
  if (v64 !== undefined && v64.length !== 0) n += 2 + sizeOfDelimited(v64.length);
  const v4 = m.version;
  if (v4 !== undefined) n += 1 + sizeOfInt64(v4);
  const v5 = m.createRevision;
  if (v5 !== undefined) n += 1 + sizeOfInt64(v5);
  const v6 = m.modRevision;
  if (v6 !== undefined) n += 1 + sizeOfInt64(v6);
  const v7 = m.value;
  if (v7 !== undefined) n += 1 + sizeOfDelimited(v7.length);
  const v8 = m.lease;
  if (v8 !== undefined) n += 1 + sizeOfBig(v8);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putCompare(m: Compare | Init<Compare>, b: Uint8Array, at: number): number {
  const v8 = m.lease;
  if (v8 !== undefined) { at = putBig(b, at, v8); b[--at] = 64; }
  const v7 = m.value;
  if (v7 !== undefined) { at = putBytes(b, at, v7); b[--at] = 58; }
  const v6 = m.modRevision;
  if (v6 !== undefined) { at = putInt64(b, at, v6); b[--at] = 48; }
  const v5 = m.createRevision;
  if (v5 !== undefined) { at = putInt64(b, at, v5); b[--at] = 40; }
  const v4 = m.version;
  if (v4 !== undefined) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v64 = m.rangeEnd;
  if (v64 !== undefined && v64.length !== 0) { at = putBytes(b, at, v64); b[--at] = 4; b[--at] = 130; }
  const v3 = m.key;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.target;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.result;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readCompare(r: Reader, into?: Compare): Compare {
  const m = into ?? zeroCompare();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.result = r.int32() as CompareResult;
        break;
      case 16:
        m.target = r.int32() as CompareTarget;
        break;
      case 26:
        m.key = r.bytesView();
        break;
      case 32:
        m.version = r.int64();
        m.createRevision = undefined; m.modRevision = undefined; m.value = undefined; m.lease = undefined;
        break;
      case 40:
        m.createRevision = r.int64();
        m.version = undefined; m.modRevision = undefined; m.value = undefined; m.lease = undefined;
        break;
      case 48:
        m.modRevision = r.int64();
        m.version = undefined; m.createRevision = undefined; m.value = undefined; m.lease = undefined;
        break;
      case 58:
        m.value = r.bytesView();
        m.version = undefined; m.createRevision = undefined; m.modRevision = undefined; m.lease = undefined;
        break;
      case 64:
        m.lease = r.int64Big();
        m.version = undefined; m.createRevision = undefined; m.modRevision = undefined; m.value = undefined;
        break;
      case 514:
        m.rangeEnd = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfCompare: readonly FieldInfo[] = [
  { number: 1, name: "result", jsonName: "result", property: "result", goName: "Result", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: CompareResultInfo, message: undefined },
  { number: 2, name: "target", jsonName: "target", property: "target", goName: "Target", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: CompareTargetInfo, message: undefined },
  { number: 3, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "version", jsonName: "version", property: "version", goName: "Version", kind: "int64", repeated: false, big: false, pointer: false, oneof: "target_union", enum: undefined, message: undefined },
  { number: 5, name: "create_revision", jsonName: "createRevision", property: "createRevision", goName: "CreateRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: "target_union", enum: undefined, message: undefined },
  { number: 6, name: "mod_revision", jsonName: "modRevision", property: "modRevision", goName: "ModRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: "target_union", enum: undefined, message: undefined },
  { number: 7, name: "value", jsonName: "value", property: "value", goName: "Value", kind: "bytes", repeated: false, big: false, pointer: false, oneof: "target_union", enum: undefined, message: undefined },
  { number: 8, name: "lease", jsonName: "lease", property: "lease", goName: "Lease", kind: "int64", repeated: false, big: true, pointer: false, oneof: "target_union", enum: undefined, message: undefined },
  { number: 64, name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", goName: "RangeEnd", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const Compare: MessageCodec<Compare> = {
  typeName: "etcdserverpb.Compare",
  fields: fieldsOfCompare,
  create(init?: Fields<Compare>): Compare {
    if (init === undefined) return zeroCompare();
    return {
      result: init.result ?? 0,
      target: init.target ?? 0,
      key: init.key ?? EMPTY_BYTES,
      version: init.version,
      createRevision: init.createRevision,
      modRevision: init.modRevision,
      value: init.value,
      lease: init.lease,
      rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
    };
  },
  encode(message: Compare | Init<Compare>): Uint8Array {
    const size = sizeOfCompare(message);
    const bytes = allocate(size);
    putCompare(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfCompare,
  write(message: Compare | Init<Compare>, into: Uint8Array, at: number): number {
    const end = at + sizeOfCompare(message);
    putCompare(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Compare {
    return readCompare(new Reader(bytes, start, end));
  },
  toJson(message: Compare): JsonObject {
    return messageToJson(fieldsOfCompare, message);
  },
  fromJson(json: unknown): Compare {
    return messageFromJson(Compare, json);
  },
};

/** The message `etcdserverpb.TxnRequest`. */
export interface TxnRequest {
  compare: Compare[];
  success: RequestOp[];
  failure: RequestOp[];
}

function zeroTxnRequest(): TxnRequest {
  return { compare: [], success: [], failure: [] };
}

export function sizeOfTxnRequest(m: TxnRequest | Init<TxnRequest>): number {
  let n = 0;
  const v1 = m.compare;
  if (v1 !== undefined && v1.length !== 0) {
    for (let i = 0; i < v1.length; i++) n += 1 + sizeOfDelimited(sizeOfCompare(v1[i]!));
  }
  const v2 = m.success;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfRequestOp(v2[i]!));
  }
  const v3 = m.failure;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfDelimited(sizeOfRequestOp(v3[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putTxnRequest(m: TxnRequest | Init<TxnRequest>, b: Uint8Array, at: number): number {
  const v3 = m.failure;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { const end = at; at = putRequestOp(v3[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  }
  const v2 = m.success;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putRequestOp(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.compare;
  if (v1 !== undefined) {
    for (let i = v1.length - 1; i >= 0; i--) { const end = at; at = putCompare(v1[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readTxnRequest(r: Reader, into?: TxnRequest): TxnRequest {
  const m = into ?? zeroTxnRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.compare.push(readCompare(r));
        r.leave(outer);
        break;
      }
      case 18: {
        const outer = r.enter();
        m.success.push(readRequestOp(r));
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        m.failure.push(readRequestOp(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfTxnRequest: readonly FieldInfo[] = [
  { number: 1, name: "compare", jsonName: "compare", property: "compare", goName: "Compare", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Compare },
  { number: 2, name: "success", jsonName: "success", property: "success", goName: "Success", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => RequestOp },
  { number: 3, name: "failure", jsonName: "failure", property: "failure", goName: "Failure", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => RequestOp },
];

export const TxnRequest: MessageCodec<TxnRequest> = {
  typeName: "etcdserverpb.TxnRequest",
  fields: fieldsOfTxnRequest,
  create(init?: Fields<TxnRequest>): TxnRequest {
    if (init === undefined) return zeroTxnRequest();
    return {
      compare: init.compare ?? [],
      success: init.success ?? [],
      failure: init.failure ?? [],
    };
  },
  encode(message: TxnRequest | Init<TxnRequest>): Uint8Array {
    const size = sizeOfTxnRequest(message);
    const bytes = allocate(size);
    putTxnRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfTxnRequest,
  write(message: TxnRequest | Init<TxnRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfTxnRequest(message);
    putTxnRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): TxnRequest {
    return readTxnRequest(new Reader(bytes, start, end));
  },
  toJson(message: TxnRequest): JsonObject {
    return messageToJson(fieldsOfTxnRequest, message);
  },
  fromJson(json: unknown): TxnRequest {
    return messageFromJson(TxnRequest, json);
  },
};

/** The message `etcdserverpb.TxnResponse`. */
export interface TxnResponse {
  header: ResponseHeader | undefined;
  succeeded: boolean;
  responses: ResponseOp[];
}

function zeroTxnResponse(): TxnResponse {
  return { header: undefined, succeeded: false, responses: [] };
}

export function sizeOfTxnResponse(m: TxnResponse | Init<TxnResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.succeeded;
  if (v2) n += 2;
  const v3 = m.responses;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfDelimited(sizeOfResponseOp(v3[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putTxnResponse(m: TxnResponse | Init<TxnResponse>, b: Uint8Array, at: number): number {
  const v3 = m.responses;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { const end = at; at = putResponseOp(v3[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  }
  const v2 = m.succeeded;
  if (v2) { b[--at] = 1; b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readTxnResponse(r: Reader, into?: TxnResponse): TxnResponse {
  const m = into ?? zeroTxnResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.succeeded = r.bool();
        break;
      case 26: {
        const outer = r.enter();
        m.responses.push(readResponseOp(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfTxnResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "succeeded", jsonName: "succeeded", property: "succeeded", goName: "Succeeded", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "responses", jsonName: "responses", property: "responses", goName: "Responses", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseOp },
];

export const TxnResponse: MessageCodec<TxnResponse> = {
  typeName: "etcdserverpb.TxnResponse",
  fields: fieldsOfTxnResponse,
  create(init?: Fields<TxnResponse>): TxnResponse {
    if (init === undefined) return zeroTxnResponse();
    return {
      header: init.header,
      succeeded: init.succeeded ?? false,
      responses: init.responses ?? [],
    };
  },
  encode(message: TxnResponse | Init<TxnResponse>): Uint8Array {
    const size = sizeOfTxnResponse(message);
    const bytes = allocate(size);
    putTxnResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfTxnResponse,
  write(message: TxnResponse | Init<TxnResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfTxnResponse(message);
    putTxnResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): TxnResponse {
    return readTxnResponse(new Reader(bytes, start, end));
  },
  toJson(message: TxnResponse): JsonObject {
    return messageToJson(fieldsOfTxnResponse, message);
  },
  fromJson(json: unknown): TxnResponse {
    return messageFromJson(TxnResponse, json);
  },
};

/** The message `etcdserverpb.CompactionRequest`. */
export interface CompactionRequest {
  revision: number;
  physical: boolean;
}

function zeroCompactionRequest(): CompactionRequest {
  return { revision: 0, physical: false };
}

export function sizeOfCompactionRequest(m: CompactionRequest | Init<CompactionRequest>): number {
  let n = 0;
  const v1 = m.revision;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.physical;
  if (v2) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putCompactionRequest(m: CompactionRequest | Init<CompactionRequest>, b: Uint8Array, at: number): number {
  const v2 = m.physical;
  if (v2) { b[--at] = 1; b[--at] = 16; }
  const v1 = m.revision;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readCompactionRequest(r: Reader, into?: CompactionRequest): CompactionRequest {
  const m = into ?? zeroCompactionRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.revision = r.int64();
        break;
      case 16:
        m.physical = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfCompactionRequest: readonly FieldInfo[] = [
  { number: 1, name: "revision", jsonName: "revision", property: "revision", goName: "Revision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "physical", jsonName: "physical", property: "physical", goName: "Physical", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const CompactionRequest: MessageCodec<CompactionRequest> = {
  typeName: "etcdserverpb.CompactionRequest",
  fields: fieldsOfCompactionRequest,
  create(init?: Fields<CompactionRequest>): CompactionRequest {
    if (init === undefined) return zeroCompactionRequest();
    return {
      revision: init.revision ?? 0,
      physical: init.physical ?? false,
    };
  },
  encode(message: CompactionRequest | Init<CompactionRequest>): Uint8Array {
    const size = sizeOfCompactionRequest(message);
    const bytes = allocate(size);
    putCompactionRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfCompactionRequest,
  write(message: CompactionRequest | Init<CompactionRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfCompactionRequest(message);
    putCompactionRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): CompactionRequest {
    return readCompactionRequest(new Reader(bytes, start, end));
  },
  toJson(message: CompactionRequest): JsonObject {
    return messageToJson(fieldsOfCompactionRequest, message);
  },
  fromJson(json: unknown): CompactionRequest {
    return messageFromJson(CompactionRequest, json);
  },
};

/** The message `etcdserverpb.CompactionResponse`. */
export interface CompactionResponse {
  header: ResponseHeader | undefined;
}

function zeroCompactionResponse(): CompactionResponse {
  return { header: undefined };
}

export function sizeOfCompactionResponse(m: CompactionResponse | Init<CompactionResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putCompactionResponse(m: CompactionResponse | Init<CompactionResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readCompactionResponse(r: Reader, into?: CompactionResponse): CompactionResponse {
  const m = into ?? zeroCompactionResponse();
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

const fieldsOfCompactionResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const CompactionResponse: MessageCodec<CompactionResponse> = {
  typeName: "etcdserverpb.CompactionResponse",
  fields: fieldsOfCompactionResponse,
  create(init?: Fields<CompactionResponse>): CompactionResponse {
    if (init === undefined) return zeroCompactionResponse();
    return {
      header: init.header,
    };
  },
  encode(message: CompactionResponse | Init<CompactionResponse>): Uint8Array {
    const size = sizeOfCompactionResponse(message);
    const bytes = allocate(size);
    putCompactionResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfCompactionResponse,
  write(message: CompactionResponse | Init<CompactionResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfCompactionResponse(message);
    putCompactionResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): CompactionResponse {
    return readCompactionResponse(new Reader(bytes, start, end));
  },
  toJson(message: CompactionResponse): JsonObject {
    return messageToJson(fieldsOfCompactionResponse, message);
  },
  fromJson(json: unknown): CompactionResponse {
    return messageFromJson(CompactionResponse, json);
  },
};

/** The message `etcdserverpb.HashRequest`. */
export interface HashRequest {
}

function zeroHashRequest(): HashRequest {
  return { };
}

export function sizeOfHashRequest(_m: HashRequest | Init<HashRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHashRequest(_m: HashRequest | Init<HashRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHashRequest(r: Reader, into?: HashRequest): HashRequest {
  const m = into ?? zeroHashRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfHashRequest: readonly FieldInfo[] = [
];

export const HashRequest: MessageCodec<HashRequest> = {
  typeName: "etcdserverpb.HashRequest",
  fields: fieldsOfHashRequest,
  create(init?: Fields<HashRequest>): HashRequest {
    return init === undefined ? zeroHashRequest() : {};
  },
  encode(message: HashRequest | Init<HashRequest>): Uint8Array {
    const size = sizeOfHashRequest(message);
    const bytes = allocate(size);
    putHashRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHashRequest,
  write(message: HashRequest | Init<HashRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHashRequest(message);
    putHashRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HashRequest {
    return readHashRequest(new Reader(bytes, start, end));
  },
  toJson(message: HashRequest): JsonObject {
    return messageToJson(fieldsOfHashRequest, message);
  },
  fromJson(json: unknown): HashRequest {
    return messageFromJson(HashRequest, json);
  },
};

/** The message `etcdserverpb.HashKVRequest`. */
export interface HashKVRequest {
  revision: number;
}

function zeroHashKVRequest(): HashKVRequest {
  return { revision: 0 };
}

export function sizeOfHashKVRequest(m: HashKVRequest | Init<HashKVRequest>): number {
  let n = 0;
  const v1 = m.revision;
  if (v1) n += 1 + sizeOfInt64(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHashKVRequest(m: HashKVRequest | Init<HashKVRequest>, b: Uint8Array, at: number): number {
  const v1 = m.revision;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHashKVRequest(r: Reader, into?: HashKVRequest): HashKVRequest {
  const m = into ?? zeroHashKVRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.revision = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHashKVRequest: readonly FieldInfo[] = [
  { number: 1, name: "revision", jsonName: "revision", property: "revision", goName: "Revision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const HashKVRequest: MessageCodec<HashKVRequest> = {
  typeName: "etcdserverpb.HashKVRequest",
  fields: fieldsOfHashKVRequest,
  create(init?: Fields<HashKVRequest>): HashKVRequest {
    if (init === undefined) return zeroHashKVRequest();
    return {
      revision: init.revision ?? 0,
    };
  },
  encode(message: HashKVRequest | Init<HashKVRequest>): Uint8Array {
    const size = sizeOfHashKVRequest(message);
    const bytes = allocate(size);
    putHashKVRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHashKVRequest,
  write(message: HashKVRequest | Init<HashKVRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHashKVRequest(message);
    putHashKVRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HashKVRequest {
    return readHashKVRequest(new Reader(bytes, start, end));
  },
  toJson(message: HashKVRequest): JsonObject {
    return messageToJson(fieldsOfHashKVRequest, message);
  },
  fromJson(json: unknown): HashKVRequest {
    return messageFromJson(HashKVRequest, json);
  },
};

/** The message `etcdserverpb.HashKVResponse`. */
export interface HashKVResponse {
  header: ResponseHeader | undefined;
  hash: number;
  compactRevision: number;
  hashRevision: number;
}

function zeroHashKVResponse(): HashKVResponse {
  return { header: undefined, hash: 0, compactRevision: 0, hashRevision: 0 };
}

export function sizeOfHashKVResponse(m: HashKVResponse | Init<HashKVResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.hash;
  if (v2) n += 1 + sizeOfUint32(v2);
  const v3 = m.compactRevision;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.hashRevision;
  if (v4) n += 1 + sizeOfInt64(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHashKVResponse(m: HashKVResponse | Init<HashKVResponse>, b: Uint8Array, at: number): number {
  const v4 = m.hashRevision;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.compactRevision;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.hash;
  if (v2) { at = putUint32(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHashKVResponse(r: Reader, into?: HashKVResponse): HashKVResponse {
  const m = into ?? zeroHashKVResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.hash = r.uint32();
        break;
      case 24:
        m.compactRevision = r.int64();
        break;
      case 32:
        m.hashRevision = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHashKVResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "hash", jsonName: "hash", property: "hash", goName: "Hash", kind: "uint32", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "compact_revision", jsonName: "compactRevision", property: "compactRevision", goName: "CompactRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "hash_revision", jsonName: "hashRevision", property: "hashRevision", goName: "HashRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const HashKVResponse: MessageCodec<HashKVResponse> = {
  typeName: "etcdserverpb.HashKVResponse",
  fields: fieldsOfHashKVResponse,
  create(init?: Fields<HashKVResponse>): HashKVResponse {
    if (init === undefined) return zeroHashKVResponse();
    return {
      header: init.header,
      hash: init.hash ?? 0,
      compactRevision: init.compactRevision ?? 0,
      hashRevision: init.hashRevision ?? 0,
    };
  },
  encode(message: HashKVResponse | Init<HashKVResponse>): Uint8Array {
    const size = sizeOfHashKVResponse(message);
    const bytes = allocate(size);
    putHashKVResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHashKVResponse,
  write(message: HashKVResponse | Init<HashKVResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHashKVResponse(message);
    putHashKVResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HashKVResponse {
    return readHashKVResponse(new Reader(bytes, start, end));
  },
  toJson(message: HashKVResponse): JsonObject {
    return messageToJson(fieldsOfHashKVResponse, message);
  },
  fromJson(json: unknown): HashKVResponse {
    return messageFromJson(HashKVResponse, json);
  },
};

/** The message `etcdserverpb.HashResponse`. */
export interface HashResponse {
  header: ResponseHeader | undefined;
  hash: number;
}

function zeroHashResponse(): HashResponse {
  return { header: undefined, hash: 0 };
}

export function sizeOfHashResponse(m: HashResponse | Init<HashResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.hash;
  if (v2) n += 1 + sizeOfUint32(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHashResponse(m: HashResponse | Init<HashResponse>, b: Uint8Array, at: number): number {
  const v2 = m.hash;
  if (v2) { at = putUint32(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHashResponse(r: Reader, into?: HashResponse): HashResponse {
  const m = into ?? zeroHashResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.hash = r.uint32();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHashResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "hash", jsonName: "hash", property: "hash", goName: "Hash", kind: "uint32", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const HashResponse: MessageCodec<HashResponse> = {
  typeName: "etcdserverpb.HashResponse",
  fields: fieldsOfHashResponse,
  create(init?: Fields<HashResponse>): HashResponse {
    if (init === undefined) return zeroHashResponse();
    return {
      header: init.header,
      hash: init.hash ?? 0,
    };
  },
  encode(message: HashResponse | Init<HashResponse>): Uint8Array {
    const size = sizeOfHashResponse(message);
    const bytes = allocate(size);
    putHashResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHashResponse,
  write(message: HashResponse | Init<HashResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHashResponse(message);
    putHashResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HashResponse {
    return readHashResponse(new Reader(bytes, start, end));
  },
  toJson(message: HashResponse): JsonObject {
    return messageToJson(fieldsOfHashResponse, message);
  },
  fromJson(json: unknown): HashResponse {
    return messageFromJson(HashResponse, json);
  },
};

/** The message `etcdserverpb.SnapshotRequest`. */
export interface SnapshotRequest {
}

function zeroSnapshotRequest(): SnapshotRequest {
  return { };
}

export function sizeOfSnapshotRequest(_m: SnapshotRequest | Init<SnapshotRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putSnapshotRequest(_m: SnapshotRequest | Init<SnapshotRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readSnapshotRequest(r: Reader, into?: SnapshotRequest): SnapshotRequest {
  const m = into ?? zeroSnapshotRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfSnapshotRequest: readonly FieldInfo[] = [
];

export const SnapshotRequest: MessageCodec<SnapshotRequest> = {
  typeName: "etcdserverpb.SnapshotRequest",
  fields: fieldsOfSnapshotRequest,
  create(init?: Fields<SnapshotRequest>): SnapshotRequest {
    return init === undefined ? zeroSnapshotRequest() : {};
  },
  encode(message: SnapshotRequest | Init<SnapshotRequest>): Uint8Array {
    const size = sizeOfSnapshotRequest(message);
    const bytes = allocate(size);
    putSnapshotRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfSnapshotRequest,
  write(message: SnapshotRequest | Init<SnapshotRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfSnapshotRequest(message);
    putSnapshotRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): SnapshotRequest {
    return readSnapshotRequest(new Reader(bytes, start, end));
  },
  toJson(message: SnapshotRequest): JsonObject {
    return messageToJson(fieldsOfSnapshotRequest, message);
  },
  fromJson(json: unknown): SnapshotRequest {
    return messageFromJson(SnapshotRequest, json);
  },
};

/** The message `etcdserverpb.SnapshotResponse`. */
export interface SnapshotResponse {
  header: ResponseHeader | undefined;
  remainingBytes: number;
  blob: Uint8Array;
  version: string;
}

function zeroSnapshotResponse(): SnapshotResponse {
  return { header: undefined, remainingBytes: 0, blob: EMPTY_BYTES, version: "" };
}

export function sizeOfSnapshotResponse(m: SnapshotResponse | Init<SnapshotResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.remainingBytes;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.blob;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  const v4 = m.version;
  if (v4) n += 1 + sizeOfText(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putSnapshotResponse(m: SnapshotResponse | Init<SnapshotResponse>, b: Uint8Array, at: number): number {
  const v4 = m.version;
  if (v4) { at = putText(b, at, v4); b[--at] = 34; }
  const v3 = m.blob;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.remainingBytes;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readSnapshotResponse(r: Reader, into?: SnapshotResponse): SnapshotResponse {
  const m = into ?? zeroSnapshotResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.remainingBytes = r.uint64();
        break;
      case 26:
        m.blob = r.bytesView();
        break;
      case 34:
        m.version = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfSnapshotResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "remaining_bytes", jsonName: "remainingBytes", property: "remainingBytes", goName: "RemainingBytes", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "blob", jsonName: "blob", property: "blob", goName: "Blob", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "version", jsonName: "version", property: "version", goName: "Version", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const SnapshotResponse: MessageCodec<SnapshotResponse> = {
  typeName: "etcdserverpb.SnapshotResponse",
  fields: fieldsOfSnapshotResponse,
  create(init?: Fields<SnapshotResponse>): SnapshotResponse {
    if (init === undefined) return zeroSnapshotResponse();
    return {
      header: init.header,
      remainingBytes: init.remainingBytes ?? 0,
      blob: init.blob ?? EMPTY_BYTES,
      version: init.version ?? "",
    };
  },
  encode(message: SnapshotResponse | Init<SnapshotResponse>): Uint8Array {
    const size = sizeOfSnapshotResponse(message);
    const bytes = allocate(size);
    putSnapshotResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfSnapshotResponse,
  write(message: SnapshotResponse | Init<SnapshotResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfSnapshotResponse(message);
    putSnapshotResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): SnapshotResponse {
    return readSnapshotResponse(new Reader(bytes, start, end));
  },
  toJson(message: SnapshotResponse): JsonObject {
    return messageToJson(fieldsOfSnapshotResponse, message);
  },
  fromJson(json: unknown): SnapshotResponse {
    return messageFromJson(SnapshotResponse, json);
  },
};

/** The message `etcdserverpb.WatchRequest`. */
export interface WatchRequest {
  createRequest: WatchCreateRequest | undefined;
  cancelRequest: WatchCancelRequest | undefined;
  progressRequest: WatchProgressRequest | undefined;
}

function zeroWatchRequest(): WatchRequest {
  return { createRequest: undefined, cancelRequest: undefined, progressRequest: undefined };
}

export function sizeOfWatchRequest(m: WatchRequest | Init<WatchRequest>): number {
  let n = 0;
  const v1 = m.createRequest;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfWatchCreateRequest(v1));
  const v2 = m.cancelRequest;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfWatchCancelRequest(v2));
  const v3 = m.progressRequest;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfWatchProgressRequest(v3));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putWatchRequest(m: WatchRequest | Init<WatchRequest>, b: Uint8Array, at: number): number {
  const v3 = m.progressRequest;
  if (v3 !== undefined) { const end = at; at = putWatchProgressRequest(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.cancelRequest;
  if (v2 !== undefined) { const end = at; at = putWatchCancelRequest(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.createRequest;
  if (v1 !== undefined) { const end = at; at = putWatchCreateRequest(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readWatchRequest(r: Reader, into?: WatchRequest): WatchRequest {
  const m = into ?? zeroWatchRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.createRequest = readWatchCreateRequest(r, m.createRequest);
        r.leave(outer);
        m.cancelRequest = undefined; m.progressRequest = undefined;
        break;
      }
      case 18: {
        const outer = r.enter();
        m.cancelRequest = readWatchCancelRequest(r, m.cancelRequest);
        r.leave(outer);
        m.createRequest = undefined; m.progressRequest = undefined;
        break;
      }
      case 26: {
        const outer = r.enter();
        m.progressRequest = readWatchProgressRequest(r, m.progressRequest);
        r.leave(outer);
        m.createRequest = undefined; m.cancelRequest = undefined;
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfWatchRequest: readonly FieldInfo[] = [
  { number: 1, name: "create_request", jsonName: "createRequest", property: "createRequest", goName: "CreateRequest", kind: "message", repeated: false, big: false, pointer: false, oneof: "request_union", enum: undefined, message: () => WatchCreateRequest },
  { number: 2, name: "cancel_request", jsonName: "cancelRequest", property: "cancelRequest", goName: "CancelRequest", kind: "message", repeated: false, big: false, pointer: false, oneof: "request_union", enum: undefined, message: () => WatchCancelRequest },
  { number: 3, name: "progress_request", jsonName: "progressRequest", property: "progressRequest", goName: "ProgressRequest", kind: "message", repeated: false, big: false, pointer: false, oneof: "request_union", enum: undefined, message: () => WatchProgressRequest },
];

export const WatchRequest: MessageCodec<WatchRequest> = {
  typeName: "etcdserverpb.WatchRequest",
  fields: fieldsOfWatchRequest,
  create(init?: Fields<WatchRequest>): WatchRequest {
    if (init === undefined) return zeroWatchRequest();
    return {
      createRequest: init.createRequest,
      cancelRequest: init.cancelRequest,
      progressRequest: init.progressRequest,
    };
  },
  encode(message: WatchRequest | Init<WatchRequest>): Uint8Array {
    const size = sizeOfWatchRequest(message);
    const bytes = allocate(size);
    putWatchRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfWatchRequest,
  write(message: WatchRequest | Init<WatchRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfWatchRequest(message);
    putWatchRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): WatchRequest {
    return readWatchRequest(new Reader(bytes, start, end));
  },
  toJson(message: WatchRequest): JsonObject {
    return messageToJson(fieldsOfWatchRequest, message);
  },
  fromJson(json: unknown): WatchRequest {
    return messageFromJson(WatchRequest, json);
  },
};

/** The message `etcdserverpb.WatchCreateRequest`. */
export interface WatchCreateRequest {
  key: Uint8Array;
  rangeEnd: Uint8Array;
  startRevision: number;
  progressNotify: boolean;
  filters: FilterType[];
  prevKv: boolean;
  watchId: number;
  fragment: boolean;
}

function zeroWatchCreateRequest(): WatchCreateRequest {
  return { key: EMPTY_BYTES, rangeEnd: EMPTY_BYTES, startRevision: 0, progressNotify: false, filters: [], prevKv: false, watchId: 0, fragment: false };
}

export function sizeOfWatchCreateRequest(m: WatchCreateRequest | Init<WatchCreateRequest>): number {
  let n = 0;
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.rangeEnd;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.startRevision;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.progressNotify;
  if (v4) n += 2;
  const v5 = m.filters;
  if (v5 !== undefined && v5.length !== 0) {
    let p = 0;
    for (let i = 0; i < v5.length; i++) p += sizeOfInt64(v5[i]!);
    n += 1 + sizeOfDelimited(p);
  }
  const v6 = m.prevKv;
  if (v6) n += 2;
  const v7 = m.watchId;
  if (v7) n += 1 + sizeOfInt64(v7);
  const v8 = m.fragment;
  if (v8) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putWatchCreateRequest(m: WatchCreateRequest | Init<WatchCreateRequest>, b: Uint8Array, at: number): number {
  const v8 = m.fragment;
  if (v8) { b[--at] = 1; b[--at] = 64; }
  const v7 = m.watchId;
  if (v7) { at = putInt64(b, at, v7); b[--at] = 56; }
  const v6 = m.prevKv;
  if (v6) { b[--at] = 1; b[--at] = 48; }
  const v5 = m.filters;
  if (v5 !== undefined && v5.length !== 0) {
    const end = at;
    for (let i = v5.length - 1; i >= 0; i--) { at = putInt64(b, at, v5[i]!); }
    at = putUint32(b, at, end - at); b[--at] = 42;
  }
  const v4 = m.progressNotify;
  if (v4) { b[--at] = 1; b[--at] = 32; }
  const v3 = m.startRevision;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.rangeEnd;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.key;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readWatchCreateRequest(r: Reader, into?: WatchCreateRequest): WatchCreateRequest {
  const m = into ?? zeroWatchCreateRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.bytesView();
        break;
      case 18:
        m.rangeEnd = r.bytesView();
        break;
      case 24:
        m.startRevision = r.int64();
        break;
      case 32:
        m.progressNotify = r.bool();
        break;
      case 40:
        m.filters.push(r.int32() as FilterType);
        break;
      case 42: {
        const outer = r.enter();
        while (r.at < r.end) m.filters.push(r.int32() as FilterType);
        r.leave(outer);
        break;
      }
      case 48:
        m.prevKv = r.bool();
        break;
      case 56:
        m.watchId = r.int64();
        break;
      case 64:
        m.fragment = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfWatchCreateRequest: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", goName: "RangeEnd", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "start_revision", jsonName: "startRevision", property: "startRevision", goName: "StartRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "progress_notify", jsonName: "progressNotify", property: "progressNotify", goName: "ProgressNotify", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "filters", jsonName: "filters", property: "filters", goName: "Filters", kind: "enum", repeated: true, big: false, pointer: false, oneof: undefined, enum: FilterTypeInfo, message: undefined },
  { number: 6, name: "prev_kv", jsonName: "prevKv", property: "prevKv", goName: "PrevKv", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 7, name: "watch_id", jsonName: "watchId", property: "watchId", goName: "WatchId", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 8, name: "fragment", jsonName: "fragment", property: "fragment", goName: "Fragment", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const WatchCreateRequest: MessageCodec<WatchCreateRequest> = {
  typeName: "etcdserverpb.WatchCreateRequest",
  fields: fieldsOfWatchCreateRequest,
  create(init?: Fields<WatchCreateRequest>): WatchCreateRequest {
    if (init === undefined) return zeroWatchCreateRequest();
    return {
      key: init.key ?? EMPTY_BYTES,
      rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
      startRevision: init.startRevision ?? 0,
      progressNotify: init.progressNotify ?? false,
      filters: init.filters ?? [],
      prevKv: init.prevKv ?? false,
      watchId: init.watchId ?? 0,
      fragment: init.fragment ?? false,
    };
  },
  encode(message: WatchCreateRequest | Init<WatchCreateRequest>): Uint8Array {
    const size = sizeOfWatchCreateRequest(message);
    const bytes = allocate(size);
    putWatchCreateRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfWatchCreateRequest,
  write(message: WatchCreateRequest | Init<WatchCreateRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfWatchCreateRequest(message);
    putWatchCreateRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): WatchCreateRequest {
    return readWatchCreateRequest(new Reader(bytes, start, end));
  },
  toJson(message: WatchCreateRequest): JsonObject {
    return messageToJson(fieldsOfWatchCreateRequest, message);
  },
  fromJson(json: unknown): WatchCreateRequest {
    return messageFromJson(WatchCreateRequest, json);
  },
};

/** The message `etcdserverpb.WatchCancelRequest`. */
export interface WatchCancelRequest {
  watchId: number;
}

function zeroWatchCancelRequest(): WatchCancelRequest {
  return { watchId: 0 };
}

export function sizeOfWatchCancelRequest(m: WatchCancelRequest | Init<WatchCancelRequest>): number {
  let n = 0;
  const v1 = m.watchId;
  if (v1) n += 1 + sizeOfInt64(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putWatchCancelRequest(m: WatchCancelRequest | Init<WatchCancelRequest>, b: Uint8Array, at: number): number {
  const v1 = m.watchId;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readWatchCancelRequest(r: Reader, into?: WatchCancelRequest): WatchCancelRequest {
  const m = into ?? zeroWatchCancelRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.watchId = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfWatchCancelRequest: readonly FieldInfo[] = [
  { number: 1, name: "watch_id", jsonName: "watchId", property: "watchId", goName: "WatchId", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const WatchCancelRequest: MessageCodec<WatchCancelRequest> = {
  typeName: "etcdserverpb.WatchCancelRequest",
  fields: fieldsOfWatchCancelRequest,
  create(init?: Fields<WatchCancelRequest>): WatchCancelRequest {
    if (init === undefined) return zeroWatchCancelRequest();
    return {
      watchId: init.watchId ?? 0,
    };
  },
  encode(message: WatchCancelRequest | Init<WatchCancelRequest>): Uint8Array {
    const size = sizeOfWatchCancelRequest(message);
    const bytes = allocate(size);
    putWatchCancelRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfWatchCancelRequest,
  write(message: WatchCancelRequest | Init<WatchCancelRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfWatchCancelRequest(message);
    putWatchCancelRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): WatchCancelRequest {
    return readWatchCancelRequest(new Reader(bytes, start, end));
  },
  toJson(message: WatchCancelRequest): JsonObject {
    return messageToJson(fieldsOfWatchCancelRequest, message);
  },
  fromJson(json: unknown): WatchCancelRequest {
    return messageFromJson(WatchCancelRequest, json);
  },
};

/** The message `etcdserverpb.WatchProgressRequest`. */
export interface WatchProgressRequest {
}

function zeroWatchProgressRequest(): WatchProgressRequest {
  return { };
}

export function sizeOfWatchProgressRequest(_m: WatchProgressRequest | Init<WatchProgressRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putWatchProgressRequest(_m: WatchProgressRequest | Init<WatchProgressRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readWatchProgressRequest(r: Reader, into?: WatchProgressRequest): WatchProgressRequest {
  const m = into ?? zeroWatchProgressRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfWatchProgressRequest: readonly FieldInfo[] = [
];

export const WatchProgressRequest: MessageCodec<WatchProgressRequest> = {
  typeName: "etcdserverpb.WatchProgressRequest",
  fields: fieldsOfWatchProgressRequest,
  create(init?: Fields<WatchProgressRequest>): WatchProgressRequest {
    return init === undefined ? zeroWatchProgressRequest() : {};
  },
  encode(message: WatchProgressRequest | Init<WatchProgressRequest>): Uint8Array {
    const size = sizeOfWatchProgressRequest(message);
    const bytes = allocate(size);
    putWatchProgressRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfWatchProgressRequest,
  write(message: WatchProgressRequest | Init<WatchProgressRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfWatchProgressRequest(message);
    putWatchProgressRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): WatchProgressRequest {
    return readWatchProgressRequest(new Reader(bytes, start, end));
  },
  toJson(message: WatchProgressRequest): JsonObject {
    return messageToJson(fieldsOfWatchProgressRequest, message);
  },
  fromJson(json: unknown): WatchProgressRequest {
    return messageFromJson(WatchProgressRequest, json);
  },
};

/** The message `etcdserverpb.WatchResponse`. */
export interface WatchResponse {
  header: ResponseHeader | undefined;
  watchId: number;
  created: boolean;
  canceled: boolean;
  compactRevision: number;
  cancelReason: string;
  fragment: boolean;
  events: Event[];
}

function zeroWatchResponse(): WatchResponse {
  return { header: undefined, watchId: 0, created: false, canceled: false, compactRevision: 0, cancelReason: "", fragment: false, events: [] };
}

export function sizeOfWatchResponse(m: WatchResponse | Init<WatchResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.watchId;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.created;
  if (v3) n += 2;
  const v4 = m.canceled;
  if (v4) n += 2;
  const v5 = m.compactRevision;
  if (v5) n += 1 + sizeOfInt64(v5);
  const v6 = m.cancelReason;
  if (v6) n += 1 + sizeOfText(v6);
  const v7 = m.fragment;
  if (v7) n += 2;
  const v11 = m.events;
  if (v11 !== undefined && v11.length !== 0) {
    for (let i = 0; i < v11.length; i++) n += 1 + sizeOfDelimited(sizeOfEvent(v11[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putWatchResponse(m: WatchResponse | Init<WatchResponse>, b: Uint8Array, at: number): number {
  const v11 = m.events;
  if (v11 !== undefined) {
    for (let i = v11.length - 1; i >= 0; i--) { const end = at; at = putEvent(v11[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 90; }
  }
  const v7 = m.fragment;
  if (v7) { b[--at] = 1; b[--at] = 56; }
  const v6 = m.cancelReason;
  if (v6) { at = putText(b, at, v6); b[--at] = 50; }
  const v5 = m.compactRevision;
  if (v5) { at = putInt64(b, at, v5); b[--at] = 40; }
  const v4 = m.canceled;
  if (v4) { b[--at] = 1; b[--at] = 32; }
  const v3 = m.created;
  if (v3) { b[--at] = 1; b[--at] = 24; }
  const v2 = m.watchId;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readWatchResponse(r: Reader, into?: WatchResponse): WatchResponse {
  const m = into ?? zeroWatchResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.watchId = r.int64();
        break;
      case 24:
        m.created = r.bool();
        break;
      case 32:
        m.canceled = r.bool();
        break;
      case 40:
        m.compactRevision = r.int64();
        break;
      case 50:
        m.cancelReason = r.text();
        break;
      case 56:
        m.fragment = r.bool();
        break;
      case 90: {
        const outer = r.enter();
        m.events.push(readEvent(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfWatchResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "watch_id", jsonName: "watchId", property: "watchId", goName: "WatchId", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "created", jsonName: "created", property: "created", goName: "Created", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "canceled", jsonName: "canceled", property: "canceled", goName: "Canceled", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "compact_revision", jsonName: "compactRevision", property: "compactRevision", goName: "CompactRevision", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 6, name: "cancel_reason", jsonName: "cancelReason", property: "cancelReason", goName: "CancelReason", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 7, name: "fragment", jsonName: "fragment", property: "fragment", goName: "Fragment", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 11, name: "events", jsonName: "events", property: "events", goName: "Events", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Event },
];

export const WatchResponse: MessageCodec<WatchResponse> = {
  typeName: "etcdserverpb.WatchResponse",
  fields: fieldsOfWatchResponse,
  create(init?: Fields<WatchResponse>): WatchResponse {
    if (init === undefined) return zeroWatchResponse();
    return {
      header: init.header,
      watchId: init.watchId ?? 0,
      created: init.created ?? false,
      canceled: init.canceled ?? false,
      compactRevision: init.compactRevision ?? 0,
      cancelReason: init.cancelReason ?? "",
      fragment: init.fragment ?? false,
      events: init.events ?? [],
    };
  },
  encode(message: WatchResponse | Init<WatchResponse>): Uint8Array {
    const size = sizeOfWatchResponse(message);
    const bytes = allocate(size);
    putWatchResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfWatchResponse,
  write(message: WatchResponse | Init<WatchResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfWatchResponse(message);
    putWatchResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): WatchResponse {
    return readWatchResponse(new Reader(bytes, start, end));
  },
  toJson(message: WatchResponse): JsonObject {
    return messageToJson(fieldsOfWatchResponse, message);
  },
  fromJson(json: unknown): WatchResponse {
    return messageFromJson(WatchResponse, json);
  },
};

/** The message `etcdserverpb.LeaseGrantRequest`. */
export interface LeaseGrantRequest {
  ttl: number;
  id: bigint;
}

function zeroLeaseGrantRequest(): LeaseGrantRequest {
  return { ttl: 0, id: 0n };
}

export function sizeOfLeaseGrantRequest(m: LeaseGrantRequest | Init<LeaseGrantRequest>): number {
  let n = 0;
  const v1 = m.ttl;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.id;
  if (v2) n += 1 + sizeOfBig(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseGrantRequest(m: LeaseGrantRequest | Init<LeaseGrantRequest>, b: Uint8Array, at: number): number {
  const v2 = m.id;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.ttl;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseGrantRequest(r: Reader, into?: LeaseGrantRequest): LeaseGrantRequest {
  const m = into ?? zeroLeaseGrantRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.ttl = r.int64();
        break;
      case 16:
        m.id = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseGrantRequest: readonly FieldInfo[] = [
  { number: 1, name: "TTL", jsonName: "TTL", property: "ttl", goName: "TTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseGrantRequest: MessageCodec<LeaseGrantRequest> = {
  typeName: "etcdserverpb.LeaseGrantRequest",
  fields: fieldsOfLeaseGrantRequest,
  create(init?: Fields<LeaseGrantRequest>): LeaseGrantRequest {
    if (init === undefined) return zeroLeaseGrantRequest();
    return {
      ttl: init.ttl ?? 0,
      id: init.id ?? 0n,
    };
  },
  encode(message: LeaseGrantRequest | Init<LeaseGrantRequest>): Uint8Array {
    const size = sizeOfLeaseGrantRequest(message);
    const bytes = allocate(size);
    putLeaseGrantRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseGrantRequest,
  write(message: LeaseGrantRequest | Init<LeaseGrantRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseGrantRequest(message);
    putLeaseGrantRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseGrantRequest {
    return readLeaseGrantRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseGrantRequest): JsonObject {
    return messageToJson(fieldsOfLeaseGrantRequest, message);
  },
  fromJson(json: unknown): LeaseGrantRequest {
    return messageFromJson(LeaseGrantRequest, json);
  },
};

/** The message `etcdserverpb.LeaseGrantResponse`. */
export interface LeaseGrantResponse {
  header: ResponseHeader | undefined;
  id: bigint;
  ttl: number;
  error: string;
}

function zeroLeaseGrantResponse(): LeaseGrantResponse {
  return { header: undefined, id: 0n, ttl: 0, error: "" };
}

export function sizeOfLeaseGrantResponse(m: LeaseGrantResponse | Init<LeaseGrantResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.id;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.ttl;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.error;
  if (v4) n += 1 + sizeOfText(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseGrantResponse(m: LeaseGrantResponse | Init<LeaseGrantResponse>, b: Uint8Array, at: number): number {
  const v4 = m.error;
  if (v4) { at = putText(b, at, v4); b[--at] = 34; }
  const v3 = m.ttl;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.id;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseGrantResponse(r: Reader, into?: LeaseGrantResponse): LeaseGrantResponse {
  const m = into ?? zeroLeaseGrantResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.id = r.int64Big();
        break;
      case 24:
        m.ttl = r.int64();
        break;
      case 34:
        m.error = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseGrantResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "TTL", jsonName: "TTL", property: "ttl", goName: "TTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "error", jsonName: "error", property: "error", goName: "Error", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseGrantResponse: MessageCodec<LeaseGrantResponse> = {
  typeName: "etcdserverpb.LeaseGrantResponse",
  fields: fieldsOfLeaseGrantResponse,
  create(init?: Fields<LeaseGrantResponse>): LeaseGrantResponse {
    if (init === undefined) return zeroLeaseGrantResponse();
    return {
      header: init.header,
      id: init.id ?? 0n,
      ttl: init.ttl ?? 0,
      error: init.error ?? "",
    };
  },
  encode(message: LeaseGrantResponse | Init<LeaseGrantResponse>): Uint8Array {
    const size = sizeOfLeaseGrantResponse(message);
    const bytes = allocate(size);
    putLeaseGrantResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseGrantResponse,
  write(message: LeaseGrantResponse | Init<LeaseGrantResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseGrantResponse(message);
    putLeaseGrantResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseGrantResponse {
    return readLeaseGrantResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseGrantResponse): JsonObject {
    return messageToJson(fieldsOfLeaseGrantResponse, message);
  },
  fromJson(json: unknown): LeaseGrantResponse {
    return messageFromJson(LeaseGrantResponse, json);
  },
};

/** The message `etcdserverpb.LeaseRevokeRequest`. */
export interface LeaseRevokeRequest {
  id: bigint;
}

function zeroLeaseRevokeRequest(): LeaseRevokeRequest {
  return { id: 0n };
}

export function sizeOfLeaseRevokeRequest(m: LeaseRevokeRequest | Init<LeaseRevokeRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseRevokeRequest(m: LeaseRevokeRequest | Init<LeaseRevokeRequest>, b: Uint8Array, at: number): number {
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseRevokeRequest(r: Reader, into?: LeaseRevokeRequest): LeaseRevokeRequest {
  const m = into ?? zeroLeaseRevokeRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseRevokeRequest: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseRevokeRequest: MessageCodec<LeaseRevokeRequest> = {
  typeName: "etcdserverpb.LeaseRevokeRequest",
  fields: fieldsOfLeaseRevokeRequest,
  create(init?: Fields<LeaseRevokeRequest>): LeaseRevokeRequest {
    if (init === undefined) return zeroLeaseRevokeRequest();
    return {
      id: init.id ?? 0n,
    };
  },
  encode(message: LeaseRevokeRequest | Init<LeaseRevokeRequest>): Uint8Array {
    const size = sizeOfLeaseRevokeRequest(message);
    const bytes = allocate(size);
    putLeaseRevokeRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseRevokeRequest,
  write(message: LeaseRevokeRequest | Init<LeaseRevokeRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseRevokeRequest(message);
    putLeaseRevokeRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseRevokeRequest {
    return readLeaseRevokeRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseRevokeRequest): JsonObject {
    return messageToJson(fieldsOfLeaseRevokeRequest, message);
  },
  fromJson(json: unknown): LeaseRevokeRequest {
    return messageFromJson(LeaseRevokeRequest, json);
  },
};

/** The message `etcdserverpb.LeaseRevokeResponse`. */
export interface LeaseRevokeResponse {
  header: ResponseHeader | undefined;
}

function zeroLeaseRevokeResponse(): LeaseRevokeResponse {
  return { header: undefined };
}

export function sizeOfLeaseRevokeResponse(m: LeaseRevokeResponse | Init<LeaseRevokeResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseRevokeResponse(m: LeaseRevokeResponse | Init<LeaseRevokeResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseRevokeResponse(r: Reader, into?: LeaseRevokeResponse): LeaseRevokeResponse {
  const m = into ?? zeroLeaseRevokeResponse();
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

const fieldsOfLeaseRevokeResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const LeaseRevokeResponse: MessageCodec<LeaseRevokeResponse> = {
  typeName: "etcdserverpb.LeaseRevokeResponse",
  fields: fieldsOfLeaseRevokeResponse,
  create(init?: Fields<LeaseRevokeResponse>): LeaseRevokeResponse {
    if (init === undefined) return zeroLeaseRevokeResponse();
    return {
      header: init.header,
    };
  },
  encode(message: LeaseRevokeResponse | Init<LeaseRevokeResponse>): Uint8Array {
    const size = sizeOfLeaseRevokeResponse(message);
    const bytes = allocate(size);
    putLeaseRevokeResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseRevokeResponse,
  write(message: LeaseRevokeResponse | Init<LeaseRevokeResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseRevokeResponse(message);
    putLeaseRevokeResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseRevokeResponse {
    return readLeaseRevokeResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseRevokeResponse): JsonObject {
    return messageToJson(fieldsOfLeaseRevokeResponse, message);
  },
  fromJson(json: unknown): LeaseRevokeResponse {
    return messageFromJson(LeaseRevokeResponse, json);
  },
};

/** The message `etcdserverpb.LeaseCheckpoint`. */
export interface LeaseCheckpoint {
  id: bigint;
  remainingTTL: number;
}

function zeroLeaseCheckpoint(): LeaseCheckpoint {
  return { id: 0n, remainingTTL: 0 };
}

export function sizeOfLeaseCheckpoint(m: LeaseCheckpoint | Init<LeaseCheckpoint>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.remainingTTL;
  if (v2) n += 1 + sizeOfInt64(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseCheckpoint(m: LeaseCheckpoint | Init<LeaseCheckpoint>, b: Uint8Array, at: number): number {
  const v2 = m.remainingTTL;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseCheckpoint(r: Reader, into?: LeaseCheckpoint): LeaseCheckpoint {
  const m = into ?? zeroLeaseCheckpoint();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.int64Big();
        break;
      case 16:
        m.remainingTTL = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseCheckpoint: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "remaining_TTL", jsonName: "remainingTTL", property: "remainingTTL", goName: "RemainingTTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseCheckpoint: MessageCodec<LeaseCheckpoint> = {
  typeName: "etcdserverpb.LeaseCheckpoint",
  fields: fieldsOfLeaseCheckpoint,
  create(init?: Fields<LeaseCheckpoint>): LeaseCheckpoint {
    if (init === undefined) return zeroLeaseCheckpoint();
    return {
      id: init.id ?? 0n,
      remainingTTL: init.remainingTTL ?? 0,
    };
  },
  encode(message: LeaseCheckpoint | Init<LeaseCheckpoint>): Uint8Array {
    const size = sizeOfLeaseCheckpoint(message);
    const bytes = allocate(size);
    putLeaseCheckpoint(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseCheckpoint,
  write(message: LeaseCheckpoint | Init<LeaseCheckpoint>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseCheckpoint(message);
    putLeaseCheckpoint(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseCheckpoint {
    return readLeaseCheckpoint(new Reader(bytes, start, end));
  },
  toJson(message: LeaseCheckpoint): JsonObject {
    return messageToJson(fieldsOfLeaseCheckpoint, message);
  },
  fromJson(json: unknown): LeaseCheckpoint {
    return messageFromJson(LeaseCheckpoint, json);
  },
};

/** The message `etcdserverpb.LeaseCheckpointRequest`. */
export interface LeaseCheckpointRequest {
  checkpoints: LeaseCheckpoint[];
}

function zeroLeaseCheckpointRequest(): LeaseCheckpointRequest {
  return { checkpoints: [] };
}

export function sizeOfLeaseCheckpointRequest(m: LeaseCheckpointRequest | Init<LeaseCheckpointRequest>): number {
  let n = 0;
  const v1 = m.checkpoints;
  if (v1 !== undefined && v1.length !== 0) {
    for (let i = 0; i < v1.length; i++) n += 1 + sizeOfDelimited(sizeOfLeaseCheckpoint(v1[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseCheckpointRequest(m: LeaseCheckpointRequest | Init<LeaseCheckpointRequest>, b: Uint8Array, at: number): number {
  const v1 = m.checkpoints;
  if (v1 !== undefined) {
    for (let i = v1.length - 1; i >= 0; i--) { const end = at; at = putLeaseCheckpoint(v1[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseCheckpointRequest(r: Reader, into?: LeaseCheckpointRequest): LeaseCheckpointRequest {
  const m = into ?? zeroLeaseCheckpointRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.checkpoints.push(readLeaseCheckpoint(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseCheckpointRequest: readonly FieldInfo[] = [
  { number: 1, name: "checkpoints", jsonName: "checkpoints", property: "checkpoints", goName: "Checkpoints", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseCheckpoint },
];

export const LeaseCheckpointRequest: MessageCodec<LeaseCheckpointRequest> = {
  typeName: "etcdserverpb.LeaseCheckpointRequest",
  fields: fieldsOfLeaseCheckpointRequest,
  create(init?: Fields<LeaseCheckpointRequest>): LeaseCheckpointRequest {
    if (init === undefined) return zeroLeaseCheckpointRequest();
    return {
      checkpoints: init.checkpoints ?? [],
    };
  },
  encode(message: LeaseCheckpointRequest | Init<LeaseCheckpointRequest>): Uint8Array {
    const size = sizeOfLeaseCheckpointRequest(message);
    const bytes = allocate(size);
    putLeaseCheckpointRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseCheckpointRequest,
  write(message: LeaseCheckpointRequest | Init<LeaseCheckpointRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseCheckpointRequest(message);
    putLeaseCheckpointRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseCheckpointRequest {
    return readLeaseCheckpointRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseCheckpointRequest): JsonObject {
    return messageToJson(fieldsOfLeaseCheckpointRequest, message);
  },
  fromJson(json: unknown): LeaseCheckpointRequest {
    return messageFromJson(LeaseCheckpointRequest, json);
  },
};

/** The message `etcdserverpb.LeaseCheckpointResponse`. */
export interface LeaseCheckpointResponse {
  header: ResponseHeader | undefined;
}

function zeroLeaseCheckpointResponse(): LeaseCheckpointResponse {
  return { header: undefined };
}

export function sizeOfLeaseCheckpointResponse(m: LeaseCheckpointResponse | Init<LeaseCheckpointResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseCheckpointResponse(m: LeaseCheckpointResponse | Init<LeaseCheckpointResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseCheckpointResponse(r: Reader, into?: LeaseCheckpointResponse): LeaseCheckpointResponse {
  const m = into ?? zeroLeaseCheckpointResponse();
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

const fieldsOfLeaseCheckpointResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const LeaseCheckpointResponse: MessageCodec<LeaseCheckpointResponse> = {
  typeName: "etcdserverpb.LeaseCheckpointResponse",
  fields: fieldsOfLeaseCheckpointResponse,
  create(init?: Fields<LeaseCheckpointResponse>): LeaseCheckpointResponse {
    if (init === undefined) return zeroLeaseCheckpointResponse();
    return {
      header: init.header,
    };
  },
  encode(message: LeaseCheckpointResponse | Init<LeaseCheckpointResponse>): Uint8Array {
    const size = sizeOfLeaseCheckpointResponse(message);
    const bytes = allocate(size);
    putLeaseCheckpointResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseCheckpointResponse,
  write(message: LeaseCheckpointResponse | Init<LeaseCheckpointResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseCheckpointResponse(message);
    putLeaseCheckpointResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseCheckpointResponse {
    return readLeaseCheckpointResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseCheckpointResponse): JsonObject {
    return messageToJson(fieldsOfLeaseCheckpointResponse, message);
  },
  fromJson(json: unknown): LeaseCheckpointResponse {
    return messageFromJson(LeaseCheckpointResponse, json);
  },
};

/** The message `etcdserverpb.LeaseKeepAliveRequest`. */
export interface LeaseKeepAliveRequest {
  id: bigint;
}

function zeroLeaseKeepAliveRequest(): LeaseKeepAliveRequest {
  return { id: 0n };
}

export function sizeOfLeaseKeepAliveRequest(m: LeaseKeepAliveRequest | Init<LeaseKeepAliveRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseKeepAliveRequest(m: LeaseKeepAliveRequest | Init<LeaseKeepAliveRequest>, b: Uint8Array, at: number): number {
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseKeepAliveRequest(r: Reader, into?: LeaseKeepAliveRequest): LeaseKeepAliveRequest {
  const m = into ?? zeroLeaseKeepAliveRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseKeepAliveRequest: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseKeepAliveRequest: MessageCodec<LeaseKeepAliveRequest> = {
  typeName: "etcdserverpb.LeaseKeepAliveRequest",
  fields: fieldsOfLeaseKeepAliveRequest,
  create(init?: Fields<LeaseKeepAliveRequest>): LeaseKeepAliveRequest {
    if (init === undefined) return zeroLeaseKeepAliveRequest();
    return {
      id: init.id ?? 0n,
    };
  },
  encode(message: LeaseKeepAliveRequest | Init<LeaseKeepAliveRequest>): Uint8Array {
    const size = sizeOfLeaseKeepAliveRequest(message);
    const bytes = allocate(size);
    putLeaseKeepAliveRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseKeepAliveRequest,
  write(message: LeaseKeepAliveRequest | Init<LeaseKeepAliveRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseKeepAliveRequest(message);
    putLeaseKeepAliveRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseKeepAliveRequest {
    return readLeaseKeepAliveRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseKeepAliveRequest): JsonObject {
    return messageToJson(fieldsOfLeaseKeepAliveRequest, message);
  },
  fromJson(json: unknown): LeaseKeepAliveRequest {
    return messageFromJson(LeaseKeepAliveRequest, json);
  },
};

/** The message `etcdserverpb.LeaseKeepAliveResponse`. */
export interface LeaseKeepAliveResponse {
  header: ResponseHeader | undefined;
  id: bigint;
  ttl: number;
}

function zeroLeaseKeepAliveResponse(): LeaseKeepAliveResponse {
  return { header: undefined, id: 0n, ttl: 0 };
}

export function sizeOfLeaseKeepAliveResponse(m: LeaseKeepAliveResponse | Init<LeaseKeepAliveResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.id;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.ttl;
  if (v3) n += 1 + sizeOfInt64(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseKeepAliveResponse(m: LeaseKeepAliveResponse | Init<LeaseKeepAliveResponse>, b: Uint8Array, at: number): number {
  const v3 = m.ttl;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.id;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseKeepAliveResponse(r: Reader, into?: LeaseKeepAliveResponse): LeaseKeepAliveResponse {
  const m = into ?? zeroLeaseKeepAliveResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.id = r.int64Big();
        break;
      case 24:
        m.ttl = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseKeepAliveResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "TTL", jsonName: "TTL", property: "ttl", goName: "TTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseKeepAliveResponse: MessageCodec<LeaseKeepAliveResponse> = {
  typeName: "etcdserverpb.LeaseKeepAliveResponse",
  fields: fieldsOfLeaseKeepAliveResponse,
  create(init?: Fields<LeaseKeepAliveResponse>): LeaseKeepAliveResponse {
    if (init === undefined) return zeroLeaseKeepAliveResponse();
    return {
      header: init.header,
      id: init.id ?? 0n,
      ttl: init.ttl ?? 0,
    };
  },
  encode(message: LeaseKeepAliveResponse | Init<LeaseKeepAliveResponse>): Uint8Array {
    const size = sizeOfLeaseKeepAliveResponse(message);
    const bytes = allocate(size);
    putLeaseKeepAliveResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseKeepAliveResponse,
  write(message: LeaseKeepAliveResponse | Init<LeaseKeepAliveResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseKeepAliveResponse(message);
    putLeaseKeepAliveResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseKeepAliveResponse {
    return readLeaseKeepAliveResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseKeepAliveResponse): JsonObject {
    return messageToJson(fieldsOfLeaseKeepAliveResponse, message);
  },
  fromJson(json: unknown): LeaseKeepAliveResponse {
    return messageFromJson(LeaseKeepAliveResponse, json);
  },
};

/** The message `etcdserverpb.LeaseTimeToLiveRequest`. */
export interface LeaseTimeToLiveRequest {
  id: bigint;
  keys: boolean;
}

function zeroLeaseTimeToLiveRequest(): LeaseTimeToLiveRequest {
  return { id: 0n, keys: false };
}

export function sizeOfLeaseTimeToLiveRequest(m: LeaseTimeToLiveRequest | Init<LeaseTimeToLiveRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.keys;
  if (v2) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseTimeToLiveRequest(m: LeaseTimeToLiveRequest | Init<LeaseTimeToLiveRequest>, b: Uint8Array, at: number): number {
  const v2 = m.keys;
  if (v2) { b[--at] = 1; b[--at] = 16; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseTimeToLiveRequest(r: Reader, into?: LeaseTimeToLiveRequest): LeaseTimeToLiveRequest {
  const m = into ?? zeroLeaseTimeToLiveRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.int64Big();
        break;
      case 16:
        m.keys = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseTimeToLiveRequest: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "keys", jsonName: "keys", property: "keys", goName: "Keys", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseTimeToLiveRequest: MessageCodec<LeaseTimeToLiveRequest> = {
  typeName: "etcdserverpb.LeaseTimeToLiveRequest",
  fields: fieldsOfLeaseTimeToLiveRequest,
  create(init?: Fields<LeaseTimeToLiveRequest>): LeaseTimeToLiveRequest {
    if (init === undefined) return zeroLeaseTimeToLiveRequest();
    return {
      id: init.id ?? 0n,
      keys: init.keys ?? false,
    };
  },
  encode(message: LeaseTimeToLiveRequest | Init<LeaseTimeToLiveRequest>): Uint8Array {
    const size = sizeOfLeaseTimeToLiveRequest(message);
    const bytes = allocate(size);
    putLeaseTimeToLiveRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseTimeToLiveRequest,
  write(message: LeaseTimeToLiveRequest | Init<LeaseTimeToLiveRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseTimeToLiveRequest(message);
    putLeaseTimeToLiveRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseTimeToLiveRequest {
    return readLeaseTimeToLiveRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseTimeToLiveRequest): JsonObject {
    return messageToJson(fieldsOfLeaseTimeToLiveRequest, message);
  },
  fromJson(json: unknown): LeaseTimeToLiveRequest {
    return messageFromJson(LeaseTimeToLiveRequest, json);
  },
};

/** The message `etcdserverpb.LeaseTimeToLiveResponse`. */
export interface LeaseTimeToLiveResponse {
  header: ResponseHeader | undefined;
  id: bigint;
  ttl: number;
  grantedTTL: number;
  keys: Uint8Array[];
}

function zeroLeaseTimeToLiveResponse(): LeaseTimeToLiveResponse {
  return { header: undefined, id: 0n, ttl: 0, grantedTTL: 0, keys: [] };
}

export function sizeOfLeaseTimeToLiveResponse(m: LeaseTimeToLiveResponse | Init<LeaseTimeToLiveResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.id;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.ttl;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.grantedTTL;
  if (v4) n += 1 + sizeOfInt64(v4);
  const v5 = m.keys;
  if (v5 !== undefined && v5.length !== 0) {
    for (let i = 0; i < v5.length; i++) n += 1 + sizeOfDelimited(v5[i]!.length);
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseTimeToLiveResponse(m: LeaseTimeToLiveResponse | Init<LeaseTimeToLiveResponse>, b: Uint8Array, at: number): number {
  const v5 = m.keys;
  if (v5 !== undefined) {
    for (let i = v5.length - 1; i >= 0; i--) { at = putBytes(b, at, v5[i]!); b[--at] = 42; }
  }
  const v4 = m.grantedTTL;
  if (v4) { at = putInt64(b, at, v4); b[--at] = 32; }
  const v3 = m.ttl;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.id;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseTimeToLiveResponse(r: Reader, into?: LeaseTimeToLiveResponse): LeaseTimeToLiveResponse {
  const m = into ?? zeroLeaseTimeToLiveResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.id = r.int64Big();
        break;
      case 24:
        m.ttl = r.int64();
        break;
      case 32:
        m.grantedTTL = r.int64();
        break;
      case 42:
        m.keys.push(r.bytesView());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseTimeToLiveResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "TTL", jsonName: "TTL", property: "ttl", goName: "TTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "grantedTTL", jsonName: "grantedTTL", property: "grantedTTL", goName: "GrantedTTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "keys", jsonName: "keys", property: "keys", goName: "Keys", kind: "bytes", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseTimeToLiveResponse: MessageCodec<LeaseTimeToLiveResponse> = {
  typeName: "etcdserverpb.LeaseTimeToLiveResponse",
  fields: fieldsOfLeaseTimeToLiveResponse,
  create(init?: Fields<LeaseTimeToLiveResponse>): LeaseTimeToLiveResponse {
    if (init === undefined) return zeroLeaseTimeToLiveResponse();
    return {
      header: init.header,
      id: init.id ?? 0n,
      ttl: init.ttl ?? 0,
      grantedTTL: init.grantedTTL ?? 0,
      keys: init.keys ?? [],
    };
  },
  encode(message: LeaseTimeToLiveResponse | Init<LeaseTimeToLiveResponse>): Uint8Array {
    const size = sizeOfLeaseTimeToLiveResponse(message);
    const bytes = allocate(size);
    putLeaseTimeToLiveResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseTimeToLiveResponse,
  write(message: LeaseTimeToLiveResponse | Init<LeaseTimeToLiveResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseTimeToLiveResponse(message);
    putLeaseTimeToLiveResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseTimeToLiveResponse {
    return readLeaseTimeToLiveResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseTimeToLiveResponse): JsonObject {
    return messageToJson(fieldsOfLeaseTimeToLiveResponse, message);
  },
  fromJson(json: unknown): LeaseTimeToLiveResponse {
    return messageFromJson(LeaseTimeToLiveResponse, json);
  },
};

/** The message `etcdserverpb.LeaseLeasesRequest`. */
export interface LeaseLeasesRequest {
}

function zeroLeaseLeasesRequest(): LeaseLeasesRequest {
  return { };
}

export function sizeOfLeaseLeasesRequest(_m: LeaseLeasesRequest | Init<LeaseLeasesRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseLeasesRequest(_m: LeaseLeasesRequest | Init<LeaseLeasesRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseLeasesRequest(r: Reader, into?: LeaseLeasesRequest): LeaseLeasesRequest {
  const m = into ?? zeroLeaseLeasesRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfLeaseLeasesRequest: readonly FieldInfo[] = [
];

export const LeaseLeasesRequest: MessageCodec<LeaseLeasesRequest> = {
  typeName: "etcdserverpb.LeaseLeasesRequest",
  fields: fieldsOfLeaseLeasesRequest,
  create(init?: Fields<LeaseLeasesRequest>): LeaseLeasesRequest {
    return init === undefined ? zeroLeaseLeasesRequest() : {};
  },
  encode(message: LeaseLeasesRequest | Init<LeaseLeasesRequest>): Uint8Array {
    const size = sizeOfLeaseLeasesRequest(message);
    const bytes = allocate(size);
    putLeaseLeasesRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseLeasesRequest,
  write(message: LeaseLeasesRequest | Init<LeaseLeasesRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseLeasesRequest(message);
    putLeaseLeasesRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseLeasesRequest {
    return readLeaseLeasesRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseLeasesRequest): JsonObject {
    return messageToJson(fieldsOfLeaseLeasesRequest, message);
  },
  fromJson(json: unknown): LeaseLeasesRequest {
    return messageFromJson(LeaseLeasesRequest, json);
  },
};

/** The message `etcdserverpb.LeaseStatus`. */
export interface LeaseStatus {
  id: bigint;
}

function zeroLeaseStatus(): LeaseStatus {
  return { id: 0n };
}

export function sizeOfLeaseStatus(m: LeaseStatus | Init<LeaseStatus>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseStatus(m: LeaseStatus | Init<LeaseStatus>, b: Uint8Array, at: number): number {
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseStatus(r: Reader, into?: LeaseStatus): LeaseStatus {
  const m = into ?? zeroLeaseStatus();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.int64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseStatus: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const LeaseStatus: MessageCodec<LeaseStatus> = {
  typeName: "etcdserverpb.LeaseStatus",
  fields: fieldsOfLeaseStatus,
  create(init?: Fields<LeaseStatus>): LeaseStatus {
    if (init === undefined) return zeroLeaseStatus();
    return {
      id: init.id ?? 0n,
    };
  },
  encode(message: LeaseStatus | Init<LeaseStatus>): Uint8Array {
    const size = sizeOfLeaseStatus(message);
    const bytes = allocate(size);
    putLeaseStatus(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseStatus,
  write(message: LeaseStatus | Init<LeaseStatus>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseStatus(message);
    putLeaseStatus(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseStatus {
    return readLeaseStatus(new Reader(bytes, start, end));
  },
  toJson(message: LeaseStatus): JsonObject {
    return messageToJson(fieldsOfLeaseStatus, message);
  },
  fromJson(json: unknown): LeaseStatus {
    return messageFromJson(LeaseStatus, json);
  },
};

/** The message `etcdserverpb.LeaseLeasesResponse`. */
export interface LeaseLeasesResponse {
  header: ResponseHeader | undefined;
  leases: LeaseStatus[];
}

function zeroLeaseLeasesResponse(): LeaseLeasesResponse {
  return { header: undefined, leases: [] };
}

export function sizeOfLeaseLeasesResponse(m: LeaseLeasesResponse | Init<LeaseLeasesResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.leases;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfLeaseStatus(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseLeasesResponse(m: LeaseLeasesResponse | Init<LeaseLeasesResponse>, b: Uint8Array, at: number): number {
  const v2 = m.leases;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putLeaseStatus(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseLeasesResponse(r: Reader, into?: LeaseLeasesResponse): LeaseLeasesResponse {
  const m = into ?? zeroLeaseLeasesResponse();
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
        m.leases.push(readLeaseStatus(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseLeasesResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "leases", jsonName: "leases", property: "leases", goName: "Leases", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseStatus },
];

export const LeaseLeasesResponse: MessageCodec<LeaseLeasesResponse> = {
  typeName: "etcdserverpb.LeaseLeasesResponse",
  fields: fieldsOfLeaseLeasesResponse,
  create(init?: Fields<LeaseLeasesResponse>): LeaseLeasesResponse {
    if (init === undefined) return zeroLeaseLeasesResponse();
    return {
      header: init.header,
      leases: init.leases ?? [],
    };
  },
  encode(message: LeaseLeasesResponse | Init<LeaseLeasesResponse>): Uint8Array {
    const size = sizeOfLeaseLeasesResponse(message);
    const bytes = allocate(size);
    putLeaseLeasesResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseLeasesResponse,
  write(message: LeaseLeasesResponse | Init<LeaseLeasesResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseLeasesResponse(message);
    putLeaseLeasesResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseLeasesResponse {
    return readLeaseLeasesResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseLeasesResponse): JsonObject {
    return messageToJson(fieldsOfLeaseLeasesResponse, message);
  },
  fromJson(json: unknown): LeaseLeasesResponse {
    return messageFromJson(LeaseLeasesResponse, json);
  },
};

/** The message `etcdserverpb.Member`. */
export interface Member {
  id: bigint;
  name: string;
  peerURLs: string[];
  clientURLs: string[];
  isLearner: boolean;
}

function zeroMember(): Member {
  return { id: 0n, name: "", peerURLs: [], clientURLs: [], isLearner: false };
}

export function sizeOfMember(m: Member | Init<Member>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.name;
  if (v2) n += 1 + sizeOfText(v2);
  const v3 = m.peerURLs;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfText(v3[i]!);
  }
  const v4 = m.clientURLs;
  if (v4 !== undefined && v4.length !== 0) {
    for (let i = 0; i < v4.length; i++) n += 1 + sizeOfText(v4[i]!);
  }
  const v5 = m.isLearner;
  if (v5) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMember(m: Member | Init<Member>, b: Uint8Array, at: number): number {
  const v5 = m.isLearner;
  if (v5) { b[--at] = 1; b[--at] = 40; }
  const v4 = m.clientURLs;
  if (v4 !== undefined) {
    for (let i = v4.length - 1; i >= 0; i--) { at = putText(b, at, v4[i]!); b[--at] = 34; }
  }
  const v3 = m.peerURLs;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { at = putText(b, at, v3[i]!); b[--at] = 26; }
  }
  const v2 = m.name;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMember(r: Reader, into?: Member): Member {
  const m = into ?? zeroMember();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      case 18:
        m.name = r.text();
        break;
      case 26:
        m.peerURLs.push(r.text());
        break;
      case 34:
        m.clientURLs.push(r.text());
        break;
      case 40:
        m.isLearner = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMember: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "peerURLs", jsonName: "peerURLs", property: "peerURLs", goName: "PeerURLs", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "clientURLs", jsonName: "clientURLs", property: "clientURLs", goName: "ClientURLs", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "isLearner", jsonName: "isLearner", property: "isLearner", goName: "IsLearner", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const Member: MessageCodec<Member> = {
  typeName: "etcdserverpb.Member",
  fields: fieldsOfMember,
  create(init?: Fields<Member>): Member {
    if (init === undefined) return zeroMember();
    return {
      id: init.id ?? 0n,
      name: init.name ?? "",
      peerURLs: init.peerURLs ?? [],
      clientURLs: init.clientURLs ?? [],
      isLearner: init.isLearner ?? false,
    };
  },
  encode(message: Member | Init<Member>): Uint8Array {
    const size = sizeOfMember(message);
    const bytes = allocate(size);
    putMember(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMember,
  write(message: Member | Init<Member>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMember(message);
    putMember(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Member {
    return readMember(new Reader(bytes, start, end));
  },
  toJson(message: Member): JsonObject {
    return messageToJson(fieldsOfMember, message);
  },
  fromJson(json: unknown): Member {
    return messageFromJson(Member, json);
  },
};

/** The message `etcdserverpb.MemberAddRequest`. */
export interface MemberAddRequest {
  peerURLs: string[];
  isLearner: boolean;
}

function zeroMemberAddRequest(): MemberAddRequest {
  return { peerURLs: [], isLearner: false };
}

export function sizeOfMemberAddRequest(m: MemberAddRequest | Init<MemberAddRequest>): number {
  let n = 0;
  const v1 = m.peerURLs;
  if (v1 !== undefined && v1.length !== 0) {
    for (let i = 0; i < v1.length; i++) n += 1 + sizeOfText(v1[i]!);
  }
  const v2 = m.isLearner;
  if (v2) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberAddRequest(m: MemberAddRequest | Init<MemberAddRequest>, b: Uint8Array, at: number): number {
  const v2 = m.isLearner;
  if (v2) { b[--at] = 1; b[--at] = 16; }
  const v1 = m.peerURLs;
  if (v1 !== undefined) {
    for (let i = v1.length - 1; i >= 0; i--) { at = putText(b, at, v1[i]!); b[--at] = 10; }
  }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberAddRequest(r: Reader, into?: MemberAddRequest): MemberAddRequest {
  const m = into ?? zeroMemberAddRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.peerURLs.push(r.text());
        break;
      case 16:
        m.isLearner = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberAddRequest: readonly FieldInfo[] = [
  { number: 1, name: "peerURLs", jsonName: "peerURLs", property: "peerURLs", goName: "PeerURLs", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "isLearner", jsonName: "isLearner", property: "isLearner", goName: "IsLearner", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const MemberAddRequest: MessageCodec<MemberAddRequest> = {
  typeName: "etcdserverpb.MemberAddRequest",
  fields: fieldsOfMemberAddRequest,
  create(init?: Fields<MemberAddRequest>): MemberAddRequest {
    if (init === undefined) return zeroMemberAddRequest();
    return {
      peerURLs: init.peerURLs ?? [],
      isLearner: init.isLearner ?? false,
    };
  },
  encode(message: MemberAddRequest | Init<MemberAddRequest>): Uint8Array {
    const size = sizeOfMemberAddRequest(message);
    const bytes = allocate(size);
    putMemberAddRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberAddRequest,
  write(message: MemberAddRequest | Init<MemberAddRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberAddRequest(message);
    putMemberAddRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberAddRequest {
    return readMemberAddRequest(new Reader(bytes, start, end));
  },
  toJson(message: MemberAddRequest): JsonObject {
    return messageToJson(fieldsOfMemberAddRequest, message);
  },
  fromJson(json: unknown): MemberAddRequest {
    return messageFromJson(MemberAddRequest, json);
  },
};

/** The message `etcdserverpb.MemberAddResponse`. */
export interface MemberAddResponse {
  header: ResponseHeader | undefined;
  member: Member | undefined;
  members: Member[];
}

function zeroMemberAddResponse(): MemberAddResponse {
  return { header: undefined, member: undefined, members: [] };
}

export function sizeOfMemberAddResponse(m: MemberAddResponse | Init<MemberAddResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.member;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfMember(v2));
  const v3 = m.members;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfDelimited(sizeOfMember(v3[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberAddResponse(m: MemberAddResponse | Init<MemberAddResponse>, b: Uint8Array, at: number): number {
  const v3 = m.members;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { const end = at; at = putMember(v3[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  }
  const v2 = m.member;
  if (v2 !== undefined) { const end = at; at = putMember(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberAddResponse(r: Reader, into?: MemberAddResponse): MemberAddResponse {
  const m = into ?? zeroMemberAddResponse();
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
        m.member = readMember(r, m.member);
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        m.members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberAddResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "member", jsonName: "member", property: "member", goName: "Member", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Member },
  { number: 3, name: "members", jsonName: "members", property: "members", goName: "Members", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Member },
];

export const MemberAddResponse: MessageCodec<MemberAddResponse> = {
  typeName: "etcdserverpb.MemberAddResponse",
  fields: fieldsOfMemberAddResponse,
  create(init?: Fields<MemberAddResponse>): MemberAddResponse {
    if (init === undefined) return zeroMemberAddResponse();
    return {
      header: init.header,
      member: init.member,
      members: init.members ?? [],
    };
  },
  encode(message: MemberAddResponse | Init<MemberAddResponse>): Uint8Array {
    const size = sizeOfMemberAddResponse(message);
    const bytes = allocate(size);
    putMemberAddResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberAddResponse,
  write(message: MemberAddResponse | Init<MemberAddResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberAddResponse(message);
    putMemberAddResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberAddResponse {
    return readMemberAddResponse(new Reader(bytes, start, end));
  },
  toJson(message: MemberAddResponse): JsonObject {
    return messageToJson(fieldsOfMemberAddResponse, message);
  },
  fromJson(json: unknown): MemberAddResponse {
    return messageFromJson(MemberAddResponse, json);
  },
};

/** The message `etcdserverpb.MemberRemoveRequest`. */
export interface MemberRemoveRequest {
  id: bigint;
}

function zeroMemberRemoveRequest(): MemberRemoveRequest {
  return { id: 0n };
}

export function sizeOfMemberRemoveRequest(m: MemberRemoveRequest | Init<MemberRemoveRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberRemoveRequest(m: MemberRemoveRequest | Init<MemberRemoveRequest>, b: Uint8Array, at: number): number {
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberRemoveRequest(r: Reader, into?: MemberRemoveRequest): MemberRemoveRequest {
  const m = into ?? zeroMemberRemoveRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberRemoveRequest: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const MemberRemoveRequest: MessageCodec<MemberRemoveRequest> = {
  typeName: "etcdserverpb.MemberRemoveRequest",
  fields: fieldsOfMemberRemoveRequest,
  create(init?: Fields<MemberRemoveRequest>): MemberRemoveRequest {
    if (init === undefined) return zeroMemberRemoveRequest();
    return {
      id: init.id ?? 0n,
    };
  },
  encode(message: MemberRemoveRequest | Init<MemberRemoveRequest>): Uint8Array {
    const size = sizeOfMemberRemoveRequest(message);
    const bytes = allocate(size);
    putMemberRemoveRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberRemoveRequest,
  write(message: MemberRemoveRequest | Init<MemberRemoveRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberRemoveRequest(message);
    putMemberRemoveRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberRemoveRequest {
    return readMemberRemoveRequest(new Reader(bytes, start, end));
  },
  toJson(message: MemberRemoveRequest): JsonObject {
    return messageToJson(fieldsOfMemberRemoveRequest, message);
  },
  fromJson(json: unknown): MemberRemoveRequest {
    return messageFromJson(MemberRemoveRequest, json);
  },
};

/** The message `etcdserverpb.MemberRemoveResponse`. */
export interface MemberRemoveResponse {
  header: ResponseHeader | undefined;
  members: Member[];
}

function zeroMemberRemoveResponse(): MemberRemoveResponse {
  return { header: undefined, members: [] };
}

export function sizeOfMemberRemoveResponse(m: MemberRemoveResponse | Init<MemberRemoveResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.members;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfMember(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberRemoveResponse(m: MemberRemoveResponse | Init<MemberRemoveResponse>, b: Uint8Array, at: number): number {
  const v2 = m.members;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putMember(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberRemoveResponse(r: Reader, into?: MemberRemoveResponse): MemberRemoveResponse {
  const m = into ?? zeroMemberRemoveResponse();
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
        m.members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberRemoveResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "members", jsonName: "members", property: "members", goName: "Members", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Member },
];

export const MemberRemoveResponse: MessageCodec<MemberRemoveResponse> = {
  typeName: "etcdserverpb.MemberRemoveResponse",
  fields: fieldsOfMemberRemoveResponse,
  create(init?: Fields<MemberRemoveResponse>): MemberRemoveResponse {
    if (init === undefined) return zeroMemberRemoveResponse();
    return {
      header: init.header,
      members: init.members ?? [],
    };
  },
  encode(message: MemberRemoveResponse | Init<MemberRemoveResponse>): Uint8Array {
    const size = sizeOfMemberRemoveResponse(message);
    const bytes = allocate(size);
    putMemberRemoveResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberRemoveResponse,
  write(message: MemberRemoveResponse | Init<MemberRemoveResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberRemoveResponse(message);
    putMemberRemoveResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberRemoveResponse {
    return readMemberRemoveResponse(new Reader(bytes, start, end));
  },
  toJson(message: MemberRemoveResponse): JsonObject {
    return messageToJson(fieldsOfMemberRemoveResponse, message);
  },
  fromJson(json: unknown): MemberRemoveResponse {
    return messageFromJson(MemberRemoveResponse, json);
  },
};

/** The message `etcdserverpb.MemberUpdateRequest`. */
export interface MemberUpdateRequest {
  id: bigint;
  peerURLs: string[];
}

function zeroMemberUpdateRequest(): MemberUpdateRequest {
  return { id: 0n, peerURLs: [] };
}

export function sizeOfMemberUpdateRequest(m: MemberUpdateRequest | Init<MemberUpdateRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.peerURLs;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfText(v2[i]!);
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberUpdateRequest(m: MemberUpdateRequest | Init<MemberUpdateRequest>, b: Uint8Array, at: number): number {
  const v2 = m.peerURLs;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { at = putText(b, at, v2[i]!); b[--at] = 18; }
  }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberUpdateRequest(r: Reader, into?: MemberUpdateRequest): MemberUpdateRequest {
  const m = into ?? zeroMemberUpdateRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      case 18:
        m.peerURLs.push(r.text());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberUpdateRequest: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "peerURLs", jsonName: "peerURLs", property: "peerURLs", goName: "PeerURLs", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const MemberUpdateRequest: MessageCodec<MemberUpdateRequest> = {
  typeName: "etcdserverpb.MemberUpdateRequest",
  fields: fieldsOfMemberUpdateRequest,
  create(init?: Fields<MemberUpdateRequest>): MemberUpdateRequest {
    if (init === undefined) return zeroMemberUpdateRequest();
    return {
      id: init.id ?? 0n,
      peerURLs: init.peerURLs ?? [],
    };
  },
  encode(message: MemberUpdateRequest | Init<MemberUpdateRequest>): Uint8Array {
    const size = sizeOfMemberUpdateRequest(message);
    const bytes = allocate(size);
    putMemberUpdateRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberUpdateRequest,
  write(message: MemberUpdateRequest | Init<MemberUpdateRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberUpdateRequest(message);
    putMemberUpdateRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberUpdateRequest {
    return readMemberUpdateRequest(new Reader(bytes, start, end));
  },
  toJson(message: MemberUpdateRequest): JsonObject {
    return messageToJson(fieldsOfMemberUpdateRequest, message);
  },
  fromJson(json: unknown): MemberUpdateRequest {
    return messageFromJson(MemberUpdateRequest, json);
  },
};

/** The message `etcdserverpb.MemberUpdateResponse`. */
export interface MemberUpdateResponse {
  header: ResponseHeader | undefined;
  members: Member[];
}

function zeroMemberUpdateResponse(): MemberUpdateResponse {
  return { header: undefined, members: [] };
}

export function sizeOfMemberUpdateResponse(m: MemberUpdateResponse | Init<MemberUpdateResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.members;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfMember(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberUpdateResponse(m: MemberUpdateResponse | Init<MemberUpdateResponse>, b: Uint8Array, at: number): number {
  const v2 = m.members;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putMember(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberUpdateResponse(r: Reader, into?: MemberUpdateResponse): MemberUpdateResponse {
  const m = into ?? zeroMemberUpdateResponse();
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
        m.members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberUpdateResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "members", jsonName: "members", property: "members", goName: "Members", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Member },
];

export const MemberUpdateResponse: MessageCodec<MemberUpdateResponse> = {
  typeName: "etcdserverpb.MemberUpdateResponse",
  fields: fieldsOfMemberUpdateResponse,
  create(init?: Fields<MemberUpdateResponse>): MemberUpdateResponse {
    if (init === undefined) return zeroMemberUpdateResponse();
    return {
      header: init.header,
      members: init.members ?? [],
    };
  },
  encode(message: MemberUpdateResponse | Init<MemberUpdateResponse>): Uint8Array {
    const size = sizeOfMemberUpdateResponse(message);
    const bytes = allocate(size);
    putMemberUpdateResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberUpdateResponse,
  write(message: MemberUpdateResponse | Init<MemberUpdateResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberUpdateResponse(message);
    putMemberUpdateResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberUpdateResponse {
    return readMemberUpdateResponse(new Reader(bytes, start, end));
  },
  toJson(message: MemberUpdateResponse): JsonObject {
    return messageToJson(fieldsOfMemberUpdateResponse, message);
  },
  fromJson(json: unknown): MemberUpdateResponse {
    return messageFromJson(MemberUpdateResponse, json);
  },
};

/** The message `etcdserverpb.MemberListRequest`. */
export interface MemberListRequest {
  linearizable: boolean;
}

function zeroMemberListRequest(): MemberListRequest {
  return { linearizable: false };
}

export function sizeOfMemberListRequest(m: MemberListRequest | Init<MemberListRequest>): number {
  let n = 0;
  const v1 = m.linearizable;
  if (v1) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberListRequest(m: MemberListRequest | Init<MemberListRequest>, b: Uint8Array, at: number): number {
  const v1 = m.linearizable;
  if (v1) { b[--at] = 1; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberListRequest(r: Reader, into?: MemberListRequest): MemberListRequest {
  const m = into ?? zeroMemberListRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.linearizable = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberListRequest: readonly FieldInfo[] = [
  { number: 1, name: "linearizable", jsonName: "linearizable", property: "linearizable", goName: "Linearizable", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const MemberListRequest: MessageCodec<MemberListRequest> = {
  typeName: "etcdserverpb.MemberListRequest",
  fields: fieldsOfMemberListRequest,
  create(init?: Fields<MemberListRequest>): MemberListRequest {
    if (init === undefined) return zeroMemberListRequest();
    return {
      linearizable: init.linearizable ?? false,
    };
  },
  encode(message: MemberListRequest | Init<MemberListRequest>): Uint8Array {
    const size = sizeOfMemberListRequest(message);
    const bytes = allocate(size);
    putMemberListRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberListRequest,
  write(message: MemberListRequest | Init<MemberListRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberListRequest(message);
    putMemberListRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberListRequest {
    return readMemberListRequest(new Reader(bytes, start, end));
  },
  toJson(message: MemberListRequest): JsonObject {
    return messageToJson(fieldsOfMemberListRequest, message);
  },
  fromJson(json: unknown): MemberListRequest {
    return messageFromJson(MemberListRequest, json);
  },
};

/** The message `etcdserverpb.MemberListResponse`. */
export interface MemberListResponse {
  header: ResponseHeader | undefined;
  members: Member[];
}

function zeroMemberListResponse(): MemberListResponse {
  return { header: undefined, members: [] };
}

export function sizeOfMemberListResponse(m: MemberListResponse | Init<MemberListResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.members;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfMember(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberListResponse(m: MemberListResponse | Init<MemberListResponse>, b: Uint8Array, at: number): number {
  const v2 = m.members;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putMember(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberListResponse(r: Reader, into?: MemberListResponse): MemberListResponse {
  const m = into ?? zeroMemberListResponse();
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
        m.members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberListResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "members", jsonName: "members", property: "members", goName: "Members", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Member },
];

export const MemberListResponse: MessageCodec<MemberListResponse> = {
  typeName: "etcdserverpb.MemberListResponse",
  fields: fieldsOfMemberListResponse,
  create(init?: Fields<MemberListResponse>): MemberListResponse {
    if (init === undefined) return zeroMemberListResponse();
    return {
      header: init.header,
      members: init.members ?? [],
    };
  },
  encode(message: MemberListResponse | Init<MemberListResponse>): Uint8Array {
    const size = sizeOfMemberListResponse(message);
    const bytes = allocate(size);
    putMemberListResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberListResponse,
  write(message: MemberListResponse | Init<MemberListResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberListResponse(message);
    putMemberListResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberListResponse {
    return readMemberListResponse(new Reader(bytes, start, end));
  },
  toJson(message: MemberListResponse): JsonObject {
    return messageToJson(fieldsOfMemberListResponse, message);
  },
  fromJson(json: unknown): MemberListResponse {
    return messageFromJson(MemberListResponse, json);
  },
};

/** The message `etcdserverpb.MemberPromoteRequest`. */
export interface MemberPromoteRequest {
  id: bigint;
}

function zeroMemberPromoteRequest(): MemberPromoteRequest {
  return { id: 0n };
}

export function sizeOfMemberPromoteRequest(m: MemberPromoteRequest | Init<MemberPromoteRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberPromoteRequest(m: MemberPromoteRequest | Init<MemberPromoteRequest>, b: Uint8Array, at: number): number {
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberPromoteRequest(r: Reader, into?: MemberPromoteRequest): MemberPromoteRequest {
  const m = into ?? zeroMemberPromoteRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberPromoteRequest: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const MemberPromoteRequest: MessageCodec<MemberPromoteRequest> = {
  typeName: "etcdserverpb.MemberPromoteRequest",
  fields: fieldsOfMemberPromoteRequest,
  create(init?: Fields<MemberPromoteRequest>): MemberPromoteRequest {
    if (init === undefined) return zeroMemberPromoteRequest();
    return {
      id: init.id ?? 0n,
    };
  },
  encode(message: MemberPromoteRequest | Init<MemberPromoteRequest>): Uint8Array {
    const size = sizeOfMemberPromoteRequest(message);
    const bytes = allocate(size);
    putMemberPromoteRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberPromoteRequest,
  write(message: MemberPromoteRequest | Init<MemberPromoteRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberPromoteRequest(message);
    putMemberPromoteRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberPromoteRequest {
    return readMemberPromoteRequest(new Reader(bytes, start, end));
  },
  toJson(message: MemberPromoteRequest): JsonObject {
    return messageToJson(fieldsOfMemberPromoteRequest, message);
  },
  fromJson(json: unknown): MemberPromoteRequest {
    return messageFromJson(MemberPromoteRequest, json);
  },
};

/** The message `etcdserverpb.MemberPromoteResponse`. */
export interface MemberPromoteResponse {
  header: ResponseHeader | undefined;
  members: Member[];
}

function zeroMemberPromoteResponse(): MemberPromoteResponse {
  return { header: undefined, members: [] };
}

export function sizeOfMemberPromoteResponse(m: MemberPromoteResponse | Init<MemberPromoteResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.members;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfMember(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMemberPromoteResponse(m: MemberPromoteResponse | Init<MemberPromoteResponse>, b: Uint8Array, at: number): number {
  const v2 = m.members;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putMember(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMemberPromoteResponse(r: Reader, into?: MemberPromoteResponse): MemberPromoteResponse {
  const m = into ?? zeroMemberPromoteResponse();
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
        m.members.push(readMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMemberPromoteResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "members", jsonName: "members", property: "members", goName: "Members", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Member },
];

export const MemberPromoteResponse: MessageCodec<MemberPromoteResponse> = {
  typeName: "etcdserverpb.MemberPromoteResponse",
  fields: fieldsOfMemberPromoteResponse,
  create(init?: Fields<MemberPromoteResponse>): MemberPromoteResponse {
    if (init === undefined) return zeroMemberPromoteResponse();
    return {
      header: init.header,
      members: init.members ?? [],
    };
  },
  encode(message: MemberPromoteResponse | Init<MemberPromoteResponse>): Uint8Array {
    const size = sizeOfMemberPromoteResponse(message);
    const bytes = allocate(size);
    putMemberPromoteResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMemberPromoteResponse,
  write(message: MemberPromoteResponse | Init<MemberPromoteResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMemberPromoteResponse(message);
    putMemberPromoteResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MemberPromoteResponse {
    return readMemberPromoteResponse(new Reader(bytes, start, end));
  },
  toJson(message: MemberPromoteResponse): JsonObject {
    return messageToJson(fieldsOfMemberPromoteResponse, message);
  },
  fromJson(json: unknown): MemberPromoteResponse {
    return messageFromJson(MemberPromoteResponse, json);
  },
};

/** The message `etcdserverpb.DefragmentRequest`. */
export interface DefragmentRequest {
}

function zeroDefragmentRequest(): DefragmentRequest {
  return { };
}

export function sizeOfDefragmentRequest(_m: DefragmentRequest | Init<DefragmentRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDefragmentRequest(_m: DefragmentRequest | Init<DefragmentRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDefragmentRequest(r: Reader, into?: DefragmentRequest): DefragmentRequest {
  const m = into ?? zeroDefragmentRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfDefragmentRequest: readonly FieldInfo[] = [
];

export const DefragmentRequest: MessageCodec<DefragmentRequest> = {
  typeName: "etcdserverpb.DefragmentRequest",
  fields: fieldsOfDefragmentRequest,
  create(init?: Fields<DefragmentRequest>): DefragmentRequest {
    return init === undefined ? zeroDefragmentRequest() : {};
  },
  encode(message: DefragmentRequest | Init<DefragmentRequest>): Uint8Array {
    const size = sizeOfDefragmentRequest(message);
    const bytes = allocate(size);
    putDefragmentRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDefragmentRequest,
  write(message: DefragmentRequest | Init<DefragmentRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDefragmentRequest(message);
    putDefragmentRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DefragmentRequest {
    return readDefragmentRequest(new Reader(bytes, start, end));
  },
  toJson(message: DefragmentRequest): JsonObject {
    return messageToJson(fieldsOfDefragmentRequest, message);
  },
  fromJson(json: unknown): DefragmentRequest {
    return messageFromJson(DefragmentRequest, json);
  },
};

/** The message `etcdserverpb.DefragmentResponse`. */
export interface DefragmentResponse {
  header: ResponseHeader | undefined;
}

function zeroDefragmentResponse(): DefragmentResponse {
  return { header: undefined };
}

export function sizeOfDefragmentResponse(m: DefragmentResponse | Init<DefragmentResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDefragmentResponse(m: DefragmentResponse | Init<DefragmentResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDefragmentResponse(r: Reader, into?: DefragmentResponse): DefragmentResponse {
  const m = into ?? zeroDefragmentResponse();
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

const fieldsOfDefragmentResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const DefragmentResponse: MessageCodec<DefragmentResponse> = {
  typeName: "etcdserverpb.DefragmentResponse",
  fields: fieldsOfDefragmentResponse,
  create(init?: Fields<DefragmentResponse>): DefragmentResponse {
    if (init === undefined) return zeroDefragmentResponse();
    return {
      header: init.header,
    };
  },
  encode(message: DefragmentResponse | Init<DefragmentResponse>): Uint8Array {
    const size = sizeOfDefragmentResponse(message);
    const bytes = allocate(size);
    putDefragmentResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDefragmentResponse,
  write(message: DefragmentResponse | Init<DefragmentResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDefragmentResponse(message);
    putDefragmentResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DefragmentResponse {
    return readDefragmentResponse(new Reader(bytes, start, end));
  },
  toJson(message: DefragmentResponse): JsonObject {
    return messageToJson(fieldsOfDefragmentResponse, message);
  },
  fromJson(json: unknown): DefragmentResponse {
    return messageFromJson(DefragmentResponse, json);
  },
};

/** The message `etcdserverpb.MoveLeaderRequest`. */
export interface MoveLeaderRequest {
  targetID: bigint;
}

function zeroMoveLeaderRequest(): MoveLeaderRequest {
  return { targetID: 0n };
}

export function sizeOfMoveLeaderRequest(m: MoveLeaderRequest | Init<MoveLeaderRequest>): number {
  let n = 0;
  const v1 = m.targetID;
  if (v1) n += 1 + sizeOfBig(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMoveLeaderRequest(m: MoveLeaderRequest | Init<MoveLeaderRequest>, b: Uint8Array, at: number): number {
  const v1 = m.targetID;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMoveLeaderRequest(r: Reader, into?: MoveLeaderRequest): MoveLeaderRequest {
  const m = into ?? zeroMoveLeaderRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.targetID = r.uint64Big();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMoveLeaderRequest: readonly FieldInfo[] = [
  { number: 1, name: "targetID", jsonName: "targetID", property: "targetID", goName: "TargetID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const MoveLeaderRequest: MessageCodec<MoveLeaderRequest> = {
  typeName: "etcdserverpb.MoveLeaderRequest",
  fields: fieldsOfMoveLeaderRequest,
  create(init?: Fields<MoveLeaderRequest>): MoveLeaderRequest {
    if (init === undefined) return zeroMoveLeaderRequest();
    return {
      targetID: init.targetID ?? 0n,
    };
  },
  encode(message: MoveLeaderRequest | Init<MoveLeaderRequest>): Uint8Array {
    const size = sizeOfMoveLeaderRequest(message);
    const bytes = allocate(size);
    putMoveLeaderRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMoveLeaderRequest,
  write(message: MoveLeaderRequest | Init<MoveLeaderRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMoveLeaderRequest(message);
    putMoveLeaderRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MoveLeaderRequest {
    return readMoveLeaderRequest(new Reader(bytes, start, end));
  },
  toJson(message: MoveLeaderRequest): JsonObject {
    return messageToJson(fieldsOfMoveLeaderRequest, message);
  },
  fromJson(json: unknown): MoveLeaderRequest {
    return messageFromJson(MoveLeaderRequest, json);
  },
};

/** The message `etcdserverpb.MoveLeaderResponse`. */
export interface MoveLeaderResponse {
  header: ResponseHeader | undefined;
}

function zeroMoveLeaderResponse(): MoveLeaderResponse {
  return { header: undefined };
}

export function sizeOfMoveLeaderResponse(m: MoveLeaderResponse | Init<MoveLeaderResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMoveLeaderResponse(m: MoveLeaderResponse | Init<MoveLeaderResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readMoveLeaderResponse(r: Reader, into?: MoveLeaderResponse): MoveLeaderResponse {
  const m = into ?? zeroMoveLeaderResponse();
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

const fieldsOfMoveLeaderResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const MoveLeaderResponse: MessageCodec<MoveLeaderResponse> = {
  typeName: "etcdserverpb.MoveLeaderResponse",
  fields: fieldsOfMoveLeaderResponse,
  create(init?: Fields<MoveLeaderResponse>): MoveLeaderResponse {
    if (init === undefined) return zeroMoveLeaderResponse();
    return {
      header: init.header,
    };
  },
  encode(message: MoveLeaderResponse | Init<MoveLeaderResponse>): Uint8Array {
    const size = sizeOfMoveLeaderResponse(message);
    const bytes = allocate(size);
    putMoveLeaderResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfMoveLeaderResponse,
  write(message: MoveLeaderResponse | Init<MoveLeaderResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfMoveLeaderResponse(message);
    putMoveLeaderResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): MoveLeaderResponse {
    return readMoveLeaderResponse(new Reader(bytes, start, end));
  },
  toJson(message: MoveLeaderResponse): JsonObject {
    return messageToJson(fieldsOfMoveLeaderResponse, message);
  },
  fromJson(json: unknown): MoveLeaderResponse {
    return messageFromJson(MoveLeaderResponse, json);
  },
};

/** The message `etcdserverpb.AlarmRequest`. */
export interface AlarmRequest {
  action: AlarmAction;
  memberID: bigint;
  alarm: AlarmType;
}

function zeroAlarmRequest(): AlarmRequest {
  return { action: 0, memberID: 0n, alarm: 0 };
}

export function sizeOfAlarmRequest(m: AlarmRequest | Init<AlarmRequest>): number {
  let n = 0;
  const v1 = m.action;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.memberID;
  if (v2) n += 1 + sizeOfBig(v2);
  const v3 = m.alarm;
  if (v3) n += 1 + sizeOfInt64(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAlarmRequest(m: AlarmRequest | Init<AlarmRequest>, b: Uint8Array, at: number): number {
  const v3 = m.alarm;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.memberID;
  if (v2) { at = putBig(b, at, v2); b[--at] = 16; }
  const v1 = m.action;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAlarmRequest(r: Reader, into?: AlarmRequest): AlarmRequest {
  const m = into ?? zeroAlarmRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.action = r.int32() as AlarmAction;
        break;
      case 16:
        m.memberID = r.uint64Big();
        break;
      case 24:
        m.alarm = r.int32() as AlarmType;
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAlarmRequest: readonly FieldInfo[] = [
  { number: 1, name: "action", jsonName: "action", property: "action", goName: "Action", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: AlarmActionInfo, message: undefined },
  { number: 2, name: "memberID", jsonName: "memberID", property: "memberID", goName: "MemberID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "alarm", jsonName: "alarm", property: "alarm", goName: "Alarm", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: AlarmTypeInfo, message: undefined },
];

export const AlarmRequest: MessageCodec<AlarmRequest> = {
  typeName: "etcdserverpb.AlarmRequest",
  fields: fieldsOfAlarmRequest,
  create(init?: Fields<AlarmRequest>): AlarmRequest {
    if (init === undefined) return zeroAlarmRequest();
    return {
      action: init.action ?? 0,
      memberID: init.memberID ?? 0n,
      alarm: init.alarm ?? 0,
    };
  },
  encode(message: AlarmRequest | Init<AlarmRequest>): Uint8Array {
    const size = sizeOfAlarmRequest(message);
    const bytes = allocate(size);
    putAlarmRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAlarmRequest,
  write(message: AlarmRequest | Init<AlarmRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAlarmRequest(message);
    putAlarmRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AlarmRequest {
    return readAlarmRequest(new Reader(bytes, start, end));
  },
  toJson(message: AlarmRequest): JsonObject {
    return messageToJson(fieldsOfAlarmRequest, message);
  },
  fromJson(json: unknown): AlarmRequest {
    return messageFromJson(AlarmRequest, json);
  },
};

/** The message `etcdserverpb.AlarmMember`. */
export interface AlarmMember {
  memberID: bigint;
  alarm: AlarmType;
}

function zeroAlarmMember(): AlarmMember {
  return { memberID: 0n, alarm: 0 };
}

export function sizeOfAlarmMember(m: AlarmMember | Init<AlarmMember>): number {
  let n = 0;
  const v1 = m.memberID;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.alarm;
  if (v2) n += 1 + sizeOfInt64(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAlarmMember(m: AlarmMember | Init<AlarmMember>, b: Uint8Array, at: number): number {
  const v2 = m.alarm;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.memberID;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAlarmMember(r: Reader, into?: AlarmMember): AlarmMember {
  const m = into ?? zeroAlarmMember();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.memberID = r.uint64Big();
        break;
      case 16:
        m.alarm = r.int32() as AlarmType;
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAlarmMember: readonly FieldInfo[] = [
  { number: 1, name: "memberID", jsonName: "memberID", property: "memberID", goName: "MemberID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "alarm", jsonName: "alarm", property: "alarm", goName: "Alarm", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: AlarmTypeInfo, message: undefined },
];

export const AlarmMember: MessageCodec<AlarmMember> = {
  typeName: "etcdserverpb.AlarmMember",
  fields: fieldsOfAlarmMember,
  create(init?: Fields<AlarmMember>): AlarmMember {
    if (init === undefined) return zeroAlarmMember();
    return {
      memberID: init.memberID ?? 0n,
      alarm: init.alarm ?? 0,
    };
  },
  encode(message: AlarmMember | Init<AlarmMember>): Uint8Array {
    const size = sizeOfAlarmMember(message);
    const bytes = allocate(size);
    putAlarmMember(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAlarmMember,
  write(message: AlarmMember | Init<AlarmMember>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAlarmMember(message);
    putAlarmMember(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AlarmMember {
    return readAlarmMember(new Reader(bytes, start, end));
  },
  toJson(message: AlarmMember): JsonObject {
    return messageToJson(fieldsOfAlarmMember, message);
  },
  fromJson(json: unknown): AlarmMember {
    return messageFromJson(AlarmMember, json);
  },
};

/** The message `etcdserverpb.AlarmResponse`. */
export interface AlarmResponse {
  header: ResponseHeader | undefined;
  alarms: AlarmMember[];
}

function zeroAlarmResponse(): AlarmResponse {
  return { header: undefined, alarms: [] };
}

export function sizeOfAlarmResponse(m: AlarmResponse | Init<AlarmResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.alarms;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfAlarmMember(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAlarmResponse(m: AlarmResponse | Init<AlarmResponse>, b: Uint8Array, at: number): number {
  const v2 = m.alarms;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putAlarmMember(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAlarmResponse(r: Reader, into?: AlarmResponse): AlarmResponse {
  const m = into ?? zeroAlarmResponse();
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
        m.alarms.push(readAlarmMember(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAlarmResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "alarms", jsonName: "alarms", property: "alarms", goName: "Alarms", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AlarmMember },
];

export const AlarmResponse: MessageCodec<AlarmResponse> = {
  typeName: "etcdserverpb.AlarmResponse",
  fields: fieldsOfAlarmResponse,
  create(init?: Fields<AlarmResponse>): AlarmResponse {
    if (init === undefined) return zeroAlarmResponse();
    return {
      header: init.header,
      alarms: init.alarms ?? [],
    };
  },
  encode(message: AlarmResponse | Init<AlarmResponse>): Uint8Array {
    const size = sizeOfAlarmResponse(message);
    const bytes = allocate(size);
    putAlarmResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAlarmResponse,
  write(message: AlarmResponse | Init<AlarmResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAlarmResponse(message);
    putAlarmResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AlarmResponse {
    return readAlarmResponse(new Reader(bytes, start, end));
  },
  toJson(message: AlarmResponse): JsonObject {
    return messageToJson(fieldsOfAlarmResponse, message);
  },
  fromJson(json: unknown): AlarmResponse {
    return messageFromJson(AlarmResponse, json);
  },
};

/** The message `etcdserverpb.DowngradeRequest`. */
export interface DowngradeRequest {
  action: DowngradeAction;
  version: string;
}

function zeroDowngradeRequest(): DowngradeRequest {
  return { action: 0, version: "" };
}

export function sizeOfDowngradeRequest(m: DowngradeRequest | Init<DowngradeRequest>): number {
  let n = 0;
  const v1 = m.action;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.version;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDowngradeRequest(m: DowngradeRequest | Init<DowngradeRequest>, b: Uint8Array, at: number): number {
  const v2 = m.version;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.action;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDowngradeRequest(r: Reader, into?: DowngradeRequest): DowngradeRequest {
  const m = into ?? zeroDowngradeRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.action = r.int32() as DowngradeAction;
        break;
      case 18:
        m.version = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDowngradeRequest: readonly FieldInfo[] = [
  { number: 1, name: "action", jsonName: "action", property: "action", goName: "Action", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: DowngradeActionInfo, message: undefined },
  { number: 2, name: "version", jsonName: "version", property: "version", goName: "Version", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const DowngradeRequest: MessageCodec<DowngradeRequest> = {
  typeName: "etcdserverpb.DowngradeRequest",
  fields: fieldsOfDowngradeRequest,
  create(init?: Fields<DowngradeRequest>): DowngradeRequest {
    if (init === undefined) return zeroDowngradeRequest();
    return {
      action: init.action ?? 0,
      version: init.version ?? "",
    };
  },
  encode(message: DowngradeRequest | Init<DowngradeRequest>): Uint8Array {
    const size = sizeOfDowngradeRequest(message);
    const bytes = allocate(size);
    putDowngradeRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDowngradeRequest,
  write(message: DowngradeRequest | Init<DowngradeRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDowngradeRequest(message);
    putDowngradeRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DowngradeRequest {
    return readDowngradeRequest(new Reader(bytes, start, end));
  },
  toJson(message: DowngradeRequest): JsonObject {
    return messageToJson(fieldsOfDowngradeRequest, message);
  },
  fromJson(json: unknown): DowngradeRequest {
    return messageFromJson(DowngradeRequest, json);
  },
};

/** The message `etcdserverpb.DowngradeResponse`. */
export interface DowngradeResponse {
  header: ResponseHeader | undefined;
  version: string;
}

function zeroDowngradeResponse(): DowngradeResponse {
  return { header: undefined, version: "" };
}

export function sizeOfDowngradeResponse(m: DowngradeResponse | Init<DowngradeResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.version;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDowngradeResponse(m: DowngradeResponse | Init<DowngradeResponse>, b: Uint8Array, at: number): number {
  const v2 = m.version;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDowngradeResponse(r: Reader, into?: DowngradeResponse): DowngradeResponse {
  const m = into ?? zeroDowngradeResponse();
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
        m.version = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDowngradeResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "version", jsonName: "version", property: "version", goName: "Version", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const DowngradeResponse: MessageCodec<DowngradeResponse> = {
  typeName: "etcdserverpb.DowngradeResponse",
  fields: fieldsOfDowngradeResponse,
  create(init?: Fields<DowngradeResponse>): DowngradeResponse {
    if (init === undefined) return zeroDowngradeResponse();
    return {
      header: init.header,
      version: init.version ?? "",
    };
  },
  encode(message: DowngradeResponse | Init<DowngradeResponse>): Uint8Array {
    const size = sizeOfDowngradeResponse(message);
    const bytes = allocate(size);
    putDowngradeResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDowngradeResponse,
  write(message: DowngradeResponse | Init<DowngradeResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDowngradeResponse(message);
    putDowngradeResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DowngradeResponse {
    return readDowngradeResponse(new Reader(bytes, start, end));
  },
  toJson(message: DowngradeResponse): JsonObject {
    return messageToJson(fieldsOfDowngradeResponse, message);
  },
  fromJson(json: unknown): DowngradeResponse {
    return messageFromJson(DowngradeResponse, json);
  },
};

/** The message `etcdserverpb.DowngradeVersionTestRequest`. */
export interface DowngradeVersionTestRequest {
  ver: string;
}

function zeroDowngradeVersionTestRequest(): DowngradeVersionTestRequest {
  return { ver: "" };
}

export function sizeOfDowngradeVersionTestRequest(m: DowngradeVersionTestRequest | Init<DowngradeVersionTestRequest>): number {
  let n = 0;
  const v1 = m.ver;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDowngradeVersionTestRequest(m: DowngradeVersionTestRequest | Init<DowngradeVersionTestRequest>, b: Uint8Array, at: number): number {
  const v1 = m.ver;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDowngradeVersionTestRequest(r: Reader, into?: DowngradeVersionTestRequest): DowngradeVersionTestRequest {
  const m = into ?? zeroDowngradeVersionTestRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.ver = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDowngradeVersionTestRequest: readonly FieldInfo[] = [
  { number: 1, name: "ver", jsonName: "ver", property: "ver", goName: "Ver", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const DowngradeVersionTestRequest: MessageCodec<DowngradeVersionTestRequest> = {
  typeName: "etcdserverpb.DowngradeVersionTestRequest",
  fields: fieldsOfDowngradeVersionTestRequest,
  create(init?: Fields<DowngradeVersionTestRequest>): DowngradeVersionTestRequest {
    if (init === undefined) return zeroDowngradeVersionTestRequest();
    return {
      ver: init.ver ?? "",
    };
  },
  encode(message: DowngradeVersionTestRequest | Init<DowngradeVersionTestRequest>): Uint8Array {
    const size = sizeOfDowngradeVersionTestRequest(message);
    const bytes = allocate(size);
    putDowngradeVersionTestRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDowngradeVersionTestRequest,
  write(message: DowngradeVersionTestRequest | Init<DowngradeVersionTestRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDowngradeVersionTestRequest(message);
    putDowngradeVersionTestRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DowngradeVersionTestRequest {
    return readDowngradeVersionTestRequest(new Reader(bytes, start, end));
  },
  toJson(message: DowngradeVersionTestRequest): JsonObject {
    return messageToJson(fieldsOfDowngradeVersionTestRequest, message);
  },
  fromJson(json: unknown): DowngradeVersionTestRequest {
    return messageFromJson(DowngradeVersionTestRequest, json);
  },
};

/** The message `etcdserverpb.StatusRequest`. */
export interface StatusRequest {
}

function zeroStatusRequest(): StatusRequest {
  return { };
}

export function sizeOfStatusRequest(_m: StatusRequest | Init<StatusRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putStatusRequest(_m: StatusRequest | Init<StatusRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readStatusRequest(r: Reader, into?: StatusRequest): StatusRequest {
  const m = into ?? zeroStatusRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfStatusRequest: readonly FieldInfo[] = [
];

export const StatusRequest: MessageCodec<StatusRequest> = {
  typeName: "etcdserverpb.StatusRequest",
  fields: fieldsOfStatusRequest,
  create(init?: Fields<StatusRequest>): StatusRequest {
    return init === undefined ? zeroStatusRequest() : {};
  },
  encode(message: StatusRequest | Init<StatusRequest>): Uint8Array {
    const size = sizeOfStatusRequest(message);
    const bytes = allocate(size);
    putStatusRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfStatusRequest,
  write(message: StatusRequest | Init<StatusRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfStatusRequest(message);
    putStatusRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): StatusRequest {
    return readStatusRequest(new Reader(bytes, start, end));
  },
  toJson(message: StatusRequest): JsonObject {
    return messageToJson(fieldsOfStatusRequest, message);
  },
  fromJson(json: unknown): StatusRequest {
    return messageFromJson(StatusRequest, json);
  },
};

/** The message `etcdserverpb.StatusResponse`. */
export interface StatusResponse {
  header: ResponseHeader | undefined;
  version: string;
  dbSize: number;
  leader: bigint;
  raftIndex: number;
  raftTerm: number;
  raftAppliedIndex: number;
  errors: string[];
  dbSizeInUse: number;
  isLearner: boolean;
  storageVersion: string;
  dbSizeQuota: number;
  downgradeInfo: DowngradeInfo | undefined;
}

function zeroStatusResponse(): StatusResponse {
  return { header: undefined, version: "", dbSize: 0, leader: 0n, raftIndex: 0, raftTerm: 0, raftAppliedIndex: 0, errors: [], dbSizeInUse: 0, isLearner: false, storageVersion: "", dbSizeQuota: 0, downgradeInfo: undefined };
}

export function sizeOfStatusResponse(m: StatusResponse | Init<StatusResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.version;
  if (v2) n += 1 + sizeOfText(v2);
  const v3 = m.dbSize;
  if (v3) n += 1 + sizeOfInt64(v3);
  const v4 = m.leader;
  if (v4) n += 1 + sizeOfBig(v4);
  const v5 = m.raftIndex;
  if (v5) n += 1 + sizeOfInt64(v5);
  const v6 = m.raftTerm;
  if (v6) n += 1 + sizeOfInt64(v6);
  const v7 = m.raftAppliedIndex;
  if (v7) n += 1 + sizeOfInt64(v7);
  const v8 = m.errors;
  if (v8 !== undefined && v8.length !== 0) {
    for (let i = 0; i < v8.length; i++) n += 1 + sizeOfText(v8[i]!);
  }
  const v9 = m.dbSizeInUse;
  if (v9) n += 1 + sizeOfInt64(v9);
  const v10 = m.isLearner;
  if (v10) n += 2;
  const v11 = m.storageVersion;
  if (v11) n += 1 + sizeOfText(v11);
  const v12 = m.dbSizeQuota;
  if (v12) n += 1 + sizeOfInt64(v12);
  const v13 = m.downgradeInfo;
  if (v13 !== undefined) n += 1 + sizeOfDelimited(sizeOfDowngradeInfo(v13));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putStatusResponse(m: StatusResponse | Init<StatusResponse>, b: Uint8Array, at: number): number {
  const v13 = m.downgradeInfo;
  if (v13 !== undefined) { const end = at; at = putDowngradeInfo(v13, b, at); at = putUint32(b, at, end - at); b[--at] = 106; }
  const v12 = m.dbSizeQuota;
  if (v12) { at = putInt64(b, at, v12); b[--at] = 96; }
  const v11 = m.storageVersion;
  if (v11) { at = putText(b, at, v11); b[--at] = 90; }
  const v10 = m.isLearner;
  if (v10) { b[--at] = 1; b[--at] = 80; }
  const v9 = m.dbSizeInUse;
  if (v9) { at = putInt64(b, at, v9); b[--at] = 72; }
  const v8 = m.errors;
  if (v8 !== undefined) {
    for (let i = v8.length - 1; i >= 0; i--) { at = putText(b, at, v8[i]!); b[--at] = 66; }
  }
  const v7 = m.raftAppliedIndex;
  if (v7) { at = putInt64(b, at, v7); b[--at] = 56; }
  const v6 = m.raftTerm;
  if (v6) { at = putInt64(b, at, v6); b[--at] = 48; }
  const v5 = m.raftIndex;
  if (v5) { at = putInt64(b, at, v5); b[--at] = 40; }
  const v4 = m.leader;
  if (v4) { at = putBig(b, at, v4); b[--at] = 32; }
  const v3 = m.dbSize;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.version;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readStatusResponse(r: Reader, into?: StatusResponse): StatusResponse {
  const m = into ?? zeroStatusResponse();
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
        m.version = r.text();
        break;
      case 24:
        m.dbSize = r.int64();
        break;
      case 32:
        m.leader = r.uint64Big();
        break;
      case 40:
        m.raftIndex = r.uint64();
        break;
      case 48:
        m.raftTerm = r.uint64();
        break;
      case 56:
        m.raftAppliedIndex = r.uint64();
        break;
      case 66:
        m.errors.push(r.text());
        break;
      case 72:
        m.dbSizeInUse = r.int64();
        break;
      case 80:
        m.isLearner = r.bool();
        break;
      case 90:
        m.storageVersion = r.text();
        break;
      case 96:
        m.dbSizeQuota = r.int64();
        break;
      case 106: {
        const outer = r.enter();
        m.downgradeInfo = readDowngradeInfo(r, m.downgradeInfo);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfStatusResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "version", jsonName: "version", property: "version", goName: "Version", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "dbSize", jsonName: "dbSize", property: "dbSize", goName: "DbSize", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "leader", jsonName: "leader", property: "leader", goName: "Leader", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 5, name: "raftIndex", jsonName: "raftIndex", property: "raftIndex", goName: "RaftIndex", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 6, name: "raftTerm", jsonName: "raftTerm", property: "raftTerm", goName: "RaftTerm", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 7, name: "raftAppliedIndex", jsonName: "raftAppliedIndex", property: "raftAppliedIndex", goName: "RaftAppliedIndex", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 8, name: "errors", jsonName: "errors", property: "errors", goName: "Errors", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 9, name: "dbSizeInUse", jsonName: "dbSizeInUse", property: "dbSizeInUse", goName: "DbSizeInUse", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 10, name: "isLearner", jsonName: "isLearner", property: "isLearner", goName: "IsLearner", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 11, name: "storageVersion", jsonName: "storageVersion", property: "storageVersion", goName: "StorageVersion", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 12, name: "dbSizeQuota", jsonName: "dbSizeQuota", property: "dbSizeQuota", goName: "DbSizeQuota", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 13, name: "downgradeInfo", jsonName: "downgradeInfo", property: "downgradeInfo", goName: "DowngradeInfo", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => DowngradeInfo },
];

export const StatusResponse: MessageCodec<StatusResponse> = {
  typeName: "etcdserverpb.StatusResponse",
  fields: fieldsOfStatusResponse,
  create(init?: Fields<StatusResponse>): StatusResponse {
    if (init === undefined) return zeroStatusResponse();
    return {
      header: init.header,
      version: init.version ?? "",
      dbSize: init.dbSize ?? 0,
      leader: init.leader ?? 0n,
      raftIndex: init.raftIndex ?? 0,
      raftTerm: init.raftTerm ?? 0,
      raftAppliedIndex: init.raftAppliedIndex ?? 0,
      errors: init.errors ?? [],
      dbSizeInUse: init.dbSizeInUse ?? 0,
      isLearner: init.isLearner ?? false,
      storageVersion: init.storageVersion ?? "",
      dbSizeQuota: init.dbSizeQuota ?? 0,
      downgradeInfo: init.downgradeInfo,
    };
  },
  encode(message: StatusResponse | Init<StatusResponse>): Uint8Array {
    const size = sizeOfStatusResponse(message);
    const bytes = allocate(size);
    putStatusResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfStatusResponse,
  write(message: StatusResponse | Init<StatusResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfStatusResponse(message);
    putStatusResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): StatusResponse {
    return readStatusResponse(new Reader(bytes, start, end));
  },
  toJson(message: StatusResponse): JsonObject {
    return messageToJson(fieldsOfStatusResponse, message);
  },
  fromJson(json: unknown): StatusResponse {
    return messageFromJson(StatusResponse, json);
  },
};

/** The message `etcdserverpb.DowngradeInfo`. */
export interface DowngradeInfo {
  enabled: boolean;
  targetVersion: string;
}

function zeroDowngradeInfo(): DowngradeInfo {
  return { enabled: false, targetVersion: "" };
}

export function sizeOfDowngradeInfo(m: DowngradeInfo | Init<DowngradeInfo>): number {
  let n = 0;
  const v1 = m.enabled;
  if (v1) n += 2;
  const v2 = m.targetVersion;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDowngradeInfo(m: DowngradeInfo | Init<DowngradeInfo>, b: Uint8Array, at: number): number {
  const v2 = m.targetVersion;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.enabled;
  if (v1) { b[--at] = 1; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDowngradeInfo(r: Reader, into?: DowngradeInfo): DowngradeInfo {
  const m = into ?? zeroDowngradeInfo();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.enabled = r.bool();
        break;
      case 18:
        m.targetVersion = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDowngradeInfo: readonly FieldInfo[] = [
  { number: 1, name: "enabled", jsonName: "enabled", property: "enabled", goName: "Enabled", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "targetVersion", jsonName: "targetVersion", property: "targetVersion", goName: "TargetVersion", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const DowngradeInfo: MessageCodec<DowngradeInfo> = {
  typeName: "etcdserverpb.DowngradeInfo",
  fields: fieldsOfDowngradeInfo,
  create(init?: Fields<DowngradeInfo>): DowngradeInfo {
    if (init === undefined) return zeroDowngradeInfo();
    return {
      enabled: init.enabled ?? false,
      targetVersion: init.targetVersion ?? "",
    };
  },
  encode(message: DowngradeInfo | Init<DowngradeInfo>): Uint8Array {
    const size = sizeOfDowngradeInfo(message);
    const bytes = allocate(size);
    putDowngradeInfo(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDowngradeInfo,
  write(message: DowngradeInfo | Init<DowngradeInfo>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDowngradeInfo(message);
    putDowngradeInfo(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DowngradeInfo {
    return readDowngradeInfo(new Reader(bytes, start, end));
  },
  toJson(message: DowngradeInfo): JsonObject {
    return messageToJson(fieldsOfDowngradeInfo, message);
  },
  fromJson(json: unknown): DowngradeInfo {
    return messageFromJson(DowngradeInfo, json);
  },
};

/** The message `etcdserverpb.AuthEnableRequest`. */
export interface AuthEnableRequest {
}

function zeroAuthEnableRequest(): AuthEnableRequest {
  return { };
}

export function sizeOfAuthEnableRequest(_m: AuthEnableRequest | Init<AuthEnableRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthEnableRequest(_m: AuthEnableRequest | Init<AuthEnableRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthEnableRequest(r: Reader, into?: AuthEnableRequest): AuthEnableRequest {
  const m = into ?? zeroAuthEnableRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfAuthEnableRequest: readonly FieldInfo[] = [
];

export const AuthEnableRequest: MessageCodec<AuthEnableRequest> = {
  typeName: "etcdserverpb.AuthEnableRequest",
  fields: fieldsOfAuthEnableRequest,
  create(init?: Fields<AuthEnableRequest>): AuthEnableRequest {
    return init === undefined ? zeroAuthEnableRequest() : {};
  },
  encode(message: AuthEnableRequest | Init<AuthEnableRequest>): Uint8Array {
    const size = sizeOfAuthEnableRequest(message);
    const bytes = allocate(size);
    putAuthEnableRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthEnableRequest,
  write(message: AuthEnableRequest | Init<AuthEnableRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthEnableRequest(message);
    putAuthEnableRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthEnableRequest {
    return readAuthEnableRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthEnableRequest): JsonObject {
    return messageToJson(fieldsOfAuthEnableRequest, message);
  },
  fromJson(json: unknown): AuthEnableRequest {
    return messageFromJson(AuthEnableRequest, json);
  },
};

/** The message `etcdserverpb.AuthDisableRequest`. */
export interface AuthDisableRequest {
}

function zeroAuthDisableRequest(): AuthDisableRequest {
  return { };
}

export function sizeOfAuthDisableRequest(_m: AuthDisableRequest | Init<AuthDisableRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthDisableRequest(_m: AuthDisableRequest | Init<AuthDisableRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthDisableRequest(r: Reader, into?: AuthDisableRequest): AuthDisableRequest {
  const m = into ?? zeroAuthDisableRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfAuthDisableRequest: readonly FieldInfo[] = [
];

export const AuthDisableRequest: MessageCodec<AuthDisableRequest> = {
  typeName: "etcdserverpb.AuthDisableRequest",
  fields: fieldsOfAuthDisableRequest,
  create(init?: Fields<AuthDisableRequest>): AuthDisableRequest {
    return init === undefined ? zeroAuthDisableRequest() : {};
  },
  encode(message: AuthDisableRequest | Init<AuthDisableRequest>): Uint8Array {
    const size = sizeOfAuthDisableRequest(message);
    const bytes = allocate(size);
    putAuthDisableRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthDisableRequest,
  write(message: AuthDisableRequest | Init<AuthDisableRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthDisableRequest(message);
    putAuthDisableRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthDisableRequest {
    return readAuthDisableRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthDisableRequest): JsonObject {
    return messageToJson(fieldsOfAuthDisableRequest, message);
  },
  fromJson(json: unknown): AuthDisableRequest {
    return messageFromJson(AuthDisableRequest, json);
  },
};

/** The message `etcdserverpb.AuthStatusRequest`. */
export interface AuthStatusRequest {
}

function zeroAuthStatusRequest(): AuthStatusRequest {
  return { };
}

export function sizeOfAuthStatusRequest(_m: AuthStatusRequest | Init<AuthStatusRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthStatusRequest(_m: AuthStatusRequest | Init<AuthStatusRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthStatusRequest(r: Reader, into?: AuthStatusRequest): AuthStatusRequest {
  const m = into ?? zeroAuthStatusRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfAuthStatusRequest: readonly FieldInfo[] = [
];

export const AuthStatusRequest: MessageCodec<AuthStatusRequest> = {
  typeName: "etcdserverpb.AuthStatusRequest",
  fields: fieldsOfAuthStatusRequest,
  create(init?: Fields<AuthStatusRequest>): AuthStatusRequest {
    return init === undefined ? zeroAuthStatusRequest() : {};
  },
  encode(message: AuthStatusRequest | Init<AuthStatusRequest>): Uint8Array {
    const size = sizeOfAuthStatusRequest(message);
    const bytes = allocate(size);
    putAuthStatusRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthStatusRequest,
  write(message: AuthStatusRequest | Init<AuthStatusRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthStatusRequest(message);
    putAuthStatusRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthStatusRequest {
    return readAuthStatusRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthStatusRequest): JsonObject {
    return messageToJson(fieldsOfAuthStatusRequest, message);
  },
  fromJson(json: unknown): AuthStatusRequest {
    return messageFromJson(AuthStatusRequest, json);
  },
};

/** The message `etcdserverpb.AuthenticateRequest`. */
export interface AuthenticateRequest {
  name: string;
  password: string;
}

function zeroAuthenticateRequest(): AuthenticateRequest {
  return { name: "", password: "" };
}

export function sizeOfAuthenticateRequest(m: AuthenticateRequest | Init<AuthenticateRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.password;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthenticateRequest(m: AuthenticateRequest | Init<AuthenticateRequest>, b: Uint8Array, at: number): number {
  const v2 = m.password;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthenticateRequest(r: Reader, into?: AuthenticateRequest): AuthenticateRequest {
  const m = into ?? zeroAuthenticateRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      case 18:
        m.password = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthenticateRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "password", jsonName: "password", property: "password", goName: "Password", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthenticateRequest: MessageCodec<AuthenticateRequest> = {
  typeName: "etcdserverpb.AuthenticateRequest",
  fields: fieldsOfAuthenticateRequest,
  create(init?: Fields<AuthenticateRequest>): AuthenticateRequest {
    if (init === undefined) return zeroAuthenticateRequest();
    return {
      name: init.name ?? "",
      password: init.password ?? "",
    };
  },
  encode(message: AuthenticateRequest | Init<AuthenticateRequest>): Uint8Array {
    const size = sizeOfAuthenticateRequest(message);
    const bytes = allocate(size);
    putAuthenticateRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthenticateRequest,
  write(message: AuthenticateRequest | Init<AuthenticateRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthenticateRequest(message);
    putAuthenticateRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthenticateRequest {
    return readAuthenticateRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthenticateRequest): JsonObject {
    return messageToJson(fieldsOfAuthenticateRequest, message);
  },
  fromJson(json: unknown): AuthenticateRequest {
    return messageFromJson(AuthenticateRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserAddRequest`. */
export interface AuthUserAddRequest {
  name: string;
  password: string;
  options: UserAddOptions | undefined;
  hashedPassword: string;
}

function zeroAuthUserAddRequest(): AuthUserAddRequest {
  return { name: "", password: "", options: undefined, hashedPassword: "" };
}

export function sizeOfAuthUserAddRequest(m: AuthUserAddRequest | Init<AuthUserAddRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.password;
  if (v2) n += 1 + sizeOfText(v2);
  const v3 = m.options;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfUserAddOptions(v3));
  const v4 = m.hashedPassword;
  if (v4) n += 1 + sizeOfText(v4);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserAddRequest(m: AuthUserAddRequest | Init<AuthUserAddRequest>, b: Uint8Array, at: number): number {
  const v4 = m.hashedPassword;
  if (v4) { at = putText(b, at, v4); b[--at] = 34; }
  const v3 = m.options;
  if (v3 !== undefined) { const end = at; at = putUserAddOptions(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.password;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserAddRequest(r: Reader, into?: AuthUserAddRequest): AuthUserAddRequest {
  const m = into ?? zeroAuthUserAddRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      case 18:
        m.password = r.text();
        break;
      case 26: {
        const outer = r.enter();
        m.options = readUserAddOptions(r, m.options);
        r.leave(outer);
        break;
      }
      case 34:
        m.hashedPassword = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserAddRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "password", jsonName: "password", property: "password", goName: "Password", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "options", jsonName: "options", property: "options", goName: "Options", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => UserAddOptions },
  { number: 4, name: "hashedPassword", jsonName: "hashedPassword", property: "hashedPassword", goName: "HashedPassword", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserAddRequest: MessageCodec<AuthUserAddRequest> = {
  typeName: "etcdserverpb.AuthUserAddRequest",
  fields: fieldsOfAuthUserAddRequest,
  create(init?: Fields<AuthUserAddRequest>): AuthUserAddRequest {
    if (init === undefined) return zeroAuthUserAddRequest();
    return {
      name: init.name ?? "",
      password: init.password ?? "",
      options: init.options,
      hashedPassword: init.hashedPassword ?? "",
    };
  },
  encode(message: AuthUserAddRequest | Init<AuthUserAddRequest>): Uint8Array {
    const size = sizeOfAuthUserAddRequest(message);
    const bytes = allocate(size);
    putAuthUserAddRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserAddRequest,
  write(message: AuthUserAddRequest | Init<AuthUserAddRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserAddRequest(message);
    putAuthUserAddRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserAddRequest {
    return readAuthUserAddRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserAddRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserAddRequest, message);
  },
  fromJson(json: unknown): AuthUserAddRequest {
    return messageFromJson(AuthUserAddRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserGetRequest`. */
export interface AuthUserGetRequest {
  name: string;
}

function zeroAuthUserGetRequest(): AuthUserGetRequest {
  return { name: "" };
}

export function sizeOfAuthUserGetRequest(m: AuthUserGetRequest | Init<AuthUserGetRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserGetRequest(m: AuthUserGetRequest | Init<AuthUserGetRequest>, b: Uint8Array, at: number): number {
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserGetRequest(r: Reader, into?: AuthUserGetRequest): AuthUserGetRequest {
  const m = into ?? zeroAuthUserGetRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserGetRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserGetRequest: MessageCodec<AuthUserGetRequest> = {
  typeName: "etcdserverpb.AuthUserGetRequest",
  fields: fieldsOfAuthUserGetRequest,
  create(init?: Fields<AuthUserGetRequest>): AuthUserGetRequest {
    if (init === undefined) return zeroAuthUserGetRequest();
    return {
      name: init.name ?? "",
    };
  },
  encode(message: AuthUserGetRequest | Init<AuthUserGetRequest>): Uint8Array {
    const size = sizeOfAuthUserGetRequest(message);
    const bytes = allocate(size);
    putAuthUserGetRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserGetRequest,
  write(message: AuthUserGetRequest | Init<AuthUserGetRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserGetRequest(message);
    putAuthUserGetRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserGetRequest {
    return readAuthUserGetRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserGetRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserGetRequest, message);
  },
  fromJson(json: unknown): AuthUserGetRequest {
    return messageFromJson(AuthUserGetRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserDeleteRequest`. */
export interface AuthUserDeleteRequest {
  name: string;
}

function zeroAuthUserDeleteRequest(): AuthUserDeleteRequest {
  return { name: "" };
}

export function sizeOfAuthUserDeleteRequest(m: AuthUserDeleteRequest | Init<AuthUserDeleteRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserDeleteRequest(m: AuthUserDeleteRequest | Init<AuthUserDeleteRequest>, b: Uint8Array, at: number): number {
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserDeleteRequest(r: Reader, into?: AuthUserDeleteRequest): AuthUserDeleteRequest {
  const m = into ?? zeroAuthUserDeleteRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserDeleteRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserDeleteRequest: MessageCodec<AuthUserDeleteRequest> = {
  typeName: "etcdserverpb.AuthUserDeleteRequest",
  fields: fieldsOfAuthUserDeleteRequest,
  create(init?: Fields<AuthUserDeleteRequest>): AuthUserDeleteRequest {
    if (init === undefined) return zeroAuthUserDeleteRequest();
    return {
      name: init.name ?? "",
    };
  },
  encode(message: AuthUserDeleteRequest | Init<AuthUserDeleteRequest>): Uint8Array {
    const size = sizeOfAuthUserDeleteRequest(message);
    const bytes = allocate(size);
    putAuthUserDeleteRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserDeleteRequest,
  write(message: AuthUserDeleteRequest | Init<AuthUserDeleteRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserDeleteRequest(message);
    putAuthUserDeleteRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserDeleteRequest {
    return readAuthUserDeleteRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserDeleteRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserDeleteRequest, message);
  },
  fromJson(json: unknown): AuthUserDeleteRequest {
    return messageFromJson(AuthUserDeleteRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserChangePasswordRequest`. */
export interface AuthUserChangePasswordRequest {
  name: string;
  password: string;
  hashedPassword: string;
}

function zeroAuthUserChangePasswordRequest(): AuthUserChangePasswordRequest {
  return { name: "", password: "", hashedPassword: "" };
}

export function sizeOfAuthUserChangePasswordRequest(m: AuthUserChangePasswordRequest | Init<AuthUserChangePasswordRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.password;
  if (v2) n += 1 + sizeOfText(v2);
  const v3 = m.hashedPassword;
  if (v3) n += 1 + sizeOfText(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserChangePasswordRequest(m: AuthUserChangePasswordRequest | Init<AuthUserChangePasswordRequest>, b: Uint8Array, at: number): number {
  const v3 = m.hashedPassword;
  if (v3) { at = putText(b, at, v3); b[--at] = 26; }
  const v2 = m.password;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserChangePasswordRequest(r: Reader, into?: AuthUserChangePasswordRequest): AuthUserChangePasswordRequest {
  const m = into ?? zeroAuthUserChangePasswordRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      case 18:
        m.password = r.text();
        break;
      case 26:
        m.hashedPassword = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserChangePasswordRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "password", jsonName: "password", property: "password", goName: "Password", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "hashedPassword", jsonName: "hashedPassword", property: "hashedPassword", goName: "HashedPassword", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserChangePasswordRequest: MessageCodec<AuthUserChangePasswordRequest> = {
  typeName: "etcdserverpb.AuthUserChangePasswordRequest",
  fields: fieldsOfAuthUserChangePasswordRequest,
  create(init?: Fields<AuthUserChangePasswordRequest>): AuthUserChangePasswordRequest {
    if (init === undefined) return zeroAuthUserChangePasswordRequest();
    return {
      name: init.name ?? "",
      password: init.password ?? "",
      hashedPassword: init.hashedPassword ?? "",
    };
  },
  encode(message: AuthUserChangePasswordRequest | Init<AuthUserChangePasswordRequest>): Uint8Array {
    const size = sizeOfAuthUserChangePasswordRequest(message);
    const bytes = allocate(size);
    putAuthUserChangePasswordRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserChangePasswordRequest,
  write(message: AuthUserChangePasswordRequest | Init<AuthUserChangePasswordRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserChangePasswordRequest(message);
    putAuthUserChangePasswordRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserChangePasswordRequest {
    return readAuthUserChangePasswordRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserChangePasswordRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserChangePasswordRequest, message);
  },
  fromJson(json: unknown): AuthUserChangePasswordRequest {
    return messageFromJson(AuthUserChangePasswordRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserGrantRoleRequest`. */
export interface AuthUserGrantRoleRequest {
  user: string;
  role: string;
}

function zeroAuthUserGrantRoleRequest(): AuthUserGrantRoleRequest {
  return { user: "", role: "" };
}

export function sizeOfAuthUserGrantRoleRequest(m: AuthUserGrantRoleRequest | Init<AuthUserGrantRoleRequest>): number {
  let n = 0;
  const v1 = m.user;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.role;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserGrantRoleRequest(m: AuthUserGrantRoleRequest | Init<AuthUserGrantRoleRequest>, b: Uint8Array, at: number): number {
  const v2 = m.role;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.user;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserGrantRoleRequest(r: Reader, into?: AuthUserGrantRoleRequest): AuthUserGrantRoleRequest {
  const m = into ?? zeroAuthUserGrantRoleRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.user = r.text();
        break;
      case 18:
        m.role = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserGrantRoleRequest: readonly FieldInfo[] = [
  { number: 1, name: "user", jsonName: "user", property: "user", goName: "User", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "role", jsonName: "role", property: "role", goName: "Role", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserGrantRoleRequest: MessageCodec<AuthUserGrantRoleRequest> = {
  typeName: "etcdserverpb.AuthUserGrantRoleRequest",
  fields: fieldsOfAuthUserGrantRoleRequest,
  create(init?: Fields<AuthUserGrantRoleRequest>): AuthUserGrantRoleRequest {
    if (init === undefined) return zeroAuthUserGrantRoleRequest();
    return {
      user: init.user ?? "",
      role: init.role ?? "",
    };
  },
  encode(message: AuthUserGrantRoleRequest | Init<AuthUserGrantRoleRequest>): Uint8Array {
    const size = sizeOfAuthUserGrantRoleRequest(message);
    const bytes = allocate(size);
    putAuthUserGrantRoleRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserGrantRoleRequest,
  write(message: AuthUserGrantRoleRequest | Init<AuthUserGrantRoleRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserGrantRoleRequest(message);
    putAuthUserGrantRoleRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserGrantRoleRequest {
    return readAuthUserGrantRoleRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserGrantRoleRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserGrantRoleRequest, message);
  },
  fromJson(json: unknown): AuthUserGrantRoleRequest {
    return messageFromJson(AuthUserGrantRoleRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserRevokeRoleRequest`. */
export interface AuthUserRevokeRoleRequest {
  name: string;
  role: string;
}

function zeroAuthUserRevokeRoleRequest(): AuthUserRevokeRoleRequest {
  return { name: "", role: "" };
}

export function sizeOfAuthUserRevokeRoleRequest(m: AuthUserRevokeRoleRequest | Init<AuthUserRevokeRoleRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.role;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserRevokeRoleRequest(m: AuthUserRevokeRoleRequest | Init<AuthUserRevokeRoleRequest>, b: Uint8Array, at: number): number {
  const v2 = m.role;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserRevokeRoleRequest(r: Reader, into?: AuthUserRevokeRoleRequest): AuthUserRevokeRoleRequest {
  const m = into ?? zeroAuthUserRevokeRoleRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      case 18:
        m.role = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserRevokeRoleRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "role", jsonName: "role", property: "role", goName: "Role", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserRevokeRoleRequest: MessageCodec<AuthUserRevokeRoleRequest> = {
  typeName: "etcdserverpb.AuthUserRevokeRoleRequest",
  fields: fieldsOfAuthUserRevokeRoleRequest,
  create(init?: Fields<AuthUserRevokeRoleRequest>): AuthUserRevokeRoleRequest {
    if (init === undefined) return zeroAuthUserRevokeRoleRequest();
    return {
      name: init.name ?? "",
      role: init.role ?? "",
    };
  },
  encode(message: AuthUserRevokeRoleRequest | Init<AuthUserRevokeRoleRequest>): Uint8Array {
    const size = sizeOfAuthUserRevokeRoleRequest(message);
    const bytes = allocate(size);
    putAuthUserRevokeRoleRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserRevokeRoleRequest,
  write(message: AuthUserRevokeRoleRequest | Init<AuthUserRevokeRoleRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserRevokeRoleRequest(message);
    putAuthUserRevokeRoleRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserRevokeRoleRequest {
    return readAuthUserRevokeRoleRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserRevokeRoleRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserRevokeRoleRequest, message);
  },
  fromJson(json: unknown): AuthUserRevokeRoleRequest {
    return messageFromJson(AuthUserRevokeRoleRequest, json);
  },
};

/** The message `etcdserverpb.AuthRoleAddRequest`. */
export interface AuthRoleAddRequest {
  name: string;
}

function zeroAuthRoleAddRequest(): AuthRoleAddRequest {
  return { name: "" };
}

export function sizeOfAuthRoleAddRequest(m: AuthRoleAddRequest | Init<AuthRoleAddRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleAddRequest(m: AuthRoleAddRequest | Init<AuthRoleAddRequest>, b: Uint8Array, at: number): number {
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleAddRequest(r: Reader, into?: AuthRoleAddRequest): AuthRoleAddRequest {
  const m = into ?? zeroAuthRoleAddRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleAddRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthRoleAddRequest: MessageCodec<AuthRoleAddRequest> = {
  typeName: "etcdserverpb.AuthRoleAddRequest",
  fields: fieldsOfAuthRoleAddRequest,
  create(init?: Fields<AuthRoleAddRequest>): AuthRoleAddRequest {
    if (init === undefined) return zeroAuthRoleAddRequest();
    return {
      name: init.name ?? "",
    };
  },
  encode(message: AuthRoleAddRequest | Init<AuthRoleAddRequest>): Uint8Array {
    const size = sizeOfAuthRoleAddRequest(message);
    const bytes = allocate(size);
    putAuthRoleAddRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleAddRequest,
  write(message: AuthRoleAddRequest | Init<AuthRoleAddRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleAddRequest(message);
    putAuthRoleAddRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleAddRequest {
    return readAuthRoleAddRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleAddRequest): JsonObject {
    return messageToJson(fieldsOfAuthRoleAddRequest, message);
  },
  fromJson(json: unknown): AuthRoleAddRequest {
    return messageFromJson(AuthRoleAddRequest, json);
  },
};

/** The message `etcdserverpb.AuthRoleGetRequest`. */
export interface AuthRoleGetRequest {
  role: string;
}

function zeroAuthRoleGetRequest(): AuthRoleGetRequest {
  return { role: "" };
}

export function sizeOfAuthRoleGetRequest(m: AuthRoleGetRequest | Init<AuthRoleGetRequest>): number {
  let n = 0;
  const v1 = m.role;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleGetRequest(m: AuthRoleGetRequest | Init<AuthRoleGetRequest>, b: Uint8Array, at: number): number {
  const v1 = m.role;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleGetRequest(r: Reader, into?: AuthRoleGetRequest): AuthRoleGetRequest {
  const m = into ?? zeroAuthRoleGetRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.role = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleGetRequest: readonly FieldInfo[] = [
  { number: 1, name: "role", jsonName: "role", property: "role", goName: "Role", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthRoleGetRequest: MessageCodec<AuthRoleGetRequest> = {
  typeName: "etcdserverpb.AuthRoleGetRequest",
  fields: fieldsOfAuthRoleGetRequest,
  create(init?: Fields<AuthRoleGetRequest>): AuthRoleGetRequest {
    if (init === undefined) return zeroAuthRoleGetRequest();
    return {
      role: init.role ?? "",
    };
  },
  encode(message: AuthRoleGetRequest | Init<AuthRoleGetRequest>): Uint8Array {
    const size = sizeOfAuthRoleGetRequest(message);
    const bytes = allocate(size);
    putAuthRoleGetRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleGetRequest,
  write(message: AuthRoleGetRequest | Init<AuthRoleGetRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleGetRequest(message);
    putAuthRoleGetRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleGetRequest {
    return readAuthRoleGetRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleGetRequest): JsonObject {
    return messageToJson(fieldsOfAuthRoleGetRequest, message);
  },
  fromJson(json: unknown): AuthRoleGetRequest {
    return messageFromJson(AuthRoleGetRequest, json);
  },
};

/** The message `etcdserverpb.AuthUserListRequest`. */
export interface AuthUserListRequest {
}

function zeroAuthUserListRequest(): AuthUserListRequest {
  return { };
}

export function sizeOfAuthUserListRequest(_m: AuthUserListRequest | Init<AuthUserListRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserListRequest(_m: AuthUserListRequest | Init<AuthUserListRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserListRequest(r: Reader, into?: AuthUserListRequest): AuthUserListRequest {
  const m = into ?? zeroAuthUserListRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfAuthUserListRequest: readonly FieldInfo[] = [
];

export const AuthUserListRequest: MessageCodec<AuthUserListRequest> = {
  typeName: "etcdserverpb.AuthUserListRequest",
  fields: fieldsOfAuthUserListRequest,
  create(init?: Fields<AuthUserListRequest>): AuthUserListRequest {
    return init === undefined ? zeroAuthUserListRequest() : {};
  },
  encode(message: AuthUserListRequest | Init<AuthUserListRequest>): Uint8Array {
    const size = sizeOfAuthUserListRequest(message);
    const bytes = allocate(size);
    putAuthUserListRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserListRequest,
  write(message: AuthUserListRequest | Init<AuthUserListRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserListRequest(message);
    putAuthUserListRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserListRequest {
    return readAuthUserListRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserListRequest): JsonObject {
    return messageToJson(fieldsOfAuthUserListRequest, message);
  },
  fromJson(json: unknown): AuthUserListRequest {
    return messageFromJson(AuthUserListRequest, json);
  },
};

/** The message `etcdserverpb.AuthRoleListRequest`. */
export interface AuthRoleListRequest {
}

function zeroAuthRoleListRequest(): AuthRoleListRequest {
  return { };
}

export function sizeOfAuthRoleListRequest(_m: AuthRoleListRequest | Init<AuthRoleListRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleListRequest(_m: AuthRoleListRequest | Init<AuthRoleListRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleListRequest(r: Reader, into?: AuthRoleListRequest): AuthRoleListRequest {
  const m = into ?? zeroAuthRoleListRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfAuthRoleListRequest: readonly FieldInfo[] = [
];

export const AuthRoleListRequest: MessageCodec<AuthRoleListRequest> = {
  typeName: "etcdserverpb.AuthRoleListRequest",
  fields: fieldsOfAuthRoleListRequest,
  create(init?: Fields<AuthRoleListRequest>): AuthRoleListRequest {
    return init === undefined ? zeroAuthRoleListRequest() : {};
  },
  encode(message: AuthRoleListRequest | Init<AuthRoleListRequest>): Uint8Array {
    const size = sizeOfAuthRoleListRequest(message);
    const bytes = allocate(size);
    putAuthRoleListRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleListRequest,
  write(message: AuthRoleListRequest | Init<AuthRoleListRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleListRequest(message);
    putAuthRoleListRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleListRequest {
    return readAuthRoleListRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleListRequest): JsonObject {
    return messageToJson(fieldsOfAuthRoleListRequest, message);
  },
  fromJson(json: unknown): AuthRoleListRequest {
    return messageFromJson(AuthRoleListRequest, json);
  },
};

/** The message `etcdserverpb.AuthRoleDeleteRequest`. */
export interface AuthRoleDeleteRequest {
  role: string;
}

function zeroAuthRoleDeleteRequest(): AuthRoleDeleteRequest {
  return { role: "" };
}

export function sizeOfAuthRoleDeleteRequest(m: AuthRoleDeleteRequest | Init<AuthRoleDeleteRequest>): number {
  let n = 0;
  const v1 = m.role;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleDeleteRequest(m: AuthRoleDeleteRequest | Init<AuthRoleDeleteRequest>, b: Uint8Array, at: number): number {
  const v1 = m.role;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleDeleteRequest(r: Reader, into?: AuthRoleDeleteRequest): AuthRoleDeleteRequest {
  const m = into ?? zeroAuthRoleDeleteRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.role = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleDeleteRequest: readonly FieldInfo[] = [
  { number: 1, name: "role", jsonName: "role", property: "role", goName: "Role", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthRoleDeleteRequest: MessageCodec<AuthRoleDeleteRequest> = {
  typeName: "etcdserverpb.AuthRoleDeleteRequest",
  fields: fieldsOfAuthRoleDeleteRequest,
  create(init?: Fields<AuthRoleDeleteRequest>): AuthRoleDeleteRequest {
    if (init === undefined) return zeroAuthRoleDeleteRequest();
    return {
      role: init.role ?? "",
    };
  },
  encode(message: AuthRoleDeleteRequest | Init<AuthRoleDeleteRequest>): Uint8Array {
    const size = sizeOfAuthRoleDeleteRequest(message);
    const bytes = allocate(size);
    putAuthRoleDeleteRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleDeleteRequest,
  write(message: AuthRoleDeleteRequest | Init<AuthRoleDeleteRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleDeleteRequest(message);
    putAuthRoleDeleteRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleDeleteRequest {
    return readAuthRoleDeleteRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleDeleteRequest): JsonObject {
    return messageToJson(fieldsOfAuthRoleDeleteRequest, message);
  },
  fromJson(json: unknown): AuthRoleDeleteRequest {
    return messageFromJson(AuthRoleDeleteRequest, json);
  },
};

/** The message `etcdserverpb.AuthRoleGrantPermissionRequest`. */
export interface AuthRoleGrantPermissionRequest {
  name: string;
  perm: Permission | undefined;
}

function zeroAuthRoleGrantPermissionRequest(): AuthRoleGrantPermissionRequest {
  return { name: "", perm: undefined };
}

export function sizeOfAuthRoleGrantPermissionRequest(m: AuthRoleGrantPermissionRequest | Init<AuthRoleGrantPermissionRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.perm;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfPermission(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleGrantPermissionRequest(m: AuthRoleGrantPermissionRequest | Init<AuthRoleGrantPermissionRequest>, b: Uint8Array, at: number): number {
  const v2 = m.perm;
  if (v2 !== undefined) { const end = at; at = putPermission(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleGrantPermissionRequest(r: Reader, into?: AuthRoleGrantPermissionRequest): AuthRoleGrantPermissionRequest {
  const m = into ?? zeroAuthRoleGrantPermissionRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      case 18: {
        const outer = r.enter();
        m.perm = readPermission(r, m.perm);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleGrantPermissionRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "perm", jsonName: "perm", property: "perm", goName: "Perm", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Permission },
];

export const AuthRoleGrantPermissionRequest: MessageCodec<AuthRoleGrantPermissionRequest> = {
  typeName: "etcdserverpb.AuthRoleGrantPermissionRequest",
  fields: fieldsOfAuthRoleGrantPermissionRequest,
  create(init?: Fields<AuthRoleGrantPermissionRequest>): AuthRoleGrantPermissionRequest {
    if (init === undefined) return zeroAuthRoleGrantPermissionRequest();
    return {
      name: init.name ?? "",
      perm: init.perm,
    };
  },
  encode(message: AuthRoleGrantPermissionRequest | Init<AuthRoleGrantPermissionRequest>): Uint8Array {
    const size = sizeOfAuthRoleGrantPermissionRequest(message);
    const bytes = allocate(size);
    putAuthRoleGrantPermissionRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleGrantPermissionRequest,
  write(message: AuthRoleGrantPermissionRequest | Init<AuthRoleGrantPermissionRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleGrantPermissionRequest(message);
    putAuthRoleGrantPermissionRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleGrantPermissionRequest {
    return readAuthRoleGrantPermissionRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleGrantPermissionRequest): JsonObject {
    return messageToJson(fieldsOfAuthRoleGrantPermissionRequest, message);
  },
  fromJson(json: unknown): AuthRoleGrantPermissionRequest {
    return messageFromJson(AuthRoleGrantPermissionRequest, json);
  },
};

/** The message `etcdserverpb.AuthRoleRevokePermissionRequest`. */
export interface AuthRoleRevokePermissionRequest {
  role: string;
  key: Uint8Array;
  rangeEnd: Uint8Array;
}

function zeroAuthRoleRevokePermissionRequest(): AuthRoleRevokePermissionRequest {
  return { role: "", key: EMPTY_BYTES, rangeEnd: EMPTY_BYTES };
}

export function sizeOfAuthRoleRevokePermissionRequest(m: AuthRoleRevokePermissionRequest | Init<AuthRoleRevokePermissionRequest>): number {
  let n = 0;
  const v1 = m.role;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.rangeEnd;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleRevokePermissionRequest(m: AuthRoleRevokePermissionRequest | Init<AuthRoleRevokePermissionRequest>, b: Uint8Array, at: number): number {
  const v3 = m.rangeEnd;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.role;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleRevokePermissionRequest(r: Reader, into?: AuthRoleRevokePermissionRequest): AuthRoleRevokePermissionRequest {
  const m = into ?? zeroAuthRoleRevokePermissionRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.role = r.text();
        break;
      case 18:
        m.key = r.bytesView();
        break;
      case 26:
        m.rangeEnd = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleRevokePermissionRequest: readonly FieldInfo[] = [
  { number: 1, name: "role", jsonName: "role", property: "role", goName: "Role", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", goName: "RangeEnd", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthRoleRevokePermissionRequest: MessageCodec<AuthRoleRevokePermissionRequest> = {
  typeName: "etcdserverpb.AuthRoleRevokePermissionRequest",
  fields: fieldsOfAuthRoleRevokePermissionRequest,
  create(init?: Fields<AuthRoleRevokePermissionRequest>): AuthRoleRevokePermissionRequest {
    if (init === undefined) return zeroAuthRoleRevokePermissionRequest();
    return {
      role: init.role ?? "",
      key: init.key ?? EMPTY_BYTES,
      rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
    };
  },
  encode(message: AuthRoleRevokePermissionRequest | Init<AuthRoleRevokePermissionRequest>): Uint8Array {
    const size = sizeOfAuthRoleRevokePermissionRequest(message);
    const bytes = allocate(size);
    putAuthRoleRevokePermissionRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleRevokePermissionRequest,
  write(message: AuthRoleRevokePermissionRequest | Init<AuthRoleRevokePermissionRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleRevokePermissionRequest(message);
    putAuthRoleRevokePermissionRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleRevokePermissionRequest {
    return readAuthRoleRevokePermissionRequest(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleRevokePermissionRequest): JsonObject {
    return messageToJson(fieldsOfAuthRoleRevokePermissionRequest, message);
  },
  fromJson(json: unknown): AuthRoleRevokePermissionRequest {
    return messageFromJson(AuthRoleRevokePermissionRequest, json);
  },
};

/** The message `etcdserverpb.AuthEnableResponse`. */
export interface AuthEnableResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthEnableResponse(): AuthEnableResponse {
  return { header: undefined };
}

export function sizeOfAuthEnableResponse(m: AuthEnableResponse | Init<AuthEnableResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthEnableResponse(m: AuthEnableResponse | Init<AuthEnableResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthEnableResponse(r: Reader, into?: AuthEnableResponse): AuthEnableResponse {
  const m = into ?? zeroAuthEnableResponse();
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

const fieldsOfAuthEnableResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthEnableResponse: MessageCodec<AuthEnableResponse> = {
  typeName: "etcdserverpb.AuthEnableResponse",
  fields: fieldsOfAuthEnableResponse,
  create(init?: Fields<AuthEnableResponse>): AuthEnableResponse {
    if (init === undefined) return zeroAuthEnableResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthEnableResponse | Init<AuthEnableResponse>): Uint8Array {
    const size = sizeOfAuthEnableResponse(message);
    const bytes = allocate(size);
    putAuthEnableResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthEnableResponse,
  write(message: AuthEnableResponse | Init<AuthEnableResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthEnableResponse(message);
    putAuthEnableResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthEnableResponse {
    return readAuthEnableResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthEnableResponse): JsonObject {
    return messageToJson(fieldsOfAuthEnableResponse, message);
  },
  fromJson(json: unknown): AuthEnableResponse {
    return messageFromJson(AuthEnableResponse, json);
  },
};

/** The message `etcdserverpb.AuthDisableResponse`. */
export interface AuthDisableResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthDisableResponse(): AuthDisableResponse {
  return { header: undefined };
}

export function sizeOfAuthDisableResponse(m: AuthDisableResponse | Init<AuthDisableResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthDisableResponse(m: AuthDisableResponse | Init<AuthDisableResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthDisableResponse(r: Reader, into?: AuthDisableResponse): AuthDisableResponse {
  const m = into ?? zeroAuthDisableResponse();
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

const fieldsOfAuthDisableResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthDisableResponse: MessageCodec<AuthDisableResponse> = {
  typeName: "etcdserverpb.AuthDisableResponse",
  fields: fieldsOfAuthDisableResponse,
  create(init?: Fields<AuthDisableResponse>): AuthDisableResponse {
    if (init === undefined) return zeroAuthDisableResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthDisableResponse | Init<AuthDisableResponse>): Uint8Array {
    const size = sizeOfAuthDisableResponse(message);
    const bytes = allocate(size);
    putAuthDisableResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthDisableResponse,
  write(message: AuthDisableResponse | Init<AuthDisableResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthDisableResponse(message);
    putAuthDisableResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthDisableResponse {
    return readAuthDisableResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthDisableResponse): JsonObject {
    return messageToJson(fieldsOfAuthDisableResponse, message);
  },
  fromJson(json: unknown): AuthDisableResponse {
    return messageFromJson(AuthDisableResponse, json);
  },
};

/** The message `etcdserverpb.AuthStatusResponse`. */
export interface AuthStatusResponse {
  header: ResponseHeader | undefined;
  enabled: boolean;
  authRevision: number;
}

function zeroAuthStatusResponse(): AuthStatusResponse {
  return { header: undefined, enabled: false, authRevision: 0 };
}

export function sizeOfAuthStatusResponse(m: AuthStatusResponse | Init<AuthStatusResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.enabled;
  if (v2) n += 2;
  const v3 = m.authRevision;
  if (v3) n += 1 + sizeOfInt64(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthStatusResponse(m: AuthStatusResponse | Init<AuthStatusResponse>, b: Uint8Array, at: number): number {
  const v3 = m.authRevision;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.enabled;
  if (v2) { b[--at] = 1; b[--at] = 16; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthStatusResponse(r: Reader, into?: AuthStatusResponse): AuthStatusResponse {
  const m = into ?? zeroAuthStatusResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.header = readResponseHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 16:
        m.enabled = r.bool();
        break;
      case 24:
        m.authRevision = r.uint64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthStatusResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "enabled", jsonName: "enabled", property: "enabled", goName: "Enabled", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "authRevision", jsonName: "authRevision", property: "authRevision", goName: "AuthRevision", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthStatusResponse: MessageCodec<AuthStatusResponse> = {
  typeName: "etcdserverpb.AuthStatusResponse",
  fields: fieldsOfAuthStatusResponse,
  create(init?: Fields<AuthStatusResponse>): AuthStatusResponse {
    if (init === undefined) return zeroAuthStatusResponse();
    return {
      header: init.header,
      enabled: init.enabled ?? false,
      authRevision: init.authRevision ?? 0,
    };
  },
  encode(message: AuthStatusResponse | Init<AuthStatusResponse>): Uint8Array {
    const size = sizeOfAuthStatusResponse(message);
    const bytes = allocate(size);
    putAuthStatusResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthStatusResponse,
  write(message: AuthStatusResponse | Init<AuthStatusResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthStatusResponse(message);
    putAuthStatusResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthStatusResponse {
    return readAuthStatusResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthStatusResponse): JsonObject {
    return messageToJson(fieldsOfAuthStatusResponse, message);
  },
  fromJson(json: unknown): AuthStatusResponse {
    return messageFromJson(AuthStatusResponse, json);
  },
};

/** The message `etcdserverpb.AuthenticateResponse`. */
export interface AuthenticateResponse {
  header: ResponseHeader | undefined;
  token: string;
}

function zeroAuthenticateResponse(): AuthenticateResponse {
  return { header: undefined, token: "" };
}

export function sizeOfAuthenticateResponse(m: AuthenticateResponse | Init<AuthenticateResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.token;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthenticateResponse(m: AuthenticateResponse | Init<AuthenticateResponse>, b: Uint8Array, at: number): number {
  const v2 = m.token;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthenticateResponse(r: Reader, into?: AuthenticateResponse): AuthenticateResponse {
  const m = into ?? zeroAuthenticateResponse();
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
        m.token = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthenticateResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "token", jsonName: "token", property: "token", goName: "Token", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthenticateResponse: MessageCodec<AuthenticateResponse> = {
  typeName: "etcdserverpb.AuthenticateResponse",
  fields: fieldsOfAuthenticateResponse,
  create(init?: Fields<AuthenticateResponse>): AuthenticateResponse {
    if (init === undefined) return zeroAuthenticateResponse();
    return {
      header: init.header,
      token: init.token ?? "",
    };
  },
  encode(message: AuthenticateResponse | Init<AuthenticateResponse>): Uint8Array {
    const size = sizeOfAuthenticateResponse(message);
    const bytes = allocate(size);
    putAuthenticateResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthenticateResponse,
  write(message: AuthenticateResponse | Init<AuthenticateResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthenticateResponse(message);
    putAuthenticateResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthenticateResponse {
    return readAuthenticateResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthenticateResponse): JsonObject {
    return messageToJson(fieldsOfAuthenticateResponse, message);
  },
  fromJson(json: unknown): AuthenticateResponse {
    return messageFromJson(AuthenticateResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserAddResponse`. */
export interface AuthUserAddResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthUserAddResponse(): AuthUserAddResponse {
  return { header: undefined };
}

export function sizeOfAuthUserAddResponse(m: AuthUserAddResponse | Init<AuthUserAddResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserAddResponse(m: AuthUserAddResponse | Init<AuthUserAddResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserAddResponse(r: Reader, into?: AuthUserAddResponse): AuthUserAddResponse {
  const m = into ?? zeroAuthUserAddResponse();
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

const fieldsOfAuthUserAddResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthUserAddResponse: MessageCodec<AuthUserAddResponse> = {
  typeName: "etcdserverpb.AuthUserAddResponse",
  fields: fieldsOfAuthUserAddResponse,
  create(init?: Fields<AuthUserAddResponse>): AuthUserAddResponse {
    if (init === undefined) return zeroAuthUserAddResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthUserAddResponse | Init<AuthUserAddResponse>): Uint8Array {
    const size = sizeOfAuthUserAddResponse(message);
    const bytes = allocate(size);
    putAuthUserAddResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserAddResponse,
  write(message: AuthUserAddResponse | Init<AuthUserAddResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserAddResponse(message);
    putAuthUserAddResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserAddResponse {
    return readAuthUserAddResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserAddResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserAddResponse, message);
  },
  fromJson(json: unknown): AuthUserAddResponse {
    return messageFromJson(AuthUserAddResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserGetResponse`. */
export interface AuthUserGetResponse {
  header: ResponseHeader | undefined;
  roles: string[];
}

function zeroAuthUserGetResponse(): AuthUserGetResponse {
  return { header: undefined, roles: [] };
}

export function sizeOfAuthUserGetResponse(m: AuthUserGetResponse | Init<AuthUserGetResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.roles;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfText(v2[i]!);
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserGetResponse(m: AuthUserGetResponse | Init<AuthUserGetResponse>, b: Uint8Array, at: number): number {
  const v2 = m.roles;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { at = putText(b, at, v2[i]!); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserGetResponse(r: Reader, into?: AuthUserGetResponse): AuthUserGetResponse {
  const m = into ?? zeroAuthUserGetResponse();
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
        m.roles.push(r.text());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserGetResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "roles", jsonName: "roles", property: "roles", goName: "Roles", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserGetResponse: MessageCodec<AuthUserGetResponse> = {
  typeName: "etcdserverpb.AuthUserGetResponse",
  fields: fieldsOfAuthUserGetResponse,
  create(init?: Fields<AuthUserGetResponse>): AuthUserGetResponse {
    if (init === undefined) return zeroAuthUserGetResponse();
    return {
      header: init.header,
      roles: init.roles ?? [],
    };
  },
  encode(message: AuthUserGetResponse | Init<AuthUserGetResponse>): Uint8Array {
    const size = sizeOfAuthUserGetResponse(message);
    const bytes = allocate(size);
    putAuthUserGetResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserGetResponse,
  write(message: AuthUserGetResponse | Init<AuthUserGetResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserGetResponse(message);
    putAuthUserGetResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserGetResponse {
    return readAuthUserGetResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserGetResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserGetResponse, message);
  },
  fromJson(json: unknown): AuthUserGetResponse {
    return messageFromJson(AuthUserGetResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserDeleteResponse`. */
export interface AuthUserDeleteResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthUserDeleteResponse(): AuthUserDeleteResponse {
  return { header: undefined };
}

export function sizeOfAuthUserDeleteResponse(m: AuthUserDeleteResponse | Init<AuthUserDeleteResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserDeleteResponse(m: AuthUserDeleteResponse | Init<AuthUserDeleteResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserDeleteResponse(r: Reader, into?: AuthUserDeleteResponse): AuthUserDeleteResponse {
  const m = into ?? zeroAuthUserDeleteResponse();
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

const fieldsOfAuthUserDeleteResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthUserDeleteResponse: MessageCodec<AuthUserDeleteResponse> = {
  typeName: "etcdserverpb.AuthUserDeleteResponse",
  fields: fieldsOfAuthUserDeleteResponse,
  create(init?: Fields<AuthUserDeleteResponse>): AuthUserDeleteResponse {
    if (init === undefined) return zeroAuthUserDeleteResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthUserDeleteResponse | Init<AuthUserDeleteResponse>): Uint8Array {
    const size = sizeOfAuthUserDeleteResponse(message);
    const bytes = allocate(size);
    putAuthUserDeleteResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserDeleteResponse,
  write(message: AuthUserDeleteResponse | Init<AuthUserDeleteResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserDeleteResponse(message);
    putAuthUserDeleteResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserDeleteResponse {
    return readAuthUserDeleteResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserDeleteResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserDeleteResponse, message);
  },
  fromJson(json: unknown): AuthUserDeleteResponse {
    return messageFromJson(AuthUserDeleteResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserChangePasswordResponse`. */
export interface AuthUserChangePasswordResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthUserChangePasswordResponse(): AuthUserChangePasswordResponse {
  return { header: undefined };
}

export function sizeOfAuthUserChangePasswordResponse(m: AuthUserChangePasswordResponse | Init<AuthUserChangePasswordResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserChangePasswordResponse(m: AuthUserChangePasswordResponse | Init<AuthUserChangePasswordResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserChangePasswordResponse(r: Reader, into?: AuthUserChangePasswordResponse): AuthUserChangePasswordResponse {
  const m = into ?? zeroAuthUserChangePasswordResponse();
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

const fieldsOfAuthUserChangePasswordResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthUserChangePasswordResponse: MessageCodec<AuthUserChangePasswordResponse> = {
  typeName: "etcdserverpb.AuthUserChangePasswordResponse",
  fields: fieldsOfAuthUserChangePasswordResponse,
  create(init?: Fields<AuthUserChangePasswordResponse>): AuthUserChangePasswordResponse {
    if (init === undefined) return zeroAuthUserChangePasswordResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthUserChangePasswordResponse | Init<AuthUserChangePasswordResponse>): Uint8Array {
    const size = sizeOfAuthUserChangePasswordResponse(message);
    const bytes = allocate(size);
    putAuthUserChangePasswordResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserChangePasswordResponse,
  write(message: AuthUserChangePasswordResponse | Init<AuthUserChangePasswordResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserChangePasswordResponse(message);
    putAuthUserChangePasswordResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserChangePasswordResponse {
    return readAuthUserChangePasswordResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserChangePasswordResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserChangePasswordResponse, message);
  },
  fromJson(json: unknown): AuthUserChangePasswordResponse {
    return messageFromJson(AuthUserChangePasswordResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserGrantRoleResponse`. */
export interface AuthUserGrantRoleResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthUserGrantRoleResponse(): AuthUserGrantRoleResponse {
  return { header: undefined };
}

export function sizeOfAuthUserGrantRoleResponse(m: AuthUserGrantRoleResponse | Init<AuthUserGrantRoleResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserGrantRoleResponse(m: AuthUserGrantRoleResponse | Init<AuthUserGrantRoleResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserGrantRoleResponse(r: Reader, into?: AuthUserGrantRoleResponse): AuthUserGrantRoleResponse {
  const m = into ?? zeroAuthUserGrantRoleResponse();
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

const fieldsOfAuthUserGrantRoleResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthUserGrantRoleResponse: MessageCodec<AuthUserGrantRoleResponse> = {
  typeName: "etcdserverpb.AuthUserGrantRoleResponse",
  fields: fieldsOfAuthUserGrantRoleResponse,
  create(init?: Fields<AuthUserGrantRoleResponse>): AuthUserGrantRoleResponse {
    if (init === undefined) return zeroAuthUserGrantRoleResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthUserGrantRoleResponse | Init<AuthUserGrantRoleResponse>): Uint8Array {
    const size = sizeOfAuthUserGrantRoleResponse(message);
    const bytes = allocate(size);
    putAuthUserGrantRoleResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserGrantRoleResponse,
  write(message: AuthUserGrantRoleResponse | Init<AuthUserGrantRoleResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserGrantRoleResponse(message);
    putAuthUserGrantRoleResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserGrantRoleResponse {
    return readAuthUserGrantRoleResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserGrantRoleResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserGrantRoleResponse, message);
  },
  fromJson(json: unknown): AuthUserGrantRoleResponse {
    return messageFromJson(AuthUserGrantRoleResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserRevokeRoleResponse`. */
export interface AuthUserRevokeRoleResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthUserRevokeRoleResponse(): AuthUserRevokeRoleResponse {
  return { header: undefined };
}

export function sizeOfAuthUserRevokeRoleResponse(m: AuthUserRevokeRoleResponse | Init<AuthUserRevokeRoleResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserRevokeRoleResponse(m: AuthUserRevokeRoleResponse | Init<AuthUserRevokeRoleResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserRevokeRoleResponse(r: Reader, into?: AuthUserRevokeRoleResponse): AuthUserRevokeRoleResponse {
  const m = into ?? zeroAuthUserRevokeRoleResponse();
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

const fieldsOfAuthUserRevokeRoleResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthUserRevokeRoleResponse: MessageCodec<AuthUserRevokeRoleResponse> = {
  typeName: "etcdserverpb.AuthUserRevokeRoleResponse",
  fields: fieldsOfAuthUserRevokeRoleResponse,
  create(init?: Fields<AuthUserRevokeRoleResponse>): AuthUserRevokeRoleResponse {
    if (init === undefined) return zeroAuthUserRevokeRoleResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthUserRevokeRoleResponse | Init<AuthUserRevokeRoleResponse>): Uint8Array {
    const size = sizeOfAuthUserRevokeRoleResponse(message);
    const bytes = allocate(size);
    putAuthUserRevokeRoleResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserRevokeRoleResponse,
  write(message: AuthUserRevokeRoleResponse | Init<AuthUserRevokeRoleResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserRevokeRoleResponse(message);
    putAuthUserRevokeRoleResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserRevokeRoleResponse {
    return readAuthUserRevokeRoleResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserRevokeRoleResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserRevokeRoleResponse, message);
  },
  fromJson(json: unknown): AuthUserRevokeRoleResponse {
    return messageFromJson(AuthUserRevokeRoleResponse, json);
  },
};

/** The message `etcdserverpb.AuthRoleAddResponse`. */
export interface AuthRoleAddResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthRoleAddResponse(): AuthRoleAddResponse {
  return { header: undefined };
}

export function sizeOfAuthRoleAddResponse(m: AuthRoleAddResponse | Init<AuthRoleAddResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleAddResponse(m: AuthRoleAddResponse | Init<AuthRoleAddResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleAddResponse(r: Reader, into?: AuthRoleAddResponse): AuthRoleAddResponse {
  const m = into ?? zeroAuthRoleAddResponse();
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

const fieldsOfAuthRoleAddResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthRoleAddResponse: MessageCodec<AuthRoleAddResponse> = {
  typeName: "etcdserverpb.AuthRoleAddResponse",
  fields: fieldsOfAuthRoleAddResponse,
  create(init?: Fields<AuthRoleAddResponse>): AuthRoleAddResponse {
    if (init === undefined) return zeroAuthRoleAddResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthRoleAddResponse | Init<AuthRoleAddResponse>): Uint8Array {
    const size = sizeOfAuthRoleAddResponse(message);
    const bytes = allocate(size);
    putAuthRoleAddResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleAddResponse,
  write(message: AuthRoleAddResponse | Init<AuthRoleAddResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleAddResponse(message);
    putAuthRoleAddResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleAddResponse {
    return readAuthRoleAddResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleAddResponse): JsonObject {
    return messageToJson(fieldsOfAuthRoleAddResponse, message);
  },
  fromJson(json: unknown): AuthRoleAddResponse {
    return messageFromJson(AuthRoleAddResponse, json);
  },
};

/** The message `etcdserverpb.AuthRoleGetResponse`. */
export interface AuthRoleGetResponse {
  header: ResponseHeader | undefined;
  perm: Permission[];
}

function zeroAuthRoleGetResponse(): AuthRoleGetResponse {
  return { header: undefined, perm: [] };
}

export function sizeOfAuthRoleGetResponse(m: AuthRoleGetResponse | Init<AuthRoleGetResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.perm;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfPermission(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleGetResponse(m: AuthRoleGetResponse | Init<AuthRoleGetResponse>, b: Uint8Array, at: number): number {
  const v2 = m.perm;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putPermission(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleGetResponse(r: Reader, into?: AuthRoleGetResponse): AuthRoleGetResponse {
  const m = into ?? zeroAuthRoleGetResponse();
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
        m.perm.push(readPermission(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleGetResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "perm", jsonName: "perm", property: "perm", goName: "Perm", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Permission },
];

export const AuthRoleGetResponse: MessageCodec<AuthRoleGetResponse> = {
  typeName: "etcdserverpb.AuthRoleGetResponse",
  fields: fieldsOfAuthRoleGetResponse,
  create(init?: Fields<AuthRoleGetResponse>): AuthRoleGetResponse {
    if (init === undefined) return zeroAuthRoleGetResponse();
    return {
      header: init.header,
      perm: init.perm ?? [],
    };
  },
  encode(message: AuthRoleGetResponse | Init<AuthRoleGetResponse>): Uint8Array {
    const size = sizeOfAuthRoleGetResponse(message);
    const bytes = allocate(size);
    putAuthRoleGetResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleGetResponse,
  write(message: AuthRoleGetResponse | Init<AuthRoleGetResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleGetResponse(message);
    putAuthRoleGetResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleGetResponse {
    return readAuthRoleGetResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleGetResponse): JsonObject {
    return messageToJson(fieldsOfAuthRoleGetResponse, message);
  },
  fromJson(json: unknown): AuthRoleGetResponse {
    return messageFromJson(AuthRoleGetResponse, json);
  },
};

/** The message `etcdserverpb.AuthRoleListResponse`. */
export interface AuthRoleListResponse {
  header: ResponseHeader | undefined;
  roles: string[];
}

function zeroAuthRoleListResponse(): AuthRoleListResponse {
  return { header: undefined, roles: [] };
}

export function sizeOfAuthRoleListResponse(m: AuthRoleListResponse | Init<AuthRoleListResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.roles;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfText(v2[i]!);
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleListResponse(m: AuthRoleListResponse | Init<AuthRoleListResponse>, b: Uint8Array, at: number): number {
  const v2 = m.roles;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { at = putText(b, at, v2[i]!); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleListResponse(r: Reader, into?: AuthRoleListResponse): AuthRoleListResponse {
  const m = into ?? zeroAuthRoleListResponse();
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
        m.roles.push(r.text());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthRoleListResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "roles", jsonName: "roles", property: "roles", goName: "Roles", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthRoleListResponse: MessageCodec<AuthRoleListResponse> = {
  typeName: "etcdserverpb.AuthRoleListResponse",
  fields: fieldsOfAuthRoleListResponse,
  create(init?: Fields<AuthRoleListResponse>): AuthRoleListResponse {
    if (init === undefined) return zeroAuthRoleListResponse();
    return {
      header: init.header,
      roles: init.roles ?? [],
    };
  },
  encode(message: AuthRoleListResponse | Init<AuthRoleListResponse>): Uint8Array {
    const size = sizeOfAuthRoleListResponse(message);
    const bytes = allocate(size);
    putAuthRoleListResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleListResponse,
  write(message: AuthRoleListResponse | Init<AuthRoleListResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleListResponse(message);
    putAuthRoleListResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleListResponse {
    return readAuthRoleListResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleListResponse): JsonObject {
    return messageToJson(fieldsOfAuthRoleListResponse, message);
  },
  fromJson(json: unknown): AuthRoleListResponse {
    return messageFromJson(AuthRoleListResponse, json);
  },
};

/** The message `etcdserverpb.AuthUserListResponse`. */
export interface AuthUserListResponse {
  header: ResponseHeader | undefined;
  users: string[];
}

function zeroAuthUserListResponse(): AuthUserListResponse {
  return { header: undefined, users: [] };
}

export function sizeOfAuthUserListResponse(m: AuthUserListResponse | Init<AuthUserListResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  const v2 = m.users;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfText(v2[i]!);
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthUserListResponse(m: AuthUserListResponse | Init<AuthUserListResponse>, b: Uint8Array, at: number): number {
  const v2 = m.users;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { at = putText(b, at, v2[i]!); b[--at] = 18; }
  }
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthUserListResponse(r: Reader, into?: AuthUserListResponse): AuthUserListResponse {
  const m = into ?? zeroAuthUserListResponse();
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
        m.users.push(r.text());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAuthUserListResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
  { number: 2, name: "users", jsonName: "users", property: "users", goName: "Users", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const AuthUserListResponse: MessageCodec<AuthUserListResponse> = {
  typeName: "etcdserverpb.AuthUserListResponse",
  fields: fieldsOfAuthUserListResponse,
  create(init?: Fields<AuthUserListResponse>): AuthUserListResponse {
    if (init === undefined) return zeroAuthUserListResponse();
    return {
      header: init.header,
      users: init.users ?? [],
    };
  },
  encode(message: AuthUserListResponse | Init<AuthUserListResponse>): Uint8Array {
    const size = sizeOfAuthUserListResponse(message);
    const bytes = allocate(size);
    putAuthUserListResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthUserListResponse,
  write(message: AuthUserListResponse | Init<AuthUserListResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthUserListResponse(message);
    putAuthUserListResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthUserListResponse {
    return readAuthUserListResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthUserListResponse): JsonObject {
    return messageToJson(fieldsOfAuthUserListResponse, message);
  },
  fromJson(json: unknown): AuthUserListResponse {
    return messageFromJson(AuthUserListResponse, json);
  },
};

/** The message `etcdserverpb.AuthRoleDeleteResponse`. */
export interface AuthRoleDeleteResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthRoleDeleteResponse(): AuthRoleDeleteResponse {
  return { header: undefined };
}

export function sizeOfAuthRoleDeleteResponse(m: AuthRoleDeleteResponse | Init<AuthRoleDeleteResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleDeleteResponse(m: AuthRoleDeleteResponse | Init<AuthRoleDeleteResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleDeleteResponse(r: Reader, into?: AuthRoleDeleteResponse): AuthRoleDeleteResponse {
  const m = into ?? zeroAuthRoleDeleteResponse();
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

const fieldsOfAuthRoleDeleteResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthRoleDeleteResponse: MessageCodec<AuthRoleDeleteResponse> = {
  typeName: "etcdserverpb.AuthRoleDeleteResponse",
  fields: fieldsOfAuthRoleDeleteResponse,
  create(init?: Fields<AuthRoleDeleteResponse>): AuthRoleDeleteResponse {
    if (init === undefined) return zeroAuthRoleDeleteResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthRoleDeleteResponse | Init<AuthRoleDeleteResponse>): Uint8Array {
    const size = sizeOfAuthRoleDeleteResponse(message);
    const bytes = allocate(size);
    putAuthRoleDeleteResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleDeleteResponse,
  write(message: AuthRoleDeleteResponse | Init<AuthRoleDeleteResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleDeleteResponse(message);
    putAuthRoleDeleteResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleDeleteResponse {
    return readAuthRoleDeleteResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleDeleteResponse): JsonObject {
    return messageToJson(fieldsOfAuthRoleDeleteResponse, message);
  },
  fromJson(json: unknown): AuthRoleDeleteResponse {
    return messageFromJson(AuthRoleDeleteResponse, json);
  },
};

/** The message `etcdserverpb.AuthRoleGrantPermissionResponse`. */
export interface AuthRoleGrantPermissionResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthRoleGrantPermissionResponse(): AuthRoleGrantPermissionResponse {
  return { header: undefined };
}

export function sizeOfAuthRoleGrantPermissionResponse(m: AuthRoleGrantPermissionResponse | Init<AuthRoleGrantPermissionResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleGrantPermissionResponse(m: AuthRoleGrantPermissionResponse | Init<AuthRoleGrantPermissionResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleGrantPermissionResponse(r: Reader, into?: AuthRoleGrantPermissionResponse): AuthRoleGrantPermissionResponse {
  const m = into ?? zeroAuthRoleGrantPermissionResponse();
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

const fieldsOfAuthRoleGrantPermissionResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthRoleGrantPermissionResponse: MessageCodec<AuthRoleGrantPermissionResponse> = {
  typeName: "etcdserverpb.AuthRoleGrantPermissionResponse",
  fields: fieldsOfAuthRoleGrantPermissionResponse,
  create(init?: Fields<AuthRoleGrantPermissionResponse>): AuthRoleGrantPermissionResponse {
    if (init === undefined) return zeroAuthRoleGrantPermissionResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthRoleGrantPermissionResponse | Init<AuthRoleGrantPermissionResponse>): Uint8Array {
    const size = sizeOfAuthRoleGrantPermissionResponse(message);
    const bytes = allocate(size);
    putAuthRoleGrantPermissionResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleGrantPermissionResponse,
  write(message: AuthRoleGrantPermissionResponse | Init<AuthRoleGrantPermissionResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleGrantPermissionResponse(message);
    putAuthRoleGrantPermissionResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleGrantPermissionResponse {
    return readAuthRoleGrantPermissionResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleGrantPermissionResponse): JsonObject {
    return messageToJson(fieldsOfAuthRoleGrantPermissionResponse, message);
  },
  fromJson(json: unknown): AuthRoleGrantPermissionResponse {
    return messageFromJson(AuthRoleGrantPermissionResponse, json);
  },
};

/** The message `etcdserverpb.AuthRoleRevokePermissionResponse`. */
export interface AuthRoleRevokePermissionResponse {
  header: ResponseHeader | undefined;
}

function zeroAuthRoleRevokePermissionResponse(): AuthRoleRevokePermissionResponse {
  return { header: undefined };
}

export function sizeOfAuthRoleRevokePermissionResponse(m: AuthRoleRevokePermissionResponse | Init<AuthRoleRevokePermissionResponse>): number {
  let n = 0;
  const v1 = m.header;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfResponseHeader(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAuthRoleRevokePermissionResponse(m: AuthRoleRevokePermissionResponse | Init<AuthRoleRevokePermissionResponse>, b: Uint8Array, at: number): number {
  const v1 = m.header;
  if (v1 !== undefined) { const end = at; at = putResponseHeader(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAuthRoleRevokePermissionResponse(r: Reader, into?: AuthRoleRevokePermissionResponse): AuthRoleRevokePermissionResponse {
  const m = into ?? zeroAuthRoleRevokePermissionResponse();
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

const fieldsOfAuthRoleRevokePermissionResponse: readonly FieldInfo[] = [
  { number: 1, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ResponseHeader },
];

export const AuthRoleRevokePermissionResponse: MessageCodec<AuthRoleRevokePermissionResponse> = {
  typeName: "etcdserverpb.AuthRoleRevokePermissionResponse",
  fields: fieldsOfAuthRoleRevokePermissionResponse,
  create(init?: Fields<AuthRoleRevokePermissionResponse>): AuthRoleRevokePermissionResponse {
    if (init === undefined) return zeroAuthRoleRevokePermissionResponse();
    return {
      header: init.header,
    };
  },
  encode(message: AuthRoleRevokePermissionResponse | Init<AuthRoleRevokePermissionResponse>): Uint8Array {
    const size = sizeOfAuthRoleRevokePermissionResponse(message);
    const bytes = allocate(size);
    putAuthRoleRevokePermissionResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAuthRoleRevokePermissionResponse,
  write(message: AuthRoleRevokePermissionResponse | Init<AuthRoleRevokePermissionResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAuthRoleRevokePermissionResponse(message);
    putAuthRoleRevokePermissionResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): AuthRoleRevokePermissionResponse {
    return readAuthRoleRevokePermissionResponse(new Reader(bytes, start, end));
  },
  toJson(message: AuthRoleRevokePermissionResponse): JsonObject {
    return messageToJson(fieldsOfAuthRoleRevokePermissionResponse, message);
  },
  fromJson(json: unknown): AuthRoleRevokePermissionResponse {
    return messageFromJson(AuthRoleRevokePermissionResponse, json);
  },
};

/** The message `etcdserverpb.RangeStreamResponse`. */
export interface RangeStreamResponse {
  rangeResponse: RangeResponse | undefined;
}

function zeroRangeStreamResponse(): RangeStreamResponse {
  return { rangeResponse: undefined };
}

export function sizeOfRangeStreamResponse(m: RangeStreamResponse | Init<RangeStreamResponse>): number {
  let n = 0;
  const v1 = m.rangeResponse;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfRangeResponse(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRangeStreamResponse(m: RangeStreamResponse | Init<RangeStreamResponse>, b: Uint8Array, at: number): number {
  const v1 = m.rangeResponse;
  if (v1 !== undefined) { const end = at; at = putRangeResponse(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRangeStreamResponse(r: Reader, into?: RangeStreamResponse): RangeStreamResponse {
  const m = into ?? zeroRangeStreamResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.rangeResponse = readRangeResponse(r, m.rangeResponse);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfRangeStreamResponse: readonly FieldInfo[] = [
  { number: 1, name: "range_response", jsonName: "rangeResponse", property: "rangeResponse", goName: "RangeResponse", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => RangeResponse },
];

export const RangeStreamResponse: MessageCodec<RangeStreamResponse> = {
  typeName: "etcdserverpb.RangeStreamResponse",
  fields: fieldsOfRangeStreamResponse,
  create(init?: Fields<RangeStreamResponse>): RangeStreamResponse {
    if (init === undefined) return zeroRangeStreamResponse();
    return {
      rangeResponse: init.rangeResponse,
    };
  },
  encode(message: RangeStreamResponse | Init<RangeStreamResponse>): Uint8Array {
    const size = sizeOfRangeStreamResponse(message);
    const bytes = allocate(size);
    putRangeStreamResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRangeStreamResponse,
  write(message: RangeStreamResponse | Init<RangeStreamResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRangeStreamResponse(message);
    putRangeStreamResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): RangeStreamResponse {
    return readRangeStreamResponse(new Reader(bytes, start, end));
  },
  toJson(message: RangeStreamResponse): JsonObject {
    return messageToJson(fieldsOfRangeStreamResponse, message);
  },
  fromJson(json: unknown): RangeStreamResponse {
    return messageFromJson(RangeStreamResponse, json);
  },
};

export const KVService: {
  readonly range: MethodInfo<RangeRequest, RangeResponse>;
  readonly rangeStream: MethodInfo<RangeRequest, RangeStreamResponse>;
  readonly put: MethodInfo<PutRequest, PutResponse>;
  readonly deleteRange: MethodInfo<DeleteRangeRequest, DeleteRangeResponse>;
  readonly txn: MethodInfo<TxnRequest, TxnResponse>;
  readonly compact: MethodInfo<CompactionRequest, CompactionResponse>;
} = {
  range: { name: "Range", path: "/etcdserverpb.KV/Range", request: RangeRequest, response: RangeResponse, clientStreaming: false, serverStreaming: false },
  rangeStream: { name: "RangeStream", path: "/etcdserverpb.KV/RangeStream", request: RangeRequest, response: RangeStreamResponse, clientStreaming: false, serverStreaming: true },
  put: { name: "Put", path: "/etcdserverpb.KV/Put", request: PutRequest, response: PutResponse, clientStreaming: false, serverStreaming: false },
  deleteRange: { name: "DeleteRange", path: "/etcdserverpb.KV/DeleteRange", request: DeleteRangeRequest, response: DeleteRangeResponse, clientStreaming: false, serverStreaming: false },
  txn: { name: "Txn", path: "/etcdserverpb.KV/Txn", request: TxnRequest, response: TxnResponse, clientStreaming: false, serverStreaming: false },
  compact: { name: "Compact", path: "/etcdserverpb.KV/Compact", request: CompactionRequest, response: CompactionResponse, clientStreaming: false, serverStreaming: false },
};

export const WatchService: {
  readonly watch: MethodInfo<WatchRequest, WatchResponse>;
} = {
  watch: { name: "Watch", path: "/etcdserverpb.Watch/Watch", request: WatchRequest, response: WatchResponse, clientStreaming: true, serverStreaming: true },
};

export const LeaseService: {
  readonly leaseGrant: MethodInfo<LeaseGrantRequest, LeaseGrantResponse>;
  readonly leaseRevoke: MethodInfo<LeaseRevokeRequest, LeaseRevokeResponse>;
  readonly leaseKeepAlive: MethodInfo<LeaseKeepAliveRequest, LeaseKeepAliveResponse>;
  readonly leaseTimeToLive: MethodInfo<LeaseTimeToLiveRequest, LeaseTimeToLiveResponse>;
  readonly leaseLeases: MethodInfo<LeaseLeasesRequest, LeaseLeasesResponse>;
} = {
  leaseGrant: { name: "LeaseGrant", path: "/etcdserverpb.Lease/LeaseGrant", request: LeaseGrantRequest, response: LeaseGrantResponse, clientStreaming: false, serverStreaming: false },
  leaseRevoke: { name: "LeaseRevoke", path: "/etcdserverpb.Lease/LeaseRevoke", request: LeaseRevokeRequest, response: LeaseRevokeResponse, clientStreaming: false, serverStreaming: false },
  leaseKeepAlive: { name: "LeaseKeepAlive", path: "/etcdserverpb.Lease/LeaseKeepAlive", request: LeaseKeepAliveRequest, response: LeaseKeepAliveResponse, clientStreaming: true, serverStreaming: true },
  leaseTimeToLive: { name: "LeaseTimeToLive", path: "/etcdserverpb.Lease/LeaseTimeToLive", request: LeaseTimeToLiveRequest, response: LeaseTimeToLiveResponse, clientStreaming: false, serverStreaming: false },
  leaseLeases: { name: "LeaseLeases", path: "/etcdserverpb.Lease/LeaseLeases", request: LeaseLeasesRequest, response: LeaseLeasesResponse, clientStreaming: false, serverStreaming: false },
};

export const ClusterService: {
  readonly memberAdd: MethodInfo<MemberAddRequest, MemberAddResponse>;
  readonly memberRemove: MethodInfo<MemberRemoveRequest, MemberRemoveResponse>;
  readonly memberUpdate: MethodInfo<MemberUpdateRequest, MemberUpdateResponse>;
  readonly memberList: MethodInfo<MemberListRequest, MemberListResponse>;
  readonly memberPromote: MethodInfo<MemberPromoteRequest, MemberPromoteResponse>;
} = {
  memberAdd: { name: "MemberAdd", path: "/etcdserverpb.Cluster/MemberAdd", request: MemberAddRequest, response: MemberAddResponse, clientStreaming: false, serverStreaming: false },
  memberRemove: { name: "MemberRemove", path: "/etcdserverpb.Cluster/MemberRemove", request: MemberRemoveRequest, response: MemberRemoveResponse, clientStreaming: false, serverStreaming: false },
  memberUpdate: { name: "MemberUpdate", path: "/etcdserverpb.Cluster/MemberUpdate", request: MemberUpdateRequest, response: MemberUpdateResponse, clientStreaming: false, serverStreaming: false },
  memberList: { name: "MemberList", path: "/etcdserverpb.Cluster/MemberList", request: MemberListRequest, response: MemberListResponse, clientStreaming: false, serverStreaming: false },
  memberPromote: { name: "MemberPromote", path: "/etcdserverpb.Cluster/MemberPromote", request: MemberPromoteRequest, response: MemberPromoteResponse, clientStreaming: false, serverStreaming: false },
};

export const MaintenanceService: {
  readonly alarm: MethodInfo<AlarmRequest, AlarmResponse>;
  readonly status: MethodInfo<StatusRequest, StatusResponse>;
  readonly defragment: MethodInfo<DefragmentRequest, DefragmentResponse>;
  readonly hash: MethodInfo<HashRequest, HashResponse>;
  readonly hashKV: MethodInfo<HashKVRequest, HashKVResponse>;
  readonly snapshot: MethodInfo<SnapshotRequest, SnapshotResponse>;
  readonly moveLeader: MethodInfo<MoveLeaderRequest, MoveLeaderResponse>;
  readonly downgrade: MethodInfo<DowngradeRequest, DowngradeResponse>;
} = {
  alarm: { name: "Alarm", path: "/etcdserverpb.Maintenance/Alarm", request: AlarmRequest, response: AlarmResponse, clientStreaming: false, serverStreaming: false },
  status: { name: "Status", path: "/etcdserverpb.Maintenance/Status", request: StatusRequest, response: StatusResponse, clientStreaming: false, serverStreaming: false },
  defragment: { name: "Defragment", path: "/etcdserverpb.Maintenance/Defragment", request: DefragmentRequest, response: DefragmentResponse, clientStreaming: false, serverStreaming: false },
  hash: { name: "Hash", path: "/etcdserverpb.Maintenance/Hash", request: HashRequest, response: HashResponse, clientStreaming: false, serverStreaming: false },
  hashKV: { name: "HashKV", path: "/etcdserverpb.Maintenance/HashKV", request: HashKVRequest, response: HashKVResponse, clientStreaming: false, serverStreaming: false },
  snapshot: { name: "Snapshot", path: "/etcdserverpb.Maintenance/Snapshot", request: SnapshotRequest, response: SnapshotResponse, clientStreaming: false, serverStreaming: true },
  moveLeader: { name: "MoveLeader", path: "/etcdserverpb.Maintenance/MoveLeader", request: MoveLeaderRequest, response: MoveLeaderResponse, clientStreaming: false, serverStreaming: false },
  downgrade: { name: "Downgrade", path: "/etcdserverpb.Maintenance/Downgrade", request: DowngradeRequest, response: DowngradeResponse, clientStreaming: false, serverStreaming: false },
};

export const AuthService: {
  readonly authEnable: MethodInfo<AuthEnableRequest, AuthEnableResponse>;
  readonly authDisable: MethodInfo<AuthDisableRequest, AuthDisableResponse>;
  readonly authStatus: MethodInfo<AuthStatusRequest, AuthStatusResponse>;
  readonly authenticate: MethodInfo<AuthenticateRequest, AuthenticateResponse>;
  readonly userAdd: MethodInfo<AuthUserAddRequest, AuthUserAddResponse>;
  readonly userGet: MethodInfo<AuthUserGetRequest, AuthUserGetResponse>;
  readonly userList: MethodInfo<AuthUserListRequest, AuthUserListResponse>;
  readonly userDelete: MethodInfo<AuthUserDeleteRequest, AuthUserDeleteResponse>;
  readonly userChangePassword: MethodInfo<AuthUserChangePasswordRequest, AuthUserChangePasswordResponse>;
  readonly userGrantRole: MethodInfo<AuthUserGrantRoleRequest, AuthUserGrantRoleResponse>;
  readonly userRevokeRole: MethodInfo<AuthUserRevokeRoleRequest, AuthUserRevokeRoleResponse>;
  readonly roleAdd: MethodInfo<AuthRoleAddRequest, AuthRoleAddResponse>;
  readonly roleGet: MethodInfo<AuthRoleGetRequest, AuthRoleGetResponse>;
  readonly roleList: MethodInfo<AuthRoleListRequest, AuthRoleListResponse>;
  readonly roleDelete: MethodInfo<AuthRoleDeleteRequest, AuthRoleDeleteResponse>;
  readonly roleGrantPermission: MethodInfo<AuthRoleGrantPermissionRequest, AuthRoleGrantPermissionResponse>;
  readonly roleRevokePermission: MethodInfo<AuthRoleRevokePermissionRequest, AuthRoleRevokePermissionResponse>;
} = {
  authEnable: { name: "AuthEnable", path: "/etcdserverpb.Auth/AuthEnable", request: AuthEnableRequest, response: AuthEnableResponse, clientStreaming: false, serverStreaming: false },
  authDisable: { name: "AuthDisable", path: "/etcdserverpb.Auth/AuthDisable", request: AuthDisableRequest, response: AuthDisableResponse, clientStreaming: false, serverStreaming: false },
  authStatus: { name: "AuthStatus", path: "/etcdserverpb.Auth/AuthStatus", request: AuthStatusRequest, response: AuthStatusResponse, clientStreaming: false, serverStreaming: false },
  authenticate: { name: "Authenticate", path: "/etcdserverpb.Auth/Authenticate", request: AuthenticateRequest, response: AuthenticateResponse, clientStreaming: false, serverStreaming: false },
  userAdd: { name: "UserAdd", path: "/etcdserverpb.Auth/UserAdd", request: AuthUserAddRequest, response: AuthUserAddResponse, clientStreaming: false, serverStreaming: false },
  userGet: { name: "UserGet", path: "/etcdserverpb.Auth/UserGet", request: AuthUserGetRequest, response: AuthUserGetResponse, clientStreaming: false, serverStreaming: false },
  userList: { name: "UserList", path: "/etcdserverpb.Auth/UserList", request: AuthUserListRequest, response: AuthUserListResponse, clientStreaming: false, serverStreaming: false },
  userDelete: { name: "UserDelete", path: "/etcdserverpb.Auth/UserDelete", request: AuthUserDeleteRequest, response: AuthUserDeleteResponse, clientStreaming: false, serverStreaming: false },
  userChangePassword: { name: "UserChangePassword", path: "/etcdserverpb.Auth/UserChangePassword", request: AuthUserChangePasswordRequest, response: AuthUserChangePasswordResponse, clientStreaming: false, serverStreaming: false },
  userGrantRole: { name: "UserGrantRole", path: "/etcdserverpb.Auth/UserGrantRole", request: AuthUserGrantRoleRequest, response: AuthUserGrantRoleResponse, clientStreaming: false, serverStreaming: false },
  userRevokeRole: { name: "UserRevokeRole", path: "/etcdserverpb.Auth/UserRevokeRole", request: AuthUserRevokeRoleRequest, response: AuthUserRevokeRoleResponse, clientStreaming: false, serverStreaming: false },
  roleAdd: { name: "RoleAdd", path: "/etcdserverpb.Auth/RoleAdd", request: AuthRoleAddRequest, response: AuthRoleAddResponse, clientStreaming: false, serverStreaming: false },
  roleGet: { name: "RoleGet", path: "/etcdserverpb.Auth/RoleGet", request: AuthRoleGetRequest, response: AuthRoleGetResponse, clientStreaming: false, serverStreaming: false },
  roleList: { name: "RoleList", path: "/etcdserverpb.Auth/RoleList", request: AuthRoleListRequest, response: AuthRoleListResponse, clientStreaming: false, serverStreaming: false },
  roleDelete: { name: "RoleDelete", path: "/etcdserverpb.Auth/RoleDelete", request: AuthRoleDeleteRequest, response: AuthRoleDeleteResponse, clientStreaming: false, serverStreaming: false },
  roleGrantPermission: { name: "RoleGrantPermission", path: "/etcdserverpb.Auth/RoleGrantPermission", request: AuthRoleGrantPermissionRequest, response: AuthRoleGrantPermissionResponse, clientStreaming: false, serverStreaming: false },
  roleRevokePermission: { name: "RoleRevokePermission", path: "/etcdserverpb.Auth/RoleRevokePermission", request: AuthRoleRevokePermissionRequest, response: AuthRoleRevokePermissionResponse, clientStreaming: false, serverStreaming: false },
};

