import assert from "node:assert/strict";
import { test } from "node:test";
import { assignIds, staticMembers } from "./bootstrap-members.ts";
import { clusterIdOf, createMember, memberId, membersText, memberText, parseMember, parseMembers } from "./member.ts";
import { parseUrls, parseUrlsMap, urlsMapText } from "./member-urls.ts";

const december1984 = Date.parse("1984-12-23T15:04:05Z") / 1000;

test("member IDs are those of etcd", () => {
  // The vectors of etcd's own member test.
  const cases: [string[], string, number | undefined, bigint][] = [
    [["http://10.0.0.8:2379"], "", undefined, 14544069596553697298n],
    [["http://10.0.0.8:2379"], "", december1984, 2448790162483548276n],
    [["http://10.0.0.8:2379"], "etcd", december1984, 6973882743191604649n],
    [["http://10.0.0.1:2379"], "", december1984, 1466075294948436910n],
    [["http://10.0.0.1:2379", "http://10.0.0.2:2379"], "", undefined, 16552244735972308939n],
    [["http://10.0.0.2:2379", "http://10.0.0.1:2379"], "", undefined, 16552244735972308939n],
  ];
  for (const [urls, token, seconds, id] of cases) assert.equal(memberId(urls, token, seconds), id);
});

test("a cluster ID depends on the set of members, not on their order", () => {
  assert.equal(clusterIdOf([1n, 2n]), clusterIdOf([2n, 1n]));
  assert.notEqual(clusterIdOf([1n, 2n]), clusterIdOf([1n, 2n, 3n]));
});

test("a static cluster gets the IDs that etcd gives it", () => {
  // What etcd prints for `--name default` with its defaults.
  const urls = parseUrlsMap("default=http://localhost:2380");
  assert.ok(urls.ok);
  const made = staticMembers(urls.members, "etcd-cluster");
  assert.ok(made.ok);
  assert.equal(made.members[0]!.id.toString(16), "8e9e05c52164694d");
  assert.equal(made.clusterId.toString(16), "cdf818194e3a8c32");
});

test("two names with the same URLs are refused", () => {
  const urls = parseUrlsMap("a=http://h:1,b=http://h:1");
  assert.ok(urls.ok);
  assert.deepEqual(staticMembers(urls.members, "t"), {
    ok: false,
    reason: `member exists with identical ID ${memberId(["http://h:1"], "t", undefined).toString(16)}`,
  });
});

test("members print as Go prints them and are read back", () => {
  const id = 2n ** 64n - 1n;
  const full = createMember({ id, peerURLs: ["http://a:1"], isLearner: true, name: "n", clientURLs: ["http://a:2"] });
  assert.equal(
    memberText(full),
    '{"id":18446744073709551615,"peerURLs":["http://a:1"],"isLearner":true,"name":"n","clientURLs":["http://a:2"]}',
  );
  assert.equal(memberText(createMember({ id: 1n })), '{"id":1,"peerURLs":null}');
  for (const member of [full, createMember({ id: 1n })]) assert.deepEqual(parseMember(memberText(member)), member);
  assert.deepEqual(parseMembers(membersText([full, createMember({ id: 1n })])), [full, createMember({ id: 1n })]);
});

test("what is not a member is refused", () => {
  for (const text of [
    "",
    "[]",
    "null",
    '{"id":-1}',
    '{"id":"1"}',
    '{"id":1,"peerURLs":"x"}',
    '{"id":1,"peerURLs":[1]}',
    '{"id":1,"name":2}',
    '{"id":1,"isLearner":1}',
    '{"id":18446744073709551616}',
  ]) {
    assert.equal(parseMember(text), undefined, text);
  }
  assert.equal(parseMembers('{"id":1}'), undefined);
  assert.equal(parseMembers('[{"id":1},{"id":"x"}]'), undefined);
});

test("URL lists are checked and sorted", () => {
  assert.deepEqual(parseUrls(["http://b:2", " https://a:1 "]), { ok: true, urls: ["http://b:2", "https://a:1"] });
  for (const bad of [
    [],
    ["http://a"],
    ["http://a:1/path"],
    ["ftp://a:1"],
    ["a:1"],
    [":1"],
    ["127.0.0.1:1"],
    ["http://a:x"],
  ]) {
    assert.equal(parseUrls(bad).ok, false, bad.join());
  }
});

test("a name that stands several times gathers its URLs, and the map prints sorted", () => {
  const parsed = parseUrlsMap("b=http://b:1,a=http://a:2,a=http://a:1,");
  assert.ok(parsed.ok);
  assert.deepEqual(parsed.members.get("a"), ["http://a:1", "http://a:2"]);
  assert.equal(urlsMapText(parsed.members), "a=http://a:1,a=http://a:2,b=http://b:1");
  assert.equal(parseUrlsMap("a").ok, false);
});

test("assignIds gives local members the IDs of the running cluster by their URLs", () => {
  const same = (a: readonly string[], b: readonly string[]) => a.join() === b.join();
  const member = (id: bigint, url: string) => createMember({ id, peerURLs: [url] });
  const local = [member(1n, "http://127.0.0.1:2379"), member(2n, "http://127.0.0.2:2379")];
  const existing = [member(4n, "http://127.0.0.1:2379"), member(3n, "http://127.0.0.2:2379")];
  const assigned = assignIds(local, existing, same);
  assert.ok(assigned.ok);
  assert.deepEqual(assigned.members, [member(3n, "http://127.0.0.2:2379"), member(4n, "http://127.0.0.1:2379")]);
  assert.deepEqual(assignIds([], existing, same), { ok: false, reason: "member count is unequal" });
  assert.equal(assignIds([local[0]!, member(2n, "http://x:1")], existing, same).ok, false);
});
