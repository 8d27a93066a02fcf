/**
 * The data of a raft snapshot (`.snap` files and MsgSnap): the membership as etcd's old v2 store would print itself in JSON. etcd 3.7 only
 * writes it; etcd up to 3.6 and etcdutl read the members from it.
 *
 *   {"Root": node "/" {
 *      "0": { "members": { <hex id>: { "raftAttributes": JSON, "attributes": JSON } }, "removed_members": { <hex id>: "" }, "version": "3.7.0" },
 *      "1": {} },
 *    "WatcherHub":{"EventHistory":{...the last 1000 changes...}}, "CurrentIndex":n, "Stats":{...}, "CurrentVersion":2}
 *
 * Each value is one write of the store with the next index; a directory takes the index of the write that needed it first. The order of
 * writes follows the ID here (in etcd it is the random order of a Go map), so equal members give equal bytes.
 * Source of behaviour: etcd server/etcdserver/api/v2store, membership.RaftCluster.Store.
 */
import {
  isJsonObject,
  type JsonObject,
  type JsonValue,
  type ParsedJson,
  parseBigJson,
  stringifyBigJson,
} from "../../base/big-json.ts";
import { idHex, utf8, utf8Text } from "../../base/bytes.ts";
import { parseVersion, type Version, versionText } from "../../base/semver.ts";
import {
  attributesFromJson,
  attributesToJson,
  type Member,
  membersById,
  parseIdHex,
  raftAttributesFromJson,
  raftAttributesToJson,
  sortedIds,
} from "./member.ts";

export interface V2Membership {
  readonly members: readonly Member[];
  readonly removedIds: readonly bigint[];
  readonly version: Version | undefined;
}

const EVENTS_KEPT = 1000;
const NEVER_EXPIRES = "0001-01-01T00:00:00Z";

/** The bytes for `Snapshot.data`. */
export function encodeV2Membership(membership: V2Membership): Uint8Array {
  const store = new V2Store();
  for (const member of membersById(membership.members)) {
    const path = `/0/members/${idHex(member.id)}`;
    store.write("create", `${path}/raftAttributes`, stringifyBigJson(raftAttributesToJson(member)));
    if (member.clientURLs.length > 0) {
      store.write("set", `${path}/attributes`, stringifyBigJson(attributesToJson(member)));
    }
  }
  for (const id of sortedIds(membership.removedIds)) store.write("create", `/0/removed_members/${idHex(id)}`, "");
  if (membership.version !== undefined) store.write("set", "/0/version", versionText(membership.version));
  return utf8(stringifyBigJson(store.toJson()));
}

/** Reads snapshot data of any etcd 3.x; undefined when it is malformed. Keys outside `/0` are ignored. */
export function decodeV2Membership(data: Uint8Array): V2Membership | undefined {
  const parsed = parseBigJson(utf8Text(data));
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const root = children(parsed.value.Root);
  const cluster = root === undefined ? undefined : children(root["0"]);
  if (cluster === undefined) return undefined;

  const members: Member[] = [];
  for (const [hex, node] of Object.entries(children(cluster.members) ?? {})) {
    const member = memberOf(hex, node);
    if (member === undefined) return undefined;
    members.push(member);
  }
  const removedIds: bigint[] = [];
  for (const hex of Object.keys(children(cluster.removed_members) ?? {})) {
    const id = parseIdHex(hex);
    if (id === undefined) return undefined;
    removedIds.push(id);
  }
  const text = textOf(cluster.version);
  const version = text === undefined ? undefined : parseVersion(text);
  if (text !== undefined && version === undefined) return undefined;
  return { members: membersById(members), removedIds: sortedIds(removedIds), version };
}

function memberOf(hex: string, node: ParsedJson): Member | undefined {
  const id = parseIdHex(hex);
  const nodes = children(node);
  const raftText = nodes === undefined ? undefined : textOf(nodes.raftAttributes);
  if (id === undefined || nodes === undefined || raftText === undefined) return undefined;
  const raftJson = parseBigJson(raftText);
  const raft = raftJson.ok ? raftAttributesFromJson(raftJson.value) : undefined;
  const attributesJson = parseBigJson(textOf(nodes.attributes) ?? "{}");
  const attributes = attributesJson.ok ? attributesFromJson(attributesJson.value) : undefined;
  if (raft === undefined || attributes === undefined) return undefined;
  return {
    id,
    peerURLs: raft.peerURLs,
    isLearner: raft.isLearner,
    name: attributes.name,
    clientURLs: attributes.clientURLs,
  };
}

function children(node: ParsedJson | undefined): { readonly [name: string]: ParsedJson } | undefined {
  if (!isJsonObject(node)) return undefined;
  const found = node.Children;
  return isJsonObject(found) ? found : undefined;
}

function textOf(node: ParsedJson | undefined): string | undefined {
  if (!isJsonObject(node)) return undefined;
  const value = node.Value;
  return typeof value === "string" ? value : undefined;
}

interface V2Node {
  readonly path: string;
  readonly index: number;
  /** Undefined for a directory. */
  readonly value: string | undefined;
  readonly children: Map<string, V2Node>;
}

/** Just enough of the v2 store to print a fresh one: two namespaces, writes of new keys, counters. */
class V2Store {
  readonly #root: V2Node;
  readonly #events: JsonObject[];
  #index: number;
  #creates: number;
  #sets: number;

  constructor() {
    this.#root = directory("/", 0);
    this.#root.children.set("0", directory("/0", 0));
    this.#root.children.set("1", directory("/1", 0));
    this.#events = [];
    this.#index = 0;
    this.#creates = 0;
    this.#sets = 0;
  }

  write(action: "create" | "set", path: string, value: string): void {
    const index = ++this.#index;
    if (action === "create") this.#creates++;
    else this.#sets++;
    const names = path.split("/").slice(1);
    let at = this.#root;
    for (const name of names.slice(0, -1)) {
      let next = at.children.get(name);
      if (next === undefined) {
        next = directory(`${at === this.#root ? "" : at.path}/${name}`, index);
        at.children.set(name, next);
      }
      at = next;
    }
    at.children.set(names.at(-1)!, { path, index, value, children: new Map() });
    this.#events.push({ action, node: { key: path, value, modifiedIndex: index, createdIndex: index } });
  }

  toJson(): JsonObject {
    const written = this.#events.length;
    const size = Math.min(written, EVENTS_KEPT);
    const ring: JsonValue[] = Array.from({ length: EVENTS_KEPT }, () => null);
    for (let i = written - size; i < written; i++) ring[i % EVENTS_KEPT] = this.#events[i]!;
    const back = written % EVENTS_KEPT;
    return {
      Root: nodeToJson(this.#root),
      WatcherHub: {
        EventHistory: {
          Queue: {
            Events: ring,
            Size: size,
            Front: written > EVENTS_KEPT ? back : 0,
            Back: back,
            Capacity: EVENTS_KEPT,
          },
          StartIndex: written === 0 ? 0 : written - size + 1,
          LastIndex: written,
        },
      },
      CurrentIndex: this.#index,
      Stats: {
        getsSuccess: 0,
        // etcd looks for members once before it writes them.
        getsFail: 1,
        setsSuccess: this.#sets,
        setsFail: 0,
        deleteSuccess: 0,
        deleteFail: 0,
        updateSuccess: 0,
        updateFail: 0,
        createSuccess: this.#creates,
        createFail: 0,
        compareAndSwapSuccess: 0,
        compareAndSwapFail: 0,
        compareAndDeleteSuccess: 0,
        compareAndDeleteFail: 0,
        expireCount: 0,
        watchers: 0,
      },
      CurrentVersion: 2,
    };
  }
}

function directory(path: string, index: number): V2Node {
  return { path, index, value: undefined, children: new Map() };
}

function nodeToJson(node: V2Node): JsonObject {
  const names = [...node.children.keys()].sort();
  return {
    Path: node.path,
    CreatedIndex: node.index,
    ModifiedIndex: node.index,
    ExpireTime: NEVER_EXPIRES,
    Value: node.value ?? "",
    Children: node.value === undefined ? new Map(names.map((n) => [n, nodeToJson(node.children.get(n)!)])) : null,
  };
}
