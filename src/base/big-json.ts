/**
 * JSON with 64-bit integers, as Go's encoding/json reads and writes it.
 *
 * Member IDs exceed 2^53 and stand as plain numbers in etcd's JSON (bucket `members`, `/members`, ConfChange.context, confState), where
 * JSON.parse would round them. Here an integer outside the safe range becomes a bigint, and a bigint prints as a plain number.
 *
 * Writing keeps Go's form: no spaces, `<`, `>`, `&`, U+2028 and U+2029 escaped, fields in the order the caller gave; fields that are
 * undefined are left out (Go's omitempty is the caller's choice). Use a Map where keys may look like array indexes: JavaScript objects
 * move those to the front.
 */

export type JsonValue = null | boolean | number | bigint | string | readonly JsonValue[] | JsonObject | JsonMap;
export interface JsonObject {
  readonly [key: string]: JsonValue | undefined;
}
export type JsonMap = ReadonlyMap<string, JsonValue | undefined>;

/** What {@link parseBigJson} gives: never a Map. Objects have no prototype, so `__proto__` is a plain key. */
export type ParsedJson = null | boolean | number | bigint | string | readonly ParsedJson[] | ParsedJsonObject;
export interface ParsedJsonObject {
  readonly [key: string]: ParsedJson;
}

export type JsonResult =
  | {
      readonly ok: true;
      readonly value: ParsedJson;
      /** Some object has a key twice. */
      readonly hasDuplicates: boolean;
    }
  | { readonly ok: false; readonly reason: string; readonly offset: number };

/** Deepest nesting that is read. */
export const JSON_DEPTH_MAX = 500;

/** Parses one JSON document; integers beyond 2^53 are bigint. The last of several equal keys wins, as in Go. */
export function parseBigJson(text: string): JsonResult {
  const reader = new JsonReader(text);
  try {
    const value = reader.document();
    return { ok: true, value, hasDuplicates: reader.hasDuplicates };
  } catch (error) {
    if (error instanceof JsonSyntaxError) return { ok: false, reason: error.message, offset: error.offset };
    throw error;
  }
}

/** The compact text. A number that is not finite is a bug of the caller. */
export function stringifyBigJson(value: JsonValue): string {
  switch (typeof value) {
    case "string":
      return quoteJson(value);
    case "number":
      if (!Number.isFinite(value)) throw new RangeError("JSON has no form for a number that is not finite");
      return String(value);
    case "bigint":
    case "boolean":
      return String(value);
    default:
      return stringifyStructure(value);
  }
}

function stringifyStructure(value: null | readonly JsonValue[] | JsonObject | JsonMap): string {
  if (value === null) return "null";
  let out = "";
  if (isArray(value)) {
    for (let i = 0; i < value.length; i++) out += (i === 0 ? "" : ",") + stringifyBigJson(value[i]!);
    return `[${out}]`;
  }
  const entries = value instanceof Map ? (value as JsonMap) : Object.entries(value as JsonObject);
  for (const [key, item] of entries) {
    if (item === undefined) continue;
    out += `${out === "" ? "" : ","}${quoteJson(key)}:${stringifyBigJson(item)}`;
  }
  return `{${out}}`;
}

function isArray(value: unknown): value is readonly JsonValue[] {
  return Array.isArray(value);
}

/** True for a parsed object (not null, not an array). */
export function isJsonObject(value: ParsedJson | undefined): value is ParsedJsonObject {
  return typeof value === "object" && value !== null && !isArray(value);
}

/** A parsed non-negative integer below 2^64 as bigint; undefined for anything else. */
export function jsonUint64(value: ParsedJson | undefined): bigint | undefined {
  if (typeof value === "number") return Number.isSafeInteger(value) && value >= 0 ? BigInt(value) : undefined;
  if (typeof value === "bigint") return value >= 0n && value < 1n << 64n ? value : undefined;
  return undefined;
}

// Everything that Go's encoder escapes (its HTML-safe default), lone surrogates included.
const ESCAPED =
  /["\\<>&\u2028\u2029]|[^ -\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const SHORT_ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** A JSON string literal as Go's encoder writes it. */
export function quoteJson(text: string): string {
  return `"${text.replace(ESCAPED, escapeCharacter)}"`;
}

function escapeCharacter(character: string): string {
  const short = SHORT_ESCAPES[character];
  if (short !== undefined) return short;
  const code = character.charCodeAt(0);
  if (code >= 0xd800 && code <= 0xdfff) return "\\ufffd";
  return `\\u${code.toString(16).padStart(4, "0")}`;
}

class JsonSyntaxError extends Error {
  readonly offset: number;

  constructor(reason: string, offset: number) {
    super(reason);
    this.offset = offset;
  }
}

const NUMBER = /-?(?:0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)?/y;
// Everything but quotation mark, backslash and control characters.
const PLAIN = /[ !#-[\]-\uffff]*/y;

class JsonReader {
  readonly #text: string;
  #at: number;
  #depth: number;
  hasDuplicates: boolean;

  constructor(text: string) {
    this.#text = text;
    this.#at = 0;
    this.#depth = 0;
    this.hasDuplicates = false;
  }

  document(): ParsedJson {
    this.#space();
    const value = this.#value();
    this.#space();
    if (this.#at < this.#text.length) this.#fail("characters after the value");
    return value;
  }

  #value(): ParsedJson {
    switch (this.#text[this.#at]) {
      case "{":
        return this.#object();
      case "[":
        return this.#array();
      case '"':
        return this.#string();
      case "t":
        return this.#word("true", true);
      case "f":
        return this.#word("false", false);
      case "n":
        return this.#word("null", null);
      case undefined:
        return this.#fail("unexpected end");
      default:
        return this.#number();
    }
  }

  #object(): ParsedJsonObject {
    this.#descend();
    const object = Object.create(null) as Record<string, ParsedJson>;
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "}") this.#at++;
    else {
      for (;;) {
        if (this.#text[this.#at] !== '"') this.#fail("expected a key");
        const key = this.#string();
        this.#space();
        if (this.#text[this.#at] !== ":") this.#fail("expected ':'");
        this.#at++;
        this.#space();
        if (object[key] !== undefined) this.hasDuplicates = true;
        object[key] = this.#value();
        if (this.#closes("}")) break;
      }
    }
    this.#depth--;
    return object;
  }

  #array(): readonly ParsedJson[] {
    this.#descend();
    const items: ParsedJson[] = [];
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === "]") this.#at++;
    else {
      for (;;) {
        items.push(this.#value());
        if (this.#closes("]")) break;
      }
    }
    this.#depth--;
    return items;
  }

  /** After an item: true at the closing bracket, false after a comma. */
  #closes(bracket: "}" | "]"): boolean {
    this.#space();
    const next = this.#text[this.#at];
    if (next !== "," && next !== bracket) this.#fail(`expected ',' or '${bracket}'`);
    this.#at++;
    if (next === bracket) return true;
    this.#space();
    return false;
  }

  #string(): string {
    let out = "";
    this.#at++;
    for (;;) {
      PLAIN.lastIndex = this.#at;
      out += PLAIN.exec(this.#text)![0];
      this.#at = PLAIN.lastIndex;
      const stop = this.#text[this.#at];
      if (stop === '"') {
        this.#at++;
        return out;
      }
      if (stop !== "\\") this.#fail(stop === undefined ? "unterminated string" : "control character in a string");
      out += this.#escape();
    }
  }

  #escape(): string {
    const letter = this.#text[this.#at + 1];
    if (letter === "u") {
      const digits = this.#text.slice(this.#at + 2, this.#at + 6);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) this.#fail("malformed \\u escape");
      this.#at += 6;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const place = letter === undefined ? -1 : '"\\/bfnrt'.indexOf(letter);
    if (place < 0) this.#fail("unknown escape");
    this.#at += 2;
    return '"\\/\b\f\n\r\t'[place]!;
  }

  #number(): number | bigint {
    NUMBER.lastIndex = this.#at;
    const match = NUMBER.exec(this.#text);
    if (match === null) return this.#fail("unexpected character");
    const value = Number(match[0]);
    const isInteger = match[1] === undefined && match[2] === undefined;
    if (!Number.isFinite(value)) this.#fail("number out of range");
    this.#at = NUMBER.lastIndex;
    return isInteger && !Number.isSafeInteger(value) ? BigInt(match[0]) : value;
  }

  #word<T>(word: string, value: T): T {
    if (!this.#text.startsWith(word, this.#at)) this.#fail("unexpected character");
    this.#at += word.length;
    return value;
  }

  #space(): void {
    for (;;) {
      const code = this.#text.charCodeAt(this.#at);
      if (code !== 0x20 && code !== 0x0a && code !== 0x0d && code !== 0x09) return;
      this.#at++;
    }
  }

  #descend(): void {
    if (++this.#depth > JSON_DEPTH_MAX) this.#fail("nested too deeply");
  }

  #fail(reason: string): never {
    throw new JsonSyntaxError(reason, this.#at);
  }
}
