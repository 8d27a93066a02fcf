/**
 * Durations in Go's text form: `1h2m3.5s`, `300ms`, `10µs`. Source of behaviour: Go's time.ParseDuration and Duration.String.
 * Inside of the server durations are milliseconds in a double; here they are whole nanoseconds in a bigint.
 */
import { utf8 } from "./bytes.ts";

export type DurationResult =
  | { readonly ok: true; readonly ns: bigint }
  | { readonly ok: false; readonly reason: string };

const UNIT_NS: ReadonlyMap<string, bigint> = new Map([
  ["ns", 1n],
  ["us", 1_000n],
  ["µs", 1_000n],
  ["μs", 1_000n],
  ["ms", 1_000_000n],
  ["s", 1_000_000_000n],
  ["m", 60_000_000_000n],
  ["h", 3_600_000_000_000n],
]);
const NS_MAX = 2n ** 63n - 1n;

/** Parses `[-+]?([0-9]*(\.[0-9]*)?unit)+`, or a bare 0. Fractions are cut to whole nanoseconds. */
export function parseGoDuration(text: string): DurationResult {
  const refuse = (why: string): DurationResult => ({ ok: false, reason: `time: ${why} ${durationQuote(text)}` });
  const negative = text.startsWith("-");
  let rest = /^[-+]/.test(text) ? text.slice(1) : text;
  if (rest === "0") return { ok: true, ns: 0n };
  if (rest === "") return refuse("invalid duration");
  let total = 0n;
  while (rest !== "") {
    const [whole, digits = "", fraction = ""] = /^([0-9]*)(?:\.([0-9]*))?/.exec(rest)!;
    if (digits === "" && fraction === "") return refuse("invalid duration");
    rest = rest.slice(whole.length);
    const [unitText] = /^[^.0-9]*/.exec(rest)!;
    if (unitText === "") return refuse("missing unit in duration");
    rest = rest.slice(unitText.length);
    const unit = UNIT_NS.get(unitText);
    if (unit === undefined) return refuse(`unknown unit ${durationQuote(unitText)} in duration`);
    total += BigInt(digits || "0") * unit;
    if (fraction !== "") total += fractionNs(fraction, unit);
    if (total > NS_MAX + 1n) return refuse("invalid duration");
  }
  if (total > NS_MAX && !negative) return refuse("invalid duration");
  return { ok: true, ns: negative ? -total : total };
}

/** Go takes this product in doubles, so hours with many decimals come out as they do there. */
function fractionNs(digits: string, unit: bigint): bigint {
  // As many digits as fit in 63 bits.
  let used = digits.slice(0, 19);
  if (BigInt(used) > NS_MAX) used = digits.slice(0, 18);
  return BigInt(Math.trunc(Number(used) * (Number(unit) / 10 ** used.length)));
}

/** Package time quotes byte by byte, other than strconv. */
function durationQuote(text: string): string {
  let out = '"';
  for (const byte of utf8(text)) {
    const character = String.fromCharCode(byte);
    if (byte < 0x20 || byte >= 0x80) out += `\\x${byte.toString(16).padStart(2, "0")}`;
    else out += character === '"' || character === "\\" ? `\\${character}` : character;
  }
  return `${out}"`;
}

/** Go's text of a duration: the largest unit is the hour, and below one second ms, µs or ns. */
export function goDurationText(ns: bigint): string {
  if (ns < 0n) return `-${goDurationText(-ns)}`;
  if (ns === 0n) return "0s";
  if (ns < 1_000n) return `${ns}ns`;
  if (ns < 1_000_000n) return `${fraction(ns, 3)}µs`;
  if (ns < 1_000_000_000n) return `${fraction(ns, 6)}ms`;
  const minutes = ns / 60_000_000_000n;
  const seconds = `${fraction(ns % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return seconds;
  return minutes < 60n ? `${minutes}m${seconds}` : `${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** Go's text of a duration in milliseconds, exact to the nanosecond. */
export function goDurationTextMs(ms: number): string {
  const whole = Math.trunc(ms);
  return goDurationText(BigInt(whole) * 1_000_000n + BigInt(Math.round((ms - whole) * 1_000_000)));
}

/** Nanoseconds as milliseconds in a double. */
export function nsToMs(ns: bigint): number {
  return Number(ns / 1_000_000n) + Number(ns % 1_000_000n) / 1_000_000;
}

/** value / 10^digits without trailing zeros. */
function fraction(value: bigint, digits: number): string {
  const scale = 10n ** BigInt(digits);
  const tail = (value % scale).toString().padStart(digits, "0").replace(/0+$/, "");
  return tail === "" ? `${value / scale}` : `${value / scale}.${tail}`;
}
