/** Booleans and integers as Go's strconv reads them for flags (base 0: `0x10`, `0b1`, `0o7`, `010`, `1_000`). */

export type IntegerResult =
  | { readonly ok: true; readonly value: bigint }
  | { readonly ok: false; readonly reason: "parse error" | "value out of range" };

const TRUE = new Set(["1", "t", "T", "TRUE", "true", "True"]);
const FALSE = new Set(["0", "f", "F", "FALSE", "false", "False"]);

/** undefined when the text is not one of Go's spellings. */
export function parseGoBool(text: string): boolean | undefined {
  return TRUE.has(text) ? true : FALSE.has(text) ? false : undefined;
}

export function parseGoInteger(
  text: string,
  type: { readonly signed: boolean; readonly bits: 32 | 64 },
): IntegerResult {
  const match =
    /^([+-]?)(0[xX]_?[0-9a-fA-F](?:_?[0-9a-fA-F])*|0[bB]_?[01](?:_?[01])*|0[oO]?_?[0-7](?:_?[0-7])*|0|[1-9](?:_?[0-9])*)$/.exec(
      text,
    );
  if (match === null || (match[1] !== "" && !type.signed)) return { ok: false, reason: "parse error" };
  let digits = match[2]!.replaceAll("_", "").toLowerCase();
  if (/^0[0-7]/.test(digits)) digits = `0o${digits.slice(1)}`;
  const magnitude = BigInt(digits);
  const value = match[1] === "-" ? -magnitude : magnitude;
  const bits = BigInt(type.bits);
  const min = type.signed ? -(1n << (bits - 1n)) : 0n;
  const max = type.signed ? (1n << (bits - 1n)) - 1n : (1n << bits) - 1n;
  return value < min || value > max ? { ok: false, reason: "value out of range" } : { ok: true, value };
}
