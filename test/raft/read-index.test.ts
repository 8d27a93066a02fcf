/** Linearizable reads without log entries (Raft thesis, 6.4). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8, utf8Text } from "../../src/base/bytes.ts";
import { MessageType, ReadOnlyOption } from "../../src/core/raft/index.ts";
import { JointConfig } from "../../src/core/raft/quorum/joint.ts";
import { MajorityConfig } from "../../src/core/raft/quorum/majority.ts";
import { ReadOnly } from "../../src/core/raft/read-only.ts";
import { newMessage } from "../../src/core/raft/types.ts";
import { Group, Member } from "./group.ts";

const readsOf = (member: Member): [string, number][] => member.reads.map((r) => [utf8Text(r.requestCtx), r.index]);

test("a read is answered with the commit index, wherever it is asked (Raft thesis, 6.4)", () => {
  const group = new Group(3);
  group.campaign(1);
  for (const id of [1, 2, 3]) {
    for (let i = 0; i < 5; i++) group.propose(1, "x");
    group.get(id).raw.readIndex(utf8(`r${id}`));
    group.settle();
    assert.deepEqual(readsOf(group.get(id)), [[`r${id}`, 1 + 5 * id]]);
  }
});

test("a learner's read is answered, too (Raft thesis, 6.4)", () => {
  const group = new Group(3, { learners: [3n] });
  group.campaign(1);
  group.propose(1, "x");
  group.get(3).raw.readIndex(utf8("r"));
  group.settle();
  assert.deepEqual(readsOf(group.get(3)), [["r", 2]]);
});

test("a leader that a quorum does not confirm answers no read (Raft thesis, 6.4)", () => {
  const group = new Group(3);
  group.campaign(1);
  group.isolate(1);
  group.get(1).raw.readIndex(utf8("stale?"));
  group.settle();
  group.campaign(2);
  group.propose(2, "newer");
  assert.deepEqual(readsOf(group.get(1)), []);
  group.recover();
  group.get(2).tick(1);
  group.settle();
  assert.deepEqual(readsOf(group.get(1)), []);
});

test("a read that lost its heartbeats is confirmed by the next ones (Raft thesis, 6.4)", () => {
  const group = new Group(3);
  group.campaign(1);
  group.ignore(MessageType.MsgHeartbeat);
  group.get(1).raw.readIndex(utf8("a"));
  group.get(1).raw.readIndex(utf8("b"));
  group.settle();
  assert.deepEqual(readsOf(group.get(1)), []);
  group.recover();
  group.get(1).tick(1);
  group.settle();
  assert.deepEqual(readsOf(group.get(1)), [
    ["a", 1],
    ["b", 1],
  ]);
});

test("two reads with one context are two reads (etcd-io/raft, duplicate requests)", () => {
  const group = new Group(3);
  group.campaign(1);
  group.get(2).raw.readIndex(utf8("same"));
  group.get(3).raw.readIndex(utf8("same"));
  group.get(3).raw.readIndex(utf8("same"));
  group.settle();
  assert.deepEqual([group.get(2).reads.length, group.get(3).reads.length], [1, 2]);
});

test("a new leader answers reads only after it committed an entry of its term (Raft thesis, 6.4)", () => {
  const leader = new Member(1n, [1n, 2n, 3n], { logTerms: [1, 1], hardState: { term: 1, commit: 1 } });
  leader.raw.campaign();
  leader.take();
  leader.answers(MessageType.MsgVoteResp, { from: 2n, term: 2 });
  leader.raw.readIndex(utf8("early"));
  assert.equal(leader.take().filter((m) => m.type === MessageType.MsgHeartbeat).length, 0);
  const messages = leader.answers(MessageType.MsgAppResp, { from: 2n, term: 2, index: 3 });
  const heartbeat = messages.find((m) => m.type === MessageType.MsgHeartbeat && m.to === 2n);
  assert.ok(heartbeat !== undefined && heartbeat.context.length === 8);
  leader.answers(MessageType.MsgHeartbeatResp, { from: 2n, term: 2, context: heartbeat.context });
  assert.deepEqual(readsOf(leader), [["early", 3]]);
});

test("a follower without a leader drops reads; a group of one answers at once (Raft thesis, 6.4)", () => {
  const group = new Group(3);
  group.get(1).raw.readIndex(utf8("lost"));
  group.settle();
  assert.deepEqual(readsOf(group.get(1)), []);
  const lone = new Group(1);
  lone.campaign(1);
  lone.get(1).raw.readIndex(utf8("now"));
  assert.deepEqual(lone.get(1).take(), []);
  assert.deepEqual(readsOf(lone.get(1)), [["now", 1]]);
});

test("lease-based reads need no round of messages (Raft thesis, 6.4.1)", () => {
  const group = new Group(3, { checkQuorum: true, readOnlyOption: ReadOnlyOption.ReadOnlyLeaseBased });
  group.campaign(1);
  group.get(1).raw.readIndex(utf8("r"));
  assert.deepEqual(group.get(1).take(), []);
  assert.deepEqual(readsOf(group.get(1)), [["r", 1]]);
  assert.throws(() => new Group(3, { readOnlyOption: ReadOnlyOption.ReadOnlyLeaseBased }), /CheckQuorum/);
});

test("confirmed reads leave in order, each once, and malformed contexts confirm nothing (etcd-io/raft, readOnly)", () => {
  const reads = new ReadOnly(ReadOnlyOption.ReadOnlySafe);
  const voters = new JointConfig(new MajorityConfig([1n, 2n, 3n]));
  assert.equal(reads.heartbeatContext().length, 0);
  for (const index of [10, 11, 12]) {
    reads.addRequest(index, newMessage(MessageType.MsgReadIndex, 0n));
    reads.receiveAck(1n, reads.heartbeatContext());
  }
  assert.deepEqual([...reads.heartbeatContext()], [3, 0, 0, 0, 0, 0, 0, 0]);
  reads.receiveAck(2n, Uint8Array.of(3));
  assert.deepEqual(reads.advance(voters), []);
  reads.receiveAck(2n, Uint8Array.of(2, 0, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(
    reads.advance(voters).map((r) => r.index),
    [10, 11],
  );
  reads.receiveAck(3n, Uint8Array.of(1, 0, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(reads.advance(voters), []);
  reads.receiveAck(3n, Uint8Array.of(3, 0, 0, 0, 0, 0, 0, 0));
  assert.deepEqual(
    reads.advance(voters).map((r) => r.index),
    [12],
  );
  assert.equal(reads.heartbeatContext().length, 0);
});
