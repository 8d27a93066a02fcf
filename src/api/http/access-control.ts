/**
 * What every HTTP request to a client listener passes first (etcd server/embed/serve.go, accessController): old paths are rewritten, hosts
 * that are not listed are refused on plaintext (DNS rebinding, CVE-2018-5702), clients whose certificate names a user may not use the
 * gateway while authentication is on (their name would not count there), answers get CORS headers, and OPTIONS is answered.
 */
import { splitHostPort } from "../../base/go-address.ts";
import { goQuote } from "../../base/go-quote.ts";
import type { Logger } from "../../io/logger.ts";
import type { HttpExchange, HttpHandler } from "../../net/transport/http-exchange.ts";
import type { ConnectionInfo } from "../../net/transport/server-call.ts";
import { httpError } from "./router.ts";

export interface AccessRules {
  /** Origins; none or "*" allows all. */
  readonly cors: readonly string[];
  /** Host names without ports; none or "*" allows all. */
  readonly hostWhitelist: readonly string[];
  readonly clientCertAuth: boolean;
  readonly enableGrpcGateway: boolean;
  isAuthEnabled(): boolean;
}

/** What a decision needs of a request. */
export interface AccessRequest {
  readonly path: string;
  readonly connection: ConnectionInfo;
  header(name: string): string | undefined;
}

export interface AccessRefusal {
  readonly status: number;
  readonly text: string;
}

export class AccessControl {
  readonly #rules: AccessRules;
  readonly #logger: Logger;
  readonly #hosts: ReadonlySet<string> | undefined;
  readonly #origins: ReadonlySet<string> | undefined;

  constructor(rules: AccessRules, logger: Logger) {
    this.#rules = rules;
    this.#logger = logger;
    this.#hosts = setOf(rules.hostWhitelist);
    this.#origins = setOf(rules.cors);
  }

  /** The handler behind these rules. */
  guard(next: HttpHandler): HttpHandler {
    return (exchange) => {
      const path = rewritten(exchange.path);
      const refusal = this.refusal({
        path,
        connection: exchange.connection,
        header: (name) => exchange.header(name),
      });
      if (refusal !== undefined) {
        httpError(exchange, refusal.status, refusal.text);
        return;
      }
      const passed = new PassedExchange(exchange, path, this.#corsHeaders(exchange.header("origin") ?? ""));
      if (exchange.method === "OPTIONS") passed.respond(200, {}, "");
      else next(passed);
    };
  }

  /** Undefined when the request may go on. `path` is the rewritten one. */
  refusal(request: AccessRequest): AccessRefusal | undefined {
    const { tls } = request.connection;
    if (tls === undefined) {
      const host = hostName(request.header("host") ?? "");
      if (this.#hosts === undefined || this.#hosts.has(host)) return undefined;
      this.#logger.warn("rejecting HTTP request to prevent DNS rebinding attacks", { host });
      return { status: 421, text: unknownHostText(host) };
    }
    const rules = this.#rules;
    if (
      rules.clientCertAuth &&
      rules.enableGrpcGateway &&
      request.path.startsWith("/v3/") &&
      rules.isAuthEnabled() &&
      tls.authorized &&
      (tls.peerCommonName ?? "") !== ""
    )
      return {
        status: 400,
        text: "CommonName of client sending a request against gateway will be ignored and not used as expected",
      };
    return undefined;
  }

  #corsHeaders(origin: string): Readonly<Record<string, string>> {
    if (this.#origins !== undefined && !this.#origins.has(origin)) return {};
    return {
      "access-control-allow-headers": "accept, content-type, authorization",
      "access-control-allow-methods": "POST, GET, OPTIONS, PUT, DELETE",
      "access-control-allow-origin": this.#origins === undefined ? "*" : origin,
    };
  }
}

/** Undefined: everything is allowed. */
function setOf(names: readonly string[]): ReadonlySet<string> | undefined {
  return names.length === 0 || names.includes("*") ? undefined : new Set(names);
}

/** The gateway's path of etcd 3.3. */
export function rewritten(path: string): string {
  return path.startsWith("/v3beta/") ? `/v3/${path.slice("/v3beta/".length)}` : path;
}

function hostName(host: string): string {
  const split = splitHostPort(host);
  return split.ok ? split.host : host;
}

/** The advice of etcd, whose wording operators search for. */
function unknownHostText(host: string): string {
  return `
etcd received your request, but the Host header was unrecognized.

To fix this, choose one of the following options:
- Enable TLS, then any HTTPS request will be allowed.
- Add the hostname you want to use to the whitelist in settings.
  - e.g. etcd --host-whitelist ${goQuote(host)}

This requirement has been added to help prevent "DNS Rebinding" attacks (CVE-2018-5702).
`;
}

/** An exchange with another path and more headers in its response. */
class PassedExchange implements HttpExchange {
  readonly path: string;
  readonly #inner: HttpExchange;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(inner: HttpExchange, path: string, headers: Readonly<Record<string, string>>) {
    this.path = path;
    this.#inner = inner;
    this.#headers = headers;
  }

  get method(): string {
    return this.#inner.method;
  }
  get query(): string {
    return this.#inner.query;
  }
  get httpVersion(): HttpExchange["httpVersion"] {
    return this.#inner.httpVersion;
  }
  get connection(): ConnectionInfo {
    return this.#inner.connection;
  }
  get cancelled(): boolean {
    return this.#inner.cancelled;
  }
  get onCancel(): (() => void) | undefined {
    return this.#inner.onCancel;
  }
  set onCancel(callback: (() => void) | undefined) {
    this.#inner.onCancel = callback;
  }
  header(name: string): string | undefined {
    return this.#inner.header(name);
  }
  body(bytesMax: number): Promise<Uint8Array> {
    return this.#inner.body(bytesMax);
  }
  bodyStream(): AsyncIterable<Uint8Array> {
    return this.#inner.bodyStream();
  }
  respond(status: number, headers: Readonly<Record<string, string>>, body: Uint8Array | string): void {
    this.#inner.respond(status, { ...this.#headers, ...headers }, body);
  }
  start(status: number, headers: Readonly<Record<string, string>>): void {
    this.#inner.start(status, { ...this.#headers, ...headers });
  }
  write(piece: Uint8Array): Promise<void> {
    return this.#inner.write(piece);
  }
  end(): void {
    this.#inner.end();
  }
  abort(): void {
    this.#inner.abort();
  }
}
