/** Answers in the form that Go's net/http gives them, which etcd's peers compare in part. */
import type { HttpExchange } from "../transport/http-exchange.ts";

/** Go's http.Error: one line of text. */
export function answerError(
  exchange: HttpExchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  exchange.respond(
    status,
    { ...headers, "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
    `${text}\n`,
  );
}

/** False, and answered, when the method is another. */
export function isMethod(exchange: HttpExchange, method: string): boolean {
  if (exchange.method === method) return true;
  answerError(exchange, 405, "Method Not Allowed", { allow: method });
  return false;
}
