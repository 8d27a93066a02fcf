/**
 * Command-line flags with the semantics of pflag (GNU style): `--name value`, `--name=value`, `-n value`, `-nvalue`, `-n=value`, joined booleans
 * (`-ab`); booleans take a value only after `=`; flags and words may be mixed until `--`. Values are checked as Go's strconv and time packages
 * do, and refusals carry their texts. Source of behaviour: pflag 1.0.10.
 */
import { unreachable } from "../../base/assert.ts";
import { nsToMs, parseGoDuration } from "../../base/go-duration.ts";
import { goQuote } from "../../base/go-quote.ts";
import { parseGoBool, parseGoInteger } from "../flags/go-number.ts";

export type FlagKind =
  | "bool"
  | "string"
  | "int"
  | "int32"
  | "int64"
  | "uint"
  | "uint32"
  | "uint64"
  | "duration"
  | "stringSlice";

/** A flag as data; `default` is the text that pflag shows (`[a,b]` for a list). */
export interface FlagSpec {
  readonly name: string;
  readonly shorthand?: string;
  readonly kind: FlagKind;
  readonly default: string;
  readonly usage: string;
  readonly hidden?: boolean;
  readonly required?: boolean;
  /** For completion: values to offer. */
  readonly choices?: readonly string[];
}

export type FlagValue = boolean | string | bigint | readonly string[];

/** One flag with its present value: integers as bigint, durations as nanoseconds. */
export class Flag {
  readonly spec: FlagSpec;
  value: FlagValue;
  /** True once it was given on the command line or by {@link FlagSet.set}. */
  changed: boolean;

  constructor(spec: FlagSpec) {
    this.spec = spec;
    this.value = spec.kind === "stringSlice" ? sliceDefault(spec.default) : "";
    this.changed = false;
    if (spec.kind !== "stringSlice") {
      const reason = this.assign(spec.default === "" && spec.kind !== "string" ? "0" : spec.default);
      if (reason !== undefined) throw new Error(`default of --${spec.name}: ${reason}`);
    }
  }

  /** Sets the value from text; gives the reason when the text is refused. */
  assign(text: string): string | undefined {
    const { kind } = this.spec;
    switch (kind) {
      case "string":
        this.value = text;
        return undefined;
      case "bool": {
        const value = parseGoBool(text);
        if (value === undefined) return `strconv.ParseBool: parsing ${goQuote(text)}: invalid syntax`;
        this.value = value;
        return undefined;
      }
      case "int":
      case "int64":
        return this.#assignInteger(text, true, 64);
      case "int32":
        return this.#assignInteger(text, true, 32);
      case "uint":
      case "uint64":
        return this.#assignInteger(text, false, 64);
      case "uint32":
        return this.#assignInteger(text, false, 32);
      case "duration": {
        const parsed = parseGoDuration(text);
        if (!parsed.ok) return parsed.reason;
        this.value = parsed.ns;
        return undefined;
      }
      case "stringSlice": {
        const parsed = parseCommaList(text);
        if (!parsed.ok) return parsed.reason;
        this.value = this.changed ? [...(this.value as readonly string[]), ...parsed.values] : parsed.values;
        return undefined;
      }
      default:
        return unreachable(kind);
    }
  }

  #assignInteger(text: string, signed: boolean, bits: 32 | 64): string | undefined {
    const parsed = parseGoInteger(text, { signed, bits });
    if (!parsed.ok) {
      const why = parsed.reason === "parse error" ? "invalid syntax" : parsed.reason;
      return `strconv.Parse${signed ? "Int" : "Uint"}: parsing ${goQuote(text)}: ${why}`;
    }
    this.value = parsed.value;
    return undefined;
  }

  /** The value as Go prints it (`ETCDCTL_X=value` of --debug). */
  valueText(): string {
    if (Array.isArray(this.value)) return `[${this.value.join(",")}]`;
    return String(this.value);
  }
}

export type FlagParseResult =
  | { readonly ok: true; readonly args: readonly string[]; readonly argsBeforeDash: number }
  | { readonly ok: false; readonly reason: string };

/** The flags that one command understands, by name and by shorthand. */
export class FlagSet {
  readonly #byName: Map<string, Flag>;
  readonly #byShorthand: Map<string, Flag>;

  constructor(flags: Iterable<Flag> = []) {
    this.#byName = new Map();
    this.#byShorthand = new Map();
    for (const flag of flags) this.add(flag);
  }

  add(flag: Flag): void {
    if (this.#byName.has(flag.spec.name)) return;
    this.#byName.set(flag.spec.name, flag);
    if (flag.spec.shorthand !== undefined) this.#byShorthand.set(flag.spec.shorthand, flag);
  }

  lookup(name: string): Flag | undefined {
    return this.#byName.get(name);
  }

  lookupShorthand(letter: string): Flag | undefined {
    return this.#byShorthand.get(letter);
  }

  /** All flags in the order of their names. */
  sorted(): Flag[] {
    return [...this.#byName.values()].sort((a, b) => (a.spec.name < b.spec.name ? -1 : 1));
  }

  changed(name: string): boolean {
    return this.#flag(name).changed;
  }

  bool(name: string): boolean {
    return this.#flag(name).value as boolean;
  }

  text(name: string): string {
    return this.#flag(name).value as string;
  }

  list(name: string): readonly string[] {
    return this.#flag(name).value as readonly string[];
  }

  /** An integer; beyond 2^53 it loses digits, see {@link bigint}. */
  number(name: string): number {
    return Number(this.#flag(name).value);
  }

  bigint(name: string): bigint {
    return this.#flag(name).value as bigint;
  }

  /** A duration in milliseconds. */
  durationMs(name: string): number {
    return nsToMs(this.#flag(name).value as bigint);
  }

  /** Sets a flag from text as if it had been given; gives pflag's refusal, or undefined. */
  set(name: string, text: string): string | undefined {
    return assignGiven(this.#flag(name), text);
  }

  parse(args: readonly string[]): FlagParseResult {
    const words: string[] = [];
    let argsBeforeDash = -1;
    let i = 0;
    while (i < args.length) {
      const arg = args[i++]!;
      if (!arg.startsWith("-") || arg.length === 1) {
        words.push(arg);
        continue;
      }
      if (arg === "--") {
        argsBeforeDash = words.length;
        words.push(...args.slice(i));
        break;
      }
      const outcome = arg.startsWith("--") ? this.#parseLong(arg, args, i) : this.#parseShort(arg, args, i);
      if (typeof outcome === "string") return { ok: false, reason: outcome };
      i = outcome;
    }
    return { ok: true, args: words, argsBeforeDash };
  }

  /** The index of the next argument, or a refusal. */
  #parseLong(arg: string, args: readonly string[], next: number): number | string {
    const body = arg.slice(2);
    if (body.startsWith("-") || body.startsWith("=")) return `bad flag syntax: ${arg}`;
    const equals = body.indexOf("=");
    const name = equals < 0 ? body : body.slice(0, equals);
    const flag = this.#byName.get(name);
    if (flag === undefined) return `unknown flag: --${name}`;
    if (equals >= 0) return assignGiven(flag, body.slice(equals + 1)) ?? next;
    if (flag.spec.kind === "bool") return assignGiven(flag, "true") ?? next;
    if (next >= args.length) return `flag needs an argument: --${name}`;
    return assignGiven(flag, args[next]!) ?? next + 1;
  }

  #parseShort(arg: string, args: readonly string[], next: number): number | string {
    let letters = arg.slice(1);
    while (letters !== "") {
      const letter = letters[0]!;
      const rest = letters.slice(1);
      const flag = this.#byShorthand.get(letter);
      if (flag === undefined) return `unknown shorthand flag: ${letterQuote(letter)} in -${letters}`;
      if (letters.length > 2 && rest.startsWith("=")) return assignGiven(flag, rest.slice(1)) ?? next;
      if (flag.spec.kind === "bool") {
        const reason = assignGiven(flag, "true");
        if (reason !== undefined) return reason;
        letters = rest;
        continue;
      }
      if (rest !== "") return assignGiven(flag, rest) ?? next;
      if (next >= args.length) return `flag needs an argument: ${letterQuote(letter)} in -${letters}`;
      return assignGiven(flag, args[next]!) ?? next + 1;
    }
    return next;
  }

  #flag(name: string): Flag {
    const flag = this.#byName.get(name);
    if (flag === undefined) throw new Error(`flag accessed but not defined: ${name}`);
    return flag;
  }
}

function assignGiven(flag: Flag, text: string): string | undefined {
  const reason = flag.assign(text);
  if (reason !== undefined) {
    const { name, shorthand } = flag.spec;
    const names = shorthand === undefined ? `--${name}` : `-${shorthand}, --${name}`;
    return `invalid argument ${goQuote(text)} for "${names}" flag: ${reason}`;
  }
  flag.changed = true;
  return undefined;
}

/** Go's %q of a character. */
function letterQuote(letter: string): string {
  return letter === "'" ? "'\\''" : letter === '"' ? `'"'` : `'${goQuote(letter).slice(1, -1)}'`;
}

function sliceDefault(text: string): readonly string[] {
  const inner = text.replace(/^\[/, "").replace(/\]$/, "");
  return inner === "" ? [] : inner.split(",");
}

type CommaList = { readonly ok: true; readonly values: string[] } | { readonly ok: false; readonly reason: string };

/** One line of comma-separated values with optional double quotes, as encoding/csv reads it. */
function parseCommaList(text: string): CommaList {
  const values: string[] = [];
  if (text === "") return { ok: true, values };
  let at = 0;
  for (;;) {
    if (text[at] === '"') {
      const field = /^"((?:[^"]|"")*)"(?=,|$)/.exec(text.slice(at));
      if (field === null) {
        const column = text.length + 1;
        return {
          ok: false,
          reason: `parse error on line 1, column ${column}: extraneous or missing " in quoted-field`,
        };
      }
      values.push(field[1]!.replaceAll('""', '"'));
      at += field[0].length;
    } else {
      const comma = text.indexOf(",", at);
      const end = comma < 0 ? text.length : comma;
      const field = text.slice(at, end);
      const quote = field.indexOf('"');
      if (quote >= 0)
        return { ok: false, reason: `parse error on line 1, column ${at + quote + 1}: bare " in non-quoted-field` };
      values.push(field);
      at = end;
    }
    if (at >= text.length) return { ok: true, values };
    at++;
  }
}
