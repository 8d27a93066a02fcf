/** Configuration changes: one at a time, joint, learners, removal of the leader (Raft thesis, chapter 4). */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  ConfChangeType,
  type ConfChangeV2,
  EntryType,
  MessageType,
  newConfChange,
  newConfChangeV2,
  PROPOSAL_DROPPED,
  parseConfChanges,
  StateType,
} from "../../src/core/raft/index.ts";
import { Group, Member } from "./group.ts";

const { ConfChangeAddNode, ConfChangeAddLearnerNode, ConfChangeRemoveNode } = ConfChangeType;

function change(text: string, transition: 0 | 1 | 2 = 0): ConfChangeV2 {
  const parts = parseConfChanges(text);
  assert.ok(typeof parts !== "string");
  return newConfChangeV2(parts, transition);
}

const configOf = (member: Member): string => member.raw.status().config.toString();

function lone(overrides = {}): Member {
  const member = new Member(1n, [1n], overrides);
  member.raw.campaign();
  member.take();
  return member;
}

test("a configuration becomes active when its change is applied (etcd-io/raft; differs from thesis, 4.1)", () => {
  const group = new Group(3);
  group.campaign(1);
  group.isolate(1);
  group.get(1).raw.proposeConfChange(newConfChange(ConfChangeAddNode, 4n));
  group.settle();
  assert.equal(configOf(group.get(1)), "voters=(1 2 3)");
  group.recover();
  group.get(1).tick(1);
  group.settle();
  for (const member of group.members) assert.equal(configOf(member), "voters=(1 2 3 4)");
});

test("a second change is refused while one is under way: it commits as an empty entry (Raft thesis, 4.1)", () => {
  const leader = new Member(1n, [1n, 2n]);
  leader.raw.campaign();
  leader.take();
  leader.answers(MessageType.MsgVoteResp, { from: 2n, term: 1 });
  leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: 1 });
  for (const id of [3n, 4n]) leader.raw.proposeConfChange(newConfChange(ConfChangeAddNode, id));
  leader.take();
  leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: 3 });
  assert.deepEqual(
    leader.applied.map((e) => [e.type, e.data.length > 0]),
    [
      [EntryType.EntryNormal, false],
      [EntryType.EntryConfChange, true],
      [EntryType.EntryNormal, false],
    ],
  );
  assert.equal(configOf(leader), "voters=(1 2 3)");
});

test("a new leader takes no change until what it found in its log is applied (Raft thesis, 4.1)", () => {
  const leader = new Member(1n, [1n, 2n], { logTerms: [1, 1], hardState: { term: 1 } });
  leader.raw.campaign();
  leader.take();
  leader.answers(MessageType.MsgVoteResp, { from: 2n, term: 2 });
  leader.raw.proposeConfChange(newConfChange(ConfChangeAddNode, 3n));
  leader.take();
  leader.answers(MessageType.MsgAppResp, { from: 2n, term: 2, index: 4 });
  assert.equal(leader.applied.at(-1)?.type, EntryType.EntryNormal);
  leader.raw.proposeConfChange(newConfChange(ConfChangeAddNode, 3n));
  leader.take();
  leader.answers(MessageType.MsgAppResp, { from: 2n, term: 2, index: 5 });
  assert.equal(configOf(leader), "voters=(1 2 3)");
});

test("with validation off every change enters the log (etcd-io/raft, DisableConfChangeValidation)", () => {
  const leader = lone({ disableConfChangeValidation: true });
  for (let i = 0; i < 2; i++) leader.raw.proposeConfChange(newConfChange(ConfChangeAddLearnerNode, BigInt(i + 2)));
  leader.take();
  assert.equal(configOf(leader), "voters=(1) learners=(2 3)");
});

test("adding a member twice and removing one that is not there change nothing (Raft thesis, 4.1)", () => {
  const leader = lone();
  for (const c of [
    newConfChange(ConfChangeAddNode, 1n),
    newConfChange(ConfChangeAddLearnerNode, 2n),
    newConfChange(ConfChangeAddLearnerNode, 2n),
    newConfChange(ConfChangeRemoveNode, 9n),
  ]) {
    leader.raw.proposeConfChange(c);
    leader.take();
  }
  assert.equal(configOf(leader), "voters=(1) learners=(2)");
});

test("a change whose node ID was zeroed is applied as no change (etcd, refused membership changes)", () => {
  const leader = lone();
  leader.raw.proposeConfChange(newConfChange(ConfChangeAddNode, 0n));
  leader.take();
  assert.equal(configOf(leader), "voters=(1)");
});

test("changes of several members go through a joint configuration, left by itself or on demand (Raft thesis, 4.3)", () => {
  for (const [text, transition, joint, after] of [
    ["l2 l3", 0, "voters=(1)&&(1) learners=(2 3) autoleave", "voters=(1) learners=(2 3)"],
    ["l2", 1, "voters=(1)&&(1) learners=(2) autoleave", "voters=(1) learners=(2)"],
    ["l2", 2, "voters=(1)&&(1) learners=(2)", "voters=(1) learners=(2)"],
  ] as const) {
    const leader = lone();
    leader.raw.proposeConfChange(change(text, transition));
    leader.take();
    assert.ok(
      leader.log.some((line) => line.endsWith(`switched to configuration ${joint}`)),
      joint,
    );
    if (transition === 2) {
      assert.equal(configOf(leader), joint);
      leader.raw.proposeConfChange(newConfChangeV2([]));
      leader.take();
    }
    assert.equal(configOf(leader), after);
  }
});

test("while joint only leaving is allowed, otherwise leaving is refused (Raft thesis, 4.3)", () => {
  const leader = lone();
  leader.raw.proposeConfChange(newConfChangeV2([]));
  leader.take();
  assert.ok(leader.log.some((line) => line.includes("not in joint state; refusing empty conf change")));
  leader.raw.proposeConfChange(change("l2", 2));
  leader.take();
  leader.raw.proposeConfChange(change("l3"));
  leader.take();
  assert.ok(leader.log.some((line) => line.includes("must transition out of joint config first")));
});

test("while joint both majorities must have an entry (Raft thesis, 4.3)", () => {
  const leader = lone();
  leader.raw.proposeConfChange(change("v2 v3", 2));
  leader.take();
  assert.equal(configOf(leader), "voters=(1 2 3)&&(1)");
  leader.propose("x");
  leader.take();
  assert.deepEqual(leader.appliedTexts, [], "the outgoing majority (1) alone is not enough");
  leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: leader.storage.lastIndex() });
  assert.deepEqual(leader.appliedTexts, ["x"]);
});

test("a joint configuration is left automatically by the next leader, too (Raft thesis, 4.3)", () => {
  const group = new Group(3, { logTerms: [1], hardState: { term: 1 } });
  group.campaign(1);
  group.get(1).raw.transferLeader(2n);
  group.get(1).raw.proposeConfChange(change("r3 l3", 1));
  group.settle();
  const leader = group.members.find((m) => m.state === StateType.StateLeader)!;
  leader.raw.proposeConfChange(change("l3", 1));
  group.settle();
  for (const member of group.members.filter((m) => m.id !== 3n))
    assert.equal(configOf(member), "voters=(1 2) learners=(3)");
});

test("entries commit that a smaller configuration has a majority for (Raft thesis, 4.1)", () => {
  const group = new Group(3);
  group.campaign(1);
  const leader = group.get(1);
  group.isolate(3);
  group.cut(1, 2);
  leader.raw.proposeConfChange(newConfChange(ConfChangeRemoveNode, 2n));
  leader.propose("x");
  leader.take();
  const index = leader.storage.lastIndex();
  assert.equal(leader.commit, 1);
  leader.answers(MessageType.MsgAppResp, { from: 3n, term: 1, index: index - 1 });
  assert.deepEqual([leader.commit, configOf(leader)], [index - 1, "voters=(1 3)"]);
  leader.answers(MessageType.MsgAppResp, { from: 3n, term: 1, index });
  assert.deepEqual(leader.appliedTexts, ["x"]);
});

test("a proposal with a malformed change is dropped as a whole (untrusted bytes from peers)", () => {
  const leader = lone();
  const last = leader.storage.lastIndex();
  const entries = [0, 1, 2].map((type) => ({ type: type as 0 | 1 | 2, term: 0, index: 0, data: Uint8Array.of(0xff) }));
  for (const bad of [entries, entries.slice(1, 2), entries.slice(2)])
    assert.equal(leader.raw.proposeEntries(bad), PROPOSAL_DROPPED);
  leader.take();
  assert.equal(leader.storage.lastIndex(), last);
});

test("the last voter cannot be removed (Raft thesis, 4.1)", () => {
  const leader = lone();
  leader.raw.proposeConfChange(newConfChange(ConfChangeRemoveNode, 1n));
  assert.throws(() => leader.take(), /removed all voters/);
});

test("a removed leader leads on without taking proposals, or steps down when configured so (Raft thesis, 4.2.2)", () => {
  for (const stepDownOnRemoval of [false, true]) {
    const group = new Group(3, { stepDownOnRemoval });
    group.campaign(1);
    group.get(1).raw.proposeConfChange(newConfChange(ConfChangeRemoveNode, 1n));
    group.settle();
    const leader = group.get(1);
    assert.equal(leader.state, stepDownOnRemoval ? StateType.StateFollower : StateType.StateLeader);
    assert.equal(leader.raw.propose(new Uint8Array(1)), PROPOSAL_DROPPED);
    leader.tick(50);
    assert.notEqual(leader.state, StateType.StateCandidate);
  }
});

test("a new member counts as active, so that check-quorum does not depose its leader at once (Raft thesis, 4.2.1)", () => {
  const leader = lone({ checkQuorum: true });
  leader.tick(9);
  leader.raw.proposeConfChange(newConfChange(ConfChangeAddNode, 2n));
  leader.take();
  leader.tick(1);
  assert.equal(leader.state, StateType.StateLeader);
  leader.tick(10);
  assert.equal(leader.state, StateType.StateFollower);
});

test("a learner receives entries but counts for no majority; promoted, it counts (Raft thesis, 4.2.1)", () => {
  const group = new Group(3, { learners: [2n, 3n] });
  group.campaign(1);
  group.isolate(2);
  group.propose(1, "without learners");
  assert.deepEqual(group.get(1).appliedTexts, ["without learners"]);
  assert.deepEqual(group.get(3).appliedTexts, ["without learners"]);
  group.get(1).raw.proposeConfChange(newConfChange(ConfChangeAddNode, 2n));
  group.settle();
  group.propose(1, "needs 2");
  assert.deepEqual(group.get(1).appliedTexts, ["without learners"]);
  group.recover();
  group.get(1).tick(1);
  group.settle();
  assert.deepEqual(group.get(2).appliedTexts, ["without learners", "needs 2"]);
});
