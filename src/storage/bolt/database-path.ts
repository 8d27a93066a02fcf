/** The folder around a database file: leftovers of crashes in it. */
import { parentOf } from "../../base/parent-path.ts";
import type { File, FileSystem } from "../../io/file-system.ts";

/** A defragmentation that a crash cut short leaves its copy behind. */
export async function removeLeftovers(fileSystem: FileSystem, path: string): Promise<void> {
  const directory = parentOf(path);
  const prefix = `${path.slice(path.lastIndexOf("/") + 1)}.tmp.`;
  for (const name of await fileSystem.list(directory))
    if (name.startsWith(prefix)) await fileSystem.remove(`${directory}/${name}`);
}

/** An empty file, or one whose creation a crash cut short: all zero where the meta pages go, and no longer than a fresh one. */
export async function wasNeverCreated(file: File): Promise<boolean> {
  const size = await file.size();
  if (size === 0) return true;
  if (size > 65536 * 3) return false;
  const bytes = new Uint8Array(Math.floor((size * 2) / 3));
  await file.read(bytes, 0);
  return bytes.every((byte) => byte === 0);
}
