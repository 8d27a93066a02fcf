/**
 * A collector of OpenTelemetry traces: our gRPC server with the one method that exporters call. Messages are read by protobufjs, so what
 * is tested was decoded by code that knows nothing of the encoder.
 */
import { EventEmitter, once } from "node:events";
import protobuf from "protobufjs";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import type { ServerCall } from "../../src/net/transport/server-call.ts";
import { Transport } from "../../src/net/transport/transport.ts";

/** opentelemetry/proto/{trace,common,resource}/v1 and collector/trace/v1: what spans use of them. */
const SCHEMA = `syntax = "proto3";
message Request { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; string schema_url = 3; }
message Resource { repeated KeyValue attributes = 1; uint32 dropped_attributes_count = 2; }
message ScopeSpans { Scope scope = 1; repeated Span spans = 2; string schema_url = 3; }
message Scope { string name = 1; string version = 2; repeated KeyValue attributes = 3; }
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue {
  oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; double double_value = 4; bytes bytes_value = 7; }
}
message Span {
  bytes trace_id = 1; bytes span_id = 2; string trace_state = 3; bytes parent_span_id = 4; fixed32 flags = 16; string name = 5;
  int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8; repeated KeyValue attributes = 9;
  uint32 dropped_attributes_count = 10; repeated Event events = 11; uint32 dropped_events_count = 12; repeated Link links = 13;
  uint32 dropped_links_count = 14; Status status = 15;
}
message Event { fixed64 time_unix_nano = 1; string name = 2; repeated KeyValue attributes = 3; uint32 dropped_attributes_count = 4; }
message Link { bytes trace_id = 1; bytes span_id = 2; }
message Status { string message = 2; int32 code = 3; }`;

export const EXPORT_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

export interface CollectedSpan {
  readonly traceId: string;
  readonly spanId: string;
  /** Empty for a root. */
  readonly parentSpanId: string;
  readonly traceState: string;
  readonly flags: number;
  readonly name: string;
  readonly kind: number;
  readonly startNano: bigint;
  readonly endNano: bigint;
  /** `key=value`, values with their kind, in the order sent. */
  readonly attributes: readonly string[];
  readonly events: readonly { readonly name: string; readonly nano: bigint; readonly attributes: readonly string[] }[];
  readonly status: { readonly code: number; readonly message: string };
  readonly scope: { readonly name: string; readonly version: string; readonly schemaUrl: string };
  readonly resource: { readonly attributes: readonly string[]; readonly schemaUrl: string };
}

/** What one call of an exporter brought. */
export interface Export {
  readonly headers: (name: string) => string | undefined;
  readonly spans: readonly CollectedSpan[];
}

export class TraceCollector {
  readonly port: number;
  readonly exports: Export[];
  /** What is done with a call besides keeping it; replies OK when absent. */
  answer: ((call: ServerCall) => void) | undefined;
  readonly #transport: Transport;
  readonly #arrivals: EventEmitter;

  private constructor(transport: Transport, port: number) {
    this.#transport = transport;
    this.port = port;
    this.exports = [];
    this.answer = undefined;
    this.#arrivals = new EventEmitter();
  }

  static async start(port = 0): Promise<TraceCollector> {
    let collector: TraceCollector | undefined;
    const transport = new Transport({
      clock: new NodeClock(),
      logger: SILENT_LOGGER,
      // As collectors have it.
      limits: { messageBytesMax: 4 * 1024 * 1024 },
      router: new Map([
        [EXPORT_PATH, { kind: "unary", handle: (call, message) => collector!.#receive(call, message) }],
      ]),
    });
    const bound = await transport.listen({ host: "127.0.0.1", port });
    collector = new TraceCollector(transport, bound.port);
    return collector;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get spans(): readonly CollectedSpan[] {
    return this.exports.flatMap((each) => each.spans);
  }

  #receive(call: ServerCall, message: Uint8Array): void {
    this.exports.push({ headers: (name) => call.metadata(name), spans: decodeExport(message) });
    if (this.answer === undefined) call.reply(new Uint8Array(0));
    else this.answer(call);
    this.#arrivals.emit("export");
  }

  /** Resolves when the spans satisfy the condition; rejects after `ms`, naming what there is. */
  async until(what: string, isMet: (spans: readonly CollectedSpan[]) => boolean, ms = 20_000): Promise<void> {
    const end = AbortSignal.timeout(ms);
    while (!isMet(this.spans)) {
      try {
        await once(this.#arrivals, "export", { signal: end });
      } catch (cause) {
        throw new Error(`${what} did not come; received: ${this.spans.map((s) => s.name).join(", ")}`, { cause });
      }
    }
  }

  async close(): Promise<void> {
    await this.#transport.close(0);
  }
}

interface RawValue {
  readonly stringValue?: string;
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number;
  readonly value: string;
}
interface RawAttribute {
  readonly key: string;
  readonly value?: RawValue;
}
interface RawSpan {
  readonly [name: string]: unknown;
  readonly traceId: Uint8Array;
  readonly spanId: Uint8Array;
  readonly parentSpanId: Uint8Array;
  readonly attributes: readonly RawAttribute[];
  readonly events: readonly { name: string; timeUnixNano: string; attributes: readonly RawAttribute[] }[];
  readonly status?: { readonly code: number; readonly message: string };
}
interface RawRequest {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly RawAttribute[] };
    readonly schemaUrl: string;
    readonly scopeSpans: readonly {
      readonly scope: { readonly name: string; readonly version: string };
      readonly schemaUrl: string;
      readonly spans: readonly RawSpan[];
    }[];
  }[];
}

const Request = protobuf.parse(SCHEMA).root.lookupType("Request");

export function decodeExport(message: Uint8Array): readonly CollectedSpan[] {
  const raw = Request.toObject(Request.decode(message), {
    longs: String,
    defaults: true,
    arrays: true,
    oneofs: true,
  }) as RawRequest;
  return raw.resourceSpans.flatMap(({ resource, schemaUrl, scopeSpans }) =>
    scopeSpans.flatMap(({ scope, schemaUrl: scopeSchemaUrl, spans }) =>
      spans.map((span) => ({
        traceId: hex(span.traceId),
        spanId: hex(span.spanId),
        parentSpanId: hex(span.parentSpanId),
        traceState: span["traceState"] as string,
        flags: span["flags"] as number,
        name: span["name"] as string,
        kind: span["kind"] as number,
        startNano: BigInt(span["startTimeUnixNano"] as string),
        endNano: BigInt(span["endTimeUnixNano"] as string),
        attributes: attributeTexts(span.attributes),
        events: span.events.map((event) => ({
          name: event.name,
          nano: BigInt(event.timeUnixNano),
          attributes: attributeTexts(event.attributes),
        })),
        status: { code: span.status?.code ?? 0, message: span.status?.message ?? "" },
        scope: { name: scope.name, version: scope.version, schemaUrl: scopeSchemaUrl },
        resource: { attributes: attributeTexts(resource.attributes), schemaUrl },
      })),
    ),
  );
}

function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

function attributeTexts(attributes: readonly RawAttribute[]): readonly string[] {
  return attributes.map(({ key, value }) => {
    switch (value?.value) {
      case "stringValue":
        return `${key}="${value.stringValue}"`;
      case "boolValue":
        return `${key}=${value.boolValue}`;
      case "intValue":
        return `${key}=int ${value.intValue}`;
      case "doubleValue":
        return `${key}=double ${value.doubleValue}`;
      default:
        return `${key}=?`;
    }
  });
}
