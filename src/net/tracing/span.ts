/**
 * A span that is recorded: every span that exists is sampled, calls that are not have none. It is handed to its tracer's sink when it ends.
 */

export const SpanKind = { Internal: 1, Server: 2 } as const;
export type SpanKind = (typeof SpanKind)[keyof typeof SpanKind];

/** Numbers and bigints are integers. */
export type AttributeValue = string | boolean | number | bigint;
/** Names and values in turn. */
export type Attributes = readonly (string | AttributeValue)[];

/** Which part of the program made a span: the instrumentation scope. */
export interface SpanScope {
  readonly name: string;
  readonly version: string;
}

export interface SpanEvent {
  readonly name: string;
  /** Milliseconds of Clock.now(). */
  readonly atMs: number;
}

/** What is the same for all spans of a trace, and how a tracer goes on with one. */
export interface SpanTrace {
  /** 32 lowercase hexadecimal digits. */
  readonly traceId: string;
  readonly flags: number;
  readonly state: string;
}

export interface SpanSink {
  now(): number;
  newSpanId(): string;
  ended(span: Span): void;
}

export interface SpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: SpanScope;
  readonly attributes: Attributes;
  /** Empty for the root of a trace. */
  readonly parentSpanId: string;
  /** The parent, if any, is a span of another process. */
  readonly isParentRemote: boolean;
}

/** The scope of the server's own spans, as etcd names it. */
export const ETCD_SCOPE: SpanScope = { name: "go.etcd.io/etcd", version: "" };

export class Span {
  readonly name: string;
  readonly kind: SpanKind;
  readonly scope: SpanScope;
  readonly trace: SpanTrace;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly isParentRemote: boolean;
  readonly startMs: number;
  readonly attributes: (string | AttributeValue)[];
  readonly events: SpanEvent[];
  /** Set when the status is Error. */
  error: string | undefined;
  /** Milliseconds of Clock.now(); -1 until it ended. */
  endMs: number;
  readonly #sink: SpanSink;

  constructor(sink: SpanSink, trace: SpanTrace, start: SpanStart) {
    this.name = start.name;
    this.kind = start.kind;
    this.scope = start.scope;
    this.trace = trace;
    this.spanId = sink.newSpanId();
    this.parentSpanId = start.parentSpanId;
    this.isParentRemote = start.isParentRemote;
    this.startMs = sink.now();
    this.attributes = start.attributes.slice();
    this.events = [];
    this.error = undefined;
    this.endMs = -1;
    this.#sink = sink;
  }

  /** A span of the server inside of this one. */
  child(name: string, attributes: Attributes): Span {
    return new Span(this.#sink, this.trace, {
      name,
      kind: SpanKind.Internal,
      scope: ETCD_SCOPE,
      attributes,
      parentSpanId: this.spanId,
      isParentRemote: false,
    });
  }

  /** Something that happened now. Nothing after the end. */
  event(name: string): void {
    if (this.endMs < 0) this.events.push({ name, atMs: this.#sink.now() });
  }

  set(name: string, value: AttributeValue): void {
    if (this.endMs < 0) this.attributes.push(name, value);
  }

  /** Once; later calls do nothing. */
  end(): void {
    if (this.endMs >= 0) return;
    this.endMs = this.#sink.now();
    this.#sink.ended(this);
  }
}
