/**
 * A steady load on a real cluster: clients that put, delete, exchange and read, one call at a time each, on whichever member they like, and write
 * down what they were told. A client whose call fails goes on at another member.
 */
import { setTimeout as pause } from "node:timers/promises";
import { utf8, utf8Text } from "../../../src/base/bytes.ts";
import {
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  RequestOp,
  TxnRequest,
  TxnResponse,
} from "../../../src/proto/generated/rpc.ts";
import type { Prng } from "../../support/prng.ts";
import { type CallResult, DeadlineCaller, type Method } from "./deadline-call.ts";
import type { Call, History, Value } from "./history.ts";
import type { ProcessMember } from "./process-cluster.ts";
import { starvation } from "./starvation.ts";

export const PREFIX = "chaos/";
const PREFIX_END = "chaos0";
const GROUPS = 4;
const DEADLINE_MS_MIN = 1000;
const DEADLINE_MS_SPAN = 3000;
/** How late an answer may come, beside the time for which the member and this process had no processor. */
const LATE_MS_MAX = 500;
const GRACE_MS = 1500;

const PUT: Method<PutRequest, PutResponse> = {
  path: "/etcdserverpb.KV/Put",
  request: PutRequest,
  response: PutResponse,
};
const DELETE: Method<DeleteRangeRequest, DeleteRangeResponse> = {
  path: "/etcdserverpb.KV/DeleteRange",
  request: DeleteRangeRequest,
  response: DeleteRangeResponse,
};
const RANGE: Method<RangeRequest, RangeResponse> = {
  path: "/etcdserverpb.KV/Range",
  request: RangeRequest,
  response: RangeResponse,
};
const TXN: Method<TxnRequest, TxnResponse> = {
  path: "/etcdserverpb.KV/Txn",
  request: TxnRequest,
  response: TxnResponse,
};

export interface LoadOptions {
  readonly history: History;
  readonly members: () => readonly ProcessMember[];
  readonly random: Prng;
  readonly clients: number;
  /** Pause between the calls of a client: up to this, milliseconds. */
  readonly thinkMs: number;
  readonly valueBytes: number;
}

export class Load {
  readonly #options: LoadOptions;
  readonly #callers: Map<ProcessMember, DeadlineCaller>;
  readonly #running: Promise<void>[];
  /** Groups of keys are named after it. */
  round: number;
  #stopped: boolean;
  #values: number;
  /** performance.now() of each acknowledged write. */
  readonly acknowledgedAtMs: number[];
  answered: number;
  /** Failed calls by code and text. */
  readonly failures: Map<string, number>;
  /** Calls that a running member did not answer by their deadline. */
  readonly late: string[];

  constructor(options: LoadOptions) {
    this.#options = options;
    this.#callers = new Map();
    this.#running = [];
    this.round = 0;
    this.#stopped = false;
    this.#values = 0;
    this.acknowledgedAtMs = [];
    this.answered = 0;
    this.failures = new Map();
    this.late = [];
  }

  start(): void {
    for (let i = 0; i < this.#options.clients; i++) this.#running.push(this.#client(i));
  }

  /** The clients end; resolves when all their calls have ended. */
  async stop(): Promise<void> {
    this.#stopped = true;
    await Promise.all(this.#running);
  }

  close(): void {
    for (const caller of this.#callers.values()) caller.close();
  }

  /** When the first write was acknowledged behind a time; undefined: none. */
  firstWriteAfter(ms: number): number | undefined {
    return this.acknowledgedAtMs.find((at) => at > ms);
  }

  /** Reads every key of a round through a member, as one more client. */
  async readRound(round: number, member: ProcessMember): Promise<void> {
    for (let group = 0; group < GROUPS; group++)
      await this.#getBoth(this.#options.clients, member, `${PREFIX}${round}/${group}`);
  }

  /** A put through a member, as one more client; true: acknowledged. */
  tryWrite(member: ProcessMember): Promise<boolean> {
    return this.#put(this.#options.clients, member, `${PREFIX}${this.round}/0`, "a");
  }

  async #client(id: number): Promise<void> {
    const { random, members, thinkMs } = this.#options;
    let member: ProcessMember | undefined;
    while (!this.#stopped) {
      await pause(random.next() * thinkMs);
      const known = members();
      if (member === undefined || !known.includes(member) || random.chance(0.05)) member = random.pick(known);
      if (!(await this.#step(id, member))) {
        member = random.pick(known.filter((each) => each !== member));
        await pause(20);
      }
    }
  }

  /** One call; false: it failed. */
  async #step(id: number, member: ProcessMember): Promise<boolean> {
    const { random } = this.#options;
    const group = `${PREFIX}${this.round}/${random.integer(GROUPS)}`;
    const key = random.chance(0.5) ? "a" : "b";
    const dice = random.integer(100);
    if (dice < 30) return this.#put(id, member, group, key);
    if (dice < 45) return this.#get(id, member, group, key);
    if (dice < 60) return this.#exchange(id, member, group, key);
    if (dice < 68) return this.#delete(id, member, group, key);
    if (dice < 80) return this.#putBoth(id, member, group);
    if (dice < 90) return this.#getBoth(id, member, group);
    return (await this.#serializable(member, group, key)) !== "failed";
  }

  #value(id: number): string {
    const { random, valueBytes } = this.#options;
    return `${id}.${this.#values++}.${"v".repeat(random.integer(valueBytes))}`;
  }

  async #put(client: number, member: ProcessMember, group: string, key: "a" | "b"): Promise<boolean> {
    const value = this.#value(client);
    const request = PutRequest.create({ key: utf8(`${group}/${key}`), value: utf8(value) });
    const call: Call = { kind: "put", key, value };
    return this.#record(
      { client, group, call, isWrite: true },
      () => this.#call(member, PUT, request),
      () => call,
    );
  }

  async #delete(client: number, member: ProcessMember, group: string, key: "a" | "b"): Promise<boolean> {
    const request = DeleteRangeRequest.create({ key: utf8(`${group}/${key}`) });
    const call: Call = { kind: "delete", key, value: undefined };
    return this.#record(
      { client, group, call, isWrite: true },
      () => this.#call(member, DELETE, request),
      () => call,
    );
  }

  async #get(client: number, member: ProcessMember, group: string, key: "a" | "b"): Promise<boolean> {
    const request = RangeRequest.create({ key: utf8(`${group}/${key}`) });
    const call: Call = { kind: "get", key, value: undefined };
    return this.#record(
      { client, group, call, isWrite: false },
      () => this.#call(member, RANGE, request),
      (response) => ({ kind: "get", key, value: valueIn(response, `${group}/${key}`) }),
    );
  }

  async #getBoth(client: number, member: ProcessMember, group: string): Promise<boolean> {
    const request = RangeRequest.create({ key: utf8(`${group}/`), rangeEnd: utf8(`${group}0`) });
    const call: Call = { kind: "getBoth", a: undefined, b: undefined };
    return this.#record(
      { client, group, call, isWrite: false },
      () => this.#call(member, RANGE, request),
      (response) => ({ kind: "getBoth", a: valueIn(response, `${group}/a`), b: valueIn(response, `${group}/b`) }),
    );
  }

  async #putBoth(client: number, member: ProcessMember, group: string): Promise<boolean> {
    const [a, b] = [this.#value(client), this.#value(client)];
    const success = [putOp(`${group}/a`, a), putOp(`${group}/b`, b)];
    const call: Call = { kind: "putBoth", a, b };
    return this.#record(
      { client, group, call, isWrite: true },
      () => this.#call(member, TXN, TxnRequest.create({ success })),
      () => call,
    );
  }

  /** Exchanges what a serializable read found, which may be old, for a new value. */
  async #exchange(client: number, member: ProcessMember, group: string, key: "a" | "b"): Promise<boolean> {
    const expected = await this.#serializable(member, group, key);
    if (expected === "failed") return false;
    const name = utf8(`${group}/${key}`);
    const value = this.#value(client);
    const compare =
      expected.value === undefined
        ? Compare.create({ key: name, target: CompareTarget.VERSION, result: CompareResult.EQUAL, version: 0 })
        : Compare.create({
            key: name,
            target: CompareTarget.VALUE,
            result: CompareResult.EQUAL,
            value: utf8(expected.value),
          });
    const request = TxnRequest.create({ compare: [compare], success: [putOp(`${group}/${key}`, value)] });
    const call = { kind: "cas", key, expected: expected.value, value } as const;
    return this.#record(
      { client, group, call: { ...call, succeeded: undefined }, isWrite: true },
      () => this.#call(member, TXN, request),
      ({ succeeded }) => ({ ...call, succeeded }),
    );
  }

  async #serializable(member: ProcessMember, group: string, key: "a" | "b"): Promise<{ value: Value } | "failed"> {
    const request = RangeRequest.create({ key: utf8(`${group}/${key}`), serializable: true });
    const result = await this.#call(member, RANGE, request);
    if (!result.ok) return "failed";
    const value = valueIn(result.response, `${group}/${key}`);
    this.#options.history.serializable.push({ group, key, value, revision: result.response.header!.revision });
    return { value };
  }

  async #record<R extends { header: { revision: number } | undefined }>(
    what: { readonly client: number; readonly group: string; readonly call: Call; readonly isWrite: boolean },
    send: () => Promise<CallResult<R>>,
    answered: (response: R) => Call,
  ): Promise<boolean> {
    const { history } = this.#options;
    const { client, group, call, isWrite } = what;
    const start = history.nextOrder();
    const before = history.acknowledgedRevision;
    const result = await send();
    if (!result.ok) {
      if (result.neverSent) return false;
      history.calls.push({ client, group, call, start, end: Number.POSITIVE_INFINITY, before, revision: 0 });
      return false;
    }
    const { revision } = result.response.header!;
    history.acknowledgedRevision = Math.max(history.acknowledgedRevision, revision);
    const end = history.nextOrder();
    history.calls.push({ client, group, call: answered(result.response), start, end, before, revision });
    if (isWrite) this.acknowledgedAtMs.push(performance.now());
    return true;
  }

  async #call<Q extends object, R extends object>(
    member: ProcessMember,
    method: Method<Q, R>,
    request: Q,
  ): Promise<CallResult<R>> {
    const deadlineMs = DEADLINE_MS_MIN + this.#options.random.integer(DEADLINE_MS_SPAN);
    const startMs = performance.now();
    const starved = starvation([member.process?.pid]);
    const result = await this.#callerOf(member).call(method, request, deadlineMs);
    const tookMs = performance.now() - startMs;
    if (result.ok) this.answered++;
    else {
      const what = result.gaveUp ? "no answer" : `${result.code} ${textOf(result.message)}`;
      this.failures.set(what, (this.failures.get(what) ?? 0) + 1);
    }
    const isLate = tookMs > deadlineMs + LATE_MS_MAX && member.answersSinceMs < startMs;
    const starvedMs = isLate ? starved() : 0;
    if (isLate && tookMs - starvedMs > deadlineMs + LATE_MS_MAX)
      this.late.push(
        `${method.path} at ${member.name}: ${tookMs.toFixed(0)} ms (${starvedMs.toFixed(0)} without a processor) of ${deadlineMs}`,
      );
    return result;
  }

  #callerOf(member: ProcessMember): DeadlineCaller {
    let caller = this.#callers.get(member);
    if (caller === undefined) {
      caller = new DeadlineCaller(member.address.client, GRACE_MS);
      this.#callers.set(member, caller);
    }
    return caller;
  }
}

/** Texts of broken connections carry addresses and times. */
function textOf(message: string): string {
  return message.replace(/\d+(\.\d+){3}(:\d+)?|\d+(\.\d+)?s\b/g, "").slice(0, 80);
}

function putOp(key: string, value: string): RequestOp {
  return RequestOp.create({ requestPut: PutRequest.create({ key: utf8(key), value: utf8(value) }) });
}

function valueIn(response: RangeResponse, key: string): Value {
  const found = response.kvs.find((kv) => utf8Text(kv.key) === key);
  return found === undefined ? undefined : utf8Text(found.value);
}

/** The keys of a load. */
export const LOAD_RANGE: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array } = {
  key: utf8(PREFIX),
  rangeEnd: utf8(PREFIX_END),
};
