/** `etcdctl watch`, once or interactive, with a program run for every event. Source of behaviour: etcdctl/ctlv3/command/watch_command.go. */
import { spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { prefixRangeEnd } from "../../base/bytes.ts";
import { goQuote } from "../../base/go-quote.ts";
import { EventType } from "../../proto/generated/kv.ts";
import type { WatchCreateRequest } from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import type { Invocation } from "../cobra/command.ts";
import type { FlagSet } from "../cobra/flag-set.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { quoteBytes } from "../print/go-text.ts";
import { writeError, writeOut } from "../print/output.ts";
import type { Printer } from "../print/printer.ts";
import type { WatchResult } from "../print/results.ts";
import { argumentBytes, splitArguments } from "./argument-text.ts";
import { processFailure } from "./process-failure.ts";
import { badArgs, openSession } from "./session.ts";
import { settlement } from "./settlement.ts";
import { type WatchArguments, watchArguments } from "./watch-arguments.ts";
import { WatchStream } from "./watch-stream.ts";

export async function runWatch(invocation: Invocation): Promise<void> {
  const envKey = process.env["ETCDCTL_WATCH_KEY"] ?? "";
  const envRangeEnd = process.env["ETCDCTL_WATCH_RANGE_END"] ?? "";
  if (envKey === "" && envRangeEnd !== "")
    throw badArgs(`ETCDCTL_WATCH_KEY is empty but got ETCDCTL_WATCH_RANGE_END=${goQuote(envRangeEnd)}`);
  const parse = (args: readonly string[], interactive: boolean): WatchArguments =>
    watchArguments({ processArgs: process.argv.slice(1), args, envKey, envRangeEnd, interactive });
  if (invocation.flags.bool("interactive")) {
    await runInteractive(invocation, envKey, parse);
    return;
  }
  const parsed = parse(invocation.args, false);
  if (!parsed.ok) throw badArgs(parsed.reason);
  const request = watchRequest(invocation.flags, parsed.keys);
  if (typeof request === "string") {
    await openSession(invocation);
    throw badArgs(request);
  }
  const { connection, printer } = await openSession(invocation);
  const stream = new WatchStream(connection);
  const { promise, resolve, reject } = settlement<void>();
  stream.watch(
    request,
    new PrintingListener(printer, parsed.command, (error) => (error === undefined ? resolve() : reject(error))),
  );
  await promise;
  throw new CommandExit(ExitCode.Interrupted, "watch is canceled by the server");
}

async function runInteractive(
  invocation: Invocation,
  envKey: string,
  parse: (args: readonly string[], interactive: boolean) => WatchArguments,
): Promise<void> {
  const { connection, printer } = await openSession(invocation);
  const stream = new WatchStream(connection);
  for await (const line of createInterface({ input: process.stdin, terminal: false })) {
    const words = splitArguments(line);
    if (words === undefined) throw new CommandExit(ExitCode.InvalidInput, "invalid syntax");
    if (words.length < 1) writeError(`Invalid command: ${line} (watch and progress supported)\n`);
    else if (words[0] === "progress") stream.requestProgress();
    else if (words[0] !== "watch") writeError(`Invalid command ${line} (only support watch)\n`);
    else if (words.length < 2 && envKey === "")
      writeError(`Invalid command ${line} (command type or key is not provided)\n`);
    else {
      const parsed = parse(words, true);
      if (!parsed.ok) throw badArgs(parsed.reason);
      const request = watchRequest(parsed.flags!, parsed.keys);
      if (typeof request === "string") writeError(`Invalid command ${line} (${request})\n`);
      else stream.watch(request, new PrintingListener(printer, parsed.command, endBy));
    }
  }
  throw new CommandExit(ExitCode.InvalidInput, "error reading watch request line: EOF");
}

/** Ends the program as the refusal says: nobody waits for a single watch of many. */
function endBy(error: Error | undefined): void {
  if (!(error instanceof CommandExit)) return;
  if (error.reason !== undefined) writeError(`Error: ${error.reason}\n`);
  process.exit(error.code);
}

/** A refusal as text. */
function watchRequest(flags: FlagSet, keys: readonly string[]): Init<WatchCreateRequest> | string {
  if (keys.length < 1) return "bad number of arguments";
  const isPrefix = flags.bool("prefix");
  const key = argumentBytes(keys[0]!);
  if (keys.length === 2 && isPrefix) return "`range_end` and `--prefix` are mutually exclusive";
  const everything = isPrefix && key.length === 0;
  const rangeEnd = isPrefix
    ? everything
      ? new Uint8Array(1)
      : prefixRangeEnd(key)
    : keys.length === 2
      ? argumentBytes(keys[1]!)
      : undefined;
  return {
    key: everything ? new Uint8Array(1) : key,
    rangeEnd,
    startRevision: flags.number("rev"),
    prevKv: flags.bool("prev-kv"),
    progressNotify: flags.bool("progress-notify"),
  };
}

/** Prints what comes; the end is told before the watch's last result, as etcdctl does. */
class PrintingListener {
  readonly #printer: Printer;
  readonly #command: readonly string[];
  readonly #onOver: (error: Error | undefined) => void;
  #last: WatchResult | undefined;

  constructor(printer: Printer, command: readonly string[], onOver: (error: Error | undefined) => void) {
    this.#printer = printer;
    this.#command = command;
    this.#onOver = onOver;
    this.#last = undefined;
  }

  onResult(result: WatchResult): void {
    if (result.canceled) {
      this.#last = result;
      return;
    }
    if (result.events.length === 0 && result.header.revision !== 0)
      writeOut(`progress notify: ${result.header.revision}\n`);
    if (!this.#print(result)) return;
    if (this.#command.length > 0) for (const event of result.events) this.#run(result, event);
  }

  onEnd(reason: string | undefined): void {
    writeError(`watch was canceled (${reason ?? "<nil>"})\n`);
    const header = { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };
    if (
      this.#print(
        this.#last ?? { header, events: [], compactRevision: 0, canceled: true, created: false, cancelReason: "" },
      )
    )
      this.#onOver(undefined);
  }

  /** False when the format refuses, which ends the command. */
  #print(result: WatchResult): boolean {
    try {
      this.#printer.watch(result);
      return true;
    } catch (error) {
      if (!(error instanceof CommandExit)) throw error;
      this.#onOver(error);
      return false;
    }
  }

  #run(result: WatchResult, event: WatchResult["events"][number]): void {
    const [program, ...args] = this.#command;
    const empty = new Uint8Array(0);
    const done = spawnSync(program!, args, {
      stdio: ["ignore", "inherit", "inherit"],
      env: {
        ...process.env,
        ETCD_WATCH_REVISION: String(result.header.revision),
        ETCD_WATCH_EVENT_TYPE: event.type === EventType.DELETE ? '"DELETE"' : '"PUT"',
        ETCD_WATCH_KEY: quoteBytes(event.kv?.key ?? empty),
        ETCD_WATCH_VALUE: quoteBytes(event.kv?.value ?? empty),
      },
    });
    if (done.error === undefined && done.status === 0) return;
    const shown = `[${this.#command.map(goQuote).join(" ")}]`;
    writeError(`command ${shown} error (${processFailure(program!, done)})\n`);
    process.exit(1);
  }
}
