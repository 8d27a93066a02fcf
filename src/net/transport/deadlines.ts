/**
 * Deadlines of calls on one timer: a wheel of doubly linked lists. Setting and clearing one costs a few writes, whatever the number of calls.
 * Deadlines beyond one turn of the wheel are met again each turn until they are due.
 */
import type { Clock, Timer } from "../../io/clock.ts";

const SLOT_MS = 4;
const SLOTS = 2048;

/** A call with a deadline: the links belong to the wheel. */
export interface DeadlineEntry {
  deadlineMs: number | undefined;
  deadlineSlot: number;
  deadlinePrevious: DeadlineEntry | undefined;
  deadlineNext: DeadlineEntry | undefined;
  onDeadline(): void;
}

export class Deadlines {
  readonly #clock: Clock;
  readonly #slots: (DeadlineEntry | undefined)[];
  readonly #fire: () => void;
  #count: number;
  #timer: Timer | undefined;
  /** Tick (time / SLOT_MS) for which the timer is set. */
  #timerTick: number;
  /** Ticks before this have been looked at. */
  #doneTick: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#slots = Array.from({ length: SLOTS }, () => undefined);
    this.#count = 0;
    this.#timer = undefined;
    this.#timerTick = Number.POSITIVE_INFINITY;
    this.#doneTick = Math.floor(clock.now() / SLOT_MS);
    this.#fire = () => {
      this.#timer = undefined;
      this.#timerTick = Number.POSITIVE_INFINITY;
      this.#expire();
    };
  }

  /** Calls `entry.onDeadline` once at `entry.deadlineMs`, unless removed before. */
  add(entry: DeadlineEntry): void {
    const tick = Math.max(Math.ceil(entry.deadlineMs! / SLOT_MS), this.#doneTick);
    const slot = tick % SLOTS;
    const first = this.#slots[slot];
    entry.deadlineSlot = slot;
    entry.deadlinePrevious = undefined;
    entry.deadlineNext = first;
    if (first !== undefined) first.deadlinePrevious = entry;
    this.#slots[slot] = entry;
    if (this.#count++ === 0) this.#doneTick = Math.min(tick, Math.floor(this.#clock.now() / SLOT_MS));
    if (tick < this.#timerTick) this.#arm(tick);
  }

  remove(entry: DeadlineEntry): void {
    if (entry.deadlineSlot < 0) return;
    const { deadlinePrevious: previous, deadlineNext: next } = entry;
    if (previous === undefined) this.#slots[entry.deadlineSlot] = next;
    else previous.deadlineNext = next;
    if (next !== undefined) next.deadlinePrevious = previous;
    entry.deadlineSlot = -1;
    entry.deadlinePrevious = undefined;
    entry.deadlineNext = undefined;
    this.#count--;
  }

  /** Stops the timer for good. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#timerTick = Number.NEGATIVE_INFINITY;
  }

  #arm(tick: number): void {
    this.#timer?.cancel();
    this.#timerTick = tick;
    this.#timer = this.#clock.setTimer(Math.max(0, tick * SLOT_MS - this.#clock.now()), this.#fire);
  }

  #expire(): void {
    const now = this.#clock.now();
    const nowTick = Math.floor(now / SLOT_MS);
    const due: DeadlineEntry[] = [];
    const from = Math.max(this.#doneTick, nowTick - SLOTS + 1);
    for (let tick = from; tick <= nowTick; tick++) {
      for (let entry = this.#slots[tick % SLOTS]; entry !== undefined; entry = entry.deadlineNext) {
        if (entry.deadlineMs! <= now) due.push(entry);
      }
    }
    this.#doneTick = nowTick;
    for (const entry of due) this.remove(entry);
    // The next slot that holds anything; what is there may still turn out to be due a turn later.
    if (this.#count > 0) {
      let tick = nowTick + 1;
      while (this.#slots[tick % SLOTS] === undefined && tick < nowTick + SLOTS) tick++;
      this.#arm(tick);
    }
    for (const entry of due) entry.onDeadline();
  }
}
