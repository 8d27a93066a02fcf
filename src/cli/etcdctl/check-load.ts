/** What the checks share: clients that put in parallel, statistics of their latencies, and the cleaning up. */
import { utf8 } from "../../base/bytes.ts";
import { goQuote } from "../../base/go-quote.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { KVService, MaintenanceService } from "../../proto/generated/rpc.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeOut } from "../print/output.ts";
import { ClientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";
import { prefixRange } from "./operations.ts";
import { clock, failed } from "./session.ts";

const MAINTENANCE_MS = 30_000;
const LOADS: Readonly<Record<string, "s" | "m" | "l" | "xl">> = {
  s: "s",
  small: "s",
  m: "m",
  medium: "m",
  l: "l",
  large: "l",
  xl: "xl",
  xLarge: "xl",
};

export function loadModel(name: string): "s" | "m" | "l" | "xl" {
  const model = LOADS[name];
  if (model === undefined) throw new CommandExit(ExitCode.BadFeature, `unknown load option ${name}`);
  return model;
}

/** A check writes under a prefix that must be empty. */
export async function requireEmpty(connection: Connection, prefix: string, quote: string): Promise<void> {
  let isEmpty: boolean;
  try {
    const reply = await connection.call(KVService.range, { ...prefixRange(prefix), limit: 1 }, undefined);
    isEmpty = reply.kvs.length === 0;
  } catch (error) {
    throw failed(error);
  }
  if (isEmpty) return;
  const hint = `${quote}etcdctl del --prefix ${prefix}${quote}`;
  throw new CommandExit(ExitCode.InvalidInput, `prefix ${goQuote(prefix)} has keys. Delete with ${hint} first`);
}

/** Latencies in seconds and what went wrong. */
export class LoadReport {
  readonly #startMs: number;
  readonly errors: Map<string, number>;
  #count: number;
  #sum: number;
  #squares: number;
  slowest: number;

  constructor() {
    this.#startMs = clock.now();
    this.errors = new Map();
    this.#count = 0;
    this.#sum = 0;
    this.#squares = 0;
    this.slowest = 0;
  }

  add(seconds: number): void {
    this.#count++;
    this.#sum += seconds;
    this.#squares += seconds * seconds;
    this.slowest = Math.max(this.slowest, seconds);
  }

  fail(message: string): void {
    this.errors.set(message, (this.errors.get(message) ?? 0) + 1);
  }

  get done(): number {
    return this.#count;
  }

  get perSecond(): number {
    return this.#count / ((clock.now() - this.#startMs) / 1000);
  }

  get deviation(): number {
    if (this.#count === 0) return 0;
    const mean = this.#sum / this.#count;
    return Math.sqrt(Math.max(0, this.#squares / this.#count - mean * mean));
  }
}

/** Each connection puts random keys, one after the other, while `next` gives leave. */
export async function putInParallel(
  connections: readonly Connection[],
  shape: { readonly prefix: string; readonly keyBytes: number; readonly valueBytes: number },
  next: () => Promise<boolean>,
  report: LoadReport,
): Promise<void> {
  const random = new NodeRandom();
  const value = new Uint8Array(shape.valueBytes);
  const prefix = utf8(shape.prefix);
  await Promise.all(
    connections.map(async (connection) => {
      while (await next()) {
        const key = new Uint8Array(prefix.length + shape.keyBytes);
        key.set(prefix);
        key.set(random.bytes(8), prefix.length);
        const start = clock.now();
        try {
          await connection.call(KVService.put, { key, value }, undefined);
          report.add((clock.now() - start) / 1000);
        } catch (error) {
          if (!(error instanceof ClientError)) throw error;
          report.fail(error.message);
        }
      }
    }),
  );
}

/** Deletes the check's keys; gives the revision of that. Throws {@link ClientError}. */
export async function deleteKeys(connection: Connection, prefix: string): Promise<number> {
  const reply = await connection.call(KVService.deleteRange, prefixRange(prefix), clock.now() + MAINTENANCE_MS);
  return reply.header?.revision ?? 0;
}

export async function compactAfterCheck(connection: Connection, revision: number): Promise<void> {
  writeOut(`Compacting with revision ${revision}\n`);
  try {
    await connection.call(KVService.compact, { revision, physical: true }, clock.now() + MAINTENANCE_MS);
  } catch (error) {
    throw failed(error);
  }
  writeOut(`Compacted with revision ${revision}\n`);
}

export async function defragAfterCheck(connection: Connection, endpoint: string): Promise<void> {
  writeOut(`Defragmenting ${goQuote(endpoint)}\n`);
  try {
    await connection.call(MaintenanceService.defragment, {}, clock.now() + MAINTENANCE_MS);
  } catch (error) {
    throw failed(error);
  }
  writeOut(`Defragmented ${goQuote(endpoint)}\n`);
}

/** Lines for the errors of a report. True when there were some. */
export function printErrors(report: LoadReport): boolean {
  if (report.errors.size === 0) return false;
  writeOut("FAIL: too many errors\n");
  for (const [message, count] of report.errors) writeOut(`FAIL: ERROR(${message}) -> ${count}\n`);
  return true;
}
