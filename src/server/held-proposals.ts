/**
 * Proposals of other members that reach this one while it hands its leadership over or knows no leader. Raft drops them, and their clients would
 * wait for their deadline; kept until there is a leader again, they go on to it. DIVERGES: etcd lets raft drop them (ADR 0033).
 *
 * Each goes on at most once: a proposal is never doubled by it.
 */
import type { Message } from "../core/raft/types.ts";

/** More than the others can have under way in a transfer: beyond it they are dropped as raft does. */
const MESSAGES_MAX = 1000;
/** Whoever proposed has given up by then (etcd's request timeout without the elections). */
const AGE_MS_MAX = 5000;

export class HeldProposals {
  #held: { readonly message: Message; readonly sinceMs: number }[];

  constructor() {
    this.#held = [];
  }

  get isEmpty(): boolean {
    return this.#held.length === 0;
  }

  add(message: Message, nowMs: number): void {
    if (this.#held.length < MESSAGES_MAX) this.#held.push({ message, sinceMs: nowMs });
  }

  /** All that are worth going on, oldest first; none are left. */
  take(nowMs: number): Message[] {
    const held = this.#held;
    this.#held = [];
    return held.filter(({ sinceMs }) => nowMs - sinceMs <= AGE_MS_MAX).map(({ message }) => message);
  }
}
