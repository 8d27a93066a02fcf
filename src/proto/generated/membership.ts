// Generated from proto/membership.proto by scripts/proto/generate.ts; do not edit.
import { messageFromJson, messageToJson } from "../json.ts";
import { type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBig, putText, putUint32, sizeOfBig, sizeOfDelimited, sizeOfText } from "../writer.ts";

/** The message `membershippb.RaftAttributes`. */
export interface RaftAttributes {
  peerUrls: string[];
  isLearner: boolean;
}

function zeroRaftAttributes(): RaftAttributes {
  return { peerUrls: [], isLearner: false };
}

export function sizeOfRaftAttributes(m: RaftAttributes | Init<RaftAttributes>): number {
  let n = 0;
  const v1 = m.peerUrls;
  if (v1 !== undefined && v1.length !== 0) {
    for (let i = 0; i < v1.length; i++) n += 1 + sizeOfText(v1[i]!);
  }
  const v2 = m.isLearner;
  if (v2) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRaftAttributes(m: RaftAttributes | Init<RaftAttributes>, b: Uint8Array, at: number): number {
  const v2 = m.isLearner;
  if (v2) { b[--at] = 1; b[--at] = 16; }
  const v1 = m.peerUrls;
  if (v1 !== undefined) {
    for (let i = v1.length - 1; i >= 0; i--) { at = putText(b, at, v1[i]!); b[--at] = 10; }
  }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRaftAttributes(r: Reader, into?: RaftAttributes): RaftAttributes {
  const m = into ?? zeroRaftAttributes();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.peerUrls.push(r.text());
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

const fieldsOfRaftAttributes: readonly FieldInfo[] = [
  { number: 1, name: "peer_urls", jsonName: "peerUrls", property: "peerUrls", goName: "PeerUrls", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "is_learner", jsonName: "isLearner", property: "isLearner", goName: "IsLearner", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const RaftAttributes: MessageCodec<RaftAttributes> = {
  typeName: "membershippb.RaftAttributes",
  fields: fieldsOfRaftAttributes,
  create(init?: Fields<RaftAttributes>): RaftAttributes {
    if (init === undefined) return zeroRaftAttributes();
    return {
      peerUrls: init.peerUrls ?? [],
      isLearner: init.isLearner ?? false,
    };
  },
  encode(message: RaftAttributes | Init<RaftAttributes>): Uint8Array {
    const size = sizeOfRaftAttributes(message);
    const bytes = allocate(size);
    putRaftAttributes(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRaftAttributes,
  write(message: RaftAttributes | Init<RaftAttributes>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRaftAttributes(message);
    putRaftAttributes(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): RaftAttributes {
    return readRaftAttributes(new Reader(bytes, start, end));
  },
  toJson(message: RaftAttributes): JsonObject {
    return messageToJson(fieldsOfRaftAttributes, message);
  },
  fromJson(json: unknown): RaftAttributes {
    return messageFromJson(RaftAttributes, json);
  },
};

/** The message `membershippb.Attributes`. */
export interface Attributes {
  name: string;
  clientUrls: string[];
}

function zeroAttributes(): Attributes {
  return { name: "", clientUrls: [] };
}

export function sizeOfAttributes(m: Attributes | Init<Attributes>): number {
  let n = 0;
  const v1 = m.name;
  if (v1) n += 1 + sizeOfText(v1);
  const v2 = m.clientUrls;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfText(v2[i]!);
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putAttributes(m: Attributes | Init<Attributes>, b: Uint8Array, at: number): number {
  const v2 = m.clientUrls;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { at = putText(b, at, v2[i]!); b[--at] = 18; }
  }
  const v1 = m.name;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readAttributes(r: Reader, into?: Attributes): Attributes {
  const m = into ?? zeroAttributes();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.text();
        break;
      case 18:
        m.clientUrls.push(r.text());
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfAttributes: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "client_urls", jsonName: "clientUrls", property: "clientUrls", goName: "ClientUrls", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const Attributes: MessageCodec<Attributes> = {
  typeName: "membershippb.Attributes",
  fields: fieldsOfAttributes,
  create(init?: Fields<Attributes>): Attributes {
    if (init === undefined) return zeroAttributes();
    return {
      name: init.name ?? "",
      clientUrls: init.clientUrls ?? [],
    };
  },
  encode(message: Attributes | Init<Attributes>): Uint8Array {
    const size = sizeOfAttributes(message);
    const bytes = allocate(size);
    putAttributes(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfAttributes,
  write(message: Attributes | Init<Attributes>, into: Uint8Array, at: number): number {
    const end = at + sizeOfAttributes(message);
    putAttributes(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Attributes {
    return readAttributes(new Reader(bytes, start, end));
  },
  toJson(message: Attributes): JsonObject {
    return messageToJson(fieldsOfAttributes, message);
  },
  fromJson(json: unknown): Attributes {
    return messageFromJson(Attributes, json);
  },
};

/** The message `membershippb.Member`. */
export interface Member {
  id: bigint;
  raftAttributes: RaftAttributes | undefined;
  memberAttributes: Attributes | undefined;
}

function zeroMember(): Member {
  return { id: 0n, raftAttributes: undefined, memberAttributes: undefined };
}

export function sizeOfMember(m: Member | Init<Member>): number {
  let n = 0;
  const v1 = m.id;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.raftAttributes;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfRaftAttributes(v2));
  const v3 = m.memberAttributes;
  if (v3 !== undefined) n += 1 + sizeOfDelimited(sizeOfAttributes(v3));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putMember(m: Member | Init<Member>, b: Uint8Array, at: number): number {
  const v3 = m.memberAttributes;
  if (v3 !== undefined) { const end = at; at = putAttributes(v3, b, at); at = putUint32(b, at, end - at); b[--at] = 26; }
  const v2 = m.raftAttributes;
  if (v2 !== undefined) { const end = at; at = putRaftAttributes(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
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
      case 18: {
        const outer = r.enter();
        m.raftAttributes = readRaftAttributes(r, m.raftAttributes);
        r.leave(outer);
        break;
      }
      case 26: {
        const outer = r.enter();
        m.memberAttributes = readAttributes(r, m.memberAttributes);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfMember: readonly FieldInfo[] = [
  { number: 1, name: "ID", jsonName: "ID", property: "id", goName: "ID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "raft_attributes", jsonName: "raftAttributes", property: "raftAttributes", goName: "RaftAttributes", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => RaftAttributes },
  { number: 3, name: "member_attributes", jsonName: "memberAttributes", property: "memberAttributes", goName: "MemberAttributes", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Attributes },
];

export const Member: MessageCodec<Member> = {
  typeName: "membershippb.Member",
  fields: fieldsOfMember,
  create(init?: Fields<Member>): Member {
    if (init === undefined) return zeroMember();
    return {
      id: init.id ?? 0n,
      raftAttributes: init.raftAttributes,
      memberAttributes: init.memberAttributes,
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

/** The message `membershippb.ClusterVersionSetRequest`. */
export interface ClusterVersionSetRequest {
  ver: string;
}

function zeroClusterVersionSetRequest(): ClusterVersionSetRequest {
  return { ver: "" };
}

export function sizeOfClusterVersionSetRequest(m: ClusterVersionSetRequest | Init<ClusterVersionSetRequest>): number {
  let n = 0;
  const v1 = m.ver;
  if (v1) n += 1 + sizeOfText(v1);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putClusterVersionSetRequest(m: ClusterVersionSetRequest | Init<ClusterVersionSetRequest>, b: Uint8Array, at: number): number {
  const v1 = m.ver;
  if (v1) { at = putText(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readClusterVersionSetRequest(r: Reader, into?: ClusterVersionSetRequest): ClusterVersionSetRequest {
  const m = into ?? zeroClusterVersionSetRequest();
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

const fieldsOfClusterVersionSetRequest: readonly FieldInfo[] = [
  { number: 1, name: "ver", jsonName: "ver", property: "ver", goName: "Ver", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const ClusterVersionSetRequest: MessageCodec<ClusterVersionSetRequest> = {
  typeName: "membershippb.ClusterVersionSetRequest",
  fields: fieldsOfClusterVersionSetRequest,
  create(init?: Fields<ClusterVersionSetRequest>): ClusterVersionSetRequest {
    if (init === undefined) return zeroClusterVersionSetRequest();
    return {
      ver: init.ver ?? "",
    };
  },
  encode(message: ClusterVersionSetRequest | Init<ClusterVersionSetRequest>): Uint8Array {
    const size = sizeOfClusterVersionSetRequest(message);
    const bytes = allocate(size);
    putClusterVersionSetRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfClusterVersionSetRequest,
  write(message: ClusterVersionSetRequest | Init<ClusterVersionSetRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfClusterVersionSetRequest(message);
    putClusterVersionSetRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ClusterVersionSetRequest {
    return readClusterVersionSetRequest(new Reader(bytes, start, end));
  },
  toJson(message: ClusterVersionSetRequest): JsonObject {
    return messageToJson(fieldsOfClusterVersionSetRequest, message);
  },
  fromJson(json: unknown): ClusterVersionSetRequest {
    return messageFromJson(ClusterVersionSetRequest, json);
  },
};

/** The message `membershippb.ClusterMemberAttrSetRequest`. */
export interface ClusterMemberAttrSetRequest {
  memberID: bigint;
  memberAttributes: Attributes | undefined;
}

function zeroClusterMemberAttrSetRequest(): ClusterMemberAttrSetRequest {
  return { memberID: 0n, memberAttributes: undefined };
}

export function sizeOfClusterMemberAttrSetRequest(m: ClusterMemberAttrSetRequest | Init<ClusterMemberAttrSetRequest>): number {
  let n = 0;
  const v1 = m.memberID;
  if (v1) n += 1 + sizeOfBig(v1);
  const v2 = m.memberAttributes;
  if (v2 !== undefined) n += 1 + sizeOfDelimited(sizeOfAttributes(v2));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putClusterMemberAttrSetRequest(m: ClusterMemberAttrSetRequest | Init<ClusterMemberAttrSetRequest>, b: Uint8Array, at: number): number {
  const v2 = m.memberAttributes;
  if (v2 !== undefined) { const end = at; at = putAttributes(v2, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  const v1 = m.memberID;
  if (v1) { at = putBig(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readClusterMemberAttrSetRequest(r: Reader, into?: ClusterMemberAttrSetRequest): ClusterMemberAttrSetRequest {
  const m = into ?? zeroClusterMemberAttrSetRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.memberID = r.uint64Big();
        break;
      case 18: {
        const outer = r.enter();
        m.memberAttributes = readAttributes(r, m.memberAttributes);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfClusterMemberAttrSetRequest: readonly FieldInfo[] = [
  { number: 1, name: "member_ID", jsonName: "memberID", property: "memberID", goName: "MemberID", kind: "uint64", repeated: false, big: true, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "member_attributes", jsonName: "memberAttributes", property: "memberAttributes", goName: "MemberAttributes", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Attributes },
];

export const ClusterMemberAttrSetRequest: MessageCodec<ClusterMemberAttrSetRequest> = {
  typeName: "membershippb.ClusterMemberAttrSetRequest",
  fields: fieldsOfClusterMemberAttrSetRequest,
  create(init?: Fields<ClusterMemberAttrSetRequest>): ClusterMemberAttrSetRequest {
    if (init === undefined) return zeroClusterMemberAttrSetRequest();
    return {
      memberID: init.memberID ?? 0n,
      memberAttributes: init.memberAttributes,
    };
  },
  encode(message: ClusterMemberAttrSetRequest | Init<ClusterMemberAttrSetRequest>): Uint8Array {
    const size = sizeOfClusterMemberAttrSetRequest(message);
    const bytes = allocate(size);
    putClusterMemberAttrSetRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfClusterMemberAttrSetRequest,
  write(message: ClusterMemberAttrSetRequest | Init<ClusterMemberAttrSetRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfClusterMemberAttrSetRequest(message);
    putClusterMemberAttrSetRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ClusterMemberAttrSetRequest {
    return readClusterMemberAttrSetRequest(new Reader(bytes, start, end));
  },
  toJson(message: ClusterMemberAttrSetRequest): JsonObject {
    return messageToJson(fieldsOfClusterMemberAttrSetRequest, message);
  },
  fromJson(json: unknown): ClusterMemberAttrSetRequest {
    return messageFromJson(ClusterMemberAttrSetRequest, json);
  },
};

/** The message `membershippb.DowngradeInfoSetRequest`. */
export interface DowngradeInfoSetRequest {
  enabled: boolean;
  ver: string;
}

function zeroDowngradeInfoSetRequest(): DowngradeInfoSetRequest {
  return { enabled: false, ver: "" };
}

export function sizeOfDowngradeInfoSetRequest(m: DowngradeInfoSetRequest | Init<DowngradeInfoSetRequest>): number {
  let n = 0;
  const v1 = m.enabled;
  if (v1) n += 2;
  const v2 = m.ver;
  if (v2) n += 1 + sizeOfText(v2);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putDowngradeInfoSetRequest(m: DowngradeInfoSetRequest | Init<DowngradeInfoSetRequest>, b: Uint8Array, at: number): number {
  const v2 = m.ver;
  if (v2) { at = putText(b, at, v2); b[--at] = 18; }
  const v1 = m.enabled;
  if (v1) { b[--at] = 1; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readDowngradeInfoSetRequest(r: Reader, into?: DowngradeInfoSetRequest): DowngradeInfoSetRequest {
  const m = into ?? zeroDowngradeInfoSetRequest();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.enabled = r.bool();
        break;
      case 18:
        m.ver = r.text();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfDowngradeInfoSetRequest: readonly FieldInfo[] = [
  { number: 1, name: "enabled", jsonName: "enabled", property: "enabled", goName: "Enabled", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "ver", jsonName: "ver", property: "ver", goName: "Ver", kind: "string", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const DowngradeInfoSetRequest: MessageCodec<DowngradeInfoSetRequest> = {
  typeName: "membershippb.DowngradeInfoSetRequest",
  fields: fieldsOfDowngradeInfoSetRequest,
  create(init?: Fields<DowngradeInfoSetRequest>): DowngradeInfoSetRequest {
    if (init === undefined) return zeroDowngradeInfoSetRequest();
    return {
      enabled: init.enabled ?? false,
      ver: init.ver ?? "",
    };
  },
  encode(message: DowngradeInfoSetRequest | Init<DowngradeInfoSetRequest>): Uint8Array {
    const size = sizeOfDowngradeInfoSetRequest(message);
    const bytes = allocate(size);
    putDowngradeInfoSetRequest(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfDowngradeInfoSetRequest,
  write(message: DowngradeInfoSetRequest | Init<DowngradeInfoSetRequest>, into: Uint8Array, at: number): number {
    const end = at + sizeOfDowngradeInfoSetRequest(message);
    putDowngradeInfoSetRequest(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): DowngradeInfoSetRequest {
    return readDowngradeInfoSetRequest(new Reader(bytes, start, end));
  },
  toJson(message: DowngradeInfoSetRequest): JsonObject {
    return messageToJson(fieldsOfDowngradeInfoSetRequest, message);
  },
  fromJson(json: unknown): DowngradeInfoSetRequest {
    return messageFromJson(DowngradeInfoSetRequest, json);
  },
};

