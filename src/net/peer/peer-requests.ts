/**
 * Questions to other members over their peer URLs: who is in the cluster, which versions run, hashes of the key space, leases and promotions that
 * only the leader can handle. A question goes to one URL after the other until one answers
 * (etcd server/etcdserver/cluster_util.go, corrupt.go, lease/leasehttp/http.go).
 */
import { isJsonObject, type ParsedJson, parseBigJson } from "../../base/big-json.ts";
import { idHex, utf8, utf8Text } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { type Member, parseIdHex, parseMembers } from "../../core/membership/member.ts";
import type { MemberVersions } from "../../core/version/version-monitor.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { LeaseInternalRequest, LeaseInternalResponse } from "../../proto/generated/lease.ts";
import {
  LeaseKeepAliveRequest,
  LeaseKeepAliveResponse,
  type LeaseTimeToLiveResponse,
} from "../../proto/generated/rpc.ts";
import { DialError, type DialRequest, type PeerDialer } from "./dialer.ts";
import {
  HASH_COMPACTED_TEXT,
  HASH_FUTURE_TEXT,
  PROMOTE_NOT_LEARNER_TEXT,
  PROMOTE_NOT_READY_TEXT,
} from "./member-handler.ts";
import { PeerResponseError } from "./peer-error.ts";
import type { HashKv } from "./peer-server.ts";

export interface PeerRequestsOptions {
  readonly dialer: PeerDialer;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For each request, milliseconds (etcd: 5 s and two elections). */
  readonly timeoutMs: number;
}

export interface FetchedCluster {
  readonly clusterId: bigint;
  readonly members: readonly Member[];
}

const JOIN_TIMEOUT_MS = 10_000;
const ANSWER_BYTES_MAX = 4 * 1024 * 1024;
const LEASE_ANSWER_BYTES_MAX = 100 * 1024 * 1024;

interface Answer {
  readonly status: number;
  readonly body: Uint8Array;
  header(name: string): string | undefined;
}

export class PeerRequests {
  readonly #options: PeerRequestsOptions;

  constructor(options: PeerRequestsOptions) {
    this.#options = options;
  }

  /** The members of a running cluster, from the first URL that tells. Undefined when none does, or when it knows of no members. */
  async cluster(urls: readonly string[], timeoutMs: number = JOIN_TIMEOUT_MS): Promise<FetchedCluster | undefined> {
    for (const url of urls) {
      const address = `${url}/members`;
      const answer = await this.#get(address, "failed to get cluster response", timeoutMs);
      if (answer === undefined) continue;
      const members = parseMembers(utf8Text(answer.body));
      if (members === undefined) {
        this.#options.logger.warn("failed to unmarshal cluster response", { address });
        continue;
      }
      const header = answer.header("x-etcd-cluster-id") ?? "";
      const clusterId = parseIdHex(header);
      if (clusterId === undefined) {
        this.#options.logger.warn("failed to parse cluster ID", { address, header });
        continue;
      }
      return members.length === 0 ? undefined : { clusterId, members };
    }
    return undefined;
  }

  /** What `/version` says; undefined when nobody answers. */
  async versions(urls: readonly string[]): Promise<MemberVersions | undefined> {
    for (const url of urls) {
      const address = `${url}/version`;
      const answer = await this.#get(address, "failed to reach the peer URL");
      const json = answer === undefined ? undefined : parseJson(answer.body);
      if (json !== undefined && isJsonObject(json)) {
        const { etcdserver: server = "", etcdcluster: cluster = "" } = json;
        if (typeof server === "string" && typeof cluster === "string") return { server, cluster };
      }
      if (answer !== undefined) this.#options.logger.warn("failed to unmarshal response", { address });
    }
    return undefined;
  }

  /** Whether a downgrade is under way; undefined when nobody answers. */
  async downgradeEnabled(urls: readonly string[]): Promise<boolean | undefined> {
    for (const url of urls) {
      const address = `${url}/downgrade/enabled`;
      const answer = await this.#get(address, "failed to reach the peer URL");
      if (answer === undefined) continue;
      const text = utf8Text(answer.body);
      if (text === "true" || text === "false") return text === "true";
      this.#options.logger.warn("failed to convert response", { address });
    }
    return undefined;
  }

  /** Rejects with EtcdError (Compacted, FutureRev, ClusterIDMismatch) or another error when no URL gave a hash. */
  async hashKv(urls: readonly string[], clusterId: bigint, revision: number): Promise<HashKv> {
    return this.#firstOf(urls, async (url) => {
      const answer = await this.#ask({
        method: "GET",
        url: `${url}/members/hashkv`,
        headers: { "Content-Type": "application/json", "X-Etcd-Cluster-ID": idHex(clusterId) },
        body: utf8(JSON.stringify(revision === 0 ? {} : { revision })),
      });
      const text = utf8Text(answer.body).trimEnd();
      if (answer.status === 400 && text === HASH_COMPACTED_TEXT) throw etcdError("Compacted");
      if (answer.status === 400 && text === HASH_FUTURE_TEXT) throw etcdError("FutureRev");
      if (answer.status === 412 && text === "cluster ID mismatch") throw etcdError("ClusterIDMismatch");
      const found = answer.status === 200 ? hashOf(parseJson(answer.body)) : undefined;
      if (found === undefined) throw new PeerResponseError(answer.status, `unknown error: ${text}`);
      return found;
    });
  }

  /** Renews a lease on the leader; resolves to the TTL in seconds. Rejects with EtcdError LeaseNotFound, or any error when it could not be asked. */
  async renewLease(urls: readonly string[], id: bigint): Promise<number> {
    const body = await this.#leaseAnswer(urls, "/leases", LeaseKeepAliveRequest.encode({ id }));
    const reply = LeaseKeepAliveResponse.decode(body);
    if (reply.id !== id) throw new PeerResponseError(200, "lease: renew id mismatch");
    return reply.ttl;
  }

  /** Likewise. */
  async leaseTimeToLive(urls: readonly string[], id: bigint, keys: boolean): Promise<LeaseTimeToLiveResponse> {
    const request = LeaseInternalRequest.encode({ leaseTimeToLiveRequest: { id, keys } });
    const body = await this.#leaseAnswer(urls, "/leases/internal", request);
    const reply = LeaseInternalResponse.decode(body).leaseTimeToLiveResponse;
    if (reply?.id !== id) throw new PeerResponseError(200, "lease: TTL id mismatch");
    return reply;
  }

  /**
   * Promotes a learner on the leader. `token`: the asking user's. Rejects with EtcdError MemberNotFound, MemberNotLearner or LearnerNotReady, or any
   * error when it could not be asked.
   */
  async promoteMember(urls: readonly string[], id: bigint, token?: string): Promise<void> {
    await this.#firstOf(urls, async (url) => {
      const answer = await this.#ask({
        method: "POST",
        url: `${url}/members/promote/${id}`,
        headers: token === undefined ? {} : { Authorization: token },
        body: new Uint8Array(0),
      });
      const text = utf8Text(answer.body).trimEnd();
      if (answer.status === 408) throw etcdError("Timeout");
      if (answer.status === 412 && text === PROMOTE_NOT_READY_TEXT) throw etcdError("LearnerNotReady");
      if (answer.status === 412 && text === PROMOTE_NOT_LEARNER_TEXT) throw etcdError("MemberNotLearner");
      if (answer.status === 404) throw etcdError("MemberNotFound");
      if (answer.status !== 200) throw new PeerResponseError(answer.status, `member promote: unknown error(${text})`);
    });
  }

  #leaseAnswer(urls: readonly string[], path: string, body: Uint8Array): Promise<Uint8Array> {
    return this.#firstOf(urls, async (url) => {
      const headers = { "Content-Type": "application/protobuf" };
      const answer = await this.#ask({ method: "POST", url: `${url}${path}`, headers, body }, LEASE_ANSWER_BYTES_MAX);
      if (answer.status === 408) throw etcdError("TimeoutWaitAppliedIndex");
      if (answer.status === 404) throw etcdError("LeaseNotFound");
      if (answer.status !== 200)
        throw new PeerResponseError(answer.status, `lease: unknown error(${utf8Text(answer.body).trimEnd()})`);
      return answer.body;
    });
  }

  /** The answer of the first URL that can be asked; what it refuses is an answer too. */
  async #firstOf<T>(urls: readonly string[], ask: (url: string) => Promise<T>): Promise<T> {
    let lost: DialError | undefined;
    for (const url of urls) {
      try {
        return await ask(url);
      } catch (error) {
        if (!(error instanceof DialError)) throw error;
        lost = error;
      }
    }
    throw lost ?? new DialError("the member has no peer URLs");
  }

  async #get(address: string, complaint: string, timeoutMs?: number): Promise<Answer | undefined> {
    try {
      const request: DialRequest = { method: "GET", url: address, headers: {}, body: undefined };
      return await this.#ask(request, ANSWER_BYTES_MAX, timeoutMs);
    } catch (error) {
      if (!(error instanceof DialError)) throw error;
      this.#options.logger.warn(complaint, { address, error: error.message });
      return undefined;
    }
  }

  async #ask(
    request: DialRequest,
    bytesMax: number = ANSWER_BYTES_MAX,
    timeoutMs: number = this.#options.timeoutMs,
  ): Promise<Answer> {
    const dialed = this.#options.dialer.dial(request);
    const timer = this.#options.clock.setTimer(timeoutMs, () => dialed.abort("request timed out"));
    try {
      const response = await dialed.response;
      const body = await response.body(bytesMax);
      return { status: response.status, body, header: (name) => response.header(name) };
    } finally {
      timer.cancel();
    }
  }
}

function parseJson(body: Uint8Array): ParsedJson | undefined {
  const parsed = parseBigJson(utf8Text(body));
  return parsed.ok ? parsed.value : undefined;
}

function hashOf(json: ParsedJson | undefined): HashKv | undefined {
  if (json === undefined || !isJsonObject(json)) return undefined;
  const header = json.header ?? null;
  const revision = isJsonObject(header) ? (header.revision ?? 0) : 0;
  const hash = json.hash ?? 0;
  const compactRevision = json.compact_revision ?? 0;
  const hashRevision = json.hash_revision ?? 0;
  if (
    typeof revision !== "number" ||
    typeof hash !== "number" ||
    typeof compactRevision !== "number" ||
    typeof hashRevision !== "number"
  ) {
    return undefined;
  }
  return { hash, compactRevision, hashRevision, revision };
}
