/** Log lines of etcdutl on stderr: zap's console form with times in seconds (etcdutl's GetLogger). Level info and above. */
import type { LogFields, Logger } from "../../io/logger.ts";
import { fieldsText } from "../log/zap-line.ts";

export class ConsoleLogger implements Logger {
  readonly #write: (text: string) => void;
  readonly #wallNow: () => number;
  readonly #context: LogFields;

  constructor(write: (text: string) => void, wallNow: () => number, context: LogFields = {}) {
    this.#write = write;
    this.#wallNow = wallNow;
    this.#context = context;
  }

  /** Below the level of the tool. */
  debug(): void {}

  info(message: string, fields?: LogFields): void {
    this.#line("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.#line("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.#line("error", message, fields);
  }

  with(fields: LogFields): Logger {
    return new ConsoleLogger(this.#write, this.#wallNow, { ...this.#context, ...fields });
  }

  #line(level: string, message: string, fields: LogFields = {}): void {
    const { caller = "etcdutl", ...rest } = { ...this.#context, ...fields };
    const text = fieldsText(rest, true);
    const parts = [secondsText(this.#wallNow()), level, typeof caller === "string" ? caller : "etcdutl", message];
    if (text !== "") parts.push(`{${text}}`);
    this.#write(`${parts.join("\t")}\n`);
  }
}

/** RFC 3339 in local time: `2026-01-02T15:04:05Z` or `...+02:00`. */
function secondsText(wallMs: number): string {
  const offset = -new Date(wallMs).getTimezoneOffset();
  const local = new Date(wallMs + offset * 60_000).toISOString().slice(0, 19);
  if (offset === 0) return `${local}Z`;
  const minutes = Math.abs(offset);
  const two = (value: number): string => String(value).padStart(2, "0");
  return `${local}${offset < 0 ? "-" : "+"}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}
