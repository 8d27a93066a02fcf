/** Watches moved below a prefix, events moved back (etcd client/v3/namespace/watch.go). */
import type { KeyNamespace } from "../kv/key-namespace.ts";
import type { StartWatch } from "./watch-broadcast.ts";

export function namespaceWatch(start: StartWatch, space: KeyNamespace): StartWatch {
  return (options, listener) =>
    start(
      { ...options, key: space.key(options.key), rangeEnd: space.end(options.rangeEnd) },
      {
        onResponse(response) {
          for (const { kv, prevKv } of response.events) {
            if (kv !== undefined) kv.key = space.strip(kv.key);
            if (prevKv !== undefined) prevKv.key = space.strip(prevKv.key);
          }
          listener.onResponse(response);
        },
        onRefused: (status) => listener.onRefused(status),
      },
    );
}
