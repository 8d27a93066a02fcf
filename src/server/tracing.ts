/**
 * Distributed tracing (flags --enable-distributed-tracing, --distributed-tracing-*): a tracer and the exporter behind it (etcd
 * server/embed/config_tracing.go). As the Go SDK does, the environment adds attributes of the resource and sets the batching.
 */

import type { AttributeValue } from "../net/tracing/span.ts";
import { SpanExporter } from "../net/tracing/span-exporter.ts";
import { Tracer } from "../net/tracing/tracer.ts";
import type { TracingConfig } from "./config.ts";
import type { Outside } from "./embed.ts";

export interface Tracing {
  readonly tracer: Tracer;
  /** Sends what waits, for three seconds at most. */
  close(): Promise<void>;
}

/** Undefined while tracing is off. */
export function startTracing(
  config: TracingConfig,
  { clock, random, logger }: Outside,
  environment: Readonly<Record<string, string | undefined>>,
): Tracing | undefined {
  if (!config.enabled) return undefined;
  const queueMax = positive(environment["OTEL_BSP_MAX_QUEUE_SIZE"], 2048);
  const batchMax = positive(environment["OTEL_BSP_MAX_EXPORT_BATCH_SIZE"], 512);
  const exporter = new SpanExporter({
    clock,
    random,
    logger,
    address: config.address,
    resource: tracingResource(config, environment),
    limits: {
      queueMax,
      batchMax: Math.min(batchMax, queueMax),
      delayMs: positive(environment["OTEL_BSP_SCHEDULE_DELAY"], 5000),
    },
  });
  const tracer = new Tracer({
    clock,
    random,
    samplingRatePerMillion: config.samplingRatePerMillion,
    onEnd: (span) => exporter.add(span),
  });
  logger.info("distributed tracing setup enabled");
  logger.debug("distributed tracing enabled", {
    address: config.address,
    "service-name": config.serviceName,
    "service-instance-id": config.instanceId,
    "sampling-rate": config.samplingRatePerMillion,
  });
  return { tracer, close: () => exporter.close() };
}

/** The attributes of the member, sorted by name: those of the flags win over those of the environment. */
export function tracingResource(
  { serviceName, instanceId }: Pick<TracingConfig, "serviceName" | "instanceId">,
  environment: Readonly<Record<string, string | undefined>>,
): readonly (string | AttributeValue)[] {
  const attributes = new Map<string, string>();
  for (const pair of (environment["OTEL_RESOURCE_ATTRIBUTES"] ?? "").split(",")) {
    const equals = pair.indexOf("=");
    if (equals < 0) continue;
    attributes.set(pair.slice(0, equals).trim(), unescaped(pair.slice(equals + 1).trim()));
  }
  attributes.set("service.name", serviceName);
  if (instanceId !== "") attributes.set("service.instance.id", instanceId);
  return [...attributes].sort(([a], [b]) => (a < b ? -1 : 1)).flat();
}

function unescaped(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // What is no percent-encoding stands for itself.
    if (error instanceof URIError) return text;
    throw error;
  }
}

function positive(text: string | undefined, otherwise: number): number {
  const value = Number(text ?? "");
  return Number.isSafeInteger(value) && value > 0 ? value : otherwise;
}
