/**
 * Writes random interaction scripts with our output as the expected one, for etcd-io/raft's own runner to check:
 *
 *   node --import tsx test/raft/random-scripts.ts DIR [count] [first seed]
 *
 * DIR is the testdata directory of a copy of etcd-io/raft v3.7.0 in which election timeouts are not random (globalRand.Intn returns 0);
 * `go test -run TestInteraction .` there then compares every log line, message and Ready. A script ends before a command on which
 * our side stops with a broken invariant. There is no send-snapshot: from a node that does not lead it forges a leader.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseDirectives } from "./data-driven.ts";
import { InteractionEnv } from "./interaction-env.ts";
import { seededRandomInt } from "./prng.ts";

const MESSAGE_TYPES = ["MsgApp", "MsgAppResp", "MsgVote", "MsgVoteResp", "MsgHeartbeat", "MsgHeartbeatResp", "MsgSnap"];

export function randomScript(seed: number): string {
  const random = seededRandomInt(seed);
  const pick = <T>(list: readonly T[]): T => list[random(list.length)]!;
  const chance = (percent: number): boolean => random(100) < percent;
  const env = new InteractionEnv(() => 0);
  const size = 3 + random(3);
  const node = (): number => 1 + random(size);
  const parts: string[] = [];

  const setup = (): string => {
    const voters = 2 + random(size - 1);
    const ids = Array.from({ length: size }, (_, i) => i + 1);
    const checkQuorum = chance(40);
    let line = `add-nodes ${size} voters=(${ids.slice(0, voters).join(",")})`;
    if (voters < size && chance(60)) line += ` learners=(${ids.slice(voters, voters + 1).join(",")})`;
    line += " index=10";
    if (chance(40)) line += " async-storage-writes=true";
    if (chance(40)) line += " prevote=true";
    if (checkQuorum) line += " checkquorum=true";
    if (checkQuorum && chance(30)) line += " read-only=lease-based";
    if (chance(40)) line += ` inflight=${1 + random(3)}`;
    if (chance(30)) line += ` max-committed-size-per-ready=${10 + random(100)}`;
    if (chance(40)) line += " step-down-on-removal=true";
    return line;
  };
  const command = (): string => {
    const dice = random(100);
    if (dice < 8) return `campaign ${node()}`;
    if (dice < 20) return `propose ${node()} prop_${parts.length}`;
    if (dice < 27) {
      const changes = Array.from({ length: 1 + random(3) }, () => `${pick(["v", "v", "l", "r"])}${node()}`);
      if (chance(30)) return `propose-conf-change ${node()} v1=true\n${changes[0]}`;
      const transition = pick(["auto", "implicit", "explicit"]);
      return `propose-conf-change ${node()} transition=${transition}\n${chance(15) ? "" : changes.join(" ")}`.trimEnd();
    }
    if (dice < 31) return `tick-election ${node()}`;
    if (dice < 38) return `tick-heartbeat ${node()}`;
    if (dice < 46) return chance(50) ? "stabilize" : `stabilize ${node()} ${node()}`;
    if (dice < 62) {
      const to = node();
      const type = chance(30) ? ` type=${pick(MESSAGE_TYPES)}` : "";
      const other = 1 + (to % size);
      return `deliver-msgs ${to}${type}${chance(25) ? ` drop=(${other})` : ""}`;
    }
    if (dice < 76) return `process-ready ${node()}`;
    if (dice < 81) return `process-append-thread ${node()}`;
    if (dice < 85) return `process-apply-thread ${node()}`;
    if (dice < 88) return `transfer-leadership from=${node()} to=${node()}`;
    if (dice < 90) return `forget-leader ${node()}`;
    if (dice < 92) return `report-unreachable ${node()} ${node()}`;
    if (dice < 94) {
      const on = node();
      return `compact ${on} ${11 + random(Math.max(1, env.appliedIndex(on) - 10))}`;
    }
    if (dice < 97) return `status ${node()}`;
    return chance(50) ? `raft-log ${node()}` : "raft-state";
  };

  for (let i = 0; i < 120; i++) {
    const text = i === 0 ? setup() : command();
    const [directive] = parseDirectives(`${text}\n----\n`, `seed ${seed}`);
    let output: string;
    try {
      output = env.handle(directive!);
    } catch (error) {
      if (!(error instanceof Error && error.name === "AssertionError")) throw error;
      // Compacting beyond the log is refused before anything happens.
      if (directive!.command === "compact") continue;
      break;
    }
    if (!output.endsWith("\n")) output += "\n";
    const blank = output.includes("\n\n") || output.startsWith("\n");
    parts.push(blank ? `${text}\n----\n----\n${output}----\n----\n` : `${text}\n----\n${output}`);
  }
  return parts.join("\n");
}

const [directory, count, first] = process.argv.slice(2);
if (directory !== undefined) {
  const start = Number(first ?? 1);
  for (let seed = start; seed < start + Number(count ?? 100); seed++)
    writeFileSync(join(directory, `random_${seed}.txt`), randomScript(seed));
}
