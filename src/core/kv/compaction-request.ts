/** Execution of a compaction request (etcd server/etcdserver/apply/backend.go `Compaction`). */
import type { CompactionRequest } from "../../proto/generated/rpc.ts";
import type { CompactionJob } from "../mvcc/compaction.ts";
import type { Store } from "../mvcc/store.ts";
import type { ResponseHeaderEncoder } from "./response-header.ts";

export interface AppliedCompaction {
  readonly response: Uint8Array | undefined;
  /** To be stepped by the server; a physical compaction is answered when it is done and committed. */
  readonly job: CompactionJob;
}

/** Accepts a compaction. Throws Compacted or FutureRev. */
export function applyCompaction(
  store: Store,
  request: CompactionRequest,
  header: ResponseHeaderEncoder | undefined,
): AppliedCompaction {
  const job = store.scheduleCompaction(request.revision);
  return { response: header?.response(store.revision), job };
}
