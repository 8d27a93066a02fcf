/** test/golden/membership-auth.golden.json: the log and the small buckets of a real etcd, in hex. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export interface GoldenEntry {
  readonly index: number;
  readonly term: number;
  /** 0: InternalRaftRequest (empty for a leader's first entry), 1: ConfChange. */
  readonly type: number;
  readonly data: string;
}

export interface Golden {
  readonly token: string;
  readonly initialCluster: string;
  readonly snapName: string;
  readonly snap: string;
  readonly buckets: Readonly<Record<string, readonly (readonly [string, string])[]>>;
  readonly entries: readonly GoldenEntry[];
}

// Compiled tests run from build/; the file stays where the sources are.
function repositoryRoot(from: string): string {
  return existsSync(join(from, "tsconfig.core.json")) ? from : repositoryRoot(dirname(from));
}

const root = repositoryRoot(dirname(fileURLToPath(import.meta.url)));
export const golden: Golden = JSON.parse(
  readFileSync(join(root, "test", "golden", "membership-auth.golden.json"), "utf8"),
) as Golden;

export function goldenBucket(name: string): [string, string][] {
  return (golden.buckets[name] ?? []).map(([key, value]) => [key, value]);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}

export function unhex(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, "hex"));
}
