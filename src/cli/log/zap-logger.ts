/**
 * The server's logger: zap's lines, levels and sampling over buffered sinks.
 *
 * Two fields are special in `with`: `caller` becomes the line's caller and `logger` its logger name, as zap prints them before the message:
 *
 *   const log = logger.with({ caller: "etcdserver/server.ts" });
 */
import type { LogFields, Logger } from "../../io/logger.ts";
import type { LoggingConfig, LogLevel } from "../../server/config.ts";
import { DescriptorSink, fileSink, type LogSink } from "./log-sink.ts";
import { RotatingSink } from "./rotating-sink.ts";
import { consoleLine, fieldsText, jsonLine } from "./zap-line.ts";

const LEVEL_RANK: Readonly<Record<LogLevel, number>> = {
  debug: 0,
  info: 1,
  warn: 2,
  error: 3,
  dpanic: 4,
  panic: 5,
  fatal: 6,
};

/** A logger with an end. */
export interface ServerLogger extends Logger {
  /** A line of level fatal, written before this returns. Ending the process is up to the caller. */
  fatal(message: string, fields?: LogFields): void;
  with(fields: LogFields): ServerLogger;
  /** Writes what is pending before it returns: for exits. */
  flushSync(): void;
  /** Resolves when all lines are written. */
  close(): Promise<void>;
}

export type LoggerResult =
  | { readonly ok: true; readonly logger: ServerLogger }
  | { readonly ok: false; readonly reason: string };

/** Opens the sinks of the configuration. */
export function openLogger(config: LoggingConfig): LoggerResult {
  const sinks: LogSink[] = [];
  const clock = new WallClock();
  for (const output of config.outputs) {
    if (output === "stderr") sinks.push(new DescriptorSink(2, false));
    else if (output === "stdout") sinks.push(new DescriptorSink(1, false));
    else if (config.rotation !== undefined) sinks.push(new RotatingSink(output, config.rotation, () => clock.now()));
    else {
      try {
        sinks.push(fileSink(output.startsWith("file://") ? new URL(output).pathname : output));
      } catch (error) {
        return { ok: false, reason: `open sink ${JSON.stringify(output)}: ${openText(output, error)}` };
      }
    }
  }
  return {
    ok: true,
    logger: createLogger({ level: config.level, format: config.format, sinks, wallNow: () => clock.now() }),
  };
}

/** A logger over sinks of the caller; `wallNow` gives milliseconds since the epoch, with a fraction. */
export function createLogger(options: {
  readonly level: LogLevel;
  readonly format: "json" | "console";
  readonly sinks: readonly LogSink[];
  readonly wallNow: () => number;
}): ServerLogger {
  return new ZapLogger(new Core(options), "", "etcdmain/etcd.ts", "");
}

/** What all loggers made by `with` share. */
class Core {
  readonly rank: number;
  readonly console: boolean;
  readonly sinks: readonly LogSink[];
  readonly wallNow: () => number;
  readonly sampler: Sampler;

  constructor(options: {
    readonly level: LogLevel;
    readonly format: "json" | "console";
    readonly sinks: readonly LogSink[];
    readonly wallNow: () => number;
  }) {
    this.rank = LEVEL_RANK[options.level];
    this.console = options.format === "console";
    this.sinks = options.sinks;
    this.wallNow = options.wallNow;
    this.sampler = new Sampler();
  }
}

class ZapLogger implements ServerLogger {
  readonly #core: Core;
  readonly #name: string;
  readonly #caller: string;
  /** Fields of `with`, printed once. */
  readonly #context: string;

  constructor(core: Core, name: string, caller: string, context: string) {
    this.#core = core;
    this.#name = name;
    this.#caller = caller;
    this.#context = context;
  }

  debug(message: string, fields?: LogFields): void {
    this.#log("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    this.#log("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#log("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#log("error", message, fields);
  }

  fatal(message: string, fields?: LogFields): void {
    this.#log("fatal", message, fields);
    this.flushSync();
  }

  with(fields: LogFields): ServerLogger {
    const { caller, logger, ...rest } = fields;
    const text = fieldsText(rest, this.#core.console);
    const separator = this.#core.console ? ", " : ",";
    const context = this.#context === "" || text === "" ? this.#context + text : this.#context + separator + text;
    const name = typeof logger === "string" ? logger : this.#name;
    return new ZapLogger(this.#core, name, typeof caller === "string" ? caller : this.#caller, context);
  }

  flushSync(): void {
    for (const sink of this.#core.sinks) sink.flushSync();
  }

  async close(): Promise<void> {
    for (const sink of this.#core.sinks) await sink.close();
  }

  #log(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const core = this.#core;
    if (LEVEL_RANK[level] < core.rank) return;
    const wallMs = core.wallNow();
    if (level !== "fatal" && !core.sampler.takes(level, message, wallMs)) return;
    const own = fieldsText(fields, core.console);
    const separator = core.console ? ", " : ",";
    const all = this.#context === "" || own === "" ? this.#context + own : this.#context + separator + own;
    const head = { level, wallMs, name: this.#name, caller: this.#caller, message };
    const line = core.console ? consoleLine(head, all) : jsonLine(head, all);
    for (const sink of core.sinks) sink.write(line);
  }
}

const SAMPLE_TICK_MS = 1000;
const SAMPLE_FIRST = 100;
const SAMPLE_THEREAFTER = 100;
const SAMPLED_MESSAGES_MAX = 4096;

/** Of equal messages in one second the first hundred pass and then every hundredth, as zap is set up by etcd. */
class Sampler {
  readonly #counters: Map<string, { count: number; resetAtMs: number }>;

  constructor() {
    this.#counters = new Map();
  }

  takes(level: string, message: string, nowMs: number): boolean {
    const key = `${level} ${message}`;
    let counter = this.#counters.get(key);
    if (counter === undefined) {
      if (this.#counters.size >= SAMPLED_MESSAGES_MAX) this.#counters.clear();
      counter = { count: 0, resetAtMs: 0 };
      this.#counters.set(key, counter);
    }
    if (nowMs >= counter.resetAtMs) {
      counter.count = 0;
      counter.resetAtMs = nowMs + SAMPLE_TICK_MS;
    }
    counter.count++;
    return counter.count <= SAMPLE_FIRST || (counter.count - SAMPLE_FIRST) % SAMPLE_THEREAFTER === 0;
  }
}

/** Wall time with microseconds: the monotonic clock, set to the wall clock again when the two part. */
class WallClock {
  #offsetMs: number;

  constructor() {
    this.#offsetMs = performance.timeOrigin;
  }

  now(): number {
    const monotonic = performance.now();
    const wall = Date.now();
    if (Math.abs(this.#offsetMs + monotonic - wall) > 20) this.#offsetMs = wall - monotonic;
    return this.#offsetMs + monotonic;
  }
}

/** The error of Go's os.Open. */
function openText(path: string, error: unknown): string {
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const why = ERRNO_TEXTS[code] ?? String(error);
  return `open ${path}: ${why}`;
}

/** Texts of errno values as Go prints them. */
export const ERRNO_TEXTS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or directory",
  EACCES: "permission denied",
  EPERM: "operation not permitted",
  EISDIR: "is a directory",
  ENOTDIR: "not a directory",
  EROFS: "read-only file system",
  ENOSPC: "no space left on device",
  EMFILE: "too many open files",
  ENAMETOOLONG: "file name too long",
  ELOOP: "too many levels of symbolic links",
};
