/**
 * Memory of cached pages, shared by the files of one backend (two while a defragmentation runs).
 *
 * Single pages live in frames of one arena: one array buffer, reserved at once and touched frame by frame, so that resident memory follows
 * use and V8 never sees fresh external memory on the way (fresh slabs cost Mark-Compacts of 8-16 ms, storage-notes). Runs with
 * overflow pages have buffers of their own within a second budget.
 *
 * Eviction is second chance. Never evicted: pinned pages (a commit builds or writes them) and pages touched since the last turn mark,
 * because views of them may be in the hands of code that is still running. The mark moves by `nextTurn` once the arena is nearly full.
 * When nothing can be evicted a page gets memory of its own, which the garbage collector takes back later.
 */
import { NodePage } from "../../codec/bolt/node-page.ts";
import type { Clock } from "../../io/clock.ts";

/** Forgets evicted pages: the pager. A slot that it notes for another page by now stays. */
export interface PageOwner {
  dropSlot(id: number, slot: number): void;
}

/** A node page held by the cache. */
export class CachedPage extends NodePage {
  readonly owner: PageOwner;
  /** Index in the cache's slots: below the frame count an arena frame, else own memory. -1 when dropped. */
  slot: number;
  /** A commit relies on the memory: no eviction, no reuse. */
  pins: number;
  /** Mark of the turn that touched it last. */
  turn: number;
  referenced: boolean;

  constructor(
    owner: PageOwner,
    id: number,
    memory: { readonly bytes: Uint8Array; readonly words: Uint32Array; readonly at: number; readonly length: number },
    slot: number,
    turn: number,
  ) {
    super(id, memory.bytes, memory.words, memory.at, memory.length);
    this.owner = owner;
    this.slot = slot;
    this.pins = 0;
    this.turn = turn;
    this.referenced = false;
  }
}

export interface PageCacheOptions {
  readonly clock: Clock;
  /** Bytes for single pages and runs together. */
  readonly cacheBytes: number;
  readonly pageSize: number;
}

const FRAMES_MIN = 64;
/** Most bytes of memory for runs that wait to be used again. */
const POOL_BYTES_MAX = 16 << 20;

/** Memory for a run in one of four sizes per power of two, so that it fits the next run too. */
function capacityFor(length: number, pageSize: number): number {
  const step = Math.max(pageSize, 2 ** Math.floor(Math.log2(length)) / 4);
  return Math.ceil(length / step) * step;
}

export class PageCache {
  readonly pageSize: number;
  readonly #clock: Clock;
  readonly #frameCount: number;
  readonly #runBytesMax: number;
  readonly #bytes: Uint8Array;
  readonly #words: Uint32Array;
  readonly #slots: (CachedPage | undefined)[];
  /** Frames below this were used before. */
  #freshFrame: number;
  readonly #freeFrames: number[];
  readonly #freeSlots: number[];
  #hand: number;
  #runHand: number;
  #runBytes: number;
  #turn: number;
  /** Turn in which no frame could be evicted. */
  #exhaustedTurn: number;
  #turnAsked: boolean;
  #retired: CachedPage[];
  /** Memory of runs by size. */
  readonly #pool: Map<number, ArrayBuffer[]>;
  #poolBytes: number;

  constructor(options: PageCacheOptions) {
    this.pageSize = options.pageSize;
    this.#clock = options.clock;
    // A quarter of the budget is for runs.
    this.#frameCount = Math.max(FRAMES_MIN, Math.floor((options.cacheBytes * 0.75) / options.pageSize));
    this.#runBytesMax = Math.max(FRAMES_MIN * options.pageSize, Math.floor(options.cacheBytes * 0.25));
    this.#bytes = new Uint8Array(this.#frameCount * options.pageSize);
    this.#words = new Uint32Array(this.#bytes.buffer);
    this.#slots = [];
    this.#freshFrame = 0;
    this.#freeFrames = [];
    this.#freeSlots = [];
    this.#hand = 0;
    this.#runHand = 0;
    this.#runBytes = 0;
    this.#turn = 0;
    this.#exhaustedTurn = -1;
    this.#turnAsked = false;
    this.#retired = [];
    this.#pool = new Map();
    this.#poolBytes = 0;
  }

  /** Memory that pages occupy, in bytes. */
  get usedBytes(): number {
    return (this.#freshFrame - this.#freeFrames.length) * this.pageSize + this.#runBytes;
  }

  /** Pages that a commit holds in memory; none between commits. */
  get pinnedPages(): number {
    let count = 0;
    for (const page of this.#slots) if (page !== undefined && page.pins > 0) count++;
    return count;
  }

  /** The cached page of a slot that a pager noted. */
  page(slot: number): CachedPage {
    return this.#slots[slot]!;
  }

  /** Marks a page as read now: its views stay valid until the turn ends. */
  touch(page: CachedPage): void {
    page.turn = this.#turn;
    page.referenced = true;
  }

  /** Views of the page stay valid until the turn ends, but it does not count as use. */
  hold(page: CachedPage): void {
    page.turn = this.#turn;
  }

  /** A page with memory for `length` bytes, contents undefined; the caller fills it and notes `page.slot` in its table. */
  allocate(owner: PageOwner, id: number, length: number): CachedPage {
    if (length === this.pageSize) {
      const page = this.tryAllocate(owner, id);
      if (page !== undefined) return page;
    }
    return this.#allocateOwn(owner, id, length);
  }

  /** As {@link allocate} for a single page that is not needed, only welcome: undefined when every frame is in use. */
  tryAllocate(owner: PageOwner, id: number): CachedPage | undefined {
    const frame = this.#takeFrame();
    if (frame < 0) return undefined;
    const memory = { bytes: this.#bytes, words: this.#words, at: frame * this.pageSize, length: this.pageSize };
    const page = new CachedPage(owner, id, memory, frame, this.#turn);
    this.#slots[frame] = page;
    return page;
  }

  /** Takes a page out of its slot; its memory is reused. Views of it must be dead. */
  drop(page: CachedPage): void {
    const slot = page.slot;
    if (slot < 0) return;
    page.slot = -1;
    this.#slots[slot] = undefined;
    if (slot < this.#frameCount) this.#freeFrames.push(slot);
    else {
      this.#runBytes -= page.length;
      this.#freeSlots.push(slot);
      if (page.turn !== this.#turn) this.#keepBuffer(page.bytes.buffer as ArrayBuffer);
    }
  }

  #takeBuffer(capacity: number): ArrayBuffer {
    const buffer = this.#pool.get(capacity)?.pop();
    if (buffer === undefined) return new ArrayBuffer(capacity);
    this.#poolBytes -= capacity;
    return buffer;
  }

  /** Memory of a run that nobody looks at any more: fresh external memory makes V8 collect garbage. */
  #keepBuffer(buffer: ArrayBuffer): void {
    const capacity = buffer.byteLength;
    if (this.#poolBytes + capacity > POOL_BYTES_MAX) {
      // Other sizes are in demand now.
      const same = this.#pool.get(capacity);
      this.#pool.clear();
      if (same !== undefined) this.#pool.set(capacity, same);
      this.#poolBytes = (same?.length ?? 0) * capacity;
      if (this.#poolBytes + capacity > POOL_BYTES_MAX) return;
    }
    const buffers = this.#pool.get(capacity);
    if (buffers === undefined) this.#pool.set(capacity, [buffer]);
    else buffers.push(buffer);
    this.#poolBytes += capacity;
  }

  /** Takes a page out of its slot once no code of this turn can look at its memory any more. */
  retire(page: CachedPage): void {
    this.#retired.push(page);
    this.#askTurn();
  }

  /** Back into the budget, when pages that a commit held in memory may go. */
  trim(): void {
    if (this.#runBytes > this.#runBytesMax) this.#evictRuns(0);
  }

  /** Takes all pins off an owner's pages, when its commit was given up. */
  unpinAll(owner: PageOwner): void {
    for (const page of this.#slots) if (page !== undefined && page.owner === owner) page.pins = 0;
  }

  #takeFrame(): number {
    const free = this.#freeFrames.pop();
    if (free !== undefined) return free;
    if (this.#freshFrame < this.#frameCount) {
      if (this.#freshFrame * 8 > this.#frameCount * 7) this.#askTurn();
      this.#slots[this.#freshFrame] = undefined;
      return this.#freshFrame++;
    }
    this.#askTurn();
    if (this.#exhaustedTurn === this.#turn) return -1;
    const limit = this.#frameCount * 2;
    for (let step = 0; step < limit; step++) {
      const frame = this.#hand;
      this.#hand = frame + 1 === this.#frameCount ? 0 : frame + 1;
      const page = this.#slots[frame];
      if (page === undefined) continue; // In #freeFrames, which was empty: a frame that is being handed out.
      if (page.pins > 0 || page.turn === this.#turn) continue;
      if (page.referenced) {
        page.referenced = false;
        continue;
      }
      page.owner.dropSlot(page.id, frame);
      page.slot = -1;
      this.#slots[frame] = undefined;
      return frame;
    }
    // No use in looking again before the turn ends.
    this.#exhaustedTurn = this.#turn;
    return -1;
  }

  #allocateOwn(owner: PageOwner, id: number, length: number): CachedPage {
    this.#askTurn();
    if (this.#runBytes + length > this.#runBytesMax) this.#evictRuns(length);
    let slot = this.#freeSlots.pop();
    if (slot === undefined) {
      // Slots of own memory lie above those of the frames; holes for frames that are not used yet are filled first.
      while (this.#slots.length < this.#frameCount) this.#slots.push(undefined);
      slot = this.#slots.length;
      this.#slots.push(undefined);
    }
    const buffer = this.#takeBuffer(capacityFor(length, this.pageSize));
    const memory = { bytes: new Uint8Array(buffer), words: new Uint32Array(buffer), at: 0, length };
    const page = new CachedPage(owner, id, memory, slot, this.#turn);
    this.#slots[slot] = page;
    this.#runBytes += length;
    return page;
  }

  #evictRuns(length: number): void {
    const first = this.#frameCount;
    const count = this.#slots.length - first;
    for (let step = 0; step < count * 2 && this.#runBytes + length > this.#runBytesMax; step++) {
      if (this.#runHand >= count) this.#runHand = 0;
      const page = this.#slots[first + this.#runHand++];
      if (page === undefined || page.pins > 0) continue;
      if (page.referenced) {
        page.referenced = false;
        continue;
      }
      // Views stay good whatever the turn: memory that was looked at in this turn is left to the garbage collector.
      page.owner.dropSlot(page.id, page.slot);
      this.drop(page);
    }
  }

  #askTurn(): void {
    if (this.#turnAsked) return;
    this.#turnAsked = true;
    this.#clock.nextTurn(() => {
      this.#turnAsked = false;
      this.#turn++;
      const retired = this.#retired;
      this.#retired = [];
      for (const page of retired) this.drop(page);
    });
  }
}
