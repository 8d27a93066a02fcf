/**
 * Spans as an ExportTraceServiceRequest of OTLP (opentelemetry-proto 1.10), written from the back to the front:
 *
 *   ExportTraceServiceRequest  1 resource_spans
 *   ResourceSpans              1 resource, 2 scope_spans
 *   Resource                   1 attributes
 *   ScopeSpans                 1 scope, 2 spans
 *   InstrumentationScope       1 name, 2 version
 *   Span    1 trace_id, 2 span_id, 3 trace_state, 4 parent_span_id, 5 name, 6 kind, 7 start and 8 end (fixed64, Unix nanoseconds),
 *           9 attributes, 11 events, 15 status, 16 flags (fixed32)
 *   Event   1 time (fixed64), 2 name      Status   2 message, 3 code
 *   KeyValue   1 key, 2 value             AnyValue   1 string, 2 bool, 3 int
 *
 * Only one resource and its scopes go into a request, so that a handwritten encoder is shorter than a schema. Times become wall time here:
 * spans carry those of the monotonic clock.
 */
import { putBig, putInt64, putText, putUint32 } from "../../proto/writer.ts";
import type { Attributes, AttributeValue, Span, SpanEvent, SpanScope } from "./span.ts";

const STATUS_ERROR = 2;
/** Flags above those of the trace: it is known whether the parent is remote; it is. */
const HAS_IS_REMOTE = 0x100;
const IS_REMOTE = 0x200;
// DIVERGES: ADR 0021.
/** Longer texts are cut: keys can be megabytes long, and collectors refuse messages above four. */
const TEXT_MAX = 16 * 1024;
const VARINT = 0;
const FIXED64 = 1;
const DELIMITED = 2;
const FIXED32 = 5;
/** More than the fixed parts of a span, an attribute and an event take. */
const SPAN_OVERHEAD_BYTES = 160;
const ITEM_OVERHEAD_BYTES = 40;

/** Not less than the bytes of the encoded span. */
export function spanBytesMax(span: Span): number {
  let bytes = SPAN_OVERHEAD_BYTES + textMax(span.name) + textMax(span.trace.state) + textMax(span.error ?? "");
  for (const part of span.attributes) bytes += ITEM_OVERHEAD_BYTES + (typeof part === "string" ? textMax(part) : 0);
  for (const event of span.events) bytes += ITEM_OVERHEAD_BYTES + textMax(event.name);
  return bytes;
}

function textMax(text: string): number {
  return Math.min(text.length, TEXT_MAX) * 3;
}

/**
 * The request with all spans. `wallOffsetMs`: what to add to the times of spans to have milliseconds since the Unix epoch.
 */
export function encodeExport(resource: Attributes, spans: readonly Span[], wallOffsetMs: number): Uint8Array {
  let bytesMax = SPAN_OVERHEAD_BYTES;
  for (const part of resource) bytesMax += ITEM_OVERHEAD_BYTES + textMax(String(part));
  const byScope = new Map<SpanScope, Span[]>();
  for (const span of spans) {
    bytesMax += spanBytesMax(span);
    const group = byScope.get(span.scope);
    if (group === undefined) byScope.set(span.scope, [span]);
    else group.push(span);
  }
  for (const { name, version } of byScope.keys()) bytesMax += SPAN_OVERHEAD_BYTES + textMax(name) + textMax(version);
  const writer = new BackWriter(bytesMax, wallOffsetMs);
  return writer.request(resource, [...byScope].reverse());
}

class BackWriter {
  readonly #into: Uint8Array;
  readonly #view: DataView;
  readonly #wallOffsetMs: number;
  #at: number;

  constructor(bytes: number, wallOffsetMs: number) {
    this.#into = new Uint8Array(bytes);
    this.#view = new DataView(this.#into.buffer);
    this.#wallOffsetMs = wallOffsetMs;
    this.#at = bytes;
  }

  request(resource: Attributes, scopes: readonly (readonly [SpanScope, readonly Span[]])[]): Uint8Array {
    const end = this.#at;
    for (const [scope, spans] of scopes) this.#scopeSpans(scope, spans);
    const resourceEnd = this.#at;
    this.#attributes(1, resource);
    this.#close(1, resourceEnd);
    this.#close(1, end);
    return this.#into.subarray(this.#at);
  }

  /** Tag and length of what was written between here and `end`. */
  #close(field: number, end: number): void {
    this.#at = putUint32(this.#into, this.#at, end - this.#at);
    this.#tag(field, DELIMITED);
  }

  #tag(field: number, wireType: number): void {
    this.#at = putUint32(this.#into, this.#at, (field << 3) | wireType);
  }

  #text(field: number, text: string): void {
    if (text === "") return;
    this.#at = putText(this.#into, this.#at, text.length > TEXT_MAX ? text.slice(0, TEXT_MAX) : text);
    this.#tag(field, DELIMITED);
  }

  #hex(field: number, text: string): void {
    if (text === "") return;
    for (let i = text.length - 2; i >= 0; i -= 2) this.#into[--this.#at] = Number.parseInt(text.slice(i, i + 2), 16);
    this.#at = putUint32(this.#into, this.#at, text.length / 2);
    this.#tag(field, DELIMITED);
  }

  #number(field: number, value: number): void {
    if (value === 0) return;
    this.#at = putUint32(this.#into, this.#at, value);
    this.#tag(field, VARINT);
  }

  #time(field: number, atMs: number): void {
    const wallMs = atMs + this.#wallOffsetMs;
    const wholeMs = Math.floor(wallMs);
    this.#at -= 8;
    const nanos = BigInt(wholeMs) * 1_000_000n + BigInt(Math.floor((wallMs - wholeMs) * 1e6));
    this.#view.setBigUint64(this.#at, nanos, true);
    this.#tag(field, FIXED64);
  }

  #attributes(field: number, attributes: Attributes): void {
    for (let i = attributes.length - 2; i >= 0; i -= 2) {
      const end = this.#at;
      this.#value(attributes[i + 1]!);
      this.#close(2, end);
      this.#text(1, attributes[i] as string);
      this.#close(field, end);
    }
  }

  /** A member of a oneof: zeros are written too. */
  #value(value: AttributeValue): void {
    const into = this.#into;
    switch (typeof value) {
      case "string":
        this.#at = putText(into, this.#at, value.length > TEXT_MAX ? value.slice(0, TEXT_MAX) : value);
        this.#tag(1, DELIMITED);
        return;
      case "boolean":
        into[--this.#at] = value ? 1 : 0;
        this.#tag(2, VARINT);
        return;
      case "number":
        this.#at = putInt64(into, this.#at, value);
        this.#tag(3, VARINT);
        return;
      default:
        this.#at = putBig(into, this.#at, value);
        this.#tag(3, VARINT);
    }
  }

  #scopeSpans(scope: SpanScope, spans: readonly Span[]): void {
    const end = this.#at;
    for (let i = spans.length - 1; i >= 0; i--) this.#span(spans[i]!);
    const scopeEnd = this.#at;
    this.#text(2, scope.version);
    this.#text(1, scope.name);
    this.#close(1, scopeEnd);
    this.#close(2, end);
  }

  #span(span: Span): void {
    const { trace, events, error } = span;
    const end = this.#at;
    this.#at -= 4;
    this.#view.setUint32(this.#at, trace.flags | HAS_IS_REMOTE | (span.isParentRemote ? IS_REMOTE : 0), true);
    this.#tag(16, FIXED32);
    const statusEnd = this.#at;
    if (error !== undefined) {
      this.#number(3, STATUS_ERROR);
      this.#text(2, error);
    }
    this.#close(15, statusEnd);
    for (let i = events.length - 1; i >= 0; i--) this.#event(events[i]!);
    this.#attributes(9, span.attributes);
    this.#time(8, span.endMs);
    this.#time(7, span.startMs);
    this.#number(6, span.kind);
    this.#text(5, span.name);
    this.#hex(4, span.parentSpanId);
    this.#text(3, trace.state);
    this.#hex(2, span.spanId);
    this.#hex(1, trace.traceId);
    this.#close(2, end);
  }

  #event(event: SpanEvent): void {
    const end = this.#at;
    this.#text(2, event.name);
    this.#time(1, event.atMs);
    this.#close(11, end);
  }
}
