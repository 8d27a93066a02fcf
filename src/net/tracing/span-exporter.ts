/**
 * Sends spans that ended to a collector, in batches, over OTLP on gRPC. The queue is bounded in spans and bytes: what does not fit is dropped
 * and counted, and nobody waits. Numbers and retries are those of the Go SDK (sdk/trace/batch_span_processor.go, otlptracegrpc).
 *
 * A batch is tried for ten seconds at most and then lost, so that a collector that is away costs the queue and one call at a time.
 */
import { concatBytes } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { type Clock, type Timer, yieldTurn } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Random } from "../../io/random.ts";
import { GrpcChannel, GrpcError } from "../transport/grpc-channel.ts";
import { encodeExport, spanBytesMax } from "./otlp.ts";
import type { Attributes, Span } from "./span.ts";

const EXPORT_PATH = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
// DIVERGES: ADR 0021, etcd bounds neither.
/** Spans waiting, together. */
const QUEUE_BYTES_MAX = 16 * 1024 * 1024;
/** Of one request: collectors take messages of four MiB. */
const BATCH_BYTES_MAX = 3 * 1024 * 1024;
/** Encoded in one go. */
const SLICE_SPANS = 128;
const EXPORT_TIMEOUT_MS = 10_000;
const RETRY_MS = 5000;
const CLOSE_TIMEOUT_MS = 3000;
/** The log hears of failures this often at most. */
const WARNING_INTERVAL_MS = 60_000;
const RETRYABLE: ReadonlySet<GrpcCode> = new Set([
  GrpcCode.Canceled,
  GrpcCode.DeadlineExceeded,
  GrpcCode.Aborted,
  GrpcCode.OutOfRange,
  GrpcCode.Unavailable,
  GrpcCode.DataLoss,
]);

export interface BatchLimits {
  /** Spans that may wait. */
  readonly queueMax: number;
  /** Spans of a request. */
  readonly batchMax: number;
  /** How long spans wait for others. */
  readonly delayMs: number;
}

export const DEFAULT_BATCH_LIMITS: BatchLimits = { queueMax: 2048, batchMax: 512, delayMs: 5000 };

export interface SpanExporterOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** `host:port`; gRPC's forms `dns:///host:port`, `passthrough:///host:port`, `unix:path` and `unix:///path` too. */
  readonly address: string;
  /** Who sends: the attributes of all spans. */
  readonly resource: Attributes;
  readonly limits?: BatchLimits | undefined;
}

export class SpanExporter {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #logger: Logger;
  readonly #address: string;
  readonly #resource: Attributes;
  readonly #limits: BatchLimits;
  #queue: Span[];
  #queuedBytes: number;
  #timer: Timer | undefined;
  #channel: GrpcChannel | undefined;
  /** Settles when nothing is being sent. */
  #sending: Promise<void> | undefined;
  #closed: boolean;
  /** Ends the pause before another try. */
  #wake: (() => void) | undefined;
  #warnedMs: number;
  /** Spans that found no room, or whose batch could not be sent. */
  dropped: number;

  constructor(options: SpanExporterOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#logger = options.logger;
    this.#address = options.address;
    this.#resource = options.resource;
    this.#limits = options.limits ?? DEFAULT_BATCH_LIMITS;
    this.#queue = [];
    this.#queuedBytes = 0;
    this.#timer = undefined;
    this.#channel = undefined;
    this.#sending = undefined;
    this.#closed = false;
    this.#wake = undefined;
    this.#warnedMs = Number.NEGATIVE_INFINITY;
    this.dropped = 0;
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** Takes a span that ended. Returns at once. */
  add(span: Span): void {
    const bytes = spanBytesMax(span);
    if (this.#closed || this.#queue.length >= this.#limits.queueMax || this.#queuedBytes + bytes > QUEUE_BYTES_MAX) {
      this.dropped++;
      return;
    }
    this.#queue.push(span);
    this.#queuedBytes += bytes;
    if (this.#sending !== undefined) return;
    if (this.#queue.length >= this.#limits.batchMax) this.#send();
    else this.#timer ??= this.#clock.setTimer(this.#limits.delayMs, () => this.#send());
  }

  #send(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#sending !== undefined || this.#queue.length === 0) return;
    this.#sending = this.#sendAll().finally(() => {
      this.#sending = undefined;
      if (this.#queue.length > 0 && !this.#closed)
        this.#timer = this.#clock.setTimer(this.#limits.delayMs, () => this.#send());
    });
  }

  /** One batch, then as many as are full; what is left waits for others. All of it once closed. */
  async #sendAll(): Promise<void> {
    do {
      const batch = this.#takeBatch();
      const request = await this.#encode(batch);
      try {
        await this.#export(request, this.#clock.now() + EXPORT_TIMEOUT_MS);
      } catch (error) {
        this.dropped += batch.length;
        this.#warn(error);
      }
    } while (this.#queue.length > 0 && (this.#closed || this.#queue.length >= this.#limits.batchMax));
  }

  #takeBatch(): Span[] {
    let count = 0;
    let bytes = 0;
    while (count < this.#queue.length && count < this.#limits.batchMax) {
      const next = spanBytesMax(this.#queue[count]!);
      if (count > 0 && bytes + next > BATCH_BYTES_MAX) break;
      bytes += next;
      count++;
    }
    const batch = this.#queue.slice(0, count);
    this.#queue = this.#queue.slice(count);
    this.#queuedBytes -= bytes;
    return batch;
  }

  /** In slices of a millisecond or two: messages put behind each other are one with the elements of both. */
  async #encode(batch: readonly Span[]): Promise<Uint8Array> {
    const offsetMs = this.#clock.wallNow() - this.#clock.now();
    const parts: Uint8Array[] = [];
    for (let at = 0; at < batch.length; at += SLICE_SPANS) {
      await yieldTurn(this.#clock);
      parts.push(encodeExport(this.#resource, batch.slice(at, at + SLICE_SPANS), offsetMs));
    }
    return parts.length === 1 ? parts[0]! : concatBytes(parts);
  }

  async #export(request: Uint8Array, endMs: number): Promise<void> {
    for (;;) {
      const leftMs = endMs - this.#clock.now();
      try {
        if (this.#channel?.usable !== true) this.#channel = await this.#dial(leftMs);
        await this.#channel.unary(EXPORT_PATH, request, { timeoutMs: Math.max(1, endMs - this.#clock.now()) });
        return;
      } catch (error) {
        const isRetryable = error instanceof GrpcError && RETRYABLE.has(error.code);
        const waitMs = (RETRY_MS * (500 + this.#random.integer(1001))) / 1000;
        if (!isRetryable || this.#closed || this.#clock.now() + waitMs >= endMs) throw error;
        await this.#pause(waitMs);
      }
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.setTimer(ms, () => this.#wake?.());
      this.#wake = () => {
        this.#wake = undefined;
        timer.cancel();
        resolve();
      };
    });
  }

  #dial(timeoutMs: number): Promise<GrpcChannel> {
    const { address, authority } = collectorAddress(this.#address);
    return GrpcChannel.dial({
      clock: this.#clock,
      address,
      authority,
      userAgent: "OTel-OTLP-Exporter-etcd-ts",
      dialTimeoutMs: Math.max(1, timeoutMs),
    });
  }

  #warn(error: unknown): void {
    const now = this.#clock.now();
    if (now - this.#warnedMs < WARNING_INTERVAL_MS) return;
    this.#warnedMs = now;
    this.#logger.warn("failed to export spans", {
      address: this.#address,
      "dropped-spans": this.dropped,
      error: error instanceof Error ? error.message : String(error),
    });
  }

  /** Sends what waits, for three seconds at most. Spans that come later are dropped. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#wake?.();
    let timer: Timer | undefined;
    const timeout = new Promise<void>((resolve) => {
      timer = this.#clock.setTimer(CLOSE_TIMEOUT_MS, resolve);
    });
    await Promise.race([this.#drain(), timeout]);
    timer?.cancel();
    this.#queue = [];
    this.#channel?.close();
  }

  async #drain(): Promise<void> {
    while (this.#sending !== undefined || this.#queue.length > 0) {
      await this.#sending;
      this.#send();
    }
  }
}

/** Where a gRPC target leads. The port is 443 when there is none, as in gRPC. */
export function collectorAddress(target: string): {
  address: { host: string; port: number } | { socketPath: string };
  authority: string;
} {
  if (target.startsWith("unix:"))
    return { address: { socketPath: target.replace(/^unix:(?:\/\/)?/, "") }, authority: "localhost" };
  const endpoint = target.replace(/^(?:dns|passthrough):\/\/[^/]*\//, "").replace(/^(?:dns|passthrough):/, "");
  const match = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(endpoint);
  if (match === null) return { address: { host: endpoint, port: 443 }, authority: endpoint };
  const host = match[1] ?? match[2] ?? "";
  return { address: { host: host === "" ? "localhost" : host, port: Number(match[3] ?? 443) }, authority: endpoint };
}
