/**
 * The bytes of one simulated file: what was written, and what of it power loss would leave. Sparse: pages never written take no memory, so a
 * preallocated WAL segment of 64 MB costs nothing.
 *
 * Durability is kept by sector of 512 bytes. A sector that was written since it was last synced has an undo copy of what is on the platter;
 * power loss takes it back or not, sector by sector, by the dice.
 */
import type { SeededRandom } from "./random.ts";

export const SECTOR_BYTES = 512;
const PAGE_BYTES = 4096;
/** What a torn sector is cut at: memory buses and disks move whole words. */
const WORD_BYTES = 8;

interface Dirty {
  /** The durable bytes; undefined: zeros. */
  platter: Uint8Array | undefined;
  /** Number of the last write to the sector. */
  write: number;
  /** A sync of it failed: the system forgot that it is dirty, so no later sync saves it. */
  forgotten: boolean;
}

/** What a sync that has begun will make durable. */
export interface SyncPoint {
  readonly write: number;
  readonly size: number;
  readonly sectors: ReadonlyMap<number, Uint8Array>;
}

export class DiskContent {
  readonly #pages: Map<number, Uint8Array>;
  readonly #dirty: Map<number, Dirty>;
  #size: number;
  #durableSize: number;
  #reservedPages: number;
  #write: number;

  constructor() {
    this.#pages = new Map();
    this.#dirty = new Map();
    this.#size = 0;
    this.#durableSize = 0;
    this.#reservedPages = 0;
    this.#write = 0;
  }

  get size(): number {
    return this.#size;
  }

  /** Space on the disk: reserved pages and those written beyond them. */
  get allocatedBytes(): number {
    let pages = this.#reservedPages;
    for (const page of this.#pages.keys()) if (page >= this.#reservedPages) pages++;
    return pages * PAGE_BYTES;
  }

  /** Space that writing this range would take beyond {@link allocatedBytes}. */
  newBytes(position: number, length: number): number {
    let pages = 0;
    for (let page = Math.floor(position / PAGE_BYTES); page * PAGE_BYTES < position + length; page++)
      if (page >= this.#reservedPages && !this.#pages.has(page)) pages++;
    return pages * PAGE_BYTES;
  }

  read(into: Uint8Array, position: number): number {
    const length = Math.max(0, Math.min(into.length, this.#size - position));
    for (let done = 0; done < length; ) {
      const at = position + done;
      const inPage = at % PAGE_BYTES;
      const n = Math.min(PAGE_BYTES - inPage, length - done);
      const page = this.#pages.get(Math.floor(at / PAGE_BYTES));
      if (page === undefined) into.fill(0, done, done + n);
      else into.set(page.subarray(inPage, inPage + n), done);
      done += n;
    }
    return length;
  }

  write(bytes: Uint8Array, position: number): void {
    if (bytes.length === 0) return;
    this.#write++;
    const end = position + bytes.length;
    for (let sector = Math.floor(position / SECTOR_BYTES); sector * SECTOR_BYTES < end; sector++) this.#soil(sector);
    for (let done = 0; done < bytes.length; ) {
      const at = position + done;
      const inPage = at % PAGE_BYTES;
      const n = Math.min(PAGE_BYTES - inPage, bytes.length - done);
      this.#page(Math.floor(at / PAGE_BYTES)).set(bytes.subarray(done, done + n), inPage);
      done += n;
    }
    this.#size = Math.max(this.#size, end);
  }

  truncate(size: number): void {
    if (size < this.#size) {
      const last = Math.floor(size / PAGE_BYTES);
      for (const page of this.#pages.keys()) {
        if (page < last) continue;
        for (let sector = 0; sector < PAGE_BYTES / SECTOR_BYTES; sector++) {
          const number = (page * PAGE_BYTES) / SECTOR_BYTES + sector;
          if ((number + 1) * SECTOR_BYTES > size) this.#soil(number);
        }
        if (page > last || size % PAGE_BYTES === 0) this.#pages.delete(page);
        else this.#pages.get(page)!.fill(0, size % PAGE_BYTES);
      }
      this.#reservedPages = Math.min(this.#reservedPages, Math.ceil(size / PAGE_BYTES));
    }
    this.#write++;
    this.#size = size;
  }

  reserve(size: number): void {
    this.#reservedPages = Math.max(this.#reservedPages, Math.ceil(size / PAGE_BYTES));
    this.#size = Math.max(this.#size, size);
  }

  beginSync(): SyncPoint {
    const sectors = new Map<number, Uint8Array>();
    for (const [sector, dirty] of this.#dirty) if (!dirty.forgotten) sectors.set(sector, this.#sector(sector));
    return { write: this.#write, size: this.#size, sectors };
  }

  endSync(point: SyncPoint): void {
    for (const [sector, bytes] of point.sectors) {
      const dirty = this.#dirty.get(sector);
      if (dirty === undefined || dirty.forgotten) continue;
      if (dirty.write <= point.write) this.#dirty.delete(sector);
      else dirty.platter = bytes;
    }
    this.#durableSize = point.size;
  }

  /** A sync failed: whatever was dirty may or may not have arrived, and the system takes all of it for clean. */
  failSync(point: SyncPoint): void {
    for (const sector of point.sectors.keys()) {
      const dirty = this.#dirty.get(sector);
      if (dirty !== undefined) dirty.forgotten = true;
    }
  }

  /** Inverts a bit of the file at rest, on the platter and in memory. */
  flipBit(position: number, bit: number): void {
    const mask = 1 << bit;
    this.#page(Math.floor(position / PAGE_BYTES))[position % PAGE_BYTES]! ^= mask;
    const platter = this.#dirty.get(Math.floor(position / SECTOR_BYTES))?.platter;
    if (platter !== undefined) platter[position % SECTOR_BYTES]! ^= mask;
  }

  /** The file after the machine comes back. Without power loss: all that was written. */
  afterCrash(
    random: SeededRandom,
    options: { readonly powerLoss: boolean; readonly tornSectors: boolean },
  ): DiskContent {
    const after = new DiskContent();
    for (const [page, bytes] of this.#pages) after.#pages.set(page, bytes.slice());
    after.#size = this.#size;
    after.#reservedPages = this.#reservedPages;
    if (options.powerLoss) {
      for (const [sector, { platter }] of this.#dirty) {
        const fate = random.integer(options.tornSectors ? 3 : 2);
        if (fate === 0) continue;
        const old = platter ?? new Uint8Array(SECTOR_BYTES);
        if (fate === 2) {
          const cut = WORD_BYTES * (1 + random.integer(SECTOR_BYTES / WORD_BYTES - 1));
          old.set(this.#sector(sector).subarray(0, cut));
        }
        after.#putSector(sector, old);
      }
      // The length goes with the file's other data: it is the old one, the new one, or one in between of a file that grew piece by piece.
      if (this.#size !== this.#durableSize) {
        const low = Math.min(this.#size, this.#durableSize);
        const high = Math.max(this.#size, this.#durableSize);
        const sizes = [this.#size, this.#durableSize, low + random.integer(high - low + 1)];
        const size = sizes[random.integer(3)]!;
        if (size < after.#size) after.truncate(size);
        after.#size = size;
      }
    }
    after.#dirty.clear();
    after.#durableSize = after.#size;
    return after;
  }

  #soil(sector: number): void {
    const dirty = this.#dirty.get(sector);
    if (dirty === undefined) {
      const known = this.#pages.has(Math.floor((sector * SECTOR_BYTES) / PAGE_BYTES));
      this.#dirty.set(sector, {
        platter: known ? this.#sector(sector) : undefined,
        write: this.#write,
        forgotten: false,
      });
    } else {
      dirty.write = this.#write;
      // Written again after a failed sync: dirty again, on top of an unknown platter.
      dirty.forgotten = false;
    }
  }

  #page(page: number): Uint8Array {
    let bytes = this.#pages.get(page);
    if (bytes === undefined) {
      bytes = new Uint8Array(PAGE_BYTES);
      this.#pages.set(page, bytes);
    }
    return bytes;
  }

  #sector(sector: number): Uint8Array {
    const at = sector * SECTOR_BYTES;
    const page = this.#pages.get(Math.floor(at / PAGE_BYTES));
    return page === undefined
      ? new Uint8Array(SECTOR_BYTES)
      : page.slice(at % PAGE_BYTES, (at % PAGE_BYTES) + SECTOR_BYTES);
  }

  #putSector(sector: number, bytes: Uint8Array): void {
    const at = sector * SECTOR_BYTES;
    this.#page(Math.floor(at / PAGE_BYTES)).set(bytes, at % PAGE_BYTES);
  }
}
