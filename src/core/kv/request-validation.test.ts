/** The refusals of etcd server/etcdserver/api/v3rpc/key.go. */
import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { EMPTY_BYTES, utf8 } from "../../base/bytes.ts";
import { EtcdError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import {
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  type SortOrder,
  type SortTarget,
  TxnRequest,
} from "../../proto/generated/rpc.ts";
import { ProtoError } from "../../proto/proto-error.ts";
import { KeyIntervals } from "./key-intervals.ts";
import {
  checkDeleteRangeRequest,
  checkPutRequest,
  checkRangeRequest,
  checkRangeStreamRequest,
  checkTxnRequest,
  putRequestFault,
} from "./request-validation.ts";

function refusal(check: () => void): string {
  try {
    check();
  } catch (error) {
    assert.ok(error instanceof EtcdError);
    return error.kind ?? error.message;
  }
  return "ok";
}

const key = utf8("k");

test("a range needs a key and a known order", () => {
  const check = (fields: Partial<RangeRequest>): string =>
    refusal(() => checkRangeRequest(RangeRequest.create(fields)));
  assert.equal(check({ key }), "ok");
  assert.equal(check({}), "EmptyKey");
  assert.equal(check({ key, sortOrder: 2, sortTarget: 4 }), "ok");
  for (const unknown of [3, -1]) assert.equal(check({ key, sortOrder: unknown as SortOrder }), "InvalidSortOption");
  for (const unknown of [5, -1]) assert.equal(check({ key, sortTarget: unknown as SortTarget }), "InvalidSortOption");
});

test("a streamed range has neither an order nor filters", () => {
  const check = (fields: Partial<RangeRequest>): string =>
    refusal(() => checkRangeStreamRequest(RangeRequest.create(fields)));
  assert.equal(check({ key, sortOrder: 1 }), "ok");
  assert.equal(check({}), "EmptyKey");
  assert.equal(check({ key, sortOrder: 2 }), "RangeStream does not support custom sort orders");
  assert.equal(check({ key, maxModRevision: 1 }), "RangeStream does not support revision filters");
  assert.throws(
    () => checkRangeStreamRequest(RangeRequest.create({ key, sortOrder: 2 })),
    (error) => error instanceof EtcdError && error.code === GrpcCode.Unimplemented,
  );
});

test("a put has a key, and no value or lease together with ignoring it", () => {
  const check = (fields: Partial<PutRequest>): string => refusal(() => checkPutRequest(PutRequest.create(fields)));
  assert.equal(check({ key, value: key, lease: 1n }), "ok");
  assert.equal(check({ value: key }), "EmptyKey");
  assert.equal(check({ key, value: key, ignoreValue: true }), "ValueProvided");
  assert.equal(check({ key, lease: 1n, ignoreLease: true }), "LeaseProvided");
  assert.equal(check({ key, lease: -1n, ignoreLease: true }), "LeaseProvided");
  assert.equal(check({ key, ignoreValue: true, ignoreLease: true }), "ok");
  assert.equal(
    refusal(() => checkDeleteRangeRequest(DeleteRangeRequest.create())),
    "EmptyKey",
  );
});

test("the check on the bytes of a put equals the check of the decoded put", () => {
  const puts = fc.record({
    key: fc.uint8Array({ maxLength: 3 }),
    value: fc.uint8Array({ maxLength: 200 }),
    lease: fc.constantFrom(0n, 1n, -5n, 0x7fff_ffff_ffff_ffffn),
    prevKv: fc.boolean(),
    ignoreValue: fc.boolean(),
    ignoreLease: fc.boolean(),
  });
  fc.assert(
    fc.property(puts, fc.boolean(), (fields, extra) => {
      const request = PutRequest.create(fields);
      // Some field that is not known yet.
      const tail = extra ? [0x7a, 0x02, 0x01, 0x01] : [];
      const bytes = new Uint8Array([0xff, ...PutRequest.encode(request), ...tail, 0xff]);
      const fault = putRequestFault(bytes, 1, bytes.length - 1) ?? "ok";
      assert.equal(
        fault,
        refusal(() => checkPutRequest(request)),
      );
    }),
  );
  assert.throws(() => putRequestFault(new Uint8Array([0x0a, 0x05, 0x01]), 0, 3), ProtoError);
});

const put = (name: string): RequestOp => RequestOp.create({ requestPut: PutRequest.create({ key: utf8(name) }) });
const del = (name: string, rangeEnd: Uint8Array = EMPTY_BYTES): RequestOp =>
  RequestOp.create({ requestDeleteRange: DeleteRangeRequest.create({ key: utf8(name), rangeEnd }) });
const get = (name: string): RequestOp => RequestOp.create({ requestRange: RangeRequest.create({ key: utf8(name) }) });
const txn = (success: RequestOp[], failure: RequestOp[] = []): RequestOp =>
  RequestOp.create({ requestTxn: TxnRequest.create({ success, failure }) });

function checkOps(success: RequestOp[], failure: RequestOp[] = [], txnOpsMax = 128): string {
  return refusal(() => checkTxnRequest(TxnRequest.create({ success, failure }), txnOpsMax));
}

test("a transaction checks its operations, at every depth", () => {
  assert.equal(checkOps([]), "ok");
  assert.equal(checkOps([RequestOp.create()]), "KeyNotFound");
  assert.equal(checkOps([], [get("")]), "EmptyKey");
  assert.equal(checkOps([txn([], [put("")])]), "EmptyKey");
  assert.equal(checkOps([txn([del("")])]), "EmptyKey");
  const compare = [Compare.create()];
  assert.equal(
    refusal(() => checkTxnRequest(TxnRequest.create({ compare }), 128)),
    "EmptyKey",
  );
});

test("nested transactions share the limit of operations with their parents", () => {
  const gets = (n: number): RequestOp[] => Array.from({ length: n }, () => get("k"));
  assert.equal(checkOps(gets(128), gets(128)), "ok");
  assert.equal(checkOps(gets(129)), "TooManyOps");
  assert.equal(checkOps([], gets(129)), "TooManyOps");
  assert.equal(checkOps([...gets(2), txn(gets(125))]), "ok");
  assert.equal(checkOps([...gets(2), txn(gets(126))]), "TooManyOps");
  const compare = Array.from({ length: 129 }, () => Compare.create({ key }));
  assert.equal(
    refusal(() => checkTxnRequest(TxnRequest.create({ compare }), 128)),
    "TooManyOps",
  );
});

test("a key is put once and not deleted in one execution", () => {
  const duplicate = "DuplicateKey";
  assert.equal(checkOps([put("a"), put("b")]), "ok");
  assert.equal(checkOps([put("a"), put("a")]), duplicate);
  assert.equal(checkOps([put("a")], [put("a")]), "ok");
  assert.equal(checkOps([put("a"), del("a")]), duplicate);
  assert.equal(checkOps([del("a"), put("a")]), duplicate);
  assert.equal(checkOps([del("a"), del("a"), get("a")]), "ok");
  assert.equal(checkOps([del("a", utf8("c")), put("b")]), duplicate);
  assert.equal(checkOps([del("a", utf8("c")), put("c")]), "ok");
  assert.equal(checkOps([del("a", utf8("c")), put("a")]), duplicate);
  assert.equal(checkOps([], [txn([put("a")]), put("a")]), duplicate);
  assert.equal(checkOps([txn([put("a")], [put("a")])]), "ok");
  assert.equal(checkOps([txn([put("a")], [put("a")]), put("a")]), duplicate);
  assert.equal(checkOps([txn([put("a")]), txn([], [put("a")])]), duplicate);
  assert.equal(checkOps([txn([del("a")]), put("a")]), duplicate);
  assert.equal(checkOps([del("a"), txn([], [put("a")])]), duplicate);
  assert.equal(checkOps([txn([txn([put("a")])]), put("a")]), duplicate);
});

test("as in etcd a nested deletion forbids later siblings' puts only, and an unbounded one nothing", () => {
  assert.equal(checkOps([txn([del("a")]), txn([put("a")])]), "DuplicateKey");
  assert.equal(checkOps([txn([put("a")]), txn([del("a")])]), "ok");
  assert.equal(checkOps([del("a", new Uint8Array(1)), put("b")]), "ok");
});

test("key intervals contain what one of them contains", () => {
  const name = fc.string({ unit: fc.constantFrom("a", "b", "c", "\0"), maxLength: 3 });
  const range = fc.tuple(
    name.map((text) => `a${text}`),
    fc.oneof(fc.constant(""), name),
  );
  fc.assert(
    fc.property(fc.array(range, { maxLength: 12 }), fc.array(name), (ranges, names) => {
      const intervals = new KeyIntervals();
      const half = new KeyIntervals();
      for (const [i, [begin, end]] of ranges.entries()) (i % 2 === 0 ? intervals : half).add(begin, end);
      intervals.addAll(half);
      for (const probe of names) {
        const contained = ranges.some(([begin, end]) => (end === "" ? probe === begin : begin <= probe && probe < end));
        assert.equal(intervals.contains(probe), contained);
      }
    }),
    { numRuns: 1000 },
  );
});
