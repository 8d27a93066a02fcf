/** All changes of the load's keys by revision, as a watch from the beginning tells them. */
import { utf8Text } from "../../../src/base/bytes.ts";
import { EventType } from "../../../src/proto/generated/kv.ts";
import { WatchCreateRequest, WatchRequest } from "../../../src/proto/generated/rpc.ts";
import { GrpcJsClient } from "../../support/grpc-js-client.ts";
import type { Change, Revisions } from "./history.ts";
import { LOAD_RANGE } from "./load.ts";

/** Rejects when the watch is cancelled, goes back, or does not reach the revision in time. */
export function watchRevisions(endpoint: string, to: number, limitMs = 60_000): Promise<Revisions> {
  return new Promise((resolve, reject) => {
    const found = new Map<number, Change[]>();
    const client = new GrpcJsClient(endpoint);
    const stream = client.watch();
    const end = (error?: Error): void => {
      clearTimeout(timer);
      stream.cancel();
      client.close();
      if (error === undefined) resolve(found);
      else reject(error);
    };
    const timer = setTimeout(() => end(new Error(`${endpoint}: the watch did not reach revision ${to}`)), limitMs);
    // Cancelling is told as an error, behind the end.
    stream.on("error", end);
    let newest = 0;
    stream.on("data", (response: { events: unknown[]; canceled: boolean; cancelReason: string }) => {
      if (response.canceled) end(new Error(`${endpoint}: the watch was cancelled: ${response.cancelReason}`));
      for (const event of response.events as {
        type: number;
        kv: { key: Uint8Array; value: Uint8Array; modRevision: number };
      }[]) {
        const { key, value, modRevision } = event.kv;
        if (modRevision < newest) end(new Error(`${endpoint}: revision ${modRevision} behind ${newest}`));
        newest = modRevision;
        const change = { key: utf8Text(key), value: event.type === EventType.DELETE ? undefined : utf8Text(value) };
        const changes = found.get(modRevision);
        if (changes === undefined) found.set(modRevision, [change]);
        else changes.push(change);
      }
      if (newest >= to) end();
    });
    const createRequest = WatchCreateRequest.create({ ...LOAD_RANGE, startRevision: 1 });
    stream.write(WatchRequest.create({ createRequest }));
  });
}
