/** The grpc-timeout header: at most eight digits and a unit (H, M, S, m, u, n). */

import { goQuote } from "../../base/go-quote.ts";

export type TimeoutResult =
  | { readonly ok: true; readonly timeoutMs: number }
  | { readonly ok: false; readonly reason: string };

const UNIT_MS: Readonly<Record<string, number>> = { H: 3_600_000, M: 60_000, S: 1000, m: 1, u: 1e-3, n: 1e-6 };
/** About 292 years: where Go's duration ends and grpc-go clamps. */
const TIMEOUT_MS_MAX = 9_223_372_036_854;

/** Parses a header value; the reasons are worded as grpc-go words them, since clients see them. */
export function parseTimeout(value: string): TimeoutResult {
  if (value.length < 2) return { ok: false, reason: `transport: timeout string is too short: ${goQuote(value)}` };
  if (value.length > 9) return { ok: false, reason: `transport: timeout string is too long: ${goQuote(value)}` };
  const unitMs = UNIT_MS[value.charAt(value.length - 1)];
  if (unitMs === undefined) {
    return { ok: false, reason: `transport: timeout unit is not recognized: ${goQuote(value)}` };
  }
  const digits = value.slice(0, -1);
  if (!/^[0-9]+$/.test(digits)) {
    return { ok: false, reason: `strconv.ParseUint: parsing ${goQuote(digits)}: invalid syntax` };
  }
  return { ok: true, timeoutMs: Math.min(Number(digits) * unitMs, TIMEOUT_MS_MAX) };
}

/** The header value for a timeout, rounded up; "0n" when nothing is left. */
export function formatTimeout(timeoutMs: number): string {
  if (!(timeoutMs > 0)) return "0n";
  const microseconds = Math.ceil(timeoutMs * 1000);
  if (microseconds < 1e8) return `${microseconds}u`;
  const milliseconds = Math.ceil(timeoutMs);
  if (milliseconds < 1e8) return `${milliseconds}m`;
  const seconds = Math.ceil(timeoutMs / 1000);
  if (seconds < 1e8) return `${seconds}S`;
  const minutes = Math.ceil(timeoutMs / 60_000);
  if (minutes < 1e8) return `${minutes}M`;
  return `${Math.min(Math.ceil(timeoutMs / 3_600_000), 99_999_999)}H`;
}
