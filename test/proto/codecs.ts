/** Every generated codec by full name, and where the repository is. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as auth from "../../src/proto/generated/auth.ts";
import * as election from "../../src/proto/generated/election.ts";
import * as etcdserver from "../../src/proto/generated/etcdserver.ts";
import * as health from "../../src/proto/generated/health.ts";
import * as kv from "../../src/proto/generated/kv.ts";
import * as lease from "../../src/proto/generated/lease.ts";
import * as lock from "../../src/proto/generated/lock.ts";
import * as membership from "../../src/proto/generated/membership.ts";
import * as raft from "../../src/proto/generated/raft.ts";
import * as raftInternal from "../../src/proto/generated/raft-internal.ts";
import * as rpc from "../../src/proto/generated/rpc.ts";
import * as snap from "../../src/proto/generated/snap.ts";
import * as wal from "../../src/proto/generated/wal.ts";
import type { MessageCodec } from "../../src/proto/message-codec.ts";

export type AnyCodec = MessageCodec<object>;

export const CODECS: ReadonlyMap<string, AnyCodec> = collect([
  auth,
  election,
  etcdserver,
  health,
  kv,
  lease,
  lock,
  membership,
  raft,
  raftInternal,
  rpc,
  snap,
  wal,
]);

function collect(modules: readonly object[]): Map<string, AnyCodec> {
  const codecs = new Map<string, AnyCodec>();
  for (const module of modules) {
    for (const value of Object.values(module)) {
      if (typeof value === "object" && value !== null && "typeName" in value && "decode" in value) {
        const codec = value as AnyCodec;
        codecs.set(codec.typeName, codec);
      }
    }
  }
  assert.ok(codecs.size > 140, `${codecs.size} codecs`);
  return codecs;
}

export const ROOT: string = findRoot(dirname(fileURLToPath(import.meta.url)));

function findRoot(from: string): string {
  for (let folder = from; ; folder = dirname(folder)) {
    if (existsSync(join(folder, "tsconfig.core.json"))) return folder;
    assert.notEqual(folder, dirname(folder), "repository root not found");
  }
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("hex");
}
