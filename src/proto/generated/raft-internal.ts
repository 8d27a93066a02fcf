// Generated from proto/raft_internal.proto by scripts/proto/generate.ts; do not edit.
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putInt64, putText, putUint32, sizeOfBig, sizeOfDelimited, sizeOfInt64, sizeOfText } from "../writer.ts";
import { ClusterMemberAttrSetRequest, ClusterVersionSetRequest, DowngradeInfoSetRequest, putClusterMemberAttrSetRequest, putClusterVersionSetRequest, putDowngradeInfoSetRequest, readClusterMemberAttrSetRequest, readClusterVersionSetRequest, readDowngradeInfoSetRequest, sizeOfClusterMemberAttrSetRequest, sizeOfClusterVersionSetRequest, sizeOfDowngradeInfoSetRequest } from "./membership.ts";
import { AlarmRequest, AuthDisableRequest, AuthEnableRequest, AuthRoleAddRequest, AuthRoleDeleteRequest, AuthRoleGetRequest, AuthRoleGrantPermissionRequest, AuthRoleListRequest, AuthRoleRevokePermissionRequest, AuthStatusRequest, AuthUserAddRequest, AuthUserChangePasswordRequest, AuthUserDeleteRequest, AuthUserGetRequest, AuthUserGrantRoleRequest, AuthUserListRequest, AuthUserRevokeRoleRequest, CompactionRequest, DeleteRangeRequest, DowngradeVersionTestRequest, LeaseCheckpointRequest, LeaseGrantRequest, LeaseRevokeRequest, PutRequest, RangeRequest, TxnRequest, putAlarmRequest, putAuthDisableRequest, putAuthEnableRequest, putAuthRoleAddRequest, putAuthRoleDeleteRequest, putAuthRoleGetRequest, putAuthRoleGrantPermissionRequest, putAuthRoleListRequest, putAuthRoleRevokePermissionRequest, putAuthStatusRequest, putAuthUserAddRequest, putAuthUserChangePasswordRequest, putAuthUserDeleteRequest, putAuthUserGetRequest, putAuthUserGrantRoleRequest, putAuthUserListRequest, putAuthUserRevokeRoleRequest, putCompactionRequest, putDeleteRangeRequest, putDowngradeVersionTestRequest, putLeaseCheckpointRequest, putLeaseGrantRequest, putLeaseRevokeRequest, putPutRequest, putRangeRequest, putTxnRequest, readAlarmRequest, readAuthDisableRequest, readAuthEnableRequest, readAuthRoleAddRequest, readAuthRoleDeleteRequest, readAuthRoleGetRequest, readAuthRoleGrantPermissionRequest, readAuthRoleListRequest, readAuthRoleRevokePermissionRequest, readAuthStatusRequest, readAuthUserAddRequest, readAuthUserChangePasswordRequest, readAuthUserDeleteRequest, readAuthUserGetRequest, readAuthUserGrantRoleRequest, readAuthUserListRequest, readAuthUserRevokeRoleRequest, readCompactionRequest, readDeleteRangeRequest, readDowngradeVersionTestRequest, readLeaseCheckpointRequest, readLeaseGrantRequest, readLeaseRevokeRequest, readPutRequest, readRangeRequest, readTxnRequest, sizeOfAlarmRequest, sizeOfAuthDisableRequest, sizeOfAuthEnableRequest, sizeOfAuthRoleAddRequest, sizeOfAuthRoleDeleteRequest, sizeOfAuthRoleGetRequest, sizeOfAuthRoleGrantPermissionRequest, sizeOfAuthRoleListRequest, sizeOfAuthRoleRevokePermissionRequest, sizeOfAuthStatusRequest, sizeOfAuthUserAddRequest, sizeOfAuthUserChangePasswordRequest, sizeOfAuthUserDeleteRequest, sizeOfAuthUserGetRequest, sizeOfAuthUserGrantRoleRequest, sizeOfAuthUserListRequest, sizeOfAuthUserRevokeRoleRequest, sizeOfCompactionRequest, sizeOfDeleteRangeRequest, sizeOfDowngradeVersionTestRequest, sizeOfLeaseCheckpointRequest, sizeOfLeaseGrantRequest, sizeOfLeaseRevokeRequest, sizeOfPutRequest, sizeOfRangeRequest, sizeOfTxnRequest } from "./rpc.ts";

/** The message `etcdserverpb.RequestHeader`. */
export interface RequestHeader {
  id: bigint;
  username: string;
  authRevision: number;
}

function zeroRequestHeader(): RequestHeader {
  return { id: 0n, username: "", authRevision: 0 };
}

export function sizeOfRequestHeader(m: RequestHeader | Init<RequestHeader>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.username;
  if (v2) n += 1 + sizeOfText(v2);
  const v3 = m.authRevision;
  if (v3) n += 1 + sizeOfInt64(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRequestHeader(m: RequestHeader | Init<RequestHeader>, b: Uint8Array, at: number): number {
  const v3 = m.authRevision;
  if (v3) { at = putInt64(b, at, v3); b[--at] = 24; }
  const v2 = m.username;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRequestHeader(r: Reader, into?: RequestHeader): RequestHeader {
  const m = into ?? zeroRequestHeader();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      case 18:
        m.username = r.text();
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

const fieldsOfRequestHeader: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "username", jsonName: "username", property: "username", goName: "Username", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "auth_revision", jsonName: "authRevision", property: "authRevision", goName: "AuthRevision", kind: "uint64", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const RequestHeader: MessageCodec<RequestHeader> = {
  typeName: "etcdserverpb.RequestHeader",
  fields: fieldsOfRequestHeader,
  create(init?: Fields<RequestHeader>): RequestHeader {
    if (init === undefined) return zeroRequestHeader();
    return {
      id: init.id ?? 0n,
      username: init.username ?? "",
      authRevision: init.authRevision ?? 0,
    };
  },
  encode(message: RequestHeader | Init<RequestHeader>): Uint8Array {
    const size = sizeOfRequestHeader(message);
    const bytes = allocate(size);
    putRequestHeader(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRequestHeader,
  write(message: RequestHeader | Init<RequestHeader>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRequestHeader(message);
    putRequestHeader(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): RequestHeader {
    return readRequestHeader(new Reader(bytes, start, end));
  },
  toJson(message: RequestHeader): JsonObject {
    return messageToJson(fieldsOfRequestHeader, message);
  },
  fromJson(json: unknown): RequestHeader {
    return messageFromJson(RequestHeader, json);
  },
};

/** The message `etcdserverpb.InternalRaftRequest`. */
export interface InternalRaftRequest {
  id: bigint;
  range: RangeRequest | undefined;
  put: PutRequest | undefined;
  deleteRange: DeleteRangeRequest | undefined;
  txn: TxnRequest | undefined;
  compaction: CompactionRequest | undefined;
  leaseGrant: LeaseGrantRequest | undefined;
  leaseRevoke: LeaseRevokeRequest | undefined;
  alarm: AlarmRequest | undefined;
  leaseCheckpoint: LeaseCheckpointRequest | undefined;
  header: RequestHeader | undefined;
  authEnable: AuthEnableRequest | undefined;
  authDisable: AuthDisableRequest | undefined;
  authenticate: InternalAuthenticateRequest | undefined;
  authStatus: AuthStatusRequest | undefined;
  authUserAdd: AuthUserAddRequest | undefined;
  authUserDelete: AuthUserDeleteRequest | undefined;
  authUserGet: AuthUserGetRequest | undefined;
  authUserChangePassword: AuthUserChangePasswordRequest | undefined;
  authUserGrantRole: AuthUserGrantRoleRequest | undefined;
  authUserRevokeRole: AuthUserRevokeRoleRequest | undefined;
  authUserList: AuthUserListRequest | undefined;
  authRoleList: AuthRoleListRequest | undefined;
  authRoleAdd: AuthRoleAddRequest | undefined;
  authRoleDelete: AuthRoleDeleteRequest | undefined;
  authRoleGet: AuthRoleGetRequest | undefined;
  authRoleGrantPermission: AuthRoleGrantPermissionRequest | undefined;
  authRoleRevokePermission: AuthRoleRevokePermissionRequest | undefined;
  clusterVersionSet: ClusterVersionSetRequest | undefined;
  clusterMemberAttrSet: ClusterMemberAttrSetRequest | undefined;
  downgradeInfoSet: DowngradeInfoSetRequest | undefined;
  downgradeVersionTest: DowngradeVersionTestRequest | undefined;
}

function zeroInternalRaftRequest(): InternalRaftRequest {
  return { id: 0n, range: undefined, put: undefined, deleteRange: undefined, txn: undefined, compaction: undefined, leaseGrant: undefined, leaseRevoke: undefined, alarm: undefined, leaseCheckpoint: undefined, header: undefined, authEnable: undefined, authDisable: undefined, authenticate: undefined, authStatus: undefined, authUserAdd: undefined, authUserDelete: undefined, authUserGet: undefined, authUserChangePassword: undefined, authUserGrantRole: undefined, authUserRevokeRole: undefined, authUserList: undefined, authRoleList: undefined, authRoleAdd: undefined, authRoleDelete: undefined, authRoleGet: undefined, authRoleGrantPermission: undefined, authRoleRevokePermission: undefined, clusterVersionSet: undefined, clusterMemberAttrSet: undefined, downgradeInfoSet: undefined, downgradeVersionTest: undefined };
}

export function sizeOfInternalRaftRequest(m: InternalRaftRequest | Init<InternalRaftRequest>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v3 = m.range;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfRangeRequest(v3));
  const v4 = m.put;
  if (v4 !== undefined) n += 1 + sizeOfDelimited(sizeOfPutRequest(v4));
  const v5 = m.deleteRange;
  if (v5 !== undefined) n += 1 + sizeOfDelimited(sizeOfDeleteRangeRequest(v5));
  const v6 = m.txn;
  if (v6 !== undefined) n += 1 + sizeOfDelimited(sizeOfTxnRequest(v6));
  const v7 = m.compaction;
  if (v7 !== undefined) n += 1 + sizeOfDelimited(sizeOfCompactionRequest(v7));
  const v8 = m.leaseGrant;
  if (v8 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaseGrantRequest(v8));
  const v9 = m.leaseRevoke;
  if (v9 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaseRevokeRequest(v9));
  const v10 = m.alarm;
  if (v10 !== undefined) n += 1 + sizeOfDelimited(sizeOfAlarmRequest(v10));
  const v11 = m.leaseCheckpoint;
  if (v11 !== undefined) n += 1 + sizeOfDelimited(sizeOfLeaseCheckpointRequest(v11));
  const v100 = m.header;
  if (v100 !== undefined) n += 2 + sizeOfDelimited(sizeOfRequestHeader(v100));
  const v1000 = m.authEnable;
  if (v1000 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthEnableRequest(v1000));
  const v1011 = m.authDisable;
  if (v1011 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthDisableRequest(v1011));
  const v1012 = m.authenticate;
  if (v1012 !== undefined) n += 2 + sizeOfDelimited(sizeOfInternalAuthenticateRequest(v1012));
  const v1013 = m.authStatus;
  if (v1013 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthStatusRequest(v1013));
  const v1100 = m.authUserAdd;
  if (v1100 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserAddRequest(v1100));
  const v1101 = m.authUserDelete;
  if (v1101 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserDeleteRequest(v1101));
  const v1102 = m.authUserGet;
  if (v1102 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserGetRequest(v1102));
  const v1103 = m.authUserChangePassword;
  if (v1103 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserChangePasswordRequest(v1103));
  const v1104 = m.authUserGrantRole;
  if (v1104 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserGrantRoleRequest(v1104));
  const v1105 = m.authUserRevokeRole;
  if (v1105 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserRevokeRoleRequest(v1105));
  const v1106 = m.authUserList;
  if (v1106 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthUserListRequest(v1106));
  const v1107 = m.authRoleList;
  if (v1107 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthRoleListRequest(v1107));
  const v1200 = m.authRoleAdd;
  if (v1200 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthRoleAddRequest(v1200));
  const v1201 = m.authRoleDelete;
  if (v1201 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthRoleDeleteRequest(v1201));
  const v1202 = m.authRoleGet;
  if (v1202 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthRoleGetRequest(v1202));
  const v1203 = m.authRoleGrantPermission;
  if (v1203 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthRoleGrantPermissionRequest(v1203));
  const v1204 = m.authRoleRevokePermission;
  if (v1204 !== undefined) n += 2 + sizeOfDelimited(sizeOfAuthRoleRevokePermissionRequest(v1204));
  const v1300 = m.clusterVersionSet;
  if (v1300 !== undefined) n += 2 + sizeOfDelimited(sizeOfClusterVersionSetRequest(v1300));
  const v1301 = m.clusterMemberAttrSet;
  if (v1301 !== undefined) n += 2 + sizeOfDelimited(sizeOfClusterMemberAttrSetRequest(v1301));
  const v1302 = m.downgradeInfoSet;
  if (v1302 !== undefined) n += 2 + sizeOfDelimited(sizeOfDowngradeInfoSetRequest(v1302));
  const v9900 = m.downgradeVersionTest;
  if (v9900 !== undefined) n += 3 + sizeOfDelimited(sizeOfDowngradeVersionTestRequest(v9900));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putInternalRaftRequest(m: InternalRaftRequest | Init<InternalRaftRequest>, b: Uint8Array, at: number): number {
  const v9900 = m.downgradeVersionTest;
  if (v9900 !== undefined) { const end = at; at = putDowngradeVersionTestRequest(v9900, b, at); at = putUint32(b, at, end - at); b[--at] = 4; b[--at] = 234; b[--at] = 226; }
  const v1302 = m.downgradeInfoSet;
  if (v1302 !== undefined) { const end = at; at = putDowngradeInfoSetRequest(v1302, b, at); at = putUint32(b, at, end - at); b[--at] = 81; b[--at] = 178; }
  const v1301 = m.clusterMemberAttrSet;
  if (v1301 !== undefined) { const end = at; at = putClusterMemberAttrSetRequest(v1301, b, at); at = putUint32(b, at, end - at); b[--at] = 81; b[--at] = 170; }
  const v1300 = m.clusterVersionSet;
  if (v1300 !== undefined) { const end = at; at = putClusterVersionSetRequest(v1300, b, at); at = putUint32(b, at, end - at); b[--at] = 81; b[--at] = 162; }
  const v1204 = m.authRoleRevokePermission;
  if (v1204 !== undefined) { const end = at; at = putAuthRoleRevokePermissionRequest(v1204, b, at); at = putUint32(b, at, end - at); b[--at] = 75; b[--at] = 162; }
  const v1203 = m.authRoleGrantPermission;
  if (v1203 !== undefined) { const end = at; at = putAuthRoleGrantPermissionRequest(v1203, b, at); at = putUint32(b, at, end - at); b[--at] = 75; b[--at] = 154; }
  const v1202 = m.authRoleGet;
  if (v1202 !== undefined) { const end = at; at = putAuthRoleGetRequest(v1202, b, at); at = putUint32(b, at, end - at); b[--at] = 75; b[--at] = 146; }
  const v1201 = m.authRoleDelete;
  if (v1201 !== undefined) { const end = at; at = putAuthRoleDeleteRequest(v1201, b, at); at = putUint32(b, at, end - at); b[--at] = 75; b[--at] = 138; }
  const v1200 = m.authRoleAdd;
  if (v1200 !== undefined) { const end = at; at = putAuthRoleAddRequest(v1200, b, at); at = putUint32(b, at, end - at); b[--at] = 75; b[--at] = 130; }
  const v1107 = m.authRoleList;
  if (v1107 !== undefined) { const end = at; at = putAuthRoleListRequest(v1107, b, at); at = putUint32(b, at, end - at); b[--at] = 69; b[--at] = 154; }
  const v1106 = m.authUserList;
  if (v1106 !== undefined) { const end = at; at = putAuthUserListRequest(v1106, b, at); at = putUint32(b, at, end - at); b[--at] = 69; b[--at] = 146; }
  const v1105 = m.authUserRevokeRole;
  if (v1105 !== undefined) { const end = at; at = putAuthUserRevokeRoleRequest(v1105, b, at); at = putUint32(b, at, end - at); b[--at] = 69; b[--at] = 138; }
  const v1104 = m.authUserGrantRole;
  if (v1104 !== undefined) { const end = at; at = putAuthUserGrantRoleRequest(v1104, b, at); at = putUint32(b, at, end - at); b[--at] = 69; b[--at] = 130; }
  const v1103 = m.authUserChangePassword;
  if (v1103 !== undefined) { const end = at; at = putAuthUserChangePasswordRequest(v1103, b, at); at = putUint32(b, at, end - at); b[--at] = 68; b[--at] = 250; }
  const v1102 = m.authUserGet;
  if (v1102 !== undefined) { const end = at; at = putAuthUserGetRequest(v1102, b, at); at = putUint32(b, at, end - at); b[--at] = 68; b[--at] = 242; }
  const v1101 = m.authUserDelete;
  if (v1101 !== undefined) { const end = at; at = putAuthUserDeleteRequest(v1101, b, at); at = putUint32(b, at, end - at); b[--at] = 68; b[--at] = 234; }
  const v1100 = m.authUserAdd;
  if (v1100 !== undefined) { const end = at; at = putAuthUserAddRequest(v1100, b, at); at = putUint32(b, at, end - at); b[--at] = 68; b[--at] = 226; }
  const v1013 = m.authStatus;
  if (v1013 !== undefined) { const end = at; at = putAuthStatusRequest(v1013, b, at); at = putUint32(b, at, end - at); b[--at] = 63; b[--at] = 170; }
  const v1012 = m.authenticate;
  if (v1012 !== undefined) { const end = at; at = putInternalAuthenticateRequest(v1012, b, at); at = putUint32(b, at, end - at); b[--at] = 63; b[--at] = 162; }
  const v1011 = m.authDisable;
  if (v1011 !== undefined) { const end = at; at = putAuthDisableRequest(v1011, b, at); at = putUint32(b, at, end - at); b[--at] = 63; b[--at] = 154; }
  const v1000 = m.authEnable;
  if (v1000 !== undefined) { const end = at; at = putAuthEnableRequest(v1000, b, at); at = putUint32(b, at, end - at); b[--at] = 62; b[--at] = 194; }
  const v100 = m.header;
  if (v100 !== undefined) { const end = at; at = putRequestHeader(v100, b, at); at = putUint32(b, at, end - at); b[--at] = 6; b[--at] = 162; }
  const v11 = m.leaseCheckpoint;
  if (v11 !== undefined) { const end = at; at = putLeaseCheckpointRequest(v11, b, at); at = putUint32(b, at, end - at); b[--at] = 90; }
  const v10 = m.alarm;
  if (v10 !== undefined) { const end = at; at = putAlarmRequest(v10, b, at); at = putUint32(b, at, end - at); b[--at] = 82; }
  const v9 = m.leaseRevoke;
  if (v9 !== undefined) { const end = at; at = putLeaseRevokeRequest(v9, b, at); at = putUint32(b, at, end - at); b[--at] = 74; }
  const v8 = m.leaseGrant;
  if (v8 !== undefined) { const end = at; at = putLeaseGrantRequest(v8, b, at); at = putUint32(b, at, end - at); b[--at] = 66; }
  const v7 = m.compaction;
  if (v7 !== undefined) { const end = at; at = putCompactionRequest(v7, b, at); at = putUint32(b, at, end - at); b[--at] = 58; }
  const v6 = m.txn;
  if (v6 !== undefined) { const end = at; at = putTxnRequest(v6, b, at); at = putUint32(b, at, end - at); b[--at] = 50; }
  const v5 = m.deleteRange;
  if (v5 !== undefined) { const end = at; at = putDeleteRangeRequest(v5, b, at); at = putUint32(b, at, end - at); b[--at] = 42; }
  const v4 = m.put;
  if (v4 !== undefined) { const end = at; at = putPutRequest(v4, b, at); at = putUint32(b, at, end - at); b[--at] = 34; }
  const v3 = m.range;
  if (v3 !== undefined) { const end = at; at = putRangeRequest(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v1 = m.id;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readInternalRaftRequest(r: Reader, into?: InternalRaftRequest): InternalRaftRequest {
  const m = into ?? zeroInternalRaftRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.id = r.uint64Big();
        break;
      case 26: {
        const outer = r.enter();
        m.range = readRangeRequest(r, m.range);
        r.leave(outer);
        break;
      }
      case 34: {
        const outer = r.enter();
        m.put = readPutRequest(r, m.put);
        r.leave(outer);
        break;
      }
      case 42: {
        const outer = r.enter();
        m.deleteRange = readDeleteRangeRequest(r, m.deleteRange);
        r.leave(outer);
        break;
      }
      case 50: {
        const outer = r.enter();
        m.txn = readTxnRequest(r, m.txn);
        r.leave(outer);
        break;
      }
      case 58: {
        const outer = r.enter();
        m.compaction = readCompactionRequest(r, m.compaction);
        r.leave(outer);
        break;
      }
      case 66: {
        const outer = r.enter();
        m.leaseGrant = readLeaseGrantRequest(r, m.leaseGrant);
        r.leave(outer);
        break;
      }
      case 74: {
        const outer = r.enter();
        m.leaseRevoke = readLeaseRevokeRequest(r, m.leaseRevoke);
        r.leave(outer);
        break;
      }
      case 82: {
        const outer = r.enter();
        m.alarm = readAlarmRequest(r, m.alarm);
        r.leave(outer);
        break;
      }
      case 90: {
        const outer = r.enter();
        m.leaseCheckpoint = readLeaseCheckpointRequest(r, m.leaseCheckpoint);
        r.leave(outer);
        break;
      }
      case 802: {
        const outer = r.enter();
        m.header = readRequestHeader(r, m.header);
        r.leave(outer);
        break;
      }
      case 8002: {
        const outer = r.enter();
        m.authEnable = readAuthEnableRequest(r, m.authEnable);
        r.leave(outer);
        break;
      }
      case 8090: {
        const outer = r.enter();
        m.authDisable = readAuthDisableRequest(r, m.authDisable);
        r.leave(outer);
        break;
      }
      case 8098: {
        const outer = r.enter();
        m.authenticate = readInternalAuthenticateRequest(r, m.authenticate);
        r.leave(outer);
        break;
      }
      case 8106: {
        const outer = r.enter();
        m.authStatus = readAuthStatusRequest(r, m.authStatus);
        r.leave(outer);
        break;
      }
      case 8802: {
        const outer = r.enter();
        m.authUserAdd = readAuthUserAddRequest(r, m.authUserAdd);
        r.leave(outer);
        break;
      }
      case 8810: {
        const outer = r.enter();
        m.authUserDelete = readAuthUserDeleteRequest(r, m.authUserDelete);
        r.leave(outer);
        break;
      }
      case 8818: {
        const outer = r.enter();
        m.authUserGet = readAuthUserGetRequest(r, m.authUserGet);
        r.leave(outer);
        break;
      }
      case 8826: {
        const outer = r.enter();
        m.authUserChangePassword = readAuthUserChangePasswordRequest(r, m.authUserChangePassword);
        r.leave(outer);
        break;
      }
      case 8834: {
        const outer = r.enter();
        m.authUserGrantRole = readAuthUserGrantRoleRequest(r, m.authUserGrantRole);
        r.leave(outer);
        break;
      }
      case 8842: {
        const outer = r.enter();
        m.authUserRevokeRole = readAuthUserRevokeRoleRequest(r, m.authUserRevokeRole);
        r.leave(outer);
        break;
      }
      case 8850: {
        const outer = r.enter();
        m.authUserList = readAuthUserListRequest(r, m.authUserList);
        r.leave(outer);
        break;
      }
      case 8858: {
        const outer = r.enter();
        m.authRoleList = readAuthRoleListRequest(r, m.authRoleList);
        r.leave(outer);
        break;
      }
      case 9602: {
        const outer = r.enter();
        m.authRoleAdd = readAuthRoleAddRequest(r, m.authRoleAdd);
        r.leave(outer);
        break;
      }
      case 9610: {
        const outer = r.enter();
        m.authRoleDelete = readAuthRoleDeleteRequest(r, m.authRoleDelete);
        r.leave(outer);
        break;
      }
      case 9618: {
        const outer = r.enter();
        m.authRoleGet = readAuthRoleGetRequest(r, m.authRoleGet);
        r.leave(outer);
        break;
      }
      case 9626: {
        const outer = r.enter();
        m.authRoleGrantPermission = readAuthRoleGrantPermissionRequest(r, m.authRoleGrantPermission);
        r.leave(outer);
        break;
      }
      case 9634: {
        const outer = r.enter();
        m.authRoleRevokePermission = readAuthRoleRevokePermissionRequest(r, m.authRoleRevokePermission);
        r.leave(outer);
        break;
      }
      case 10402: {
        const outer = r.enter();
        m.clusterVersionSet = readClusterVersionSetRequest(r, m.clusterVersionSet);
        r.leave(outer);
        break;
      }
      case 10410: {
        const outer = r.enter();
        m.clusterMemberAttrSet = readClusterMemberAttrSetRequest(r, m.clusterMemberAttrSet);
        r.leave(outer);
        break;
      }
      case 10418: {
        const outer = r.enter();
        m.downgradeInfoSet = readDowngradeInfoSetRequest(r, m.downgradeInfoSet);
        r.leave(outer);
        break;
      }
      case 79202: {
        const outer = r.enter();
        m.downgradeVersionTest = readDowngradeVersionTestRequest(r, m.downgradeVersionTest);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfInternalRaftRequest: readonly FieldInfo[] = [
  { number: 100, name: "header", jsonName: "header", property: "header", goName: "Header", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => RequestHeader },
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "range", jsonName: "range", property: "range", goName: "Range", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => RangeRequest },
  { number: 4, name: "put", jsonName: "put", property: "put", goName: "Put", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => PutRequest },
  { number: 5, name: "delete_range", jsonName: "deleteRange", property: "deleteRange", goName: "DeleteRange", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => DeleteRangeRequest },
  { number: 6, name: "txn", jsonName: "txn", property: "txn", goName: "Txn", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => TxnRequest },
  { number: 7, name: "compaction", jsonName: "compaction", property: "compaction", goName: "Compaction", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => CompactionRequest },
  { number: 8, name: "lease_grant", jsonName: "leaseGrant", property: "leaseGrant", goName: "LeaseGrant", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseGrantRequest },
  { number: 9, name: "lease_revoke", jsonName: "leaseRevoke", property: "leaseRevoke", goName: "LeaseRevoke", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseRevokeRequest },
  { number: 10, name: "alarm", jsonName: "alarm", property: "alarm", goName: "Alarm", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AlarmRequest },
  { number: 11, name: "lease_checkpoint", jsonName: "leaseCheckpoint", property: "leaseCheckpoint", goName: "LeaseCheckpoint", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => LeaseCheckpointRequest },
  { number: 1000, name: "auth_enable", jsonName: "authEnable", property: "authEnable", goName: "AuthEnable", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthEnableRequest },
  { number: 1011, name: "auth_disable", jsonName: "authDisable", property: "authDisable", goName: "AuthDisable", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthDisableRequest },
  { number: 1013, name: "auth_status", jsonName: "authStatus", property: "authStatus", goName: "AuthStatus", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthStatusRequest },
  { number: 1012, name: "authenticate", jsonName: "authenticate", property: "authenticate", goName: "Authenticate", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => InternalAuthenticateRequest },
  { number: 1100, name: "auth_user_add", jsonName: "authUserAdd", property: "authUserAdd", goName: "AuthUserAdd", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserAddRequest },
  { number: 1101, name: "auth_user_delete", jsonName: "authUserDelete", property: "authUserDelete", goName: "AuthUserDelete", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserDeleteRequest },
  { number: 1102, name: "auth_user_get", jsonName: "authUserGet", property: "authUserGet", goName: "AuthUserGet", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserGetRequest },
  { number: 1103, name: "auth_user_change_password", jsonName: "authUserChangePassword", property: "authUserChangePassword", goName: "AuthUserChangePassword", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserChangePasswordRequest },
  { number: 1104, name: "auth_user_grant_role", jsonName: "authUserGrantRole", property: "authUserGrantRole", goName: "AuthUserGrantRole", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserGrantRoleRequest },
  { number: 1105, name: "auth_user_revoke_role", jsonName: "authUserRevokeRole", property: "authUserRevokeRole", goName: "AuthUserRevokeRole", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserRevokeRoleRequest },
  { number: 1106, name: "auth_user_list", jsonName: "authUserList", property: "authUserList", goName: "AuthUserList", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthUserListRequest },
  { number: 1107, name: "auth_role_list", jsonName: "authRoleList", property: "authRoleList", goName: "AuthRoleList", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthRoleListRequest },
  { number: 1200, name: "auth_role_add", jsonName: "authRoleAdd", property: "authRoleAdd", goName: "AuthRoleAdd", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthRoleAddRequest },
  { number: 1201, name: "auth_role_delete", jsonName: "authRoleDelete", property: "authRoleDelete", goName: "AuthRoleDelete", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthRoleDeleteRequest },
  { number: 1202, name: "auth_role_get", jsonName: "authRoleGet", property: "authRoleGet", goName: "AuthRoleGet", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthRoleGetRequest },
  { number: 1203, name: "auth_role_grant_permission", jsonName: "authRoleGrantPermission", property: "authRoleGrantPermission", goName: "AuthRoleGrantPermission", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthRoleGrantPermissionRequest },
  { number: 1204, name: "auth_role_revoke_permission", jsonName: "authRoleRevokePermission", property: "authRoleRevokePermission", goName: "AuthRoleRevokePermission", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => AuthRoleRevokePermissionRequest },
  { number: 1300, name: "cluster_version_set", jsonName: "clusterVersionSet", property: "clusterVersionSet", goName: "ClusterVersionSet", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ClusterVersionSetRequest },
  { number: 1301, name: "cluster_member_attr_set", jsonName: "clusterMemberAttrSet", property: "clusterMemberAttrSet", goName: "ClusterMemberAttrSet", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => ClusterMemberAttrSetRequest },
  { number: 1302, name: "downgrade_info_set", jsonName: "downgradeInfoSet", property: "downgradeInfoSet", goName: "DowngradeInfoSet", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => DowngradeInfoSetRequest },
  { number: 9900, name: "downgrade_version_test", jsonName: "downgradeVersionTest", property: "downgradeVersionTest", goName: "DowngradeVersionTest", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => DowngradeVersionTestRequest },
];

export const InternalRaftRequest: MessageCodec<InternalRaftRequest> = {
  typeName: "etcdserverpb.InternalRaftRequest",
  fields: fieldsOfInternalRaftRequest,
  create(init?: Fields<InternalRaftRequest>): InternalRaftRequest {
    if (init === undefined) return zeroInternalRaftRequest();
    return {
      id: init.id ?? 0n,
      range: init.range,
      put: init.put,
      deleteRange: init.deleteRange,
      txn: init.txn,
      compaction: init.compaction,
      leaseGrant: init.leaseGrant,
      leaseRevoke: init.leaseRevoke,
      alarm: init.alarm,
      leaseCheckpoint: init.leaseCheckpoint,
      header: init.header,
      authEnable: init.authEnable,
      authDisable: init.authDisable,
      authenticate: init.authenticate,
      authStatus: init.authStatus,
      authUserAdd: init.authUserAdd,
      authUserDelete: init.authUserDelete,
      authUserGet: init.authUserGet,
      authUserChangePassword: init.authUserChangePassword,
      authUserGrantRole: init.authUserGrantRole,
      authUserRevokeRole: init.authUserRevokeRole,
      authUserList: init.authUserList,
      authRoleList: init.authRoleList,
      authRoleAdd: init.authRoleAdd,
      authRoleDelete: init.authRoleDelete,
      authRoleGet: init.authRoleGet,
      authRoleGrantPermission: init.authRoleGrantPermission,
      authRoleRevokePermission: init.authRoleRevokePermission,
      clusterVersionSet: init.clusterVersionSet,
      clusterMemberAttrSet: init.clusterMemberAttrSet,
      downgradeInfoSet: init.downgradeInfoSet,
      downgradeVersionTest: init.downgradeVersionTest,
    };
  },
  encode(message: InternalRaftRequest | Init<InternalRaftRequest>): Uint8Array {
    const size = sizeOfInternalRaftRequest(message);
    const bytes = allocate(size);
    putInternalRaftRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfInternalRaftRequest,
  write(message: InternalRaftRequest | Init<InternalRaftRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfInternalRaftRequest(message);
    putInternalRaftRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): InternalRaftRequest {
    return readInternalRaftRequest(new Reader(bytes, start, end));
  },
  toJson(message: InternalRaftRequest): JsonObject {
    return messageToJson(fieldsOfInternalRaftRequest, message);
  },
  fromJson(json: unknown): InternalRaftRequest {
    return messageFromJson(InternalRaftRequest, json);
  },
};

/** The message `etcdserverpb.EmptyResponse`. */
export interface EmptyResponse {
}

function zeroEmptyResponse(): EmptyResponse {
  return { };
}

export function sizeOfEmptyResponse(_m: EmptyResponse | Init<EmptyResponse>): number {
  return 0;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putEmptyResponse(_m: EmptyResponse | Init<EmptyResponse>, _b: Uint8Array, at: number): number {
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readEmptyResponse(r: Reader, into?: EmptyResponse): EmptyResponse {
  const m = into ?? zeroEmptyResponse();
  while (r.at < r.end) {
    const tag = r.tag();
    r.skip(tag);
  }
  return m;
}

const fieldsOfEmptyResponse: readonly FieldInfo[] = [
];

export const EmptyResponse: MessageCodec<EmptyResponse> = {
  typeName: "etcdserverpb.EmptyResponse",
  fields: fieldsOfEmptyResponse,
  create(init?: Fields<EmptyResponse>): EmptyResponse {
    return init === undefined ? zeroEmptyResponse() : {};
  },
  encode(message: EmptyResponse | Init<EmptyResponse>): Uint8Array {
    const size = sizeOfEmptyResponse(message);
    const bytes = allocate(size);
    putEmptyResponse(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfEmptyResponse,
  write(message: EmptyResponse | Init<EmptyResponse>, into: Uint8Array, at: number): number {
    const end = at + sizeOfEmptyResponse(message);
    putEmptyResponse(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): EmptyResponse {
    return readEmptyResponse(new Reader(bytes, start, end));
  },
  toJson(message: EmptyResponse): JsonObject {
    return messageToJson(fieldsOfEmptyResponse, message);
  },
  fromJson(json: unknown): EmptyResponse {
    return messageFromJson(EmptyResponse, json);
  },
};

/** The message `etcdserverpb.InternalAuthenticateRequest`. */
export interface InternalAuthenticateRequest {
  name: string;
  password: string;
  simpleToken: string;
}

function zeroInternalAuthenticateRequest(): InternalAuthenticateRequest {
  return { name: "", password: "", simpleToken: "" };
}

export function sizeOfInternalAuthenticateRequest(m: InternalAuthenticateRequest | Init<InternalAuthenticateRequest>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.password;
  if (v2) n += 1 + sizeOfText(v2);
  const v3 = m.simpleToken;
  if (v3) n += 1 + sizeOfText(v3);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putInternalAuthenticateRequest(m: InternalAuthenticateRequest | Init<InternalAuthenticateRequest>, b: Uint8Array, at: number): number {
  const v3 = m.simpleToken;
  if (v3) { at = putText(b, at, v3); b[--at] = 26; }
  const v2 = m.password;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readInternalAuthenticateRequest(r: Reader, into?: InternalAuthenticateRequest): InternalAuthenticateRequest {
  const m = into ?? zeroInternalAuthenticateRequest();
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
        m.simpleToken = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfInternalAuthenticateRequest: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "password", jsonName: "password", property: "password", goName: "Password", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "simple_token", jsonName: "simpleToken", property: "simpleToken", goName: "SimpleToken", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const InternalAuthenticateRequest: MessageCodec<InternalAuthenticateRequest> = {
  typeName: "etcdserverpb.InternalAuthenticateRequest",
  fields: fieldsOfInternalAuthenticateRequest,
  create(init?: Fields<InternalAuthenticateRequest>): InternalAuthenticateRequest {
    if (init === undefined) return zeroInternalAuthenticateRequest();
    return {
      name: init.name ?? "",
      password: init.password ?? "",
      simpleToken: init.simpleToken ?? "",
    };
  },
  encode(message: InternalAuthenticateRequest | Init<InternalAuthenticateRequest>): Uint8Array {
    const size = sizeOfInternalAuthenticateRequest(message);
    const bytes = allocate(size);
    putInternalAuthenticateRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfInternalAuthenticateRequest,
  write(message: InternalAuthenticateRequest | Init<InternalAuthenticateRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfInternalAuthenticateRequest(message);
    putInternalAuthenticateRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): InternalAuthenticateRequest {
    return readInternalAuthenticateRequest(new Reader(bytes, start, end));
  },
  toJson(message: InternalAuthenticateRequest): JsonObject {
    return messageToJson(fieldsOfInternalAuthenticateRequest, message);
  },
  fromJson(json: unknown): InternalAuthenticateRequest {
    return messageFromJson(InternalAuthenticateRequest, json);
  },
};

