import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { MapTokenKeeper } from "../../../test/support/token-keeper.ts";
import { utf8 } from "../../base/bytes.ts";
import { Permission, PermissionType } from "../../proto/generated/auth.ts";
import {
  AuthUserAddRequest,
  Compare,
  DeleteRangeRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  TxnRequest,
} from "../../proto/generated/rpc.ts";
import { AuthStore } from "./auth-store.ts";
import {
  refuseDeleteRange,
  refuseLeaseRead,
  refuseLeaseRenew,
  refuseLeaseWrite,
  refusePut,
  refuseRange,
  refuseTxn,
} from "./request-permission.ts";

let store: AuthStore;
const attached = new Map<bigint, string[]>([
  [1n, ["rw"]],
  [2n, ["rw", "ro"]],
  [3n, ["secret"]],
  [4n, []],
]);
const keysOf = (lease: bigint) => attached.get(lease);
const foo = () => ({ username: "foo", revision: store.revision });
const root = () => ({ username: "root", revision: store.revision });
const anonymous = { username: "", revision: 0 };

/** User foo may read and write "rw", read "ro", write "wo". */
beforeEach(() => {
  store = new AuthStore(new MemoryBackend(), new MapTokenKeeper());
  for (const name of ["root", "foo"]) store.addUser(AuthUserAddRequest.create({ name, options: { noPassword: true } }));
  store.grantRole("root", "root");
  store.addRole("r");
  const grant = (permType: PermissionType, key: string) =>
    store.grantPermission("r", Permission.create({ permType, key: utf8(key) }));
  grant(PermissionType.READWRITE, "rw");
  grant(PermissionType.READ, "ro");
  grant(PermissionType.WRITE, "wo");
  store.grantRole("foo", "r");
  assert.equal(store.enable(), undefined);
});

const range = (key: string, rangeEnd = "") => RangeRequest.create({ key: utf8(key), rangeEnd: utf8(rangeEnd) });
const put = (key: string, lease = 0n, prevKv = false) => PutRequest.create({ key: utf8(key), lease, prevKv });
const remove = (key: string, prevKv = false) => DeleteRangeRequest.create({ key: utf8(key), prevKv });

test("plain requests need the right of their kind", () => {
  assert.equal(refuseRange(store, foo(), range("ro")), undefined);
  assert.equal(refuseRange(store, foo(), range("wo")), "PermissionDenied");
  assert.equal(refuseRange(store, foo(), range("ro", "rz")), "PermissionDenied");
  assert.equal(refusePut(store, foo(), keysOf, put("wo")), undefined);
  assert.equal(refusePut(store, foo(), keysOf, put("ro")), "PermissionDenied");
  assert.equal(refuseDeleteRange(store, foo(), remove("wo")), undefined);
  assert.equal(refuseDeleteRange(store, foo(), remove("ro")), "PermissionDenied");
});

test("the previous value is for readers", () => {
  assert.equal(refusePut(store, foo(), keysOf, put("wo", 0n, true)), "PermissionDenied");
  assert.equal(refusePut(store, foo(), keysOf, put("rw", 0n, true)), undefined);
  assert.equal(refuseDeleteRange(store, foo(), remove("wo", true)), "PermissionDenied");
  assert.equal(refuseDeleteRange(store, foo(), remove("rw", true)), undefined);
});

test("a key may be attached to a lease by whoever may write all its keys", () => {
  assert.equal(refusePut(store, foo(), keysOf, put("wo", 1n)), undefined);
  assert.equal(refusePut(store, foo(), keysOf, put("wo", 2n)), "PermissionDenied");
  assert.equal(refusePut(store, foo(), keysOf, put("wo", 4n)), undefined, "no keys yet");
  assert.equal(refusePut(store, foo(), keysOf, put("wo", 99n)), undefined, "no such lease: the put fails on its own");
  assert.equal(refusePut(store, root(), keysOf, put("wo", 3n)), undefined);
});

test("a txn needs the rights of its compares and of both branches, nested ones included", () => {
  const get = (key: string) => RequestOp.create({ requestRange: range(key) });
  const set = (key: string) => RequestOp.create({ requestPut: put(key) });
  const drop = (key: string, prevKv = false) => RequestOp.create({ requestDeleteRange: remove(key, prevKv) });
  const nest = (txn: TxnRequest) => RequestOp.create({ requestTxn: txn });
  const compare = (key: string) => Compare.create({ key: utf8(key) });
  const judge = (txn: Parameters<typeof TxnRequest.create>[0], who = foo()) =>
    refuseTxn(store, who, keysOf, TxnRequest.create(txn));
  assert.equal(
    judge({ compare: [compare("ro")], success: [get("ro"), set("wo")], failure: [drop("rw", true)] }),
    undefined,
  );
  assert.equal(judge({ compare: [compare("wo")] }), "PermissionDenied");
  assert.equal(judge({ success: [get("wo")] }), "PermissionDenied");
  assert.equal(judge({ failure: [set("ro")] }), "PermissionDenied");
  assert.equal(judge({ failure: [drop("wo", true)] }), "PermissionDenied");
  assert.equal(
    judge({ success: [nest(TxnRequest.create({ failure: [nest(TxnRequest.create({ success: [set("ro")] }))] }))] }),
    "PermissionDenied",
  );
  assert.equal(judge({ success: [RequestOp.create()] }), undefined, "an empty op needs nothing");
  assert.equal(judge({ success: [set("secret")] }, root()), undefined);
  assert.equal(judge({ success: [set("rw")] }, anonymous), "UserEmpty");
});

test("leases are for those who may use all their keys", () => {
  assert.equal(refuseLeaseWrite(store, foo(), keysOf, 1n), undefined);
  assert.equal(refuseLeaseWrite(store, foo(), keysOf, 2n), "PermissionDenied");
  assert.equal(refuseLeaseWrite(store, foo(), keysOf, 99n), undefined);
  assert.equal(refuseLeaseRenew(store, undefined, keysOf, 4n), "UserEmpty");
  assert.equal(refuseLeaseRenew(store, foo(), keysOf, 3n), "PermissionDenied");
  assert.equal(refuseLeaseRead(store, foo(), keysOf, [1n, 2n]), undefined);
  assert.equal(refuseLeaseRead(store, foo(), keysOf, [1n, 3n]), "PermissionDenied");
  assert.equal(refuseLeaseRead(store, undefined, keysOf, []), "UserEmpty");
  assert.equal(refuseLeaseRead(store, root(), keysOf, [3n]), undefined);
});

test("without authentication everything is allowed", () => {
  store.disable();
  assert.equal(refusePut(store, anonymous, keysOf, put("secret", 3n, true)), undefined);
  assert.equal(
    refuseTxn(store, anonymous, keysOf, TxnRequest.create({ compare: [Compare.create({ key: utf8("secret") })] })),
    undefined,
  );
  assert.equal(refuseLeaseRenew(store, undefined, keysOf, 3n), undefined);
  assert.equal(refuseLeaseRead(store, undefined, keysOf, [3n]), undefined);
});
