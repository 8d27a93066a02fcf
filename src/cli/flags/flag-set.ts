/**
 * Parsing with the semantics of Go's flag package: `-x` and `--x` are one, `--x=v` or `--x v`, booleans take no separate argument, the last of
 * several counts, `--` or the first word without a dash ends the flags.
 */

import { unreachable } from "../../base/assert.ts";
import { nsToMs, parseGoDuration } from "../../base/go-duration.ts";
import { goQuote } from "../../base/go-quote.ts";
import { type GoUrl, parseUrlList } from "../../base/go-url.ts";
import { FeatureGates } from "./feature-gates.ts";
import type { FlagDefinition } from "./flag-definition.ts";
import { parseGoBool, parseGoInteger } from "./go-number.ts";

/** A list of URLs keeps the texts it was given besides: --cors may be "*". */
export interface UrlsValue {
  readonly urls: readonly GoUrl[];
  readonly texts: ReadonlySet<string>;
}

type FlagValue = string | boolean | number | readonly string[] | UrlsValue | FeatureGates;

export type ParseOutcome =
  | { readonly kind: "ok"; readonly rest: readonly string[] }
  | { readonly kind: "help" }
  | { readonly kind: "refused"; readonly reason: string };

export class FlagSet {
  readonly #definitions: ReadonlyMap<string, FlagDefinition>;
  readonly #values: Map<string, FlagValue>;
  readonly #given: Set<string>;

  constructor(definitions: readonly FlagDefinition[]) {
    this.#definitions = new Map(definitions.map((definition) => [definition.name, definition]));
    this.#values = new Map();
    this.#given = new Set();
    for (const definition of definitions) this.#values.set(definition.name, zeroOf(definition));
    for (const definition of definitions) {
      if (definition.defaultText === "") continue;
      const reason = this.#assign(definition, definition.defaultText);
      if (reason !== undefined) throw new Error(`default of --${definition.name}: ${reason}`);
    }
  }

  /** Parses arguments (without the program's name). Flags before a refused one stay set. */
  parse(args: readonly string[]): ParseOutcome {
    let i = 0;
    while (i < args.length) {
      const arg = args[i]!;
      if (arg.length < 2 || !arg.startsWith("-")) break;
      i++;
      if (arg === "--") break;
      const body = arg.slice(arg[1] === "-" ? 2 : 1);
      if (body === "" || body.startsWith("-") || body.startsWith("="))
        return { kind: "refused", reason: `bad flag syntax: ${arg}` };
      const equals = body.indexOf("=");
      const name = equals < 0 ? body : body.slice(0, equals);
      let value = equals < 0 ? undefined : body.slice(equals + 1);
      const definition = this.#definitions.get(name);
      if (definition === undefined) {
        if (name === "help" || name === "h") return { kind: "help" };
        return { kind: "refused", reason: `flag provided but not defined: -${name}` };
      }
      if (definition.kind === "bool" || definition.kind === "ignored") {
        const reason = this.#assign(definition, value ?? "true");
        if (reason !== undefined)
          return {
            kind: "refused",
            reason: `invalid boolean value ${goQuote(value ?? "true")} for -${name}: ${reason}`,
          };
      } else {
        if (value === undefined && i < args.length) value = args[i++]!;
        if (value === undefined) return { kind: "refused", reason: `flag needs an argument: -${name}` };
        const reason = this.#assign(definition, value);
        if (reason !== undefined)
          return { kind: "refused", reason: `invalid value ${goQuote(value)} for flag -${name}: ${reason}` };
      }
      this.#given.add(name);
    }
    return { kind: "ok", rest: args.slice(i) };
  }

  /** Sets one flag from elsewhere (environment); returns why not, or undefined. */
  set(name: string, value: string): string | undefined {
    const reason = this.#assign(this.#definitions.get(name)!, value);
    if (reason === undefined) this.#given.add(name);
    return reason;
  }

  /** True when the flag was given on the command line or by {@link set}. */
  given(name: string): boolean {
    return this.#given.has(name);
  }

  givenNames(): ReadonlySet<string> {
    return this.#given;
  }

  /** Names in alphabetical order, as Go visits them. */
  names(): string[] {
    return [...this.#definitions.keys()].sort();
  }

  text(name: string): string {
    return this.#values.get(name) as string;
  }

  bool(name: string): boolean {
    return this.#values.get(name) as boolean;
  }

  /** An integer, or a duration in milliseconds. */
  number(name: string): number {
    return this.#values.get(name) as number;
  }

  list(name: string): readonly string[] {
    return this.#values.get(name) as readonly string[];
  }

  urls(name: string): UrlsValue {
    return this.#values.get(name) as UrlsValue;
  }

  gates(name: string): FeatureGates {
    return this.#values.get(name) as FeatureGates;
  }

  #assign(definition: FlagDefinition, text: string): string | undefined {
    const { name, kind } = definition;
    switch (kind) {
      case "string":
        this.#values.set(name, text);
        return undefined;
      case "bool": {
        const value = parseGoBool(text);
        if (value === undefined) return "parse error";
        this.#values.set(name, value);
        return undefined;
      }
      case "int":
      case "int64":
        return this.#assignInteger(name, text, { signed: true, bits: 64 });
      case "uint":
      case "uint64":
        return this.#assignInteger(name, text, { signed: false, bits: 64 });
      case "uint32": {
        const reason = this.#assignInteger(name, text, { signed: false, bits: 32 });
        if (reason === undefined) return undefined;
        // This kind is etcd's own, so it passes strconv's error on as it is.
        const why = reason === "parse error" ? "invalid syntax" : reason;
        return `strconv.ParseUint: parsing ${goQuote(text)}: ${why}`;
      }
      case "duration": {
        const parsed = parseGoDuration(text);
        if (!parsed.ok) return "parse error";
        this.#values.set(name, nsToMs(parsed.ns));
        return undefined;
      }
      case "urls":
        return this.#assignUrls(definition, text);
      case "strings":
        this.#values.set(name, text.split(","));
        return undefined;
      case "unique-strings":
        this.#values.set(name, [...new Set(text.split(","))].sort());
        return undefined;
      case "enum":
        if (!definition.values.includes(text)) return "invalid value";
        this.#values.set(name, text);
        return undefined;
      case "enums": {
        const list = [...this.list(name)];
        for (const part of text.split(",")) {
          if (!definition.values.includes(part)) return `invalid value ${goQuote(part)}`;
          list.push(part);
        }
        this.#values.set(name, list.sort());
        return undefined;
      }
      case "feature-gates":
        return this.gates(name).set(text);
      case "ignored":
        return undefined;
      default:
        return unreachable(kind);
    }
  }

  #assignInteger(
    name: string,
    text: string,
    type: { readonly signed: boolean; readonly bits: 32 | 64 },
  ): string | undefined {
    const parsed = parseGoInteger(text, type);
    if (!parsed.ok) return parsed.reason;
    this.#values.set(name, Number(parsed.value));
    return undefined;
  }

  #assignUrls(definition: FlagDefinition, text: string): string | undefined {
    const old = this.urls(definition.name);
    if (old.texts.has(text)) return undefined;
    if (definition.exceptions.includes(text)) {
      // An exception ("" or "*") joins what was there; the URLs stay.
      this.#values.set(definition.name, { urls: old.urls, texts: new Set([...old.texts, text]) });
      return undefined;
    }
    const parsed = parseUrlList(text.split(","));
    if (!parsed.ok) return parsed.reason;
    const byText = new Map(parsed.urls.map((url) => [url.text, url]));
    this.#values.set(definition.name, { urls: [...byText.values()], texts: new Set(byText.keys()) });
    return undefined;
  }
}

function zeroOf(definition: FlagDefinition): FlagValue {
  switch (definition.kind) {
    case "string":
    case "enum":
    case "ignored":
      return "";
    case "bool":
      return false;
    case "strings":
    case "unique-strings":
    case "enums":
      return [];
    case "urls":
      return { urls: [], texts: new Set() };
    case "feature-gates":
      return new FeatureGates();
    case "int":
    case "int64":
    case "uint":
    case "uint32":
    case "uint64":
    case "duration":
      return 0;
    default:
      return unreachable(definition.kind);
  }
}
