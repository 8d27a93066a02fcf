/** Asynchronous storage writes: what may leave before it is durable and what may not (Raft thesis, 3.8 and 10.2.1). */
import assert from "node:assert/strict";
import { test } from "node:test";
import { utf8 } from "../../src/base/bytes.ts";
import {
  type Entry,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type Message,
  MessageType,
  StateType,
} from "../../src/core/raft/index.ts";
import { Member, message, type Overrides } from "./group.ts";

/** Splits a Ready: storage work, and what leaves at once. */
function split(member: Member): { append: Message | undefined; apply: Message | undefined; sent: Message[] } {
  const { messages } = member.raw.ready();
  return {
    append: messages.find((m) => m.to === LOCAL_APPEND_THREAD),
    apply: messages.find((m) => m.to === LOCAL_APPLY_THREAD),
    sent: messages.filter((m) => m.to !== LOCAL_APPEND_THREAD && m.to !== LOCAL_APPLY_THREAD),
  };
}

/** Does the work of a MsgStorageAppend; returns the responses for others. */
function store(member: Member, append: Message): Message[] {
  const { term, vote, commit } = append;
  if (term !== 0 || vote !== 0n || commit !== 0) member.storage.setHardState({ term, vote, commit });
  member.storage.append(append.entries);
  return deliver(member, append.responses);
}

function deliver(member: Member, responses: readonly Message[]): Message[] {
  for (const response of responses) if (response.to === member.id) member.raw.step(response);
  return responses.filter((response) => response.to !== member.id);
}

const asyncMember = (id: bigint, voters: bigint[], overrides: Overrides = {}): Member =>
  new Member(id, voters, { asyncStorageWrites: true, ...overrides });

/** Work until nothing is left, everything at once; returns what was sent. */
function drain(member: Member): Message[] {
  const out: Message[] = [];
  while (member.raw.hasReady()) {
    const { append, apply, sent } = split(member);
    out.push(...sent);
    if (append !== undefined) out.push(...store(member, append));
    if (apply !== undefined) {
      member.applied.push(...apply.entries);
      out.push(...deliver(member, apply.responses));
    }
  }
  return out;
}

test("a follower acknowledges and votes only after the write (Raft thesis, 3.8)", () => {
  const follower = asyncMember(2n, [1n, 2n, 3n]);
  follower.raw.step(message(MessageType.MsgVote, { from: 1n, to: 2n, term: 1 }));
  const vote = split(follower);
  assert.deepEqual(vote.sent, []);
  assert.deepEqual(
    store(follower, vote.append!).map((m) => [m.type, m.reject]),
    [[MessageType.MsgVoteResp, false]],
  );
  const entries: Entry[] = [{ type: 0, term: 1, index: 1, data: utf8("x") }];
  follower.raw.step(message(MessageType.MsgApp, { from: 1n, to: 2n, term: 1, entries }));
  const append = split(follower);
  assert.deepEqual(append.sent, []);
  assert.deepEqual(
    store(follower, append.append!).map((m) => [m.type, m.index]),
    [[MessageType.MsgAppResp, 1]],
  );
});

test("a leader sends entries while its own write is under way, and needs that write only for its own vote (Raft thesis, 10.2.1)", () => {
  const leader = asyncMember(1n, [1n, 2n, 3n]);
  leader.raw.campaign();
  drain(leader);
  leader.raw.step(message(MessageType.MsgVoteResp, { from: 2n, to: 1n, term: 1 }));
  drain(leader);
  leader.propose("x");
  const { append, sent } = split(leader);
  assert.equal(sent.length, 0, "both followers are still probed with the empty entry");
  for (const from of [2n, 3n]) leader.raw.step(message(MessageType.MsgAppResp, { from, to: 1n, term: 1, index: 2 }));
  assert.equal(leader.commit, 2, "a majority of others is a majority");
  const next = split(leader);
  assert.deepEqual(
    next.apply?.entries.map((e) => e.index),
    [1],
    "only what is stable here is applied",
  );
  store(leader, append!);
  assert.deepEqual(
    split(leader).apply?.entries.map((e) => e.index),
    [2],
  );
});

test("advance() is refused, and ready() may be called again before the writes are done (etcd-io/raft, AsyncStorageWrites)", () => {
  const leader = asyncMember(1n, [1n]);
  leader.raw.campaign();
  drain(leader);
  leader.propose("a");
  const first = split(leader);
  leader.propose("b");
  const second = split(leader);
  assert.deepEqual(
    [first, second].map((r) => r.append!.entries.map((e) => e.index)),
    [[2], [3]],
  );
  store(leader, first.append!);
  assert.equal(leader.commit, 2);
  store(leader, second.append!);
  assert.equal(leader.commit, 3);
  assert.throws(() => leader.raw.advance(), /AsyncStorageWrites/);
});

test("arrays handed out do not change afterwards (ownership of slices)", () => {
  const follower = asyncMember(2n, [1n, 2n, 3n], { logTerms: [1], hardState: { term: 1 } });
  follower.raw.step(message(MessageType.MsgHeartbeat, { from: 1n, to: 2n, term: 1, commit: 1 }));
  const ready = follower.raw.ready();
  const append = ready.messages.find((m) => m.to === LOCAL_APPEND_THREAD)!;
  const counts = (): number[] => [
    append.responses.length,
    ready.messages.length,
    ready.readStates.length,
    ready.entries.length,
  ];
  const before = counts();
  const entries: Entry[] = [{ type: 0, term: 1, index: 2, data: utf8("x") }];
  follower.raw.step(message(MessageType.MsgApp, { from: 1n, to: 2n, term: 1, index: 1, logTerm: 1, entries }));
  follower.raw.step(
    message(MessageType.MsgReadIndexResp, { from: 1n, to: 2n, term: 1, index: 1, entries: [entries[0]!] }),
  );
  assert.deepEqual(counts(), before);
});

test("an append answer of an earlier term does not make replaced entries stable (etcd-io/raft, ABA race)", () => {
  const follower = asyncMember(2n, [1n, 2n, 3n]);
  const append = (term: number, entryTerm: number, text: string): Message => {
    const entries: Entry[] = [{ type: 0, term: entryTerm, index: 1, data: utf8(text) }];
    follower.raw.step(message(MessageType.MsgApp, { from: 1n, to: 2n, term, entries }));
    return split(follower).append!;
  };
  // x, then y over it, then x again while all three writes are under way.
  const writes = [append(1, 1, "x"), append(2, 2, "y"), append(3, 1, "x")];
  store(follower, writes[0]!);
  store(follower, writes[1]!);
  follower.raw.step(message(MessageType.MsgHeartbeat, { from: 1n, to: 2n, term: 3, commit: 1 }));
  assert.equal(split(follower).apply, undefined, "the disk holds y, so x must not count as stable");
  store(follower, writes[2]!);
  assert.deepEqual(
    split(follower).apply?.entries.map((e) => e.term),
    [1],
  );
});

/** Candidate 1 wins term 1 and replicates to 2 before its term is on disk, crashes, and stands again with 3's vote. */
function termWonTwice(earlyVoteRequests: boolean): { first: Entry[]; second: Entry[] } | "vote requests wait" {
  const member = asyncMember(1n, [1n, 2n, 3n], { earlyVoteRequests });
  const win = (text: string, voters: readonly bigint[], durable: boolean): Entry[] | undefined => {
    member.raw.campaign();
    const { append, sent } = split(member);
    if (!sent.some((m) => m.type === MessageType.MsgVote)) return undefined;
    if (durable) store(member, append!);
    for (const from of voters) member.raw.step(message(MessageType.MsgVoteResp, { from, to: 1n, term: 1 }));
    assert.equal(member.state, StateType.StateLeader);
    member.propose(text);
    return split(member).append!.entries;
  };
  const first = win("first", [2n, 3n], false);
  if (first === undefined) return "vote requests wait";
  member.restart();
  assert.equal(member.term, 0, "the term was not on disk");
  // 2 may refuse now, because it may have the first entries; 3 repeats its vote.
  const second = win("second", [3n], true);
  return { first, second: second! };
}

test("no term is won twice: vote requests wait for the candidate's own term and vote (Raft thesis, 3.8)", () => {
  assert.equal(termWonTwice(false), "vote requests wait");
  // What etcd-io/raft does: two entries with the same index and term and different payloads.
  const twice = termWonTwice(true);
  assert.ok(typeof twice === "object");
  const [a, b] = [twice.first.at(-1)!, twice.second.at(-1)!];
  assert.deepEqual([a.index, a.term], [b.index, b.term]);
  assert.notDeepEqual(a.data, b.data);
});
