import assert from "node:assert/strict";
import test from "node:test";
import { normalTraceState, parseTraceparent } from "./trace-context.ts";

const TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";
const SPAN = "00f067aa0ba902b7";

test("parseTraceparent() takes the parent apart and keeps the flags that are known", () => {
  const parent = parseTraceparent(`00-${TRACE}-${SPAN}-01`, "a=1, b@c=2,,d=3 ");
  assert.deepEqual(parent, { traceId: TRACE, spanId: SPAN, flags: 1, state: "a=1,b@c=2,d=3" });
  assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-00`, undefined)?.flags, 0);
  assert.equal(parseTraceparent(`00-${TRACE}-${SPAN}-03`, undefined)?.flags, 3);
  assert.equal(parseTraceparent(`42-${TRACE}-${SPAN}-ff-more`, undefined)?.flags, 3);
});

test("parseTraceparent() refuses what Go refuses", () => {
  const bad = [
    "",
    "00",
    `00-${TRACE}-${SPAN}`,
    `00-${TRACE}-${SPAN}-1`,
    `00-${TRACE}-${SPAN}-04`,
    `00-${TRACE}-${SPAN}-01-x`,
    `0-${TRACE}-${SPAN}-01`,
    `ff-${TRACE}-${SPAN}-01`,
    `00-${TRACE.toUpperCase()}-${SPAN}-01`,
    `00-${TRACE.slice(1)}-${SPAN}-01`,
    `00-${"0".repeat(32)}-${SPAN}-01`,
    `00-${TRACE}-${"0".repeat(16)}-01`,
    `00-${TRACE}-${SPAN}-01 `,
    ` 00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-01\n`,
  ];
  for (const header of bad) assert.equal(parseTraceparent(header, undefined), undefined, header);
});

test("normalTraceState() drops a list with a fault as a whole", () => {
  const long = "x".repeat(256);
  for (const good of ["a=1", "a1_-*/=~!", `${long}=1`, `a=${long}`, "1a@b=x", `${"t".repeat(241)}@${"s".repeat(14)}=1`])
    assert.equal(normalTraceState(good), good);
  for (const bad of [
    "A=1",
    "1=1",
    "a",
    "a=",
    "a=1,a=2",
    `${long}x=1`,
    `a=${long}x`,
    "a=\u00e9",
    "a=1=2",
    "a@B=1",
    "@b=1",
  ])
    assert.equal(normalTraceState(bad), "", bad);
  const many = Array.from({ length: 33 }, (_, at) => `k${at}=1`);
  assert.equal(normalTraceState(many.slice(1).join(",")), many.slice(1).join(","));
  assert.equal(normalTraceState(many.join(",")), "");
});
