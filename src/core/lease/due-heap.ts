/** Binary heap of timers that know their place in it, so that moving one costs O(log n). Times are milliseconds of the caller's clock. */
import { assert } from "../../base/assert.ts";

export class DueTimer<T> {
  readonly owner: T;
  dueMs: number;
  /** Index in the heap; -1 when it is not in one. */
  at: number;

  constructor(owner: T) {
    this.owner = owner;
    this.dueMs = 0;
    this.at = -1;
  }
}

export class DueHeap<T> {
  #timers: DueTimer<T>[];

  constructor() {
    this.#timers = [];
  }

  get size(): number {
    return this.#timers.length;
  }

  /** The timer that is due first. */
  first(): DueTimer<T> | undefined {
    return this.#timers[0];
  }

  /** Adds the timer, or moves it when it is in the heap. */
  set(timer: DueTimer<T>, dueMs: number): void {
    if (timer.at < 0) timer.at = this.#timers.push(timer) - 1;
    const later = dueMs > timer.dueMs;
    timer.dueMs = dueMs;
    // A new one stands at the bottom, where sinking does nothing.
    if (!later || !this.#sink(timer)) this.#rise(timer);
  }

  /** Takes the timer out; nothing happens when it is not in the heap. */
  remove(timer: DueTimer<T>): void {
    const { at } = timer;
    if (at < 0) return;
    assert(this.#timers[at] === timer, "timer belongs to another heap");
    const last = this.#timers.pop()!;
    timer.at = -1;
    if (last === timer) return;
    this.#timers[at] = last;
    last.at = at;
    if (!this.#sink(last)) this.#rise(last);
  }

  clear(): void {
    for (const timer of this.#timers) timer.at = -1;
    this.#timers = [];
  }

  #rise(timer: DueTimer<T>): void {
    const timers = this.#timers;
    let { at } = timer;
    while (at > 0) {
      const parentAt = (at - 1) >> 1;
      const parent = timers[parentAt]!;
      if (parent.dueMs <= timer.dueMs) break;
      timers[at] = parent;
      parent.at = at;
      at = parentAt;
    }
    timers[at] = timer;
    timer.at = at;
  }

  /** Returns whether it moved. */
  #sink(timer: DueTimer<T>): boolean {
    const timers = this.#timers;
    const from = timer.at;
    let at = from;
    for (;;) {
      let childAt = at * 2 + 1;
      if (childAt >= timers.length) break;
      if (childAt + 1 < timers.length && timers[childAt + 1]!.dueMs < timers[childAt]!.dueMs) childAt++;
      const child = timers[childAt]!;
      if (child.dueMs >= timer.dueMs) break;
      timers[at] = child;
      child.at = at;
      at = childAt;
    }
    timers[at] = timer;
    timer.at = at;
    return at !== from;
  }
}
