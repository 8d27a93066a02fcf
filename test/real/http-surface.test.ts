/**
 * The same HTTP requests to a real etcd and to ours: equal status, headers and bodies. Needs the program etcd (see reference.ts).
 * Bodies are compared as JSON: the real gateway puts spaces behind commas at the whim of its build.
 */
import assert from "node:assert/strict";
import { join } from "node:path";
import test from "node:test";
import { startEtcd } from "../../src/server/index.ts";
import { type Answer, type Asked, http1 } from "../support/http-client.ts";
import { missing, reference, startMember, temporaryFolder } from "./reference.ts";

const base64 = (text: string): string => Buffer.from(text).toString("base64");
const KEY = base64("foo");
/** Set by each server's own network stack. */
const IGNORED = ["date", "connection", "keep-alive", "content-length", "transfer-encoding"];

type Step = readonly [path: string, body?: string | undefined, asked?: Asked];

const STEPS: readonly Step[] = [
  ["/health"],
  ["/health", undefined, { method: "HEAD" }],
  ["/health", "x"],
  ["/health?serializable=true&exclude=NOSPACE"],
  ["/livez?verbose"],
  ["/livez/serializable_read"],
  ["/readyz/non_learner?verbose"],
  ["/readyz/nothing"],
  ["/readyz?exclude=non_learner&exclude=data_corruption&exclude=linearizable_read&exclude=unknown&verbose"],
  ["/readyz", "x"],
  ["/version"],
  ["/version", undefined, { method: "HEAD" }],
  ["/version", "x"],
  ["/metrics", undefined, { method: "HEAD" }],
  ["/debug/vars", "x"],
  ["/nothing"],
  ["//version"],
  ["/a/../version?x=<y>"],
  ["/v3"],
  ["/v3?a=b", "{}"],
  ["/v3/"],
  ["/v3/nothing", "{}"],
  ["/anything", undefined, { method: "OPTIONS" }],
  ["/v3/kv/range"],
  ["/v3/kv/range", "{}", { method: "PUT" }],
  [
    "/v3/kv/range",
    "{}",
    { headers: { "x-http-method-override": "put", "content-type": "application/x-www-form-urlencoded" } },
  ],
  // Not JSON, or not the message.
  ...[
    "",
    " \n ",
    "{}",
    "abc",
    '{"key":',
    '{"key":"!!"}',
    '{"key":1}',
    '{"key":"Zm9v"',
    "[]",
    "null",
    '"x"',
    "12",
    "{a}",
    '{"a" 1}',
    '{"a":1,}',
    '{"a":1 "b"}',
    '{"a":tru}',
    '{"a":[1 2]}',
    '{"a":-}',
    '{"a":1.}',
    '{"a":1e}',
    '{"a":"\\x"}',
    '{"a":"\\u12x"}',
    '{"a":"\n"}',
    '{"key":"Zm9v","limit":1.5}',
    '{"key":"Zm9v","limit":"x"}',
    '{"key":"Zm9v","limit":"9223372036854775808"}',
    '{"key":"Zm9v","sort_order":"SIDEWAYS"}',
    '{"key":"Zm9v","sort_order":"DESCEND","sort_target":2}',
    '{"key":"Zm9v","sort_order":{}}',
    '{"key":"Zm9v","serializable":"true"}',
    '{"key":"Zm9v","keysOnly":true,"unknown":[{"a":1}]} and more',
    // A field given twice, under one name or two.
    '{"key":"Zm9v","key":"Zm9v"}',
    '{"key":"Zm9v", "limit":"1",\n "limit":"1"}',
    '{"key":"Zm9v","range_end":"AA==","rangeEnd":"AA=="}',
    '{"key":null,"key":"Zm9v"}',
    '{"key":"Zm9v","\\u006bey":"Zm9v"}',
    '{"key":"Zm9v","unknown":1,"unknown":2}',
    '{"key":"Zm9v","unknown":{"a":1,"a":2}}',
    '{"limit":"x","key":"Zm9v","key":"Zm9v"}',
    '{\n  "key": "Zm9v",\n  "ähm": 1, "limit": []\n}',
  ].map((body): Step => ["/v3/kv/range", body]),
  ["/v3/kv/range", `{"key":"${KEY}","revision":"99"}`],
  ["/v3/kv/txn", '{"success":{}}'],
  ["/v3/kv/txn", '{"success":[],"success":[]}'],
  ["/v3/kv/txn", '{"success":[{"request_put":{"key":"YQ==","key":"YQ=="}}]}'],
  ["/v3/kv/txn", '{"success":[{"request_put":{"key":"YQ=="},"requestPut":{"key":"YQ=="}}]}'],
  ["/v3/kv/txn", '{"success":[{"request_put":{"key":1}}]}'],
  ["/v3/kv/txn", '{"success":[{"request_put":{"key":"YQ=="},"request_range":{"key":"YQ=="}}]}'],
  // Keys.
  ["/v3/kv/put", `{"key":"${KEY}","value":"${base64("bar")}"}`],
  ["/v3beta/kv/put", `{"key":"${KEY}","value":"${base64("baz")}","prev_kv":true}`],
  ["/v3/kv/put", `{"key":"${KEY}","value":"","ignore_value":true,"lease":"5"}`],
  ["/v3/kv/range", `{"key":"${KEY}"}`],
  ["/v3/kv/range", `{"key":"${KEY}"}`, { headers: { te: "trailers" } }],
  ["/v3/kv/range", `{"key":"AA==","range_end":"AA==","count_only":true}`],
  [
    "/v3/kv/txn",
    `{"compare":[{"key":"${KEY}","target":"VERSION","result":"EQUAL","version":"2"}],"success":[{"request_range":{"key":"${KEY}"}},{"request_put":{"key":"YQ==","value":"Yg=="}}]}`,
  ],
  ["/v3/kv/deleterange", `{"key":"YQ==","prev_kv":true}`],
  ["/v3/kv/compaction", '{"revision":"2"}'],
  ["/v3/kv/compaction", '{"revision":"2"}'],
  // Leases, members, maintenance.
  ["/v3/lease/grant", '{"ID":7587862094320386044,"TTL":60}'],
  ["/v3/lease/grant", '{"ID":"7587862094320386044","TTL":60}'],
  ["/v3/lease/leases", "{}"],
  ["/v3/kv/lease/leases", ""],
  ["/v3/kv/lease/timetolive", '{"ID":"1","keys":true}'],
  ["/v3/lease/keepalive", '{"ID":"7587862094320386044"}{"ID":"1"}'],
  ["/v3/lease/keepalive", "{"],
  ["/v3/lease/revoke", '{"ID":"7587862094320386044"}'],
  ["/v3/kv/lease/revoke", '{"ID":"7587862094320386044"}'],
  ["/v3/cluster/member/remove", '{"ID":"1"}'],
  ["/v3/cluster/member/promote", '{"ID":"1"}'],
  ["/v3/cluster/member/add", '{"peerURLs":["nonsense"]}'],
  ["/v3/maintenance/alarm", "{}"],
  ["/v3/maintenance/alarm", '{"action":"ACTIVATE","alarm":"NOSPACE"}'],
  ["/health"],
  ["/health?exclude=NOSPACE"],
  ["/v3/maintenance/alarm", '{"action":"DEACTIVATE","alarm":"NOSPACE"}'],
  ["/v3/maintenance/defragment", "{}"],
  ["/v3/maintenance/transfer-leadership", '{"targetID":"1"}'],
  ["/v3/maintenance/downgrade", '{"action":"VALIDATE","version":"x"}'],
  ["/v3/maintenance/hashkv", '{"revision":"999"}'],
  // Streams.
  ["/v3/watch", `{"create_request":{"key":"${KEY}","start_revision":"2"}}`, { readMs: 400 }],
  ["/v3/watch", '{"create_request":{"key":"Zm9v"}}{"cancel_request":{"watch_id":"0"}} x', { readMs: 400 }],
  ["/v3/watch", '{"create_request":{"key":"Zm9v","start_revision":"-1"}}', { readMs: 400 }],
  ["/v3/election/observe", '{"name":"Zm9v"}', { headers: { "grpc-timeout": "100m" } }],
  ["/v3/election/leader", '{"name":"Zm9v"}'],
  ["/v3/election/proclaim", "{}"],
  ["/v3/kv/range", "{}", { headers: { "grpc-timeout": "zz" } }],
  // Authentication.
  ["/v3/auth/status", "{}"],
  ["/v3/auth/authenticate", '{"name":"root","password":"r"}'],
  ["/v3/auth/enable", "{}"],
  ["/v3/auth/user/add", '{"name":"root","password":"r"}'],
  ["/v3/auth/user/add", '{"name":"root","password":"r"}'],
  ["/v3/auth/role/add", '{"name":"root"}'],
  ["/v3/auth/user/grant", '{"user":"root","role":"root"}'],
  ["/v3/auth/role/grant", `{"name":"root","perm":{"permType":"READWRITE","key":"${KEY}"}}`],
  ["/v3/auth/role/get", '{"role":"root"}'],
  ["/v3/auth/enable", "{}"],
  ["/v3/kv/range", `{"key":"${KEY}"}`],
  ["/v3/kv/range", `{"key":"${KEY}"}`, { headers: { authorization: "nobody.1" } }],
  ["/v3/auth/authenticate", '{"name":"root","password":"x"}'],
];

test("every request gets from ours what a real etcd answers", { skip: missing("etcd") }, async () => {
  const folder = temporaryFolder("http");
  const real = await startMember({ command: [reference("etcd")!], dataDir: join(folder.path, "real") });
  const ours = await startEtcd({ config: { bcryptCost: 4 } });
  try {
    await clusterVersionKnown(ours.clientUrl);
    await clusterVersionKnown(`http://${real.endpoint}`);
    for (const [path, body, asked] of STEPS) {
      const send = (base: string): Promise<Answer> =>
        http1(base + path, { ...asked, ...(body === undefined ? {} : { body }) });
      const [theirs, mine] = await Promise.all([send(`http://${real.endpoint}`), send(ours.clientUrl)]);
      assert.deepEqual(comparable(mine), comparable(theirs), `${asked?.method ?? ""} ${path} ${body ?? ""}`);
    }
  } finally {
    await ours.close();
    await real.stop();
    folder.remove();
  }
});

async function clusterVersionKnown(base: string): Promise<void> {
  for (;;) {
    const { body } = await http1(`${base}/version`);
    if (body === '{"etcdserver":"3.7.1","etcdcluster":"3.7.0","storage":"3.7.0"}') return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** IDs and Raft's numbers differ between clusters; checks of readyz come in no order. */
function comparable({ status, headers, body }: Answer): unknown {
  const text = body
    .replace(/"(cluster_id|member_id|raft_term)": ?"\d+"/g, '"$1":"N"')
    .replace(/"version": ?"(\d\.\d\.\d)", ?/g, '"version":"$1",')
    .replace(/proto:\u00a0/g, "proto: ")
    // A deadline is told by the clock of etcd's gateway or by that of its gRPC server, whichever strikes first.
    .replace("stream terminated by RST_STREAM with error code: CANCEL", "context deadline exceeded");
  const lines = text.split("\n").map((line) => {
    try {
      return JSON.parse(line) as unknown;
    } catch (error) {
      assert.ok(error instanceof SyntaxError);
      return line;
    }
  });
  const kept = Object.entries(headers).filter(([name]) => !IGNORED.includes(name));
  return {
    status,
    headers: Object.fromEntries(kept.map(([name, value]) => [name, value.replace(/\u00a0/g, " ")])),
    lines,
  };
}
