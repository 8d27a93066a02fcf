import assert from "node:assert/strict";
import { test } from "node:test";
import { parseUrlList } from "../base/go-url.ts";
import { parseUrlsMap } from "../core/membership/member-urls.ts";
import { compactionPolicy } from "./compaction-policy.ts";
import type { ServerConfig } from "./config.ts";
import { bootstrapRefusal, joinRefusal } from "./verify-bootstrap.ts";

const HOSTS: Readonly<Record<string, string>> = { "a.example": "192.0.2.1", "b.example": "192.0.2.2" };

function config(peers: string, endpoints: readonly string[] = []): ServerConfig {
  const parsed = parseUrlList(peers.split(","));
  assert.ok(parsed.ok);
  return { name: "n", advertisePeerUrls: parsed.urls, discovery: { endpoints } } as unknown as ServerConfig;
}

function members(text: string): ReadonlyMap<string, string[]> {
  const parsed = parseUrlsMap(text);
  assert.ok(parsed.ok);
  return parsed.members;
}

function refusal(peers: string, cluster: string): Promise<string | undefined> {
  return bootstrapRefusal(config(peers), members(cluster), async (host) => HOSTS[host]);
}

test("a member that its cluster names with its URLs may begin it", async () => {
  assert.equal(
    await refusal("http://192.0.2.1:1,http://192.0.2.1:2", "n=http://192.0.2.1:2,n=http://192.0.2.1:1,m=http://x:1"),
    undefined,
  );
});

test("a host name and its address are the same URL", async () => {
  assert.equal(await refusal("http://192.0.2.1:1", "n=http://a.example:1"), undefined);
  assert.equal(await refusal("http://a.example:1", "n=http://192.0.2.1:1"), undefined);
});

test("refusals have etcd's texts", async () => {
  assert.equal(
    await refusal("http://192.0.2.1:1", "m=http://192.0.2.1:1"),
    `couldn't find local name "n" in the initial cluster configuration`,
  );
  assert.equal(
    await refusal("http://192.0.2.1:1", "n=http://192.0.2.2:1"),
    '--initial-cluster has n=http://192.0.2.2:1 but missing from --initial-advertise-peer-urls=http://192.0.2.1:1 (resolved urls: "http://192.0.2.1:1" != "http://192.0.2.2:1")',
  );
  assert.equal(
    await refusal("http://192.0.2.1:1,http://192.0.2.1:2", "n=http://192.0.2.1:1"),
    "--initial-advertise-peer-urls has http://192.0.2.1:2 but missing from --initial-cluster=n=http://192.0.2.1:1,n=http://192.0.2.1:2",
  );
  assert.equal(
    await refusal("http://192.0.2.1:1", "n=http://192.0.2.1:1,m=http://192.0.2.1:1"),
    "initial cluster m=http://192.0.2.1:1,n=http://192.0.2.1:1 has duplicate url",
  );
  assert.match(
    (await refusal("http://192.0.2.1:1", "n=http://c.example:1"))!,
    /\(failed to resolve "http:\/\/c\.example:1"/,
  );
});

test("a member that joins must be named and must not use discovery", () => {
  const urls = members("n=http://192.0.2.9:1");
  assert.equal(joinRefusal(config("http://192.0.2.1:1"), urls), undefined);
  assert.equal(
    joinRefusal(config("http://192.0.2.1:1", ["e"]), urls),
    "discovery URL should not be set when joining existing initial cluster",
  );
  assert.match(joinRefusal(config("http://192.0.2.1:1"), members("m=http://x:1"))!, /^couldn't find local name "n"/);
});

test("retention is hours, revisions or a duration", () => {
  const policy = (mode: "periodic" | "revision", retention: string) => {
    const result = compactionPolicy({ mode, retention });
    return result.ok ? result.policy : result.reason;
  };
  assert.equal(policy("periodic", "0"), undefined);
  assert.equal(policy("revision", ""), undefined);
  assert.deepEqual(policy("periodic", "5"), { mode: "periodic", retentionMs: 18_000_000 });
  assert.deepEqual(policy("periodic", "90m"), { mode: "periodic", retentionMs: 5_400_000 });
  assert.deepEqual(policy("revision", "1000"), { mode: "revision", retentionRevisions: 1000 });
  assert.equal(policy("periodic", "x"), 'error parsing CompactionRetention: time: invalid duration "x"');
  assert.equal(policy("revision", "-1"), 'error parsing CompactionRetention: time: missing unit in duration "-1"');
});
