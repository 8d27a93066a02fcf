/**
 * The headers by which a client says which trace a call belongs to: W3C Trace Context, `traceparent` and `tracestate`
 * (https://www.w3.org/TR/trace-context/). What is accepted is what the Go SDK accepts (go.opentelemetry.io/otel/propagation), which reads a
 * traceparent of version 0 strictly and ignores a tracestate that breaks a rule.
 *
 *   traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01
 *                |  trace ID, 16 bytes               parent span, 8   flags
 *                version
 */

export const TraceFlag = { Sampled: 1, Random: 2 } as const;

/** The span of a client that a call continues. */
export interface RemoteParent {
  /** Lowercase hexadecimal, 32 and 16 digits. */
  readonly traceId: string;
  readonly spanId: string;
  /** The bits of {@link TraceFlag}; others are dropped. */
  readonly flags: number;
  /** As it is passed on; empty without one. */
  readonly state: string;
}

const TRACEPARENT = /^([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/s;
const ZEROS = /^0+$/;
const LIST_MEMBERS_MAX = 32;
const STATE_KEY = /^(?:[a-z][a-z0-9_\-*/]{0,255}|[a-z0-9][a-z0-9_\-*/]{0,240}@[a-z][a-z0-9_\-*/]{0,13})$/;
/** Printable ASCII but comma and equals sign; no space at the end. */
const STATE_VALUE = /^[\x20-\x2b\x2d-\x3c\x3e-\x7e]{0,255}[\x21-\x2b\x2d-\x3c\x3e-\x7e]$/;

/** Undefined when the header names no valid parent: the call then begins a trace of its own. */
export function parseTraceparent(header: string, tracestate: string | undefined): RemoteParent | undefined {
  const match = TRACEPARENT.exec(header);
  if (match === null) return undefined;
  const [, version, traceId, spanId, flagsText, rest] = match as unknown as [
    string,
    string,
    string,
    string,
    string,
    string?,
  ];
  const flags = Number.parseInt(flagsText, 16);
  if (version === "ff" || ZEROS.test(traceId) || ZEROS.test(spanId)) return undefined;
  // Version 0 has no further fields (one empty field passes in Go) and no other flags; later versions may have both.
  if (version === "00" && ((rest ?? "-") !== "-" || flags > (TraceFlag.Sampled | TraceFlag.Random))) return undefined;
  return {
    traceId,
    spanId,
    flags: flags & (TraceFlag.Sampled | TraceFlag.Random),
    state: tracestate === undefined ? "" : normalTraceState(tracestate),
  };
}

/** The list without empty members and padding; empty when a member is malformed, given twice or there are more than 32. */
export function normalTraceState(header: string): string {
  const seen = new Set<string>();
  const members: string[] = [];
  for (const member of header.split(",")) {
    if (member === "") continue;
    const equals = member.indexOf("=");
    if (equals < 0) return "";
    const key = member.slice(0, equals).replace(/^[ \t]+/, "");
    const value = member.slice(equals + 1).replace(/[ \t]+$/, "");
    if (!STATE_KEY.test(key) || !STATE_VALUE.test(value) || seen.has(key)) return "";
    seen.add(key);
    members.push(`${key}=${value}`);
    if (members.length > LIST_MEMBERS_MAX) return "";
  }
  return members.join(",");
}
