/** `etcdctl elect`: takes part in an election, or with -l listens to it. Source of behaviour: etcdctl/ctlv3/command/elect_command.go. */
import { prefixRangeEnd, utf8, utf8Text } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { EventType, type KeyValue } from "../../proto/generated/kv.ts";
import {
  CompareResult,
  CompareTarget,
  KVService,
  RangeResponse,
  SortOrder,
  SortTarget,
} from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import type { WatchResult } from "../print/results.ts";
import { ClientError } from "./client-error.ts";
import { Contender, cancelled, firstSignal, newLeaseSession } from "./concurrency.ts";
import type { Connection } from "./connection.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";
import { settlement } from "./settlement.ts";
import { WatchStream } from "./watch-stream.ts";

const SESSION_TTL_SECONDS = 60;

export async function runElect(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length !== 1 && args.length !== 2)
    throw badArgs("elect takes one election name argument and an optional proposal argument");
  const session = await openSession(invocation);
  try {
    const listen = flags.bool("listen");
    if (args.length === 1 && !listen) throw badArgs("no proposal argument but -l not set");
    if (args.length === 2 && listen) throw badArgs("proposal given but -l is set");
    if (listen) await observe(session, args[0]!);
    else await campaign(session, args[0]!, args[1]!);
  } catch (error) {
    throw failed(error);
  } finally {
    session.connection.close();
  }
}

async function campaign({ connection, printer }: Session, name: string, proposal: string): Promise<void> {
  const session = await newLeaseSession(connection, SESSION_TTL_SECONDS);
  const contender = new Contender(connection, name, session.lease);
  const signal = firstSignal();
  await contender.join(proposal);
  try {
    await contender.waitForTurn(signal);
  } catch (error) {
    await contender.leave();
    throw error;
  }
  printer.get(await contender.get());
  const isSignalled = await Promise.race([signal.then(() => true), session.keeper.expired.then(() => false)]);
  if (!isSignalled) throw new CommandExit(ExitCode.Error, "elect: session expired");
  await resign(connection, contender);
}

/** Gives the leadership up if it is still ours. */
async function resign(connection: Connection, contender: Contender): Promise<void> {
  const key = utf8(contender.key);
  await connection.call(
    KVService.txn,
    {
      compare: [
        { key, target: CompareTarget.CREATE, result: CompareResult.EQUAL, createRevision: contender.createRevision },
      ],
      success: [{ requestDeleteRange: { key } }],
    },
    undefined,
  );
}

/** Prints every leader, and each of its proclamations, until a signal. */
async function observe({ connection, printer }: Session, name: string): Promise<void> {
  await newLeaseSession(connection, SESSION_TTL_SECONDS);
  const signal = firstSignal();
  const watches = new WatchStream(connection);
  const key = utf8(`${name}/`);
  const rangeEnd = prefixRangeEnd(key);
  const print = (header: RangeResponse["header"], kv: KeyValue): void =>
    printer.get(RangeResponse.create({ header, kvs: [kv] }));
  try {
    for (;;) {
      const first = await connection.call(
        KVService.range,
        { key, rangeEnd, sortOrder: SortOrder.ASCEND, sortTarget: SortTarget.CREATE, limit: 1 },
        undefined,
      );
      let leader = first.kvs[0];
      let { header } = first;
      if (leader === undefined) {
        const request = { key, rangeEnd, startRevision: header?.revision ?? 0 };
        await watchUntil(watches, request, signal, (result) => {
          const put = result.events.find((event) => event.type === EventType.PUT);
          leader = put?.kv;
          header = result.header;
          return leader !== undefined;
        });
      }
      const current = leader!;
      print(header, current);
      await watchUntil(
        watches,
        { key: utf8(utf8Text(current.key)), startRevision: (header?.revision ?? 0) + 1 },
        signal,
        (result) => {
          for (const event of result.events) {
            if (event.type === EventType.DELETE) return true;
            if (event.kv !== undefined) print(result.header, event.kv);
          }
          return false;
        },
      );
    }
  } catch (error) {
    if (error instanceof ClientError && error.code === GrpcCode.Canceled) return;
    if (error instanceof ClientError) throw new CommandExit(ExitCode.Error, "elect: observer lost");
    throw error;
  }
}

async function watchUntil(
  watches: WatchStream,
  request: Parameters<WatchStream["watch"]>[0],
  stop: Promise<void>,
  isDone: (result: WatchResult) => boolean,
): Promise<void> {
  const { promise, resolve, reject } = settlement<void>();
  const end = watches.watch(request, {
    onResult: (result) => {
      if (isDone(result)) resolve();
    },
    onEnd: (reason) => reject(new ClientError(reason ?? "watch ended", GrpcCode.Unknown, undefined)),
  });
  void stop.then(() => reject(cancelled()));
  try {
    await promise;
  } finally {
    end();
  }
}
