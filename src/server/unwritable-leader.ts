/**
 * A leader whose disk takes no writes hands its leadership over: it can neither make durable nor apply what it proposes, and its clients wait.
 * DIVERGES: etcd's leader stays, as heartbeats need no disk (ADR 0032).
 *
 * Each voter is asked once until the disk is well again, so that members on one full disk do not pass the leadership round.
 */
import { idHex } from "../base/bytes.ts";
import { goDurationTextMs } from "../base/go-duration.ts";
import { NONE } from "../core/raft/types.ts";
import { longestConnected } from "./leadership-transfer.ts";
import type { Member } from "./member.ts";

export class UnwritableLeader {
  readonly #member: Member;
  readonly #tried: Set<bigint>;

  constructor(member: Member) {
    this.#member = member;
    this.#tried = new Set();
  }

  /** To be called at every tick of raft. `writeStallMs`: for how long the disk has not ended a write. */
  tick(writeStallMs: number): void {
    const member = this.#member;
    const { heartbeatMs, electionTicks } = member.config;
    const isStalled = writeStallMs >= electionTicks * heartbeatMs;
    if (!isStalled && !member.outOfSpace) {
      this.#tried.clear();
      return;
    }
    // Raft gives a transfer up after an election timeout; until then another one would only begin it anew.
    if (!member.isLeader || member.node.basicStatus().leadTransferee !== NONE) return;
    const transferee = longestConnected(member, this.#tried);
    if (transferee === NONE) return;
    this.#tried.add(transferee);
    member.logger.warn("the leader's disk takes no writes; handing the leadership over", {
      "local-member-id": idHex(member.memberId),
      "transferee-member-id": idHex(transferee),
      "write-stall": goDurationTextMs(Math.round(writeStallMs)),
      "out-of-space": member.outOfSpace,
    });
    member.transferLeader(transferee);
  }
}
