/** One life of a lone member that runs the script: from its start to the end of the script, or to its death on the way. */
import assert from "node:assert/strict";
import type { MemberEnd } from "../../src/server/member.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SimulatedNode } from "./node.ts";
import { dumpState, runScript, type ScriptProgress, type Step } from "./script.ts";

/** The member said that it cannot go on. */
export class MemberEndedError extends Error {
  readonly end: MemberEnd;

  constructor(end: MemberEnd) {
    super(`the member ended: ${end.kind === "failed" ? String(end.error) : end.kind}`);
    this.end = end;
  }
}

/** One life: starts, finds out how far the state has come (`from` -1), runs the rest. Returns the request it began with. */
export async function runLife(
  node: SimulatedNode,
  script: readonly Step[],
  options: {
    from: number;
    progress: ScriptProgress;
    isDead: () => boolean;
    world: SimulatedClock;
    states?: readonly string[];
  },
): Promise<number> {
  const { world, progress, isDead, states } = options;
  let from = options.from;
  let done = false;
  const life = async (): Promise<void> => {
    const running = await node.start();
    await running.member.ready;
    if (states !== undefined) {
      const state = dumpState(running);
      // Refused requests leave the state as it is: the last one that fits is as good as any.
      from = states.lastIndexOf(state);
      assert.notEqual(from, -1, `the state is one of the script: ${state.slice(0, 200)}`);
      assert.ok(from >= progress.answered, `state of request ${from} after ${progress.answered} were acknowledged`);
      assert.ok(states.indexOf(state) <= progress.proposed, "nothing is there that was not asked for");
      progress.answered = from;
      progress.proposed = from;
    }
    await runScript(running, script, { from, concurrent: 4, progress });
  };
  const outcome = life().then(() => {
    done = true;
  });
  let failure: unknown;
  outcome.catch((error: unknown) => {
    failure = error;
  });
  while (!done && !isDead() && failure === undefined) {
    if (node.end !== undefined) throw new MemberEndedError(node.end);
    if (!(await world.step()) && !isDead()) throw new Error("nothing happens any more");
    if (world.now() > 600_000) throw new Error("no progress in ten minutes");
  }
  if (failure !== undefined && !isDead()) throw failure;
  return from;
}
