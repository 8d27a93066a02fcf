/** Log replication, commitment and flow control (Raft paper, 5.3, 5.4.2 and 7). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MessageType, PROPOSAL_DROPPED, ProgressState, StateType } from "../../src/core/raft/index.ts";
import { entry, Group, Member, type Overrides } from "./group.ts";

/** Member 1 of (1 2 3) leading term 1 with its empty entry committed. */
function leaderOf(voters: readonly bigint[], overrides: Overrides = {}): Member {
  const leader = new Member(1n, voters, overrides);
  leader.raw.campaign();
  leader.take();
  for (const id of voters.slice(1)) leader.answers(MessageType.MsgVoteResp, { from: id, term: leader.term });
  for (const id of voters.slice(1))
    leader.answers(MessageType.MsgAppResp, { from: id, term: leader.term, index: leader.storage.lastIndex() });
  assert.equal(leader.state, StateType.StateLeader);
  return leader;
}

const appends = (messages: readonly { type: number }[]): number =>
  messages.filter((m) => m.type === MessageType.MsgApp).length;

test("a leader appends proposals to its log and sends them with the position before them (Raft paper, 5.3)", () => {
  const leader = leaderOf([1n, 2n, 3n]);
  leader.propose("some data");
  const sent = leader.take();
  assert.deepEqual(
    sent.map((m) => [m.type, m.to, m.index, m.logTerm, m.commit, m.entries.length]),
    [
      [MessageType.MsgApp, 2n, 1, 1, 1, 1],
      [MessageType.MsgApp, 3n, 1, 1, 1, 1],
    ],
  );
  assert.deepEqual(leader.logTerms, [1, 1]);
});

test("an entry commits once a majority has it, whoever they are (Raft paper, 5.3)", () => {
  for (const [size, ackers, committed] of [
    [1, [], true],
    [3, [], false],
    [3, [2], true],
    [3, [3], true],
    [5, [2], false],
    [5, [4, 5], true],
    [5, [2, 3, 4, 5], true],
  ] as const) {
    const leader = leaderOf(Array.from({ length: size }, (_, i) => BigInt(i + 1)));
    leader.propose("x");
    leader.take();
    for (const id of ackers) leader.answers(MessageType.MsgAppResp, { from: BigInt(id), term: 1, index: 2 });
    assert.equal(leader.commit === 2, committed, `${size} voters, acknowledged by ${ackers.join()}`);
    assert.deepEqual(leader.appliedTexts, committed ? ["x"] : []);
  }
});

test("the leader's own entry counts only when it is stable (Raft thesis, 10.2.1)", () => {
  const leader = leaderOf([1n, 2n]);
  leader.propose("x");
  leader.raw.step({ ...leader.raw.ready().messages[0]!, type: MessageType.MsgAppResp, from: 2n, to: 1n, index: 2 });
  assert.equal(leader.commit, 1);
  leader.raw.advance();
  assert.equal(leader.commit, 2);
});

test("committing an entry commits everything before it, of earlier terms too (Raft paper, 5.3)", () => {
  for (const logTerms of [[], [2], [1, 2], [1]]) {
    const leader = new Member(1n, [1n, 2n, 3n], { logTerms, hardState: { term: 2 } });
    leader.raw.campaign();
    leader.take();
    leader.answers(MessageType.MsgVoteResp, { from: 2n, term: 3 });
    leader.answers(MessageType.MsgAppResp, { from: 2n, term: 3, index: logTerms.length + 1 });
    assert.deepEqual(
      leader.applied.map((e) => e.term),
      [...logTerms, 3],
    );
  }
});

test("a leader does not commit entries of earlier terms by counting (Raft paper, 5.4.2)", () => {
  for (const [index, commit] of [
    [1, 0],
    [2, 0],
    [3, 3],
  ] as const) {
    const leader = new Member(1n, [1n, 2n], { logTerms: [1, 2], hardState: { term: 2 } });
    leader.raw.campaign();
    leader.take();
    leader.answers(MessageType.MsgVoteResp, { from: 2n, term: 3 });
    leader.answers(MessageType.MsgAppResp, { from: 2n, term: 3, index });
    assert.equal(leader.commit, commit, `acknowledged up to ${index}`);
  }
});

test("followers apply what the leader says is committed, in order (Raft paper, 5.3)", () => {
  const entries = [entry(1, 1, "a"), entry(1, 2, "b")];
  for (const commit of [0, 1, 2]) {
    const follower = new Member(2n, [1n, 2n, 3n]);
    follower.answers(MessageType.MsgApp, { from: 1n, term: 1, entries, commit });
    assert.deepEqual(follower.appliedTexts, ["a", "b"].slice(0, commit));
  }
});

test("a follower commits no further than the entries that the leader vouches for (Raft paper, figure 2)", () => {
  // Index 2 of the follower is not known to match, so a commit index of 2 does not reach it.
  const follower = new Member(2n, [1n, 2n, 3n], { logTerms: [1, 1], hardState: { term: 1 } });
  follower.answers(MessageType.MsgApp, { from: 1n, term: 2, index: 1, logTerm: 1, commit: 2 });
  assert.equal(follower.commit, 1);
});

test("a follower takes entries only where its log has the one before, and says where it may match (Raft paper, 5.3)", () => {
  for (const [logTerm, index, accepted, hint] of [
    [0, 0, true, 0],
    [1, 1, true, 0],
    [2, 2, true, 0],
    [1, 2, false, 1],
    [3, 3, false, 2],
  ] as const) {
    const follower = new Member(1n, [1n, 2n, 3n], { logTerms: [1, 2], hardState: { term: 2, commit: 0 } });
    const [answer] = follower.answers(MessageType.MsgApp, { from: 2n, term: 2, logTerm, index });
    assert.deepEqual([answer?.type, answer?.reject, answer?.index], [MessageType.MsgAppResp, !accepted, index]);
    assert.equal(answer?.rejectHint, hint);
  }
});

test("a follower deletes what conflicts with the leader's entries, and nothing else (Raft paper, 5.3)", () => {
  for (const [index, logTerm, terms, expected] of [
    [2, 2, [3], [1, 2, 3]],
    [1, 1, [3, 4], [1, 3, 4]],
    [0, 0, [1], [1, 2]],
    [0, 0, [3], [3]],
    [1, 1, [2], [1, 2]],
  ] as const) {
    const follower = new Member(1n, [1n, 2n, 3n], { logTerms: [1, 2], hardState: { term: 2 } });
    const entries = terms.map((term, i) => entry(term, index + 1 + i));
    follower.answers(MessageType.MsgApp, { from: 2n, term: 5, index, logTerm, entries });
    assert.deepEqual(follower.logTerms, expected);
  }
});

test("a leader brings any follower's log in line with its own (Raft paper, figure 7)", () => {
  const leaderLog = [1, 1, 1, 4, 4, 5, 5, 6, 6, 6];
  for (const followerLog of [
    [1, 1, 1, 4, 4, 5, 5, 6, 6],
    [1, 1, 1, 4],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 6],
    [1, 1, 1, 4, 4, 5, 5, 6, 6, 6, 7, 7],
    [1, 1, 1, 4, 4, 4, 4],
    [1, 1, 1, 2, 2, 2, 3, 3, 3, 3, 3],
  ]) {
    const group = new Group(3, (id) =>
      id === 1n
        ? { logTerms: leaderLog, hardState: { term: 8, commit: 3 } }
        : id === 2n
          ? { logTerms: followerLog, hardState: { term: 8 } }
          : { hardState: { term: 8 } },
    );
    group.campaign(1);
    group.propose(1, "x");
    assert.deepEqual(group.get(2).logTerms, [...leaderLog, 9, 9]);
    assert.deepEqual(group.get(2).logTerms, group.get(1).logTerms);
  }
});

test("a rejected append costs one probe per term, not one per entry (Raft paper, 5.3; etcd-io/raft, fast log rejection)", () => {
  for (const [leaderLog, followerLog, probes] of [
    [[1, 3, 3, 3, 5, 5, 5, 5, 5], [1, 1, 1, 1, 2, 2], 2],
    [[1, 3, 3, 3, 3, 3, 3, 3, 7], [1, 3, 3, 4, 4, 5, 5, 5, 6], 2],
    [[1, 1, 1, 1, 1, 1, 1], [1], 2],
  ] as const) {
    const leader = new Member(1n, [1n, 2n, 3n], { logTerms: leaderLog, hardState: { term: 8 } });
    const follower = new Member(2n, [1n, 2n, 3n], { logTerms: followerLog, hardState: { term: 8 } });
    leader.raw.campaign();
    leader.take();
    leader.raw.step({
      ...leader.answers(MessageType.MsgVoteResp, { from: 3n, term: 9 })[0]!,
      type: 4,
      from: 3n,
      to: 1n,
      index: 0,
    });
    leader.raw.step({ ...leader.take()[0]!, type: MessageType.MsgHeartbeatResp, from: 2n, to: 1n, entries: [] });
    let count = 0;
    let pending = leader.take().filter((m) => m.to === 2n && m.type === MessageType.MsgApp);
    while (pending.length > 0) {
      const answers = pending.flatMap((m) => {
        if (follower.logTerms.length < 10) count++;
        follower.raw.step(m);
        return follower.take();
      });
      for (const answer of answers) leader.raw.step(answer);
      pending = leader.take().filter((m) => m.to === 2n && m.type === MessageType.MsgApp);
    }
    assert.deepEqual(follower.logTerms, leader.logTerms);
    assert.ok(count <= probes + 1, `${count} appends for ${leaderLog.join()} over ${followerLog.join()}`);
  }
});

test("a proposal reaches the leader through any follower and is dropped without a leader (Raft paper, 5.1)", () => {
  const group = new Group(3);
  assert.equal(group.get(2).raw.propose(new Uint8Array(1)), PROPOSAL_DROPPED);
  group.campaign(1);
  group.propose(2, "by way of 2");
  for (const member of group.members) assert.deepEqual(member.appliedTexts, ["by way of 2"]);
  const strict = new Group(3, { disableProposalForwarding: true });
  strict.campaign(1);
  assert.equal(strict.get(2).raw.propose(new Uint8Array(1)), PROPOSAL_DROPPED);
});

test("a deposed leader's uncommitted entries are replaced by the new leader's (Raft paper, 5.3)", () => {
  const group = new Group(3);
  group.campaign(1);
  group.isolate(1);
  group.propose(1, "lost");
  group.campaign(2);
  group.propose(2, "kept");
  group.recover();
  group.get(2).tick(1);
  group.settle();
  for (const member of group.members) assert.deepEqual(member.appliedTexts, ["kept"]);
});

test("proposed payloads are shared, and a proposal that arrives twice makes two entries (ownership of entries)", () => {
  const leader = leaderOf([1n]);
  const data = new Uint8Array([1, 2, 3]);
  const proposal = { type: 0 as const, term: 0, index: 0, data };
  leader.raw.proposeEntries([proposal]);
  leader.raw.proposeEntries([proposal]);
  leader.take();
  const entries = leader.applied.slice(-2);
  assert.deepEqual(
    entries.map((e) => e.index),
    [2, 3],
  );
  assert.ok(entries.every((e) => e.data === data));
});

test("a probed member gets one append at a time, a replicating one gets them ahead (etcd-io/raft, progress)", () => {
  const leader = new Member(1n, [1n, 2n]);
  leader.raw.campaign();
  leader.take();
  leader.answers(MessageType.MsgVoteResp, { from: 2n, term: 1 });
  for (const text of ["a", "b", "c"]) leader.propose(text);
  assert.equal(appends(leader.take()), 0, "the probe with the empty entry is still unanswered");
  const resumed = leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: 1 });
  assert.deepEqual(
    resumed.filter((m) => m.type === MessageType.MsgApp && m.entries.length > 0).map((m) => m.entries.length),
    [3],
  );
  leader.propose("d");
  leader.propose("e");
  assert.equal(appends(leader.take()), 2);
});

test("appends stop at maxInflightMsgs, go on with an acknowledgement, and one probes after a heartbeat (etcd-io/raft, flow control)", () => {
  const leader = leaderOf([1n, 2n], { maxInflightMsgs: 3 });
  for (let i = 0; i < 3; i++) {
    leader.propose(`p${i}`);
    assert.equal(appends(leader.take()), 1);
  }
  leader.propose("beyond");
  assert.equal(appends(leader.take()), 0);
  const probe = leader.answers(MessageType.MsgHeartbeatResp, { from: 2n, term: 1 });
  assert.deepEqual(
    probe.map((m) => [m.type, m.entries.length]),
    [[MessageType.MsgApp, 0]],
  );
  const freed = leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: 3 });
  assert.equal(freed.filter((m) => m.entries.length > 0).length, 1);
});

test("append messages hold at most maxSizePerMsg bytes, but at least one entry (etcd-io/raft, flow control)", () => {
  const leader = leaderOf([1n, 2n], { maxSizePerMsg: 2048 });
  leader.raw.reportUnreachable(2n);
  for (let i = 0; i < 4; i++) leader.propose("x".repeat(1000));
  leader.propose("y".repeat(5000));
  const counts: number[] = [];
  let messages = leader.answers(MessageType.MsgHeartbeatResp, { from: 2n, term: 1 });
  for (let i = 0; i < 10 && messages.length > 0; i++) {
    counts.push(...messages.map((m) => m.entries.length).filter((n) => n > 0));
    const last = messages.at(-1)!;
    messages = leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: last.index + last.entries.length });
  }
  assert.deepEqual(counts, [2, 2, 1]);
});

test("uncommitted payloads beyond maxUncommittedEntriesSize are refused, empty ones never (etcd-io/raft, uncommitted limit)", () => {
  const leader = leaderOf([1n, 2n, 3n], { maxUncommittedEntriesSize: 10 });
  const propose = (bytes: number): boolean => leader.raw.propose(new Uint8Array(bytes)) === undefined;
  assert.ok(propose(100), "a tail without payload takes any size");
  assert.ok(!propose(1));
  assert.ok(propose(0));
  leader.take();
  leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: 3 });
  assert.ok(propose(6));
  assert.ok(propose(4));
  assert.ok(!propose(1));
});

test("a member whose next entry is compacted gets a snapshot, once it is active (Raft paper, 7)", () => {
  const group = new Group(3);
  group.campaign(1);
  group.isolate(3);
  for (let i = 0; i < 10; i++) group.propose(1, `e${i}`);
  const leader = group.get(1);
  const { confState } = leader.storage.initialState();
  leader.storage.createSnapshot(leader.commit, confState, new Uint8Array([9]));
  leader.storage.compact(leader.commit);
  group.recover();
  leader.tick(1);
  group.settle();
  leader.tick(1);
  group.settle();
  const follower = group.get(3);
  assert.deepEqual([follower.commit, follower.storage.snapshot().data[0]], [leader.commit, 9]);
  group.propose(1, "after the snapshot");
  assert.deepEqual(follower.appliedTexts, ["after the snapshot"]);
  assert.equal(leader.raw.status().progress.get(3n)?.state, ProgressState.StateReplicate);
});

test("replication waits for a snapshot under way and resumes with the report on it (Raft paper, 7)", () => {
  for (const outcome of ["finish", "failure"] as const) {
    const leader = leaderOf([1n, 2n, 3n]);
    for (let i = 0; i < 5; i++) {
      leader.propose("x");
      leader.take();
      leader.answers(MessageType.MsgAppResp, { from: 3n, term: 1, index: i + 2 });
    }
    leader.raw.reportUnreachable(2n);
    leader.storage.createSnapshot(6, undefined, new Uint8Array(0));
    leader.storage.compact(6);
    leader.answers(MessageType.MsgAppResp, { from: 2n, term: 1, index: 1, reject: true, rejectHint: 0 });
    leader.answers(MessageType.MsgHeartbeatResp, { from: 2n, term: 1 });
    const progress = () => leader.raw.status().progress.get(2n)!;
    assert.deepEqual([progress().state, progress().pendingSnapshot], [ProgressState.StateSnapshot, 6]);
    leader.propose("while the snapshot travels");
    assert.equal(leader.take().filter((m) => m.to === 2n).length, 0);
    leader.raw.reportSnapshot(2n, outcome);
    assert.deepEqual([progress().state, progress().next], [ProgressState.StateProbe, outcome === "finish" ? 7 : 2]);
    assert.ok(progress().isPaused());
  }
});

test("a snapshot that is older than the log or not for this member is ignored (Raft paper, 7)", () => {
  const follower = new Member(2n, [1n, 2n], { logTerms: [1, 1, 1], hardState: { term: 1, commit: 2 } });
  const snapshot = (index: number, voters: bigint[]) => ({
    data: new Uint8Array(0),
    metadata: {
      confState: { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false },
      index,
      term: 1,
    },
  });
  const old = follower.answers(MessageType.MsgSnap, { from: 1n, term: 1, snapshot: snapshot(1, [1n, 2n]) });
  assert.deepEqual([old[0]?.index, follower.storage.lastIndex()], [2, 3]);
  // The log has the snapshot's last entry: only the commit index moves.
  follower.answers(MessageType.MsgSnap, { from: 1n, term: 1, snapshot: snapshot(3, [1n, 2n]) });
  assert.deepEqual([follower.commit, follower.storage.firstIndex()], [3, 1]);
  follower.answers(MessageType.MsgSnap, { from: 1n, term: 1, snapshot: snapshot(9, [1n, 3n]) });
  assert.equal(follower.commit, 3);
  const taken = follower.answers(MessageType.MsgSnap, { from: 1n, term: 1, snapshot: snapshot(9, [1n, 2n]) });
  assert.deepEqual([taken[0]?.index, follower.commit, follower.storage.firstIndex()], [9, 9, 10]);
});
