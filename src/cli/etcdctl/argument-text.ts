/**
 * Arguments inside of lines (txn, interactive watch): splitting, Go's escapes, and bytes that are not UTF-8. A raw byte travels through strings
 * as a lone surrogate U+DC80..U+DCFF; {@link argumentBytes} turns it back. Source of behaviour: etcdctl/ctlv3/command/util.go (Argify).
 */
import { utf8, utf8Text } from "../../base/bytes.ts";

const WORDS = /"(?:[^"\\]|\\[^\n])*"|'[^']*'|[^'"\t\n\f\r ][^\t\n\f\r ]*[^'"\t\n\f\r ]?/g;

/** The words of a line, quotes resolved; undefined when a quoted word has a wrong escape. */
export function splitArguments(line: string): string[] | undefined {
  const words: string[] = [];
  for (const [word] of line.matchAll(WORDS)) {
    if (word.startsWith("'")) words.push(word.slice(1, -1));
    else if (word.startsWith('"')) {
      const text = unquote(word);
      if (text === undefined) return undefined;
      words.push(text);
    } else words.push(word);
  }
  return words;
}

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  '"': '"',
};

/** The text of a Go string literal in double or back quotes; undefined when it is none. */
export function unquote(literal: string): string | undefined {
  if (literal.startsWith("`")) return literal.slice(1, -1);
  let out = "";
  let rest = literal.slice(1, -1);
  while (rest !== "") {
    if (rest[0] !== "\\") {
      const plain = /^[^\\]+/.exec(rest)![0];
      out += plain;
      rest = rest.slice(plain.length);
      continue;
    }
    const simple = SIMPLE[rest[1] ?? ""];
    if (simple !== undefined) {
      out += simple;
      rest = rest.slice(2);
      continue;
    }
    const match = /^\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/.exec(rest);
    if (match === null) return undefined;
    const byte = match[1] !== undefined ? parseInt(match[1], 16) : match[2] !== undefined ? parseInt(match[2], 8) : -1;
    if (byte > 255) return undefined;
    const point = parseInt(match[3] ?? match[4] ?? "0", 16);
    if (point > 0x10ffff) return undefined;
    out +=
      byte < 0
        ? String.fromCodePoint(point)
        : byte < 0x80
          ? String.fromCharCode(byte)
          : String.fromCharCode(0xdc00 + byte);
    rest = rest.slice(match[0].length);
  }
  return out;
}

/** UTF-8 of the text, raw bytes restored. */
export function argumentBytes(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return utf8(text);
  const parts: Uint8Array[] = [];
  for (const character of text) {
    const unit = character.charCodeAt(0);
    parts.push(
      character.length === 1 && unit >= 0xdc80 && unit <= 0xdcff ? Uint8Array.of(unit - 0xdc00) : utf8(character),
    );
  }
  return Buffer.concat(parts);
}

/** The text with raw bytes that form UTF-8 made readable. */
export function argumentText(text: string): string {
  return /[\udc80-\udcff]/.test(text) ? utf8Text(argumentBytes(text)) : text;
}
