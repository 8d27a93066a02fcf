/** What printers print that is no message of the protocol. */

import type { Event } from "../../proto/generated/kv.ts";
import type { HashKVResponse, ResponseHeader, StatusResponse } from "../../proto/generated/rpc.ts";

export interface EndpointHealth {
  readonly endpoint: string;
  readonly health: boolean;
  /** As Go prints a duration; empty when no request was made. */
  readonly took: string;
  /** Empty when healthy. */
  readonly error: string;
}

export interface EndpointStatus {
  readonly endpoint: string;
  readonly status: StatusResponse;
}

export interface EndpointHashKV {
  readonly endpoint: string;
  readonly hashKV: HashKVResponse;
}

/** One message of a watch, as clientv3 hands it out. */
export interface WatchResult {
  readonly header: ResponseHeader;
  readonly events: readonly Event[];
  readonly compactRevision: number;
  readonly canceled: boolean;
  readonly created: boolean;
  readonly cancelReason: string;
}
