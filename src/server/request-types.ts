/** Names of requests by their field of InternalRaftRequest, as metrics and logs give them (etcd getRequestType). */
import { RequestField } from "../core/apply/raft-request.ts";

export const REQUEST_TYPE_NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(RequestField).map(([name, field]) => [field, name]),
);
