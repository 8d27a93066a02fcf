/**
 * The same calls to a real etcd and to ours, each in a trace of its own: a collector gets equal spans from both (names, kinds, parents,
 * attributes, events, status, scopes, resource). Needs the program etcd (see reference.ts).
 */
import assert from "node:assert/strict";
import test from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { type CallOptions, GrpcChannel, GrpcError } from "../../src/net/transport/grpc-channel.ts";
import {
  CampaignRequest,
  LeaderKey,
  LeaderRequest,
  ProclaimRequest,
  ResignRequest,
} from "../../src/proto/generated/election.ts";
import { HealthCheckRequest } from "../../src/proto/generated/health.ts";
import { LockRequest, LockResponse, UnlockRequest } from "../../src/proto/generated/lock.ts";
import {
  AuthRoleAddRequest,
  AuthStatusRequest,
  CompactionRequest,
  Compare,
  CompareTarget,
  DeleteRangeRequest,
  LeaseGrantRequest,
  LeaseKeepAliveRequest,
  LeaseRevokeRequest,
  LeaseTimeToLiveRequest,
  MemberListRequest,
  PutRequest,
  RangeRequest,
  RequestOp,
  StatusRequest,
  TxnRequest,
  WatchCancelRequest,
  WatchCreateRequest,
  WatchRequest,
} from "../../src/proto/generated/rpc.ts";
import { type CollectedSpan, TraceCollector } from "../support/trace-collector.ts";
import { missing, OUR_ETCD, reference, startMember, temporaryFolder } from "./reference.ts";

const KEY = utf8("key");
const LEASE = 0x1234n;

interface Session {
  readonly channel: GrpcChannel;
  readonly httpUrl: string;
  /** Metadata that put a call into the trace of the step. */
  readonly metadata: Readonly<Record<string, string>>;
}

interface Step {
  readonly name: string;
  /** What the client sends; sampled in the step's trace by default. */
  readonly traceparent?: (traceId: string) => string;
  readonly tracestate?: string;
  readonly run: (session: Session) => Promise<unknown>;
}

function unary(path: string, request: Uint8Array, options: CallOptions = {}): Step["run"] {
  return async ({ channel, metadata }) => {
    try {
      await channel.unary(path, request, { metadata, ...options });
    } catch (error) {
      if (!(error instanceof GrpcError)) throw error;
    }
  };
}

/**
 * Sends the messages one after the other, each once an answer to the one before is there. Then: cancels; half-closes and waits; half-closes and
 * cancels at the answer.
 */
function stream(path: string, messages: readonly Uint8Array[], ending: "cancel" | "half-close" | "both"): Step["run"] {
  return ({ channel, metadata }) =>
    new Promise<void>((resolve) => {
      let sent = 0;
      const next = (): void => {
        if (sent < messages.length) call.send(messages[sent++]!);
        else if (ending !== "half-close") call.cancel();
      };
      const call = channel.open(path, { onMessage: next, onEnd: () => resolve() }, { metadata });
      next();
      if (ending !== "cancel") call.halfClose();
    });
}

const put = (init: Partial<PutRequest>): Step["run"] => unary("/etcdserverpb.KV/Put", PutRequest.encode(init));
const range = (init: Partial<RangeRequest>, options?: CallOptions): Step["run"] =>
  unary("/etcdserverpb.KV/Range", RangeRequest.encode(init), options);
const txn = (init: Partial<TxnRequest>): Step["run"] => unary("/etcdserverpb.KV/Txn", TxnRequest.encode(init));
const watch = (...requests: Partial<WatchRequest>[]): Step["run"] =>
  stream("/etcdserverpb.Watch/Watch", requests.map(WatchRequest.encode), "cancel");
const createWatch = (init: Partial<WatchCreateRequest>): Partial<WatchRequest> => ({
  createRequest: WatchCreateRequest.create(init),
});
const putOp = (key: string, init: Partial<PutRequest> = {}): RequestOp =>
  RequestOp.create({ requestPut: PutRequest.create({ key: utf8(key), ...init }) });
const rangeOp = (key: string): RequestOp => RequestOp.create({ requestRange: RangeRequest.create({ key: utf8(key) }) });
const deleteOp = (key: string): RequestOp =>
  RequestOp.create({ requestDeleteRange: DeleteRangeRequest.create({ key: utf8(key) }) });
const gateway =
  (path: string, body: string, headers: (session: Session) => Record<string, string>): Step["run"] =>
  async (session) => {
    const response = await fetch(`${session.httpUrl}${path}`, { method: "POST", body, headers: headers(session) });
    await response.text();
  };

const STEPS: readonly Step[] = [
  { name: "put", run: put({ key: KEY, value: utf8("value") }) },
  { name: "put without a key", run: put({}) },
  { name: "put with an unknown lease", run: put({ key: KEY, lease: 77n }) },
  { name: "range", run: range({ key: KEY }) },
  {
    name: "range with everything",
    run: range({ key: utf8("a"), rangeEnd: utf8("z"), revision: 2, limit: 5, countOnly: true, serializable: true }),
  },
  { name: "range of keys", run: range({ key: utf8("a"), rangeEnd: Uint8Array.of(0), keysOnly: true }) },
  { name: "range of the future", run: range({ key: KEY, revision: 9999 }) },
  { name: "range without a key", run: range({}) },
  {
    name: "range stream",
    run: stream(
      "/etcdserverpb.KV/RangeStream",
      [RangeRequest.encode({ key: utf8("a"), rangeEnd: utf8("z"), limit: 3 })],
      "half-close",
    ),
  },
  {
    name: "range stream of the future",
    run: stream("/etcdserverpb.KV/RangeStream", [RangeRequest.encode({ key: KEY, revision: 9999 })], "half-close"),
  },
  {
    name: "txn",
    run: txn({
      compare: [Compare.create({ key: KEY, target: CompareTarget.VERSION, version: 1 })],
      success: [putOp("a", { lease: 0n }), rangeOp("b")],
      failure: [deleteOp("c")],
    }),
  },
  { name: "txn with a lease that is unknown", run: txn({ success: [putOp("a", { lease: 88n })] }) },
  { name: "txn that reads", run: txn({ success: [rangeOp("b")], failure: [rangeOp("c"), rangeOp("d")] }) },
  { name: "txn that begins with a deletion", run: txn({ success: [deleteOp("c")] }) },
  {
    name: "txn of txns",
    run: txn({ success: [RequestOp.create({ requestTxn: TxnRequest.create({ success: [putOp("n")] }) })] }),
  },
  { name: "txn of nothing", run: txn({}) },
  { name: "txn that puts a key twice", run: txn({ success: [putOp("a"), putOp("a")] }) },
  {
    name: "delete",
    run: unary("/etcdserverpb.KV/DeleteRange", DeleteRangeRequest.encode({ key: utf8("a"), rangeEnd: utf8("b") })),
  },
  {
    name: "compact",
    run: unary("/etcdserverpb.KV/Compact", CompactionRequest.encode({ revision: 2, physical: true })),
  },
  { name: "compact again", run: unary("/etcdserverpb.KV/Compact", CompactionRequest.encode({ revision: 2 })) },
  { name: "grant", run: unary("/etcdserverpb.Lease/LeaseGrant", LeaseGrantRequest.encode({ id: LEASE, ttl: 600 })) },
  {
    name: "grant again",
    run: unary("/etcdserverpb.Lease/LeaseGrant", LeaseGrantRequest.encode({ id: LEASE, ttl: 600 })),
  },
  {
    name: "time to live",
    run: unary("/etcdserverpb.Lease/LeaseTimeToLive", LeaseTimeToLiveRequest.encode({ id: LEASE, keys: true })),
  },
  { name: "leases", run: unary("/etcdserverpb.Lease/LeaseLeases", new Uint8Array(0)) },
  {
    name: "keep alive",
    run: stream(
      "/etcdserverpb.Lease/LeaseKeepAlive",
      [LeaseKeepAliveRequest.encode({ id: LEASE }), LeaseKeepAliveRequest.encode({ id: 99n })],
      "cancel",
    ),
  },
  { name: "lock", run: unary("/v3lockpb.Lock/Lock", LockRequest.encode({ name: utf8("lock"), lease: LEASE })) },
  {
    name: "lock and unlock",
    run: async ({ channel, metadata }) => {
      const request = LockRequest.encode({ name: utf8("other"), lease: LEASE });
      const { key } = LockResponse.decode(await channel.unary("/v3lockpb.Lock/Lock", request, { metadata }));
      await channel.unary("/v3lockpb.Lock/Unlock", UnlockRequest.encode({ key }), { metadata });
    },
  },
  {
    name: "campaign",
    run: unary(
      "/v3electionpb.Election/Campaign",
      CampaignRequest.encode({ name: utf8("vote"), lease: LEASE, value: utf8("me") }),
    ),
  },
  {
    name: "lock that is taken",
    run: ({ channel, metadata }) =>
      new Promise<void>((resolve) => {
        const ended = { onMessage: () => undefined, onEnd: () => resolve() };
        const call = channel.open("/v3lockpb.Lock/Lock", ended, { metadata });
        call.sendLast(LockRequest.encode({ name: utf8("lock") }));
        setTimeout(() => call.cancel(), 300);
      }),
  },
  {
    name: "proclaim without a campaign",
    run: unary(
      "/v3electionpb.Election/Proclaim",
      ProclaimRequest.encode({
        leader: LeaderKey.create({ name: utf8("vote"), key: utf8("k"), rev: 1, lease: LEASE }),
      }),
    ),
  },
  {
    name: "resign without a campaign",
    run: unary(
      "/v3electionpb.Election/Resign",
      ResignRequest.encode({ leader: LeaderKey.create({ name: utf8("vote"), key: utf8("k"), rev: 1, lease: LEASE }) }),
    ),
  },
  {
    name: "observe",
    run: stream("/v3electionpb.Election/Observe", [LeaderRequest.encode({ name: utf8("vote") })], "both"),
  },
  { name: "leader", run: unary("/v3electionpb.Election/Leader", LeaderRequest.encode({ name: utf8("vote") })) },
  { name: "revoke", run: unary("/etcdserverpb.Lease/LeaseRevoke", LeaseRevokeRequest.encode({ id: LEASE })) },
  { name: "revoke again", run: unary("/etcdserverpb.Lease/LeaseRevoke", LeaseRevokeRequest.encode({ id: LEASE })) },
  { name: "role", run: unary("/etcdserverpb.Auth/RoleAdd", AuthRoleAddRequest.encode({ name: "r" })) },
  { name: "role again", run: unary("/etcdserverpb.Auth/RoleAdd", AuthRoleAddRequest.encode({ name: "r" })) },
  { name: "auth status", run: unary("/etcdserverpb.Auth/AuthStatus", AuthStatusRequest.encode({})) },
  { name: "members", run: unary("/etcdserverpb.Cluster/MemberList", MemberListRequest.encode({ linearizable: true })) },
  { name: "status", run: unary("/etcdserverpb.Maintenance/Status", StatusRequest.encode({})) },
  { name: "health", run: unary("/grpc.health.v1.Health/Check", HealthCheckRequest.encode({})) },
  { name: "unknown service", run: unary("/no.Service/Method", new Uint8Array(0)) },
  { name: "unknown method", run: unary("/etcdserverpb.KV/Nothing", new Uint8Array(0)) },
  { name: "bytes that are no message", run: unary("/etcdserverpb.KV/Range", Uint8Array.of(0xff)) },
  { name: "watch", run: watch(createWatch({ key: KEY })) },
  {
    name: "watch with everything",
    run: watch(
      createWatch({ key: utf8("a"), rangeEnd: utf8("z"), startRevision: 3, progressNotify: true, fragment: true }),
    ),
  },
  {
    name: "watch from a key on, with earlier values",
    run: watch(createWatch({ key: utf8("a"), rangeEnd: Uint8Array.of(0), prevKv: true })),
  },
  { name: "watch of all", run: watch(createWatch({})) },
  {
    name: "watch that is cancelled",
    run: watch(createWatch({ key: KEY, watchId: 7 }), {
      cancelRequest: WatchCancelRequest.create({ watchId: 7 }),
    }),
  },
  { name: "watch of an empty range", run: watch(createWatch({ key: utf8("z"), rangeEnd: utf8("a") })) },
  { name: "watch of what was compacted", run: watch(createWatch({ key: KEY, startRevision: 1 })) },
  {
    name: "gateway",
    run: gateway("/v3/kv/put", '{"key":"Zm9v"}', ({ metadata }) => ({
      "grpc-metadata-traceparent": metadata["traceparent"]!,
    })),
  },
  {
    name: "gateway, header of plain HTTP",
    run: gateway("/v3/kv/put", '{"key":"Zm9v"}', ({ metadata }) => ({ ...metadata })),
  },
  // What a client may say about its trace.
  { name: "not sampled", traceparent: (id) => `00-${id}-00f067aa0ba902b7-00`, run: range({ key: KEY }) },
  { name: "random", traceparent: (id) => `00-${id}-00f067aa0ba902b7-03`, run: range({ key: KEY }) },
  { name: "reserved flag", traceparent: (id) => `00-${id}-00f067aa0ba902b7-05`, run: range({ key: KEY }) },
  { name: "version 1", traceparent: (id) => `01-${id}-00f067aa0ba902b7-09-more`, run: range({ key: KEY }) },
  { name: "version 255", traceparent: (id) => `ff-${id}-00f067aa0ba902b7-01`, run: range({ key: KEY }) },
  { name: "too much", traceparent: (id) => `00-${id}-00f067aa0ba902b7-01-`, run: range({ key: KEY }) },
  { name: "more", traceparent: (id) => `00-${id}-00f067aa0ba902b7-01-x`, run: range({ key: KEY }) },
  { name: "upper case", traceparent: (id) => `00-${id}-00F067AA0BA902B7-01`, run: range({ key: KEY }) },
  { name: "span 0", traceparent: (id) => `00-${id}-0000000000000000-01`, run: range({ key: KEY }) },
  { name: "short", traceparent: (id) => `00-${id}-00f067aa0ba902-01`, run: range({ key: KEY }) },
  { name: "state", tracestate: "a=1, b@c=2,,d=3 ", run: range({ key: KEY }) },
  { name: "state given twice", tracestate: "a=1,a=2", run: range({ key: KEY }) },
  { name: "state that is none", tracestate: "A=1", run: range({ key: KEY }) },
];

/** What is compared of a step: all of its spans but for IDs and times, a line each, sorted. */
type StepSpans = readonly string[];

const traceIdOf = (at: number): string => `4bf92f3577b34da6a3ce${String(at + 1).padStart(12, "0")}`;

/** Runs all steps; the map has the spans by the name of the step. */
async function observe(command: readonly string[], args: readonly string[]): Promise<Map<string, StepSpans>> {
  const collector = await TraceCollector.start();
  const folder = temporaryFolder("tracing");
  process.env["OTEL_BSP_SCHEDULE_DELAY"] = "200";
  const member = await startMember({
    command,
    dataDir: `${folder.path}/data`,
    args: ["--enable-distributed-tracing", "--distributed-tracing-address", collector.address, ...args],
  });
  try {
    const channel = await GrpcChannel.dial({
      clock: new NodeClock(),
      address: { host: "127.0.0.1", port: member.clientPort },
    });
    for (const [at, step] of STEPS.entries()) {
      const traceId = traceIdOf(at);
      const traceparent = step.traceparent?.(traceId) ?? `00-${traceId}-00f067aa0ba902b7-01`;
      const metadata = { traceparent, ...(step.tracestate === undefined ? {} : { tracestate: step.tracestate }) };
      await step.run({ channel, httpUrl: `http://${member.endpoint}`, metadata });
    }
    channel.close();
    // What is still under way when the member stops is sent then.
    await new Promise((resolve) => setTimeout(resolve, 100));
    await member.stop();
    const { spans } = collector;
    return new Map(
      STEPS.map((step, at) => [
        step.name,
        comparable(
          spans.filter((s) => s.traceId === traceIdOf(at)),
          member.clientPort,
        ),
      ]),
    );
  } finally {
    await member.stop("SIGKILL");
    await collector.close();
    folder.remove();
  }
}

function comparable(spans: readonly CollectedSpan[], port: number): StepSpans {
  const nameOf = (id: string): string =>
    spans.find((span) => span.spanId === id)?.name ?? (id === "00f067aa0ba902b7" ? "remote" : id || "no other");
  return spans
    .map((span) => {
      assert.ok(span.endNano >= span.startNano, `${span.name} ends before it starts`);
      const { name, kind, flags, traceState, status, scope, resource, startNano, endNano, events } = span;
      for (const { nano } of events) assert.ok(nano >= startNano && nano <= endNano, `an event outside of ${name}`);
      const attributes = span.attributes.map((text) => text.replace(`=int ${port}`, "=int PORT")).join(" ");
      return [
        `${name} in ${nameOf(span.parentSpanId)}`,
        `kind ${kind} flags ${flags.toString(16)} state "${traceState}" status ${status.code} ${status.message.replace("\u00a0", " ")}`,
        attributes.replaceAll(/(?<==(?:int |"lock\/))[0-9a-f]{15,}/g, "ID"),
        events.map((event) => [event.name, ...event.attributes].join(" ")).join(", "),
        `${scope.name} ${scope.version} ${scope.schemaUrl}`,
        `${resource.attributes.join(" ")} ${resource.schemaUrl}`,
      ].join(" | ");
    })
    .sort();
}

test("calls in sampled traces give the spans of etcd", { skip: missing("etcd") }, async () => {
  const theirs = await observe([reference("etcd")!], []);
  const ours = await observe(OUR_ETCD, []);
  assert.deepEqual(Object.fromEntries(ours), Object.fromEntries(theirs));
});

/** The spans of a member that samples everything: calls outside of traces, probes of health, a lease that expires. */
async function observeRoots(command: readonly string[]): Promise<StepSpans> {
  const collector = await TraceCollector.start();
  const folder = temporaryFolder("tracing");
  process.env["OTEL_RESOURCE_ATTRIBUTES"] = "zone=a%20b, service.name=other ,deployment=test";
  const args = ["sampling-rate=1000000", "service-name=store", "instance-id=m1", `address=${collector.address}`];
  const member = await startMember({
    command,
    dataDir: `${folder.path}/data`,
    args: ["--enable-distributed-tracing", ...args.map((text) => `--distributed-tracing-${text}`)],
  });
  try {
    const channel = await GrpcChannel.dial({
      clock: new NodeClock(),
      address: { host: "127.0.0.1", port: member.clientPort },
    });
    await channel.unary("/etcdserverpb.KV/Put", PutRequest.encode({ key: KEY }));
    await channel.unary("/etcdserverpb.Lease/LeaseGrant", LeaseGrantRequest.encode({ id: LEASE, ttl: 1 }));
    for (const path of ["/health", "/health?serializable=true", "/livez", "/readyz", "/v3/kv/range"])
      await (
        await fetch(
          `http://${member.endpoint}${path}`,
          path.startsWith("/v3") ? { method: "POST", body: '{"key":"AA=="}' } : {},
        )
      ).text();
    await collector.until("the expiry", (spans) => spans.some((span) => span.name === "lease_revoke"));
    channel.close();
    await member.stop();
    // How often a member looks after itself, and when, is not compared: only what it sends then.
    return [...new Set(comparable(collector.spans, member.clientPort))];
  } finally {
    await member.stop("SIGKILL");
    await collector.close();
    folder.remove();
    delete process.env["OTEL_RESOURCE_ATTRIBUTES"];
  }
}

test("a member that samples everything sends what etcd sends", { skip: missing("etcd") }, async () => {
  const theirs = await observeRoots([reference("etcd")!]);
  assert.deepEqual(await observeRoots(OUR_ETCD), theirs);
});
