/** The claims of etcd's auth/store_test.go. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { MapTokenKeeper } from "../../../test/support/token-keeper.ts";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { base64 } from "../../proto/base64.ts";
import { Permission, PermissionType } from "../../proto/generated/auth.ts";
import { AuthUserAddRequest, AuthUserChangePasswordRequest } from "../../proto/generated/rpc.ts";
import { Bucket } from "../mvcc/backend.ts";
import { AuthStore } from "./auth-store.ts";

const { READ, WRITE, READWRITE } = PermissionType;
const NONE = new Uint8Array(0);
let backend: MemoryBackend;
let tokens: MapTokenKeeper;
let store: AuthStore;

const userAdd = (name: string, password = "pw", noPassword = false) =>
  store.addUser(
    AuthUserAddRequest.create({ name, hashedPassword: base64(utf8(`hash of ${password}`)), options: { noPassword } }),
  );
const permission = (permType: PermissionType, key: string, rangeEnd = "") =>
  Permission.create({ permType, key: utf8(key), rangeEnd: utf8(rangeEnd) });
const as = (username: string, revision = store.revision) => ({ username, revision });
const permissions = (role: string) =>
  store.rolePermissions(role)?.map((p) => `${p.permType} ${utf8Text(p.key)} ${utf8Text(p.rangeEnd)}`);

/** Authentication on, users root and foo, role role-test. */
beforeEach(() => {
  backend = new MemoryBackend();
  tokens = new MapTokenKeeper();
  store = new AuthStore(backend, tokens);
  assert.equal(userAdd("root"), undefined);
  assert.equal(store.grantRole("root", "root"), undefined);
  assert.equal(store.enable(), undefined);
  assert.equal(store.addRole("role-test"), undefined);
  assert.equal(userAdd("foo", "bar"), undefined);
});

/** Runs a change and tells how far it moved the revision. */
function moved(change: () => string | undefined): [string | undefined, number] {
  const before = store.revision;
  return [change(), store.revision - before];
}

test("a new store has revision 1, and keeps it when it is opened again", () => {
  const fresh = new MemoryBackend();
  assert.equal(new AuthStore(fresh, tokens).revision, 1);
  assert.equal(new AuthStore(fresh, tokens).revision, 1);
});

test("enabling needs a user root with the role root, and is idempotent", () => {
  store = new AuthStore(new MemoryBackend(), tokens);
  assert.deepEqual(
    moved(() => store.enable()),
    ["RootUserNotExist", 0],
  );
  userAdd("root");
  assert.deepEqual(
    moved(() => store.enable()),
    ["RootRoleNotExist", 0],
  );
  store.grantRole("root", "root");
  assert.deepEqual(
    moved(() => store.enable()),
    [undefined, 0],
  );
  assert.deepEqual(
    moved(() => store.enable()),
    [undefined, 0],
  );
  assert.equal(store.enabled, true);
});

test("disabling voids tokens and moves the revision once", () => {
  tokens.calls.length = 0;
  const disable = () => {
    store.disable();
    return undefined;
  };
  assert.deepEqual(moved(disable), [undefined, 1]);
  assert.deepEqual(moved(disable), [undefined, 0]);
  assert.deepEqual(tokens.calls, ["disable"]);
  assert.equal(store.refuseAdmin(undefined), undefined, "everything is allowed");
});

test("each change moves the revision by one, a refused one does not", () => {
  const steps: [() => string | undefined, string | undefined, number][] = [
    [() => userAdd("bar"), undefined, 1],
    [() => userAdd("bar"), "UserAlreadyExist", 0],
    [() => userAdd(""), "UserEmpty", 0],
    [() => store.addRole("r"), undefined, 1],
    [() => store.addRole("r"), "RoleAlreadyExist", 0],
    [() => store.addRole(""), "RoleEmpty", 0],
    [() => store.grantRole("bar", "r"), undefined, 1],
    [() => store.grantRole("bar", "r"), undefined, 0],
    [() => store.grantRole("nobody", "r"), "UserNotFound", 0],
    [() => store.grantRole("bar", "nothing"), "RoleNotFound", 0],
    [() => store.grantPermission("r", permission(READ, "k")), undefined, 1],
    [() => store.grantPermission("r", permission(READ, "k")), undefined, 1],
    [() => store.grantPermission("r", undefined), "PermissionNotGiven", 0],
    [() => store.grantPermission("r", permission(READ, "b", "a")), "InvalidAuthMgmt", 0],
    [() => store.grantPermission("nothing", permission(READ, "k")), "RoleNotFound", 0],
    [() => store.revokePermission("r", utf8("k"), NONE), undefined, 1],
    [() => store.revokePermission("r", utf8("k"), NONE), "PermissionNotGranted", 0],
    [() => store.revokePermission("nothing", utf8("k"), NONE), "RoleNotFound", 0],
    [() => store.revokeRole("bar", "r"), undefined, 1],
    [() => store.revokeRole("bar", "r"), "RoleNotGranted", 0],
    [() => store.revokeRole("nobody", "r"), "UserNotFound", 0],
    [() => store.deleteRole("r"), undefined, 1],
    [() => store.deleteRole("r"), "RoleNotFound", 0],
    [() => store.deleteUser("bar"), undefined, 1],
    [() => store.deleteUser("bar"), "UserNotFound", 0],
  ];
  for (const [change, refusal, by] of steps) assert.deepEqual(moved(change), [refusal, by], String(change));
});

test("user root and role root stay while authentication is on", () => {
  store.addRole("root");
  assert.equal(store.deleteUser("root"), "InvalidAuthMgmt");
  assert.equal(store.deleteRole("root"), "InvalidAuthMgmt");
  assert.equal(store.revokeRole("root", "root"), "InvalidAuthMgmt");
  store.disable();
  assert.equal(store.revokeRole("root", "root"), undefined);
  assert.equal(store.deleteRole("root"), undefined);
  assert.equal(store.deleteUser("root"), undefined);
});

test("deleting a user and changing a password void the user's tokens", () => {
  assert.deepEqual(store.authenticate("foo", "prefix", 8), { token: "prefix.7" });
  assert.equal(tokens.tokens.get("prefix.7"), "foo");
  const change = AuthUserChangePasswordRequest.create({ name: "foo", hashedPassword: base64(utf8("new hash")) });
  assert.equal(store.changePassword(change), undefined);
  assert.equal(tokens.tokens.size, 0);
  const found = store.credential("foo");
  assert.ok(found.ok);
  assert.equal(utf8Text(found.value.hash), "new hash");
  store.authenticate("foo", "prefix", 9);
  assert.equal(store.deleteUser("foo"), undefined);
  assert.equal(tokens.tokens.size, 0);
  assert.equal(store.changePassword(change), "UserNotFound");
});

test("logins are refused to strangers, users without password, and while authentication is off", () => {
  userAdd("locked", "", true);
  assert.equal(store.authenticate("nobody", "p", 1), "AuthFailed");
  assert.equal(store.authenticate("locked", "p", 1), "AuthFailed");
  assert.deepEqual(store.credential("nobody"), { ok: false, refusal: "AuthFailed" });
  assert.deepEqual(store.credential("locked"), { ok: false, refusal: "AuthNoPasswordUser" });
  store.disable();
  assert.equal(store.authenticate("foo", "p", 1), "AuthNotEnabled");
  assert.deepEqual(store.credential("foo"), { ok: false, refusal: "AuthNotEnabled" });
});

test("a password that stands in clear in an old log entry is hashed, a malformed hash is refused", () => {
  assert.equal(store.addUser(AuthUserAddRequest.create({ name: "old", password: "clear" })), undefined);
  const found = store.credential("old");
  assert.ok(found.ok);
  assert.equal(utf8Text(found.value.hash), "hash of clear");
  for (const hashedPassword of ["a", "ab", "abc", "a-b_", "====", "ab=c", "ab c"]) {
    const request = AuthUserAddRequest.create({ name: "bad", hashedPassword });
    assert.equal(store.addUser(request), "AuthNoPasswordUser", hashedPassword);
  }
  assert.equal(store.addUser(AuthUserAddRequest.create({ name: "wrapped", hashedPassword: "YW\nJj\r\n" })), undefined);
});

test("roles of a user are sorted by bytes, whatever the order of grants", () => {
  for (const role of ["b", "a", "\u{1f600}", "\uffee", "c"]) {
    store.addRole(role);
    store.grantRole("foo", role);
  }
  assert.deepEqual(store.userRoles("foo"), ["a", "b", "c", "\uffee", "\u{1f600}"]);
  assert.deepEqual(store.roleNames(), ["a", "b", "c", "role-test", "\uffee", "\u{1f600}"]);
  store.deleteRole("b");
  assert.deepEqual(store.userRoles("foo"), ["a", "c", "\uffee", "\u{1f600}"]);
});

test("granting on the same range changes the type, revoking takes the exact range", () => {
  store.grantPermission("role-test", permission(WRITE, "m", "n"));
  store.grantPermission("role-test", permission(READ, "c"));
  store.grantPermission("role-test", permission(READWRITE, "m", "n"));
  assert.deepEqual(permissions("role-test"), ["0 c ", "2 m n"]);
  assert.equal(store.revokePermission("role-test", utf8("m"), NONE), "PermissionNotGranted");
  assert.equal(store.revokePermission("role-test", utf8("m"), utf8("n")), undefined);
  assert.deepEqual(permissions("role-test"), ["0 c "]);
});

test("the role root has everything, and its granted permissions do not show", () => {
  store.addRole("root");
  store.grantPermission("root", permission(READ, "x"));
  assert.deepEqual(permissions("root"), ["2  \0"]);
  assert.equal(permissions("nothing"), undefined);
});

test("reads, writes and deletes are allowed by the union of the user's roles", () => {
  store.addRole("more");
  store.grantPermission("role-test", permission(READ, "a", "c"));
  store.grantPermission("more", permission(READWRITE, "c", "e"));
  store.grantPermission("more", permission(WRITE, "z"));
  store.grantRole("foo", "role-test");
  store.grantRole("foo", "more");
  const read = (key: string, end = "") => store.refuseRange(as("foo"), utf8(key), utf8(end));
  const put = (key: string) => store.refusePut(as("foo"), utf8(key));
  const remove = (key: string, end = "") => store.refuseDeleteRange(as("foo"), utf8(key), utf8(end));
  assert.equal(read("a", "e"), undefined, "two roles together");
  assert.equal(read("a", "f"), "PermissionDenied");
  assert.equal(read("z"), "PermissionDenied", "write only");
  assert.equal(put("z"), undefined);
  assert.equal(put("a"), "PermissionDenied", "read only");
  assert.equal(remove("c", "e"), undefined);
  assert.equal(remove("b", "e"), "PermissionDenied");
  store.revokeRole("foo", "more");
  assert.equal(put("z"), "PermissionDenied", "the ranges follow at once");
  assert.equal(store.refuseRange(as("root"), utf8("anything"), utf8("\0")), undefined, "root may");
});

test("checks look at the revision first, then at the user", () => {
  const key = utf8("k");
  const old = as("foo");
  userAdd("another");
  assert.equal(store.refuseRange(old, key, NONE), "AuthOldRevision");
  assert.equal(store.refuseRange({ username: "", revision: 0 }, key, NONE), "UserEmpty");
  assert.equal(store.refuseRange(as("nobody"), key, NONE), "PermissionDenied");
  assert.equal(store.refuseRange(as("root", store.revision + 5), key, NONE), undefined, "a member that lags behind");
  assert.equal(store.refuseStale(old), "AuthOldRevision");
  assert.equal(store.refuseStale(as("foo")), undefined);
  assert.equal(store.refuseStale({ username: "", revision: 0 }), undefined);
});

test("administration is for those who have the role root", () => {
  assert.equal(store.refuseAdmin(as("root", 1)), undefined);
  assert.equal(store.refuseAdmin(as("rooti", 1)), "UserNotFound");
  assert.equal(store.refuseAdmin(as("", 1)), "UserEmpty");
  assert.equal(store.refuseAdmin(undefined), "UserEmpty");
  assert.equal(store.refuseAdmin(as("foo", 1)), "PermissionDenied");
  assert.equal(store.refuseAnonymous(undefined), "UserEmpty");
  assert.equal(store.refuseAnonymous(as("foo")), undefined);
  store.grantRole("foo", "root");
  assert.equal(store.refuseAdmin(as("foo", 1)), undefined);
  assert.equal(store.hasRole("foo", "root"), true);
  assert.equal(store.hasRole("foo", "role-test"), false);
  assert.equal(store.hasRole("nobody", "root"), false);
});

test("recover takes over users, roles, revision and the switch of another backend", () => {
  store.grantPermission("role-test", permission(READ, "k"));
  store.grantRole("foo", "role-test");
  const otherTokens = new MapTokenKeeper();
  const other = new AuthStore(new MemoryBackend(), otherTokens);
  other.recover(backend);
  assert.equal(other.enabled, true);
  assert.equal(other.revision, store.revision);
  assert.deepEqual(otherTokens.calls, ["enable"]);
  assert.equal(other.refuseRange(as("foo"), utf8("k"), NONE), undefined);
  assert.equal(other.refuseRange(as("foo"), utf8("l"), NONE), "PermissionDenied");
  assert.deepEqual(other.userNames(), ["foo", "root"]);
});

test("a permission of a type that this version does not know grants nothing", () => {
  store.grantRole("foo", "role-test");
  store.grantPermission("role-test", permission(7 as PermissionType, "k"));
  assert.equal(store.refuseRange(as("foo"), utf8("k"), NONE), "PermissionDenied");
  assert.equal(store.refusePut(as("foo"), utf8("k")), "PermissionDenied");
});

test("no password reaches the backend but as a hash", () => {
  userAdd("secretive", "swordfish");
  const texts: string[] = [];
  backend.scan(Bucket.AuthUsers, NONE, undefined, (key, value) => {
    texts.push(utf8Text(key) + utf8Text(value));
  });
  assert.ok(texts.some((text) => text.includes("hash of swordfish")));
  assert.deepEqual(
    texts.filter((text) => text.replace("hash of swordfish", "").includes("swordfish")),
    [],
  );
});
