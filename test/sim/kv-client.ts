/**
 * A client of the simulated cluster: one call at a time over a few keys, on whichever member it likes, with a patience of its own. Every answer is
 * checked at once against the log of revisions and against real time: what begins after another call has ended sees its effect.
 */
import { latin1, latin1Bytes, utf8, utf8Text } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { executeRange } from "../../src/core/kv/range.ts";
import { KeyValue } from "../../src/proto/generated/kv.ts";
import {
  Compare,
  CompareResult,
  CompareTarget,
  DeleteRangeRequest,
  DeleteRangeResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RequestOp,
  TxnRequest,
  TxnResponse,
} from "../../src/proto/generated/rpc.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import type { SimulatedClock } from "./clock.ts";
import type { KeyCall, TimedCall } from "./linearizability.ts";
import type { SimulatedNode } from "./node.ts";
import type { SeededRandom } from "./random.ts";
import type { RevisionLog } from "./revision-log.ts";
import type { Findings } from "./violation.ts";

/** What all clients share. */
export class ClientWorld {
  readonly world: SimulatedClock;
  readonly findings: Findings;
  readonly revisions: RevisionLog;
  /** Members that a client may call. */
  readonly nodes: () => readonly SimulatedNode[];
  /** The newest revision that any client was told of. */
  acknowledgedRevision: number;
  /** Calls by key, for the search for a linear order. */
  readonly calls: Map<string, TimedCall[]>;
  #order: number;
  answered: number;
  unanswered: number;

  constructor(options: {
    world: SimulatedClock;
    findings: Findings;
    revisions: RevisionLog;
    nodes: () => readonly SimulatedNode[];
  }) {
    this.world = options.world;
    this.findings = options.findings;
    this.revisions = options.revisions;
    this.nodes = options.nodes;
    this.acknowledgedRevision = 1;
    this.calls = new Map();
    this.#order = 0;
    this.answered = 0;
    this.unanswered = 0;
  }

  nextOrder(): number {
    return this.#order++;
  }

  record(key: string, call: TimedCall): void {
    const calls = this.calls.get(key);
    if (calls === undefined) this.calls.set(key, [call]);
    else calls.push(call);
  }
}

const KEYS = 6;
export const KV_PREFIX = "kv/";

interface Call {
  readonly key: string;
  readonly start: number;
  /** Newest revision that anyone had been told of when the call began. */
  readonly before: number;
  readonly what: KeyCall;
}

export class KvClient {
  readonly #name: string;
  readonly #shared: ClientWorld;
  readonly #random: SeededRandom;
  #value: number;
  #node: SimulatedNode | undefined;
  #stopped: boolean;
  readonly #readsOnly: boolean;

  constructor(name: string, shared: ClientWorld, random: SeededRandom, options: { readonly readsOnly?: boolean } = {}) {
    this.#readsOnly = options.readsOnly ?? false;
    this.#name = name;
    this.#shared = shared;
    this.#random = random;
    this.#value = 0;
    this.#node = undefined;
    this.#stopped = false;
  }

  start(): void {
    this.#think();
  }

  stop(): void {
    this.#stopped = true;
  }

  #think(): void {
    if (this.#stopped) return;
    this.#shared.world.setTimer(this.#random.integer(60), () => this.#call());
  }

  #call(): void {
    if (this.#stopped) return;
    const random = this.#random;
    const nodes = this.#shared.nodes().filter((node) => node.alive && !node.process.stopped);
    if (nodes.length === 0) {
      this.#think();
      return;
    }
    if (this.#node === undefined || !nodes.includes(this.#node) || random.chance(0.1))
      this.#node = nodes[random.integer(nodes.length)]!;
    const node = this.#node;
    const running = node.running!;
    if (!this.#readsOnly && !running.kv.hasRoomForPut(100)) {
      // Refused with NOSPACE.
      this.#node = undefined;
      this.#think();
      return;
    }
    const key = `${KV_PREFIX}${random.integer(KEYS)}`;
    const dice = this.#readsOnly ? 50 : random.integer(100);
    if (dice < 35) this.#put(node, running, key);
    else if (dice < 60) this.#get(node, running, key);
    else if (dice < 75) this.#exchange(node, running, key);
    else if (dice < 83) this.#delete(node, running, key);
    else if (dice < 92) this.#list(node, running);
    else this.#serializable(running, key);
  }

  #newValue(): string {
    return `${this.#name}.${this.#value++}`;
  }

  #begin(key: string, what: KeyCall): Call {
    return { key, start: this.#shared.nextOrder(), before: this.#shared.acknowledgedRevision, what };
  }

  /** Calls `done` once, with whether there was an answer in time; late answers are dropped, as those of a connection that is gone. */
  #patience(node: SimulatedNode, call: Call, body: (settle: (answer: (() => void) | undefined) => void) => void): void {
    const { world } = this.#shared;
    let settled = false;
    const finish = (answer: (() => void) | undefined): void => {
      if (settled) return;
      settled = true;
      timer.cancel();
      if (answer === undefined) {
        this.#shared.unanswered++;
        if (call.key !== "") this.#shared.record(call.key, { call: call.what, start: call.start, end: Infinity });
        this.#node = undefined;
        world.setTimer(20 + this.#random.integer(200), () => this.#think());
        return;
      }
      this.#shared.answered++;
      answer();
      this.#think();
    };
    const timer = world.setTimer(1000 + this.#random.integer(4000), () => finish(undefined));
    const { process } = node;
    body((answer) => {
      // The last words of a process that is gone reach nobody.
      if (process.alive) finish(answer);
    });
  }

  #ended(call: Call, what: KeyCall): void {
    if (call.key !== "")
      this.#shared.record(call.key, { call: what, start: call.start, end: this.#shared.nextOrder() });
  }

  #acknowledge(revision: number): void {
    this.#shared.acknowledgedRevision = Math.max(this.#shared.acknowledgedRevision, revision);
  }

  #propose(
    node: SimulatedNode,
    running: RunningMember,
    call: Call,
    request: { readonly field: RequestField; readonly bytes: Uint8Array },
    answered: (response: Uint8Array) => void,
  ): void {
    this.#patience(node, call, (settle) => {
      running.member.proposer.propose(request.field, request.bytes, running.member.rootCredentials(), {
        abandoned: false,
        settle: (response, error) => settle(error === undefined ? () => answered(response!) : undefined),
      });
    });
  }

  /** A write that was answered with a revision of its own: it is there, alone, and after all that was answered before it began. */
  #checkWrite(call: Call, revision: number, written: { readonly isDelete: boolean; readonly value: string }): void {
    const { findings, revisions } = this.#shared;
    findings.check(
      revision > call.before,
      () =>
        `a write of ${call.key} got revision ${revision}, older than ${call.before}, which was answered before it began`,
    );
    const change = revisions.changesAt(revision).find(({ key }) => key === call.key);
    findings.check(
      change !== undefined &&
        change.isDelete === written.isDelete &&
        (written.isDelete || storedValue(change.kv) === written.value),
      () => `a write of ${call.key} was answered with revision ${revision}, which does not hold it`,
    );
    this.#acknowledge(revision);
  }

  /** What a read gave must be the state at its revision, and that no older than what was answered before. */
  #checkRead(call: Call, revision: number, value: string | undefined, what: string): void {
    const { findings, revisions } = this.#shared;
    findings.check(
      revision >= call.before,
      () => `${what} of ${call.key} at revision ${revision}, though ${call.before} was answered before it began`,
    );
    this.#checkValue(call.key, revision, value, what);
    findings.check(revision <= revisions.newest, () => `${what} of ${call.key} at revision ${revision} of the future`);
    this.#acknowledge(revision);
  }

  #checkValue(key: string, revision: number, value: string | undefined, what: string): void {
    const { findings, revisions } = this.#shared;
    const expected = storedValue(revisions.valueAt(key, revision));
    findings.check(
      expected === value,
      () => `${what} of ${key} at revision ${revision} gave ${String(value)}; it holds ${String(expected)}`,
    );
  }

  #put(node: SimulatedNode, running: RunningMember, key: string): void {
    const value = this.#newValue();
    const call = this.#begin(key, { kind: "put", value });
    const bytes = PutRequest.encode(PutRequest.create({ key: latin1Bytes(key), value: utf8(value) }));
    this.#propose(node, running, call, { field: RequestField.Put, bytes }, (response) => {
      const { revision } = PutResponse.decode(response).header!;
      this.#checkWrite(call, revision, { isDelete: false, value });
      this.#ended(call, call.what);
    });
  }

  #delete(node: SimulatedNode, running: RunningMember, key: string): void {
    const call = this.#begin(key, { kind: "delete" });
    const bytes = DeleteRangeRequest.encode(DeleteRangeRequest.create({ key: latin1Bytes(key) }));
    this.#propose(node, running, call, { field: RequestField.DeleteRange, bytes }, (response) => {
      const { header, deleted } = DeleteRangeResponse.decode(response);
      if (deleted > 0) this.#checkWrite(call, header!.revision, { isDelete: true, value: "" });
      else this.#checkRead(call, header!.revision, undefined, "a deletion that found nothing");
      this.#ended(call, call.what);
    });
  }

  /** Exchanges what a serializable read found, which may be old, for a new value. */
  #exchange(node: SimulatedNode, running: RunningMember, key: string): void {
    const found = this.#read(running, key).value;
    const value = this.#newValue();
    const call = this.#begin(key, { kind: "cas", expected: found, value, succeeded: undefined });
    const compare =
      found === undefined
        ? Compare.create({
            key: latin1Bytes(key),
            target: CompareTarget.VERSION,
            result: CompareResult.EQUAL,
            version: 0,
          })
        : Compare.create({
            key: latin1Bytes(key),
            target: CompareTarget.VALUE,
            result: CompareResult.EQUAL,
            value: utf8(found),
          });
    const requestPut = PutRequest.create({ key: latin1Bytes(key), value: utf8(value) });
    const requestRange = RangeRequest.create({ key: latin1Bytes(key) });
    const bytes = TxnRequest.encode({
      compare: [compare],
      success: [RequestOp.create({ requestPut })],
      failure: [RequestOp.create({ requestRange })],
    });
    this.#propose(node, running, call, { field: RequestField.Txn, bytes }, (response) => {
      const { header, succeeded, responses } = TxnResponse.decode(response);
      if (succeeded) this.#checkWrite(call, header!.revision, { isDelete: false, value });
      else {
        const kv = responses[0]?.responseRange?.kvs[0];
        this.#checkRead(call, header!.revision, kv === undefined ? undefined : utf8Text(kv.value), "a failed exchange");
      }
      this.#ended(call, { kind: "cas", expected: found, value, succeeded });
    });
  }

  #read(running: RunningMember, key: string): { readonly revision: number; readonly value: string | undefined } {
    const { revision, kvs } = executeRange(running.member.state.store, RangeRequest.create({ key: latin1Bytes(key) }));
    return { revision, value: storedValue(kvs[0]) };
  }

  #get(node: SimulatedNode, running: RunningMember, key: string): void {
    const call = this.#begin(key, { kind: "get", result: undefined });
    this.#patience(node, call, (settle) => {
      running.member.waitRead((error) => {
        if (error !== undefined) {
          settle(undefined);
          return;
        }
        const { revision, value } = this.#read(running, key);
        settle(() => {
          this.#checkRead(call, revision, value, "a read");
          this.#ended(call, { kind: "get", result: value });
        });
      });
    });
  }

  /** All keys at one revision. */
  #list(node: SimulatedNode, running: RunningMember): void {
    const call = this.#begin("", { kind: "get", result: undefined });
    this.#patience(node, call, (settle) => {
      running.member.waitRead((error) => {
        if (error !== undefined) {
          settle(undefined);
          return;
        }
        const { revision, kvs } = executeRange(
          running.member.state.store,
          RangeRequest.create({ key: utf8(KV_PREFIX), rangeEnd: utf8("kv0") }),
        );
        const found = kvs.map((kv) => KeyValue.decode(kv.slice()));
        settle(() => {
          const { findings, revisions } = this.#shared;
          findings.check(revision >= call.before, () => `a list at revision ${revision}, behind ${call.before}`);
          const keys = found.map((kv) => latin1(kv.key));
          const expected = revisions.keysAt(KV_PREFIX, revision);
          findings.check(
            keys.join() === expected.join(),
            () => `a list at revision ${revision} has ${keys.join()}; there are ${expected.join()}`,
          );
          for (const kv of found) this.#checkValue(latin1(kv.key), revision, utf8Text(kv.value), "a list");
          this.#acknowledge(revision);
        });
      });
    });
  }

  /** May be old, but is what was there at its revision. */
  #serializable(running: RunningMember, key: string): void {
    const { revision, value } = this.#read(running, key);
    this.#checkValue(key, revision, value, "a serializable read");
    this.#think();
  }
}

/** The value of stored bytes. */
export function storedValue(kv: Uint8Array | undefined): string | undefined {
  return kv === undefined ? undefined : utf8Text(KeyValue.decode(kv.slice()).value);
}
