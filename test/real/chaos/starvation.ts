/**
 * How long processes had work and no processor: time that a busy machine took, and not what is measured. From Linux's /proc/PID/schedstat
 * ("ran waited timeslices", nanoseconds, of the main thread, where Node does everything that matters here). Zero elsewhere.
 */
import { readFileSync } from "node:fs";

/** Milliseconds that the main thread of a process has waited for a processor since it began. */
export function waitedMs(pid: number | undefined): number {
  try {
    return Number(readFileSync(`/proc/${pid ?? 0}/schedstat`, "utf8").split(" ")[1]) / 1e6;
  } catch {
    // It has ended, or this is not Linux.
    return 0;
  }
}

/** Call it at the end of what is measured: what this process and the slowest of the others waited meanwhile, in sum. */
export function starvation(pids: readonly (number | undefined)[]): () => number {
  const measured = [process.pid, ...pids];
  const before = measured.map(waitedMs);
  return () => {
    const [own, ...others] = measured.map((pid, i) => Math.max(0, waitedMs(pid) - before[i]!));
    return own! + Math.max(0, ...others);
  };
}
