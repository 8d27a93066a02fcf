/**
 * `etcdctl txn`: comparisons, then requests for success, then for failure, each block ended by an empty line of stdin.
 * Source of behaviour: etcdctl/ctlv3/command/txn_command.go.
 */
import { goQuote } from "../../base/go-quote.ts";
import { type Compare, CompareResult, CompareTarget, KVService, type RequestOp } from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import { Command, type CommandSpec, type Invocation, type ProgramSpec } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { usageText } from "../cobra/usage-text.ts";
import { writeError, writeOut } from "../print/output.ts";
import { argumentBytes, argumentText, splitArguments, unquote } from "./argument-text.ts";
import { warnOfRange } from "./del.ts";
import { parseInt64 } from "./integers.ts";
import { DEL, GET, PUT } from "./key-value-commands.ts";
import { deleteRequest, putRequest, rangeRequest } from "./operations.ts";
import { badArgs, failed, openSession } from "./session.ts";
import { StdinLines } from "./stdin.ts";

export async function runTxn(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 0) throw badArgs("txn command does not accept argument");
  const { connection, printer } = await openSession(invocation);
  try {
    const lines = new StdinLines();
    const prompt = (text: string): void => {
      if (invocation.flags.bool("interactive")) writeOut(`${text}\n`);
    };
    prompt("compares:");
    const compare = readComparisons(lines);
    prompt("success requests (get, put, del):");
    const success = await readOperations(lines);
    prompt("failure requests (get, put, del):");
    const failure = await readOperations(lines);
    const repeatable = [...success, ...failure].every((op) => op.requestRange !== undefined);
    printer.txn(await connection.call(KVService.txn, { compare, success, failure }, undefined, { repeatable }));
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
}

function invalid(reason: string): CommandExit {
  return new CommandExit(ExitCode.InvalidInput, reason);
}

function* block(lines: StdinLines): Generator<string> {
  for (;;) {
    const line = lines.next();
    if (line === undefined) throw invalid("EOF");
    const trimmed = line.trim();
    if (trimmed === "") return;
    yield trimmed;
  }
}

function readComparisons(lines: StdinLines): Init<Compare>[] {
  const comparisons: Init<Compare>[] = [];
  for (const line of block(lines)) comparisons.push(parseCompare(line));
  return comparisons;
}

/** Refusals come line by line, before the rest is read. */
async function readOperations(lines: StdinLines): Promise<Init<RequestOp>[]> {
  const operations: Init<RequestOp>[] = [];
  for (const line of block(lines)) operations.push(await parseOperation(line));
  return operations;
}

function lineCommand(spec: CommandSpec): CommandSpec {
  const { group: _group, ...rest } = spec;
  return rest;
}

/** `put`, `get` or `del` with their flags, as on the command line. */
async function parseOperation(line: string): Promise<Init<RequestOp>> {
  const words = splitArguments(line);
  if (words === undefined) throw invalid("bad syntax for %q");
  if (words.length < 2) throw invalid(`invalid txn compare request: ${line}`);
  const program: ProgramSpec = {
    use: "",
    short: "",
    prefixMatching: true,
    commands: [lineCommand(PUT), lineCommand(GET), lineCommand(DEL)],
  };
  const found = new Command(program, program, undefined).find(words);
  const { command } = found;
  const refused = invalid(`invalid txn request: ${line}`);
  if (found.refusal !== undefined || command.parent === undefined) throw refused;
  const flags = command.flags();
  const parsed = flags.parse(found.args);
  if (!parsed.ok || flags.bool("help")) {
    writeError(`${usageText(command)}\n`);
    throw refused;
  }
  switch (command.name) {
    case "put":
      return { requestPut: putRequest(flags, parsed.args) };
    case "get":
      return { requestRange: rangeRequest(flags, parsed.args) };
    default: {
      const { request, needsWarning } = deleteRequest(flags, parsed.args);
      if (needsWarning) await warnOfRange(parsed.args.map(argumentText));
      return { requestDeleteRange: request };
    }
  }
}

const RESULTS: Readonly<Record<string, CompareResult>> = {
  "=": CompareResult.EQUAL,
  "!=": CompareResult.NOT_EQUAL,
  ">": CompareResult.GREATER,
  "<": CompareResult.LESS,
};

/** `mod("key") > "0"`; targets are ver, c, m, val (or in full) and lease. Exported for tests. */
export function parseCompare(line: string): Init<Compare> {
  const paren = line.indexOf("(");
  if (paren < 0) throw invalid(`malformed comparison: ${line}`);
  const target = line.slice(0, paren);
  const parts = scanComparison(line.slice(paren + 1));
  const { key, operator, value } = parts;
  if (key === undefined || operator === undefined || value === undefined) {
    const shown = `${target}(${goQuote(argumentText(key ?? ""))}) ${operator ?? ""} ${goQuote(value ?? "")}`;
    throw invalid(`malformed comparison: ${line}; got ${shown}`);
  }
  const number = (base: 10 | 16): bigint => {
    const parsed = parseInt64(value, base);
    if (!parsed.ok) throw invalid(`invalid txn compare request: ${line}`);
    return parsed.value;
  };
  const result = RESULTS[operator];
  const base = { key: argumentBytes(key) };
  const made = ((): Init<Compare> => {
    switch (target) {
      case "ver":
      case "version":
        return { ...base, target: CompareTarget.VERSION, version: Number(number(10)) };
      case "c":
      case "create":
        return { ...base, target: CompareTarget.CREATE, createRevision: Number(number(10)) };
      case "m":
      case "mod":
        return { ...base, target: CompareTarget.MOD, modRevision: Number(number(10)) };
      case "val":
      case "value":
        return { ...base, target: CompareTarget.VALUE, value: argumentBytes(value) };
      case "lease":
        // etcdctl crashes here; lease IDs are hexadecimal everywhere else in it.
        return { ...base, target: CompareTarget.LEASE, lease: number(16) };
      default:
        throw invalid(`malformed comparison: ${line} (unknown target ${target})`);
    }
  })();
  if (result === undefined) throw invalid(`malformed comparison: ${line} (unknown operator ${operator})`);
  return { ...made, result };
}

interface Scanned {
  readonly key: string | undefined;
  readonly operator: string | undefined;
  readonly value: string | undefined;
}

const QUOTED = /^(?:"(?:[^"\\]|\\.)*"|`[^`]*`)/;

/** As fmt.Sscanf reads `%q) %s %q`, as far as it gets. */
function scanComparison(text: string): Scanned {
  const keyMatch = QUOTED.exec(text.trimStart());
  const key = keyMatch === null ? undefined : unquote(keyMatch[0]);
  if (keyMatch === null || key === undefined) return { key: undefined, operator: undefined, value: undefined };
  const afterKey = text.trimStart().slice(keyMatch[0].length);
  const operatorMatch = /^\) *(\S+)/.exec(afterKey);
  if (operatorMatch === null) return { key, operator: undefined, value: undefined };
  const operator = operatorMatch[1]!;
  const valueMatch = QUOTED.exec(afterKey.slice(operatorMatch[0].length).trimStart());
  return { key, operator, value: valueMatch === null ? undefined : unquote(valueMatch[0]) };
}
