/**
 * The JSON gateway: POST /v3/... calls the gRPC method of the same server, in process (grpc-gateway v2 as etcd sets it up in
 * server/embed/serve.go). Every answer that etcd gives in JSON has its shape here: proto names, 64-bit integers as text, unpopulated
 * fields left out, errors as google.rpc.Status.
 *
 * A unary request is the first JSON value of the body, or an empty message without one; the rest is read and dropped. A bidirectional
 * stream takes one message per value while the body lasts; what is no JSON ends the client's half without a word, as in etcd.
 */
import { GrpcCode } from "../../base/grpc-code.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Tracer } from "../../net/tracing/tracer.ts";
import { ClientGoneError, type HttpExchange, type HttpHandler } from "../../net/transport/http-exchange.ts";
import type { GrpcMethod, GrpcRouter } from "../../net/transport/server-call.ts";
import type { TransportMetrics } from "../../net/transport/transport-metrics.ts";
import type { MessageCodec, MethodInfo } from "../../proto/message-codec.ts";
import { wireError } from "../grpc/call-gate.ts";
import { GatewayCall, type GatewayFailure, type GatewayReceiver, gatewayTimeoutMs } from "./gateway-call.ts";
import { failureJson, httpStatusOf, isSmall, jsonPieces, streamLine } from "./gateway-output.ts";
import { GATEWAY_ROUTES } from "./gateway-routes.ts";
import { type InputResult, JsonInput } from "./json-input.ts";

export interface GatewayOptions {
  readonly methods: GrpcRouter;
  readonly metrics: TransportMetrics;
  readonly tracer?: Tracer | undefined;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of one request as protobuf: max-request-bytes + 512 KiB. */
  readonly messageBytesMax: number;
}

const JSON_TYPE = "application/json";
/** What the metadata of an answered call becomes. */
const ANSWERED: Readonly<Record<string, string>> = {
  "content-type": JSON_TYPE,
  "grpc-metadata-content-type": "application/grpc",
};
/** For the body of a call that is no stream from the client: who sends slower is cut off. */
const BODY_TIMEOUT_MS = 300_000;
/** JSON may be longer than the message: base64, escapes, white space. */
const JSON_FACTOR = 4;

/** The handler of everything below /v3/. */
export function gatewayHandler(options: GatewayOptions): HttpHandler {
  return (exchange) => {
    const route = GATEWAY_ROUTES.get(exchange.path);
    const method = route === undefined ? undefined : options.methods.get(route.path);
    if (route === undefined || method === undefined) {
      refuse(exchange, { code: GrpcCode.NotFound, message: "Not Found" });
      return;
    }
    if (methodOf(exchange) !== "POST") {
      refuse(exchange, { code: GrpcCode.Unimplemented, message: "Method Not Allowed" });
      return;
    }
    const timeout = exchange.header("grpc-timeout") ?? "";
    const timeoutMs = timeout === "" ? undefined : gatewayTimeoutMs(timeout);
    if (timeout !== "" && timeoutMs === undefined) {
      refuse(exchange, { code: GrpcCode.InvalidArgument, message: `invalid grpc-timeout: ${timeout}` });
      return;
    }
    // A timeout of zero counts as none, as in grpc-gateway.
    const request = new GatewayRequest(exchange, route, options, timeoutMs === 0 ? undefined : timeoutMs);
    void request.run(method).catch((error: unknown) => request.broke(error));
  };
}

/** Forms may name another method in a header. */
function methodOf(exchange: HttpExchange): string {
  const override = exchange.header("x-http-method-override") ?? "";
  const isForm = exchange.header("content-type") === "application/x-www-form-urlencoded";
  return override !== "" && isForm && exchange.method === "POST" ? override.toUpperCase() : exchange.method;
}

function refuse(exchange: HttpExchange, failure: GatewayFailure): void {
  const headers: Record<string, string> = { "content-type": JSON_TYPE };
  if (failure.code === GrpcCode.Unauthenticated) headers["www-authenticate"] = failure.message;
  exchange.respond(httpStatusOf(failure.code), headers, JSON.stringify(failureJson(failure)));
}

class GatewayRequest implements GatewayReceiver {
  readonly #exchange: HttpExchange;
  readonly #route: MethodInfo;
  readonly #options: GatewayOptions;
  readonly #input: JsonInput;
  readonly #timeoutMs: number | undefined;
  #call: GatewayCall | undefined;
  /** Streams: the head is out. */
  #started: boolean;
  /** The answer of a unary call. */
  #answer: Uint8Array | undefined;

  constructor(exchange: HttpExchange, route: MethodInfo, options: GatewayOptions, timeoutMs: number | undefined) {
    this.#exchange = exchange;
    this.#route = route;
    this.#options = options;
    this.#timeoutMs = timeoutMs;
    this.#input = new JsonInput(
      exchange.bodyStream(),
      route.request as MessageCodec<object>,
      options.messageBytesMax * JSON_FACTOR,
    );
    this.#call = undefined;
    this.#started = false;
    this.#answer = undefined;
  }

  async run(method: GrpcMethod): Promise<void> {
    if (this.#route.clientStreaming && method.kind === "stream") {
      const call = this.#begin();
      method.open(call);
      await this.#feed(call);
      return;
    }
    const timer = this.#options.clock.setTimer(BODY_TIMEOUT_MS, () => this.#exchange.abort());
    let input: InputResult;
    try {
      input = await this.#input.next();
    } finally {
      timer.cancel();
    }
    const message = this.#messageOf(input);
    if (message === undefined) return;
    const call = this.#begin();
    if (method.kind === "unary") {
      call.handle(method, message);
    } else {
      method.open(call);
      call.deliver(message);
      call.halfClose();
    }
    // What follows the request is dropped; it must be read for the client to be heard going away.
    await this.#input.discard();
  }

  #begin(): GatewayCall {
    const { metrics, clock, tracer } = this.#options;
    const exchange = this.#exchange;
    const call = new GatewayCall({
      method: this.#route.path,
      connection: exchange.connection,
      header: (name) => exchange.header(name),
      receiver: this,
      metrics,
      clock,
      timeoutMs: this.#timeoutMs,
      tracer,
    });
    this.#call = call;
    exchange.onCancel = () => call.cancel();
    if (exchange.cancelled) call.cancel();
    return call;
  }

  /** Passes on the values of the body until it ends or cannot be read. */
  async #feed(call: GatewayCall): Promise<void> {
    for (;;) {
      const input = await this.#input.next();
      if (input.kind !== "message") {
        call.halfClose();
        if (input.kind === "error")
          this.#options.logger.debug("the gateway could not decode a request", { error: input.reason });
        return;
      }
      if (input.bytes.length > this.#options.messageBytesMax) {
        call.fail(this.#oversized(input.bytes.length));
        return;
      }
      call.deliver(input.bytes);
      await call.receiving();
    }
  }

  #messageOf(input: InputResult): Uint8Array | undefined {
    switch (input.kind) {
      case "end":
        return new Uint8Array(0);
      case "error":
        this.#refuseInput({ code: GrpcCode.InvalidArgument, message: input.reason });
        return undefined;
      case "oversized":
        this.#refuseInput(this.#oversized(this.#options.messageBytesMax * JSON_FACTOR));
        return undefined;
      default:
        if (input.bytes.length <= this.#options.messageBytesMax) return input.bytes;
        this.#refuseInput(this.#oversized(input.bytes.length));
        return undefined;
    }
  }

  #refuseInput(failure: GatewayFailure): void {
    refuse(this.#exchange, failure);
  }

  #oversized(bytes: number): GatewayFailure {
    const max = this.#options.messageBytesMax;
    return {
      code: GrpcCode.ResourceExhausted,
      message: `grpc: received message larger than max (${bytes} vs. ${max})`,
    };
  }

  /** A handler threw, or the body could not be read. */
  broke(error: unknown): void {
    if (error instanceof ClientGoneError) {
      this.#call?.cancel();
      return;
    }
    const failure = wireError(error);
    this.#options.logger.error("gateway request failed", { path: this.#exchange.path, error: failure.message });
    if (this.#call === undefined) refuse(this.#exchange, failure);
    else this.#call.fail(failure);
  }

  // ---- answers -------------------------------------------------------------------------------------------------------------

  message(bytes: Uint8Array): number {
    if (!this.#route.serverStreaming) {
      this.#answer = bytes;
      return 0;
    }
    const codec = this.#route.response as MessageCodec<object>;
    this.#start();
    const line = streamLine("result", codec.toJson(codec.decode(bytes)));
    this.#write(line);
    return line.length;
  }

  end(failure: GatewayFailure | undefined): void {
    if (!this.#route.serverStreaming) {
      if (failure !== undefined) refuse(this.#exchange, failure);
      else void this.#respond(this.#answer ?? new Uint8Array(0)).catch((error: unknown) => this.#lost(error));
      return;
    }
    if (failure !== undefined) {
      if (!this.#started) {
        this.#started = true;
        this.#exchange.start(httpStatusOf(failure.code), { "content-type": JSON_TYPE });
      }
      this.#write(streamLine("error", failureJson(failure)));
    } else if (!this.#started) {
      this.#started = true;
      this.#exchange.start(200, {});
    }
    this.#exchange.end();
  }

  #start(): void {
    if (this.#started) return;
    this.#started = true;
    this.#exchange.start(200, this.#answeredHeaders());
  }

  #answeredHeaders(): Readonly<Record<string, string>> {
    const extra = this.#call!.headers;
    if (extra.length === 0) return ANSWERED;
    const headers: Record<string, string> = { ...ANSWERED };
    for (const [name, value] of extra) headers[`grpc-metadata-${name}`] = value;
    return headers;
  }

  #write(line: Uint8Array): void {
    const call = this.#call!;
    this.#exchange.write(line).then(
      () => call.taken(line.length),
      () => call.cancel(),
    );
  }

  async #respond(message: Uint8Array): Promise<void> {
    const codec = this.#route.response as MessageCodec<object>;
    if (isSmall(message)) {
      this.#exchange.respond(200, this.#answeredHeaders(), JSON.stringify(codec.toJson(codec.decode(message))));
      return;
    }
    this.#exchange.start(200, this.#answeredHeaders());
    for await (const piece of jsonPieces(codec, message, this.#options.clock)) await this.#exchange.write(piece);
    this.#exchange.end();
  }

  /** A client that left in the middle of its answer needs no word. */
  #lost(error: unknown): void {
    if (error instanceof ClientGoneError) return;
    this.#options.logger.error("gateway response failed", { path: this.#exchange.path, error: String(error) });
    this.#exchange.abort();
  }
}
