/** Spans to a collector on our own gRPC server, and to collectors that are away, slow or refuse. */
import assert from "node:assert/strict";
import test, { type TestContext } from "node:test";
import { TraceCollector } from "../../../test/support/trace-collector.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { type LogFields, type Logger, SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { type BatchLimits, collectorAddress, SpanExporter } from "./span-exporter.ts";
import { endCallSpan, Tracer } from "./tracer.ts";

const clock = new NodeClock();
const random = new NodeRandom();
const CONNECTION = { remoteAddress: "127.0.0.1:1", localAddress: "127.0.0.1:2379", tls: undefined };
const RESOURCE = ["service.name", "etcd"];

interface Setup {
  readonly exporter: SpanExporter;
  readonly tracer: Tracer;
  readonly warnings: LogFields[];
}

function setup(t: TestContext, address: string, limits: Partial<BatchLimits> = {}, perMillion = 1_000_000): Setup {
  const warnings: LogFields[] = [];
  const logger: Logger = {
    ...SILENT_LOGGER,
    warn: (_message: string, fields?: LogFields) => warnings.push(fields ?? {}),
  };
  const exporter = new SpanExporter({
    clock,
    random,
    logger,
    address,
    resource: RESOURCE,
    limits: { queueMax: 2048, batchMax: 512, delayMs: 20, ...limits },
  });
  t.after(() => exporter.close());
  const tracer = new Tracer({ clock, random, samplingRatePerMillion: perMillion, onEnd: (span) => exporter.add(span) });
  return { exporter, tracer, warnings };
}

async function collector(t: TestContext): Promise<TraceCollector> {
  const started = await TraceCollector.start();
  t.after(() => started.close());
  return started;
}

test("spans arrive with their times, events, attributes of every kind and status", async (t) => {
  const to = await collector(t);
  const { tracer } = setup(t, to.address);
  const before = BigInt(Date.now()) * 1_000_000n;
  const call = tracer.call("/etcdserverpb.KV/Put", CONNECTION, () => undefined)!;
  const child = call.child("put", [
    "text",
    "kä\ud83d\ude00y",
    "empty",
    "",
    "yes",
    true,
    "no",
    false,
    "zero",
    0,
    "minus",
    -1,
    "id",
    2n ** 62n,
  ]);
  child.event("Send raft proposal");
  child.end();
  child.event("too late");
  child.end();
  endCallSpan(call, GrpcCode.Unavailable, "no leader");
  await to.until("two spans", (spans) => spans.length === 2);
  const [put, server] = ["put", "etcdserverpb.KV/Put"].map((name) => to.spans.find((span) => span.name === name)!);
  assert.deepEqual(put!.attributes, [
    'text="kä\ud83d\ude00y"',
    'empty=""',
    "yes=true",
    "no=false",
    "zero=int 0",
    "minus=int -1",
    `id=int ${2n ** 62n}`,
  ]);
  assert.deepEqual(
    put!.events.map((event) => event.name),
    ["Send raft proposal"],
  );
  assert.equal(put!.parentSpanId, server!.spanId);
  assert.equal(put!.traceId, server!.traceId);
  assert.deepEqual(server!.status, { code: 2, message: "no leader" });
  assert.deepEqual(server!.resource.attributes, ['service.name="etcd"']);
  const after = BigInt(Date.now() + 1) * 1_000_000n;
  // The wall clock has whole milliseconds.
  const slack = 2_000_000n;
  for (const nano of [server!.startNano, put!.startNano, put!.events[0]!.nano, put!.endNano, server!.endNano])
    assert.ok(nano >= before - slack && nano <= after + slack, `${nano} is not between ${before} and ${after}`);
  assert.ok(server!.startNano <= put!.startNano && put!.startNano <= put!.endNano && put!.endNano <= server!.endNano);
});

test("a remote parent decides whether a call is sampled, a root is sampled by its share", () => {
  const tracer = (perMillion: number): Tracer =>
    new Tracer({ clock, random, samplingRatePerMillion: perMillion, onEnd: () => undefined });
  const parent = (flags: string) => (key: string) =>
    key === "traceparent" ? `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-${flags}` : undefined;
  const none = (): undefined => undefined;
  assert.ok(tracer(0).call("/a/b", CONNECTION, parent("01")));
  assert.equal(tracer(1_000_000).call("/a/b", CONNECTION, parent("00")), undefined);
  assert.equal(tracer(0).call("/a/b", CONNECTION, none), undefined);
  assert.equal(tracer(0).root("compact", []), undefined);
  assert.ok(tracer(1_000_000).root("compact", []));
  const half = tracer(500_000);
  const sampled = Array.from({ length: 4000 }, () => half.call("/a/b", CONNECTION, none)).filter(
    (span) => span !== undefined,
  );
  // Six standard deviations around the mean.
  assert.ok(Math.abs(sampled.length - 2000) < 190, `${sampled.length} of 4000`);
  assert.ok(sampled.every((span) => BigInt(`0x${span.trace.traceId.slice(16)}`) < 2n ** 63n));
  assert.equal(new Set(sampled.map((span) => span.trace.traceId)).size, sampled.length);
});

test("the address of a call's server is taken apart", () => {
  const tracer = new Tracer({ clock, random, samplingRatePerMillion: 1_000_000, onEnd: () => undefined });
  const attributes = (localAddress: string): unknown =>
    tracer.call("/a/b", { ...CONNECTION, localAddress }, () => undefined)!.attributes.slice(4);
  assert.deepEqual(attributes("[::1]:2379"), ["server.address", "::1", "server.port", 2379]);
  assert.deepEqual(attributes("@"), ["server.address", "@"]);
});

test("batches are full ones at once and the rest after the delay, never more than fits", async (t) => {
  const to = await collector(t);
  const { tracer, exporter } = setup(t, to.address, { batchMax: 10, delayMs: 50 });
  for (let at = 0; at < 25; at++) tracer.root(`s${at}`, [])!.end();
  await to.until("25 spans", (spans) => spans.length === 25);
  assert.deepEqual(
    to.exports.map((each) => each.spans.length),
    [10, 10, 5],
  );
  assert.deepEqual(
    to.spans.map((span) => span.name),
    Array.from({ length: 25 }, (_, at) => `s${at}`),
  );
  assert.equal(exporter.dropped, 0);
});

test("a collector that never answers costs the queue and nothing more", async (t) => {
  const to = await collector(t);
  to.answer = () => undefined;
  const { tracer, exporter } = setup(t, to.address, { queueMax: 100, batchMax: 10 });
  for (let at = 0; at < 10; at++) tracer.root("first", [])!.end();
  await to.until("the first batch", (spans) => spans.length === 10);
  const startMs = clock.now();
  for (let at = 0; at < 50_000; at++) tracer.root("more", ["key", "x".repeat(100)])!.end();
  assert.ok(clock.now() - startMs < 5000, "ending a span waits for the collector");
  assert.equal(exporter.queued, 100);
  assert.equal(exporter.dropped, 49_900);
  assert.equal(to.exports.length, 1);
});

test("an absent collector is told once in the log, spans go on when it comes back", async (t) => {
  const first = await TraceCollector.start();
  const { port } = first;
  await first.close();
  const { tracer, exporter, warnings } = setup(t, `127.0.0.1:${port}`, { batchMax: 1 });
  for (let at = 0; at < 3; at++) tracer.root("lost", [])!.end();
  // Long enough for the first try to fail.
  await new Promise((resolve) => setTimeout(resolve, 200));
  const second = await TraceCollector.start(port);
  t.after(() => second.close());
  // The batch under way is tried again after a pause of up to 7.5 seconds.
  await second.until("what was kept", (spans) => spans.length >= 2, 30_000);
  assert.ok(warnings.length <= 1, JSON.stringify(warnings));
  assert.ok(exporter.dropped <= 1);
});

test("a batch that is refused is dropped and told", async (t) => {
  const to = await collector(t);
  to.answer = (call) => call.fail({ code: GrpcCode.Unauthenticated, message: "no key" });
  const { tracer, exporter, warnings } = setup(t, to.address);
  tracer.root("refused", [])!.end();
  await to.until("the call", (spans) => spans.length === 1);
  while (exporter.dropped === 0) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(warnings, [
    { address: to.address, "dropped-spans": 1, error: "rpc error: code = Unauthenticated desc = no key" },
  ]);
});

test("texts of any length and bytes that are no text make a message that collectors take", async (t) => {
  const to = await collector(t);
  const { tracer, exporter } = setup(t, to.address, { batchMax: 2000, queueMax: 2000, delayMs: 100 });
  for (let at = 0; at < 600; at++) tracer.root("long", ["key", "\u20ac".repeat(1_000_000)])!.end();
  tracer.root("lone", ["key", "a\ud800b"])!.end();
  const kept = exporter.queued;
  assert.equal(exporter.dropped, 601 - kept);
  assert.ok(kept > 300 && kept < 601, `${kept} are within the bytes of the queue`);
  await to.until("every span that was kept", (spans) => spans.length === kept, 60_000);
  assert.equal(to.spans[0]!.attributes[0]!.length, 16_384 + 'key=""'.length);
  const lone = to.spans.find((span) => span.name === "lone");
  if (lone !== undefined) assert.deepEqual(lone.attributes, ['key="a\ufffdb"']);
});

test("closing sends what waits, and gives up after three seconds", async (t) => {
  const to = await collector(t);
  const waiting = setup(t, to.address, { delayMs: 60_000 });
  waiting.tracer.root("last", [])!.end();
  await waiting.exporter.close();
  assert.deepEqual(
    to.spans.map((span) => span.name),
    ["last"],
  );
  waiting.tracer.root("after", [])!.end();
  assert.equal(waiting.exporter.queued, 0);

  to.answer = () => undefined;
  const stuck = setup(t, to.address, { delayMs: 60_000 });
  stuck.tracer.root("stuck", [])!.end();
  const startMs = clock.now();
  await stuck.exporter.close();
  const tookMs = clock.now() - startMs;
  assert.ok(tookMs >= 2900 && tookMs < 6000, `${tookMs} ms`);
});

test("collectorAddress() reads the forms of a gRPC target", () => {
  const at = (target: string): unknown => collectorAddress(target).address;
  assert.deepEqual(at("localhost:4317"), { host: "localhost", port: 4317 });
  assert.deepEqual(at("dns:///collector:4317"), { host: "collector", port: 4317 });
  assert.deepEqual(at("passthrough:///[::1]:4317"), { host: "::1", port: 4317 });
  assert.deepEqual(at("collector"), { host: "collector", port: 443 });
  assert.deepEqual(at(":4317"), { host: "localhost", port: 4317 });
  assert.deepEqual(at("unix:///run/collector"), { socketPath: "/run/collector" });
  assert.deepEqual(at("unix:collector"), { socketPath: "collector" });
});
