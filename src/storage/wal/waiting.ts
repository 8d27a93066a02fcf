/** A promise for records that are not durable yet, and its two ends. */
import type { WalWriteError } from "./wal-problem.ts";

export interface Waiting {
  readonly promise: Promise<void>;
  readonly resolve: () => void;
  readonly reject: (error: WalWriteError) => void;
}

export function newWaiting(): Waiting {
  let resolve!: () => void;
  let reject!: (error: WalWriteError) => void;
  const promise = new Promise<void>((whenDone, whenFailed) => {
    resolve = whenDone;
    reject = whenFailed;
  });
  return { promise, resolve, reject };
}
