import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { JsonScanner } from "./json-scanner.ts";

/** All values of a text given in pieces, and what ended it. */
function scanAll(text: string, pieceBytes: number): { values: string[]; end: string } {
  const scanner = new JsonScanner();
  const bytes = utf8(text);
  const values: string[] = [];
  let base = 0;
  let scanned = 0;
  for (let end = Math.min(pieceBytes, bytes.length); ; ) {
    const isFinal = end === bytes.length;
    const buffer = bytes.subarray(base, end);
    const result = scanner.scan(buffer, scanned, isFinal);
    if (result.kind === "error") return { values, end: result.reason };
    if (result.kind === "value") {
      values.push(utf8Text(buffer.subarray(result.start, result.end)));
      base += result.end;
      scanned = 0;
      continue;
    }
    if (isFinal) return { values, end: "" };
    scanned = buffer.length;
    end = Math.min(end + pieceBytes, bytes.length);
  }
}

test("values of a stream are found wherever the pieces are cut", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(fc.json(), fc.constantFrom("12", "-0.5e+7", "true", "null", '"\\u00e4\\n"')), { maxLength: 4 }),
      fc.integer({ min: 1, max: 9 }),
      (values, pieceBytes) => {
        assert.deepEqual(scanAll(` ${values.join(" \n")}`, pieceBytes), { values, end: "" });
      },
    ),
  );
});

test("what JSON.parse takes, it takes, and nothing else", () => {
  const alphabet = ["{", "}", "[", "]", ":", ",", '"', "a", "\\", "1", "0", "-", ".", "e", "true", "null", " "];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...alphabet), { minLength: 1, maxLength: 8 }), (parts) => {
      const text = parts.join("");
      let isJson = true;
      try {
        JSON.parse(text);
      } catch (error) {
        assert.ok(error instanceof SyntaxError);
        isJson = false;
      }
      const { values, end } = scanAll(text, 3);
      assert.equal(end === "" && values.length === 1, isJson, text);
    }),
    { numRuns: 3000 },
  );
});

test("errors have the words of Go's encoding/json", () => {
  for (const [text, reason] of [
    ["'", "invalid character '\\'' looking for beginning of value"],
    ["{1", "invalid character '1' looking for beginning of object key string"],
    ['{"a"}', "invalid character '}' after object key"],
    ['{"a":1"', "invalid character '\"' after object key:value pair"],
    ["[1;", "invalid character ';' after array element"],
    ['"\u0001', "invalid character '\\x01' in string literal"],
    ["fax", "invalid character 'x' in literal false (expecting 'l')"],
    ["1.x", "invalid character 'x' after decimal point in numeric literal"],
    ["1e+x", "invalid character 'x' in exponent of numeric literal"],
    ["[1", "unexpected EOF"],
    ["[".repeat(10_001), "exceeded max depth"],
  ] as const)
    assert.equal(scanAll(text, 100_000).end, reason);
});
