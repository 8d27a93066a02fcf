/** Text in double quotes as Go's strconv.Quote writes it: etcd's messages show values so (`%q`). */

const NAMED: Readonly<Record<string, string>> = {
  "\u0007": "\\a",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
  "\v": "\\v",
  '"': '\\"',
  "\\": "\\\\",
};

/** Quotes the text; control characters and what has no glyph become escapes. */
export function goQuote(text: string): string {
  let out = '"';
  for (const character of text) {
    const point = character.codePointAt(0)!;
    const named = NAMED[character];
    if (named !== undefined) out += named;
    else if (point < 0x20 || point === 0x7f) out += `\\x${point.toString(16).padStart(2, "0")}`;
    else if (point < 0x7f || /[\p{L}\p{M}\p{N}\p{P}\p{S}]/u.test(character)) out += character;
    else out += point < 0x10000 ? `\\u${hex(point, 4)}` : `\\U${hex(point, 8)}`;
  }
  return `${out}"`;
}

function hex(point: number, digits: number): string {
  return point.toString(16).padStart(digits, "0");
}
