import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { ProgressMap } from "../tracker/progress.ts";
import { TrackerConfig } from "../tracker/tracker-config.ts";
import type { ConfChangeSingle, ConfChangeType, ConfState } from "../types.ts";
import { type ChangerBase, type ConfChangeResult, enterJoint, leaveJoint, simple } from "./changer.ts";
import { equivalentConfStates, restore } from "./restore.ts";

const EMPTY: ChangerBase = {
  config: new TrackerConfig(),
  progress: new ProgressMap(),
  lastIndex: 9,
  maxInflightCount: 10,
  maxInflightBytes: 0,
};

const on = (result: ConfChangeResult): ChangerBase => {
  assert.ok(result.ok);
  return { ...EMPTY, config: result.config, progress: result.progress };
};
const shown = ({ config, progress }: ChangerBase): string => `${config.toString()}\n${progress.toString()}`;

const singles = fc.array(
  fc.record({
    type: fc.integer({ min: 0, max: 3 }).map((type) => type as ConfChangeType),
    nodeId: fc.bigInt({ min: 2n, max: 7n }),
  }),
  { minLength: 1, maxLength: 8 },
);

test("joint and simple changes lead to the same configuration (Raft thesis, 4.3)", () => {
  fc.assert(
    fc.property(singles, singles, fc.boolean(), (setup, changes, autoLeave) => {
      // Voter 1 is never touched, so no change can empty the configuration.
      let base = on(simple(EMPTY, [{ type: 0, nodeId: 1n }]));
      for (const change of setup) base = on(simple(base, [change]));
      const before = shown(base);

      let oneByOne = base;
      for (const change of changes) oneByOne = on(simple(oneByOne, [change]));

      const joint = on(enterJoint(base, autoLeave, changes));
      assert.equal(joint.config.autoLeave, autoLeave);
      assert.equal(joint.config.voters.outgoing.toString(), base.config.voters.incoming.toString());
      assert.equal(enterJoint(joint, autoLeave, changes).ok, false, "a joint configuration was entered twice");
      assert.equal(simple(joint, changes).ok, false, "a simple change was made in a joint configuration");
      const left = on(leaveJoint(joint));
      assert.equal(leaveJoint(left).ok, false, "a joint configuration was left twice");

      assert.equal(left.config.toString(), oneByOne.config.toString());
      assert.deepEqual(
        left.progress.list.map((p) => [p.id, p.isLearner]),
        oneByOne.progress.list.map((p) => [p.id, p.isLearner]),
      );
      assert.equal(shown(base), before, "the base was changed");
    }),
    { numRuns: 1000 },
  );
});

test("restore() builds the configuration that a ConfState describes", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.bigInt({ min: 1n, max: 12n }), { minLength: 6, maxLength: 12 }),
      fc.nat(3),
      fc.nat(3),
      fc.nat(2),
      fc.boolean(),
      (pool, voterCount, learnerCount, nextCount, autoLeave) => {
        const voters = pool.slice(0, 1 + voterCount);
        const learners = pool.slice(voters.length, voters.length + Math.min(learnerCount, 1));
        const rest = pool.slice(voters.length + learners.length);
        const joint = learnerCount % 2 === 1;
        const learnersNext = joint ? rest.slice(0, nextCount) : [];
        const state: ConfState = {
          voters,
          learners,
          votersOutgoing: joint ? [...learnersNext, voters[0]!, ...rest.slice(2, 3)] : [],
          learnersNext,
          autoLeave: joint && autoLeave,
        };
        const { config } = on(restore(EMPTY, state));
        assert.ok(equivalentConfStates(config.confState(), state), config.toString());
      },
    ),
    { numRuns: 1000 },
  );
});

test("configurations that would be unsafe are refused (Raft thesis, 4.1 and 4.3)", () => {
  const add = (...ids: bigint[]): ConfChangeSingle[] => ids.map((nodeId) => ({ type: 0, nodeId }));
  const refusal = (result: ConfChangeResult): string => (result.ok ? "accepted" : result.error);
  assert.match(refusal(simple(EMPTY, add(1n, 2n))), /more than one voter changed/);
  assert.match(refusal(enterJoint(EMPTY, false, add(1n))), /zero-voter config/);
  const one = on(simple(EMPTY, add(1n)));
  assert.match(refusal(simple(one, [{ type: 1, nodeId: 1n }])), /removed all voters/);
  assert.match(refusal(simple(one, [{ type: 9 as ConfChangeType, nodeId: 1n }])), /unexpected conf type 9/);
  assert.match(refusal(leaveJoint(one)), /non-joint/);
});

test("equivalentConfStates() ignores order and nothing else", () => {
  const state = (voters: bigint[], autoLeave = false): ConfState => ({
    voters,
    learners: [],
    votersOutgoing: [],
    learnersNext: [],
    autoLeave,
  });
  assert.ok(equivalentConfStates(state([3n, 1n]), state([1n, 3n])));
  assert.ok(!equivalentConfStates(state([1n]), state([1n, 3n])));
  assert.ok(!equivalentConfStates(state([1n, 2n]), state([1n, 3n])));
  assert.ok(!equivalentConfStates(state([1n]), state([1n], true)));
  assert.ok(!equivalentConfStates(state([1n, 1n]), state([1n])));
});
