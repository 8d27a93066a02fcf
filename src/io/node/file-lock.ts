/**
 * Exclusive locks on open files.
 *
 * The lock is flock(2) on our open file description, taken by a short-lived child (`flock -xn 3`) and left with us; it ends with the description,
 * also after kill -9. bbolt takes the same lock on `db`, so one of us and one of etcd exclude each other there. On WAL segments Linux etcd takes
 * OFD locks (fcntl F_OFD_SETLK), which do not see flock: /proc/locks is read as well and any lock of another kind on the same inode refuses us.
 *
 * Without the program: a file `<path>.lock` naming a live process (process id and its start time, so that a reused id does not count), plus
 * the look into /proc/locks. It keeps our own processes apart and sees running foreign ones, but a foreign one does not see us; so it is logged.
 */
import { randomBytes } from "node:crypto";
import { link, open, readFile, rename, unlink } from "node:fs/promises";
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

/** What a lock needs to be given back; undefined when closing the descriptor is enough. */
export type HeldLock = { readonly lockFile: string | undefined };

/** Takes the lock or resolves to undefined when another open of the file holds it. Rejects with FileError. */
export async function takeLock(target: LockTarget, program: string | null, log: Logger): Promise<HeldLock | undefined> {
  if (program !== null) {
    const end = await runOnDescriptor(program, ["-xn", "3"], target.fd);
    if (end.kind === "exit") {
      if (end.status === 1) return undefined;
      if (end.status !== 0) throw new FileError("lock", target.path, `EXIT${end.status}`);
      return (await lockedByOthers(target, ["OFDLCK", "POSIX"])) ? undefined : { lockFile: undefined };
    }
    if (end.kind === "failed") throw new FileError("lock", target.path, "EIO", end.cause);
  }
  log.warn("flock program not found; locking with a lock file, which other programs do not respect", {
    path: target.path,
  });
  const lockFile = await takeLockFile(target.path);
  if (lockFile === undefined) return undefined;
  if (await lockedByOthers(target, ["FLOCK", "OFDLCK", "POSIX"])) {
    await unlink(lockFile);
    return undefined;
  }
  return { lockFile };
}

/** Gives back what {@link takeLock} took besides the descriptor. */
export async function releaseLock(held: HeldLock): Promise<void> {
  if (held.lockFile !== undefined) await unlink(held.lockFile);
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

async function takeLockFile(path: string): Promise<string | undefined> {
  const lockFile = `${path}.lock`;
  const mine = `${lockFile}.${process.pid}.${randomBytes(6).toString("hex")}`;
  await writeSmall(mine, `${process.pid} ${await processStart(process.pid)}\n`);
  try {
    for (;;) {
      // link() fails when the name exists and the content is complete at once: no reader sees a half-written owner.
      if (await succeeds(() => link(mine, lockFile), "EEXIST", lockFile)) return lockFile;
      const owner = await readSmall(lockFile);
      if (owner === undefined) continue;
      const [pid, start] = owner.trim().split(" ");
      if (pid !== undefined && start !== undefined && (await processStart(Number(pid))) === start) return undefined;
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
