import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { humanBytes } from "../../base/human-bytes.ts";
import { CompareResult, CompareTarget } from "../../proto/generated/rpc.ts";
import { hexEscapes, quoteBytes } from "../print/go-text.ts";
import { argumentBytes, splitArguments } from "./argument-text.ts";
import { endpointAddress } from "./endpoint-address.ts";
import { parseInt64 } from "./integers.ts";
import { parseCompare } from "./txn.ts";
import { watchArguments } from "./watch-arguments.ts";

describe("splitArguments()", () => {
  it("resolves quotes and escapes and keeps raw bytes", () => {
    assert.deepEqual(splitArguments(`put "a \\"b\\"" 'c d' e`), ["put", 'a "b"', "c d", "e"]);
    const [raw] = splitArguments('"\\xff\\u00e9"')!;
    assert.deepEqual([...argumentBytes(raw!)], [0xff, 0xc3, 0xa9]);
    assert.equal(splitArguments('put "\\q"'), undefined);
  });
});

describe("parseCompare()", () => {
  it("reads targets, operators and values", () => {
    const compare = parseCompare('mod("k") != "12"');
    assert.equal(compare.target, CompareTarget.MOD);
    assert.equal(compare.result, CompareResult.NOT_EQUAL);
    assert.equal(compare.modRevision, 12);
    assert.throws(() => parseCompare('mod("k") != 12'), /malformed comparison: mod\("k"\) != 12; got mod\("k"\) != ""/);
  });
});

describe("watchArguments()", () => {
  const parse = (line: string, args: string, envKey = ""): unknown => {
    const processArgs = ["etcdctl", ...line.split(" ")];
    const outcome = watchArguments({ processArgs, args: args.split(" "), envKey, envRangeEnd: "", interactive: false });
    return outcome.ok ? [outcome.keys, outcome.command] : outcome.reason;
  };
  it("cuts the program's words off the keys", () => {
    assert.deepEqual(parse("watch foo -- echo hi", "foo echo hi"), [["foo"], ["echo", "hi"]]);
    assert.deepEqual(parse("watch foo --rev 1 bar -- echo hi", "foo bar echo hi"), [
      ["foo", "bar"],
      ["echo", "hi"],
    ]);
    assert.deepEqual(parse("watch -- echo hi", "echo hi", "env"), [["env"], ["echo", "hi"]]);
    assert.equal(parse("watch foo --", "foo"), "bad number of arguments (found separator --, but no commands)");
  });
});

describe("texts", () => {
  it("prints bytes as Go does", () => {
    assert.equal(quoteBytes(Uint8Array.of(0x61, 0xff, 0xc3, 0xa9, 0x0a)), '"a\\xffé\\n"');
    assert.equal(hexEscapes(Uint8Array.of(1, 255)), "\\x01\\xff");
    assert.deepEqual([0, 9, 999, 20_480, 2_147_483_648].map(humanBytes), ["0 B", "9 B", "999 B", "20 kB", "2.1 GB"]);
  });

  it("reads integers as strconv does", () => {
    assert.deepEqual(parseInt64("-7f", 16), { ok: true, value: -127n });
    assert.deepEqual(parseInt64("0x1", 16), { ok: false, reason: 'strconv.ParseInt: parsing "0x1": invalid syntax' });
    assert.equal(parseInt64("9223372036854775808", 10).ok, false);
  });

  it("reads endpoints", () => {
    assert.deepEqual(endpointAddress("https://[::1]:2379").target, { host: "::1", port: 2379 });
    assert.equal(endpointAddress("http://h:1").tls, "never");
    assert.deepEqual(endpointAddress("unix:///tmp/s").target, { socketPath: "/tmp/s" });
    assert.equal(endpointAddress("h").target, undefined);
  });
});
