/**
 * Leases asked of the leader by other members: `/leases` renews one, `/leases/internal` tells its time to live. Bodies are protobuf
 * (etcd server/lease/leasehttp/http.go).
 */
import { EtcdError } from "../../base/etcd-error.ts";
import type { Logger } from "../../io/logger.ts";
import { LeaseInternalRequest, LeaseInternalResponse } from "../../proto/generated/lease.ts";
import { LeaseKeepAliveRequest, LeaseKeepAliveResponse } from "../../proto/generated/rpc.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { BodyTooLargeError, type HttpExchange } from "../transport/http-exchange.ts";
import { answerError } from "./http-answer.ts";
import type { PeerServer } from "./peer-server.ts";

const REQUEST_BYTES_MAX = 64 * 1024;

export class LeaseHandler {
  readonly #server: PeerServer;
  readonly #logger: Logger;

  constructor(parts: { readonly server: PeerServer; readonly logger: Logger }) {
    this.#server = parts.server;
    this.#logger = parts.logger;
  }

  /** False when the path is none of these. */
  handle(exchange: HttpExchange): boolean {
    const { path } = exchange;
    if (path !== "/leases" && path !== "/leases/internal") return false;
    this.#serve(exchange).catch((error: unknown) => {
      this.#logger.warn("failed to serve a request of a peer", { path, error: String(error) });
      answerError(exchange, 500, String(error));
    });
    return true;
  }

  async #serve(exchange: HttpExchange): Promise<void> {
    if (exchange.method !== "POST") {
      answerError(exchange, 405, "Method Not Allowed");
      return;
    }
    let body: Uint8Array;
    try {
      body = await exchange.body(REQUEST_BYTES_MAX);
    } catch (error) {
      if (error instanceof BodyTooLargeError) answerError(exchange, 413, "request body too large");
      else answerError(exchange, 400, "error reading body");
      return;
    }
    const isRenewal = exchange.path === "/leases";
    let reply: Uint8Array;
    try {
      reply = isRenewal ? await this.#renew(body) : await this.#timeToLive(body);
    } catch (error) {
      if (error instanceof ProtoError) answerError(exchange, 400, "error unmarshalling request");
      else answerRefusal(exchange, error, isRenewal ? 400 : 500);
      return;
    }
    exchange.respond(200, { "content-type": "application/protobuf" }, reply);
  }

  async #renew(body: Uint8Array): Promise<Uint8Array> {
    const { id } = LeaseKeepAliveRequest.decode(body);
    return LeaseKeepAliveResponse.encode({ id, ttl: await this.#server.renewLease(id) });
  }

  async #timeToLive(body: Uint8Array): Promise<Uint8Array> {
    const asked = LeaseInternalRequest.decode(body).leaseTimeToLiveRequest;
    if (asked === undefined) throw new ProtoError("no request inside");
    const found = await this.#server.leaseTimeToLive(asked.id, asked.keys);
    // The header is the asking member's to fill.
    return LeaseInternalResponse.encode({ leaseTimeToLiveResponse: { ...found, header: {} } });
  }
}

function answerRefusal(exchange: HttpExchange, error: unknown, otherwise: number): void {
  const kind = error instanceof EtcdError ? error.kind : undefined;
  if (kind === "TimeoutWaitAppliedIndex")
    answerError(exchange, 408, "waiting for node to catch up its applied index has timed out");
  else if (kind === "LeaseNotFound") answerError(exchange, 404, "lease not found");
  else answerError(exchange, otherwise, error instanceof Error ? error.message : String(error));
}
