/** A small disk of its own (a tmpfs) that can be filled and emptied. Needs root. */
import { spawnSync } from "node:child_process";
import { closeSync, mkdirSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";

export class SmallDisk {
  readonly path: string;

  /** Mounts it. Throws with the output of `mount`. */
  constructor(path: string, bytes: number) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    const ran = spawnSync("mount", ["-t", "tmpfs", "-o", `size=${bytes}`, "etcd-ts-test", path], { encoding: "utf8" });
    if (ran.status !== 0) throw new Error(`mount ${path}: ${ran.stderr ?? String(ran.error)}`);
  }

  /** Takes all the space that is left, to the last byte. */
  fill(): void {
    const file = openSync(join(this.path, "filler"), "a");
    try {
      for (let size = 2 ** 16; size >= 1; size = size >>> 4) {
        const chunk = Buffer.alloc(size, 1);
        try {
          for (;;) writeSync(file, chunk);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
        }
      }
    } finally {
      closeSync(file);
    }
  }

  /** Gives the space back. */
  empty(): void {
    rmSync(join(this.path, "filler"), { force: true });
  }

  close(): void {
    spawnSync("umount", ["-l", this.path]);
  }
}

/** Why no disk can be mounted here, or false. */
export function smallDiskMissing(path: string): false | string {
  if (process.getuid?.() !== 0) return "a disk is mounted by root only";
  try {
    new SmallDisk(path, 2 ** 20).close();
    return false;
  } catch (error) {
    return `no disk can be mounted here: ${error instanceof Error ? error.message : String(error)}`;
  }
}
