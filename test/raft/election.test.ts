/** Elections, votes, terms (Raft paper, 5.1, 5.2, 5.4.1; thesis, 4.2.3, 6.2 and 9.6). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageType, NONE, StateType } from "../../src/core/raft/index.ts";
import { Group, Member } from "./group.ts";

const { StateFollower, StateCandidate, StateLeader, StatePreCandidate } = StateType;

/** A member of (1 2 3) in the given role at term 1. */
function inRole(state: StateType): Member {
  const member = new Member(1n, [1n, 2n, 3n]);
  if (state === StateFollower) {
    member.answers(MessageType.MsgHeartbeat, { from: 2n, term: 1 });
  } else {
    member.raw.campaign();
    member.take();
    if (state === StateLeader) member.answers(MessageType.MsgVoteResp, { from: 2n, term: 1 });
  }
  assert.equal(member.state, state);
  return member;
}

for (const [name, state] of [
  ["follower", StateFollower],
  ["candidate", StateCandidate],
  ["leader", StateLeader],
] as const) {
  test(`a ${name} that sees a higher term takes it over and follows (Raft paper, 5.1)`, () => {
    const member = inRole(state);
    member.answers(MessageType.MsgApp, { from: 2n, term: 2 });
    assert.deepEqual([member.term, member.state, member.lead], [2, StateFollower, 2n]);
  });

  test(`a ${name} ignores a message of a lower term (Raft paper, 5.1)`, () => {
    const member = inRole(state);
    member.answers(MessageType.MsgApp, { from: 3n, term: 5 });
    const before = member.raw.basicStatus();
    assert.deepEqual(member.answers(MessageType.MsgApp, { from: 2n, term: 4, commit: 9 }), []);
    assert.deepEqual(member.raw.basicStatus(), before);
  });
}

test("a node starts as follower (Raft paper, 5.2)", () => {
  assert.equal(new Member(1n, [1n, 2n, 3n]).state, StateFollower);
});

test("a leader sends heartbeats to all members at every heartbeat timeout (Raft paper, 5.2)", () => {
  const leader = inRole(StateLeader);
  leader.take();
  leader.tick(1);
  assert.deepEqual(
    leader.take().map((m) => [m.type, m.to]),
    [
      [MessageType.MsgHeartbeat, 2n],
      [MessageType.MsgHeartbeat, 3n],
    ],
  );
});

for (const state of [StateFollower, StateCandidate] as const)
  test(`a ${state === StateFollower ? "follower" : "candidate"} that hears of no leader raises its term, votes for itself and asks all (Raft paper, 5.2)`, () => {
    const member = inRole(state);
    member.take();
    const { term } = member;
    member.tick(19);
    const messages = member.take();
    assert.deepEqual([member.term, member.state, member.vote], [term + 1, StateCandidate, 1n]);
    assert.deepEqual(
      messages.map((m) => [m.type, m.to, m.term]),
      [
        [MessageType.MsgVote, 2n, term + 1],
        [MessageType.MsgVote, 3n, term + 1],
      ],
    );
  });

test("a candidate leads with the votes of a majority, and follows when a majority refuses (Raft paper, 5.2)", () => {
  for (const [size, granted, refused, expected] of [
    [1, 0, 0, StateLeader],
    [3, 1, 0, StateLeader],
    [3, 0, 1, StateCandidate],
    [3, 0, 2, StateFollower],
    [5, 2, 0, StateLeader],
    [5, 2, 2, StateLeader],
    [5, 1, 2, StateCandidate],
    [5, 1, 3, StateFollower],
  ] as const) {
    const voters = Array.from({ length: size }, (_, i) => BigInt(i + 1));
    const member = new Member(1n, voters);
    member.raw.campaign();
    member.take();
    for (let i = 0; i < granted + refused; i++)
      member.answers(MessageType.MsgVoteResp, { from: BigInt(i + 2), term: 1, reject: i >= granted });
    assert.equal(member.state, expected, `${size} voters, ${granted} grant, ${refused} refuse`);
  }
});

test("the first vote of each voter counts: doubled refusals and grants change nothing (Raft paper, 5.2)", () => {
  const member = new Member(1n, [1n, 2n, 3n, 4n, 5n]);
  member.raw.campaign();
  member.take();
  for (let i = 0; i < 3; i++) member.answers(MessageType.MsgVoteResp, { from: 2n, term: 1 });
  assert.equal(member.state, StateCandidate);
});

test("a voter votes once per term, first come first served, and repeats that vote (Raft paper, 5.2)", () => {
  for (const [voted, from, granted] of [
    [NONE, 2n, true],
    [2n, 2n, true],
    [3n, 2n, false],
  ] as const) {
    const member = new Member(1n, [1n, 2n, 3n], { hardState: { term: 1, vote: voted } });
    const [answer] = member.answers(MessageType.MsgVote, { from, term: 1 });
    assert.deepEqual([answer?.type, answer?.reject], [MessageType.MsgVoteResp, !granted], `voted for ${voted}`);
  }
});

test("a vote survives a restart, so nobody gets a second one in that term (Raft thesis, 3.8)", () => {
  const member = new Member(1n, [1n, 2n, 3n]);
  member.answers(MessageType.MsgVote, { from: 2n, term: 1 });
  member.restart();
  const [answer] = member.answers(MessageType.MsgVote, { from: 3n, term: 1 });
  assert.equal(answer?.reject, true);
});

test("a candidate follows a leader of its own or a higher term (Raft paper, 5.2)", () => {
  for (const term of [1, 2]) {
    const member = inRole(StateCandidate);
    member.answers(MessageType.MsgApp, { from: 2n, term });
    assert.deepEqual([member.state, member.term, member.lead], [StateFollower, term, 2n]);
  }
});

test("election timeouts are spread over [electionTick, 2 * electionTick) (Raft paper, 5.2)", () => {
  const seen = new Set<number>();
  for (let draw = 0; draw < 10; draw++) {
    const member = new Member(1n, [1n, 2n, 3n], {
      randomInt: (bound) => {
        assert.equal(bound, 10);
        return draw;
      },
    });
    let ticks = 0;
    while (member.state === StateFollower) {
      member.tick(1);
      ticks++;
    }
    assert.equal(ticks, 10 + draw);
    seen.add(ticks);
  }
  assert.equal(seen.size, 10);
});

test("a vote request names the candidate's last entry (Raft paper, 5.4.1)", () => {
  const member = new Member(1n, [1n, 2n, 3n], { logTerms: [1, 2] });
  member.raw.campaign();
  const requests = member.take().filter((m) => m.type === MessageType.MsgVote);
  assert.deepEqual(
    requests.map((m) => [m.to, m.index, m.logTerm]),
    [
      [2n, 2, 2],
      [3n, 2, 2],
    ],
  );
});

test("a voter refuses a candidate whose log is less complete than its own (Raft paper, 5.4.1)", () => {
  for (const [logTerms, logTerm, index, refused] of [
    [[1], 1, 1, false],
    [[1], 1, 2, false],
    [[1, 1], 1, 1, true],
    [[1], 2, 1, false],
    [[1], 2, 2, false],
    [[1, 1], 2, 1, false],
    [[2], 1, 1, true],
    [[2], 1, 2, true],
    [[2, 1], 1, 1, true],
  ] as const) {
    const member = new Member(1n, [1n, 2n], { logTerms, hardState: { term: 2 } });
    const [answer] = member.answers(MessageType.MsgVote, { from: 2n, term: 3, logTerm, index });
    assert.equal(answer?.reject, refused, `log ${logTerms.join()}, candidate ${index} of term ${logTerm}`);
  }
});

test("any member can become leader in turn (Raft paper, 5.2)", () => {
  for (const preVote of [false, true]) {
    const group = new Group(3, { preVote });
    for (const id of [1, 2, 3, 1]) {
      group.campaign(id);
      for (const member of group.members)
        assert.equal(member.state, member.id === BigInt(id) ? StateLeader : StateFollower);
    }
  }
});

test("one member in a group of three cannot elect itself; a group of one can (Raft paper, 5.2)", () => {
  const group = new Group(3);
  group.isolate(1);
  group.timeOut(1);
  assert.equal(group.get(1).state, StateCandidate);
  const lone = new Group(1, { preVote: true });
  lone.campaign(1);
  assert.equal(lone.get(1).state, StateLeader);
});

test("two candidates of one term: the one with the longer log wins in the end (Raft paper, 5.4.1)", () => {
  const group = new Group(3);
  group.cut(1, 3);
  group.campaign(1);
  group.campaign(3);
  assert.deepEqual([group.get(1).state, group.get(3).state], [StateLeader, StateCandidate]);
  group.recover();
  group.campaign(3);
  // 1 gave way to the higher term but 3 lacks its entry, so 3 loses.
  assert.deepEqual([group.get(1).state, group.get(3).state], [StateFollower, StateFollower]);
  group.campaign(1);
  assert.equal(group.get(1).state, StateLeader);
  assert.deepEqual(group.get(3).logTerms, group.get(1).logTerms);
});

test("a learner does not stand for election but votes when asked (Raft thesis, 4.2.1)", () => {
  const learner = new Member(2n, [1n], { learners: [2n] });
  learner.tick(100);
  assert.deepEqual([learner.state, learner.term], [StateFollower, 0]);
  learner.raw.campaign();
  assert.equal(learner.state, StateFollower);
  const [answer] = learner.answers(MessageType.MsgVote, { from: 1n, term: 2, logTerm: 11, index: 11 });
  assert.deepEqual([answer?.type, answer?.reject], [MessageType.MsgVoteResp, false]);
});

test("a pre-candidate changes neither term nor vote, and neither do those it asks (Raft thesis, 9.6)", () => {
  const group = new Group(3, { preVote: true });
  group.isolate(1);
  group.timeOut(1);
  assert.deepEqual([group.get(1).state, group.get(1).term, group.get(1).vote], [StatePreCandidate, 0, NONE]);
  const voter = new Member(2n, [1n, 2n, 3n], { hardState: { term: 1 } });
  const [answer] = voter.answers(MessageType.MsgPreVote, { from: 1n, term: 2 });
  assert.deepEqual([answer?.type, answer?.reject, answer?.term], [MessageType.MsgPreVoteResp, false, 2]);
  assert.deepEqual([voter.term, voter.vote], [1, NONE]);
});

test("with pre-vote a member that returns from a partition does not depose the leader (Raft thesis, 9.6)", () => {
  for (const [preVote, expected] of [
    [true, StateLeader],
    [false, StateFollower],
  ] as const) {
    const group = new Group(3, { preVote });
    group.campaign(1);
    group.isolate(3);
    group.propose(1, "while 3 is away");
    for (let i = 0; i < 5; i++) group.timeOut(3);
    group.recover();
    group.timeOut(3);
    assert.equal(group.get(1).state, expected, `preVote ${preVote}`);
  }
});

test("pre-votes are refused by members with a more complete log (Raft thesis, 9.6)", () => {
  const member = new Member(1n, [1n, 2n, 3n], { logTerms: [1, 2], hardState: { term: 2 } });
  const [answer] = member.answers(MessageType.MsgPreVote, { from: 2n, term: 3, logTerm: 1, index: 5 });
  assert.deepEqual([answer?.reject, answer?.term], [true, 2]);
});

test("a candidate ignores answers to its pre-vote (Raft thesis, 9.6)", () => {
  const member = new Member(1n, [1n, 2n, 3n], { preVote: true });
  member.raw.campaign();
  member.take();
  member.answers(MessageType.MsgPreVoteResp, { from: 2n, term: 1 });
  assert.deepEqual([member.state, member.term], [StateCandidate, 1]);
  member.answers(MessageType.MsgPreVoteResp, { from: 3n, term: 1 });
  assert.equal(member.state, StateCandidate);
  member.answers(MessageType.MsgVoteResp, { from: 3n, term: 1 });
  assert.equal(member.state, StateLeader);
});

test("with check-quorum a leader that hears from a majority stays, one that does not steps down (Raft thesis, 6.2)", () => {
  const group = new Group(3, { checkQuorum: true });
  group.campaign(1);
  for (let i = 0; i < 30; i++) {
    group.get(1).tick(1);
    group.settle();
  }
  assert.equal(group.get(1).state, StateLeader);
  group.isolate(1);
  group.get(1).tick(20);
  assert.deepEqual([group.get(1).state, group.get(1).lead], [StateFollower, NONE]);
});

test("with check-quorum a member that hears a leader ignores candidates, unless the leader sent them (Raft thesis, 4.2.3)", () => {
  const follower = new Member(2n, [1n, 2n, 3n], { checkQuorum: true });
  follower.answers(MessageType.MsgHeartbeat, { from: 1n, term: 1 });
  assert.deepEqual(follower.answers(MessageType.MsgVote, { from: 3n, term: 2 }), []);
  assert.equal(follower.term, 1);
  const context = new TextEncoder().encode("CampaignTransfer");
  const [forced] = follower.answers(MessageType.MsgVote, { from: 3n, term: 2, context });
  assert.deepEqual([forced?.type, forced?.reject, follower.term], [MessageType.MsgVoteResp, false, 2]);

  const later = new Member(2n, [1n, 2n, 3n], { checkQuorum: true, randomInt: () => 9 });
  later.answers(MessageType.MsgHeartbeat, { from: 1n, term: 1 });
  later.tick(10);
  assert.equal(later.answers(MessageType.MsgVote, { from: 3n, term: 2 })[0]?.reject, false);
});

test("with check-quorum a candidate stuck at a higher term is freed by its answer to the leader (Raft thesis, 4.2.3)", () => {
  const group = new Group(3, { checkQuorum: true });
  group.campaign(1);
  group.isolate(3);
  group.timeOut(3);
  group.timeOut(3);
  group.recover();
  const { term } = group.get(3);
  group.get(1).tick(1);
  group.settle();
  assert.deepEqual([group.get(1).state, group.get(1).term], [StateFollower, term]);
  group.timeOut(1);
  assert.ok(group.members.some((m) => m.state === StateLeader));
});

test("a member does not campaign while a committed configuration change waits to be applied (Raft thesis, 4.1)", () => {
  const group = new Group(3);
  group.campaign(1);
  const follower = group.get(2);
  group.get(1).raw.proposeConfChange({ id: 0n, type: 0, nodeId: 4n, context: new Uint8Array(0) });
  group.cut(2, 3);
  // The follower learns that the change is committed but does not apply it.
  const [appended] = group
    .get(1)
    .take()
    .filter((m) => m.to === 2n);
  follower.raw.step({ ...appended!, commit: appended!.index + 1 });
  follower.raw.campaign();
  assert.equal(follower.state, StateFollower);
  assert.ok(follower.log.at(-1)?.includes("pending configuration changes"));
  follower.take();
  follower.raw.campaign();
  assert.equal(follower.state, StateCandidate);
});

test("forgetting the leader frees the vote within the lease (etcd-io/raft, ForgetLeader)", () => {
  const follower = new Member(2n, [1n, 2n, 3n], { checkQuorum: true, preVote: true });
  follower.answers(MessageType.MsgHeartbeat, { from: 1n, term: 1 });
  assert.deepEqual(follower.answers(MessageType.MsgPreVote, { from: 3n, term: 2 }), []);
  follower.raw.forgetLeader();
  assert.equal(follower.lead, NONE);
  assert.equal(follower.answers(MessageType.MsgPreVote, { from: 3n, term: 2 })[0]?.reject, false);
});
