// Generated from proto/lease.proto by scripts/proto/generate.ts; do not edit.
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putInt64, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64 } from "../writer.ts";
import { LeaseTimeToLiveRequest, LeaseTimeToLiveResponse, putLeaseTimeToLiveRequest, putLeaseTimeToLiveResponse, readLeaseTimeToLiveRequest, readLeaseTimeToLiveResponse, sizeOfLeaseTimeToLiveRequest, sizeOfLeaseTimeToLiveResponse } from "./rpc.ts";

/** The message `leasepb.Lease`. */
export interface Lease {
  id: bigint;
  ttl: number;
  remainingTTL: number;
}

function zeroLease(): Lease {
  return { id: 0n, ttl: 0, remainingTTL: 0 };
}

export function sizeOfLease(m: Lease | Init<Lease>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.ttl;
  if (v2) n += 1 + sizeOfInt64(v2);
  const v3 = m.remainingTTL;
  if (v3) n += 1 + sizeOfInt64(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLease(m: Lease | Init<Lease>, b: Uint8Array, at: number): number {
  const v3 = m.remainingTTL;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.ttl;
  if (v2) { at = putInt64(b, at, v2); b[--at] = 16; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLease(r: Reader, into?: Lease): Lease {
  const m = into ?? zeroLease();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.int64Big();
        break;
      case 16:
        m.ttl = r.int64();
        break;
      case 24:
        m.remainingTTL = r.int64();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLease: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "int64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "TTL", jsonName: "TTL", property: "ttl", goName: "TTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "RemainingTTL", jsonName: "RemainingTTL", property: "remainingTTL", goName: "RemainingTTL", kind: "int64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const Lease: MessageCodec<Lease> = {
  typeName: "leasepb.Lease",
  fields: fieldsOfLease,
  create(init?: Fields<Lease>): Lease {
    if (init === undefined) return zeroLease();
    return {
      id: init.id ?? 0n,
      ttl: init.ttl ?? 0,
      remainingTTL: init.remainingTTL ?? 0,
    };
  },
  encode(message: Lease | Init<Lease>): Uint8Array {
    const size = sizeOfLease(message);
    const bytes = allocate(size);
    putLease(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLease,
  write(message: Lease | Init<Lease>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLease(message);
    putLease(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Lease {
    return readLease(new Reader(bytes, start, end));
  },
  toJson(message: Lease): JsonObject {
    return messageToJson(fieldsOfLease, message);
  },
  fromJson(json: unknown): Lease {
    return messageFromJson(Lease, json);
  },
};

/** The message `leasepb.LeaseInternalRequest`. */
export interface LeaseInternalRequest {
  leaseTimeToLiveRequest: LeaseTimeToLiveRequest | undefined;
}

function zeroLeaseInternalRequest(): LeaseInternalRequest {
  return { leaseTimeToLiveRequest: undefined };
}

export function sizeOfLeaseInternalRequest(m: LeaseInternalRequest | Init<LeaseInternalRequest>): number {
  let n = 0;
  const v1 = m.leaseTimeToLiveRequest;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaseTimeToLiveRequest(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseInternalRequest(m: LeaseInternalRequest | Init<LeaseInternalRequest>, b: Uint8Array, at: number): number {
  const v1 = m.leaseTimeToLiveRequest;
  if (v1 !== undefined) { const end = at; at = putLeaseTimeToLiveRequest(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseInternalRequest(r: Reader, into?: LeaseInternalRequest): LeaseInternalRequest {
  const m = into ?? zeroLeaseInternalRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.leaseTimeToLiveRequest = readLeaseTimeToLiveRequest(r, m.leaseTimeToLiveRequest);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseInternalRequest: readonly FieldInfo[] = [
  { number: 1, name: "LeaseTimeToLiveRequest", jsonName: "LeaseTimeToLiveRequest", property: "leaseTimeToLiveRequest", goName: "LeaseTimeToLiveRequest", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseTimeToLiveRequest },
];

export const LeaseInternalRequest: MessageCodec<LeaseInternalRequest> = {
  typeName: "leasepb.LeaseInternalRequest",
  fields: fieldsOfLeaseInternalRequest,
  create(init?: Fields<LeaseInternalRequest>): LeaseInternalRequest {
    if (init === undefined) return zeroLeaseInternalRequest();
    return {
      leaseTimeToLiveRequest: init.leaseTimeToLiveRequest,
    };
  },
  encode(message: LeaseInternalRequest | Init<LeaseInternalRequest>): Uint8Array {
    const size = sizeOfLeaseInternalRequest(message);
    const bytes = allocate(size);
    putLeaseInternalRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseInternalRequest,
  write(message: LeaseInternalRequest | Init<LeaseInternalRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseInternalRequest(message);
    putLeaseInternalRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseInternalRequest {
    return readLeaseInternalRequest(new Reader(bytes, start, end));
  },
  toJson(message: LeaseInternalRequest): JsonObject {
    return messageToJson(fieldsOfLeaseInternalRequest, message);
  },
  fromJson(json: unknown): LeaseInternalRequest {
    return messageFromJson(LeaseInternalRequest, json);
  },
};

/** The message `leasepb.LeaseInternalResponse`. */
export interface LeaseInternalResponse {
  leaseTimeToLiveResponse: LeaseTimeToLiveResponse | undefined;
}

function zeroLeaseInternalResponse(): LeaseInternalResponse {
  return { leaseTimeToLiveResponse: undefined };
}

export function sizeOfLeaseInternalResponse(m: LeaseInternalResponse | Init<LeaseInternalResponse>): number {
  let n = 0;
  const v1 = m.leaseTimeToLiveResponse;
  if (v1 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaseTimeToLiveResponse(v1));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putLeaseInternalResponse(m: LeaseInternalResponse | Init<LeaseInternalResponse>, b: Uint8Array, at: number): number {
  const v1 = m.leaseTimeToLiveResponse;
  if (v1 !== undefined) { const end = at; at = putLeaseTimeToLiveResponse(v1, b, at); at = putUint32(b, at, end - at); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readLeaseInternalResponse(r: Reader, into?: LeaseInternalResponse): LeaseInternalResponse {
  const m = into ?? zeroLeaseInternalResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10: {
        const outer = r.enter();
        m.leaseTimeToLiveResponse = readLeaseTimeToLiveResponse(r, m.leaseTimeToLiveResponse);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfLeaseInternalResponse: readonly FieldInfo[] = [
  { number: 1, name: "LeaseTimeToLiveResponse", jsonName: "LeaseTimeToLiveResponse", property: "leaseTimeToLiveResponse", goName: "LeaseTimeToLiveResponse", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseTimeToLiveResponse },
];

export const LeaseInternalResponse: MessageCodec<LeaseInternalResponse> = {
  typeName: "leasepb.LeaseInternalResponse",
  fields: fieldsOfLeaseInternalResponse,
  create(init?: Fields<LeaseInternalResponse>): LeaseInternalResponse {
    if (init === undefined) return zeroLeaseInternalResponse();
    return {
      leaseTimeToLiveResponse: init.leaseTimeToLiveResponse,
    };
  },
  encode(message: LeaseInternalResponse | Init<LeaseInternalResponse>): Uint8Array {
    const size = sizeOfLeaseInternalResponse(message);
    const bytes = allocate(size);
    putLeaseInternalResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfLeaseInternalResponse,
  write(message: LeaseInternalResponse | Init<LeaseInternalResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfLeaseInternalResponse(message);
    putLeaseInternalResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): LeaseInternalResponse {
    return readLeaseInternalResponse(new Reader(bytes, start, end));
  },
  toJson(message: LeaseInternalResponse): JsonObject {
    return messageToJson(fieldsOfLeaseInternalResponse, message);
  },
  fromJson(json: unknown): LeaseInternalResponse {
    return messageFromJson(LeaseInternalResponse, json);
  },
};

