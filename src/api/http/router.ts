/**
 * Plain HTTP on a listener: exact paths and path prefixes to handlers, with the answers of Go's ServeMux for what is not there and for
 * paths that are not clean.
 */
import type { HttpExchange, HttpHandler } from "../../net/transport/http-exchange.ts";

const TEXT: Readonly<Record<string, string>> = {
  "content-type": "text/plain; charset=utf-8",
  "x-content-type-options": "nosniff",
};

export class HttpRouter {
  readonly #exact = new Map<string, HttpHandler>();
  readonly #prefixes: { readonly prefix: string; readonly handler: HttpHandler }[] = [];

  /** A path that ends in "/" matches everything below it; the longest match wins. */
  on(path: string, handler: HttpHandler): void {
    if (path.endsWith("/") && path !== "/") {
      this.#prefixes.push({ prefix: path, handler });
      this.#prefixes.sort((a, b) => b.prefix.length - a.prefix.length);
    } else this.#exact.set(path, handler);
  }

  readonly handle: HttpHandler = (exchange) => {
    const { path } = exchange;
    const clean = cleanPath(path);
    if (clean !== path && exchange.method !== "CONNECT") {
      redirect(exchange, clean);
      return;
    }
    const handler = this.#exact.get(path) ?? this.#prefixes.find((p) => path.startsWith(p.prefix))?.handler;
    if (handler !== undefined) handler(exchange);
    else if (this.#prefixes.some((p) => p.prefix === `${path}/`)) redirect(exchange, `${path}/`);
    else httpError(exchange, 404, "404 page not found");
  };
}

/** Without empty, "." and ".." parts; a final slash stays. */
function cleanPath(path: string): string {
  if (path === "" || path === "*") return path === "" ? "/" : path;
  if (!path.includes("//") && !path.includes("/.") && path.startsWith("/")) return path;
  const parts: string[] = [];
  for (const part of path.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  const clean = `/${parts.join("/")}`;
  return path.endsWith("/") && clean !== "/" ? `${clean}/` : clean;
}

function redirect(exchange: HttpExchange, path: string): void {
  const location = exchange.query === "" ? path : `${path}?${exchange.query}`;
  const body =
    exchange.method === "GET" || exchange.method === "HEAD"
      ? `<a href="${escapeHtml(location)}">Temporary Redirect</a>.\n\n`
      : "";
  const headers: Record<string, string> = { location };
  if (body !== "") headers["content-type"] = "text/html; charset=utf-8";
  exchange.respond(307, headers, body);
}

function escapeHtml(text: string): string {
  const named: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&#34;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (c) => named[c]!);
}

/** Go's http.Error: a line of text with a final newline. */
export function httpError(
  exchange: HttpExchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  exchange.respond(status, { ...TEXT, ...headers }, `${text}\n`);
}

/** Wraps a handler that accepts one method; others, HEAD among them, get 405 with an Allow header. */
export function onlyMethod(method: string, handler: HttpHandler): HttpHandler {
  return (exchange) => {
    if (exchange.method === method) handler(exchange);
    else httpError(exchange, 405, "Method Not Allowed", { allow: method });
  };
}
