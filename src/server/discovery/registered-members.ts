/**
 * The members that registered themselves under one discovery token (etcd server/etcdserver/api/v3discovery, clusterInfo):
 *
 *     /_etcd/registry/<token>/_config/size            "3"
 *     /_etcd/registry/<token>/members/<member ID>     "name=http://host:2380"
 *
 * Those that registered first, by the revision that created their key, are the cluster.
 */
import { posix } from "node:path";
import { idHex } from "../../base/bytes.ts";
import { parseUrlsMap } from "../../core/membership/member-urls.ts";

const REGISTRY = "/_etcd/registry";

export function sizeKey(token: string): string {
  return posix.join(REGISTRY, token, "_config/size");
}

export function membersPrefix(token: string): string {
  return posix.join(REGISTRY, token, "members");
}

export function memberKey(token: string, memberId: bigint): string {
  return posix.join(membersPrefix(token), idHex(memberId));
}

/** The cluster's size from the text of the size key; undefined for anything that is no positive number. */
export function parseClusterSize(text: string): number | undefined {
  if (!/^\+?\d{1,15}$/.test(text)) return undefined;
  const size = Number(text);
  return size > 0 ? size : undefined;
}

interface Registration {
  readonly key: string;
  readonly urls: string;
  readonly createRevision: number;
}

export class RegisteredMembers {
  readonly #token: string;
  #members: Registration[];

  constructor(token: string) {
    this.#token = token;
    this.#members = [];
  }

  get size(): number {
    return this.#members.length;
  }

  /** Why the registration is not taken, or undefined. */
  add(key: string, urls: string, createRevision: number): string | undefined {
    if (!key.startsWith(membersPrefix(this.#token))) return "invalid peer registry key";
    if (!urls.includes("=")) return "invalid peer info returned from discovery service";
    if (this.#members.some((member) => member.key === key)) return "found duplicate peer from discovery service";
    this.#members.push({ key, urls, createRevision });
    this.#members.sort((a, b) => a.createRevision - b.createRevision);
    return undefined;
  }

  /** True when that many others have registered before this member. */
  isFullFor(memberId: bigint, clusterSize: number): boolean {
    const own = memberKey(this.#token, memberId);
    const at = this.#members.findIndex((member) => member.key === own);
    return (at < 0 ? this.#members.length : at) >= clusterSize;
  }

  /** The text of --initial-cluster; undefined when one of the members gave URLs that are none. */
  initialCluster(clusterSize: number): string | undefined {
    const text = this.#members
      .slice(0, clusterSize)
      .map((member) => member.urls)
      .join(",");
    return parseUrlsMap(text).ok ? text : undefined;
  }
}
