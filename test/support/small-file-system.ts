/** A small tmpfs, to fill. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A mounted file system of that size, or why there is none. */
export function smallFileSystem(megabytes: number): { path: string; remove: () => void } | string {
  if (process.getuid?.() !== 0) return "only root mounts a tmpfs";
  const path = mkdtempSync(join(tmpdir(), "etcd-ts-full-"));
  const mounted = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { encoding: "utf8" });
  if (mounted.status !== 0) {
    rmSync(path, { recursive: true });
    return `no tmpfs can be mounted here: ${mounted.error?.message ?? mounted.stderr.trim()}`;
  }
  const remove = (): void => {
    spawnSync("umount", [path]);
    rmSync(path, { recursive: true });
  };
  return { path, remove };
}

/** Takes all the space that is left. */
export function fill(path: string): void {
  const file = openSync(path, "w");
  const piece = Buffer.alloc(65536, 1);
  try {
    for (;;) if (writeSync(file, piece) < piece.length) return;
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ENOSPC");
  } finally {
    closeSync(file);
  }
}
