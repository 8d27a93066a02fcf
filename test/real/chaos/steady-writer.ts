/** A writer that counts: puts one number after the other and reads back, on the members in turn, and keeps what it was told. */
import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { utf8, utf8Text } from "../../../src/base/bytes.ts";
import { PutRequest, PutResponse, RangeRequest, RangeResponse } from "../../../src/proto/generated/rpc.ts";
import { type CallFailure, DeadlineCaller, type Method } from "./deadline-call.ts";

const PUT: Method<PutRequest, PutResponse> = {
  path: "/etcdserverpb.KV/Put",
  request: PutRequest,
  response: PutResponse,
};
const RANGE: Method<RangeRequest, RangeResponse> = {
  path: "/etcdserverpb.KV/Range",
  request: RangeRequest,
  response: RangeResponse,
};
const KEYS = 40;
const DEADLINE_MS = 8000;
const PAUSE_MS = 5;

export class SteadyWriter {
  /** Revision by number, of the puts that were acknowledged. */
  readonly acknowledged: Map<number, number>;
  readonly failures: CallFailure[];
  /** Longest time between two acknowledgements, milliseconds. */
  longestGapMs: number;
  newestRevision: number;
  readonly #prefix: string;
  readonly #endpoints: () => readonly string[];
  readonly #callers: Map<string, DeadlineCaller>;
  readonly #done: Promise<void>;
  #count: number;
  #stopped: boolean;

  constructor(prefix: string, endpoints: () => readonly string[]) {
    this.acknowledged = new Map();
    this.failures = [];
    this.longestGapMs = 0;
    this.newestRevision = 0;
    this.#prefix = prefix;
    this.#endpoints = endpoints;
    this.#callers = new Map();
    this.#count = 0;
    this.#stopped = false;
    this.#done = this.#run();
  }

  get written(): number {
    return this.#count;
  }

  /** Resolves once its last call has ended; rejects when a read gave something that it must not. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#done;
    for (const caller of this.#callers.values()) caller.close();
  }

  async #run(): Promise<void> {
    let latestMs = performance.now();
    for (; !this.#stopped; await pause(PAUSE_MS)) {
      const number = this.#count++;
      const key = utf8(`${this.#prefix}${number % KEYS}`);
      const value = String(number);
      const put = await this.#caller(number).call(PUT, PutRequest.create({ key, value: utf8(value) }), DEADLINE_MS);
      if (!put.ok) {
        this.failures.push(put);
        continue;
      }
      const { revision } = put.response.header!;
      assert.ok(revision > this.newestRevision, `put ${number} got revision ${revision} after ${this.newestRevision}`);
      this.acknowledged.set(number, revision);
      this.newestRevision = revision;
      this.longestGapMs = Math.max(this.longestGapMs, performance.now() - latestMs);
      latestMs = performance.now();
      if (number % 5 !== 0) continue;
      const got = await this.#caller(number + 1).call(RANGE, RangeRequest.create({ key }), DEADLINE_MS);
      if (!got.ok) this.failures.push(got);
      else assert.equal(utf8Text(got.response.kvs[0]!.value), value, `what was read back at revision ${revision}`);
    }
  }

  #caller(number: number): DeadlineCaller {
    const endpoints = this.#endpoints();
    const endpoint = endpoints[number % endpoints.length]!;
    let caller = this.#callers.get(endpoint);
    if (caller === undefined) {
      caller = new DeadlineCaller(endpoint, 1000);
      this.#callers.set(endpoint, caller);
    }
    return caller;
  }
}
