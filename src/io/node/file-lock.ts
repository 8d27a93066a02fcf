/**
 * Exclusive locks on open files.
 *
 * The lock is flock(2) on our open file description, taken by a short-lived child (`flock -xn 3`) and left with us; it ends with the description,
 * also after kill -9. bbolt takes the same lock on `db`, so one of us and one of etcd exclude each other there. On WAL segments Linux etcd takes
 * OFD locks (fcntl F_OFD_SETLK), which do not see flock: /proc/locks is read as well and any lock of another kind on the same inode refuses us.
 *
 * Without the program: a file `.lock-<inode>` beside it (the name of the locked file may change) naming a live process (its id and start time, so that
 * a reused id does not count), plus the look into /proc/locks. It keeps our own processes apart and sees running foreign ones, but a foreign one does not see us; so it is logged.
 */
import { randomBytes } from "node:crypto";
import { link, open, readFile, readlink, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { FileError } from "../file-system.ts";
import type { Logger } from "../logger.ts";
import { runOnDescriptor } from "./descriptor-program.ts";

export interface LockTarget {
  readonly fd: number;
  readonly path: string;
  /** st_dev and st_ino of the open file. */
  readonly device: number;
  readonly inode: number;
}

/** How a lock is held: `descriptor` ends by closing, `lockFile` must be given back. */
export type HeldLock = "descriptor" | "lockFile";

/** Takes the lock or resolves to undefined when another open of the file holds it. Rejects with FileError. */
export async function takeLock(target: LockTarget, program: string | null, log: Logger): Promise<HeldLock | undefined> {
  if (program !== null) {
    const end = await runOnDescriptor(program, ["-xn", "3"], target.fd);
    if (end.kind === "exit") {
      if (end.status === 1) return undefined;
      if (end.status !== 0) throw new FileError("lock", target.path, `EXIT${end.status}`);
      return (await lockedByOthers(target, ["OFDLCK", "POSIX"])) ? undefined : "descriptor";
    }
    if (end.kind === "failed") throw new FileError("lock", target.path, "EIO", end.cause);
  }
  log.warn("flock program not found; locking with a lock file, which other programs do not respect", {
    path: target.path,
  });
  const lockFile = await lockFilePath(target);
  if (!(await takeLockFile(lockFile))) return undefined;
  if (await lockedByOthers(target, ["FLOCK", "OFDLCK", "POSIX"])) {
    await unlink(lockFile);
    return undefined;
  }
  return "lockFile";
}

/** Gives back what {@link takeLock} took besides the descriptor, which must still be open. */
export async function releaseLock(target: LockTarget, held: HeldLock): Promise<void> {
  if (held === "lockFile") {
    const lockFile = await lockFilePath(target);
    await succeeds(() => unlink(lockFile), "ENOENT", lockFile);
  }
}

/** In the folder where the file is now, which need not be the one where it was opened. */
async function lockFilePath(target: LockTarget): Promise<string> {
  let path = target.path;
  try {
    path = await readlink(`/proc/self/fd/${target.fd}`);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error; // no /proc on this system
  }
  return join(dirname(path), `.lock-${target.inode}`);
}

/** `1: FLOCK  ADVISORY  WRITE 1234 fe:00:5678 0 EOF`: kind, mode, access, process, device:inode in hexadecimal and decimal, range. */
const PROC_LOCK_LINE = /^\d+: (\S+)\s+\S+\s+\S+ -?\d+ ([0-9a-f]+):([0-9a-f]+):(\d+) /;

async function lockedByOthers(target: LockTarget, kinds: readonly string[]): Promise<boolean> {
  let text: string;
  try {
    text = await readFile("/proc/locks", "latin1");
  } catch {
    return false; // no such table on this system: the lock itself is what we have
  }
  const major = (target.device >>> 8) & 0xfff;
  const minor = (target.device & 0xff) | ((target.device >>> 12) & 0xfff00);
  for (const line of text.split("\n")) {
    const found = PROC_LOCK_LINE.exec(line);
    if (found === null || !kinds.includes(found[1]!)) continue;
    if (Number(found[4]) !== target.inode) continue;
    if (Number.parseInt(found[2]!, 16) === major && Number.parseInt(found[3]!, 16) === minor) return true;
  }
  return false;
}

async function takeLockFile(lockFile: string): Promise<boolean> {
  const mine = `${lockFile}.${process.pid}.${randomBytes(6).toString("hex")}`;
  await writeSmall(mine, `${process.pid} ${await processStart(process.pid)}\n`);
  try {
    for (;;) {
      // link() fails when the name exists and the content is complete at once: no reader sees a half-written owner.
      if (await succeeds(() => link(mine, lockFile), "EEXIST", lockFile)) return true;
      const owner = await readSmall(lockFile);
      if (owner === undefined) continue;
      const [pid, start] = owner.trim().split(" ");
      if (pid !== undefined && start !== undefined && (await processStart(Number(pid))) === start) return false;
      // The owner is dead. Move its file away, and look again at what was moved: somebody else may have been faster.
      const stale = `${mine}.stale`;
      if (!(await succeeds(() => rename(lockFile, stale), "ENOENT", lockFile))) continue;
      const moved = await readSmall(stale);
      if (moved !== undefined && moved !== owner) await succeeds(() => link(stale, lockFile), "EEXIST", lockFile);
      await unlink(stale);
    }
  } finally {
    await unlink(mine);
  }
}

/** Start time of a process in clock ticks since boot (field 22 of its stat line); "0" when unknown; undefined when there is no such process. */
async function processStart(pid: number): Promise<string | undefined> {
  const stat = await readSmall(`/proc/${pid}/stat`);
  if (stat !== undefined) {
    // The program name in parentheses may hold blanks: fields count from the last one.
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // A zombie holds no lock any more.
    return fields[0] === "Z" || fields[0] === "X" ? undefined : (fields[19] ?? "0");
  }
  try {
    process.kill(pid, 0);
    return "0";
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM" ? "0" : undefined;
  }
}

async function readSmall(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "latin1");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ESRCH") return undefined;
    throw new FileError("read", path, code ?? "EIO", error);
  }
}

async function writeSmall(path: string, text: string): Promise<void> {
  const file = await open(path, "w", 0o600);
  try {
    await file.writeFile(text);
  } finally {
    await file.close();
  }
}

/** True when the operation succeeded, false when it failed with that errno; any other failure rejects. */
async function succeeds(operation: () => Promise<void>, unless: string, path: string): Promise<boolean> {
  try {
    await operation();
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === unless) return false;
    throw new FileError("lock", path, code ?? "EIO", error);
  }
}
