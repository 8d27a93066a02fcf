/**
 * The payload of a normal raft entry, taken apart and put together by hand (etcd raft_internal.proto, InternalRaftRequest):
 *
 *   | tag(field) len | request, as the client sent it | tag(100) len | RequestHeader{ID=1, username=2, auth_revision=3} |
 *
 * The client's bytes are spliced in without decoding; when the entry is applied only the request itself is decoded.
 */
import { EMPTY_BYTES, utf8, utf8Text } from "../../base/bytes.ts";
import {
  fieldEnd,
  sizeOfBytesField,
  sizeOfVarintField,
  tagAt,
  varintAt,
  varintLengthAt,
  writeBytesField,
  writeBytesFieldHeader,
  writeVarintField,
} from "../../proto/field.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { allocate } from "../../proto/slab.ts";

/** Field numbers of InternalRaftRequest: which request an entry holds. */
export const RequestField = {
  Range: 3,
  Put: 4,
  DeleteRange: 5,
  Txn: 6,
  Compaction: 7,
  LeaseGrant: 8,
  LeaseRevoke: 9,
  Alarm: 10,
  LeaseCheckpoint: 11,
  AuthEnable: 1000,
  AuthDisable: 1011,
  Authenticate: 1012,
  AuthStatus: 1013,
  AuthUserAdd: 1100,
  AuthUserDelete: 1101,
  AuthUserGet: 1102,
  AuthUserChangePassword: 1103,
  AuthUserGrantRole: 1104,
  AuthUserRevokeRole: 1105,
  AuthUserList: 1106,
  AuthRoleList: 1107,
  AuthRoleAdd: 1200,
  AuthRoleDelete: 1201,
  AuthRoleGet: 1202,
  AuthRoleGrantPermission: 1203,
  AuthRoleRevokePermission: 1204,
  ClusterVersionSet: 1300,
  ClusterMemberAttrSet: 1301,
  DowngradeInfoSet: 1302,
  DowngradeVersionTest: 9900,
} as const;
export type RequestField = (typeof RequestField)[keyof typeof RequestField];

const ID_FIELD = 1;
const HEADER_FIELD = 100;

/** Who proposed it: empty and 0 without authentication. */
export interface RequestCredentials {
  readonly username: string;
  readonly authRevision: number;
}

export const NO_CREDENTIALS: RequestCredentials = { username: "", authRevision: 0 };

/** The entry payload for a request whose encoded bytes are the concatenation of `parts`. */
export function encodeRaftRequest(
  field: RequestField,
  request: Uint8Array,
  id: bigint,
  credentials: RequestCredentials,
): Uint8Array {
  const username = credentials.username === "" ? EMPTY_BYTES : utf8(credentials.username);
  let headerSize = sizeOfVarintField(1, id);
  if (username.length > 0) headerSize += sizeOfBytesField(2, username.length);
  if (credentials.authRevision !== 0) headerSize += sizeOfVarintField(3, credentials.authRevision);
  const out = allocate(sizeOfBytesField(field, request.length) + sizeOfBytesField(HEADER_FIELD, headerSize));
  // Fields ascend as Go writes them: the header stands before the auth and cluster requests, after the key-value ones.
  let at = 0;
  if (field < HEADER_FIELD) at = writeBytesField(field, request, out, at);
  at = writeBytesFieldHeader(HEADER_FIELD, headerSize, out, at);
  at = writeVarintField(1, id, out, at);
  if (username.length > 0) at = writeBytesField(2, username, out, at);
  if (credentials.authRevision !== 0) at = writeVarintField(3, credentials.authRevision, out, at);
  if (field > HEADER_FIELD) writeBytesField(field, request, out, at);
  return out;
}

/** One payload taken apart. Reused for entry after entry: nothing is allocated for a plain request. */
export class RaftRequestReader {
  /** Which request, 0 when there is none (an entry of a newer version). */
  field: number;
  /** The request's bytes: payload[start, end). */
  start: number;
  end: number;
  /** The request ID: upper 16 bits name the proposing member, lower 48 count. */
  idPrefix: number;
  idSuffix: number;
  username: string;
  authRevision: number;

  constructor() {
    this.field = 0;
    this.start = 0;
    this.end = 0;
    this.idPrefix = 0;
    this.idSuffix = 0;
    this.username = "";
    this.authRevision = 0;
  }

  /** Throws ProtoError when the payload is malformed: a committed entry that is, is corruption. */
  read(payload: Uint8Array): void {
    this.field = 0;
    this.start = 0;
    this.end = 0;
    this.idPrefix = 0;
    this.idSuffix = 0;
    this.username = "";
    this.authRevision = 0;
    for (let at = 0; at < payload.length; ) {
      const next = fieldEnd(payload, at, payload.length);
      const tag = tagAt(payload, at);
      const field = tag >>> 3;
      let value = at + varintLengthAt(payload, at, next);
      if ((tag & 7) === 2) value += varintLengthAt(payload, value, next);
      if (field === HEADER_FIELD) this.#readHeader(payload, value, next);
      else if (field === ID_FIELD) this.#readId(payload, value);
      else {
        this.field = field;
        this.start = value;
        this.end = next;
      }
      at = next;
    }
    if (this.start > this.end) throw new ProtoError("raft request is out of bounds");
  }

  #readHeader(payload: Uint8Array, from: number, end: number): void {
    for (let at = from; at < end; ) {
      const next = fieldEnd(payload, at, end);
      const tag = tagAt(payload, at);
      const value = at + varintLengthAt(payload, at, next);
      if (tag === 8) {
        // The outer ID wins when it is set (entries of releases before 3.1).
        if (this.idPrefix === 0 && this.idSuffix === 0) this.#readId(payload, value);
      } else if (tag === 18)
        this.username = utf8Text(payload.subarray(value + varintLengthAt(payload, value, next), next));
      else if (tag === 24) this.authRevision = varintAt(payload, value);
      at = next;
    }
  }

  /** Splits a 64-bit varint into 16 and 48 bits without a bigint. */
  #readId(payload: Uint8Array, at: number): void {
    let low = 0;
    let high = 0;
    // Seven bytes hold bits 0..48: bit 48 belongs to the prefix.
    let scale = 1;
    let i = 0;
    for (; i < 7; i++) {
      const byte = payload[at + i]!;
      low += (byte & 127) * scale;
      scale *= 128;
      if (byte < 128) break;
    }
    if (i === 7) {
      let shift = 1;
      for (; i < 10; i++) {
        const byte = payload[at + i]!;
        high |= (byte & 127) << shift;
        if (byte < 128) break;
        shift += 7;
      }
    }
    const bit48 = low >= 2 ** 48 ? 1 : 0;
    this.idSuffix = low - bit48 * 2 ** 48;
    this.idPrefix = (high | bit48) & 0xffff;
  }
}
