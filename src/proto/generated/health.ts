// Generated from proto/health.proto by scripts/proto/generate.ts; do not edit.
import { messageFromJson, messageToJson } from "../json.ts";
import { enumInfo, type EnumInfo, type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec, type MethodInfo } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putInt64, putText, putUint32, sizeOfDelimited, sizeOfInt64, sizeOfText } from "../writer.ts";

export const ServingStatus = {
  UNKNOWN: 0,
  SERVING: 1,
  NOT_SERVING: 2,
  SERVICE_UNKNOWN: 3,
} as const;
/** A value of the enumeration `grpc.health.v1.HealthCheckResponse.ServingStatus`. */
export type ServingStatus = (typeof ServingStatus)[keyof typeof ServingStatus];
export const ServingStatusInfo: EnumInfo = enumInfo("grpc.health.v1.HealthCheckResponse.ServingStatus", ServingStatus);

/** The message `grpc.health.v1.HealthCheckRequest`. */
export interface HealthCheckRequest {
  service: string;
}

function zeroHealthCheckRequest(): HealthCheckRequest {
  return { service: "" };
}

export function sizeOfHealthCheckRequest(m: HealthCheckRequest | Init<HealthCheckRequest>): number {
  let n = 0;
  const v1 = m.service;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHealthCheckRequest(m: HealthCheckRequest | Init<HealthCheckRequest>, b: Uint8Array, at: number): number {
  const v1 = m.service;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHealthCheckRequest(r: Reader, into?: HealthCheckRequest): HealthCheckRequest {
  const m = into ?? zeroHealthCheckRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.service = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHealthCheckRequest: readonly FieldInfo[] = [
  { number: 1, name: "service", jsonName: "service", property: "service", goName: "Service", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const HealthCheckRequest: MessageCodec<HealthCheckRequest> = {
  typeName: "grpc.health.v1.HealthCheckRequest",
  fields: fieldsOfHealthCheckRequest,
  create(init?: Fields<HealthCheckRequest>): HealthCheckRequest {
    if (init === undefined) return zeroHealthCheckRequest();
    return {
      service: init.service ?? "",
    };
  },
  encode(message: HealthCheckRequest | Init<HealthCheckRequest>): Uint8Array {
    const size = sizeOfHealthCheckRequest(message);
    const bytes = allocate(size);
    putHealthCheckRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHealthCheckRequest,
  write(message: HealthCheckRequest | Init<HealthCheckRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHealthCheckRequest(message);
    putHealthCheckRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HealthCheckRequest {
    return readHealthCheckRequest(new Reader(bytes, start, end));
  },
  toJson(message: HealthCheckRequest): JsonObject {
    return messageToJson(fieldsOfHealthCheckRequest, message);
  },
  fromJson(json: unknown): HealthCheckRequest {
    return messageFromJson(HealthCheckRequest, json);
  },
};

/** The message `grpc.health.v1.HealthCheckResponse`. */
export interface HealthCheckResponse {
  status: ServingStatus;
}

function zeroHealthCheckResponse(): HealthCheckResponse {
  return { status: 0 };
}

export function sizeOfHealthCheckResponse(m: HealthCheckResponse | Init<HealthCheckResponse>): number {
  let n = 0;
  const v1 = m.status;
  if (v1) n += 1 + sizeOfInt64(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHealthCheckResponse(m: HealthCheckResponse | Init<HealthCheckResponse>, b: Uint8Array, at: number): number {
  const v1 = m.status;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHealthCheckResponse(r: Reader, into?: HealthCheckResponse): HealthCheckResponse {
  const m = into ?? zeroHealthCheckResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.status = r.int32() as ServingStatus;
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHealthCheckResponse: readonly FieldInfo[] = [
  { number: 1, name: "status", jsonName: "status", property: "status", goName: "Status", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: ServingStatusInfo, message: undefined },
];

export const HealthCheckResponse: MessageCodec<HealthCheckResponse> = {
  typeName: "grpc.health.v1.HealthCheckResponse",
  fields: fieldsOfHealthCheckResponse,
  create(init?: Fields<HealthCheckResponse>): HealthCheckResponse {
    if (init === undefined) return zeroHealthCheckResponse();
    return {
      status: init.status ?? 0,
    };
  },
  encode(message: HealthCheckResponse | Init<HealthCheckResponse>): Uint8Array {
    const size = sizeOfHealthCheckResponse(message);
    const bytes = allocate(size);
    putHealthCheckResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHealthCheckResponse,
  write(message: HealthCheckResponse | Init<HealthCheckResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHealthCheckResponse(message);
    putHealthCheckResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HealthCheckResponse {
    return readHealthCheckResponse(new Reader(bytes, start, end));
  },
  toJson(message: HealthCheckResponse): JsonObject {
    return messageToJson(fieldsOfHealthCheckResponse, message);
  },
  fromJson(json: unknown): HealthCheckResponse {
    return messageFromJson(HealthCheckResponse, json);
  },
};

/** The message `grpc.health.v1.HealthListRequest`. */
export interface HealthListRequest {
}

function zeroHealthListRequest(): HealthListRequest {
  return { };
}

export function sizeOfHealthListRequest(_m: HealthListRequest | Init<HealthListRequest>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHealthListRequest(_m: HealthListRequest | Init<HealthListRequest>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHealthListRequest(r: Reader, into?: HealthListRequest): HealthListRequest {
  const m = into ?? zeroHealthListRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfHealthListRequest: readonly FieldInfo[] = [
];

export const HealthListRequest: MessageCodec<HealthListRequest> = {
  typeName: "grpc.health.v1.HealthListRequest",
  fields: fieldsOfHealthListRequest,
  create(init?: Fields<HealthListRequest>): HealthListRequest {
    return init === undefined ? zeroHealthListRequest() : {};
  },
  encode(message: HealthListRequest | Init<HealthListRequest>): Uint8Array {
    const size = sizeOfHealthListRequest(message);
    const bytes = allocate(size);
    putHealthListRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHealthListRequest,
  write(message: HealthListRequest | Init<HealthListRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHealthListRequest(message);
    putHealthListRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HealthListRequest {
    return readHealthListRequest(new Reader(bytes, start, end));
  },
  toJson(message: HealthListRequest): JsonObject {
    return messageToJson(fieldsOfHealthListRequest, message);
  },
  fromJson(json: unknown): HealthListRequest {
    return messageFromJson(HealthListRequest, json);
  },
};

/** The message `grpc.health.v1.HealthListEntry`. */
export interface HealthListEntry {
  key: string;
  value: HealthCheckResponse | undefined;
}

function zeroHealthListEntry(): HealthListEntry {
  return { key: "", value: undefined };
}

export function sizeOfHealthListEntry(m: HealthListEntry | Init<HealthListEntry>): number {
  let n = 0;
  const v1 = m.key;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.value;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfHealthCheckResponse(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHealthListEntry(m: HealthListEntry | Init<HealthListEntry>, b: Uint8Array, at: number): number {
  const v2 = m.value;
  if (v2 !== undefined) { const end = at; at = putHealthCheckResponse(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.key;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHealthListEntry(r: Reader, into?: HealthListEntry): HealthListEntry {
  const m = into ?? zeroHealthListEntry();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.key = r.text();
        break;
      case 18: {
        const outer = r.enter();
        m.value = readHealthCheckResponse(r, m.value);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHealthListEntry: readonly FieldInfo[] = [
  { number: 1, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "value", jsonName: "value", property: "value", goName: "Value", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => HealthCheckResponse },
];

export const HealthListEntry: MessageCodec<HealthListEntry> = {
  typeName: "grpc.health.v1.HealthListEntry",
  fields: fieldsOfHealthListEntry,
  create(init?: Fields<HealthListEntry>): HealthListEntry {
    if (init === undefined) return zeroHealthListEntry();
    return {
      key: init.key ?? "",
      value: init.value,
    };
  },
  encode(message: HealthListEntry | Init<HealthListEntry>): Uint8Array {
    const size = sizeOfHealthListEntry(message);
    const bytes = allocate(size);
    putHealthListEntry(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHealthListEntry,
  write(message: HealthListEntry | Init<HealthListEntry>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHealthListEntry(message);
    putHealthListEntry(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HealthListEntry {
    return readHealthListEntry(new Reader(bytes, start, end));
  },
  toJson(message: HealthListEntry): JsonObject {
    return messageToJson(fieldsOfHealthListEntry, message);
  },
  fromJson(json: unknown): HealthListEntry {
    return messageFromJson(HealthListEntry, json);
  },
};

/** The message `grpc.health.v1.HealthListResponse`. */
export interface HealthListResponse {
  statuses: HealthListEntry[];
}

function zeroHealthListResponse(): HealthListResponse {
  return { statuses: [] };
}

export function sizeOfHealthListResponse(m: HealthListResponse | Init<HealthListResponse>): number {
  let n = 0;
  const v1 = m.statuses;
  if (v1 !== undefined && v1.length !== 0) {
    for (let i = 0; i < v1.length; i++) n += 1 + sizeOfDelimited(sizeOfHealthListEntry(v1[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putHealthListResponse(m: HealthListResponse | Init<HealthListResponse>, b: Uint8Array, at: number): number {
  const v1 = m.statuses;
  if (v1 !== undefined) {
    for (let i = v1.length - 1; i >= 0; i--) { const end = at; at = putHealthListEntry(v1[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readHealthListResponse(r: Reader, into?: HealthListResponse): HealthListResponse {
  const m = into ?? zeroHealthListResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.statuses.push(readHealthListEntry(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfHealthListResponse: readonly FieldInfo[] = [
  { number: 1, name: "statuses", jsonName: "statuses", property: "statuses", goName: "Statuses", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => HealthListEntry },
];

export const HealthListResponse: MessageCodec<HealthListResponse> = {
  typeName: "grpc.health.v1.HealthListResponse",
  fields: fieldsOfHealthListResponse,
  create(init?: Fields<HealthListResponse>): HealthListResponse {
    if (init === undefined) return zeroHealthListResponse();
    return {
      statuses: init.statuses ?? [],
    };
  },
  encode(message: HealthListResponse | Init<HealthListResponse>): Uint8Array {
    const size = sizeOfHealthListResponse(message);
    const bytes = allocate(size);
    putHealthListResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfHealthListResponse,
  write(message: HealthListResponse | Init<HealthListResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfHealthListResponse(message);
    putHealthListResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): HealthListResponse {
    return readHealthListResponse(new Reader(bytes, start, end));
  },
  toJson(message: HealthListResponse): JsonObject {
    return messageToJson(fieldsOfHealthListResponse, message);
  },
  fromJson(json: unknown): HealthListResponse {
    return messageFromJson(HealthListResponse, json);
  },
};

export const HealthService: {
  readonly check: MethodInfo<HealthCheckRequest, HealthCheckResponse>;
  readonly list: MethodInfo<HealthListRequest, HealthListResponse>;
  readonly watch: MethodInfo<HealthCheckRequest, HealthCheckResponse>;
} = {
  check: { name: "Check", path: "/grpc.health.v1.Health/Check", request: HealthCheckRequest, response: HealthCheckResponse, clientStreaming: false, serverStreaming: false },
  list: { name: "List", path: "/grpc.health.v1.Health/List", request: HealthListRequest, response: HealthListResponse, clientStreaming: false, serverStreaming: false },
  watch: { name: "Watch", path: "/grpc.health.v1.Health/Watch", request: HealthCheckRequest, response: HealthCheckResponse, clientStreaming: false, serverStreaming: true },
};

