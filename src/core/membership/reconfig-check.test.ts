/** The claims of etcd's membership/cluster_test.go (IsReadyTo...) and of server.go's checks. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { createMember, type Member } from "./member.ts";
import {
  type Connectivity,
  isReadyToAddVoter,
  isReadyToPromote,
  isReadyToRemoveVoter,
  refuseAdd,
  refusePromotion,
  refuseRemove,
} from "./reconfig-check.ts";

/** "110": voters 1 and 2 started, 3 not. */
function voters(started: string): Member[] {
  return started.split("").map((s, i) => createMember({ id: BigInt(i + 1), name: s === "1" ? `m${i + 1}` : "" }));
}

test("a voter may be added when the started voters stay a quorum", () => {
  const cases: [string, boolean][] = [
    ["000", false],
    ["10", false],
    ["100", false],
    ["1", true],
    ["110", false],
    ["111", true],
    ["1110", true],
    ["", false],
    ["11", true],
  ];
  for (const [members, ready] of cases) assert.equal(isReadyToAddVoter(voters(members)), ready, members);
});

test("a voter may be removed when the started voters of the rest are a quorum of it", () => {
  const cases: [string, bigint, boolean][] = [
    ["1", 1n, false],
    ["000", 1n, false],
    ["10", 2n, true],
    ["110", 2n, false],
    ["111", 3n, true],
    ["1110", 3n, true],
    ["1110", 4n, true],
    ["10", 1n, false],
  ];
  for (const [members, id, ready] of cases) assert.equal(isReadyToRemoveVoter(voters(members), id), ready, members);
});

test("a learner may be promoted when the started voters and it are a quorum of the new cluster", () => {
  const cases: [string, boolean][] = [
    ["1", true],
    ["0", false],
    ["11", true],
    ["10", true],
    ["100", false],
    ["110", true],
    ["1100", true],
  ];
  for (const [members, ready] of cases) assert.equal(isReadyToPromote(voters(members)), ready, members);
});

/** Links of member 1: times since which the others are connected. */
function links(since: Readonly<Record<string, number>>): Connectivity {
  return { localId: 1n, activeSinceMs: (id) => since[String(id)] };
}

test("adding needs a quorum of the grown cluster connected for the health interval", () => {
  const now = 100_000;
  assert.equal(refuseAdd(false, voters("1"), links({}), now), undefined, "the second member may always come");
  assert.equal(refuseAdd(false, voters("110"), links({ 2: 0, 3: 0 }), now), "MemberNotEnoughStarted");
  assert.equal(refuseAdd(true, voters("110"), links({ 2: 0, 3: 0 }), now), undefined, "learners do not count");
  assert.equal(refuseAdd(false, voters("111"), links({ 2: 0, 3: 0 }), now), undefined);
  assert.equal(refuseAdd(false, voters("111"), links({ 2: 0 }), now), "Unhealthy", "2 of 4 are no quorum");
  assert.equal(
    refuseAdd(false, voters("111"), links({ 2: 0, 3: now - 4000 }), now),
    "Unhealthy",
    "connected too lately",
  );
  assert.equal(refuseAdd(true, voters("111"), links({ 2: 0 }), now), "Unhealthy");
});

test("removing protects the active quorum, but members that are down may go", () => {
  const now = 100_000;
  const three = voters("111");
  assert.equal(refuseRemove(3n, three[2], three, links({ 2: 0, 3: 0 }), now), undefined);
  assert.equal(refuseRemove(3n, three[2], three, links({ 2: 0 }), now), undefined, "3 is down");
  assert.equal(refuseRemove(2n, three[1], three, links({ 2: 0 }), now), "Unhealthy", "3 is down, 2 is needed");
  assert.equal(refuseRemove(1n, three[0], three, links({ 2: 0 }), now), "Unhealthy", "itself");
  assert.equal(refuseRemove(2n, voters("110")[1], voters("110"), links({ 2: 0 }), now), "MemberNotEnoughStarted");
  const learner = createMember({ id: 9n, isLearner: true });
  assert.equal(refuseRemove(9n, learner, voters("100"), links({}), now), undefined, "learners may always go");
});

test("a learner must hold nine tenths of the leader's log", () => {
  assert.equal(refusePromotion(undefined, 100), "MemberNotFound");
  assert.equal(refusePromotion(89, 100), "LearnerNotReady");
  assert.equal(refusePromotion(90, 100), undefined);
});
