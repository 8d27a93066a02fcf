import assert from "node:assert/strict";
import { test } from "node:test";
import { base64, base64Bytes } from "./base64.ts";
import { HealthCheckResponse, ServingStatus } from "./generated/health.ts";
import { Compare, PutRequest, RangeRequest, SortOrder, TxnRequest, WatchResponse } from "./generated/rpc.ts";
import { ProtoError } from "./proto-error.ts";

const refused = (run: () => unknown, message: string): void => {
  assert.throws(run, (error) => error instanceof ProtoError && error.message === message);
};

test("toJson leaves out what is zero, and writes zero members of a oneof and empty messages that are there", () => {
  assert.deepEqual(RangeRequest.toJson(RangeRequest.create()), {});
  assert.deepEqual(Compare.toJson(Compare.create({ version: 0 })), { version: "0" });
  assert.deepEqual(Compare.toJson(Compare.create({ value: new Uint8Array(0) })), { value: "" });
  assert.deepEqual(TxnRequest.toJson(TxnRequest.fromJson({ success: [{ request_put: {} }, {}] })), {
    success: [{ request_put: {} }, {}],
  });
});

test("toJson writes 64-bit numbers as decimal text, also beyond 2^53", () => {
  assert.deepEqual(WatchResponse.toJson(WatchResponse.create({ watchId: -1, compactRevision: 2 ** 62 })), {
    watch_id: "-1",
    compact_revision: "4611686018427387904",
  });
});

test("toJson writes an enum value that has no name as a number", () => {
  assert.deepEqual(HealthCheckResponse.toJson({ status: 9 as ServingStatus }), { status: 9 });
  assert.deepEqual(HealthCheckResponse.toJson({ status: ServingStatus.SERVING }), { status: "SERVING" });
});

test("fromJson takes both names of a field, passes over unknown ones and nulls", () => {
  const want = RangeRequest.create({ key: Uint8Array.of(97), rangeEnd: Uint8Array.of(98), limit: 5 });
  assert.deepEqual(RangeRequest.fromJson({ key: "YQ==", range_end: "Yg==", limit: "5", nope: { a: [1] } }), want);
  assert.deepEqual(RangeRequest.fromJson({ key: "YQ", rangeEnd: "Yg", limit: 5, revision: null }), want);
  refused(() => RangeRequest.fromJson({ range_end: "", rangeEnd: "" }), "duplicate field range_end");
});

test("fromJson takes no properties of Object's prototype for fields", () => {
  assert.deepEqual(RangeRequest.fromJson(JSON.parse('{"__proto__": {"limit": 5}}')), RangeRequest.create());
});

test("fromJson takes enums by name and number; a name that nobody knows counts as absent", () => {
  assert.equal(RangeRequest.fromJson({ sort_order: "DESCEND" }).sortOrder, SortOrder.DESCEND);
  assert.equal(RangeRequest.fromJson({ sort_order: 2 }).sortOrder, SortOrder.DESCEND);
  assert.equal(RangeRequest.fromJson({ sort_order: "SIDEWAYS" }).sortOrder, SortOrder.NONE);
  refused(() => RangeRequest.fromJson({ sort_order: 1.5 }), "invalid value for enum field sortOrder: 1.5");
  refused(() => RangeRequest.fromJson({ sort_order: true }), "invalid value for enum field sortOrder: true");
});

test("fromJson takes integers as numbers, text and numbers with an exponent, inside of their range", () => {
  for (const limit of [1200, "1200", "1.2e3", "12E2", "120000e-2", 1.2e3, 1200n])
    assert.equal(RangeRequest.fromJson({ limit }).limit, 1200, String(limit));
  assert.equal(RangeRequest.fromJson({ limit: "-0" }).limit, 0);
  assert.equal(RangeRequest.fromJson({ limit: "0e9999" }).limit, 0);
  assert.equal(PutRequest.fromJson({ lease: "-9223372036854775808" }).lease, -(2n ** 63n));
  for (const lease of [
    "9223372036854775808",
    "1.5",
    "1e99",
    "1e-1",
    " 1",
    "1 ",
    "+1",
    "01",
    "0x1",
    "",
    "1e",
    ".5",
    true,
    [],
    {},
  ])
    assert.throws(() => PutRequest.fromJson({ lease }), ProtoError, JSON.stringify(lease));
  refused(() => PutRequest.fromJson({ lease: "x" }), 'invalid value for int64 field lease: "x"');
  refused(() => PutRequest.fromJson({ lease: 0.5 }), "invalid value for int64 field lease: 0.5");
});

test("fromJson refuses values of another kind", () => {
  refused(() => PutRequest.fromJson({ key: 1 }), "invalid value for bytes field key: 1");
  refused(() => PutRequest.fromJson({ key: "Y" }), 'invalid value for bytes field key: "Y"');
  refused(() => PutRequest.fromJson({ prev_kv: "true" }), 'invalid value for bool field prevKv: "true"');
  refused(() => TxnRequest.fromJson({ success: {} }), "unexpected token {, want a list for field success");
  refused(
    () => TxnRequest.fromJson({ success: [1] }),
    "unexpected token 1, want an object of type etcdserverpb.RequestOp",
  );
  refused(() => TxnRequest.fromJson([]), "unexpected token [, want an object of type etcdserverpb.TxnRequest");
  refused(
    () => TxnRequest.fromJson(undefined),
    "unexpected token nothing, want an object of type etcdserverpb.TxnRequest",
  );
  refused(
    () => Compare.fromJson({ version: 1, value: "" }),
    "error parsing value, oneof etcdserverpb.Compare.target_union is already set",
  );
});

test("fromJson bounds the nesting", () => {
  let json: object = {};
  for (let i = 0; i < 600; i++) json = { success: [{ request_txn: json }] };
  refused(() => TxnRequest.fromJson(json), "exceeded max recursion depth");
});

test("base64 is Node's, in both alphabets, with full padding or none", () => {
  for (let length = 0; length < 70; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 151 + length * 7) & 255);
    const standard = Buffer.from(bytes).toString("base64");
    assert.equal(base64(bytes), standard);
    for (const text of [standard, standard.replace(/=+$/, ""), Buffer.from(bytes).toString("base64url")])
      assert.deepEqual(base64Bytes(text), bytes, text);
  }
  const large = new Uint8Array(50_000).map((_, i) => i * 31);
  assert.equal(base64(large), Buffer.from(large).toString("base64"));
  for (const text of ["Y", "YQ=", "YQ===", "Y=Q=", "YQ==YQ==", "=", "====", "Y*==", "+-==", "é"])
    assert.equal(base64Bytes(text), undefined, text);
  assert.deepEqual(base64Bytes("Y\nQ=="), undefined); // five characters: no padding is wanted then
  assert.deepEqual(base64Bytes("Y\nWFhYQ"), Uint8Array.of(97, 97, 97, 97));
});
