/** The header list of one request, checked against RFC 9113 section 8 and taken apart for gRPC. Shared by all calls with the same header block. */
import { isGrpcContentType } from "../../codec/grpc/content-type.ts";
import { parseTimeout } from "../../codec/grpc/timeout.ts";
import type { GrpcMethod, GrpcRouter } from "./server-call.ts";
import type { MethodStats, TransportMetrics } from "./transport-metrics.ts";

export class RequestHead {
  /** Names and values in turn, pseudo-headers included, in the order sent. */
  readonly fields: readonly string[];
  /** The list breaks the rules of HTTP/2: the stream deserves PROTOCOL_ERROR. */
  readonly malformed: boolean;
  readonly method: string;
  readonly path: string;
  readonly authority: string;
  readonly contentType: string | undefined;
  readonly isGrpc: boolean;
  /** From grpc-timeout; -1 without one. */
  readonly timeoutMs: number;
  /** Why grpc-timeout could not be read. */
  readonly timeoutError: string | undefined;
  readonly encoding: string;
  /** From content-length; -1 without one. */
  readonly contentLength: number;
  /** Set for a gRPC call of a registered method. */
  readonly route: GrpcMethod | undefined;
  readonly stats: MethodStats | undefined;

  constructor(fields: readonly string[], router: GrpcRouter, metrics: TransportMetrics) {
    this.fields = fields;
    let malformed = false;
    let method = "";
    let scheme = "";
    let path = "";
    let authority: string | undefined;
    let host: string | undefined;
    let contentType: string | undefined;
    let timeout: string | undefined;
    let encoding = "";
    let contentLength = -1;
    let regular = false;
    for (let i = 0; i < fields.length; i += 2) {
      const name = fields[i]!;
      const value = fields[i + 1]!;
      if (name.charCodeAt(0) === 0x3a) {
        if (regular || !isFieldValue(value)) malformed = true;
        switch (name) {
          case ":method":
            if (method !== "" || value === "") malformed = true;
            method = value;
            break;
          case ":scheme":
            if (scheme !== "" || value === "") malformed = true;
            scheme = value;
            break;
          case ":path":
            if (path !== "" || value === "") malformed = true;
            path = value;
            break;
          case ":authority":
            if (authority !== undefined) malformed = true;
            authority = value;
            break;
          default:
            malformed = true;
        }
        continue;
      }
      regular = true;
      if (!isRegularField(name, value)) malformed = true;
      switch (name) {
        case "content-type":
          contentType = value;
          break;
        case "grpc-timeout":
          timeout = value;
          break;
        case "grpc-encoding":
          encoding = value;
          break;
        case "host":
          host = value;
          break;
        case "content-length": {
          const length = /^[0-9]{1,15}$/.test(value) ? Number(value) : -2;
          if (length < 0 || (contentLength >= 0 && contentLength !== length)) malformed = true;
          contentLength = length;
          break;
        }
        default:
          break;
      }
    }
    if (method === "") malformed = true;
    if (method !== "CONNECT" && (scheme === "" || path === "")) malformed = true;
    const parsed = timeout === undefined ? undefined : parseTimeout(timeout);
    this.malformed = malformed;
    this.method = method;
    this.path = path;
    this.authority = authority ?? host ?? "";
    this.contentType = contentType;
    this.isGrpc = isGrpcContentType(contentType);
    this.timeoutMs = parsed?.ok ? parsed.timeoutMs : -1;
    this.timeoutError = parsed === undefined || parsed.ok ? undefined : parsed.reason;
    this.encoding = encoding;
    this.contentLength = contentLength;
    this.route = this.isGrpc && !malformed ? router.get(path) : undefined;
    this.stats = this.route === undefined ? undefined : metrics.method(path);
  }

  /** First value of a header; undefined when it was not sent. */
  first(name: string): string | undefined {
    const fields = this.fields;
    for (let i = 0; i < fields.length; i += 2) if (fields[i] === name) return fields[i + 1];
    return undefined;
  }

  /** All values of a header joined with ", "; `host` falls back to `:authority` and the other way round. */
  joined(name: string): string | undefined {
    let out: string | undefined;
    const fields = this.fields;
    for (let i = 0; i < fields.length; i += 2) {
      if (fields[i] === name) out = out === undefined ? fields[i + 1]! : `${out}, ${fields[i + 1]}`;
    }
    if (out === undefined && (name === "host" || name === ":authority") && this.authority !== "") return this.authority;
    return out;
  }
}

/** Field names are lowercase tokens (section 8.2.1). */
const NAME = /^[!#$%&'*+\-.^_`|~0-9a-z]+$/;

function isRegularField(name: string, value: string): boolean {
  if (!NAME.test(name) || !isFieldValue(value)) return false;
  switch (name) {
    // Fields of a connection, section 8.2.2.
    case "connection":
    case "proxy-connection":
    case "keep-alive":
    case "transfer-encoding":
    case "upgrade":
      return false;
    case "te":
      return value === "trailers";
    default:
      return true;
  }
}

function isFieldValue(value: string): boolean {
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i);
    if (code === 0 || code === 10 || code === 13) return false;
  }
  return true;
}

/** True when a list may stand as trailers: no pseudo-headers, otherwise as in a head. */
export function areValidTrailers(fields: readonly string[]): boolean {
  for (let i = 0; i < fields.length; i += 2) if (!isRegularField(fields[i]!, fields[i + 1]!)) return false;
  return true;
}
