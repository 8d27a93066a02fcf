/** Texts that Go makes (URLs, durations, quoted text, zap's lines) are made the same here; recorded from Go 1.26 and zap 1.27. */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { goDurationText, goDurationTextMs, nsToMs, parseGoDuration } from "../../src/base/go-duration.ts";
import { goQuote } from "../../src/base/go-quote.ts";
import { parseGoUrl } from "../../src/base/go-url.ts";
import { consoleLine, fieldsText, jsonLine } from "../../src/cli/log/zap-line.ts";
import { ROOT } from "../proto/codecs.ts";

// Lines have local time.
process.env.TZ = "UTC";

interface Golden {
  readonly urls: readonly Readonly<
    Record<"In" | "Err" | "Text" | "Scheme" | "Host" | "Hostname" | "Port" | "Path", string>
  >[];
  readonly durations: readonly Readonly<Record<"In" | "Err" | "Text" | "NS", string>>[];
  readonly quotes: readonly (readonly [string, string])[];
  readonly lines: readonly string[];
}

const golden = JSON.parse(readFileSync(join(ROOT, "test", "golden", "go-text.golden.json"), "utf8")) as Golden;

for (const want of golden.urls) {
  test(`url.Parse(${JSON.stringify(want.In)})`, () => {
    const parsed = parseGoUrl(want.In);
    if (!parsed.ok) return assert.equal(parsed.reason, want.Err);
    const { text, scheme, host, hostname, port, path } = parsed.url;
    assert.equal(want.Err, "");
    assert.deepEqual(
      [text, scheme, host, hostname, port, path],
      [want.Text, want.Scheme, want.Host, want.Hostname, want.Port, want.Path],
    );
  });
}

for (const want of golden.durations) {
  test(`time.ParseDuration(${JSON.stringify(want.In)})`, () => {
    const parsed = parseGoDuration(want.In);
    if (!parsed.ok) return assert.equal(parsed.reason, want.Err);
    assert.deepEqual([want.Err, String(parsed.ns), goDurationText(parsed.ns)], ["", want.NS, want.Text]);
  });
}

test("a duration in milliseconds prints as the duration", () => {
  for (const text of ["1.5ms", "100ms", "1h0m0.5s", "90µs", "-1.25s", "0s", "1ns"]) {
    const parsed = parseGoDuration(text);
    assert.ok(parsed.ok);
    assert.equal(goDurationTextMs(nsToMs(parsed.ns)), text);
  }
});

test("goQuote is strconv.Quote", () => {
  for (const [text, quoted] of golden.quotes) assert.equal(goQuote(text), quoted);
});

test("log lines are zap's, as JSON and for consoles", () => {
  const fields = {
    s: "a\tb\u0001",
    i: -5,
    u: 18446744073709551615n,
    b: true,
    f: 1.5,
    l: ["x", 'y"'],
    e: [],
    o: { a: 1, b: [1, 2] },
  };
  const head = {
    level: "info",
    wallMs: 1767323045123.456,
    name: "",
    caller: "etcdserver/server.go:0",
    message: 'hello "w" \b\f\n\\b é\u2028<>&',
  };
  const other = { ...head, level: "warn", name: "raft" };
  const ours = [
    jsonLine(head, fieldsText(fields)),
    jsonLine(other, ""),
    consoleLine(head, fieldsText(fields, true)),
    consoleLine(other, ""),
  ];
  assert.deepEqual(ours, golden.lines);
});
