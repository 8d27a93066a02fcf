/**
 * What to watch and what to run, out of arguments, the environment and `--`. Keeps etcdctl's rules to the letter, odd ones included.
 * Source of behaviour: etcdctl/ctlv3/command/watch_command.go (parseWatchArgs).
 */
import { Flag, FlagSet } from "../cobra/flag-set.ts";
import { WATCH } from "./key-value-commands.ts";

const BAD_NUMBER = "bad number of arguments";
const CONFLICT = "bad number of arguments (found conflicting environment key)";
const NO_COMMANDS = "bad number of arguments (found separator --, but no commands)";
const NOT_WATCH = "args[0] must be 'watch' for interactive calls";

export interface WatchInput {
  /** The whole command line, program first. */
  readonly processArgs: readonly string[];
  /** Arguments behind the flags; in interactive mode the words of a line. */
  readonly args: readonly string[];
  /** ETCDCTL_WATCH_KEY and ETCDCTL_WATCH_RANGE_END, or "". */
  readonly envKey: string;
  readonly envRangeEnd: string;
  readonly interactive: boolean;
}

export type WatchArguments =
  | {
      readonly ok: true;
      readonly keys: readonly string[];
      /** The program to run for each event; empty for none. */
      readonly command: readonly string[];
      /** Flags of an interactive line. */
      readonly flags: FlagSet | undefined;
    }
  | { readonly ok: false; readonly reason: string };

function refuse(reason: string): WatchArguments {
  return { ok: false, reason };
}

export function watchArguments(input: WatchInput): WatchArguments {
  return input.interactive ? interactiveArguments(input) : commandArguments(input);
}

function commandArguments({ processArgs, args, envKey, envRangeEnd }: WatchInput): WatchArguments {
  const at = processArgs.indexOf("watch");
  const raw = at < 0 ? processArgs : processArgs.slice(at + 1);
  const separator = raw.indexOf("--");
  const hasCommand = separator >= 0;
  if (hasCommand && separator === raw.length - 1) return refuse(NO_COMMANDS);
  if (!hasCommand && raw.length < 1 && envKey === "") return refuse(BAD_NUMBER);
  if (hasCommand && envKey !== "" && reachesSeparator(args, raw, separator)) return refuse(CONFLICT);
  if (!hasCommand && args.length > 0 && envKey !== "") return refuse(CONFLICT);
  return assemble(args, raw, { envKey, envRangeEnd }, undefined);
}

/** True when keys stand before the separator although the environment names one. */
function reachesSeparator(args: readonly string[], raw: readonly string[], separator: number): boolean {
  let rawAt = raw.length - 1;
  for (let at = args.length - 1; at >= 0; at--) {
    if (args[at] === raw[rawAt]) rawAt--;
    else if (rawAt === separator) return true;
  }
  return false;
}

function interactiveArguments({ args: line, envKey, envRangeEnd }: WatchInput): WatchArguments {
  if (line[0] !== "watch") return refuse(NOT_WATCH);
  const args = line.slice(1);
  const separator = args.indexOf("--");
  const hasCommand = separator >= 0;
  if (hasCommand && separator === args.length - 1) return refuse(NO_COMMANDS);
  const flags = new FlagSet((WATCH.flags ?? []).map((spec) => new Flag(spec)));
  const parsed = flags.parse(args);
  if (!parsed.ok) return refuse(parsed.reason);
  if (!hasCommand && envKey === "" && parsed.args.length < 1) return refuse(BAD_NUMBER);
  if (!hasCommand && parsed.args.length > 0 && envKey !== "") return refuse(CONFLICT);
  return assemble(parsed.args, args, { envKey, envRangeEnd }, flags);
}

function assemble(
  args: readonly string[],
  withSeparator: readonly string[],
  env: { readonly envKey: string; readonly envRangeEnd: string },
  flags: FlagSet | undefined,
): WatchArguments {
  const fromEnv = env.envKey === "" ? [] : env.envRangeEnd === "" ? [env.envKey] : [env.envKey, env.envRangeEnd];
  const keys = [...fromEnv, ...args];
  const separator = withSeparator.indexOf("--");
  if (separator < 0) return { ok: true, keys, command: [], flags };
  const command = withSeparator.slice(separator + 1);
  // The words behind the separator stand among the arguments too: they are cut off from the last that equals the first of them.
  return { ok: true, keys: keys.slice(0, Math.max(0, keys.lastIndexOf(command[0]!))), command, flags };
}
