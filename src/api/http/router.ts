/**
 * Plain HTTP on a listener: exact paths and path prefixes to handlers, with Go's texts for what is not there.
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
    const handler =
      this.#exact.get(exchange.path) ?? this.#prefixes.find((p) => exchange.path.startsWith(p.prefix))?.handler;
    if (handler === undefined) httpError(exchange, 404, "404 page not found");
    else handler(exchange);
  };
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

/** Wraps a handler that accepts one method; others get 405 with an Allow header. */
export function onlyMethod(method: string, handler: HttpHandler): HttpHandler {
  return (exchange) => {
    if (exchange.method === method || (method === "GET" && exchange.method === "HEAD")) handler(exchange);
    else httpError(exchange, 405, "Method Not Allowed", { allow: method });
  };
}
