/**
 * One log line in the two forms of zap that etcd is configured for: JSON
 *
 *   {"level":"info","ts":"2026-01-02T15:04:05.000000Z","logger":"...","caller":"...","msg":"...", fields...}
 *
 * and console, with tabs between time, level, logger, caller, message and the fields as JSON. Source: zap zapcore, etcd client/pkg/logutil.
 */
import type { LogFields, LogValue } from "../../io/logger.ts";

export interface LineHead {
  readonly level: string;
  /** Milliseconds since the Unix epoch, with a fraction. */
  readonly wallMs: number;
  /** Name of the logger; empty for none. */
  readonly name: string;
  readonly caller: string;
  readonly message: string;
}

/** Fields as they stand inside of an object: `"a":1,"b":"x"`. Fields that are undefined are left out. */
export function fieldsText(fields: LogFields | undefined, spaced = false): string {
  if (fields === undefined) return "";
  let text = "";
  for (const key in fields) {
    const value = fields[key];
    if (value === undefined) continue;
    if (text !== "") text += spaced ? ", " : ",";
    text += `${quoted(key)}${spaced ? ": " : ":"}${valueText(value, spaced)}`;
  }
  return text;
}

/** The line of JSON, with its line break. `fields` are of {@link fieldsText}. */
export function jsonLine(head: LineHead, fields: string): string {
  const name = head.name === "" ? "" : `,"logger":${quoted(head.name)}`;
  const tail = fields === "" ? "" : `,${fields}`;
  return `{"level":"${head.level}","ts":"${timeText(head.wallMs)}"${name},"caller":${quoted(head.caller)},"msg":${quoted(head.message)}${tail}}\n`;
}

/** The line for a console, with its line break. `fields` are of {@link fieldsText}, spaced. */
export function consoleLine(head: LineHead, fields: string): string {
  const parts = [timeText(head.wallMs), head.level];
  if (head.name !== "") parts.push(head.name);
  parts.push(head.caller, head.message);
  if (fields !== "") parts.push(`{${fields}}`);
  return `${parts.join("\t")}\n`;
}

/** Local time with microseconds and the zone as `Z` or `+0200`. */
export function timeText(wallMs: number): string {
  const whole = Math.floor(wallMs);
  const micros = Math.floor((wallMs - whole) * 1000);
  const date = new Date(whole);
  const offset = -date.getTimezoneOffset();
  const local = offset === 0 ? date : new Date(whole + offset * 60_000);
  const zone =
    offset === 0
      ? "Z"
      : `${offset < 0 ? "-" : "+"}${two(Math.floor(Math.abs(offset) / 60))}${two(Math.abs(offset) % 60)}`;
  return `${local.toISOString().slice(0, 23)}${String(micros).padStart(3, "0")}${zone}`;
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function valueText(value: LogValue, spaced: boolean): string {
  switch (typeof value) {
    case "string":
      return quoted(value);
    case "number":
      return Number.isFinite(value) ? String(value) : Number.isNaN(value) ? '"NaN"' : value > 0 ? '"+Inf"' : '"-Inf"';
    case "bigint":
    case "boolean":
      return String(value);
    case "object":
      if (value === null) return "null";
      if (Array.isArray(value)) {
        const elements = (value as readonly LogValue[]).map((element) => valueText(element, spaced));
        return `[${elements.join(spaced ? ", " : ",")}]`;
      }
      return `{${fieldsText(value as LogFields)}}`;
    default:
      return "null";
  }
}

/** JSON text with zap's choice of escapes. */
function quoted(text: string): string {
  const json = JSON.stringify(text);
  // Only these two differ: zap knows short escapes for line break, return and tab alone.
  return /\\[bf]/.test(json)
    ? json.replace(
        /(?<!\\)((?:\\\\)*)\\([bf])/g,
        (_, before: string, c: string) => `${before}\\u000${c === "b" ? "8" : "c"}`,
      )
    : json;
}
