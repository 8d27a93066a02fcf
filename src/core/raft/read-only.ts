/**
 * Reads that wait until a quorum has confirmed the leader (Raft thesis, 6.4).
 *
 * Reads are numbered in the order in which they come. A heartbeat carries the number of the newest read; whoever answers it
 * confirms the leader for all reads up to that number. So the confirmed reads are a prefix of the waiting ones, and their
 * count is found like a committed index.
 *
 *   heartbeat context: number of the newest read, 8 bytes little endian; empty when no read waits
 */

import { EMPTY_BYTES } from "../../base/bytes.ts";
import type { ReadOnlyOption } from "./config.ts";
import type { JointConfig } from "./quorum/joint.ts";
import type { Message } from "./types.ts";

/** A read may be served once the state machine has applied `index`. */
export interface ReadState {
  readonly index: number;
  /** The context that the request came with. */
  readonly requestCtx: Uint8Array;
}

/** A request with the commit index at the time it came. */
export interface ReadIndexRequest {
  readonly request: Message;
  readonly index: number;
}

export class ReadOnly {
  readonly option: ReadOnlyOption;
  readonly #acks: Map<bigint, number>;
  #waiting: ReadIndexRequest[];
  #confirmed: number;

  constructor(option: ReadOnlyOption) {
    this.option = option;
    this.#acks = new Map();
    this.#waiting = [];
    this.#confirmed = 0;
  }

  addRequest(commitIndex: number, request: Message): void {
    this.#waiting.push({ request, index: commitIndex });
  }

  /** A member answered a heartbeat that carried this context. */
  receiveAck(from: bigint, context: Uint8Array): void {
    if (context.length < 8) return;
    let number = 0;
    for (let i = 7; i >= 0; i--) number = number * 256 + context[i]!;
    const last = this.#acks.get(from);
    if (last === undefined || last < number) this.#acks.set(from, number);
  }

  ackedIndex(voter: bigint): number | undefined {
    return this.#acks.get(voter);
  }

  /** The reads that a quorum has confirmed since the last call. */
  advance(voters: JointConfig): ReadIndexRequest[] {
    const count = Math.min(voters.committedIndex(this) - this.#confirmed, this.#waiting.length);
    if (count <= 0) return [];
    const confirmed = this.#waiting.slice(0, count);
    this.#waiting = this.#waiting.slice(count);
    this.#confirmed += count;
    return confirmed;
  }

  /** What the next heartbeats carry. */
  heartbeatContext(): Uint8Array {
    if (this.#waiting.length === 0) return EMPTY_BYTES;
    const context = new Uint8Array(8);
    let rest = this.#confirmed + this.#waiting.length;
    for (let i = 0; rest > 0; i++) {
      context[i] = rest % 256;
      rest = Math.floor(rest / 256);
    }
    return context;
  }
}
