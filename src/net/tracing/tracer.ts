/**
 * Begins spans: of gRPC calls as etcd's otelgrpc handler does, and of what the server does on its own. Sampling follows the parent; a trace
 * that begins here is sampled by its ID (go.opentelemetry.io/otel/sdk/trace, ParentBased and TraceIDRatioBased).
 */
import { GRPC_STATUS_NAMES, GrpcCode } from "../../base/grpc-code.ts";
import type { Clock } from "../../io/clock.ts";
import type { Random } from "../../io/random.ts";
import type { ConnectionInfo } from "../transport/server-call.ts";
import { type Attributes, ETCD_SCOPE, Span, SpanKind, type SpanScope, type SpanSink } from "./span.ts";
import { parseTraceparent, TraceFlag } from "./trace-context.ts";

const PER_MILLION = 1_000_000;
/** The scope and version of the instrumentation that etcd 3.7.1 uses, so that dashboards find the spans of both. */
const CALL_SCOPE: SpanScope = {
  name: "go.opentelemetry.io/contrib/instrumentation/google.golang.org/grpc/otelgrpc",
  version: "0.68.0",
};
/** Codes that mark the span of a call as failed on the server's side. */
const FAILURES: ReadonlySet<GrpcCode> = new Set([
  GrpcCode.Unknown,
  GrpcCode.DeadlineExceeded,
  GrpcCode.Unimplemented,
  GrpcCode.Internal,
  GrpcCode.Unavailable,
  GrpcCode.DataLoss,
]);

export interface TracerOptions {
  readonly clock: Clock;
  readonly random: Random;
  /** Of traces that begin here, 0 to 1,000,000. */
  readonly samplingRatePerMillion: number;
  /** Takes spans that ended; must return at once. */
  readonly onEnd: (span: Span) => void;
}

export class Tracer implements SpanSink {
  readonly #clock: Clock;
  readonly #random: Random;
  /** Trace IDs whose last eight bytes are below this share of their range are sampled. */
  readonly #ratio: number;
  readonly #onEnd: (span: Span) => void;

  constructor(options: TracerOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#ratio = options.samplingRatePerMillion / PER_MILLION;
    this.#onEnd = options.onEnd;
  }

  now(): number {
    return this.#clock.now();
  }

  newSpanId(): string {
    return hex64(this.#random.u64() || 1n);
  }

  ended(span: Span): void {
    this.#onEnd(span);
  }

  /** The span of a gRPC call; undefined when it is not sampled. `metadata` looks up a key of the request. */
  call(method: string, connection: ConnectionInfo, metadata: (key: string) => string | undefined): Span | undefined {
    const header = metadata("traceparent");
    const parent = header === undefined ? undefined : parseTraceparent(header, metadata("tracestate"));
    if (parent !== undefined && (parent.flags & TraceFlag.Sampled) === 0) return undefined;
    const traceId = parent?.traceId ?? this.#sampledTraceId();
    if (traceId === undefined) return undefined;
    const name = method.slice(1);
    return new Span(
      this,
      { traceId, flags: parent?.flags ?? TraceFlag.Sampled, state: parent?.state ?? "" },
      {
        name,
        kind: SpanKind.Server,
        scope: CALL_SCOPE,
        attributes: ["rpc.method", name, "rpc.system.name", "grpc", ...addressAttributes(connection.localAddress)],
        parentSpanId: parent?.spanId ?? "",
        isParentRemote: true,
      },
    );
  }

  /** A span of the server that nobody asked for; undefined when it is not sampled. */
  root(name: string, attributes: Attributes): Span | undefined {
    const traceId = this.#sampledTraceId();
    if (traceId === undefined) return undefined;
    return new Span(
      this,
      { traceId, flags: TraceFlag.Sampled, state: "" },
      { name, kind: SpanKind.Internal, scope: ETCD_SCOPE, attributes, parentSpanId: "", isParentRemote: false },
    );
  }

  #sampledTraceId(): string | undefined {
    if (this.#ratio === 0) return undefined;
    const low = this.#random.u64() || 1n;
    if (this.#ratio < 1 && Number(low) / 2 ** 64 >= this.#ratio) return undefined;
    return hex64(this.#random.u64()) + hex64(low);
  }
}

/** Ends the span of a call with its status. */
export function endCallSpan(span: Span, code: GrpcCode, message: string): void {
  if (FAILURES.has(code)) span.error = message;
  span.set("rpc.response.status_code", GRPC_STATUS_NAMES[code]!);
  span.end();
}

function hex64(value: bigint): string {
  return value.toString(16).padStart(16, "0");
}

/** `127.0.0.1:2379` or `[::1]:2379`; anything else (a Unix socket) is an address without a port. */
function addressAttributes(address: string): Attributes {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d+)$/.exec(address);
  if (match === null) return ["server.address", address];
  return ["server.address", match[1] ?? match[2] ?? "", "server.port", Number(match[3])];
}
