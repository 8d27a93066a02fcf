/**
 * A session (a lease kept alive) and what waits in line on it. Contenders put a key under a prefix with their lease; the one with the smallest
 * create revision has its turn. Source of behaviour: client/v3/concurrency (session, mutex, election, key).
 */
import { prefixRangeEnd, utf8 } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { EventType, type KeyValue } from "../../proto/generated/kv.ts";
import {
  CompareResult,
  CompareTarget,
  KVService,
  LeaseService,
  type RangeResponse,
  type ResponseHeader,
  SortOrder,
  SortTarget,
  type TxnResponse,
} from "../../proto/generated/rpc.ts";
import { ClientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";
import { keepLease, type LeaseKeeper } from "./lease-keeper.ts";
import { settlement } from "./settlement.ts";
import { WatchStream } from "./watch-stream.ts";

export interface LeaseSession {
  readonly lease: bigint;
  readonly keeper: LeaseKeeper;
}

export async function newLeaseSession(connection: Connection, ttlSeconds: number): Promise<LeaseSession> {
  const { id } = await connection.call(LeaseService.leaseGrant, { ttl: ttlSeconds }, undefined);
  return { lease: id, keeper: keepLease(connection, id, () => undefined) };
}

export function cancelled(): ClientError {
  return new ClientError("context canceled", GrpcCode.Canceled, undefined);
}

/** One place in the line under `prefix`. */
export class Contender {
  readonly key: string;
  readonly #connection: Connection;
  readonly #prefix: string;
  readonly #lease: bigint;
  readonly #watches: WatchStream;
  /** Of our key; 0 before {@link join}. */
  createRevision: number;
  header: ResponseHeader | undefined;

  constructor(connection: Connection, name: string, lease: bigint) {
    this.#connection = connection;
    this.#prefix = `${name}/`;
    this.#lease = lease;
    this.key = `${this.#prefix}${lease.toString(16)}`;
    this.#watches = new WatchStream(connection);
    this.createRevision = 0;
    this.header = undefined;
  }

  /** Puts our key unless it is there. True when it is our turn at once. */
  async join(value: string): Promise<boolean> {
    const key = utf8(this.key);
    const owner = {
      requestRange: { ...this.#range(), sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.CREATE, limit: 1 },
    };
    const reply: TxnResponse = await this.#connection.call(
      KVService.txn,
      {
        compare: [{ key, target: CompareTarget.CREATE, result: CompareResult.EQUAL, createRevision: 0 }],
        success: [{ requestPut: { key, value: utf8(value), lease: this.#lease } }, owner],
        failure: [{ requestRange: { key } }, owner],
      },
      undefined,
    );
    this.header = reply.header;
    const mine = reply.responses[0]?.responseRange?.kvs[0];
    this.createRevision = reply.succeeded ? (reply.header?.revision ?? 0) : (mine?.createRevision ?? 0);
    const first = reply.responses[1]?.responseRange?.kvs[0];
    return first === undefined || first.createRevision === this.createRevision;
  }

  /** Waits until all who came before us are gone. Rejects when `stop` resolves first. */
  async waitForTurn(stop: Promise<void>): Promise<void> {
    for (;;) {
      const reply = await this.#connection.call(
        KVService.range,
        {
          ...this.#range(),
          sortOrder: SortOrder.DESCEND,
          sortTarget: SortTarget.CREATE,
          limit: 1,
          maxCreateRevision: this.createRevision - 1,
        },
        undefined,
      );
      const before = reply.kvs[0];
      if (before === undefined) return;
      await this.#untilDeleted(before, reply.header?.revision ?? 0, stop);
    }
  }

  get(): Promise<RangeResponse> {
    return this.#connection.call(KVService.range, { key: utf8(this.key) }, undefined);
  }

  /** Leaves the line. */
  async leave(): Promise<void> {
    await this.#connection.call(KVService.deleteRange, { key: utf8(this.key) }, undefined);
  }

  #range(): { key: Uint8Array; rangeEnd: Uint8Array } {
    const key = utf8(this.#prefix);
    return { key, rangeEnd: prefixRangeEnd(key) };
  }

  async #untilDeleted(kv: KeyValue, revision: number, stop: Promise<void>): Promise<void> {
    const { promise, resolve, reject } = settlement<void>();
    const end = this.#watches.watch(
      { key: kv.key, startRevision: revision },
      {
        onResult: (result) => {
          if (result.events.some((event) => event.type === EventType.DELETE)) resolve();
        },
        onEnd: (reason) =>
          reject(new ClientError(reason ?? "lost watcher waiting for delete", GrpcCode.Unknown, undefined)),
      },
    );
    void stop.then(() => reject(cancelled()));
    try {
      await promise;
    } finally {
      end();
    }
  }
}

/** Resolves at the first SIGINT or SIGTERM, which then no longer ends the process. */
export function firstSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => resolve());
  });
}
