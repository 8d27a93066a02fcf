/**
 * The layout of a data directory (etcd server/storage/datadir):
 *
 *   <data>/member/wal/*.wal        the log (or --wal-dir)
 *   <data>/member/snap/*.snap      raft snapshots: membership only
 *   <data>/member/snap/db          the database
 *   <data>/member/snap/*.snap.db   databases received from a leader
 *   <data>/fixtures/               certificates of --auto-tls
 */
import { parentOf } from "../base/parent-path.ts";
import { FileError, type FileSystem } from "../io/file-system.ts";

export interface DataDir {
  readonly root: string;
  readonly member: string;
  readonly wal: string;
  readonly snap: string;
  readonly db: string;
}

export function dataDir(root: string, walDir: string): DataDir {
  const member = `${root}/member`;
  return {
    root,
    member,
    wal: walDir === "" ? `${member}/wal` : walDir,
    snap: `${member}/snap`,
    db: `${member}/snap/db`,
  };
}

export type DirType = "empty" | "member" | "proxy" | "unknown";

/** What a data directory holds, by the names in it. */
export async function detectDirType(fileSystem: FileSystem, root: string): Promise<DirType> {
  if ((await fileSystem.stat(root)) === undefined) return "empty";
  const names = (await fileSystem.list(root)).filter((name) => name !== "lost+found");
  if (names.includes("member")) return "member";
  if (names.includes("proxy")) return "proxy";
  return names.length === 0 ? "empty" : "unknown";
}

/** Makes the folders and proves that they can be written to. Rejects with FileError. */
export async function prepareDataDir(fileSystem: FileSystem, dirs: DataDir): Promise<void> {
  // The first start may have been cut short between making a folder and making it durable.
  const isFirst = (await fileSystem.stat(dirs.wal)) === undefined;
  for (const path of [dirs.root, dirs.member, dirs.snap]) {
    await makeDurableDirectory(fileSystem, path, isFirst);
    await touch(fileSystem, path);
  }
  await makeDurableDirectory(fileSystem, parentOf(dirs.wal), false);
  // A crash while a received file was being written leaves one of these.
  for (const name of await fileSystem.list(dirs.snap))
    if (name.startsWith("tmp")) await fileSystem.remove(`${dirs.snap}/${name}`);
}

/** Makes a folder whose name, and those of the parents that were missing, outlast a power failure. `always`: also when it is there already. */
async function makeDurableDirectory(fileSystem: FileSystem, path: string, always: boolean): Promise<void> {
  const made: string[] = always ? [path] : [];
  let at = always ? parentOf(path) : path;
  for (; (await fileSystem.stat(at)) === undefined && parentOf(at) !== at; at = parentOf(at)) made.push(at);
  await fileSystem.makeDirectory(path);
  for (const each of made.reverse()) await fileSystem.syncDirectory(parentOf(each));
}

async function touch(fileSystem: FileSystem, path: string): Promise<void> {
  const probe = `${path}/.touch`;
  const file = await fileSystem.open(probe, "truncate");
  await file.close();
  await fileSystem.remove(probe);
}

/** True for the error of a full disk. */
export function isOutOfSpace(error: unknown): boolean {
  return error instanceof FileError && (error.code === "ENOSPC" || error.code === "EDQUOT");
}
