/** Leadership transfer (Raft thesis, 3.10). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageType, NONE, newConfChange, PROPOSAL_DROPPED, StateType } from "../../src/core/raft/index.ts";
import { Group } from "./group.ts";

function ledBy1(size = 3, overrides: ConstructorParameters<typeof Group>[1] = {}): Group {
  const group = new Group(size, overrides);
  group.campaign(1);
  return group;
}

function transfer(group: Group, to: number, from = 1): void {
  group.get(from).raw.transferLeader(BigInt(to));
  group.settle();
}

const leaderOf = (group: Group): bigint[] =>
  group.members.filter((m) => m.state === StateType.StateLeader).map((m) => m.id);
const transferee = (group: Group): bigint => group.get(1).raw.basicStatus().leadTransferee;

test("a member with the whole log takes over at once, even within the lease and with pre-vote (Raft thesis, 3.10)", () => {
  for (const overrides of [{}, { checkQuorum: true }, { preVote: true, checkQuorum: true }]) {
    const group = ledBy1(3, overrides);
    group.get(1).tick(1);
    group.settle();
    transfer(group, 2);
    assert.deepEqual(leaderOf(group), [2n]);
    group.propose(2, "x");
    transfer(group, 1, 2);
    assert.deepEqual(leaderOf(group), [1n]);
  }
});

test("a follower passes the request on to the leader (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  transfer(group, 2, 2);
  assert.deepEqual(leaderOf(group), [2n]);
});

test("a member that lags is brought up to date first (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  group.isolate(3);
  group.propose(1, "x");
  group.recover();
  transfer(group, 3);
  group.get(1).tick(1);
  group.settle();
  assert.deepEqual(leaderOf(group), [3n]);
});

test("while leadership moves no proposals are taken (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  group.isolate(3);
  transfer(group, 3);
  assert.equal(transferee(group), 3n);
  assert.equal(group.get(1).raw.propose(new Uint8Array(1)), PROPOSAL_DROPPED);
});

test("a transfer that takes an election timeout is given up (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  group.isolate(3);
  transfer(group, 3);
  group.get(1).tick(10);
  assert.deepEqual([transferee(group), leaderOf(group)], [NONE, [1n]]);
  group.propose(1, "taken again");
});

test("a second request replaces the first, one for the same member does not restart its time (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  group.isolate(3);
  transfer(group, 3);
  group.get(1).tick(5);
  transfer(group, 3);
  group.get(1).tick(5);
  assert.equal(transferee(group), NONE);
  transfer(group, 3);
  transfer(group, 2);
  assert.deepEqual(leaderOf(group), [2n]);
});

test("transfers to the leader itself, a learner or a stranger do nothing (Raft thesis, 3.10)", () => {
  const group = new Group(3, { learners: [3n] });
  group.campaign(1);
  for (const target of [1, 3, 4]) {
    transfer(group, target);
    assert.deepEqual([transferee(group), leaderOf(group)], [NONE, [1n]]);
  }
});

test("a transfer ends when its target is removed, or when somebody else is elected (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  group.ignore(MessageType.MsgTimeoutNow);
  transfer(group, 3);
  group.get(1).raw.applyConfChange(newConfChange(1, 3n));
  assert.equal(transferee(group), NONE);
  const other = ledBy1();
  other.isolate(3);
  transfer(other, 3);
  other.campaign(2);
  assert.deepEqual([transferee(other), leaderOf(other)], [NONE, [2n]]);
});

test("a member that is not in the configuration does not campaign when told to (Raft thesis, 3.10)", () => {
  const group = ledBy1();
  const outsider = group.get(3);
  outsider.raw.applyConfChange(newConfChange(1, 3n));
  assert.deepEqual(outsider.answers(MessageType.MsgTimeoutNow, { from: 1n, term: 1 }), []);
  assert.equal(outsider.state, StateType.StateFollower);
});
