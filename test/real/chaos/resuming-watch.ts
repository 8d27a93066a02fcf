/**
 * A watch that goes on at another member when its stream ends, at the revision behind the newest one it has told: what it tells must then be every
 * change once, in order.
 */
import { setTimeout as pause } from "node:timers/promises";
import { utf8, utf8Text } from "../../../src/base/bytes.ts";
import { WatchCreateRequest, WatchRequest, type WatchResponse } from "../../../src/proto/generated/rpc.ts";
import { GrpcJsClient } from "../../support/grpc-js-client.ts";

export interface Told {
  readonly revision: number;
  readonly key: string;
  readonly value: string;
}

export class ResumingWatch {
  /** In the order in which they were told, nothing left out or sorted. */
  readonly told: Told[];
  /** Streams that were opened. */
  streams: number;
  readonly #endpoints: () => readonly string[];
  readonly #prefix: { readonly key: Uint8Array; readonly rangeEnd: Uint8Array };
  readonly #done: Promise<void>;
  #next: number;
  #stopped: boolean;
  #cancel: () => void;

  /** `rangeEnd` is the key behind the watched ones. */
  constructor(endpoints: () => readonly string[], range: { readonly key: string; readonly rangeEnd: string }) {
    this.told = [];
    this.streams = 0;
    this.#endpoints = endpoints;
    this.#prefix = { key: utf8(range.key), rangeEnd: utf8(range.rangeEnd) };
    this.#next = 1;
    this.#stopped = false;
    this.#cancel = () => undefined;
    this.#done = this.#run();
  }

  async until(revision: number, limitMs = 20_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    while (this.#next <= revision) {
      if (performance.now() > endMs) throw new Error(`the watch is at ${this.#next - 1}, not at ${revision}`);
      await pause(20);
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#cancel();
    await this.#done;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      const endpoints = this.#endpoints();
      await this.#follow(endpoints[this.streams++ % endpoints.length]!);
      await pause(20);
    }
  }

  /** One stream to its end. */
  #follow(endpoint: string): Promise<void> {
    return new Promise((resolve) => {
      const client = new GrpcJsClient(endpoint);
      const stream = client.watch();
      const end = (): void => {
        client.close();
        resolve();
      };
      stream.on("error", end);
      stream.on("end", end);
      stream.on("data", ({ events, canceled }: WatchResponse) => {
        for (const { kv } of events) {
          const { modRevision: revision, key, value } = kv!;
          this.told.push({ revision, key: utf8Text(key), value: utf8Text(value) });
          this.#next = revision + 1;
        }
        if (canceled) stream.cancel();
      });
      this.#cancel = () => stream.cancel();
      const createRequest = WatchCreateRequest.create({ ...this.#prefix, startRevision: this.#next });
      stream.write(WatchRequest.create({ createRequest }));
    });
  }
}
