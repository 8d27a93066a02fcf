/**
 * A disk in memory behind `io.FileSystem` for storage tests: keeps the order of writes and syncs per file, so that a test can build what a
 * power loss leaves behind; fills up; fails on demand. (The simulated cluster has a disk of its own, with stalls and bit flips.)
 */
import { type File, FileError, type FileStat, type FileSystem, type OpenMode } from "../../src/io/file-system.ts";
import type { Prng } from "./prng.ts";

export const SECTOR_BYTES = 512;

/** What happened to a file, in order. */
export type DiskEvent =
  | { readonly kind: "write"; readonly position: number; readonly bytes: Uint8Array }
  | { readonly kind: "truncate"; readonly size: number }
  | { readonly kind: "sync" };

class Inode {
  bytes: Uint8Array;
  size: number;
  locked: boolean;
  readonly events: DiskEvent[];

  constructor() {
    this.bytes = new Uint8Array(4096);
    this.size = 0;
    this.locked = false;
    this.events = [];
  }

  resize(size: number): void {
    if (size > this.bytes.length) {
      const larger = new Uint8Array(Math.max(size, this.bytes.length * 2));
      larger.set(this.bytes.subarray(0, this.size));
      this.bytes = larger;
    } else if (size < this.size) this.bytes.fill(0, size, this.size);
    this.size = size;
  }
}

/** Which call fails next: the n-th from now of that operation, with that errno. */
interface Failure {
  readonly operation: string;
  countdown: number;
  readonly code: string;
}

export class MemoryDisk implements FileSystem {
  readonly #files: Map<string, Inode>;
  /** Whether files keep their events. */
  readonly #recording: boolean;
  /** Most bytes that all files may have together. */
  capacityBytes: number;
  #failure: Failure | undefined;
  /** Runs before each operation settles: lets a test look at or change things in between. */
  onOperation: ((operation: string, path: string) => void) | undefined;

  constructor(options: { readonly recording?: boolean } = {}) {
    this.#files = new Map();
    this.#recording = options.recording === true;
    this.capacityBytes = Number.POSITIVE_INFINITY;
    this.#failure = undefined;
    this.onOperation = undefined;
  }

  /** Makes the n-th (1 = next) operation of that name fail. */
  failAt(operation: "write" | "datasync" | "truncate" | "read" | "rename", nth: number, code: string): void {
    this.#failure = { operation, countdown: nth, code };
  }

  /** For MemoryFile. */
  operate(operation: string, path: string): void {
    this.onOperation?.(operation, path);
    const failure = this.#failure;
    if (failure === undefined || failure.operation !== operation || --failure.countdown > 0) return;
    this.#failure = undefined;
    throw new FileError(operation, path, failure.code);
  }

  get recording(): boolean {
    return this.#recording;
  }

  roomFor(inode: Inode, size: number): boolean {
    let used = 0;
    for (const other of this.#files.values()) if (other !== inode) used += other.size;
    return used + size <= this.capacityBytes;
  }

  contents(path: string): Uint8Array {
    const inode = this.#inode("read", path);
    return inode.bytes.slice(0, inode.size);
  }

  setContents(path: string, bytes: Uint8Array): void {
    const inode = new Inode();
    inode.resize(bytes.length);
    inode.bytes.set(bytes);
    this.#files.set(path, inode);
  }

  events(path: string): readonly DiskEvent[] {
    return this.#inode("read", path).events;
  }

  #inode(operation: string, path: string): Inode {
    const inode = this.#files.get(path);
    if (inode === undefined) throw new FileError(operation, path, "ENOENT");
    return inode;
  }

  async open(path: string, mode: OpenMode): Promise<File> {
    let inode = this.#files.get(path);
    if (inode === undefined && mode === "read") throw new FileError("open", path, "ENOENT");
    if (inode !== undefined && mode === "create") throw new FileError("open", path, "EEXIST");
    if (inode === undefined) {
      inode = new Inode();
      this.#files.set(path, inode);
    }
    if (mode === "truncate") inode.resize(0);
    return new MemoryFile(this, path, inode);
  }

  async list(path: string): Promise<string[]> {
    const prefix = path === "." ? "" : `${path}/`;
    return [...this.#files.keys()]
      .filter((name) => name.startsWith(prefix) && !name.slice(prefix.length).includes("/"))
      .map((name) => name.slice(prefix.length))
      .sort();
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const inode = this.#files.get(path);
    return inode === undefined ? undefined : { size: inode.size, isDirectory: false, modifiedMs: 0 };
  }

  async makeDirectory(): Promise<void> {}

  async rename(from: string, to: string): Promise<void> {
    this.operate("rename", from);
    this.#files.set(to, this.#inode("rename", from));
    this.#files.delete(from);
  }

  async remove(path: string): Promise<void> {
    this.#files.delete(path);
  }

  async removeTree(path: string): Promise<void> {
    for (const name of this.#files.keys()) if (name.startsWith(`${path}/`)) this.#files.delete(name);
  }

  async syncDirectory(): Promise<void> {}

  async readFile(path: string): Promise<Uint8Array> {
    return this.contents(path);
  }

  async freeBytes(): Promise<number> {
    let used = 0;
    for (const inode of this.#files.values()) used += inode.size;
    return Math.max(0, this.capacityBytes - used);
  }
}

class MemoryFile implements File {
  readonly path: string;
  readonly #disk: MemoryDisk;
  readonly #inode: Inode;
  #locked: boolean;

  constructor(disk: MemoryDisk, path: string, inode: Inode) {
    this.path = path;
    this.#disk = disk;
    this.#inode = inode;
    this.#locked = false;
  }

  async read(into: Uint8Array, position: number): Promise<number> {
    await later();
    return this.readSync(into, position);
  }

  readSync(into: Uint8Array, position: number): number {
    this.#disk.operate("read", this.path);
    const count = Math.max(0, Math.min(into.length, this.#inode.size - position));
    into.set(this.#inode.bytes.subarray(position, position + count));
    return count;
  }

  async writev(parts: readonly Uint8Array[], position: number): Promise<void> {
    // The bytes are taken late: who changes a buffer before the write settles is found out.
    await later();
    this.#disk.operate("write", this.path);
    let at = position;
    for (const part of parts) {
      const end = at + part.length;
      if (end > this.#inode.size) {
        if (!this.#disk.roomFor(this.#inode, end)) throw new FileError("write", this.path, "ENOSPC");
        this.#inode.resize(end);
      }
      this.#inode.bytes.set(part, at);
      if (this.#disk.recording) this.#inode.events.push({ kind: "write", position: at, bytes: part.slice() });
      at = end;
    }
  }

  async writevDurable(parts: readonly Uint8Array[], position: number): Promise<void> {
    await this.writev(parts, position);
    await this.datasync();
  }

  async datasync(): Promise<void> {
    await later();
    this.#disk.operate("datasync", this.path);
    if (this.#disk.recording) this.#inode.events.push({ kind: "sync" });
  }

  async size(): Promise<number> {
    return this.#inode.size;
  }

  async truncate(size: number): Promise<void> {
    await later();
    this.#disk.operate("truncate", this.path);
    if (size > this.#inode.size && !this.#disk.roomFor(this.#inode, size))
      throw new FileError("truncate", this.path, "ENOSPC");
    this.#inode.resize(size);
    if (this.#disk.recording) this.#inode.events.push({ kind: "truncate", size });
  }

  async preallocate(size: number): Promise<void> {
    if (size > this.#inode.size) await this.truncate(size);
  }

  async lock(): Promise<boolean> {
    if (this.#locked) return true;
    if (this.#inode.locked) return false;
    this.#inode.locked = true;
    this.#locked = true;
    return true;
  }

  async close(): Promise<void> {
    if (this.#locked) this.#inode.locked = false;
    this.#locked = false;
  }
}

function later(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/**
 * A file as a power loss after `events` may leave it: all that was synced, and of what came after the last sync any set of sectors, in any
 * order; the length is one of those that the file had since.
 */
export function crashImage(events: readonly DiskEvent[], random: Prng): Uint8Array {
  let bytes = new Uint8Array(0);
  const resize = (size: number): void => {
    const next = new Uint8Array(size);
    next.set(bytes.subarray(0, Math.min(size, bytes.length)));
    bytes = next;
  };
  let lastSync = -1;
  for (let i = 0; i < events.length; i++) if (events[i]!.kind === "sync") lastSync = i;
  for (let i = 0; i < events.length; i++) {
    const event = events[i]!;
    const synced = i < lastSync;
    if (event.kind === "truncate") {
      if (synced || random.chance(0.5)) resize(event.size);
    } else if (event.kind === "write") {
      for (let at = 0; at < event.bytes.length; ) {
        const position = event.position + at;
        const length = Math.min(SECTOR_BYTES - (position % SECTOR_BYTES), event.bytes.length - at);
        if (synced || random.chance(0.5)) {
          if (position + length > bytes.length) resize(position + length);
          bytes.set(event.bytes.subarray(at, at + length), position);
        }
        at += length;
      }
    }
  }
  return bytes;
}
