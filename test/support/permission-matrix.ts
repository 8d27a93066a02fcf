/**
 * Every RPC by every kind of caller, with authentication on: what a server answers to each, as a table.
 * `test/real/record-permission-matrix.ts` fills it from a real etcd into test/golden/permission-matrix.golden.json; `test/permission-matrix.test.ts`
 * from ours, and compares.
 *
 * Keys k1, k2, k3 and z are there. Callers:
 *
 *   no token, bad token     no user
 *   no role                 a user without roles
 *   reader, writer          READ, or WRITE, on [k, l)
 *   partial                 READWRITE on [k1, k3): the range [k, l) is covered in part
 *   union                   READWRITE on [k, k2) and on [k2, l): covered by two grants together
 *   root
 */
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { PermissionType } from "../../src/proto/generated/auth.ts";
import * as election from "../../src/proto/generated/election.ts";
import * as health from "../../src/proto/generated/health.ts";
import * as lock from "../../src/proto/generated/lock.ts";
import * as rpc from "../../src/proto/generated/rpc.ts";

/** RPC and its variant -> caller -> "OK" or "<gRPC code> <message>". */
export type PermissionMatrix = Record<string, Record<string, string>>;

const text = (value: string): Uint8Array => new TextEncoder().encode(value);
const [KEY, KEY2, FIRST, END, OUTSIDE] = [text("k1"), text("k2"), text("k"), text("l"), text("z")];

interface Grant {
  readonly permType: PermissionType;
  readonly key: string;
  readonly rangeEnd: string;
}

const GRANTS: Readonly<Record<string, readonly Grant[]>> = {
  reader: [{ permType: PermissionType.READ, key: "k", rangeEnd: "l" }],
  writer: [{ permType: PermissionType.WRITE, key: "k", rangeEnd: "l" }],
  partial: [{ permType: PermissionType.READWRITE, key: "k1", rangeEnd: "k3" }],
  union: [
    { permType: PermissionType.READWRITE, key: "k", rangeEnd: "k2" },
    { permType: PermissionType.READWRITE, key: "k2", rangeEnd: "l" },
  ],
};

const USERS = ["norole", ...Object.keys(GRANTS), "root"] as const;
const PASSWORD = "a password";

interface Caller {
  readonly name: string;
  readonly user: string;
  readonly token: string | undefined;
}

interface Case {
  readonly name: string;
  readonly path: string;
  /** What the client sends; `n` differs for each caller. */
  request(caller: Caller, n: number): Uint8Array;
  /** Done by root before each call. */
  before?(root: MatrixClient, n: number): Promise<void>;
  /** Streams: the first message answers. */
  readonly isStream?: boolean;
  /** Finds a refusal inside of a reply. */
  refusalIn?(reply: Uint8Array): string | undefined;
}

class MatrixClient {
  readonly #client: Client;
  readonly token: string | undefined;

  constructor(client: Client, token: string | undefined) {
    this.#client = client;
    this.token = token;
  }

  as(token: string | undefined): MatrixClient {
    return new MatrixClient(this.#client, token);
  }

  #metadata(): Metadata {
    const metadata = new Metadata();
    if (this.token !== undefined) metadata.set("token", this.token);
    return metadata;
  }

  unary(path: string, request: Uint8Array): Promise<Uint8Array> {
    const same = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + 10_000 };
      const done = (error: ServiceError | null, reply?: Buffer): void => (error ? reject(error) : resolve(reply!));
      this.#client.makeUnaryRequest(path, same, same, Buffer.from(request), this.#metadata(), options, done);
    });
  }

  firstOfStream(path: string, request: Uint8Array): Promise<Uint8Array> {
    const same = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve, reject) => {
      const stream = this.#client.makeBidiStreamRequest(path, same, same, this.#metadata(), {
        deadline: Date.now() + 10_000,
      });
      stream.on("error", reject);
      stream.on("end", () => reject(new Error("ended without a message")));
      stream.on("data", (reply: Buffer) => {
        resolve(reply);
        stream.cancel();
      });
      stream.write(Buffer.from(request));
      // Keepalive and watch streams end with their client's side.
      if (!/KeepAlive|Watch/.test(path)) stream.end();
    });
  }
}

const watchRefusal = (reply: Uint8Array): string | undefined => {
  const response = rpc.WatchResponse.decode(reply);
  return response.canceled ? `canceled ${response.cancelReason}` : undefined;
};

const KV = "/etcdserverpb.KV/";
const LEASE = "/etcdserverpb.Lease/";
const AUTH = "/etcdserverpb.Auth/";
const MAINTENANCE = "/etcdserverpb.Maintenance/";
const CLUSTER = "/etcdserverpb.Cluster/";

const range = (init: Partial<rpc.RangeRequest>): rpc.RangeRequest => rpc.RangeRequest.create(init);
const put = (init: Partial<rpc.PutRequest>): rpc.PutRequest =>
  rpc.PutRequest.create({ key: KEY, value: text("v"), ...init });
const remove = (init: Partial<rpc.DeleteRangeRequest>): rpc.DeleteRangeRequest => rpc.DeleteRangeRequest.create(init);
const op = (init: Partial<rpc.RequestOp>): rpc.RequestOp => rpc.RequestOp.create(init);
const txn = (init: Partial<rpc.TxnRequest>): Uint8Array => rpc.TxnRequest.encode(rpc.TxnRequest.create(init));
const compare = (init: Partial<rpc.Compare>): rpc.Compare => rpc.Compare.create({ version: 0, ...init });
const rangeOp = (init: Partial<rpc.RangeRequest>): rpc.RequestOp => op({ requestRange: range(init) });
const putOp = (init: Partial<rpc.PutRequest>): rpc.RequestOp => op({ requestPut: put(init) });

function fixed(name: string, path: string, bytes: Uint8Array, more: Partial<Case> = {}): Case {
  return { name, path, request: () => bytes, ...more };
}

/** A lease of that number with a key attached. */
async function leaseWith(root: MatrixClient, id: number, key: Uint8Array): Promise<void> {
  const grant = rpc.LeaseGrantRequest.create({ id: BigInt(id), ttl: 600 });
  await root.unary(`${LEASE}LeaseGrant`, rpc.LeaseGrantRequest.encode(grant));
  await root.unary(`${KV}Put`, rpc.PutRequest.encode(put({ key, lease: BigInt(id) })));
}

/** Leases that `n` keeps apart: on k2, and on z. */
const insideLease = (n: number): bigint => BigInt(10_000 + n);
const outsideLease = (n: number): bigint => BigInt(20_000 + n);
const withLeases = (): Pick<Case, "before"> => ({
  async before(root, n) {
    await leaseWith(root, Number(insideLease(n)), KEY2);
    await leaseWith(root, Number(outsideLease(n)), OUTSIDE);
  },
});

function kvCases(): Case[] {
  const r = (init: Partial<rpc.RangeRequest>): Uint8Array => rpc.RangeRequest.encode(range(init));
  const p = (init: Partial<rpc.PutRequest>): Uint8Array => rpc.PutRequest.encode(put(init));
  const d = (init: Partial<rpc.DeleteRangeRequest>): Uint8Array => rpc.DeleteRangeRequest.encode(remove(init));
  const all = { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) };
  return [
    fixed("Range one key", `${KV}Range`, r({ key: KEY })),
    fixed("Range one key serializable", `${KV}Range`, r({ key: KEY, serializable: true })),
    fixed("Range a key outside", `${KV}Range`, r({ key: OUTSIDE })),
    fixed("Range [k,l)", `${KV}Range`, r({ key: FIRST, rangeEnd: END })),
    fixed("Range [k,l) count only", `${KV}Range`, r({ key: FIRST, rangeEnd: END, countOnly: true })),
    fixed("Range [k,l) limit 1", `${KV}Range`, r({ key: FIRST, rangeEnd: END, limit: 1 })),
    fixed("Range from k1", `${KV}Range`, r({ key: KEY, rangeEnd: Uint8Array.of(0) })),
    fixed("Range everything", `${KV}Range`, r(all)),
    fixed("Range without key", `${KV}Range`, r({})),
    fixed("RangeStream one key", `${KV}RangeStream`, r({ key: KEY }), { isStream: true }),
    fixed("RangeStream [k,l)", `${KV}RangeStream`, r({ key: FIRST, rangeEnd: END }), { isStream: true }),
    fixed("Put", `${KV}Put`, p({})),
    fixed("Put outside", `${KV}Put`, p({ key: OUTSIDE })),
    fixed("Put prev_kv", `${KV}Put`, p({ prevKv: true })),
    {
      name: "Put with a lease inside",
      path: `${KV}Put`,
      request: (_, n) => p({ lease: insideLease(n) }),
      ...withLeases(),
    },
    {
      name: "Put with a lease outside",
      path: `${KV}Put`,
      request: (_, n) => p({ lease: outsideLease(n) }),
      ...withLeases(),
    },
    fixed("Put with a lease that is not there", `${KV}Put`, p({ lease: 999_999n })),
    fixed("DeleteRange one key", `${KV}DeleteRange`, d({ key: text("k1-") })),
    fixed("DeleteRange one key prev_kv", `${KV}DeleteRange`, d({ key: text("k1-"), prevKv: true })),
    fixed("DeleteRange [k4,l)", `${KV}DeleteRange`, d({ key: text("k4"), rangeEnd: END })),
    fixed("DeleteRange [k4,l) prev_kv", `${KV}DeleteRange`, d({ key: text("k4"), rangeEnd: END, prevKv: true })),
    fixed("DeleteRange from zz", `${KV}DeleteRange`, d({ key: text("zz"), rangeEnd: Uint8Array.of(0) })),
    fixed("Txn empty", `${KV}Txn`, txn({})),
    fixed("Txn compare k1", `${KV}Txn`, txn({ compare: [compare({ key: KEY })] })),
    fixed("Txn compare [k,l)", `${KV}Txn`, txn({ compare: [compare({ key: FIRST, rangeEnd: END })] })),
    fixed("Txn compare outside", `${KV}Txn`, txn({ compare: [compare({ key: OUTSIDE })] })),
    fixed("Txn read", `${KV}Txn`, txn({ success: [rangeOp({ key: KEY })] })),
    fixed("Txn read serializable", `${KV}Txn`, txn({ success: [rangeOp({ key: KEY, serializable: true })] })),
    fixed("Txn put", `${KV}Txn`, txn({ success: [putOp({})] })),
    fixed("Txn put prev_kv", `${KV}Txn`, txn({ success: [putOp({ prevKv: true })] })),
    fixed("Txn put outside in the branch not taken", `${KV}Txn`, txn({ failure: [putOp({ key: OUTSIDE })] })),
    fixed("Txn read outside in the branch not taken", `${KV}Txn`, txn({ failure: [rangeOp({ key: OUTSIDE })] })),
    fixed(
      "Txn nested put outside",
      `${KV}Txn`,
      txn({ success: [op({ requestTxn: rpc.TxnRequest.create({ failure: [putOp({ key: OUTSIDE })] }) })] }),
    ),
    fixed(
      "Txn delete [k4,l)",
      `${KV}Txn`,
      txn({ success: [op({ requestDeleteRange: remove({ key: text("k4"), rangeEnd: END }) })] }),
    ),
    {
      name: "Txn put with a lease outside",
      path: `${KV}Txn`,
      request: (_, n) => txn({ success: [putOp({ lease: outsideLease(n) })] }),
      ...withLeases(),
    },
    fixed("Compact", `${KV}Compact`, rpc.CompactionRequest.encode(rpc.CompactionRequest.create({ revision: 99_999 }))),
  ];
}

function watchCases(): Case[] {
  const create = (init: Partial<rpc.WatchCreateRequest>): Uint8Array =>
    rpc.WatchRequest.encode(rpc.WatchRequest.create({ createRequest: rpc.WatchCreateRequest.create(init) }));
  const path = "/etcdserverpb.Watch/Watch";
  const watch = (name: string, init: Partial<rpc.WatchCreateRequest>): Case =>
    fixed(name, path, create(init), { isStream: true, refusalIn: watchRefusal });
  return [
    watch("Watch one key", { key: KEY }),
    watch("Watch [k,l)", { key: FIRST, rangeEnd: END }),
    watch("Watch [k,l) prev_kv", { key: FIRST, rangeEnd: END, prevKv: true }),
    watch("Watch outside", { key: OUTSIDE }),
    watch("Watch from k1", { key: KEY, rangeEnd: Uint8Array.of(0) }),
    watch("Watch everything", { key: Uint8Array.of(0), rangeEnd: Uint8Array.of(0) }),
    watch("Watch without key", {}),
  ];
}

function leaseCases(): Case[] {
  const one = (name: string, method: string, id: (n: number) => bigint, encode: (id: bigint) => Uint8Array): Case => ({
    name,
    path: `${LEASE}${method}`,
    request: (_, n) => encode(id(n)),
    ...withLeases(),
    isStream: method === "LeaseKeepAlive",
  });
  const revoke = (id: bigint): Uint8Array => rpc.LeaseRevokeRequest.encode(rpc.LeaseRevokeRequest.create({ id }));
  const keepAlive = (id: bigint): Uint8Array =>
    rpc.LeaseKeepAliveRequest.encode(rpc.LeaseKeepAliveRequest.create({ id }));
  const ttl =
    (keys: boolean) =>
    (id: bigint): Uint8Array =>
      rpc.LeaseTimeToLiveRequest.encode(rpc.LeaseTimeToLiveRequest.create({ id, keys }));
  const missing = (): bigint => 999_999n;
  return [
    {
      name: "LeaseGrant",
      path: `${LEASE}LeaseGrant`,
      request: (_, n) =>
        rpc.LeaseGrantRequest.encode(rpc.LeaseGrantRequest.create({ id: BigInt(30_000 + n), ttl: 60 })),
    },
    one("LeaseRevoke inside", "LeaseRevoke", insideLease, revoke),
    one("LeaseRevoke outside", "LeaseRevoke", outsideLease, revoke),
    one("LeaseRevoke of none", "LeaseRevoke", missing, revoke),
    one("LeaseKeepAlive inside", "LeaseKeepAlive", insideLease, keepAlive),
    one("LeaseKeepAlive outside", "LeaseKeepAlive", outsideLease, keepAlive),
    one("LeaseKeepAlive of none", "LeaseKeepAlive", missing, keepAlive),
    one("LeaseTimeToLive inside", "LeaseTimeToLive", insideLease, ttl(false)),
    one("LeaseTimeToLive inside with keys", "LeaseTimeToLive", insideLease, ttl(true)),
    one("LeaseTimeToLive outside", "LeaseTimeToLive", outsideLease, ttl(false)),
    one("LeaseTimeToLive outside with keys", "LeaseTimeToLive", outsideLease, ttl(true)),
    one("LeaseTimeToLive of none with keys", "LeaseTimeToLive", missing, ttl(true)),
    fixed("LeaseLeases", `${LEASE}LeaseLeases`, rpc.LeaseLeasesRequest.encode(rpc.LeaseLeasesRequest.create())),
  ];
}

function adminCases(): Case[] {
  const empty = new Uint8Array(0);
  const ofMember = (id: bigint): Uint8Array => rpc.MemberRemoveRequest.encode(rpc.MemberRemoveRequest.create({ id }));
  const alarm = (action: rpc.AlarmAction): Uint8Array =>
    rpc.AlarmRequest.encode(rpc.AlarmRequest.create({ action, alarm: rpc.AlarmType.NOSPACE }));
  const add = (peerURLs: string[]): Uint8Array =>
    rpc.MemberAddRequest.encode(rpc.MemberAddRequest.create({ peerURLs }));
  const list = (linearizable: boolean): Uint8Array =>
    rpc.MemberListRequest.encode(rpc.MemberListRequest.create({ linearizable }));
  return [
    fixed("Alarm GET", `${MAINTENANCE}Alarm`, alarm(rpc.AlarmAction.GET)),
    fixed("Alarm DEACTIVATE", `${MAINTENANCE}Alarm`, alarm(rpc.AlarmAction.DEACTIVATE)),
    fixed("Status", `${MAINTENANCE}Status`, empty),
    fixed("Defragment", `${MAINTENANCE}Defragment`, empty),
    fixed("Hash", `${MAINTENANCE}Hash`, empty),
    fixed("HashKV", `${MAINTENANCE}HashKV`, empty),
    fixed("Snapshot", `${MAINTENANCE}Snapshot`, empty, { isStream: true }),
    fixed(
      "MoveLeader to nobody",
      `${MAINTENANCE}MoveLeader`,
      rpc.MoveLeaderRequest.encode(rpc.MoveLeaderRequest.create({ targetID: 1n })),
    ),
    fixed(
      "Downgrade VALIDATE",
      `${MAINTENANCE}Downgrade`,
      rpc.DowngradeRequest.encode(
        rpc.DowngradeRequest.create({ action: rpc.DowngradeAction.VALIDATE, version: "3.6.0" }),
      ),
    ),
    fixed(
      "Downgrade CANCEL",
      `${MAINTENANCE}Downgrade`,
      rpc.DowngradeRequest.encode(rpc.DowngradeRequest.create({ action: rpc.DowngradeAction.CANCEL })),
    ),
    fixed("MemberList", `${CLUSTER}MemberList`, list(false)),
    fixed("MemberList linearizable", `${CLUSTER}MemberList`, list(true)),
    fixed("MemberAdd bad URL", `${CLUSTER}MemberAdd`, add(["127.0.0.1:1"])),
    fixed("MemberRemove of none", `${CLUSTER}MemberRemove`, ofMember(1n)),
    fixed(
      "MemberUpdate of none",
      `${CLUSTER}MemberUpdate`,
      rpc.MemberUpdateRequest.encode(rpc.MemberUpdateRequest.create({ id: 1n, peerURLs: ["http://127.0.0.1:1"] })),
    ),
    fixed(
      "MemberUpdate bad URL",
      `${CLUSTER}MemberUpdate`,
      rpc.MemberUpdateRequest.encode(rpc.MemberUpdateRequest.create({ id: 1n, peerURLs: ["x"] })),
    ),
    fixed("MemberPromote of none", `${CLUSTER}MemberPromote`, ofMember(1n)),
    fixed(
      "health Check",
      "/grpc.health.v1.Health/Check",
      health.HealthCheckRequest.encode(health.HealthCheckRequest.create()),
    ),
  ];
}

function authCases(): Case[] {
  const empty = new Uint8Array(0);
  const userGet = (name: string): Uint8Array => rpc.AuthUserGetRequest.encode(rpc.AuthUserGetRequest.create({ name }));
  const roleGet = (role: string): Uint8Array => rpc.AuthRoleGetRequest.encode(rpc.AuthRoleGetRequest.create({ role }));
  const authenticate = (name: string, password: string): Uint8Array =>
    rpc.AuthenticateRequest.encode(rpc.AuthenticateRequest.create({ name, password }));
  const grantRole = (user: string, role: string): Uint8Array =>
    rpc.AuthUserGrantRoleRequest.encode(rpc.AuthUserGrantRoleRequest.create({ user, role }));
  const userAdd = (name: string): Uint8Array =>
    rpc.AuthUserAddRequest.encode(rpc.AuthUserAddRequest.create({ name, password: "x" }));
  return [
    fixed("AuthStatus", `${AUTH}AuthStatus`, empty),
    fixed("AuthEnable again", `${AUTH}AuthEnable`, empty),
    fixed("Authenticate", `${AUTH}Authenticate`, authenticate("reader", PASSWORD)),
    fixed("Authenticate wrong password", `${AUTH}Authenticate`, authenticate("reader", "wrong")),
    fixed("Authenticate nobody", `${AUTH}Authenticate`, authenticate("nobody", "x")),
    fixed("UserAdd without name", `${AUTH}UserAdd`, userAdd("")),
    fixed("UserAdd of a user that is there", `${AUTH}UserAdd`, userAdd("reader")),
    fixed("UserList", `${AUTH}UserList`, empty),
    { name: "UserGet self", path: `${AUTH}UserGet`, request: (caller) => userGet(caller.user) },
    fixed("UserGet another", `${AUTH}UserGet`, userGet("norole")),
    fixed("UserGet nobody", `${AUTH}UserGet`, userGet("nobody")),
    fixed(
      "UserDelete nobody",
      `${AUTH}UserDelete`,
      rpc.AuthUserDeleteRequest.encode(rpc.AuthUserDeleteRequest.create({ name: "nobody" })),
    ),
    fixed(
      "UserDelete root",
      `${AUTH}UserDelete`,
      rpc.AuthUserDeleteRequest.encode(rpc.AuthUserDeleteRequest.create({ name: "root" })),
    ),
    fixed(
      "UserChangePassword nobody",
      `${AUTH}UserChangePassword`,
      rpc.AuthUserChangePasswordRequest.encode(
        rpc.AuthUserChangePasswordRequest.create({ name: "nobody", password: "x" }),
      ),
    ),
    {
      name: "UserChangePassword self, refused to all but root",
      path: `${AUTH}UserChangePassword`,
      request: (caller) =>
        rpc.AuthUserChangePasswordRequest.encode(
          rpc.AuthUserChangePasswordRequest.create({
            name: caller.user === "root" ? "nobody" : caller.user,
            password: "x",
          }),
        ),
    },
    fixed("UserGrantRole nobody", `${AUTH}UserGrantRole`, grantRole("nobody", "reader")),
    fixed("UserGrantRole no such role", `${AUTH}UserGrantRole`, grantRole("reader", "no such role")),
    fixed(
      "UserRevokeRole not granted",
      `${AUTH}UserRevokeRole`,
      rpc.AuthUserRevokeRoleRequest.encode(rpc.AuthUserRevokeRoleRequest.create({ name: "reader", role: "writer" })),
    ),
    fixed(
      "UserRevokeRole root of root",
      `${AUTH}UserRevokeRole`,
      rpc.AuthUserRevokeRoleRequest.encode(rpc.AuthUserRevokeRoleRequest.create({ name: "root", role: "root" })),
    ),
    fixed(
      "RoleAdd that is there",
      `${AUTH}RoleAdd`,
      rpc.AuthRoleAddRequest.encode(rpc.AuthRoleAddRequest.create({ name: "reader" })),
    ),
    fixed("RoleList", `${AUTH}RoleList`, empty),
    { name: "RoleGet own", path: `${AUTH}RoleGet`, request: (caller) => roleGet(caller.user) },
    fixed("RoleGet reader", `${AUTH}RoleGet`, roleGet("reader")),
    fixed("RoleGet no such role", `${AUTH}RoleGet`, roleGet("no such role")),
    fixed(
      "RoleDelete no such role",
      `${AUTH}RoleDelete`,
      rpc.AuthRoleDeleteRequest.encode(rpc.AuthRoleDeleteRequest.create({ role: "no such role" })),
    ),
    fixed(
      "RoleDelete root",
      `${AUTH}RoleDelete`,
      rpc.AuthRoleDeleteRequest.encode(rpc.AuthRoleDeleteRequest.create({ role: "root" })),
    ),
    fixed(
      "RoleGrantPermission without permission",
      `${AUTH}RoleGrantPermission`,
      rpc.AuthRoleGrantPermissionRequest.encode(rpc.AuthRoleGrantPermissionRequest.create({ name: "reader" })),
    ),
    fixed(
      "RoleRevokePermission not granted",
      `${AUTH}RoleRevokePermission`,
      rpc.AuthRoleRevokePermissionRequest.encode(
        rpc.AuthRoleRevokePermissionRequest.create({ role: "reader", key: OUTSIDE }),
      ),
    ),
  ];
}

function concurrencyCases(): Case[] {
  const named = (n: number, prefix: string): Uint8Array => text(`${prefix}${n}`);
  const held = {
    async before(root: MatrixClient, n: number): Promise<void> {
      await leaseWith(root, Number(insideLease(n)), KEY2);
    },
  };
  const leader = (n: number): election.LeaderKey =>
    election.LeaderKey.create({ name: text("k-elected"), key: text("k-elected/1"), rev: 1, lease: insideLease(n) });
  return [
    {
      name: "Lock inside",
      path: "/v3lockpb.Lock/Lock",
      request: (_, n) =>
        lock.LockRequest.encode(lock.LockRequest.create({ name: named(n, "k-lock"), lease: insideLease(n) })),
      ...held,
    },
    {
      name: "Lock outside",
      path: "/v3lockpb.Lock/Lock",
      request: (_, n) =>
        lock.LockRequest.encode(lock.LockRequest.create({ name: named(n, "z-lock"), lease: insideLease(n) })),
      ...held,
    },
    fixed(
      "Unlock inside",
      "/v3lockpb.Lock/Unlock",
      lock.UnlockRequest.encode(lock.UnlockRequest.create({ key: text("k-none") })),
    ),
    fixed(
      "Unlock outside",
      "/v3lockpb.Lock/Unlock",
      lock.UnlockRequest.encode(lock.UnlockRequest.create({ key: text("z-none") })),
    ),
    {
      name: "Campaign inside",
      path: "/v3electionpb.Election/Campaign",
      request: (_, n) =>
        election.CampaignRequest.encode(
          election.CampaignRequest.create({ name: named(n, "k-campaign"), lease: insideLease(n), value: text("me") }),
        ),
      ...held,
    },
    {
      name: "Campaign outside",
      path: "/v3electionpb.Election/Campaign",
      request: (_, n) =>
        election.CampaignRequest.encode(
          election.CampaignRequest.create({ name: named(n, "z-campaign"), lease: insideLease(n), value: text("me") }),
        ),
      ...held,
    },
    {
      name: "Proclaim without being elected",
      path: "/v3electionpb.Election/Proclaim",
      request: (_, n) =>
        election.ProclaimRequest.encode(election.ProclaimRequest.create({ leader: leader(n), value: text("x") })),
      ...held,
    },
    {
      name: "Resign without being elected",
      path: "/v3electionpb.Election/Resign",
      request: (_, n) => election.ResignRequest.encode(election.ResignRequest.create({ leader: leader(n) })),
      ...held,
    },
    fixed(
      "Leader of nobody",
      "/v3electionpb.Election/Leader",
      election.LeaderRequest.encode(election.LeaderRequest.create({ name: text("k-elected") })),
    ),
    fixed(
      "Leader outside",
      "/v3electionpb.Election/Leader",
      election.LeaderRequest.encode(election.LeaderRequest.create({ name: text("z-elected") })),
    ),
  ];
}

/** Only those who are refused: root would switch it off. */
const DISABLE: Case = fixed("AuthDisable, refused to all but root", `${AUTH}AuthDisable`, new Uint8Array(0));

/** Fills a fresh server with users, turns authentication on and calls everything as everybody. */
export async function permissionMatrix(endpoint: string): Promise<PermissionMatrix> {
  const channel = new Client(endpoint, credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
  try {
    const anonymous = new MatrixClient(channel, undefined);
    const callers = await prepare(anonymous);
    const root = anonymous.as(callers.find((caller) => caller.user === "root")!.token);
    const matrix: PermissionMatrix = {};
    let n = 0;
    for (const each of [
      ...kvCases(),
      ...watchCases(),
      ...leaseCases(),
      ...adminCases(),
      ...authCases(),
      ...concurrencyCases(),
      DISABLE,
    ]) {
      const row: Record<string, string> = {};
      for (const caller of callers) {
        if (each === DISABLE && caller.user === "root") continue;
        n++;
        await each.before?.(root, n);
        row[caller.name] = await outcome(each, anonymous.as(caller.token), each.request(caller, n));
      }
      matrix[each.name] = row;
    }
    return matrix;
  } finally {
    channel.close();
  }
}

async function outcome(each: Case, client: MatrixClient, request: Uint8Array): Promise<string> {
  try {
    const reply = await (each.isStream ? client.firstOfStream(each.path, request) : client.unary(each.path, request));
    return each.refusalIn?.(reply) ?? "OK";
  } catch (error) {
    const { code, details } = error as ServiceError;
    return code === undefined ? String(error) : `${code} ${details}`;
  }
}

async function prepare(anonymous: MatrixClient): Promise<Caller[]> {
  for (const key of ["k1", "k2", "k3", "z"])
    await anonymous.unary(`${KV}Put`, rpc.PutRequest.encode(put({ key: text(key) })));
  for (const name of USERS) {
    const add = rpc.AuthUserAddRequest.create({ name, password: PASSWORD });
    await anonymous.unary(`${AUTH}UserAdd`, rpc.AuthUserAddRequest.encode(add));
    if (name === "norole") continue;
    await anonymous.unary(`${AUTH}RoleAdd`, rpc.AuthRoleAddRequest.encode(rpc.AuthRoleAddRequest.create({ name })));
    for (const { permType, key, rangeEnd } of GRANTS[name] ?? []) {
      const perm = { permType, key: text(key), rangeEnd: text(rangeEnd) };
      const grant = rpc.AuthRoleGrantPermissionRequest.create({ name, perm });
      await anonymous.unary(`${AUTH}RoleGrantPermission`, rpc.AuthRoleGrantPermissionRequest.encode(grant));
    }
    const give = rpc.AuthUserGrantRoleRequest.create({ user: name, role: name });
    await anonymous.unary(`${AUTH}UserGrantRole`, rpc.AuthUserGrantRoleRequest.encode(give));
  }
  await anonymous.unary(`${AUTH}AuthEnable`, new Uint8Array(0));
  const callers: Caller[] = [
    { name: "no token", user: "norole", token: undefined },
    { name: "bad token", user: "norole", token: "bad-token.1" },
  ];
  for (const user of USERS) {
    const login = rpc.AuthenticateRequest.create({ name: user, password: PASSWORD });
    const reply = await anonymous.unary(`${AUTH}Authenticate`, rpc.AuthenticateRequest.encode(login));
    const { token } = rpc.AuthenticateResponse.decode(reply);
    callers.push({ name: user === "norole" ? "no role" : user, user, token });
  }
  return callers;
}
