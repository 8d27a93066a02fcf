/**
 * Requests from the flags and arguments of get, put and del; the lines of txn use them too.
 * Source of behaviour: etcdctl/ctlv3/command (get, put, del), client/v3/op.go.
 */
import { prefixRangeEnd, utf8 } from "../../base/bytes.ts";
import {
  type DeleteRangeRequest,
  type PutRequest,
  type RangeRequest,
  SortOrder,
  SortTarget,
} from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import type { FlagSet } from "../cobra/flag-set.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { argumentBytes } from "./argument-text.ts";
import { parseInt64 } from "./integers.ts";
import { badArgs } from "./session.ts";
import { readAllStdin } from "./stdin.ts";

/** From here to the end of all keys. */
const OPEN_END = new Uint8Array(1);
const EVERY_KEY = new Uint8Array(1);

const ORDERS: Readonly<Record<string, SortOrder>> = {
  ASCEND: SortOrder.ASCEND,
  DESCEND: SortOrder.DESCEND,
  "": SortOrder.NONE,
};
const TARGETS: Readonly<Record<string, SortTarget>> = {
  CREATE: SortTarget.CREATE,
  KEY: SortTarget.KEY,
  MODIFY: SortTarget.MOD,
  VALUE: SortTarget.VALUE,
  VERSION: SortTarget.VERSION,
  "": SortTarget.KEY,
};

function badFeature(reason: string): CommandExit {
  return new CommandExit(ExitCode.BadFeature, reason);
}

/** True for serializable reads. Throws {@link CommandExit} for an unknown consistency, which names `shown`. */
export function isSerializable(consistency: string, shown: string = consistency): boolean {
  if (consistency === "s") return true;
  if (consistency === "l") return false;
  throw badFeature(`unknown consistency flag "${shown}"`);
}

export function rangeRequest(flags: FlagSet, args: readonly string[]): Init<RangeRequest> {
  if (args.length === 0) throw badArgs("get command needs one argument as key and an optional argument as range_end");
  const isPrefix = flags.bool("prefix");
  const isFromKey = flags.bool("from-key");
  if (isPrefix && isFromKey) throw badArgs("`--prefix` and `--from-key` cannot be set at the same time, choose one");
  const keysOnly = flags.bool("keys-only");
  const countOnly = flags.bool("count-only");
  if (keysOnly && countOnly)
    throw badArgs("`--keys-only` and `--count-only` cannot be set at the same time, choose one");
  const serializable = isSerializable(flags.text("consistency"));
  if (args.length > 1 && (isPrefix || isFromKey))
    throw badArgs("too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
  const order = ORDERS[flags.text("order").toUpperCase()];
  if (order === undefined) throw badFeature(`bad sort order ${flags.text("order")}`);
  const sortTarget = TARGETS[flags.text("sort-by").toUpperCase()];
  if (sortTarget === undefined) throw badFeature(`bad sort target ${flags.text("sort-by")}`);
  const revisions = revisionLimits(flags);
  return {
    ...keyRange(args, isPrefix, isFromKey),
    limit: flags.number("limit"),
    revision: Math.max(0, flags.number("rev")),
    // Ascending keys are the order of the store: asking for it would only make the server sort.
    sortOrder: sortTarget === SortTarget.KEY && order === SortOrder.ASCEND ? SortOrder.NONE : order,
    sortTarget,
    serializable,
    keysOnly,
    countOnly,
    ...revisions,
  };
}

function revisionLimits(flags: FlagSet): Init<RangeRequest> {
  const [minCreate, maxCreate, minMod, maxMod] = ["min-create-rev", "max-create-rev", "min-mod-rev", "max-mod-rev"].map(
    (name) => flags.number(name),
  ) as [number, number, number, number];
  if (maxCreate > 0 && minCreate > maxCreate)
    throw badFeature(`getMinCreateRev(=${minCreate}) > getMaxCreateRev(=${maxCreate})`);
  if (maxMod > 0 && minMod > maxMod) throw badFeature(`getMinModRev(=${minMod}) > getMaxModRev(=${maxMod})`);
  return {
    minCreateRevision: Math.max(0, minCreate),
    maxCreateRevision: Math.max(0, maxCreate),
    minModRevision: Math.max(0, minMod),
    maxModRevision: Math.max(0, maxMod),
  };
}

/** Key and end of a range: one key, [key, end), a prefix, or everything from the key on. */
function keyRange(
  args: readonly string[],
  isPrefix: boolean,
  isFromKey: boolean,
): { key: Uint8Array; rangeEnd: Uint8Array | undefined } {
  const key = argumentBytes(args[0]!);
  if (isPrefix || isFromKey) {
    if (key.length === 0) return { key: EVERY_KEY, rangeEnd: OPEN_END };
    return { key, rangeEnd: isPrefix ? prefixRangeEnd(key) : OPEN_END };
  }
  return { key, rangeEnd: args.length > 1 ? argumentBytes(args[1]!) : undefined };
}

const PUT_ARGUMENTS = "put command needs 1 argument and input from stdin or 2 arguments";

export function putRequest(flags: FlagSet, args: readonly string[]): Init<PutRequest> {
  if (args.length === 0) throw badArgs(PUT_ARGUMENTS);
  const ignoreValue = flags.bool("ignore-value");
  if (ignoreValue && args.length > 1) throw badArgs("put command needs only 1 argument when 'ignore-value' is set");
  let value: Uint8Array | undefined;
  if (!ignoreValue) {
    value = args.length > 1 ? argumentBytes(args[1]!) : readAllStdin();
    if (args.length === 1 && value.length === 0) throw badArgs(PUT_ARGUMENTS);
  }
  const lease = parseInt64(flags.text("lease"), 16);
  if (!lease.ok) throw badArgs(`bad lease ID (${lease.reason}), expecting ID in Hex`);
  return {
    key: argumentBytes(args[0]!),
    value,
    lease: lease.value,
    prevKv: flags.bool("prev-kv"),
    ignoreValue,
    ignoreLease: flags.bool("ignore-lease"),
  };
}

export interface Deletion {
  readonly request: Init<DeleteRangeRequest>;
  /** A range without --range: the user gets a moment to think. */
  readonly needsWarning: boolean;
}

export function deleteRequest(flags: FlagSet, args: readonly string[]): Deletion {
  if (args.length === 0 || args.length > 2)
    throw badArgs("del command needs one argument as key and an optional argument as range_end");
  const isPrefix = flags.bool("prefix");
  const isFromKey = flags.bool("from-key");
  if (isPrefix && isFromKey) throw badArgs("`--prefix` and `--from-key` cannot be set at the same time, choose one");
  if (args.length > 1 && (isPrefix || isFromKey))
    throw badArgs("too many arguments, only accept one argument when `--prefix` or `--from-key` is set");
  return {
    request: { ...keyRange(args, isPrefix, isFromKey), prevKv: flags.bool("prev-kv") },
    needsWarning: args.length > 1 && !flags.bool("range"),
  };
}

/** A prefix as a range: all keys for the empty one. */
export function prefixRange(prefix: string): { key: Uint8Array; rangeEnd: Uint8Array } {
  const key = utf8(prefix);
  return key.length === 0 ? { key: EVERY_KEY, rangeEnd: OPEN_END } : { key, rangeEnd: prefixRangeEnd(key) };
}
