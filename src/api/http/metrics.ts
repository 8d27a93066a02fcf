/** /metrics: the families of the server and of the process, in Prometheus' text format. */
import type { MetricFamilies } from "./metric-families.ts";
import { type HttpRouter, onlyMethod } from "./router.ts";

export function installMetrics(router: HttpRouter, families: MetricFamilies): void {
  router.on(
    "/metrics",
    onlyMethod("GET", (exchange) => {
      exchange.respond(200, { "content-type": "text/plain; version=0.0.4; charset=utf-8" }, families.text());
    }),
  );
}
