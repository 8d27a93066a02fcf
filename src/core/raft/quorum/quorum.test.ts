import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JointConfig } from "./joint.ts";
import { MajorityConfig, majorityIndex } from "./majority.ts";
import { VoteResult } from "./vote-result.ts";

const ids = fc.uniqueArray(fc.bigInt({ min: 1n, max: 12n }), { maxLength: 9 });
const acked = fc.dictionary(
  fc.integer({ min: 1, max: 12 }).map(String),
  fc.oneof(fc.nat(6), fc.integer({ min: 2 ** 40, max: 2 ** 40 + 6 })),
);
const votesCast = fc.dictionary(fc.integer({ min: 1, max: 12 }).map(String), fc.boolean());

/** By definition: the highest index that more than half have. */
function naiveIndex(voters: readonly bigint[], acks: ReadonlyMap<bigint, number>): number {
  if (voters.length === 0) return Number.POSITIVE_INFINITY;
  const candidates = [0, ...acks.values()].filter(
    (index) => voters.filter((id) => (acks.get(id) ?? 0) >= index).length * 2 > voters.length,
  );
  return Math.max(...candidates);
}

/** By definition: try every outcome of the votes that are missing. */
function naiveVote(voters: readonly bigint[], votes: ReadonlyMap<bigint, boolean>): VoteResult {
  if (voters.length === 0) return VoteResult.VoteWon;
  const missing = voters.filter((id) => !votes.has(id)).length;
  const granted = voters.filter((id) => votes.get(id) === true).length;
  const wins = Array.from({ length: missing + 1 }, (_, more) => (granted + more) * 2 > voters.length);
  if (wins.every(Boolean)) return VoteResult.VoteWon;
  return wins.some(Boolean) ? VoteResult.VotePending : VoteResult.VoteLost;
}

const mapOf = <T>(record: Record<string, T>): Map<bigint, T> =>
  new Map(Object.entries(record).map(([id, value]) => [BigInt(id), value]));

test("the committed index of a majority and of a joint configuration is what the definition says", () => {
  fc.assert(
    fc.property(ids, ids, acked, (incoming, outgoing, record) => {
      const acks = mapOf(record);
      const indexer = { ackedIndex: (id: bigint) => acks.get(id) };
      assert.equal(new MajorityConfig(incoming).committedIndex(indexer), naiveIndex(incoming, acks));
      const joint = new JointConfig(new MajorityConfig(incoming), new MajorityConfig(outgoing));
      assert.equal(joint.committedIndex(indexer), Math.min(naiveIndex(incoming, acks), naiveIndex(outgoing, acks)));
    }),
    { numRuns: 2000 },
  );
});

test("a vote is decided exactly when the missing votes cannot change it", () => {
  fc.assert(
    fc.property(ids, ids, votesCast, (incoming, outgoing, record) => {
      const votes = mapOf(record);
      const [a, b] = [naiveVote(incoming, votes), naiveVote(outgoing, votes)];
      assert.equal(new MajorityConfig(incoming).voteResult(votes), a);
      const joint = new JointConfig(new MajorityConfig(incoming), new MajorityConfig(outgoing)).voteResult(votes);
      if (a === VoteResult.VoteLost || b === VoteResult.VoteLost) assert.equal(joint, VoteResult.VoteLost);
      else if (a === VoteResult.VoteWon && b === VoteResult.VoteWon) assert.equal(joint, VoteResult.VoteWon);
      else assert.equal(joint, VoteResult.VotePending);
    }),
    { numRuns: 2000 },
  );
});

test("majorityIndex() looks at the first n numbers only", () => {
  assert.equal(majorityIndex([7, 2, 5, 1000, 1000], 3), 5);
  assert.equal(majorityIndex([7, 2], 2), 2);
  assert.equal(majorityIndex([], 0), Number.POSITIVE_INFINITY);
});

test("an ID set is sorted and without repetition", () => {
  fc.assert(
    fc.property(fc.array(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })), fc.nat(), (list, pick) => {
      const set = new MajorityConfig(list);
      const expected = [...new Set(list)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
      assert.deepEqual(set.ids, expected);
      const gone = list[pick % (list.length || 1)];
      if (gone === undefined) return;
      set.delete(gone);
      assert.deepEqual([set.has(gone), set.size], [false, expected.length - 1]);
    }),
  );
  assert.equal(new MajorityConfig([255n, 1n]).toString(), "(1 ff)");
});
