/** Waits until a key is deleted. */

import { GrpcCode } from "../../base/grpc-code.ts";
import { EventType } from "../../proto/generated/kv.ts";
import type { CallScope } from "../call-scope.ts";
import { localError } from "../upstream.ts";
import type { StartWatch } from "../watch/watch-broadcast.ts";

/** After the revision. Resolves too when the watch is ended: who waits looks again. Rejects when the client has gone or may not watch. */
export function untilDeleted(start: StartWatch, key: Uint8Array, revision: number, scope: CallScope): Promise<void> {
  return new Promise((resolve, reject) => {
    const { token, requireLeader } = scope;
    const watch = start(
      { key, rangeEnd: new Uint8Array(0), startRevision: revision + 1, token, requireLeader },
      {
        onResponse({ canceled, created, cancelReason, events }) {
          const isGone = events.some(({ type }) => type === EventType.DELETE);
          if (canceled && created) finish(localError(GrpcCode.PermissionDenied, cancelReason));
          else if (canceled || isGone) finish(undefined);
        },
        onRefused: ({ code, message }) => finish(localError(code, message)),
      },
    );
    let forget: (() => void) | undefined;
    forget = scope.onCancel(() => finish(localError(GrpcCode.Canceled, "context canceled")));
    function finish(error: Error | undefined): void {
      watch.cancel();
      forget?.();
      if (error === undefined) resolve();
      else reject(error);
    }
  });
}
