/**
 * Finds the end of a JSON value in bytes that arrive in pieces, without building it, and names the first byte that cannot be JSON in
 * the words of Go's encoding/json: clients of the gateway see those.
 *
 * One scanner serves a stream of values, separated by white space or nothing:
 *
 * ```
 *   {"create_request":{...}}\n{"cancel_request":{...}}
 *   ^--------- value ------^ ^--------- value -------^
 * ```
 */
import { goQuote } from "../../base/go-quote.ts";

/** Go's limit of encoding/json. */
const DEPTH_MAX = 10_000;

const State = {
  Value: 0,
  ValueOrArrayEnd: 1,
  Key: 2,
  KeyOrObjectEnd: 3,
  AfterKey: 4,
  AfterValue: 5,
  String: 6,
  Escape: 7,
  Hex: 8,
  Literal: 9,
  Minus: 10,
  Zero: 11,
  Digits: 12,
  Point: 13,
  Fraction: 14,
  Exponent: 15,
  ExponentSign: 16,
  ExponentDigits: 17,
} as const;
type State = (typeof State)[keyof typeof State];

/** What encloses the value at hand. */
const OBJECT_KEY = 0;
const OBJECT_VALUE = 1;
const ARRAY = 2;

export type ScanResult =
  /** The value is bytes [start, end) of the piece's buffer. */
  | { readonly kind: "value"; readonly start: number; readonly end: number }
  /** No value ends here: more bytes are needed. `blank` while only white space has been seen. */
  | { readonly kind: "more"; readonly blank: boolean }
  | { readonly kind: "error"; readonly reason: string };

export class JsonScanner {
  #state: State;
  readonly #enclosing: number[];
  /** Where the value starts; -1 before it. */
  #start: number;
  #literal: string;
  #literalAt: number;
  #hexLeft: number;

  constructor() {
    this.#state = State.Value;
    this.#enclosing = [];
    this.#start = -1;
    this.#literal = "";
    this.#literalAt = 0;
    this.#hexLeft = 0;
  }

  /** Continues at `at`; bytes before belong to the value begun. `final`: nothing follows `bytes`. */
  scan(bytes: Uint8Array, at: number, final: boolean): ScanResult {
    for (let i = at; i < bytes.length; i++) {
      const c = bytes[i]!;
      if (this.#start < 0) {
        if (isSpace(c)) continue;
        this.#start = i;
      }
      if (this.#endsNumber(c)) {
        this.#state = State.AfterValue;
        if (this.#enclosing.length === 0) return this.#finish(i);
      }
      const problem = this.#step(c);
      if (problem !== undefined) {
        if (problem === "exceeded max depth") return { kind: "error", reason: problem };
        const shown = c === 0x27 ? "\\'" : c === 0x22 ? '"' : goQuote(String.fromCharCode(c)).slice(1, -1);
        return { kind: "error", reason: `invalid character '${shown}' ${problem}` };
      }
      if (this.#state === State.AfterValue && this.#enclosing.length === 0) return this.#finish(i + 1);
    }
    if (final && this.#start >= 0) {
      if (this.#enclosing.length === 0 && this.#endsNumber(0x20)) return this.#finish(bytes.length);
      return { kind: "error", reason: "unexpected EOF" };
    }
    return { kind: "more", blank: this.#start < 0 };
  }

  /** The buffer was cut: `bytes` fewer in front of the value. */
  shift(bytes: number): void {
    if (this.#start >= 0) this.#start -= bytes;
  }

  #finish(end: number): ScanResult {
    const start = this.#start;
    this.#start = -1;
    this.#state = State.Value;
    return { kind: "value", start, end };
  }

  /** At top level a number ends with the first byte that does not belong to it. */
  #endsNumber(c: number): boolean {
    switch (this.#state) {
      case State.Zero:
        return c !== 0x2e && c !== 0x65 && c !== 0x45;
      case State.Digits:
        return !isDigit(c) && c !== 0x2e && c !== 0x65 && c !== 0x45;
      case State.Fraction:
        return !isDigit(c) && c !== 0x65 && c !== 0x45;
      case State.ExponentDigits:
        return !isDigit(c);
      default:
        return false;
    }
  }

  /** Takes one byte; the rest of the error's sentence when it is wrong. */
  #step(c: number): string | undefined {
    switch (this.#state) {
      case State.ValueOrArrayEnd:
        if (isSpace(c)) return undefined;
        if (c === 0x5d) return this.#close();
        return this.#value(c);
      case State.Value:
        return isSpace(c) ? undefined : this.#value(c);
      case State.KeyOrObjectEnd:
        if (c === 0x7d) return this.#close();
        return this.#key(c);
      case State.Key:
        return this.#key(c);
      case State.AfterKey:
      case State.AfterValue:
        return this.#afterValue(c);
      case State.String:
        if (c === 0x22) this.#state = this.#top === OBJECT_KEY ? State.AfterKey : State.AfterValue;
        else if (c === 0x5c) this.#state = State.Escape;
        else if (c < 0x20) return "in string literal";
        return undefined;
      case State.Escape:
        if (c === 0x75) {
          this.#state = State.Hex;
          this.#hexLeft = 4;
          return undefined;
        }
        if (!'bfnrt\\/"'.includes(String.fromCharCode(c))) return "in string escape code";
        this.#state = State.String;
        return undefined;
      case State.Hex:
        if (!isHex(c)) return "in \\u hexadecimal character escape";
        if (--this.#hexLeft === 0) this.#state = State.String;
        return undefined;
      case State.Literal: {
        const expected = this.#literal[this.#literalAt]!;
        if (String.fromCharCode(c) !== expected) return `in literal ${this.#literal} (expecting '${expected}')`;
        if (++this.#literalAt === this.#literal.length) this.#state = State.AfterValue;
        return undefined;
      }
      default:
        return this.#number(c);
    }
  }

  #number(c: number): string | undefined {
    switch (this.#state) {
      case State.Minus:
        if (c === 0x30) this.#state = State.Zero;
        else if (isDigit(c)) this.#state = State.Digits;
        else return "in numeric literal";
        return undefined;
      case State.Point:
        if (!isDigit(c)) return "after decimal point in numeric literal";
        this.#state = State.Fraction;
        return undefined;
      case State.Exponent:
        if (c === 0x2b || c === 0x2d) {
          this.#state = State.ExponentSign;
          return undefined;
        }
        if (!isDigit(c)) return "in exponent of numeric literal";
        this.#state = State.ExponentDigits;
        return undefined;
      case State.ExponentSign:
        if (!isDigit(c)) return "in exponent of numeric literal";
        this.#state = State.ExponentDigits;
        return undefined;
      default:
        // Zero, Digits, Fraction, ExponentDigits: what ends the number was taken before.
        if (c === 0x2e) this.#state = State.Point;
        else if (c === 0x65 || c === 0x45) this.#state = State.Exponent;
        return undefined;
    }
  }

  get #top(): number {
    return this.#enclosing[this.#enclosing.length - 1] ?? -1;
  }

  #value(c: number): string | undefined {
    switch (c) {
      case 0x7b:
        this.#state = State.KeyOrObjectEnd;
        return this.#open(OBJECT_KEY);
      case 0x5b:
        this.#state = State.ValueOrArrayEnd;
        return this.#open(ARRAY);
      case 0x22:
        this.#state = State.String;
        return undefined;
      case 0x2d:
        this.#state = State.Minus;
        return undefined;
      case 0x30:
        this.#state = State.Zero;
        return undefined;
      case 0x74:
        return this.#beginLiteral("true");
      case 0x66:
        return this.#beginLiteral("false");
      case 0x6e:
        return this.#beginLiteral("null");
      default:
        if (!isDigit(c)) return "looking for beginning of value";
        this.#state = State.Digits;
        return undefined;
    }
  }

  #beginLiteral(literal: string): undefined {
    this.#state = State.Literal;
    this.#literal = literal;
    this.#literalAt = 1;
    return undefined;
  }

  #key(c: number): string | undefined {
    if (isSpace(c)) return undefined;
    if (c !== 0x22) return "looking for beginning of object key string";
    this.#state = State.String;
    return undefined;
  }

  #open(kind: number): string | undefined {
    this.#enclosing.push(kind);
    return this.#enclosing.length > DEPTH_MAX ? "exceeded max depth" : undefined;
  }

  #close(): undefined {
    this.#enclosing.pop();
    this.#state = State.AfterValue;
    return undefined;
  }

  #afterValue(c: number): string | undefined {
    if (isSpace(c)) return undefined;
    const last = this.#enclosing.length - 1;
    switch (this.#top) {
      case OBJECT_KEY:
        if (c !== 0x3a) return "after object key";
        this.#enclosing[last] = OBJECT_VALUE;
        this.#state = State.Value;
        return undefined;
      case OBJECT_VALUE:
        if (c === 0x7d) return this.#close();
        if (c !== 0x2c) return "after object key:value pair";
        this.#enclosing[last] = OBJECT_KEY;
        this.#state = State.Key;
        return undefined;
      default:
        if (c === 0x5d) return this.#close();
        if (c !== 0x2c) return "after array element";
        this.#state = State.Value;
        return undefined;
    }
  }
}

function isSpace(c: number): boolean {
  return c === 0x20 || c === 0x0a || c === 0x0d || c === 0x09;
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}

function isHex(c: number): boolean {
  return isDigit(c) || (c >= 0x61 && c <= 0x66) || (c >= 0x41 && c <= 0x46);
}
