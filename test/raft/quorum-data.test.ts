/**
 * The data-driven tests of quorums: `committed` and `vote` on majority and joint configurations. Each case is also computed in
 * ways that must agree; a disagreement shows up in the output.
 */
import assert from "node:assert/strict";
import { JointConfig } from "../../src/core/raft/quorum/joint.ts";
import { type AckedIndexer, indexText, MajorityConfig } from "../../src/core/raft/quorum/majority.ts";
import { voteResultName } from "../../src/core/raft/quorum/vote-result.ts";
import { type Directive, runDataFiles, valuesOf, wholeNumber } from "./data-driven.ts";

/** Gives the values to the voters in order of first mention; "_" is silence. */
function assign<T>(ids: readonly bigint[], values: readonly string[], parse: (text: string) => T): Map<bigint, T> {
  const voters = [...new Set(ids)];
  assert.equal(values.length, voters.length, "one value (or _) per voter");
  const assigned = new Map<bigint, T>();
  voters.forEach((id, i) => {
    if (values[i] !== "_") assigned.set(id, parse(values[i]!));
  });
  return assigned;
}

const acksOf = (map: ReadonlyMap<bigint, number>): AckedIndexer => ({ ackedIndex: (id) => map.get(id) });

/** The definition itself: the highest acknowledged index that more than half of the voters have reached. */
function naiveCommittedIndex(config: MajorityConfig, acks: ReadonlyMap<bigint, number>): number {
  if (config.size === 0) return Number.POSITIVE_INFINITY;
  let best = 0;
  for (const index of acks.values()) {
    const reached = config.ids.filter((id) => (acks.get(id) ?? 0) >= index).length;
    if (reached > config.size / 2 && index > best) best = index;
  }
  return best;
}

function committed(config: MajorityConfig, joint: MajorityConfig | undefined, acks: Map<bigint, number>): string {
  const indexer = acksOf(acks);
  let out = "";
  const compare = (expected: number, actual: number, how: string): void => {
    if (actual !== expected) out += `${indexText(actual)} <-- ${how}\n`;
  };
  if (joint !== undefined) {
    const both = new JointConfig(config, joint);
    const index = both.committedIndex(indexer);
    out += both.describe(indexer);
    compare(index, new JointConfig(joint, config).committedIndex(indexer), "via symmetry");
    return `${out}${indexText(index)}\n`;
  }
  const index = config.committedIndex(indexer);
  out += config.describe(indexer);
  compare(index, naiveCommittedIndex(config, acks), "via alternative computation");
  compare(index, new JointConfig(config, new MajorityConfig()).committedIndex(indexer), "via zero-joint quorum");
  compare(index, new JointConfig(config, config).committedIndex(indexer), "via self-joint quorum");
  for (const [id, own] of acks) {
    if (own >= index) continue;
    // Who is behind the committed index may be further behind without changing it.
    for (const lower of [own - 1, 0])
      compare(index, config.committedIndex(acksOf(new Map(acks).set(id, lower))), `overlaying ${id}->${lower}`);
  }
  return `${out}${indexText(index)}\n`;
}

function vote(config: MajorityConfig, joint: MajorityConfig | undefined, votes: Map<bigint, boolean>): string {
  if (joint === undefined) return `${voteResultName(config.voteResult(votes))}\n`;
  const result = voteResultName(new JointConfig(config, joint).voteResult(votes));
  const mirrored = voteResultName(new JointConfig(joint, config).voteResult(votes));
  return `${mirrored === result ? "" : `${mirrored} <-- via symmetry\n`}${result}\n`;
}

runDataFiles("quorum", () => (directive: Directive): string => {
  const ids = valuesOf(directive, "cfg").map(BigInt);
  const jointValues = valuesOf(directive, "cfgj");
  const jointIds = jointValues[0] === "zero" ? [] : jointValues.map(BigInt);
  const config = new MajorityConfig(ids);
  const joint = jointValues.length > 0 ? new MajorityConfig(jointIds) : undefined;
  const all = [...ids, ...jointIds];
  switch (directive.command) {
    case "committed":
      return committed(config, joint, assign(all, valuesOf(directive, "idx"), wholeNumber));
    case "vote":
      return vote(
        config,
        joint,
        assign(all, valuesOf(directive, "votes"), (text) => {
          assert.match(text, /^[yn]$/);
          return text === "y";
        }),
      );
    default:
      return "unknown command";
  }
});
