/**
 * Drives one raft node: gathers the proposals and messages of a turn, takes what raft is ready with, and hands it on: messages to the
 * transport, entries to the log on disk, committed entries to the applier (etcd server/etcdserver/raft.go, with raft's asynchronous
 * storage writes: followers are sent to while our own disk still writes, thesis 10.2.1).
 *
 * Invariants:
 * - What raft lets us say only after a write (votes, append responses) leaves only after that write is durable.
 * - Committed entries are applied once, in order, and only those that are durable here (raft holds back the rest).
 * - Nothing of raft is called from inside raft: callbacks are scheduled through `schedule`.
 */
import { assert } from "../base/assert.ts";
import type { RawNode } from "../core/raft/raw-node.ts";
import type { HardState } from "../core/raft/types.ts";
import {
  type ConfChange,
  type ConfState,
  type Entry,
  EntryType,
  isEmptySnapshot,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type Message,
  MessageType,
  NONE,
  newEntry,
  type Snapshot,
} from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import { HeldProposals } from "./held-proposals.ts";

/** The log on disk. A rejected save is final: the member stops. */
export interface RaftLogWriter {
  /** Resolves when durable. `hardState` undefined: unchanged. Without entries and with only `commit` changed nothing needs to be synced. */
  save(hardState: HardState | undefined, entries: readonly Entry[]): Promise<void>;
  /**
   * Makes a received snapshot durable: its file, its record in the log, and behind that the hard state, without whose commit index the record does not
   * count at a restart.
   */
  saveSnapshot(snapshot: Snapshot, hardState: HardState | undefined, entries: readonly Entry[]): Promise<void>;
}

export interface RaftTransport {
  send(messages: readonly Message[]): void;
}

/** What the owner does with raft's output. */
export interface RaftConsumer {
  /** A turn of the loop begins: the time to ask raft for read indexes. */
  turn(): void;
  /** Applies in order; calls done (in this or a later turn) when everything is applied. */
  applyEntries(entries: readonly Entry[], done: () => void): void;
  /** Replaces the state by the snapshot that was saved; calls done. */
  applySnapshot(snapshot: Snapshot, done: () => void): void;
  readState(context: Uint8Array, index: number): void;
  /** Leader, term or role changed. `leader` is NONE while there is none. */
  softState(state: { leader: bigint; isLeader: boolean }): void;
  /** Entries became durable in memory and on disk up to here. */
  appended(entries: readonly Entry[], snapshot: Snapshot | undefined, hardState: HardState | undefined): void;
  /** The disk failed: nothing may be acknowledged any more. */
  fatal(error: unknown): void;
}

/** Who proposed: asked before a queued proposal is submitted, told when raft does not take it. */
export interface ProposalOwner {
  /** False once nobody waits: the proposal is then not submitted late. */
  isWanted(suffix: number): boolean;
  dropped(suffix: number): void;
}

interface Proposal {
  readonly entry: Entry;
  readonly suffix: number;
  readonly owner: ProposalOwner;
}

export class RaftDriver {
  readonly #id: bigint;
  readonly #node: RawNode;
  readonly #clock: Clock;
  readonly #log: RaftLogWriter;
  readonly #transport: RaftTransport;
  readonly #consumer: RaftConsumer;
  #proposals: Proposal[];
  readonly #held: HeldProposals;
  #scheduled: boolean;
  #stopped: boolean;
  #lastHardState: HardState;
  #leader: bigint;
  #lastTickMs: number;
  /** Saves that are not durable yet. */
  #writing: number;
  /** Clock time at which the oldest of them began to wait for nothing but the disk. */
  #writeProgressMs: number;
  #lastWrite: Promise<void>;
  /** A received snapshot on its way to the disk: what follows it in the log waits for it. */
  #snapshotWrite: Promise<void> | undefined;
  /** The same until raft knows that the snapshot is installed: it must hear of that before it hears of entries behind it. */
  #snapshotInstalled: Promise<void> | undefined;

  constructor(options: {
    id: bigint;
    node: RawNode;
    clock: Clock;
    log: RaftLogWriter;
    transport: RaftTransport;
    consumer: RaftConsumer;
    hardState: HardState;
  }) {
    this.#id = options.id;
    this.#node = options.node;
    this.#clock = options.clock;
    this.#log = options.log;
    this.#transport = options.transport;
    this.#consumer = options.consumer;
    this.#proposals = [];
    this.#held = new HeldProposals();
    this.#scheduled = false;
    this.#stopped = false;
    this.#lastHardState = options.hardState;
    this.#leader = NONE;
    this.#lastTickMs = options.clock.now();
    this.#writing = 0;
    this.#writeProgressMs = 0;
    this.#lastWrite = Promise.resolve();
    this.#snapshotWrite = undefined;
    this.#snapshotInstalled = undefined;
  }

  get node(): RawNode {
    return this.#node;
  }

  /** The term, vote and commit index that were last handed to the log. */
  get hardState(): HardState {
    return this.#lastHardState;
  }

  /** Clock time of the latest tick: a leader that has not ticked for long must not trust its leadership. */
  get lastTickMs(): number {
    return this.#lastTickMs;
  }

  get writesInFlight(): number {
    return this.#writing;
  }

  /** For how long the disk has not ended a write that it was given, milliseconds. */
  writeStallMs(): number {
    return this.#writing === 0 ? 0 : this.#clock.now() - this.#writeProgressMs;
  }

  /** Queues a proposal for the end of this turn; it waits while there is no leader, and while the leadership is handed over. */
  propose(data: Uint8Array, suffix: number, owner: ProposalOwner): void {
    this.#proposals.push({ entry: newEntry(data), suffix, owner });
    this.schedule();
  }

  proposeConfChange(change: ConfChange, dropped: () => void): void {
    if (this.#stopped || this.#node.proposeConfChange(change) !== undefined) dropped();
    this.schedule();
  }

  /** From the consumer's `turn` only: raft is looked at right after it. */
  readIndex(context: Uint8Array): void {
    this.#node.readIndex(context);
  }

  /** A message of a peer. Raft refuses some (from members it does not know, say); that is ordinary. */
  step(message: Message): void {
    if (this.#stopped) return;
    if (message.type === MessageType.MsgProp && !this.#takesProposals) {
      this.#held.add(message, this.#clock.now());
      return;
    }
    this.#node.step(message);
    this.schedule();
  }

  tick(): void {
    this.#lastTickMs = this.#clock.now();
    this.#node.tick();
    this.schedule();
  }

  applyConfChange(change: ConfChange): ConfState {
    return this.#node.applyConfChange(change);
  }

  stop(): void {
    this.#stopped = true;
    this.#proposals = [];
  }

  /** Looks at raft at the end of this turn. */
  schedule(): void {
    if (this.#scheduled || this.#stopped) return;
    this.#scheduled = true;
    this.#clock.nextTurn(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#scheduled = false;
    if (this.#stopped) return;
    this.#consumer.turn();
    this.#submitProposals();
    while (!this.#stopped && this.#node.hasReady()) this.#processReady();
  };

  /** Raft drops proposals otherwise. Asked of raft itself: it may have lost its leader in this turn. */
  get #takesProposals(): boolean {
    return this.#node.leader !== NONE && !this.#node.isTransferring;
  }

  /** All proposals of the turn form one message, so one batch on disk and on each stream. */
  #submitProposals(): void {
    if (this.#proposals.length === 0 && this.#held.isEmpty) return;
    if (!this.#takesProposals) return;
    for (const message of this.#held.take(this.#clock.now())) this.#node.step(message);
    if (this.#proposals.length === 0) return;
    const proposals = this.#proposals.filter((p) => p.owner.isWanted(p.suffix));
    this.#proposals = [];
    if (proposals.length === 0) return;
    if (this.#node.proposeEntries(proposals.map((p) => p.entry)) !== undefined)
      for (const p of proposals) p.owner.dropped(p.suffix);
  }

  #processReady(): void {
    const ready = this.#node.ready();
    if (ready.softState !== undefined) {
      this.#leader = ready.softState.lead;
      this.#consumer.softState({ leader: ready.softState.lead, isLeader: ready.softState.lead === this.#id });
      if (this.#leader !== NONE && (this.#proposals.length > 0 || !this.#held.isEmpty)) this.schedule();
    }
    for (const { requestCtx, index } of ready.readStates) this.#consumer.readState(requestCtx, index);
    const outgoing: Message[] = [];
    for (const message of ready.messages) {
      if (message.to === LOCAL_APPEND_THREAD) this.#append(message);
      else if (message.to === LOCAL_APPLY_THREAD) this.#apply(message);
      else outgoing.push(message);
    }
    if (outgoing.length > 0) this.#transport.send(outgoing);
  }

  #append(message: Message): void {
    const hardState = this.#changedHardState(message);
    const snapshot = isEmptySnapshot(message.snapshot) ? undefined : message.snapshot;
    const { entries, responses } = message;
    const mustSync =
      entries.length > 0 || snapshot !== undefined || (hardState !== undefined && this.#mustSync(hardState));
    if (hardState !== undefined) this.#lastHardState = hardState;
    if (!mustSync && responses.length === 0) {
      // Only the commit index moved: it goes out with the next durable write.
      this.#save(hardState, entries).catch(this.#onWriteError);
      this.#consumer.appended(entries, undefined, hardState);
      return;
    }
    if (this.#writing++ === 0) this.#writeProgressMs = this.#clock.now();
    const previous = this.#lastWrite;
    const write =
      snapshot === undefined ? this.#save(hardState, entries) : this.#saveWithSnapshot(snapshot, hardState, entries);
    // The responses vouch for everything appended so far, also by writes that are still under way.
    const saved = mustSync ? write : previous.then(() => write);
    this.#lastWrite = saved;
    const installed = this.#snapshotInstalled;
    const whenInstalled = snapshot === undefined ? undefined : this.#awaitInstallation();
    saved.then(
      () => {
        this.#writing--;
        this.#writeProgressMs = this.#clock.now();
        if (this.#stopped) return;
        this.#consumer.appended(entries, snapshot, hardState);
        if (snapshot !== undefined) {
          this.#consumer.applySnapshot(snapshot, () => {
            this.#deliver(responses);
            whenInstalled?.();
          });
        } else if (installed === undefined) this.#deliver(responses);
        else void installed.then(() => this.#deliver(responses));
      },
      (error: unknown) => {
        this.#writing--;
        this.#onWriteError(error);
      },
    );
  }

  /** Returns what is to be called once raft knows of the installation. */
  #awaitInstallation(): () => void {
    let resolve: () => void = () => undefined;
    const installed = new Promise<void>((done) => {
      resolve = done;
    });
    this.#snapshotInstalled = installed;
    return () => {
      if (this.#snapshotInstalled === installed) this.#snapshotInstalled = undefined;
      resolve();
    };
  }

  #save(hardState: HardState | undefined, entries: readonly Entry[]): Promise<void> {
    const before = this.#snapshotWrite;
    return before === undefined
      ? this.#log.save(hardState, entries)
      : before.then(() => this.#log.save(hardState, entries));
  }

  #saveWithSnapshot(snapshot: Snapshot, hardState: HardState | undefined, entries: readonly Entry[]): Promise<void> {
    const before = this.#snapshotWrite;
    const save = (): Promise<void> => this.#log.saveSnapshot(snapshot, hardState, entries);
    const write = before === undefined ? save() : before.then(save);
    this.#snapshotWrite = write;
    const settled = (): void => {
      if (this.#snapshotWrite === write) this.#snapshotWrite = undefined;
    };
    write.then(settled, settled);
    return write;
  }

  readonly #onWriteError = (error: unknown): void => {
    if (this.#stopped) return;
    this.stop();
    this.#consumer.fatal(error);
  };

  #mustSync(next: HardState): boolean {
    return next.term !== this.#lastHardState.term || next.vote !== this.#lastHardState.vote;
  }

  /** A MsgStorageAppend carries the hard state only when it changed (all zero otherwise). */
  #changedHardState(message: Message): HardState | undefined {
    if (message.term === 0 && message.vote === NONE && message.commit === 0) return undefined;
    return { term: message.term, vote: message.vote, commit: message.commit };
  }

  #apply(message: Message): void {
    assert(message.entries.length > 0, "apply request without entries");
    this.#consumer.applyEntries(message.entries, () => this.#deliver(message.responses));
  }

  /** What raft wanted said once the work was done: to itself at once, to others through the transport. */
  #deliver(responses: readonly Message[]): void {
    if (this.#stopped) return;
    const outgoing: Message[] = [];
    for (const response of responses) {
      if (response.to === this.#id) this.#node.step(response);
      else outgoing.push(response);
    }
    if (outgoing.length > 0) this.#transport.send(outgoing);
    this.schedule();
  }
}

/** True for entries that change the membership. */
export function isConfChange(entry: Entry): boolean {
  return entry.type === EntryType.EntryConfChange;
}
