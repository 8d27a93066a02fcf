/** A request that asks for another protocol on its HTTP/1.1 connection (RFC 9110 section 7.8). */
import type { Duplex } from "node:stream";
import type { ConnectionInfo } from "./server-call.ts";

export interface UpgradeRequest {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  /** Without the question mark. */
  readonly query: string;
  readonly connection: ConnectionInfo;
  header(name: string): string | undefined;
  /** Yours once the request was taken; bytes that follow the request are readable from it. */
  readonly socket: Duplex;
}

/** Takes the connection over and returns true, or returns false: the request is then served as if it had asked for nothing. */
export type UpgradeHandler = (request: UpgradeRequest) => boolean;
