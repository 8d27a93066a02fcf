/** A server of ours asked over HTTP/1.1, HTTP/2 and WebSocket: gateway, access rules, health, metrics, variables, profiles, slow requests. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUrlList } from "../src/base/go-url.ts";
import type { LogFields, Logger } from "../src/io/logger.ts";
import { type Etcd, startEtcd } from "../src/server/index.ts";
import { freePort } from "./support/free-port.ts";
import { http1, http2, LineStream } from "./support/http-client.ts";

const text64 = (text: string): string => Buffer.from(text).toString("base64");
const post = (etcd: Etcd, path: string, body: unknown, headers: Record<string, string> = {}) =>
  http1(etcd.clientUrl + path, { body: JSON.stringify(body), headers });

async function json(etcd: Etcd, path: string, body: unknown, headers: Record<string, string> = {}): Promise<any> {
  const answer = await post(etcd, path, body, headers);
  return { status: answer.status, ...(JSON.parse(answer.body) as object) };
}

test("keys are written and read over HTTP/1.1 and h2, integers as text, bytes as base64", async () => {
  await using etcd = await startEtcd();
  const put = await json(etcd, "/v3/kv/put", { key: text64("foo"), value: text64("bär") });
  assert.equal(put.status, 200);
  assert.equal(put.header.revision, "2");
  for (const send of [http1, http2]) {
    const answer = await send(`${etcd.clientUrl}/v3beta/kv/range`, { body: JSON.stringify({ key: text64("foo") }) });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-type"], "application/json");
    assert.equal(answer.headers["grpc-metadata-content-type"], "application/grpc");
    assert.equal(answer.headers["access-control-allow-origin"], "*");
    const range = JSON.parse(answer.body);
    assert.deepEqual(range.kvs, [
      { key: text64("foo"), create_revision: "2", mod_revision: "2", version: "1", value: text64("bär") },
    ]);
    assert.equal(range.count, "1");
    assert.equal("more" in range, false);
  }
  // IDs above 2^53 survive, as text and as plain numbers.
  const grant = await http1(`${etcd.clientUrl}/v3/lease/grant`, { body: '{"ID":7587862094320386044,"TTL":"60"}' });
  assert.equal(JSON.parse(grant.body).ID, "7587862094320386044");
});

test("a list of megabytes comes in pieces and is the same as in one go", async () => {
  await using etcd = await startEtcd();
  const value = text64("v".repeat(30_000));
  for (let i = 0; i < 40; i++) await json(etcd, "/v3/kv/put", { key: text64(`k${10 + i}`), value });
  const range = await json(etcd, "/v3/kv/range", { key: text64("k"), range_end: text64("l"), limit: 39 });
  assert.equal(range.kvs.length, 39);
  assert.equal(range.kvs[38].value, value);
  assert.equal(range.more, true);
  assert.equal(range.count, "40");
  assert.equal(range.header.revision, "41");
});

test("refusals have etcd's codes and words; what is no JSON says where it stops being it", async () => {
  await using etcd = await startEtcd();
  const cases: readonly [path: string, body: string, status: number, code: number, message: string][] = [
    ["/v3/kv/range", "", 400, 3, "etcdserver: key is not provided"],
    ["/v3/kv/range", "{}", 400, 3, "etcdserver: key is not provided"],
    [
      "/v3/kv/range",
      '{"key":"Zg==","revision":9}',
      400,
      11,
      "etcdserver: mvcc: required revision is a future revision",
    ],
    ["/v3/lease/revoke", '{"ID":1}', 404, 5, "etcdserver: requested lease not found"],
    ["/v3/nothing", "{}", 404, 5, "Not Found"],
    ["/v3/kv/range", '{"key":', 400, 3, "unexpected EOF"],
    ["/v3/kv/range", "abc", 400, 3, "invalid character 'a' looking for beginning of value"],
    ["/v3/kv/range", '{"key":"!!"}', 400, 3, 'proto: (line 1:8): invalid value for bytes field key: "!!"'],
    ["/v3/kv/range", "[]", 400, 3, "proto: syntax error (line 1:1): unexpected token ["],
    ["/v3/kv/txn", '{\n "success": 1}', 400, 3, "proto: syntax error (line 2:13): unexpected token 1"],
    ["/v3/election/leader", '{"name":"Zg=="}', 500, 2, "election: no leader"],
  ];
  for (const [path, body, status, code, message] of cases) {
    const answer = await http1(etcd.clientUrl + path, { method: "POST", body });
    assert.deepEqual(
      { status: answer.status, ...(JSON.parse(answer.body) as object) },
      { status, code, message },
      `${path} ${body}`,
    );
  }
  const get = await http1(`${etcd.clientUrl}/v3/kv/range`);
  assert.deepEqual([get.status, JSON.parse(get.body)], [501, { code: 12, message: "Method Not Allowed" }]);
  // Larger than any request may be: refused, and the server goes on.
  const large = JSON.stringify({ key: text64("k"), value: text64("v".repeat(2_200_000)) });
  const oversized = await http1(`${etcd.clientUrl}/v3/kv/put`, { body: large });
  assert.equal(oversized.status, 429);
  assert.match(JSON.parse(oversized.body).message, /^grpc: received message larger than max/);
  assert.equal((await http1(`${etcd.clientUrl}/health`)).status, 200);
});

test("a watch over HTTP/1.1 takes requests while it answers, and ends with its client", async () => {
  await using etcd = await startEtcd();
  const watch = LineStream.post(`${etcd.clientUrl}/v3/watch`, '{"create_request":{"key":"Zm9v"}}');
  assert.equal((await watch.next())?.["result"].created, true);
  await json(etcd, "/v3/kv/put", { key: text64("foo"), value: text64("<&>") });
  const event = (await watch.next())?.["result"].events[0];
  assert.deepEqual(event.kv.value, text64("<&>"));
  assert.equal("type" in event, false, "PUT is the zero of its enum");
  await json(etcd, "/v3/kv/deleterange", { key: text64("foo") });
  assert.equal((await watch.next())?.["result"].events[0].type, "DELETE");
  watch.send('{"create_request":{"key":"YmFy","watch_id":7}}\n');
  assert.equal((await watch.next())?.["result"].watch_id, "7");
  watch.send('{"cancel_request":{"watch_id":"7"}}');
  assert.equal((await watch.next())?.["result"].canceled, true);
  watch.close();
  await until(async () => (await metric(etcd, "etcd_debugging_mvcc_watcher_total")) === 0);
});

test("a watch over WebSocket, with the token in the protocol's name", async () => {
  await using etcd = await startEtcd({ config: { bcryptCost: 4 } });
  const url = `${etcd.clientUrl}/v3/watch`;
  await json(etcd, "/v3/auth/user/add", { name: "root", password: "secret" });
  await json(etcd, "/v3/auth/role/add", { name: "root" });
  await json(etcd, "/v3/auth/user/grant", { user: "root", role: "root" });
  await json(etcd, "/v3/auth/enable", {});
  const { token } = await json(etcd, "/v3/auth/authenticate", { name: "root", password: "secret" });
  assert.equal((await json(etcd, "/v3/kv/range", { key: "Zm9v" })).message, "etcdserver: user name is empty");
  const bad = await post(etcd, "/v3/kv/range", { key: "Zm9v" }, { authorization: "nobody" });
  assert.deepEqual(
    [bad.status, bad.headers["www-authenticate"], JSON.parse(bad.body).code],
    [401, "etcdserver: invalid auth token", 16],
  );
  assert.equal((await json(etcd, "/v3/kv/range", { key: "Zm9v" }, { authorization: token })).status, 200);
  assert.equal((await json(etcd, "/v3/kv/range", { key: "Zm9v" }, { "grpc-metadata-token": token })).status, 200);

  const refused = await LineStream.socket(url);
  refused.send('{"create_request":{"key":"Zm9v"}}');
  assert.equal((await refused.next())?.["result"].canceled, true);
  refused.close();

  const watch = await LineStream.socket(url, { "sec-websocket-protocol": `Bearer, ${token}` });
  watch.send('{"create_request":{"key":"Zm9v"}}');
  assert.equal((await watch.next())?.["result"].created, true);
  const value = text64("x".repeat(100_000));
  await json(etcd, "/v3/kv/put", { key: "Zm9v", value }, { authorization: token });
  assert.equal((await watch.next())?.["result"].events[0].kv.value, value);
  watch.close();
  await assert.rejects(LineStream.socket(`${etcd.clientUrl}/version`), /not upgraded: 200/);
  await assert.rejects(LineStream.socket(url, { "sec-websocket-version": "8" }), /not upgraded: 400/);
});

test("other streams: leases kept alive, a snapshot, a leader observed until the timeout", async () => {
  await using etcd = await startEtcd();
  const { ID } = await json(etcd, "/v3/lease/grant", { TTL: 60 });
  const alive = await http1(`${etcd.clientUrl}/v3/lease/keepalive`, { body: JSON.stringify({ ID }) });
  assert.equal(JSON.parse(alive.body).result.TTL, "60");
  const half = await http1(`${etcd.clientUrl}/v3/lease/keepalive`, { body: "{" });
  assert.deepEqual([half.status, half.body], [200, ""]);
  const snapshot = await http1(`${etcd.clientUrl}/v3/maintenance/snapshot`, { body: "{}" });
  const lines = snapshot.body
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line).result);
  const bytes = lines.reduce((sum, line) => sum + Buffer.from(line.blob, "base64").length, 0);
  assert.equal(bytes % 512, 32, "a database and its checksum");
  const observed = await http1(`${etcd.clientUrl}/v3/election/observe`, {
    body: '{"name":"Zm9v"}',
    headers: { "grpc-timeout": "50m" },
  });
  assert.deepEqual(
    [observed.status, JSON.parse(observed.body)],
    [504, { error: { code: 4, message: "context deadline exceeded" } }],
  );
  const malformed = await http1(`${etcd.clientUrl}/v3/kv/range`, {
    body: "{}",
    headers: { "grpc-timeout": "soon" },
  });
  assert.equal(JSON.parse(malformed.body).message, "invalid grpc-timeout: soon");
  const refusals = [
    ['{"key":"Zm9v","key":"Zm9v"}', 'proto: (line 1:15): duplicate field "key"'],
    ['{"range_end":"AA==","rangeEnd":"AA=="}', 'proto: (line 1:21): duplicate field "rangeEnd"'],
    ['{"key":null,"\\u006bey":"Zm9v"}', 'proto: (line 1:13): duplicate field "\\u006bey"'],
  ] as const;
  for (const [body, message] of refusals) {
    const twice = await http1(`${etcd.clientUrl}/v3/kv/range`, { body });
    assert.deepEqual([twice.status, JSON.parse(twice.body)], [400, { code: 3, message }], body);
  }
  const unknown = await http1(`${etcd.clientUrl}/v3/kv/range`, { body: '{"key":"Zm9v","x":1,"x":{"y":1,"y":2}}' });
  assert.equal(unknown.status, 200);
});

test("hosts, origins and OPTIONS; without a gateway its paths are not there", async () => {
  await using etcd = await startEtcd({
    config: { hostWhitelist: ["127.0.0.1"], cors: ["http://a.example"], enableGrpcGateway: false },
  });
  const version = `${etcd.clientUrl}/version`;
  const stranger = await http1(version, { headers: { host: "evil.example" } });
  assert.equal(stranger.status, 421);
  assert.match(stranger.body, /etcd --host-whitelist "evil\.example"/);
  const friend = await http1(version, { headers: { origin: "http://a.example" } });
  assert.equal(friend.headers["access-control-allow-origin"], "http://a.example");
  assert.equal(
    (await http1(version, { headers: { origin: "http://b.example" } })).headers["access-control-allow-origin"],
    undefined,
  );
  assert.deepEqual(pick(await http1(version, { method: "OPTIONS" })), [200, ""]);
  assert.deepEqual(pick(await http1(`${etcd.clientUrl}/v3/kv/range`, { body: "{}" })), [404, "404 page not found\n"]);
  assert.deepEqual(pick(await http1(version, { method: "HEAD" })), [405, ""]);
  const redirect = await http1(`${etcd.clientUrl}//version/../health?a=b`);
  assert.deepEqual([redirect.status, redirect.headers["location"]], [307, "/health?a=b"]);
});

test("a request for another protocol is served as a plain one", async () => {
  await using etcd = await startEtcd();
  const answer = await http1(`${etcd.clientUrl}/version`, {
    headers: { connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "AAMAAABkAARAAAAAAAIAAAAA" },
  });
  assert.equal(answer.status, 200);
  assert.equal(JSON.parse(answer.body).etcdserver, "3.7.1");
});

test("health checks with their parts; metrics addresses serve metrics and health alone", async () => {
  const port = await freePort();
  const urls = parseUrlList([`http://127.0.0.1:${port}`]);
  assert.ok(urls.ok);
  await using etcd = await startEtcd({ config: { listenMetricsUrls: urls.urls } });
  const metricsUrl = `http://127.0.0.1:${port}`;
  for (const base of [etcd.clientUrl, metricsUrl]) {
    assert.deepEqual(pick(await http1(`${base}/health`)), [200, '{"health":"true","reason":""}']);
    assert.deepEqual(pick(await http1(`${base}/livez`)), [200, "ok\n"]);
    assert.deepEqual(pick(await http1(`${base}/readyz?verbose&exclude=non_learner&exclude=linearizable_read`)), [
      200,
      "[+]data_corruption ok\n[+]serializable_read ok\nok\n",
    ]);
    assert.equal((await http1(`${base}/metrics`)).status, 200);
  }
  assert.equal((await http1(`${metricsUrl}/version`)).status, 404);
  assert.equal((await http1(`${metricsUrl}/health`)).headers["access-control-allow-origin"], undefined);
  await json(etcd, "/v3/maintenance/alarm", { action: "ACTIVATE", alarm: "CORRUPT" });
  assert.deepEqual(pick(await http1(`${etcd.clientUrl}/health`)), [
    503,
    '{"health":"false","reason":"ALARM CORRUPT"}\n',
  ]);
  assert.deepEqual(pick(await http1(`${etcd.clientUrl}/health?exclude=CORRUPT`)), [
    200,
    '{"health":"true","reason":""}',
  ]);
  assert.deepEqual(pick(await http1(`${etcd.clientUrl}/readyz/data_corruption`)), [
    503,
    "[-]data_corruption failed: alarm activated: CORRUPT\n\n",
  ]);
  assert.equal(await metric(etcd, 'etcd_server_healthcheck{name="data_corruption",type="readyz"}'), 0);
});

test("metrics count calls through the gateway, and are compressed for who accepts that", async () => {
  await using etcd = await startEtcd({ config: { metrics: "extensive" } });
  await json(etcd, "/v3/kv/put", { key: text64("a"), value: text64("bc") });
  await json(etcd, "/v3/kv/range", { key: text64("a") });
  await json(etcd, "/v3/kv/range", {});
  assert.equal(await metric(etcd, "etcd_mvcc_put_total"), 1);
  assert.equal(await metric(etcd, "etcd_debugging_mvcc_total_put_size_in_bytes"), 3);
  const range = 'grpc_method="Range",grpc_service="etcdserverpb.KV",grpc_type="unary"}';
  assert.equal(await metric(etcd, `grpc_server_started_total{${range}`), 2);
  assert.equal(await metric(etcd, `grpc_server_handled_total{grpc_code="OK",${range}`), 1);
  assert.equal(await metric(etcd, `grpc_server_handled_total{grpc_code="InvalidArgument",${range}`), 1);
  assert.equal(await metric(etcd, `grpc_server_handling_seconds_count{${range}`), 2);
  const packed = await fetch(`${etcd.clientUrl}/metrics`, { headers: { "accept-encoding": "gzip" } });
  assert.equal(packed.headers.get("content-encoding"), "gzip");
  assert.match(await packed.text(), /^# HELP etcd_cluster_version /);
});

test("/debug/vars and profiles in Node's formats, the latter only when asked for", async () => {
  await using etcd = await startEtcd({ config: { enablePprof: true } });
  const vars = JSON.parse((await http1(`${etcd.clientUrl}/debug/vars`)).body);
  assert.equal(vars["raft.status"].raftState, "StateLeader");
  assert.equal(typeof vars["raft.status"].id, "string");
  assert.ok(Array.isArray(vars.cmdline) && vars.memstats.HeapAlloc > 0);
  const profile = JSON.parse((await http1(`${etcd.clientUrl}/debug/pprof/profile?seconds=0.05`)).body);
  assert.ok(profile.nodes.length > 0 && profile.samples.length > 0);
  const heap = JSON.parse((await http1(`${etcd.clientUrl}/debug/pprof/heap?seconds=0.05`)).body);
  assert.ok(heap.head);
  assert.match((await http1(`${etcd.clientUrl}/debug/pprof/`)).body, /profile\?seconds=30/);
  await using plain = await startEtcd();
  assert.equal((await http1(`${plain.clientUrl}/debug/pprof/profile`)).status, 404);
});

test("slow requests are logged with what they asked, never with values or passwords", async () => {
  const lines: { message: string; fields: LogFields }[] = [];
  const logger: Logger = {
    debug: () => undefined,
    info: () => undefined,
    warn: (message, fields) => void lines.push({ message, fields: fields ?? {} }),
    error: () => undefined,
    with: () => logger,
  };
  await using etcd = await startEtcd({
    logger,
    config: { warningApplyDurationMs: -1, warningUnaryRequestDurationMs: -1, bcryptCost: 4 },
  });
  await json(etcd, "/v3/kv/put", { key: text64("foo"), value: text64("private-value") });
  await json(etcd, "/v3/kv/range", { key: text64("foo") });
  await json(etcd, "/v3/auth/user/add", { name: "ann", password: "private-word" });
  await json(etcd, "/v3/kv/txn", {
    compare: [{ key: text64("foo"), target: "VALUE", value: text64("private-value") }],
    success: [{ request_put: { key: text64("foo"), value: text64("private-value") } }],
  });
  const find = (message: string, part: string): Record<string, string | number> | undefined =>
    lines.find((line) => line.message === message && JSON.stringify(line.fields).includes(part))?.fields as
      | Record<string, string | number>
      | undefined;
  const applied = find("apply request took too long", "put:<key");
  assert.match(String(applied?.["request"]), /put:<key:"foo" value_size:13 >/);
  assert.equal(applied?.["prefix"], "");
  assert.equal(
    find("apply request took too long", "read-only range ")?.["response"],
    `range_response_count:1 size:${find("request stats", "KV/Range")?.["response size"]}`,
  );
  const stats = find("request stats", "/etcdserverpb.KV/Put");
  assert.equal(stats?.["request count"], 1);
  assert.equal(stats?.["request content"], 'key:"foo" value_size:13 ');
  assert.match(String(stats?.["remote"]), /^127\.0\.0\.1:\d+$/);
  assert.equal(find("request stats", "/etcdserverpb.Auth/UserAdd")?.["request size"], -1);
  assert.ok(find("apply request took too long", "auth_user_add"));
  const everything = JSON.stringify(lines);
  for (const secret of ["private-value", text64("private-value"), "private-word", "$2a$", "$2b$"])
    assert.equal(everything.includes(secret), false, secret);
  assert.ok((await metric(etcd, "etcd_server_slow_apply_total")) > 3);
});

function pick(answer: { status: number; body: string }): [number, string] {
  return [answer.status, answer.body];
}

async function metric(etcd: Etcd, name: string): Promise<number> {
  const { body } = await http1(`${etcd.clientUrl}/metrics`);
  const line = body.split("\n").find((each) => each.startsWith(`${name} `));
  assert.ok(line, `no sample ${name}`);
  return Number(line.slice(name.length + 1));
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 5));
}
