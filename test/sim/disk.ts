/**
 * A disk in memory, driven by a seed and virtual time: keeps what was synced, loses what was not by the dice, fills, fails, stalls and rots.
 *
 * - A write is visible at once and durable when the sync that began after it has ended; writevDurable syncs the whole file.
 * - Names (create, rename, remove) are durable after syncDirectory of their folder. After power loss a prefix of the others is kept, in their
 *   order, as a journalling file system does.
 * - After {@link SimulatedDisk.crash} the disk is dead: its operations never settle, as those of a process that is gone. The returned disk is
 *   what the next process finds.
 * - Sectors arrive whole or not, which etcd's log relies on, unless `tornSectors` is set.
 *
 * Every operation completes through the clock's queue after its latency, so a seed replays a run exactly.
 */

import type { Clock } from "../../src/io/clock.ts";
import { type File, FileError, type FileStat, type FileSystem, type OpenMode } from "../../src/io/file-system.ts";
import { DiskContent, SECTOR_BYTES } from "./disk-content.ts";
import type { SeededRandom } from "./random.ts";

export interface SimulatedDiskOptions {
  /** A process's own clock holds completions back while the process is stopped. */
  readonly clock: Pick<Clock, "setTimer" | "wallNow">;
  readonly random: SeededRandom;
  /** Default: no limit. */
  readonly capacityBytes?: number;
  /** Longest time of an operation; each takes 0..this. Default 1 ms. */
  readonly latencyMs?: number;
  /** Power loss may also leave a part of a sector. */
  readonly tornSectors?: boolean;
}

export type DiskOperation =
  | "open"
  | "read"
  | "write"
  | "datasync"
  | "truncate"
  | "preallocate"
  | "rename"
  | "remove"
  | "makeDirectory"
  | "syncDirectory"
  | "list"
  | "stat"
  | "close";

/** Something to go wrong. */
export interface DiskFault {
  /** Any of these; a durable write counts as "write" and then as "datasync". */
  readonly operations: readonly DiskOperation[];
  /** Only paths that contain this. */
  readonly path?: string;
  /** How many matching operations pass before it strikes; default 0. */
  readonly skip?: number;
  /** How often it strikes; default once. */
  readonly times?: number;
  /** errno name: the operation fails with it. A write has done a part then. */
  readonly code?: string;
  /** The operation takes this much longer. */
  readonly stallMs?: number;
}

interface ActiveFault {
  readonly fault: DiskFault;
  skip: number;
  times: number;
}

class FileNode {
  readonly kind = "file";
  content: DiskContent = new DiskContent();
  modifiedMs = 0;
  lockedBy: SimulatedFile | undefined = undefined;
}

class FolderNode {
  readonly kind = "folder";
  readonly entries: Map<string, Node> = new Map();
  /** What power loss would leave. */
  readonly durable: Map<string, Node> = new Map();
  modifiedMs = 0;
}

type Node = FileNode | FolderNode;

/** A change of names that is not durable yet: entries to set or, with undefined, to remove. */
interface NameChange {
  readonly edits: readonly { readonly folder: FolderNode; readonly name: string; readonly node: Node | undefined }[];
}

export class SimulatedDisk implements FileSystem {
  readonly #options: SimulatedDiskOptions;
  readonly #random: SeededRandom;
  #root: FolderNode;
  #changes: NameChange[];
  #faults: ActiveFault[];
  #capacityBytes: number;
  #dead: boolean;
  #operations: number;
  #crashPoint: { readonly operation: number; readonly callback: () => void } | undefined;

  constructor(options: SimulatedDiskOptions) {
    this.#options = options;
    this.#random = options.random;
    this.#root = new FolderNode();
    this.#changes = [];
    this.#faults = [];
    this.#capacityBytes = options.capacityBytes ?? Number.MAX_SAFE_INTEGER;
    this.#dead = false;
    this.#operations = 0;
    this.#crashPoint = undefined;
  }

  /** How many operations have begun: the place for a crash "at the n-th operation". */
  get operations(): number {
    return this.#operations;
  }

  /** When this operation (counted from 1) begins, the disk is dead before it does anything, and `callback` is told. */
  dieAt(operation: number, callback: () => void): void {
    this.#crashPoint = { operation, callback };
  }

  get capacityBytes(): number {
    return this.#capacityBytes;
  }

  set capacityBytes(bytes: number) {
    this.#capacityBytes = bytes;
  }

  get usedBytes(): number {
    return usedBelow(this.#root);
  }

  inject(fault: DiskFault): void {
    this.#faults.push({ fault, skip: fault.skip ?? 0, times: fault.times ?? 1 });
  }

  clearFaults(): void {
    this.#faults = [];
    this.#crashPoint = undefined;
  }

  /** Inverts one bit of a file at rest. */
  flipBit(path: string, position: number, bit: number): void {
    this.#file("flip", path).content.flipBit(position, bit);
  }

  /** The bytes of a file as written, at once. For the checks of a test. */
  contents(path: string): Uint8Array {
    const { content } = this.#file("read", path);
    const bytes = new Uint8Array(content.size);
    content.read(bytes, 0);
    return bytes;
  }

  /** Ends this disk and gives the one that is found afterwards; without power loss (kill -9) all that was written is there. */
  crash(
    options: { readonly powerLoss?: boolean; readonly clock?: Pick<Clock, "setTimer" | "wallNow"> } = {},
  ): SimulatedDisk {
    const powerLoss = options.powerLoss ?? true;
    this.#dead = true;
    const after = new SimulatedDisk({ ...this.#options, clock: options.clock ?? this.#options.clock });
    after.#capacityBytes = this.#capacityBytes;
    if (powerLoss) {
      const kept = this.#changes.length === 0 ? 0 : this.#random.integer(this.#changes.length + 1);
      for (const change of this.#changes.slice(0, kept)) makeDurable(change);
    }
    const contents = { powerLoss, tornSectors: this.#options.tornSectors ?? false };
    const copies = new Map<Node, Node>();
    const copy = (node: Node): Node => {
      const known = copies.get(node);
      if (known !== undefined) return known;
      if (node.kind === "file") {
        const file = new FileNode();
        file.content = node.content.afterCrash(this.#random, contents);
        file.modifiedMs = node.modifiedMs;
        copies.set(node, file);
        return file;
      }
      const folder = new FolderNode();
      copies.set(node, folder);
      folder.modifiedMs = node.modifiedMs;
      for (const [name, entry] of powerLoss ? node.durable : node.entries) {
        folder.entries.set(name, copy(entry));
        folder.durable.set(name, copy(entry));
      }
      return folder;
    };
    after.#root = copy(this.#root) as FolderNode;
    return after;
  }

  open(path: string, mode: OpenMode): Promise<File> {
    return this.#operation("open", path, () => {
      const { folder, name } = this.#place("open", path);
      let node = folder.entries.get(name);
      if (node?.kind === "folder") throw new FileError("open", path, "EISDIR");
      if (node === undefined) {
        if (mode === "read") throw new FileError("open", path, "ENOENT");
        node = new FileNode();
        node.modifiedMs = this.#options.clock.wallNow();
        this.#change([{ folder, name, node }]);
      } else if (mode === "create") throw new FileError("open", path, "EEXIST");
      else if (mode === "truncate") node.content.truncate(0);
      const file = node;
      return () => new SimulatedFile(this, file, path, mode !== "read");
    });
  }

  list(path: string): Promise<string[]> {
    return this.#operation("list", path, () => () => [...this.#folder("list", path).entries.keys()].sort());
  }

  stat(path: string): Promise<FileStat | undefined> {
    return this.#operation("stat", path, () => () => {
      const node = this.#node(path);
      if (node === undefined) return undefined;
      const isDirectory = node.kind === "folder";
      return { size: isDirectory ? 4096 : node.content.size, isDirectory, modifiedMs: node.modifiedMs };
    });
  }

  makeDirectory(path: string): Promise<void> {
    return this.#operation("makeDirectory", path, () => {
      let folder = this.#root;
      for (const name of parts(path)) {
        let node = folder.entries.get(name);
        if (node === undefined) {
          node = new FolderNode();
          this.#change([{ folder, name, node }]);
        }
        if (node.kind === "file") throw new FileError("makeDirectory", path, "ENOTDIR");
        folder = node;
      }
      return () => undefined;
    });
  }

  rename(from: string, to: string): Promise<void> {
    return this.#operation("rename", from, () => {
      const source = this.#place("rename", from);
      const target = this.#place("rename", to);
      const node = source.folder.entries.get(source.name);
      if (node === undefined) throw new FileError("rename", from, "ENOENT");
      const old = target.folder.entries.get(target.name);
      if (old?.kind === "folder" && old.entries.size > 0) throw new FileError("rename", to, "ENOTEMPTY");
      this.#change([
        { ...source, node: undefined },
        { ...target, node },
      ]);
      return () => undefined;
    });
  }

  remove(path: string): Promise<void> {
    return this.#operation("remove", path, () => {
      const { folder, name } = this.#place("remove", path);
      const node = folder.entries.get(name);
      if (node?.kind === "folder") throw new FileError("remove", path, "EISDIR");
      if (node !== undefined) this.#change([{ folder, name, node: undefined }]);
      return () => undefined;
    });
  }

  removeTree(path: string): Promise<void> {
    return this.#operation("remove", path, () => {
      if (this.#node(path) !== undefined) this.#change([{ ...this.#place("remove", path), node: undefined }]);
      return () => undefined;
    });
  }

  syncDirectory(path: string): Promise<void> {
    return this.#operation("syncDirectory", path, () => {
      const folder = this.#folder("syncDirectory", path);
      const upTo = this.#changes.length === 0 ? undefined : this.#changes.at(-1);
      return () => {
        if (upTo === undefined) return;
        const last = this.#changes.indexOf(upTo);
        this.#changes = this.#changes.filter((change, i) => {
          if (i > last || !change.edits.some((edit) => edit.folder === folder)) return true;
          makeDurable(change);
          return false;
        });
      };
    });
  }

  readFile(path: string): Promise<Uint8Array> {
    return this.#operation("read", path, () => {
      this.#file("read", path);
      return () => this.contents(path);
    });
  }

  freeBytes(path: string): Promise<number> {
    return this.#operation("stat", path, () => () => this.freeNow());
  }

  /** @internal for SimulatedFile: refuses what does not fit, with ENOSPC and the bytes that do fit. */
  freeNow(): number {
    // Counting is a walk over all files, so it is left out where nothing can run out.
    if (this.#capacityBytes === Number.MAX_SAFE_INTEGER) return this.#capacityBytes;
    return Math.max(0, this.#capacityBytes - this.usedBytes);
  }

  get dead(): boolean {
    return this.#dead;
  }

  get clock(): Pick<Clock, "setTimer" | "wallNow"> {
    return this.#options.clock;
  }

  get random(): SeededRandom {
    return this.#random;
  }

  /**
   * @internal Begins an operation: `begin` acts at once and returns what completes it after the latency. A fault fails it instead; `failed` then does
   * what a failing operation leaves behind.
   */
  operation<T>(kind: DiskOperation, path: string, begin: () => () => T, failed?: () => void): Promise<T> {
    return this.#operation(kind, path, begin, failed);
  }

  #operation<T>(kind: DiskOperation, path: string, begin: () => () => T, failed?: () => void): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#dead) return;
      this.#operations++;
      if (this.#crashPoint?.operation === this.#operations) {
        this.#dead = true;
        this.#crashPoint.callback();
        return;
      }
      const fault = this.#strike(kind, path);
      const latency = this.#random.integer(1000) * ((this.#options.latencyMs ?? 1) / 1000) + (fault?.stallMs ?? 0);
      let complete: (() => T) | undefined;
      let error: unknown;
      try {
        if (fault?.code !== undefined) {
          failed?.();
          throw new FileError(kind, path, fault.code);
        }
        complete = begin();
      } catch (thrown) {
        error = thrown;
      }
      this.#options.clock.setTimer(latency, () => {
        if (this.#dead) return;
        if (complete === undefined) {
          reject(error);
          return;
        }
        try {
          resolve(complete());
        } catch (thrown) {
          reject(thrown);
        }
      });
    });
  }

  #strike(kind: DiskOperation, path: string): DiskFault | undefined {
    for (const active of this.#faults) {
      const { fault } = active;
      if (active.times === 0 || !fault.operations.includes(kind)) continue;
      if (fault.path !== undefined && !path.includes(fault.path)) continue;
      if (active.skip > 0) {
        active.skip--;
        continue;
      }
      active.times--;
      return fault;
    }
    return undefined;
  }

  #change(edits: NameChange["edits"]): void {
    for (const { folder, name, node } of edits) {
      if (node === undefined) folder.entries.delete(name);
      else folder.entries.set(name, node);
      folder.modifiedMs = this.#options.clock.wallNow();
    }
    this.#changes.push({ edits });
  }

  #node(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of parts(path)) {
      if (node?.kind !== "folder") return undefined;
      node = node.entries.get(name);
    }
    return node;
  }

  #folder(operation: string, path: string): FolderNode {
    const node = this.#node(path);
    if (node === undefined) throw new FileError(operation, path, "ENOENT");
    if (node.kind !== "folder") throw new FileError(operation, path, "ENOTDIR");
    return node;
  }

  #file(operation: string, path: string): FileNode {
    const node = this.#node(path);
    if (node === undefined) throw new FileError(operation, path, "ENOENT");
    if (node.kind !== "file") throw new FileError(operation, path, "EISDIR");
    return node;
  }

  #place(operation: string, path: string): { folder: FolderNode; name: string } {
    const names = parts(path);
    const name = names.pop() ?? "";
    return { folder: this.#folder(operation, names.join("/")), name };
  }
}

class SimulatedFile implements File {
  readonly path: string;
  readonly #disk: SimulatedDisk;
  readonly #node: FileNode;
  readonly #writable: boolean;
  #closed: boolean;

  constructor(disk: SimulatedDisk, node: FileNode, path: string, writable: boolean) {
    this.path = path;
    this.#disk = disk;
    this.#node = node;
    this.#writable = writable;
    this.#closed = false;
  }

  read(into: Uint8Array, position: number): Promise<number> {
    return this.#disk.operation("read", this.path, () => {
      this.#check("read", false);
      return () => this.#node.content.read(into, position);
    });
  }

  readSync(into: Uint8Array, position: number): number {
    this.#check("read", false);
    return this.#node.content.read(into, position);
  }

  writev(bytes: readonly Uint8Array[], position: number): Promise<void> {
    return this.#disk.operation(
      "write",
      this.path,
      () => {
        this.#check("write", true);
        this.#put(bytes, position);
        return () => undefined;
      },
      () => this.#putPart(bytes, position),
    );
  }

  async writevDurable(bytes: readonly Uint8Array[], position: number): Promise<void> {
    await this.writev(bytes, position);
    await this.datasync();
  }

  datasync(): Promise<void> {
    return this.#disk.operation(
      "datasync",
      this.path,
      () => {
        this.#check("datasync", false);
        const point = this.#node.content.beginSync();
        return () => this.#node.content.endSync(point);
      },
      () => this.#node.content.failSync(this.#node.content.beginSync()),
    );
  }

  size(): Promise<number> {
    return this.#disk.operation("stat", this.path, () => () => this.#node.content.size);
  }

  truncate(size: number): Promise<void> {
    return this.#disk.operation("truncate", this.path, () => {
      this.#check("truncate", true);
      this.#node.content.truncate(size);
      return () => undefined;
    });
  }

  preallocate(size: number): Promise<void> {
    return this.#disk.operation("preallocate", this.path, () => {
      this.#check("preallocate", true);
      const { content } = this.#node;
      if (size - content.allocatedBytes > this.#disk.freeNow()) throw new FileError("preallocate", this.path, "ENOSPC");
      content.reserve(size);
      return () => undefined;
    });
  }

  lock(): Promise<boolean> {
    return this.#disk.operation("stat", this.path, () => {
      this.#check("lock", false);
      this.#node.lockedBy ??= this;
      return () => this.#node.lockedBy === this;
    });
  }

  close(): Promise<void> {
    return this.#disk.operation("close", this.path, () => {
      this.#closed = true;
      if (this.#node.lockedBy === this) this.#node.lockedBy = undefined;
      return () => undefined;
    });
  }

  #check(operation: string, writes: boolean): void {
    if (this.#closed || (writes && !this.#writable)) throw new FileError(operation, this.path, "EBADF");
  }

  #put(bytes: readonly Uint8Array[], position: number): void {
    let at = position;
    const { content } = this.#node;
    for (const part of bytes) {
      if (content.newBytes(at, part.length) > this.#disk.freeNow()) {
        this.#putPart([part], at);
        throw new FileError("write", this.path, "ENOSPC");
      }
      content.write(part, at);
      at += part.length;
    }
    this.#node.modifiedMs = this.#disk.clock.wallNow();
  }

  /** A write that fails has written some of its bytes, if there was room. */
  #putPart(bytes: readonly Uint8Array[], position: number): void {
    const first = bytes[0];
    if (first === undefined || first.length === 0) return;
    // Up to the end of a sector.
    const end = position + this.#disk.random.integer(first.length);
    const part = first.subarray(0, Math.max(0, Math.floor(end / SECTOR_BYTES) * SECTOR_BYTES - position));
    if (this.#node.content.newBytes(position, part.length) <= this.#disk.freeNow())
      this.#node.content.write(part, position);
  }
}

function makeDurable(change: NameChange): void {
  for (const { folder, name, node } of change.edits) {
    if (node === undefined) folder.durable.delete(name);
    else folder.durable.set(name, node);
  }
}

function usedBelow(folder: FolderNode): number {
  let bytes = 0;
  for (const node of folder.entries.values())
    bytes += node.kind === "file" ? node.content.allocatedBytes : usedBelow(node);
  return bytes;
}

function parts(path: string): string[] {
  return path.split("/").filter((part) => part !== "" && part !== ".");
}
