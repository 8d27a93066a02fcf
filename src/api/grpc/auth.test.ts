/** The Auth and Cluster services over the real state machine, without log and network. */
import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { FakeCall } from "../../../test/support/fake-call.ts";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { MapTokenKeeper } from "../../../test/support/token-keeper.ts";
import { utf8Text } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { applyAuth } from "../../core/auth/auth-apply.ts";
import { AuthStore } from "../../core/auth/auth-store.ts";
import { createMember, type Member } from "../../core/membership/member.ts";
import { base64 } from "../../proto/base64.ts";
import * as rpc from "../../proto/generated/rpc.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { type AuthServer, authMethods } from "./auth.ts";
import type { CallerIdentity, CallGate } from "./call-gate.ts";
import { type ClusterServer, clusterMethods } from "./cluster.ts";

const header = rpc.ResponseHeader.create({ clusterId: 1n, memberId: 2n, revision: 3, raftTerm: 4 });
let store: AuthStore;
let caller: CallerIdentity | undefined;
let identified: number;
let proposals: string[];

const gate: CallGate = {
  admitUnary: () => undefined,
  admitStream: () => undefined,
  identify(_call, settle) {
    identified++;
    settle(caller, undefined);
  },
  requireAdmin(identity) {
    const refusal = store.refuseAdmin(identity);
    return refusal === undefined ? undefined : etcdError(refusal);
  },
  requireUser(identity) {
    const refusal = store.refuseAnonymous(identity);
    return refusal === undefined ? undefined : etcdError(refusal);
  },
};

const authServer: AuthServer = {
  header: () => header,
  async proposeAuth(field, request, identity) {
    proposals.push(`${field} ${utf8Text(request)}`);
    const outcome = applyAuth(store, field, request, identity ?? { username: "", revision: 0 }, 9);
    if (!outcome.ok) throw etcdError(outcome.refusal);
    return outcome.response;
  },
  async login(username, password) {
    if (password !== "right") throw etcdError("AuthFailed");
    return `token of ${username}`;
  },
  hashPassword: async (password) => base64(new TextEncoder().encode(`h(${password})`)),
};

let clusterCalls: string[];
const members: Member[] = [
  createMember({ id: 5n, peerURLs: ["http://p:1"], name: "five", clientURLs: ["http://c:1"] }),
];
const note = async (text: string) => {
  clusterCalls.push(text);
  return members;
};
const clusterServer: ClusterServer = {
  clusterHeader: () => rpc.ResponseHeader.create({ clusterId: 1n, memberId: 2n, raftTerm: 4 }),
  unixSeconds: () => Date.parse("1984-12-23T15:04:05Z") / 1000,
  addMember: (member) => note(`add ${member.id} ${member.peerURLs.join()} ${member.isLearner}`),
  removeMember: (id) => note(`remove ${id}`),
  updateMember: (id, peerURLs) => note(`update ${id} ${peerURLs.join()}`),
  promoteMember: (id) => note(`promote ${id}`),
  async linearizableRead() {
    clusterCalls.push("read");
  },
  members: () => members,
};

async function call<Q extends object, R extends object>(
  method: string,
  request: MessageCodec<Q>,
  message: Parameters<MessageCodec<Q>["encode"]>[0],
  response: MessageCodec<R>,
): Promise<R | string> {
  const methods = method.startsWith("Member") ? clusterMethods(gate, clusterServer) : authMethods(gate, authServer);
  const found = methods.get(`/etcdserverpb.${method.startsWith("Member") ? "Cluster" : "Auth"}/${method}`);
  assert.ok(found?.kind === "unary", method);
  const one = new FakeCall();
  found.handle(one, request.encode(message));
  for (let i = 0; i < 10 && !one.ended; i++) await Promise.resolve();
  await new Promise((resolve) => setImmediate(resolve));
  assert.ok(one.ended, `${method} did not answer`);
  return one.error?.message ?? response.decode(one.sent[0]!);
}

beforeEach(() => {
  store = new AuthStore(new MemoryBackend(), new MapTokenKeeper());
  caller = undefined;
  identified = 0;
  proposals = [];
  clusterCalls = [];
});

async function addRoot(): Promise<void> {
  await call("UserAdd", rpc.AuthUserAddRequest, { name: "root", password: "pw" }, rpc.AuthUserAddResponse);
  await call(
    "UserGrantRole",
    rpc.AuthUserGrantRoleRequest,
    { user: "root", role: "root" },
    rpc.AuthUserGrantRoleResponse,
  );
  await call("AuthEnable", rpc.AuthEnableRequest, {}, rpc.AuthEnableResponse);
  caller = { username: "root", revision: store.revision };
}

test("all seventeen methods of the service are there", () => {
  assert.equal(authMethods(gate, authServer).size, 17);
  assert.equal(clusterMethods(gate, clusterServer).size, 5);
});

test("passwords are proposed as hashes, and not at all for users without one", async () => {
  await addRoot();
  assert.ok(
    proposals.every((text) => !text.includes("pw")),
    proposals.join(),
  );
  const found = store.credential("root");
  assert.ok(found.ok);
  assert.equal(utf8Text(found.value.hash), "h(pw)");
  const message = { name: "locked", password: "pw", options: { noPassword: true } };
  await call("UserAdd", rpc.AuthUserAddRequest, message, rpc.AuthUserAddResponse);
  const change = { name: "root", password: "sesame" };
  await call("UserChangePassword", rpc.AuthUserChangePasswordRequest, change, rpc.AuthUserChangePasswordResponse);
  assert.ok(proposals.every((text) => !text.includes("pw") && !text.includes("sesame")));
});

test("responses carry the server's header and what was asked for", async () => {
  await addRoot();
  const add = rpc.AuthRoleAddRequest;
  assert.deepEqual(await call("RoleAdd", add, { name: "r" }, rpc.AuthRoleAddResponse), { header });
  assert.equal(
    await call("RoleAdd", add, { name: "r" }, rpc.AuthRoleAddResponse),
    "etcdserver: role name already exists",
  );
  const roles = await call("RoleList", rpc.AuthRoleListRequest, {}, rpc.AuthRoleListResponse);
  assert.deepEqual(roles, { header, roles: ["r"] });
  const status = await call("AuthStatus", rpc.AuthStatusRequest, {}, rpc.AuthStatusResponse);
  assert.deepEqual(status, { header, enabled: true, authRevision: store.revision });
  const user = await call("UserGet", rpc.AuthUserGetRequest, { name: "root" }, rpc.AuthUserGetResponse);
  assert.deepEqual(user, { header, roles: ["root"] });
});

test("a login looks at no credentials", async () => {
  const login = (password: string) =>
    call("Authenticate", rpc.AuthenticateRequest, { name: "a", password }, rpc.AuthenticateResponse);
  assert.deepEqual(await login("right"), { header, token: "token of a" });
  assert.equal(await login("wrong"), "etcdserver: authentication failed, invalid user ID or password");
  assert.equal(identified, 0);
});

test("members may see themselves and their roles, the rest is for administrators", async () => {
  await addRoot();
  await call("UserAdd", rpc.AuthUserAddRequest, { name: "foo" }, rpc.AuthUserAddResponse);
  await call("RoleAdd", rpc.AuthRoleAddRequest, { name: "own" }, rpc.AuthRoleAddResponse);
  await call("RoleAdd", rpc.AuthRoleAddRequest, { name: "other" }, rpc.AuthRoleAddResponse);
  const grant = { user: "foo", role: "own" };
  await call("UserGrantRole", rpc.AuthUserGrantRoleRequest, grant, rpc.AuthUserGrantRoleResponse);
  caller = { username: "foo", revision: store.revision };
  const denied = "etcdserver: permission denied";
  const user = (name: string) => call("UserGet", rpc.AuthUserGetRequest, { name }, rpc.AuthUserGetResponse);
  const role = (name: string) => call("RoleGet", rpc.AuthRoleGetRequest, { role: name }, rpc.AuthRoleGetResponse);
  assert.deepEqual(await user("foo"), { header, roles: ["own"] });
  assert.equal(await user("root"), denied);
  assert.deepEqual(await role("own"), { header, perm: [] });
  assert.equal(await role("other"), denied);
  assert.equal(await call("UserList", rpc.AuthUserListRequest, {}, rpc.AuthUserListResponse), denied);
  assert.equal(await call("AuthDisable", rpc.AuthDisableRequest, {}, rpc.AuthDisableResponse), denied);
  caller = undefined;
  const anonymous = await call("UserList", rpc.AuthUserListRequest, {}, rpc.AuthUserListResponse);
  assert.equal(anonymous, "etcdserver: user name is empty");
});

test("members are added with the ID that etcd would give, and headers carry no revision", async () => {
  const added = await call(
    "MemberAdd",
    rpc.MemberAddRequest,
    { peerURLs: ["http://10.0.0.8:2379"] },
    rpc.MemberAddResponse,
  );
  assert.ok(typeof added !== "string");
  assert.equal(added.member?.id, 2448790162483548276n);
  assert.equal(added.header?.revision, 0);
  assert.deepEqual(added.members, [
    { id: 5n, name: "five", peerURLs: ["http://p:1"], clientURLs: ["http://c:1"], isLearner: false },
  ]);
  const bad = await call("MemberAdd", rpc.MemberAddRequest, { peerURLs: ["nonsense"] }, rpc.MemberAddResponse);
  assert.equal(bad, "etcdserver: given member URLs are invalid");
  await call(
    "MemberAdd",
    rpc.MemberAddRequest,
    { peerURLs: ["http://b:2", "http://a:1"], isLearner: true },
    rpc.MemberAddResponse,
  );
  await call("MemberRemove", rpc.MemberRemoveRequest, { id: 5n }, rpc.MemberRemoveResponse);
  await call("MemberUpdate", rpc.MemberUpdateRequest, { id: 5n, peerURLs: ["as it comes"] }, rpc.MemberUpdateResponse);
  await call("MemberPromote", rpc.MemberPromoteRequest, { id: 5n }, rpc.MemberPromoteResponse);
  await call("MemberList", rpc.MemberListRequest, {}, rpc.MemberListResponse);
  await call("MemberList", rpc.MemberListRequest, { linearizable: true }, rpc.MemberListResponse);
  assert.equal(clusterCalls[0], "add 2448790162483548276 http://10.0.0.8:2379 false");
  assert.match(clusterCalls[1]!, /^add [0-9]+ http:\/\/a:1,http:\/\/b:2 true$/);
  assert.deepEqual(clusterCalls.slice(2), ["remove 5", "update 5 as it comes", "promote 5", "read"]);
});

test("changing members is for administrators, listing them for any user", async () => {
  await addRoot();
  await call("UserAdd", rpc.AuthUserAddRequest, { name: "foo" }, rpc.AuthUserAddResponse);
  caller = { username: "foo", revision: store.revision };
  const denied = "etcdserver: permission denied";
  const peerURLs = ["http://h:1"];
  assert.equal(await call("MemberAdd", rpc.MemberAddRequest, { peerURLs }, rpc.MemberAddResponse), denied);
  assert.equal(await call("MemberRemove", rpc.MemberRemoveRequest, { id: 5n }, rpc.MemberRemoveResponse), denied);
  assert.equal(await call("MemberUpdate", rpc.MemberUpdateRequest, { id: 5n }, rpc.MemberUpdateResponse), denied);
  assert.equal(await call("MemberPromote", rpc.MemberPromoteRequest, { id: 5n }, rpc.MemberPromoteResponse), denied);
  assert.notEqual(await call("MemberList", rpc.MemberListRequest, {}, rpc.MemberListResponse), denied);
  caller = undefined;
  const anonymous = await call("MemberList", rpc.MemberListRequest, {}, rpc.MemberListResponse);
  assert.equal(anonymous, "etcdserver: user name is empty");
});
