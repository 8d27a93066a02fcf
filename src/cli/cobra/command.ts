/**
 * A tree of commands, as data and at run time. A command is found by walking the words of the command line (a unique prefix of a name is enough
 * where the program allows it), its flags are its own, its persistent ones and those of its parents.
 * Source of behaviour: cobra 1.10.2 (command.go, args.go).
 */
import { goQuote } from "../../base/go-quote.ts";
import { Flag, FlagSet, type FlagSpec } from "./flag-set.ts";

/** What a command gets when it runs. */
export interface Invocation {
  readonly command: Command;
  readonly flags: FlagSet;
  readonly args: readonly string[];
  /** How many of the arguments stood before `--`; -1 without one. */
  readonly argsBeforeDash: number;
}

export interface CommandGroup {
  readonly id: string;
  readonly title: string;
}

export interface CommandSpec {
  /** The first word is the name; the rest documents the arguments. */
  readonly use: string;
  readonly short: string;
  readonly long?: string;
  readonly example?: string;
  readonly group?: string;
  readonly flags?: readonly FlagSpec[];
  /** Flags of this command and of all below. */
  readonly persistentFlags?: readonly FlagSpec[];
  readonly commands?: readonly CommandSpec[];
  readonly groups?: readonly CommandGroup[];
  /** Gives the refusal of positional arguments, or undefined. */
  readonly checkArgs?: (command: Command, args: readonly string[]) => string | undefined;
  readonly validArgs?: readonly string[];
  readonly disableFlagsInUseLine?: boolean;
  readonly hidden?: boolean;
  /** Without it the command shows its help. Throw {@link CommandExit} to end with an exit code. */
  readonly run?: (invocation: Invocation) => void | Promise<void>;
}

/** Settings of a whole program. */
export interface ProgramSpec extends CommandSpec {
  readonly prefixMatching?: boolean;
  readonly helpGroup?: string;
  /** Hides `-h, --help` in the root's own usage. */
  readonly hideRootHelpFlag?: boolean;
  /** Help is the usage alone, without the description (etcdutl). */
  readonly helpIsUsage?: boolean;
  /** A refusal of the command line is printed once more after the usage (etcdutl). */
  readonly repeatsRefusal?: boolean;
  /** As {@link repeatsRefusal}, but bare: without `Error:` and without a newline (the sub-commands of etcd). */
  readonly echoesRefusal?: boolean;
  /** Written to stdout after every help text. */
  readonly helpFooter?: string;
}

export interface FoundCommand {
  readonly command: Command;
  /** What is left of the command line. */
  readonly args: readonly string[];
  readonly refusal: string | undefined;
}

export class Command {
  readonly spec: CommandSpec;
  readonly program: ProgramSpec;
  readonly parent: Command | undefined;
  readonly name: string;
  /** In the order of their names. */
  readonly commands: readonly Command[];
  readonly #own: readonly Flag[];
  readonly #persistent: readonly Flag[];
  #help: Flag | undefined;
  #flags: FlagSet | undefined;

  constructor(spec: CommandSpec, program: ProgramSpec, parent: Command | undefined) {
    this.spec = spec;
    this.program = program;
    this.parent = parent;
    this.name = spec.use.split(" ", 1)[0]!;
    this.#own = (spec.flags ?? []).map((flag) => new Flag(flag));
    this.#persistent = (spec.persistentFlags ?? []).map((flag) => new Flag(flag));
    this.#help = undefined;
    this.#flags = undefined;
    this.commands = (spec.commands ?? [])
      .map((child) => new Command(child, program, this))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  get root(): Command {
    return this.parent === undefined ? this : this.parent.root;
  }

  /** The words that lead here: `etcdctl lease grant`. */
  get path(): string {
    return this.parent === undefined ? this.name : `${this.parent.path} ${this.name}`;
  }

  get runnable(): boolean {
    return this.spec.run !== undefined;
  }

  get isHelp(): boolean {
    return this.parent !== undefined && this.parent.parent === undefined && this.name === "help";
  }

  /** Whether help lists it and a misspelled name may suggest it. */
  get available(): boolean {
    if (this.spec.hidden === true || this.isHelp) return false;
    return this.runnable || this.commands.some((child) => child.available);
  }

  /** Every flag it understands: own, persistent, those of the parents, and help. */
  flags(): FlagSet {
    if (this.#flags === undefined) {
      const set = new FlagSet([...this.#own, ...this.#persistent]);
      for (let at = this.parent; at !== undefined; at = at.parent) for (const flag of at.#persistent) set.add(flag);
      const hidden = this.parent === undefined && this.program.hideRootHelpFlag === true;
      this.#help = new Flag({
        name: "help",
        shorthand: "h",
        kind: "bool",
        default: "false",
        usage: `help for ${this.name}`,
        hidden,
      });
      set.add(this.#help);
      this.#flags = set;
    }
    return this.#flags;
  }

  /** Its own and its persistent flags, and help. */
  localFlags(): FlagSet {
    this.flags();
    return new FlagSet([...this.#own, ...this.#persistent, this.#help!]);
  }

  /** Flags of its own that reach the commands below. */
  persistentFlags(): FlagSet {
    return new FlagSet(this.#persistent);
  }

  /** The persistent flags of its parents. */
  inheritedFlags(): FlagSet {
    const set = new FlagSet();
    for (let at = this.parent; at !== undefined; at = at.parent) for (const flag of at.#persistent) set.add(flag);
    return set;
  }

  /** The line under `Usage:`. */
  useLine(): string {
    const line = this.parent === undefined ? this.spec.use : `${this.parent.path} ${this.spec.use}`;
    if (this.spec.disableFlagsInUseLine === true || line.includes("[flags]")) return line;
    return this.flags()
      .sorted()
      .some((flag) => flag.spec.hidden !== true)
      ? `${line} [flags]`
      : line;
  }

  /** Walks down by the words of the command line. */
  find(args: readonly string[]): FoundCommand {
    const word = this.#words(args)[0];
    const child = word === undefined ? undefined : this.#child(word);
    if (child !== undefined) return child.find(this.#without(args, word!));
    let refusal: string | undefined;
    if (
      this.spec.checkArgs === undefined &&
      this.parent === undefined &&
      this.commands.length > 0 &&
      word !== undefined
    )
      refusal = `unknown command ${goQuote(word)} for "${this.path}"${this.suggestions(word)}`;
    return { command: this, args, refusal };
  }

  /** A block that offers names near to the typed one, or nothing. */
  suggestions(typed: string): string {
    const lower = typed.toLowerCase();
    const near = this.commands
      .filter((child) => child.available)
      .filter((child) => editDistance(lower, child.name) <= 2 || child.name.startsWith(lower));
    if (near.length === 0) return "";
    return `\n\nDid you mean this?\n${near.map((child) => `\t${child.name}\n`).join("")}`;
  }

  /** Names of required flags that were not given, in order. */
  missingFlags(): string[] {
    return this.flags()
      .sorted()
      .filter((flag) => flag.spec.required === true && !flag.changed)
      .map((flag) => flag.spec.name);
  }

  #child(word: string): Command | undefined {
    const exact = this.commands.find((child) => child.name === word);
    if (exact !== undefined || this.program.prefixMatching !== true) return exact;
    const matches = this.commands.filter((child) => child.name.startsWith(word));
    return matches.length === 1 ? matches[0] : undefined;
  }

  /** The arguments that are not flags or values of flags. */
  #words(args: readonly string[]): string[] {
    const words: string[] = [];
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      if (arg === "--") break;
      if (this.#takesNext(arg)) {
        if (i + 1 >= args.length) break;
        i++;
      } else if (arg !== "" && !arg.startsWith("-")) words.push(arg);
    }
    return words;
  }

  #without(args: readonly string[], word: string): readonly string[] {
    for (let i = 0; i < args.length; i++) {
      const arg = args[i]!;
      if (arg === "--") break;
      if (this.#takesNext(arg)) i++;
      else if (arg === word) return [...args.slice(0, i), ...args.slice(i + 1)];
    }
    return args;
  }

  #takesNext(arg: string): boolean {
    if (arg.includes("=")) return false;
    if (arg.startsWith("--")) return this.flags().lookup(arg.slice(2))?.spec.kind !== "bool";
    return arg.startsWith("-") && arg.length === 2 && this.flags().lookupShorthand(arg[1]!)?.spec.kind !== "bool";
  }
}

/** Exactly `count` arguments, for {@link CommandSpec.checkArgs}. */
export function exactArgs(count: number): (command: Command, args: readonly string[]) => string | undefined {
  return (_command, args) => (args.length === count ? undefined : `accepts ${count} arg(s), received ${args.length}`);
}

/** Only those listed in {@link CommandSpec.validArgs}. */
export function onlyValidArgs(command: Command, args: readonly string[]): string | undefined {
  const wrong = args.find((arg) => command.spec.validArgs?.includes(arg) !== true);
  return wrong === undefined ? undefined : `invalid argument ${goQuote(wrong)} for "${command.path}"`;
}

/** Levenshtein's distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      next.push(same ? row[j - 1]! : 1 + Math.min(row[j]!, next[j - 1]!, row[j - 1]!));
    }
    row = next;
  }
  return row[b.length]!;
}
