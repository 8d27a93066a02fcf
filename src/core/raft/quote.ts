/** Bytes as Go prints them with %q: readable text in double quotes, everything else escaped. */
import { utf8TextStrict } from "../../base/bytes.ts";

const ESCAPES: Readonly<Record<string, string>> = {
  '"': '\\"',
  "\\": "\\\\",
  "\x07": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
};

const hex = (code: number, width: number): string => code.toString(16).padStart(width, "0");

function quoteChar(char: string): string {
  const escaped = ESCAPES[char];
  if (escaped !== undefined) return escaped;
  const code = char.codePointAt(0)!;
  if (code >= 0x20 && code < 0x7f) return char;
  if (code < 0x80) return `\\x${hex(code, 2)}`;
  if (/[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(char)) return char;
  return code < 0x10000 ? `\\u${hex(code, 4)}` : `\\U${hex(code, 8)}`;
}

export function quoteBytes(bytes: Uint8Array): string {
  const text = utf8TextStrict(bytes);
  if (text !== undefined) return `"${Array.from(text, quoteChar).join("")}"`;
  let out = "";
  for (const byte of bytes) out += byte < 0x80 ? quoteChar(String.fromCharCode(byte)) : `\\x${hex(byte, 2)}`;
  return `"${out}"`;
}
