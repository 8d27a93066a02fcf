/**
 * /health, /livez and /readyz with their sub-checks (etcd server/etcdserver/api/etcdhttp/health.go).
 */

import type { Logger } from "../../io/logger.ts";
import type { HttpExchange } from "../../net/transport/http-exchange.ts";
import { AlarmType } from "../../proto/generated/rpc.ts";
import { type HttpRouter, httpError } from "./router.ts";

/** What the checks ask of the member. */
export interface HealthSource {
  hasLeader(): boolean;
  isLearner(): boolean;
  alarms(): readonly { readonly alarm: number }[];
  /** A read of one key through the whole path; resolves to the error's text, or undefined when it was served. */
  probeRead(serializable: boolean): Promise<string | undefined>;
}

export interface HealthCounters {
  success: number;
  failures: number;
  /** "livez/name" -> outcomes and the last one. */
  readonly checks: Map<string, { type: string; name: string; success: number; error: number; last: 0 | 1 }>;
}

type Check = () => Promise<string | undefined>;

export function newHealthCounters(): HealthCounters {
  return { success: 0, failures: 0, checks: new Map() };
}

/** What the query of a request to /health says. */
export interface HealthQuery {
  /** Names of alarms that do not count. */
  readonly excluded: ReadonlySet<string>;
  readonly serializable: boolean;
}

/** A path that says whether something is healthy; `check` resolves to the reason why not, empty when it is. */
export function installHealthPath(
  router: HttpRouter,
  path: string,
  check: (query: HealthQuery) => Promise<string>,
  counters: HealthCounters,
  logger: Logger,
): void {
  router.on(path, (exchange) => {
    if (exchange.method !== "GET") {
      httpError(exchange, 405, "Method Not Allowed", { allow: "GET" });
      logger.warn("/health error", { "status-code": 405 });
      return;
    }
    const query = new URLSearchParams(exchange.query);
    void check({
      excluded: new Set(query.getAll("exclude")),
      serializable: query.get("serializable") === "true",
    }).then((reason) => {
      const body = JSON.stringify({ health: reason === "" ? "true" : "false", reason });
      if (reason === "") {
        counters.success++;
        exchange.respond(200, { "content-type": "text/plain; charset=utf-8" }, body);
        return;
      }
      counters.failures++;
      logger.warn("/health error", { output: body, "status-code": 503 });
      httpError(exchange, 503, body);
    });
  });
}

export function installHealth(
  router: HttpRouter,
  source: HealthSource,
  counters: HealthCounters,
  logger: Logger,
): void {
  installHealthPath(router, "/health", (asked) => healthReason(source, logger, asked), counters, logger);
  const reads: Readonly<Record<"serializable" | "linearizable", Check>> = {
    serializable: () => source.probeRead(true),
    linearizable: () => source.probeRead(false),
  };
  installChecks(router, "livez", new Map([["serializable_read", reads.serializable]]), counters, logger);
  installChecks(
    router,
    "readyz",
    new Map<string, Check>([
      [
        "data_corruption",
        async () =>
          source.alarms().some((a) => a.alarm === AlarmType.CORRUPT) ? "alarm activated: CORRUPT" : undefined,
      ],
      ["serializable_read", reads.serializable],
      ["linearizable_read", reads.linearizable],
      ["non_learner", async () => (source.isLearner() ? "not supported for learner" : undefined)],
    ]),
    counters,
    logger,
  );
}

/** Empty when healthy. */
async function healthReason(source: HealthSource, logger: Logger, asked: HealthQuery): Promise<string> {
  for (const { alarm } of source.alarms()) {
    const name = alarm === AlarmType.NOSPACE ? "NOSPACE" : alarm === AlarmType.CORRUPT ? "CORRUPT" : "UNKNOWN";
    if (asked.excluded.has(name)) {
      logger.debug("/health excluded alarm", { alarm: name });
      continue;
    }
    logger.warn("serving /health false due to an alarm", { alarm: name });
    return `ALARM ${name}`;
  }
  if (!asked.serializable && !source.hasLeader()) {
    logger.warn("serving /health false; no leader");
    return "RAFT NO LEADER";
  }
  const error = await source.probeRead(asked.serializable);
  if (error === undefined) return "";
  logger.warn("serving /health false; Range fails", { error });
  return `RANGE ERROR:${error}`;
}

function installChecks(
  router: HttpRouter,
  type: "livez" | "readyz",
  checks: ReadonlyMap<string, Check>,
  counters: HealthCounters,
  logger: Logger,
): void {
  const serve = (exchange: HttpExchange, names: readonly string[]): void => {
    if (exchange.method !== "GET") {
      httpError(exchange, 405, "Method Not Allowed", { allow: "GET" });
      logger.warn("Health request error", { path: exchange.path, "status-code": 405 });
      return;
    }
    void runChecks(type, names, checks, counters).then(({ text, ok }) => {
      if (!ok) {
        logger.error("Health check error", { path: exchange.path, reason: text, "status-code": 503 });
        httpError(exchange, 503, text);
        return;
      }
      const verbose = new URLSearchParams(exchange.query).has("verbose");
      exchange.respond(
        200,
        { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
        `${verbose ? text : ""}ok\n`,
      );
    });
  };
  router.on(`/${type}`, (exchange) => {
    const excluded = new Set(new URLSearchParams(exchange.query).getAll("exclude"));
    serve(
      exchange,
      [...checks.keys()].filter((name) => !excluded.delete(name)),
    );
    excluded.delete("");
    if (excluded.size > 0)
      logger.warn("some health checks cannot be excluded", {
        "missing-health-checks": [...excluded].map((n) => `"${n}"`).join(","),
      });
  });
  for (const name of checks.keys()) router.on(`/${type}/${name}`, (exchange) => serve(exchange, [name]));
}

async function runChecks(
  type: string,
  names: readonly string[],
  checks: ReadonlyMap<string, Check>,
  counters: HealthCounters,
): Promise<{ text: string; ok: boolean }> {
  let text = "";
  let ok = true;
  for (const name of names) {
    const error = await checks.get(name)!();
    const key = `${type}/${name}`;
    const counter = counters.checks.get(key) ?? { type, name, success: 0, error: 0, last: 1 };
    counters.checks.set(key, counter);
    if (error === undefined) {
      counter.success++;
      counter.last = 1;
      text += `[+]${name} ok\n`;
    } else {
      counter.error++;
      counter.last = 0;
      text += `[-]${name} failed: ${error}\n`;
      ok = false;
    }
  }
  return { text, ok };
}
