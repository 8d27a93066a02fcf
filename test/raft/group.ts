/**
 * A group of raft nodes for tests of single claims: synchronous storage, messages delivered in order, links and message types can be
 * switched off. A `Member` alone serves to look at the answers of one node to messages made by hand.
 */
import assert from "node:assert/strict";
import {
  type Config,
  type ConfState,
  type Entry,
  EntryType,
  entryConfChange,
  isEmptySnapshot,
  MemoryStorage,
  type Message,
  type MessageType,
  NO_LIMIT,
  NONE,
  newMessage,
  RawNode,
  type ReadState,
  type Ready,
  type StateType,
} from "../../src/core/raft/index.ts";
import { seededRandomInt } from "./prng.ts";

export type Overrides = Partial<Config> & {
  readonly learners?: readonly bigint[];
  /** Terms of entries 1, 2, ... that are in the log already. */
  readonly logTerms?: readonly number[];
  /** Saved before this start. */
  readonly hardState?: { readonly term: number; readonly vote?: bigint; readonly commit?: number };
};

export function confStateOf(voters: readonly bigint[], learners: readonly bigint[] = []): ConfState {
  return { voters: [...voters], learners: [...learners], votersOutgoing: [], learnersNext: [], autoLeave: false };
}

export function entry(term: number, index: number, text = ""): Entry {
  return { type: EntryType.EntryNormal, term, index, data: new TextEncoder().encode(text) };
}

/** A message with the given fields. */
export function message(type: MessageType, fields: Partial<Message>): Message {
  return { ...newMessage(type, NONE), ...fields };
}

export class Member {
  readonly id: bigint;
  readonly storage: MemoryStorage;
  readonly config: Config;
  readonly log: string[] = [];
  raw: RawNode;
  applied: Entry[] = [];
  reads: ReadState[] = [];

  constructor(id: bigint, voters: readonly bigint[], overrides: Overrides = {}) {
    const { learners, logTerms, hardState, ...config } = overrides;
    this.id = id;
    this.storage = new MemoryStorage();
    // A snapshot at 0 sets the membership only.
    this.storage.applySnapshot({
      data: new Uint8Array(0),
      metadata: { confState: confStateOf(voters, learners), index: 0, term: 0 },
    });
    if (logTerms !== undefined) this.storage.append(logTerms.map((term, i) => entry(term, i + 1)));
    const term = hardState?.term ?? logTerms?.at(-1);
    if (term !== undefined)
      this.storage.setHardState({ term, vote: hardState?.vote ?? NONE, commit: hardState?.commit ?? 0 });
    const line = (text: string): void => {
      this.log.push(text);
    };
    this.config = {
      id,
      storage: this.storage,
      electionTick: 10,
      heartbeatTick: 1,
      randomInt: seededRandomInt(Number(id)),
      logger: { debug: line, info: line, warn: line, error: line },
      maxSizePerMsg: NO_LIMIT,
      maxInflightMsgs: 256,
      ...config,
    };
    this.raw = new RawNode(this.config);
  }

  get state(): StateType {
    return this.raw.basicStatus().softState.raftState;
  }
  get lead(): bigint {
    return this.raw.basicStatus().softState.lead;
  }
  get term(): number {
    return this.raw.basicStatus().hardState.term;
  }
  get vote(): bigint {
    return this.raw.basicStatus().hardState.vote;
  }
  get commit(): number {
    return this.raw.basicStatus().hardState.commit;
  }
  /** Terms of all stable entries. */
  get logTerms(): number[] {
    const entries = this.storage.entries(this.storage.firstIndex(), this.storage.lastIndex() + 1, NO_LIMIT);
    return Array.isArray(entries) ? entries.map((e) => e.term) : [];
  }
  /** Payloads of applied normal entries that have one. */
  get appliedTexts(): string[] {
    return this.applied
      .filter((e) => e.type === EntryType.EntryNormal && e.data.length > 0)
      .map((e) => new TextDecoder().decode(e.data));
  }

  /** Handles one Ready. */
  handle(ready: Ready): void {
    if (ready.hardState !== undefined) this.storage.setHardState(ready.hardState);
    if (ready.snapshot !== undefined && !isEmptySnapshot(ready.snapshot)) this.storage.applySnapshot(ready.snapshot);
    this.storage.append(ready.entries);
    this.reads.push(...ready.readStates);
    for (const e of ready.committedEntries) {
      this.applied.push(e);
      if (e.type !== EntryType.EntryNormal) this.raw.applyConfChange(entryConfChange(e)!);
    }
  }

  /** Handles all outstanding work and returns the messages that would be sent. */
  take(): Message[] {
    const messages: Message[] = [];
    while (this.raw.hasReady()) {
      const ready = this.raw.ready();
      this.handle(ready);
      messages.push(...ready.messages);
      this.raw.advance();
    }
    return messages;
  }

  /** The answers to a message. */
  answers(type: MessageType, fields: Partial<Message>): Message[] {
    this.take();
    this.raw.step(message(type, { to: this.id, ...fields }));
    return this.take();
  }

  tick(count: number): void {
    for (let i = 0; i < count; i++) this.raw.tick();
  }

  propose(text: string): void {
    assert.equal(this.raw.propose(new TextEncoder().encode(text)), undefined, "proposal dropped");
  }

  /** Starts again from what is stored. */
  restart(): void {
    const applied = this.raw.basicStatus().applied;
    this.raw = new RawNode({ ...this.config, applied });
  }
}

export class Group {
  readonly members: Member[];
  readonly #cut = new Set<string>();
  readonly #ignored = new Set<number>();
  readonly ids: bigint[];

  /** Overrides may depend on the member. */
  constructor(size: number, overrides: Overrides | ((id: bigint) => Overrides) = {}) {
    this.ids = Array.from({ length: size }, (_, i) => BigInt(i + 1));
    this.members = this.ids.map((id) => {
      const own = typeof overrides === "function" ? overrides(id) : overrides;
      const voters = this.ids.filter((voter) => own.learners?.includes(voter) !== true);
      return new Member(id, voters, own);
    });
  }

  get(id: bigint | number): Member {
    const member = this.members.find((m) => m.id === BigInt(id));
    assert.ok(member !== undefined);
    return member;
  }

  /** Nothing passes between the two. */
  cut(a: number, b: number): void {
    this.#cut.add(`${a}>${b}`).add(`${b}>${a}`);
  }
  isolate(id: number): void {
    for (const other of this.ids) if (other !== BigInt(id)) this.cut(id, Number(other));
  }
  ignore(type: MessageType): void {
    this.#ignored.add(type);
  }
  recover(): void {
    this.#cut.clear();
    this.#ignored.clear();
  }

  /** Delivers messages and handles work until nothing is left. */
  settle(): void {
    for (;;) {
      const messages = this.members.flatMap((m) => m.take());
      if (messages.length === 0) return;
      for (const m of messages) {
        if (this.#cut.has(`${m.from}>${m.to}`) || this.#ignored.has(m.type)) continue;
        this.members.find((member) => member.id === m.to)?.raw.step(m);
      }
    }
  }

  campaign(id: number): void {
    this.get(id).raw.campaign();
    this.settle();
  }

  /** Ticks one member past any election timeout. */
  timeOut(id: number): void {
    this.get(id).tick(2 * this.get(id).config.electionTick);
    this.settle();
  }

  propose(id: number, text: string): void {
    this.get(id).propose(text);
    this.settle();
  }
}
