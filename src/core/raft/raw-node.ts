/**
 * A raft node as its owner drives it:
 *
 *   node.tick() now and then; node.step(message) for what peers send; node.propose(data)
 *   while (node.hasReady()) { const ready = node.ready(); save; send; apply; node.advance(); }
 *
 * Invariant: between ready() and advance() the owner handles that Ready; there is never a second one (unless storage writes
 * are asynchronous, where the answers of the storage threads take the place of advance()).
 * Keeps the behaviour of rawnode.go and bootstrap.go (etcd-io/raft v3.7.0).
 */
import { AssertionError, assert } from "../../base/assert.ts";
import { asConfChangeV2, newConfChange } from "./conf-change.ts";
import { confChangeEntry } from "./conf-change-codec.ts";
import type { Config } from "./config.ts";
import { entriesSize } from "./entry-size.ts";
import { applyConfChange } from "./membership.ts";
import { Raft } from "./raft.ts";
import { NO_PEERS, NONEMPTY_STORAGE, type RaftError, STEP_LOCAL_MESSAGE, STEP_PEER_NOT_FOUND } from "./raft-error.ts";
import { mustSync, type Ready, type SoftState } from "./ready.ts";
import type { StateType } from "./state-type.ts";
import { type BasicStatus, basicStatus, type Status, status } from "./status.ts";
import type { Progress } from "./tracker/progress.ts";
import { becomeFollower } from "./transition.ts";
import {
  type ConfChange,
  ConfChangeType,
  type ConfChangeV2,
  type ConfState,
  type Entry,
  type HardState,
  isEmptyHardState,
  isEmptySnapshot,
  isLocalMessage,
  isLocalMessageTarget,
  isResponseMessage,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type Message,
  MessageType,
  NONE,
  newEntry,
  newMessage,
  type Peer,
  snapshotIndex,
} from "./types.ts";

/** One raft node as a state machine: give it ticks, messages and proposals, take what it has `ready()`, do that, and `advance()`. */
export class RawNode {
  readonly #raft: Raft;
  readonly #asyncStorageWrites: boolean;
  #lastLead: bigint;
  #lastState: StateType;
  #lastHardState: HardState;
  /** What advance() feeds back: own acknowledgements, then "entries are stable", then "entries are applied". */
  #stepsOnAdvance: Message[];

  /** Starts or restarts a node from its storage. Throws AssertionError when configuration or storage are inconsistent. */
  constructor(config: Config) {
    this.#raft = new Raft(config);
    this.#asyncStorageWrites = config.asyncStorageWrites ?? false;
    this.#lastLead = this.#raft.lead;
    this.#lastState = this.#raft.state;
    this.#lastHardState = this.#raft.hardState();
    this.#stepsOnAdvance = [];
  }

  get id(): bigint {
    return this.#raft.id;
  }

  /**
   * First start of a group: puts one configuration change per peer into the log and commits them. Refused (NonemptyStorage)
   * when the log has entries. Applications with a storage of their own may store a ConfState instead.
   */
  bootstrap(peers: readonly Peer[]): RaftError | undefined {
    if (peers.length === 0) return NO_PEERS;
    const raft = this.#raft;
    if (raft.log.storage.lastIndex() !== 0) return NONEMPTY_STORAGE;
    // Nothing of this is saved yet, so the first Ready must carry it all.
    this.#lastHardState = { term: 0, vote: NONE, commit: 0 };
    becomeFollower(raft, 1, NONE);
    const changes = peers.map((peer) => newConfChange(ConfChangeType.ConfChangeAddNode, peer.id, peer.context));
    const entries = changes.map((change, i): Entry => ({ ...confChangeEntry(change), term: 1, index: i + 1 }));
    raft.log.append(entries);
    // Applied right away so that the owner can campaign at once; the owner sees and applies the same changes again.
    raft.log.committed = entries.length;
    for (const change of changes) applyConfChange(raft, asConfChangeV2(change));
    return undefined;
  }

  /** One unit of time; election and heartbeat timeouts are counted in these. */
  tick(): void {
    this.#raft.tick();
  }

  /** Stands for election now. */
  campaign(): void {
    this.#raft.step(newMessage(MessageType.MsgHup, NONE));
  }

  /** Proposes one entry. ProposalDropped when it was not taken; taken does not mean committed. */
  propose(data: Uint8Array): RaftError | undefined {
    return this.proposeEntries([newEntry(data)]);
  }

  /** Proposes several entries at once; raft owns them from now on. All are taken or none. */
  proposeEntries(entries: Entry[]): RaftError | undefined {
    const message = newMessage(MessageType.MsgProp, NONE);
    message.from = this.#raft.id;
    message.entries = entries;
    return this.#raft.step(message);
  }

  /** Proposes a configuration change. One that is refused commits as an empty entry. */
  proposeConfChange(change: ConfChange | ConfChangeV2): RaftError | undefined {
    const message = newMessage(MessageType.MsgProp, NONE);
    message.entries = [confChangeEntry(change)];
    return this.#raft.step(message);
  }

  /**
   * Index of a snapshot that was received and is not applied yet, else 0. Its configuration is active already, so with asynchronous
   * storage writes the configuration changes up to it that are still waiting to be applied must not be.
   */
  get pendingSnapshotIndex(): number {
    return snapshotIndex(this.#raft.log.unstable.snapshot);
  }

  /** Whom this member follows right now, also when no Ready has told of it yet; NONE: nobody. */
  get leader(): bigint {
    return this.#raft.lead;
  }

  /** This member leads and hands its leadership over: it takes no proposals until that has ended either way. */
  get isTransferring(): boolean {
    return this.#raft.leadTransferee !== NONE;
  }

  /** To be called for every committed configuration change that the owner does not reject; returns the new configuration. */
  applyConfChange(change: ConfChange | ConfChangeV2): ConfState {
    return applyConfChange(this.#raft, asConfChangeV2(change));
  }

  /** Takes a message from a peer or a storage thread; raft owns it from now on. */
  step(message: Message): RaftError | undefined {
    if (!isLocalMessageTarget(message.from)) {
      if (isLocalMessage(message.type)) return STEP_LOCAL_MESSAGE;
      if (isResponseMessage(message.type) && this.#raft.tracker.get(message.from) === undefined)
        return STEP_PEER_NOT_FOUND;
    }
    return this.#raft.step(message);
  }

  hasReady(): boolean {
    const raft = this.#raft;
    const { log } = raft;
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterAppend.length > 0 ||
      log.hasNextUnstableEntries() ||
      log.hasNextCommittedEntries(!this.#asyncStorageWrites) ||
      raft.readStates.length > 0 ||
      raft.state !== this.#lastState ||
      raft.lead !== this.#lastLead ||
      this.#hardStateChanged() ||
      log.hasNextUnstableSnapshot()
    );
  }

  #hardStateChanged(): boolean {
    const { term, vote, commit } = this.#lastHardState;
    return this.#raft.log.committed !== commit || this.#raft.term !== term || this.#raft.vote !== vote;
  }

  /** The outstanding work, which the caller must do; see {@link Ready}. */
  ready(): Ready {
    const raft = this.#raft;
    const { log } = raft;
    const previous = this.#lastHardState;
    const softState: SoftState | undefined =
      raft.state !== this.#lastState || raft.lead !== this.#lastLead
        ? { lead: raft.lead, raftState: raft.state }
        : undefined;
    const hardState = this.#hardStateChanged() ? raft.hardState() : undefined;
    const entries = log.unstable.nextEntries();
    const ready: Ready = {
      softState,
      hardState,
      readStates: raft.readStates,
      entries,
      snapshot: log.unstable.nextSnapshot(),
      committedEntries: log.nextCommittedEntries(!this.#asyncStorageWrites),
      messages: raft.messages,
      mustSync: mustSync(hardState ?? previous, previous, entries.length),
    };
    if (this.#asyncStorageWrites) this.#addStorageMessages(ready);
    else this.#planAdvance(ready);
    this.#accept(ready);
    return ready;
  }

  #addStorageMessages(ready: Ready): void {
    const needsAppend =
      ready.entries.length > 0 ||
      !isEmptyHardState(ready.hardState) ||
      !isEmptySnapshot(ready.snapshot) ||
      this.#raft.messagesAfterAppend.length > 0;
    if (needsAppend) ready.messages.push(this.#storageAppend(ready));
    if (ready.committedEntries.length > 0) {
      const message = newMessage(MessageType.MsgStorageApply, LOCAL_APPLY_THREAD);
      message.from = this.#raft.id;
      message.entries = ready.committedEntries;
      message.responses = [this.#storageApplyResponse(ready.committedEntries)];
      ready.messages.push(message);
    }
  }

  /** Without storage threads: others' share of the delayed messages leaves with this Ready, the own share waits for advance(). */
  #planAdvance(ready: Ready): void {
    assert(this.#stepsOnAdvance.length === 0, "two accepted Ready structs without call to Advance");
    const steps = this.#stepsOnAdvance;
    for (const message of this.#raft.messagesAfterAppend)
      (message.to === this.#raft.id ? steps : ready.messages).push(message);
    if (this.#needsAppendResponse(ready)) steps.push(this.#storageAppendResponse(ready));
    if (ready.committedEntries.length > 0) steps.push(this.#storageApplyResponse(ready.committedEntries));
  }

  #accept(ready: Ready): void {
    const raft = this.#raft;
    this.#lastLead = raft.lead;
    this.#lastState = raft.state;
    if (ready.hardState !== undefined && !isEmptyHardState(ready.hardState)) this.#lastHardState = ready.hardState;
    // Even the empty ones: they were handed out.
    raft.readStates = [];
    raft.messages = [];
    raft.messagesAfterAppend = [];
    raft.log.unstable.acceptInProgress();
    const { committedEntries } = ready;
    if (committedEntries.length > 0) {
      const { index } = committedEntries[committedEntries.length - 1]!;
      raft.log.acceptApplying(index, entriesSize(committedEntries), !this.#asyncStorageWrites);
    }
  }

  #storageAppend(ready: Ready): Message {
    const raft = this.#raft;
    const message = newMessage(MessageType.MsgStorageAppend, LOCAL_APPEND_THREAD);
    message.from = raft.id;
    message.entries = ready.entries;
    // All three or none: a hard state that reads as empty is not to be saved.
    if (ready.hardState !== undefined && !isEmptyHardState(ready.hardState)) {
      message.term = ready.hardState.term;
      message.vote = ready.hardState.vote;
      message.commit = ready.hardState.commit;
    }
    if (!isEmptySnapshot(ready.snapshot)) message.snapshot = ready.snapshot;
    // The acknowledgement of our own entries precedes "stable": that way the terms are still found in the unstable log.
    message.responses = raft.messagesAfterAppend;
    if (this.#needsAppendResponse(ready)) message.responses.push(this.#storageAppendResponse(ready));
    return message;
  }

  /** Any unstable entries, not just those of this Ready; see {@link #storageAppendResponse}. */
  #needsAppendResponse(ready: Ready): boolean {
    return this.#raft.log.hasUnstableEntries() || !isEmptySnapshot(ready.snapshot);
  }

  /**
   * Tells raft that all appends so far are durable, by the (index, term) of the last entry.
   *
   * That pair alone is not enough: entries may be replaced by others and come back while writes are under way (A writes x, then
   * y over it, then x again; the first write's answer would vouch for x although y is still to be written over it). Each
   * replacement comes with a new term, so the answer carries the term, and one of a lower term is ignored.
   *
   * An ignored answer must not leave entries unstable for ever. A new term causes a write of the hard state, and its answer
   * vouches for the last entry again, although that write has no entries itself; hence "any unstable entries".
   */
  #storageAppendResponse(ready: Ready): Message {
    const raft = this.#raft;
    const message = newMessage(MessageType.MsgStorageAppendResp, raft.id);
    message.from = LOCAL_APPEND_THREAD;
    message.term = raft.term;
    if (raft.log.hasUnstableEntries()) {
      message.index = raft.log.lastIndex();
      message.logTerm = raft.log.lastTerm();
    }
    if (!isEmptySnapshot(ready.snapshot)) message.snapshot = ready.snapshot;
    return message;
  }

  /** Committed entries do not depend on the term, so it stays 0. */
  #storageApplyResponse(entries: Entry[]): Message {
    const message = newMessage(MessageType.MsgStorageApplyResp, this.#raft.id);
    message.from = LOCAL_APPLY_THREAD;
    message.entries = entries;
    return message;
  }

  /** The last Ready is saved and applied. Not with asynchronous storage writes. */
  advance(): void {
    if (this.#asyncStorageWrites) throw new AssertionError("Advance must not be called when using AsyncStorageWrites");
    const steps = this.#stepsOnAdvance;
    for (let i = 0; i < steps.length; i++) this.#raft.step(steps[i]!);
    steps.length = 0;
  }

  /** Everything, copied. */
  status(): Status {
    return status(this.#raft);
  }

  /** The cheap part of {@link status}. */
  basicStatus(): BasicStatus {
    return basicStatus(this.#raft);
  }

  /** Visits the members in the order of their IDs. The Progress is live: look, but neither change nor keep it. */
  withProgress(visit: (progress: Readonly<Progress>) => void): void {
    for (const progress of this.#raft.tracker.members) visit(progress);
  }

  /** The last message to this node could not be delivered. */
  reportUnreachable(id: bigint): void {
    const message = newMessage(MessageType.MsgUnreachable, NONE);
    message.from = id;
    this.#raft.step(message);
  }

  /** What became of the snapshot sent to this node. Without a report its replication may stay paused. */
  reportSnapshot(id: bigint, outcome: "finish" | "failure"): void {
    const message = newMessage(MessageType.MsgSnapStatus, NONE);
    message.from = id;
    message.reject = outcome === "failure";
    this.#raft.step(message);
  }

  /** Asks to hand leadership to a voter; gives up after an election timeout. Followers pass it on to the leader. */
  transferLeader(transferee: bigint): void {
    const message = newMessage(MessageType.MsgTransferLeader, NONE);
    message.from = transferee;
    this.#raft.step(message);
  }

  /** A follower stops regarding its leader as one, so that it votes for others before the lease ends. Nothing with lease-based reads. */
  forgetLeader(): void {
    this.#raft.step(newMessage(MessageType.MsgForgetLeader, NONE));
  }

  /** Asks for an index at which a read is linearizable; it comes as a ReadState with this context, or gets lost: ask again. */
  readIndex(requestCtx: Uint8Array): void {
    const message = newMessage(MessageType.MsgReadIndex, NONE);
    message.entries = [newEntry(requestCtx)];
    this.#raft.step(message);
  }

  /** For tests and simulations: fixes the election timeout, in ticks, until the next change of role or term. */
  setRandomizedElectionTimeout(ticks: number): void {
    this.#raft.randomizedElectionTimeout = ticks;
  }
}
