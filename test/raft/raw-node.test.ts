/** Driving a RawNode: bootstrap, restart, Ready, pagination, what step() refuses. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import {
  describeLeaderChange,
  EntryType,
  entrySize,
  MemoryStorage,
  MessageType,
  NO_PEERS,
  NONE,
  NONEMPTY_STORAGE,
  newEntry,
  RawNode,
  STEP_LOCAL_MESSAGE,
  STEP_PEER_NOT_FOUND,
  StateType,
  statusText,
} from "../../src/core/raft/index.ts";
import { entry, Member, message } from "./group.ts";

function fresh(): Member {
  const member = new Member(1n, []);
  assert.equal(member.raw.bootstrap([{ id: 1n, context: utf8("ctx") }]), undefined);
  return member;
}

test("bootstrap() commits one configuration change per peer and saves everything with the first Ready", () => {
  const member = fresh();
  const ready = member.raw.ready();
  assert.deepEqual(ready.hardState, { term: 1, vote: NONE, commit: 1 });
  assert.deepEqual(
    ready.entries.map((e) => [e.type, e.term, e.index]),
    [[EntryType.EntryConfChange, 1, 1]],
  );
  assert.equal(ready.mustSync, true);
  assert.deepEqual(ready.committedEntries, ready.entries);
  member.handle(ready);
  member.raw.advance();
  member.raw.campaign();
  member.take();
  assert.equal(member.state, StateType.StateLeader);
  assert.equal(new Member(1n, []).raw.bootstrap([]), NO_PEERS);
  const used = new Member(1n, [], { logTerms: [1] });
  assert.equal(used.raw.bootstrap([{ id: 1n, context: utf8("") }]), NONEMPTY_STORAGE);
});

test("a restarted node has nothing to save and hands out what is committed and not applied", () => {
  const member = new Member(1n, [1n, 2n], { logTerms: [1, 1, 1], hardState: { term: 1, commit: 2 } });
  const ready = member.raw.ready();
  assert.equal(ready.hardState, undefined);
  assert.deepEqual(ready.entries, []);
  assert.equal(ready.mustSync, false);
  assert.deepEqual(
    ready.committedEntries.map((e) => e.index),
    [1, 2],
  );
  member.handle(ready);
  member.raw.advance();
  assert.equal(member.raw.hasReady(), false);
  member.restart();
  assert.equal(member.raw.hasReady(), false, "applied entries are not handed out again");
});

test("a node restarts from a snapshot and the entries behind it", () => {
  const storage = new MemoryStorage();
  const confState = { voters: [1n, 2n], learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
  storage.applySnapshot({ data: new Uint8Array(0), metadata: { confState, index: 2, term: 1 } });
  storage.append([entry(1, 3, "foo")]);
  storage.setHardState({ term: 1, vote: NONE, commit: 3 });
  const { config } = new Member(1n, [1n]);
  const raw = new RawNode({ ...config, storage });
  assert.deepEqual(
    raw.ready().committedEntries.map((e) => e.index),
    [3],
  );
  assert.equal(raw.status().config.toString(), "voters=(1 2)");
});

test("a saved commit index beyond the log stops the node", () => {
  assert.throws(
    () => new Member(1n, [1n], { logTerms: [1], hardState: { term: 1, commit: 2 } }),
    /state.commit 2 is out of range \[0, 1\]/,
  );
});

test("a Ready whose only news is the commit index need not reach the disk", () => {
  const follower = new Member(2n, [1n, 2n], { logTerms: [1], hardState: { term: 1 } });
  follower.raw.step(message(MessageType.MsgHeartbeat, { from: 1n, to: 2n, term: 1, commit: 1 }));
  const ready = follower.raw.ready();
  assert.deepEqual([ready.hardState?.commit, ready.mustSync], [1, false]);
});

test("ready() twice without advance() is refused when there is something to advance", () => {
  const member = fresh();
  member.raw.ready();
  assert.throws(() => member.raw.ready(), /without call to Advance/);
});

test("step() refuses local messages from outside and answers from strangers", () => {
  const member = new Member(1n, [1n, 2n]);
  for (const type of [MessageType.MsgHup, MessageType.MsgBeat, MessageType.MsgCheckQuorum, MessageType.MsgStorageApply])
    assert.equal(member.raw.step(message(type, { from: 2n, to: 1n })), STEP_LOCAL_MESSAGE);
  for (const type of [MessageType.MsgAppResp, MessageType.MsgVoteResp, MessageType.MsgHeartbeatResp])
    assert.equal(member.raw.step(message(type, { from: 9n, to: 1n, term: 1 })), STEP_PEER_NOT_FOUND);
});

test("entries proposed together are one batch, in one Ready", () => {
  const member = fresh();
  member.take();
  member.raw.campaign();
  member.take();
  assert.equal(member.raw.proposeEntries(["a", "b", "c"].map((text) => newEntry(utf8(text)))), undefined);
  const ready = member.raw.ready();
  assert.equal(ready.entries.length, 3);
  assert.deepEqual(ready.committedEntries, []);
  member.handle(ready);
  member.raw.advance();
  const next = member.raw.ready();
  assert.equal(next.committedEntries.length, 3);
  assert.equal(next.mustSync, false);
  next.committedEntries.forEach((e, i) => {
    assert.equal(e, ready.entries[i]);
  });
});

test("committed entries come in pages of maxCommittedSizePerReady, all of them and in order (etcd-io/raft, pagination)", () => {
  const count = 10;
  const size = entrySize(entry(1, 1, "a"));
  for (const maxCommittedSizePerReady of [1, size, 3 * size + 1]) {
    const member = new Member(1n, [1n], { maxCommittedSizePerReady });
    member.raw.campaign();
    member.take();
    for (let i = 0; i < count; i++) member.propose("a");
    const pages: number[] = [];
    while (member.raw.hasReady()) {
      const ready = member.raw.ready();
      member.handle(ready);
      if (ready.committedEntries.length > 0) pages.push(ready.committedEntries.length);
      member.raw.advance();
    }
    assert.ok(Math.max(...pages) <= Math.max(1, Math.floor(maxCommittedSizePerReady / size)), `pages ${pages.join()}`);
    assert.equal(member.appliedTexts.length, count);
    assert.deepEqual(
      member.applied.map((e) => e.index),
      Array.from({ length: count + 1 }, (_, i) => i + 1),
    );
  }
});

test("a configuration that cannot work is refused", () => {
  const { config } = new Member(1n, [1n]);
  for (const [change, text] of [
    [{ id: NONE }, /none as id/],
    [{ id: 2n ** 64n - 1n }, /local target/],
    [{ heartbeatTick: 0 }, /heartbeat tick/],
    [{ electionTick: 1 }, /election tick/],
    [{ maxInflightMsgs: 0 }, /inflight messages/],
    [{ maxInflightBytes: 5, maxSizePerMsg: 6 }, /inflight bytes/],
  ] as const)
    assert.throws(() => new RawNode({ ...config, ...change }), text);
});

test("status text and leader changes read as in etcd", () => {
  const member = new Member(0x1an, [0x1an]);
  member.raw.campaign();
  member.take();
  assert.equal(
    statusText(member.raw.status()),
    '{"id":"1a","term":1,"vote":"1a","commit":1,"lead":"1a","raftState":"StateLeader","applied":1,' +
      '"progress":{"1a":{"match":1,"next":2,"state":"StateReplicate"}},"leadtransferee":"0"}',
  );
  assert.equal(describeLeaderChange(1n, NONE, 0x1an, 2), "raft.node: 1 elected leader 1a at term 2");
  assert.equal(describeLeaderChange(1n, 2n, 3n, 2), "raft.node: 1 changed leader from 2 to 3 at term 2");
  assert.equal(describeLeaderChange(1n, 2n, NONE, 2), "raft.node: 1 lost leader 2 at term 2");
  assert.equal(describeLeaderChange(1n, 2n, 2n, 2), undefined);
});

test("withProgress() visits members in the order of their IDs; progress is shown by leaders only", () => {
  const member = new Member(1n, [3n, 1n], { learners: [2n] });
  const seen: [bigint, boolean][] = [];
  member.raw.withProgress(({ id, isLearner }) => seen.push([id, isLearner]));
  assert.deepEqual(seen, [
    [1n, false],
    [2n, true],
    [3n, false],
  ]);
  assert.deepEqual(member.raw.status().progress.list, []);
});
