/** A gRPC call without a connection, a clock whose turns are taken by hand, and a gate that lets everybody in. For tests of services. */
import assert from "node:assert/strict";
import type { CallerIdentity, CallGate } from "../../src/api/grpc/call-gate.ts";
import type { EtcdError } from "../../src/base/etcd-error.ts";
import type { GrpcCode } from "../../src/base/grpc-code.ts";
import { forEachMessage } from "../../src/codec/grpc/envelope.ts";
import type { Clock, Timer } from "../../src/io/clock.ts";
import { RUN_BYTES_MAX, type ServerCall } from "../../src/net/transport/server-call.ts";

export class FakeCall implements ServerCall {
  readonly method = "";
  readonly connection: ServerCall["connection"] = {
    remoteAddress: "127.0.0.1:1",
    localAddress: "127.0.0.1:2",
    tls: undefined,
  };
  readonly span = undefined;
  readonly deadlineMs = undefined;
  readonly bufferedBytes = 0;
  cancelled = false;
  onMessage: ((message: Uint8Array) => void) | undefined;
  onHalfClose: (() => void) | undefined;
  onCancel: (() => void) | undefined;
  onDrain: (() => void) | undefined;
  readonly sent: Uint8Array[] = [];
  /** Sends left until `send` asks to wait. */
  room: number = Number.POSITIVE_INFINITY;
  ended = false;
  error: { readonly code: GrpcCode; readonly message: string } | undefined;
  receiving = true;

  get finished(): boolean {
    return this.ended || this.cancelled;
  }
  metadata(_name: string): string | undefined {
    return undefined;
  }
  send(...parts: Uint8Array[]): boolean {
    this.sent.push(Buffer.concat(parts));
    return --this.room > 0;
  }
  /** A call that is to take so many messages gets them one by one. */
  get roomBytes(): number {
    return Number.isFinite(this.room) ? 0 : Number.POSITIVE_INFINITY;
  }
  sendRun(run: Uint8Array, messages: number): boolean {
    let sent = 0;
    let hasRoom = true;
    forEachMessage(run, (message) => {
      sent++;
      hasRoom = this.send(message);
    });
    assert.equal(sent, messages);
    assert.ok(run.length <= RUN_BYTES_MAX);
    return hasRoom;
  }
  beginMessage(): boolean {
    throw new Error("not used here");
  }
  continueMessage(): boolean {
    throw new Error("not used here");
  }
  lend(bytes: number): Uint8Array {
    return new Uint8Array(bytes);
  }
  reply(...parts: Uint8Array[]): void {
    this.send(...parts);
    this.end();
  }
  end(): void {
    this.ended = true;
  }
  fail(error: { readonly code: GrpcCode; readonly message: string }): void {
    this.error = error;
    this.ended = true;
  }
  setHeader(): void {}
  pauseReceiving(): void {
    this.receiving = false;
  }
  resumeReceiving(): void {
    this.receiving = true;
  }
  cancel(): void {
    this.cancelled = true;
    this.onCancel?.();
  }
  drain(room: number): void {
    this.room = room;
    this.onDrain?.();
  }
}

export class HandClock implements Clock {
  #nowMs = 0;
  #turns: (() => void)[] = [];
  #timers: { dueMs: number; periodMs: number; callback: () => void }[] = [];

  now(): number {
    return this.#nowMs;
  }
  wallNow(): number {
    return this.#nowMs;
  }
  setTimer(delayMs: number, callback: () => void): Timer {
    return this.#set(delayMs, 0, callback);
  }
  setRepeating(periodMs: number, callback: () => void): Timer {
    return this.#set(periodMs, periodMs, callback);
  }
  #set(delayMs: number, periodMs: number, callback: () => void): Timer {
    const timer = { dueMs: this.#nowMs + delayMs, periodMs, callback };
    this.#timers.push(timer);
    return {
      cancel: () => {
        this.#timers = this.#timers.filter((other) => other !== timer);
      },
    };
  }
  nextTurn(callback: () => void): void {
    this.#turns.push(callback);
  }
  get timers(): number {
    return this.#timers.length;
  }
  /** Runs one turn; false when there was nothing to do. */
  turn(): boolean {
    const turns = this.#turns;
    this.#turns = [];
    for (const callback of turns) callback();
    return turns.length > 0;
  }
  /** Turns until there is nothing to do. */
  settle(): void {
    while (this.turn());
  }
  advance(ms: number): void {
    this.#nowMs += ms;
    for (const timer of this.#timers.slice()) {
      if (timer.dueMs > this.#nowMs) continue;
      timer.callback();
      if (timer.periodMs > 0) timer.dueMs += timer.periodMs;
      else this.#timers = this.#timers.filter((other) => other !== timer);
    }
  }
}

/** Admits all; identities are given by `identity`, at once or, with `later`, when the test calls the collected settlers. */
export class OpenGate implements CallGate {
  identity: CallerIdentity | undefined;
  error: EtcdError | undefined;
  refusal: EtcdError | undefined;
  later: (() => void)[] | undefined;

  admitUnary(): EtcdError | undefined {
    return this.refusal;
  }
  admitStream(): EtcdError | undefined {
    return this.refusal;
  }
  identify(
    _call: ServerCall,
    settle: (identity: CallerIdentity | undefined, error: EtcdError | undefined) => void,
  ): void {
    if (this.later === undefined) settle(this.identity, this.error);
    else this.later.push(() => settle(this.identity, this.error));
  }
  requireAdmin(): EtcdError | undefined {
    return undefined;
  }
  requireUser(): EtcdError | undefined {
    return this.error;
  }
}
