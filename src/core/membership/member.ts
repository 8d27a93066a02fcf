/**
 * One member of a cluster and its JSON form, in which etcd keeps it (bucket `members`), proposes it (ConfChange.context) and shows it to
 * peers (`/members`):
 *
 *   {"id":10276657743932975437,"peerURLs":["http://a:2380"],"isLearner":true,"name":"a","clientURLs":["http://a:2379"]}
 *
 * isLearner, name and clientURLs are left out when false or empty; no peer URLs print as null, as a nil slice of Go does.
 * Source of behaviour: etcd server/etcdserver/api/membership/member.go.
 */

import {
  isJsonObject,
  type JsonObject,
  jsonUint64,
  type ParsedJson,
  parseBigJson,
  stringifyBigJson,
} from "../../base/big-json.ts";
import { utf8 } from "../../base/bytes.ts";
import { sha1Id } from "../../base/sha1.ts";

/** What raft must know of a member. */
export interface RaftAttributes {
  readonly peerURLs: readonly string[];
  readonly isLearner: boolean;
}

/** What a member tells of itself once it runs. */
export interface MemberAttributes {
  /** Empty until the member has started for the first time. */
  readonly name: string;
  readonly clientURLs: readonly string[];
}

export interface Member extends RaftAttributes, MemberAttributes {
  readonly id: bigint;
}

/** A member with every field set in one order. */
export function createMember(init: Partial<Member> & { readonly id: bigint }): Member {
  return {
    id: init.id,
    peerURLs: init.peerURLs ?? [],
    isLearner: init.isLearner ?? false,
    name: init.name ?? "",
    clientURLs: init.clientURLs ?? [],
  };
}

/** A member counts as started once it has published its name. */
export function isStarted(member: Member): boolean {
  return member.name !== "";
}

/**
 * The ID of a new member: the first eight bytes of SHA-1 over its sorted peer URLs, the cluster token and, for members added at run time,
 * the Unix time in seconds.
 */
export function memberId(peerURLs: readonly string[], token: string, unixSeconds: number | undefined): bigint {
  const stamp = unixSeconds === undefined ? "" : String(unixSeconds);
  return sha1Id(utf8(sortedTexts(peerURLs).join("") + token + stamp));
}

/** The ID of a cluster: the first eight bytes of SHA-1 over its sorted member IDs. */
export function clusterIdOf(memberIds: readonly bigint[]): bigint {
  const bytes = new Uint8Array(8 * memberIds.length);
  const view = new DataView(bytes.buffer);
  sortedIds(memberIds).forEach((id, i) => {
    view.setBigUint64(8 * i, id);
  });
  return sha1Id(bytes);
}

export function membersById(members: Iterable<Member>): Member[] {
  return [...members].sort((a, b) => compareIds(a.id, b.id));
}

export function sortedIds(ids: Iterable<bigint>): bigint[] {
  return [...ids].sort(compareIds);
}

function compareIds(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** In the order of their UTF-8 bytes, as Go sorts strings. For URLs, which are ASCII, this is the order of JavaScript too. */
export function sortedTexts(texts: Iterable<string>): string[] {
  return [...texts].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
}

/** The member as a JSON object, fields in etcd's order. */
export function memberToJson(member: Member): JsonObject {
  return { id: member.id, ...raftAttributesToJson(member), ...attributesToJson(member) };
}

export function raftAttributesToJson(attributes: RaftAttributes): JsonObject {
  return {
    peerURLs: attributes.peerURLs.length === 0 ? null : attributes.peerURLs,
    isLearner: attributes.isLearner ? true : undefined,
  };
}

export function attributesToJson(attributes: MemberAttributes): JsonObject {
  return {
    name: attributes.name === "" ? undefined : attributes.name,
    clientURLs: attributes.clientURLs.length === 0 ? undefined : attributes.clientURLs,
  };
}

export function memberText(member: Member): string {
  return stringifyBigJson(memberToJson(member));
}

/** Reads a member; undefined when a field has the wrong type. An absent ID gives `defaultId`. */
export function memberFromJson(json: ParsedJson, defaultId = 0n): Member | undefined {
  if (!isJsonObject(json)) return undefined;
  const id = json.id === undefined ? defaultId : jsonUint64(json.id);
  const raft = raftAttributesFromJson(json);
  const attributes = attributesFromJson(json);
  if (id === undefined || raft === undefined || attributes === undefined) return undefined;
  return {
    id,
    peerURLs: raft.peerURLs,
    isLearner: raft.isLearner,
    name: attributes.name,
    clientURLs: attributes.clientURLs,
  };
}

export function raftAttributesFromJson(json: ParsedJson): RaftAttributes | undefined {
  if (!isJsonObject(json)) return undefined;
  const peerURLs = texts(json.peerURLs);
  const isLearner = json.isLearner ?? false;
  return peerURLs === undefined || typeof isLearner !== "boolean" ? undefined : { peerURLs, isLearner };
}

export function attributesFromJson(json: ParsedJson): MemberAttributes | undefined {
  if (!isJsonObject(json)) return undefined;
  const name = json.name ?? "";
  const clientURLs = texts(json.clientURLs);
  return typeof name !== "string" || clientURLs === undefined ? undefined : { name, clientURLs };
}

/** Reads one member; undefined when the text is not JSON of a member. */
export function parseMember(text: string, defaultId = 0n): Member | undefined {
  const parsed = parseBigJson(text);
  return parsed.ok ? memberFromJson(parsed.value, defaultId) : undefined;
}

/** The body of `/members` and of a reply to `/members/promote`. */
export function membersText(members: readonly Member[]): string {
  return stringifyBigJson(members.map(memberToJson));
}

/** Reads the body of `/members`; undefined when it is not a JSON array of members. */
export function parseMembers(text: string): Member[] | undefined {
  const parsed = parseBigJson(text);
  if (!parsed.ok || !Array.isArray(parsed.value)) return undefined;
  const members: Member[] = [];
  for (const item of parsed.value as readonly ParsedJson[]) {
    const member = memberFromJson(item);
    if (member === undefined) return undefined;
    members.push(member);
  }
  return members;
}

/** Parses the lowercase hexadecimal form of an ID (bucket keys, headers, paths); undefined when it is none or exceeds 64 bits. */
export function parseIdHex(text: string): bigint | undefined {
  if (!/^[0-9a-fA-F]+$/.test(text)) return undefined;
  const id = BigInt(`0x${text}`);
  return id < 1n << 64n ? id : undefined;
}

function texts(json: ParsedJson | undefined): readonly string[] | undefined {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) return undefined;
  return (json as readonly ParsedJson[]).every((item) => typeof item === "string") ? (json as string[]) : undefined;
}
