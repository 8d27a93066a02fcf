/**
 * Membership, the progress of each member and the votes of the running election.
 * The voters' Progress objects are kept in two arrays beside the map, so that finding the committed index (once per
 * acknowledgement) touches neither bigints nor maps.
 */
import { assert } from "../../../base/assert.ts";
import { majorityIndex } from "../quorum/majority.ts";
import { VoteResult } from "../quorum/vote-result.ts";
import { Inflights } from "./inflights.ts";
import { type Progress, ProgressMap } from "./progress.ts";
import { TrackerConfig } from "./tracker-config.ts";

export class ProgressTracker {
  #config: TrackerConfig;
  #progress: ProgressMap;
  #incoming: Progress[];
  #outgoing: Progress[];
  readonly #scratch: number[];
  readonly votes: Map<bigint, boolean>;
  readonly maxInflightCount: number;
  readonly maxInflightBytes: number;

  constructor(maxInflightCount: number, maxInflightBytes: number) {
    this.#config = new TrackerConfig();
    this.#progress = new ProgressMap();
    this.#incoming = [];
    this.#outgoing = [];
    this.#scratch = [];
    this.votes = new Map();
    this.maxInflightCount = maxInflightCount;
    this.maxInflightBytes = maxInflightBytes;
  }

  get config(): TrackerConfig {
    return this.#config;
  }

  /** Members ascending by ID. */
  get members(): readonly Progress[] {
    return this.#progress.list;
  }

  get progress(): ProgressMap {
    return this.#progress;
  }

  get(id: bigint): Progress | undefined {
    return this.#progress.get(id);
  }

  /** Switches to another configuration; both objects belong to the tracker from now on. */
  use(config: TrackerConfig, progress: ProgressMap): void {
    const find = (id: bigint): Progress => {
      const found = progress.get(id);
      assert(found !== undefined, "a voter has no progress");
      return found;
    };
    this.#config = config;
    this.#progress = progress;
    this.#incoming = config.voters.incoming.ids.map(find);
    this.#outgoing = config.voters.outgoing.ids.map(find);
  }

  newInflights(): Inflights {
    return new Inflights(this.maxInflightCount, this.maxInflightBytes);
  }

  /** True for a group of one voter: its own word is a quorum. */
  isSingleton(): boolean {
    return this.#incoming.length === 1 && this.#outgoing.length === 0;
  }

  /** Highest index that a quorum has. */
  committed(): number {
    const incoming = this.#matchOf(this.#incoming);
    if (this.#outgoing.length === 0) return incoming;
    return Math.min(incoming, this.#matchOf(this.#outgoing));
  }

  #matchOf(voters: readonly Progress[]): number {
    const n = voters.length;
    if (n === 1) return voters[0]!.match;
    for (let i = 0; i < n; i++) this.#scratch[i] = voters[i]!.match;
    return majorityIndex(this.#scratch, n);
  }

  /** True when a quorum was heard from since the last check. */
  quorumActive(): boolean {
    const active = new Map<bigint, boolean>();
    for (const progress of this.members) if (!progress.isLearner) active.set(progress.id, progress.recentActive);
    return this.#config.voters.voteResult(active) === VoteResult.VoteWon;
  }

  resetVotes(): void {
    this.votes.clear();
  }

  /** Records a vote; the first one of each member counts. */
  recordVote(id: bigint, granted: boolean): void {
    if (!this.votes.has(id)) this.votes.set(id, granted);
  }

  tallyVotes(): { granted: number; rejected: number; result: VoteResult } {
    let granted = 0;
    let rejected = 0;
    for (const progress of this.members) {
      if (progress.isLearner) continue;
      const vote = this.votes.get(progress.id);
      if (vote === undefined) continue;
      if (vote) granted++;
      else rejected++;
    }
    return { granted, rejected, result: this.#config.voters.voteResult(this.votes) };
  }
}
