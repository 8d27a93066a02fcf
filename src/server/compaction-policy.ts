/** The policy of automatic compaction from its two settings. Source of behaviour: etcd embed.parseCompactionRetention. */
import { parseGoDuration } from "../base/go-duration.ts";
import type { AutoCompactionPolicy } from "./auto-compaction.ts";
import type { AutoCompactionConfig } from "./config.ts";

export type PolicyResult =
  /** No policy: automatic compaction is off. */
  | { readonly ok: true; readonly policy: AutoCompactionPolicy | undefined; readonly retentionNs: bigint }
  | { readonly ok: false; readonly reason: string };

const HOUR_NS = 3_600_000_000_000n;

/** A plain number means hours or revisions; anything else is a duration (in revision mode its nanoseconds count, as in etcd). */
export function compactionPolicy(config: AutoCompactionConfig): PolicyResult {
  const text = config.retention === "" ? "0" : config.retention;
  let retention: bigint;
  if (/^\+?[0-9]+$/.test(text) && BigInt(text.replace("+", "")) < 2n ** 63n) {
    const count = BigInt(text.replace("+", ""));
    retention = config.mode === "periodic" ? BigInt.asIntN(64, count * HOUR_NS) : count;
  } else {
    const parsed = parseGoDuration(text);
    if (!parsed.ok) return { ok: false, reason: `error parsing CompactionRetention: ${parsed.reason}` };
    retention = parsed.ns;
  }
  if (retention === 0n) return { ok: true, policy: undefined, retentionNs: retention };
  const policy: AutoCompactionPolicy =
    config.mode === "periodic"
      ? { mode: "periodic", retentionMs: Number(retention) / 1e6 }
      : { mode: "revision", retentionRevisions: Number(retention) };
  return { ok: true, policy, retentionNs: retention };
}
