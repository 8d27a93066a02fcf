/**
 * What peers ask a member about itself and its cluster: `/members`, `/members/promote/<id>`, `/members/hashkv`, `/downgrade/enabled`, `/version`
 * (etcd server/etcdserver/api/etcdhttp/peer.go, corrupt.go, server.go).
 */
import { isJsonObject, parseBigJson } from "../../base/big-json.ts";
import { idHex, utf8Text } from "../../base/bytes.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { membersText } from "../../core/membership/member.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange } from "../transport/http-exchange.ts";
import { answerError, isMethod } from "./http-answer.ts";
import type { LocalPeer } from "./peer-headers.ts";
import type { PeerServer } from "./peer-server.ts";

const PROMOTE_PREFIX = "/members/promote/";
const HASH_REQUEST_BYTES_MAX = 64 * 1024;
const JSON_TYPE = { "content-type": "application/json" };

/** Texts that etcd's peers look for in an answer. */
export const HASH_COMPACTED_TEXT = "mvcc: required revision has been compacted";
export const HASH_FUTURE_TEXT = "mvcc: required revision is a future revision";
export const PROMOTE_NOT_FOUND_TEXT = "membership: ID not found";
export const PROMOTE_NOT_LEARNER_TEXT = "membership: can only promote a learner member";
export const PROMOTE_NOT_READY_TEXT = "etcdserver: can only promote a learner member which is in sync with leader";

export class MemberHandler {
  readonly #local: LocalPeer;
  readonly #server: PeerServer;
  readonly #logger: Logger;

  constructor(parts: { readonly local: LocalPeer; readonly server: PeerServer; readonly logger: Logger }) {
    this.#local = parts.local;
    this.#server = parts.server;
    this.#logger = parts.logger;
  }

  /** False when the path is none of these. */
  handle(exchange: HttpExchange): boolean {
    const { path } = exchange;
    const answer = (work: Promise<void>): void => {
      work.catch((error: unknown) => {
        this.#logger.warn("failed to serve a request of a peer", { path, error: String(error) });
        answerError(exchange, 500, String(error));
      });
    };
    if (path === "/members") this.#members(exchange);
    else if (path === "/version") this.#version(exchange);
    else if (path === "/members/hashkv") answer(this.#hashKv(exchange));
    else if (path === "/downgrade/enabled") answer(this.#downgradeEnabled(exchange));
    else if (path.startsWith(PROMOTE_PREFIX)) answer(this.#promote(exchange));
    else return false;
    return true;
  }

  #clusterHeader(): Record<string, string> {
    return { "x-etcd-cluster-id": idHex(this.#local.clusterId) };
  }

  #members(exchange: HttpExchange): void {
    if (!isMethod(exchange, "GET")) return;
    exchange.respond(200, { ...this.#clusterHeader(), ...JSON_TYPE }, `${membersText(this.#server.members())}\n`);
  }

  #version(exchange: HttpExchange): void {
    if (!isMethod(exchange, "GET")) return;
    const { server, cluster, storage } = this.#server.versions();
    const body = { etcdserver: server, etcdcluster: cluster ?? "not_decided", storage: storage ?? "unknown" };
    exchange.respond(200, JSON_TYPE, JSON.stringify(body));
  }

  async #promote(exchange: HttpExchange): Promise<void> {
    if (!isMethod(exchange, "POST")) return;
    const headers = this.#clusterHeader();
    const text = exchange.path.slice(PROMOTE_PREFIX.length);
    const id = /^[0-9]+$/.test(text) ? BigInt(text) : undefined;
    if (id === undefined || id >= 1n << 64n) {
      answerError(exchange, 404, `member ${text} not found in cluster`, headers);
      return;
    }
    try {
      const members = await this.#server.promoteMember(id, exchange.header("authorization"));
      exchange.respond(200, { ...headers, ...JSON_TYPE }, `${membersText(members)}\n`);
    } catch (error) {
      this.#logger.warn("failed to promote a member", { "member-id": idHex(id), error: String(error) });
      const kind = error instanceof EtcdError ? error.kind : undefined;
      if (kind === "MemberNotFound") answerError(exchange, 404, PROMOTE_NOT_FOUND_TEXT, headers);
      else if (kind === "MemberNotLearner") answerError(exchange, 412, PROMOTE_NOT_LEARNER_TEXT, headers);
      else if (kind === "LearnerNotReady") answerError(exchange, 412, PROMOTE_NOT_READY_TEXT, headers);
      else exchange.respond(500, { ...headers, ...JSON_TYPE }, '{"message":"Internal Server Error"}');
    }
  }

  async #hashKv(exchange: HttpExchange): Promise<void> {
    if (!isMethod(exchange, "GET")) return;
    const asked = exchange.header("x-etcd-cluster-id") ?? "";
    if (asked !== "" && asked !== idHex(this.#local.clusterId)) {
      answerError(exchange, 412, "cluster ID mismatch");
      return;
    }
    let body: Uint8Array;
    try {
      body = await exchange.body(HASH_REQUEST_BYTES_MAX);
    } catch {
      answerError(exchange, 400, "error reading body");
      return;
    }
    const parsed = parseBigJson(utf8Text(body));
    const revision = parsed.ok && isJsonObject(parsed.value) ? (parsed.value.revision ?? 0) : undefined;
    if (typeof revision !== "number" || !Number.isInteger(revision)) {
      this.#logger.warn("failed to unmarshal request", { error: "not a HashKV request" });
      answerError(exchange, 400, "error unmarshalling request");
      return;
    }
    try {
      const found = await this.#server.hashKv(revision);
      const reply = {
        header: found.revision === 0 ? {} : { revision: found.revision },
        hash: nonZero(found.hash),
        compact_revision: nonZero(found.compactRevision),
        hash_revision: nonZero(found.hashRevision),
      };
      exchange.respond(200, { ...this.#clusterHeader(), ...JSON_TYPE }, JSON.stringify(reply));
    } catch (error) {
      const kind = error instanceof EtcdError ? error.kind : undefined;
      const text = kind === "Compacted" ? HASH_COMPACTED_TEXT : kind === "FutureRev" ? HASH_FUTURE_TEXT : String(error);
      this.#logger.warn("failed to get hashKV", { "requested-revision": revision, error: text });
      answerError(exchange, 400, text);
    }
  }

  async #downgradeEnabled(exchange: HttpExchange): Promise<void> {
    if (!isMethod(exchange, "GET")) return;
    const headers = this.#clusterHeader();
    try {
      const enabled = await this.#server.downgradeEnabled();
      exchange.respond(200, { ...headers, "content-type": "text/plain" }, String(enabled));
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      answerError(exchange, 500, `failed linearized read: ${reason}`, headers);
    }
  }
}

/** Go leaves zeros out. */
function nonZero(value: number): number | undefined {
  return value === 0 ? undefined : value;
}
