import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JSON_DEPTH_MAX, type JsonValue, jsonUint64, parseBigJson, quoteJson, stringifyBigJson } from "./big-json.ts";

function parsed(text: string): unknown {
  const result = parseBigJson(text);
  assert.ok(result.ok, `${text} should parse`);
  return plain(result.value);
}

/** Parsed objects have no prototype; deepEqual against literals wants one. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}

test("integers beyond 2^53 are read as bigint and written as plain numbers", () => {
  const text =
    '{"id":18446744073709551615,"small":9007199254740991,"big":9007199254740993,"negative":-9007199254740993}';
  const value = parsed(text);
  assert.deepEqual(value, {
    id: 18446744073709551615n,
    small: 9007199254740991,
    big: 9007199254740993n,
    negative: -9007199254740993n,
  });
  assert.equal(stringifyBigJson(value as JsonValue), text);
});

test("jsonUint64 takes exactly the integers from 0 to 2^64 - 1", () => {
  assert.equal(jsonUint64(7), 7n);
  assert.equal(jsonUint64(2n ** 64n - 1n), 2n ** 64n - 1n);
  for (const bad of [-1, 1.5, 2n ** 64n, -(2n ** 60n), "7", null, undefined]) assert.equal(jsonUint64(bad), undefined);
});

test("strings are escaped as Go's encoding/json does", () => {
  assert.equal(quoteJson("<a&b>"), '"\\u003ca\\u0026b\\u003e"');
  assert.equal(
    quoteJson('\u2028\u2029\u0000\u001f\b\f\n\r\t"\\/\u007f'),
    '"\\u2028\\u2029\\u0000\\u001f\\b\\f\\n\\r\\t\\"\\\\/\u007f"',
  );
  assert.equal(quoteJson("\ud83d\ude00 \ud83d \ude00"), '"\ud83d\ude00 \\ufffd \\ufffd"');
});

test("a Map keeps its order where an object would move keys that look like array indexes", () => {
  const keys = new Map<string, JsonValue>([
    ["b", 1],
    ["10", 2],
    ["2", 3],
  ]);
  assert.equal(stringifyBigJson(keys), '{"b":1,"10":2,"2":3}');
});

test("undefined fields are left out, and __proto__ is a plain key", () => {
  assert.equal(stringifyBigJson({ a: undefined, b: null }), '{"b":null}');
  const result = parseBigJson('{"__proto__":{"polluted":true}}');
  assert.ok(result.ok);
  assert.equal(({} as { polluted?: boolean }).polluted, undefined);
  assert.equal(stringifyBigJson(result.value), '{"__proto__":{"polluted":true}}');
});

test("whatever JSON.parse takes is read to the same value", () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 4 }), (text) => {
      assert.deepEqual(JSON.parse(stringifyBigJson(parsed(text) as JsonValue)), JSON.parse(text));
    }),
    { numRuns: 500 },
  );
});

test("malformed text is refused wherever JSON.parse refuses it", () => {
  const bad = [
    "",
    " ",
    "{",
    "}",
    "[1,]",
    "[,1]",
    "{a:1}",
    '{"a"}',
    '{"a":}',
    '{"a":1,}',
    "01",
    "+1",
    "1.",
    ".5",
    "-",
    "1e",
    "tru",
    "nul",
    '"\n"',
    '"\\x"',
    '"\\u12g4"',
    '"',
    "[1 2]",
    "1 2",
    "NaN",
    "Infinity",
    "'a'",
    "[1]]",
  ];
  for (const text of bad) {
    assert.throws(() => JSON.parse(text), `JSON.parse takes ${text}`);
    assert.equal(parseBigJson(text).ok, false, text);
  }
  fc.assert(
    fc.property(
      fc.json({ maxDepth: 2 }),
      fc.nat(),
      fc.constantFrom("", ",", "}", "]", '"', "x", "\\"),
      (text, at, put) => {
        const cut = at % (text.length + 1);
        const broken = text.slice(0, cut) + put + text.slice(cut + 1);
        let ok = true;
        try {
          JSON.parse(broken, (_key, value: unknown) => {
            // Numbers beyond a double are refused, as Go does.
            if (value === Number.POSITIVE_INFINITY || value === Number.NEGATIVE_INFINITY) ok = false;
            return value;
          });
        } catch {
          ok = false;
        }
        assert.equal(parseBigJson(broken).ok, ok, broken);
      },
    ),
    { numRuns: 1000 },
  );
});

test("nesting is bounded", () => {
  const nested = (depth: number) => "[".repeat(depth) + "]".repeat(depth);
  assert.equal(parseBigJson(nested(JSON_DEPTH_MAX)).ok, true);
  assert.equal(parseBigJson(nested(JSON_DEPTH_MAX + 1)).ok, false);
  assert.equal(parseBigJson(nested(1_000_000)).ok, false);
});
