/**
 * The state of one raft node and its two inputs: `step` (a message) and `tick` (time). What it wants done piles up in
 * `messages`, `messagesAfterAppend`, `readStates` and the log, where RawNode collects it.
 *
 * Internal to this folder: the step-*, election, replication, membership and transition modules are parts of this class in
 * files of their own, hence the public fields.
 *
 * Invariants: term and vote never go back; at most one vote per term; `messagesAfterAppend` (answers that promise something)
 * leave only after everything unstable is durable (Raft thesis, 3.8).
 * Keeps the behaviour of raft.go (etcd-io/raft v3.7.0).
 */
import { AssertionError, assert } from "../../base/assert.ts";
import { equalBytes } from "../../base/bytes.ts";
import { confChangeEntry } from "./conf-change-codec.ts";
import { equivalentConfStates, restore } from "./confchange/restore.ts";
import { type Config, type ResolvedConfig, resolveConfig } from "./config.ts";
import { CAMPAIGN_TRANSFER_CONTEXT, campaignTypeForTimeout, handleVoteRequest, hup } from "./election.ts";
import { entriesSize, payloadsSize } from "./entry-size.ts";
import { switchToConfig } from "./membership.ts";
import { messageTypeName } from "./names.ts";
import { PROPOSAL_DROPPED, type RaftError } from "./raft-error.ts";
import { RaftLog } from "./raft-log.ts";
import type { RaftLogger } from "./raft-logger.ts";
import { ReadOnly, type ReadState } from "./read-only.ts";
import { StateType } from "./state-type.ts";
import { stepCandidate } from "./step-candidate.ts";
import { stepFollower } from "./step-follower.ts";
import { stepLeader } from "./step-leader.ts";
import { ProgressTracker } from "./tracker/progress-tracker.ts";
import { becomeFollower } from "./transition.ts";
import {
  type Entry,
  type HardState,
  isEmptyHardState,
  type Message,
  MessageType,
  NONE,
  newMessage,
  type Snapshot,
  snapshotIndex,
} from "./types.ts";

export class Raft {
  readonly id: bigint;
  readonly config: ResolvedConfig;
  readonly logger: RaftLogger;
  readonly log: RaftLog;
  readonly tracker: ProgressTracker;
  term: number;
  vote: bigint;
  state: StateType;
  lead: bigint;
  isLearner: boolean;
  /** Target of the leadership transfer in progress (Raft thesis, 3.10), else NONE. */
  leadTransferee: bigint;
  /**
   * No configuration change may be proposed before this index is applied: at or above the last pending change, so that only
   * one is under way.
   */
  pendingConfIndex: number;
  /** Payload bytes of the uncommitted tail, as far as this leader proposed it. Never above the truth. */
  uncommittedSize: number;
  readOnly: ReadOnly;
  /** Reads that wait for the first commit of this leader's term. */
  pendingReadIndexMessages: Message[];
  /** Ticks since the last election timeout or, on followers, since the leader was heard. */
  electionElapsed: number;
  /** Ticks since the last heartbeats; leaders only. */
  heartbeatElapsed: number;
  /** In [electionTick, 2 * electionTick), drawn anew with every change of role or term. */
  randomizedElectionTimeout: number;
  /** For others; may leave at once. */
  messages: Message[];
  /** For others or for this node; leave when all that is unstable now is durable. */
  messagesAfterAppend: Message[];
  readStates: ReadState[];

  constructor(config: Config) {
    const resolved = resolveConfig(config);
    const { hardState, confState } = resolved.storage.initialState();
    this.id = resolved.id;
    this.config = resolved;
    this.logger = resolved.logger;
    this.log = new RaftLog(resolved.storage, resolved.logger, resolved.maxCommittedSizePerReady);
    this.tracker = new ProgressTracker(resolved.maxInflightMsgs, resolved.maxInflightBytes);
    this.term = 0;
    this.vote = NONE;
    this.state = StateType.StateFollower;
    this.lead = NONE;
    this.isLearner = false;
    this.leadTransferee = NONE;
    this.pendingConfIndex = 0;
    this.uncommittedSize = 0;
    this.readOnly = new ReadOnly(resolved.readOnlyOption);
    this.pendingReadIndexMessages = [];
    this.electionElapsed = 0;
    this.heartbeatElapsed = 0;
    this.randomizedElectionTimeout = 0;
    this.messages = [];
    this.messagesAfterAppend = [];
    this.readStates = [];

    const lastIndex = this.log.lastIndex();
    const lastTerm = this.log.lastTerm();
    const restored = restore(
      {
        config: this.tracker.config,
        progress: this.tracker.progress,
        lastIndex,
        maxInflightCount: resolved.maxInflightMsgs,
        maxInflightBytes: resolved.maxInflightBytes,
      },
      confState,
    );
    if (!restored.ok) throw new AssertionError(restored.error);
    const active = switchToConfig(this, restored.config, restored.progress);
    assert(equivalentConfStates(confState, active), "the restored configuration differs from the stored one");

    if (hardState !== undefined && !isEmptyHardState(hardState)) this.#load(hardState);
    if (resolved.applied > 0) this.log.appliedTo(resolved.applied, 0);
    becomeFollower(this, this.term, NONE);

    const peers = this.tracker.config.voters.ids().ids.map((id) => id.toString(16));
    this.logger.info(
      `newRaft ${this.hexId} [peers: [${peers.join(",")}], term: ${this.term}, commit: ${this.log.committed}, ` +
        `applied: ${this.log.applied}, lastindex: ${lastIndex}, lastterm: ${lastTerm}]`,
    );
  }

  /** This node in log lines. */
  get hexId(): string {
    return this.id.toString(16);
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed };
  }

  #load(state: HardState): void {
    if (state.commit < this.log.committed || state.commit > this.log.lastIndex())
      throw new AssertionError(
        `${this.hexId} state.commit ${state.commit} is out of range [${this.log.committed}, ${this.log.lastIndex()}]`,
      );
    this.log.committed = state.commit;
    this.term = state.term;
    this.vote = state.vote;
  }

  /** Queues a message; sender and term are filled in here. */
  send(message: Message): void {
    const { type } = message;
    if (message.from === NONE) message.from = this.id;
    const isVote =
      type === MessageType.MsgVote ||
      type === MessageType.MsgVoteResp ||
      type === MessageType.MsgPreVote ||
      type === MessageType.MsgPreVoteResp;
    if (isVote) {
      // A pre-vote is about a term that nobody is in yet, so the campaign names the term itself.
      if (message.term === 0) throw new AssertionError(`term should be set when sending ${messageTypeName(type)}`);
    } else {
      if (message.term !== 0)
        throw new AssertionError(`term should not be set when sending ${messageTypeName(type)} (was ${message.term})`);
      // Forwarded proposals and reads count as local to the leader and carry no term.
      if (type !== MessageType.MsgProp && type !== MessageType.MsgReadIndex) message.term = this.term;
    }
    // DIVERGES: etcd-io/raft lets vote requests leave before the term is durable when storage writes are asynchronous. A candidate
    // can then win and replicate, crash, come back in the term before, and win the same term a second time, because its
    // voters repeat their votes: two different entries get one (index, term). test/raft/async-storage.test.ts shows it.
    const request = type === MessageType.MsgVote && this.config.asyncStorageWrites && !this.config.earlyVoteRequests;
    if (
      request ||
      type === MessageType.MsgAppResp ||
      type === MessageType.MsgVoteResp ||
      type === MessageType.MsgPreVoteResp
    ) {
      // Votes and acknowledgements promise what must survive a crash. Rejections wait as well: they are rare, and
      // whether they may leave early has not been verified.
      this.messagesAfterAppend.push(message);
      return;
    }
    if (message.to === this.id)
      throw new AssertionError(`message should not be self-addressed when sending ${messageTypeName(type)}`);
    this.messages.push(message);
  }

  /** One unit of time. */
  tick(): void {
    if (this.state === StateType.StateLeader) this.#tickHeartbeat();
    else this.#tickElection();
  }

  /** True when this node may become leader: a voter that has no snapshot to apply first. */
  promotable(): boolean {
    const progress = this.tracker.get(this.id);
    return progress !== undefined && !progress.isLearner && !this.log.hasUnstableSnapshot();
  }

  #tickElection(): void {
    this.electionElapsed++;
    if (this.electionElapsed >= this.randomizedElectionTimeout && this.promotable()) {
      this.electionElapsed = 0;
      this.#stepSelf(MessageType.MsgHup);
    }
  }

  #tickHeartbeat(): void {
    this.heartbeatElapsed++;
    this.electionElapsed++;
    if (this.electionElapsed >= this.config.electionTick) {
      this.electionElapsed = 0;
      if (this.config.checkQuorum) this.#stepSelf(MessageType.MsgCheckQuorum);
      // A transfer that takes longer has failed; this node keeps leading.
      if (this.state === StateType.StateLeader && this.leadTransferee !== NONE) this.leadTransferee = NONE;
    }
    if (this.state !== StateType.StateLeader) return;
    if (this.heartbeatElapsed >= this.config.heartbeatTick) {
      this.heartbeatElapsed = 0;
      this.#stepSelf(MessageType.MsgBeat);
    }
  }

  #stepSelf(type: MessageType): void {
    const message = newMessage(type, NONE);
    message.from = this.id;
    this.step(message);
  }

  /**
   * Takes a message. Raft owns it from now on (it may be forwarded, and its entries may enter the log).
   * Returns why a proposal was not taken, else undefined.
   */
  step(message: Message): RaftError | undefined {
    if (message.term !== 0 && message.term !== this.term && !this.#admitTerm(message)) return undefined;
    switch (message.type) {
      case MessageType.MsgHup:
        hup(this, campaignTypeForTimeout(this));
        return undefined;
      case MessageType.MsgStorageAppendResp:
        if (message.index !== 0) this.log.unstable.stableTo(message.index, message.logTerm);
        if (message.snapshot !== undefined) this.#appliedSnapshot(message.snapshot);
        return undefined;
      case MessageType.MsgStorageApplyResp: {
        const { entries } = message;
        if (entries.length > 0) {
          this.#appliedTo(entries[entries.length - 1]!.index, entriesSize(entries));
          this.uncommittedSize = Math.max(0, this.uncommittedSize - payloadsSize(entries));
        }
        return undefined;
      }
      case MessageType.MsgVote:
      case MessageType.MsgPreVote:
        handleVoteRequest(this, message);
        return undefined;
      default:
        switch (this.state) {
          case StateType.StateLeader:
            return stepLeader(this, message);
          case StateType.StateFollower:
            return stepFollower(this, message);
          default:
            return stepCandidate(this, message);
        }
    }
  }

  /** Deals with a message of another term; false when that was all there was to do. */
  #admitTerm(message: Message): boolean {
    return message.term > this.term ? this.#admitHigherTerm(message) : this.#answerLowerTerm(message);
  }

  #admitHigherTerm(message: Message): boolean {
    const { type } = message;
    if (type === MessageType.MsgVote || type === MessageType.MsgPreVote) {
      const forced = equalBytes(message.context, CAMPAIGN_TRANSFER_CONTEXT);
      const inLease = this.config.checkQuorum && this.lead !== NONE && this.electionElapsed < this.config.electionTick;
      if (!forced && inLease) {
        // Within an election timeout of hearing from a leader nobody else gets a vote (Raft thesis, 4.2.3).
        this.logger.info(
          `${this.hexId} [logterm: ${this.log.lastTerm()}, index: ${this.log.lastIndex()}, vote: ${this.vote.toString(16)}] ` +
            `ignored ${messageTypeName(type)} from ${message.from.toString(16)} [logterm: ${message.logTerm}, index: ${message.index}] ` +
            `at term ${this.term}: lease is not expired (remaining ticks: ${this.config.electionTick - this.electionElapsed})`,
        );
        return false;
      }
    }
    // A pre-vote asks about a future term without entering it, and a grant repeats the term asked for. A rejected pre-vote
    // names the term of the voter, which is one to follow.
    if (type === MessageType.MsgPreVote || (type === MessageType.MsgPreVoteResp && !message.reject)) return true;
    this.logger.info(
      `${this.hexId} [term: ${this.term}] received a ${messageTypeName(type)} message with higher term from ` +
        `${message.from.toString(16)} [term: ${message.term}]`,
    );
    const fromLeader = type === MessageType.MsgApp || type === MessageType.MsgHeartbeat || type === MessageType.MsgSnap;
    becomeFollower(this, message.term, fromLeader ? message.from : NONE);
    return true;
  }

  #answerLowerTerm(message: Message): false {
    const { type } = message;
    if (
      (this.config.checkQuorum || this.config.preVote) &&
      (type === MessageType.MsgHeartbeat || type === MessageType.MsgApp)
    ) {
      // A leader of a lower term: either an old message, or we advanced our term while cut off and our vote requests are
      // ignored. Our higher term in this answer makes it step down, so that we are not stuck.
      this.send(newMessage(MessageType.MsgAppResp, message.from));
    } else if (type === MessageType.MsgPreVote) {
      // Silence could deadlock candidates of different terms when pre-vote was switched on in a running group.
      this.logger.info(
        `${this.hexId} [logterm: ${this.log.lastTerm()}, index: ${this.log.lastIndex()}, vote: ${this.vote.toString(16)}] ` +
          `rejected ${messageTypeName(type)} from ${message.from.toString(16)} [logterm: ${message.logTerm}, index: ${message.index}] ` +
          `at term ${this.term}`,
      );
      const answer = newMessage(MessageType.MsgPreVoteResp, message.from);
      answer.term = this.term;
      answer.reject = true;
      this.send(answer);
    } else if (type === MessageType.MsgStorageAppendResp) {
      // The entries may have been replaced in a later term, so they do not count as stable. A snapshot is committed
      // state and does.
      if (message.index !== 0)
        this.logger.info(
          `${this.hexId} [term: ${this.term}] ignored entry appends from a ${messageTypeName(type)} message with lower term ` +
            `[term: ${message.term}]`,
        );
      if (message.snapshot !== undefined) this.#appliedSnapshot(message.snapshot);
    } else {
      this.logger.info(
        `${this.hexId} [term: ${this.term}] ignored a ${messageTypeName(type)} message with lower term from ` +
          `${message.from.toString(16)} [term: ${message.term}]`,
      );
    }
    return false;
  }

  #appliedTo(index: number, size: number): void {
    const applied = Math.max(index, this.log.applied);
    this.log.appliedTo(applied, size);
    if (this.tracker.config.autoLeave && applied >= this.pendingConfIndex && this.state === StateType.StateLeader) {
      // The joint configuration is applied: propose to leave it. Only a leadership transfer can drop this proposal; then
      // the next applied entry tries again, or the next leader does.
      const proposal = newMessage(MessageType.MsgProp, NONE);
      proposal.entries = [confChangeEntry(undefined)];
      const error = this.step(proposal);
      if (error === undefined)
        this.logger.info(
          `initiating automatic transition out of joint configuration ${this.tracker.config.toString()}`,
        );
      else
        this.logger.debug(
          `not initiating automatic transition out of joint configuration ${this.tracker.config.toString()}: ${error.message}`,
        );
    }
  }

  #appliedSnapshot(snapshot: Snapshot): void {
    const index = snapshotIndex(snapshot);
    this.log.unstable.stableSnapshotTo(index);
    this.#appliedTo(index, 0);
  }

  /**
   * Appends proposed entries, giving them term and index. A fresh entry (index 0) is taken over as it is; one that has been in
   * a log before (a proposal delivered twice within one process) is replaced by another object with the same payload.
   */
  appendEntries(entries: readonly Entry[]): RaftError | undefined {
    const size = payloadsSize(entries);
    // An empty payload is never refused, and neither is anything while the tail is empty.
    if (this.uncommittedSize > 0 && size > 0 && this.uncommittedSize + size > this.config.maxUncommittedEntriesSize) {
      this.logger.warn(
        `${this.hexId} appending new entries to log would exceed uncommitted entry size limit; dropping proposal`,
      );
      return PROPOSAL_DROPPED;
    }
    this.uncommittedSize += size;
    let index = this.log.lastIndex();
    const { term } = this;
    const appended: Entry[] = [];
    for (let i = 0; i < entries.length; i++) {
      const entry = entries[i]!;
      index++;
      if (entry.index === 0) {
        entry.term = term;
        entry.index = index;
        appended.push(entry);
      } else {
        appended.push({ type: entry.type, term, index, data: entry.data });
      }
    }
    this.log.append(appended);
    // The leader acknowledges its own entries when they are durable, through this message to itself.
    const ack = newMessage(MessageType.MsgAppResp, this.id);
    ack.index = index;
    this.send(ack);
    return undefined;
  }

  /** Commits what a quorum has in this term; true when the commit index moved. Leaders only. */
  maybeCommit(): boolean {
    return this.log.maybeCommit(this.tracker.committed(), this.term);
  }

  /** True when an entry of this term is committed: before that, a new leader's commit index may lag (Raft thesis, 6.4). */
  committedEntryInCurrentTerm(): boolean {
    return this.log.termOrZero(this.log.committed) === this.term;
  }
}
