/** /metrics: the families of the server and of the process, in Prometheus' text format, compressed for who accepts that (promhttp). */
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import type { HttpExchange } from "../../net/transport/http-exchange.ts";
import type { MetricFamilies } from "./metric-families.ts";
import { type HttpRouter, httpError } from "./router.ts";

const compress = promisify(gzip);

/** What promhttp counts of itself. */
export interface ScrapeCounters {
  inFlight: number;
  /** By HTTP status. */
  readonly total: { 200: number; 500: number; 503: number };
}

export function newScrapeCounters(): ScrapeCounters {
  return { inFlight: 0, total: { 200: 0, 500: 0, 503: 0 } };
}

export function installMetrics(
  router: HttpRouter,
  families: MetricFamilies,
  counters: ScrapeCounters,
  path = "/metrics",
): void {
  router.on(path, (exchange) => {
    counters.inFlight++;
    serve(exchange, families).then(
      () => {
        counters.inFlight--;
        counters.total[200]++;
      },
      (error: unknown) => {
        counters.inFlight--;
        counters.total[500]++;
        httpError(exchange, 500, `An error has occurred while serving metrics:\n\n${String(error)}`);
      },
    );
  });
}

async function serve(exchange: HttpExchange, families: MetricFamilies): Promise<void> {
  const headers = { "content-type": "text/plain; version=0.0.4; charset=utf-8; escaping=underscores" };
  const text = families.text();
  if (!acceptsGzip(exchange.header("accept-encoding") ?? "")) {
    exchange.respond(200, headers, text);
    return;
  }
  exchange.respond(200, { ...headers, "content-encoding": "gzip" }, await compress(text));
}

function acceptsGzip(accepted: string): boolean {
  return accepted.split(",").some((each) => {
    const [name, ...parameters] = each.split(";").map((part) => part.trim().toLowerCase());
    return name === "gzip" && !parameters.some((parameter) => /^q=0(\.0*)?$/.test(parameter));
  });
}
