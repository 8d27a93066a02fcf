/** Integers of arguments as strconv.ParseInt and ParseUint read them: no prefixes, no underscores, 64 bits. */
import { goQuote } from "../../base/go-quote.ts";

export type IntegerText =
  | { readonly ok: true; readonly value: bigint }
  /** strconv's error text. */
  | { readonly ok: false; readonly reason: string };

/** A signed integer. */
export function parseInt64(text: string, base: 10 | 16): IntegerText {
  return parse(text, base, true);
}

/** An unsigned integer. */
export function parseUint64(text: string, base: 10 | 16): IntegerText {
  return parse(text, base, false);
}

function parse(text: string, base: 10 | 16, signed: boolean): IntegerText {
  const refuse = (why: string): IntegerText => ({
    ok: false,
    reason: `strconv.Parse${signed ? "Int" : "Uint"}: parsing ${goQuote(text)}: ${why}`,
  });
  const match = (base === 10 ? /^([+-]?)([0-9]+)$/ : /^([+-]?)([0-9a-fA-F]+)$/).exec(text);
  if (match === null || (match[1] !== "" && !signed)) return refuse("invalid syntax");
  const magnitude = BigInt(base === 10 ? match[2]! : `0x${match[2]}`);
  const value = match[1] === "-" ? -magnitude : magnitude;
  const [min, max] = signed ? [-(2n ** 63n), 2n ** 63n - 1n] : [0n, 2n ** 64n - 1n];
  return value < min || value > max ? refuse("value out of range") : { ok: true, value };
}
