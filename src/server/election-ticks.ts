/**
 * A member that starts among others need not wait a whole election timeout for a leader it may not have: once it is connected to several of
 * them, its election ticks are advanced by all but two, which leave a leader time to be heard. Source of behaviour: etcd
 * server/etcdserver/server.go (adjustTicks); flag initial-election-tick-advance.
 */
import { idHex } from "../base/bytes.ts";
import type { Clock, Timer } from "../io/clock.ts";
import type { Logger } from "../io/logger.ts";

const LOOK_INTERVAL_MS = 50;
/** etcd's time-out of a connection between peers. */
const LOOKING_MS = 5000;
/** Ticks that are left before the election timeout. */
const TICKS_LEFT = 2;

export interface ElectionTicksMember {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly memberId: bigint;
  readonly electionTicks: number;
  /** Flag initial-election-tick-advance. */
  readonly isWanted: boolean;
  memberCount(): number;
  /** Other members that there is a connection to. */
  activePeers(): number;
  tick(): void;
}

export class ElectionTickAdvance {
  readonly #member: ElectionTicksMember;
  #timer: Timer | undefined;
  #looks: number;

  constructor(member: ElectionTicksMember) {
    this.#member = member;
    this.#timer = undefined;
    this.#looks = 0;
  }

  /** When the member starts. A member of one does not wait at all (ADR 0003). */
  start(): void {
    const { clock, logger, isWanted } = this.#member;
    if (this.#member.memberCount() === 1) return;
    if (!isWanted) {
      logger.info("skipping initial election tick advance", this.#fields());
      return;
    }
    logger.info("starting initial election tick advance", this.#fields());
    this.#timer = clock.setRepeating(LOOK_INTERVAL_MS, () => this.#look());
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #look(): void {
    const { logger, electionTicks } = this.#member;
    const activePeers = this.#member.activePeers();
    if (activePeers > 1) {
      this.stop();
      const ticks = electionTicks - TICKS_LEFT;
      logger.info("initialized peer connections; fast-forwarding election ticks", {
        ...this.#fields(),
        "forward-ticks": ticks,
        "active-remote-members": activePeers,
      });
      for (let i = 0; i < ticks; i++) this.#member.tick();
    } else if (++this.#looks >= LOOKING_MS / LOOK_INTERVAL_MS) this.stop();
  }

  #fields(): { "local-member-id": string; "election-ticks": number } {
    return { "local-member-id": idHex(this.#member.memberId), "election-ticks": this.#member.electionTicks };
  }
}
