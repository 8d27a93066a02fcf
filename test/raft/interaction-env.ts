/**
 * A group of raft nodes under the commands of the interaction tests: messages queue until they are delivered, Ready is handled on
 * command, the state machine appends the payloads of applied entries to a byte string and keeps every version as a snapshot.
 */
import assert from "node:assert/strict";
import { concatBytes, utf8 } from "../../src/base/bytes.ts";
import {
  type Config,
  type ConfState,
  describeEntries,
  describeMessage,
  describeReady,
  type Entry,
  EntryType,
  entryConfChange,
  type HardState,
  type InitialState,
  isEmptyHardState,
  isEmptySnapshot,
  isLocalMessageTarget,
  MemoryStorage,
  type Message,
  MessageType,
  NO_LIMIT,
  newConfChangeV2,
  newMessage,
  parseConfChanges,
  RaftError,
  RawNode,
  ReadOnlyOption,
  type Snapshot,
  type Storage,
  stateTypeName,
} from "../../src/core/raft/index.ts";
import { booleanValue, type Directive, nodeNumbers, valuesOf, wholeNumber } from "./data-driven.ts";
import { seededRandomInt } from "./prng.ts";
import { RedirectLogger } from "./redirect-logger.ts";

/** A MemoryStorage whose snapshot is always the newest version of the state machine. */
class HistoryStorage implements Storage {
  readonly memory = new MemoryStorage();
  readonly history: Snapshot[];

  constructor(first: Snapshot) {
    this.history = [first];
  }

  initialState(): InitialState {
    return this.memory.initialState();
  }
  entries(lo: number, hi: number, maxSize: number): Entry[] | RaftError {
    return this.memory.entries(lo, hi, maxSize);
  }
  term(index: number): number | RaftError {
    return this.memory.term(index);
  }
  lastIndex(): number {
    return this.memory.lastIndex();
  }
  firstIndex(): number {
    return this.memory.firstIndex();
  }
  snapshot(): Snapshot {
    return this.history.at(-1)!;
  }
}

interface EnvNode {
  readonly id: bigint;
  readonly raw: RawNode;
  readonly storage: HistoryStorage;
  readonly config: Config;
  readonly appendWork: Message[];
  readonly applyWork: Message[];
}

const isLocal = (message: Message): boolean =>
  message.from === message.to || isLocalMessageTarget(message.from) || isLocalMessageTarget(message.to);

export class InteractionEnv {
  readonly #nodes: EnvNode[] = [];
  readonly #output = new RedirectLogger();
  #messages: Message[] = [];
  readonly #randomInt: ((bound: number) => number) | undefined;

  /** Without randomInt each node has a generator of its own. */
  constructor(randomInt?: (bound: number) => number) {
    this.#randomInt = randomInt;
  }

  /** Last index that a node has applied, beyond which it must not compact. */
  appliedIndex(number: number): number {
    return this.#node(number).raw.basicStatus().applied;
  }

  /** Runs one command and returns what it printed; errors are printed, too. */
  handle(directive: Directive): string {
    this.#output.clear();
    const error = this.#run(directive);
    if (error !== undefined) {
      if (this.#output.quiet) return error;
      this.#output.write(error);
    }
    return this.#output.text === "" ? "ok" : this.#output.text;
  }

  #run(directive: Directive): string | undefined {
    const [first, second] = nodeNumbers({ ...directive, args: directive.args.filter((a) => /^\d+$/.test(a.key)) });
    const node = (): EnvNode => this.#node(first);
    switch (directive.command) {
      case "_breakpoint":
        return undefined;
      case "add-nodes":
        return this.#addNodes(first!, directive);
      case "campaign":
        node().raw.campaign();
        return undefined;
      case "compact": {
        const refused = node().storage.memory.compact(second!);
        return refused?.message ?? this.#raftLog(node());
      }
      case "deliver-msgs":
        return this.#deliverCommand(directive);
      case "process-ready":
        return this.#forEach(directive, "handling Ready", (n) => this.#processReady(n));
      case "process-append-thread":
        return this.#forEach(directive, "processing append thread", (n) => this.#processAppendThread(n));
      case "process-apply-thread":
        return this.#forEach(directive, "processing apply thread", (n) => this.#processApplyThread(n));
      case "log-level":
        this.#output.setLevel(directive.args[0]!.key);
        return undefined;
      case "raft-log":
        return this.#raftLog(node());
      case "raft-state":
        return this.#raftState();
      case "set-randomized-election-timeout":
        node().raw.setRandomizedElectionTimeout(wholeNumber(valuesOf(directive, "timeout")[0]!));
        return undefined;
      case "stabilize":
        return this.#stabilizeCommand(directive);
      case "status":
        this.#output.write(node().raw.status().progress.toString());
        return undefined;
      case "tick-election":
        return this.#tick(node(), node().config.electionTick);
      case "tick-heartbeat":
        return this.#tick(node(), node().config.heartbeatTick);
      case "transfer-leadership":
        this.#node(wholeNumber(valuesOf(directive, "from")[0]!)).raw.transferLeader(
          BigInt(valuesOf(directive, "to")[0]!),
        );
        return undefined;
      case "forget-leader":
        node().raw.forgetLeader();
        return undefined;
      case "send-snapshot":
        this.#sendSnapshot(node(), BigInt(second!));
        return undefined;
      case "propose":
        return node().raw.propose(utf8(directive.args[1]!.key))?.message;
      case "propose-conf-change":
        return this.#proposeConfChange(node(), directive);
      case "report-unreachable":
        node().raw.reportUnreachable(BigInt(second!));
        return undefined;
      default:
        return "unknown command";
    }
  }

  #node(number: number | undefined): EnvNode {
    const node = this.#nodes[(number ?? 0) - 1];
    assert.ok(node !== undefined, `no node ${number}`);
    return node;
  }

  #addNodes(count: number, directive: Directive): string | undefined {
    const confState: ConfState = {
      voters: valuesOf(directive, "voters").map(BigInt),
      learners: valuesOf(directive, "learners").map(BigInt),
      votersOutgoing: [],
      learnersNext: [],
      autoLeave: false,
    };
    const value = (key: string): string | undefined => valuesOf(directive, key)[0];
    const flag = (key: string): boolean => booleanValue(value(key) ?? "false");
    const known = new Set(
      "voters learners inflight index content async-storage-writes prevote checkquorum max-committed-size-per-ready".split(
        " ",
      ),
    );
    for (const key of ["disable-conf-change-validation", "read-only", "step-down-on-removal"]) known.add(key);
    for (const arg of directive.args.slice(1)) assert.ok(known.has(arg.key), `unknown argument ${arg.key}`);
    const index = wholeNumber(value("index") ?? "0");
    const data = utf8(value("content") ?? "");
    const readOnly = value("read-only") ?? "safe";
    assert.match(readOnly, /^(safe|lease-based)$/);
    const bootstrap = directive.args.slice(1).some((a) => ["voters", "learners", "index", "content"].includes(a.key));
    if (bootstrap && index <= 1) return "index must be specified as > 1 due to bootstrap";
    const snapshot: Snapshot = { data, metadata: { confState, index, term: bootstrap ? 1 : 0 } };
    for (let i = 0; i < count; i++) {
      const id = BigInt(this.#nodes.length + 1);
      const storage = new HistoryStorage(snapshot);
      if (bootstrap) assert.equal(storage.memory.applySnapshot(snapshot), undefined);
      const config: Config = {
        id,
        storage,
        electionTick: 3,
        heartbeatTick: 1,
        randomInt: this.#randomInt ?? seededRandomInt(Number(id)),
        logger: this.#output,
        applied: index,
        maxSizePerMsg: NO_LIMIT,
        maxInflightMsgs: wholeNumber(value("inflight") ?? "2147483647"),
        asyncStorageWrites: flag("async-storage-writes"),
        preVote: flag("prevote"),
        checkQuorum: flag("checkquorum"),
        maxCommittedSizePerReady: wholeNumber(value("max-committed-size-per-ready") ?? "0"),
        disableConfChangeValidation: flag("disable-conf-change-validation"),
        readOnlyOption: readOnly === "safe" ? ReadOnlyOption.ReadOnlySafe : ReadOnlyOption.ReadOnlyLeaseBased,
        stepDownOnRemoval: flag("step-down-on-removal"),
        earlyVoteRequests: true,
      };
      this.#nodes.push({ id, raw: new RawNode(config), storage, config, appendWork: [], applyWork: [] });
    }
    return undefined;
  }

  #forEach(directive: Directive, title: string, action: (node: EnvNode) => void): string | undefined {
    const numbers = nodeNumbers(directive);
    for (const number of numbers) {
      if (numbers.length === 1) action(this.#node(number));
      else {
        this.#output.write(`> ${number} ${title}\n`);
        this.#output.indented(() => action(this.#node(number)));
      }
    }
    return undefined;
  }

  #processReady({ raw, storage, config, appendWork, applyWork }: EnvNode): void {
    const ready = raw.ready();
    this.#output.write(describeReady(ready));
    const synchronous = config.asyncStorageWrites !== true;
    if (synchronous) {
      save(storage, ready.hardState, ready.entries, ready.snapshot);
      apply(raw, storage, ready.committedEntries);
    }
    for (const message of ready.messages) {
      if (!isLocalMessageTarget(message.to)) this.#messages.push(message);
      else {
        assert.ok(!synchronous, "message to a storage thread without asynchronous storage writes");
        if (message.type === MessageType.MsgStorageAppend) appendWork.push(message);
        else {
          assert.equal(message.type, MessageType.MsgStorageApply);
          applyWork.push(message);
        }
      }
    }
    if (synchronous) raw.advance();
  }

  #processAppendThread({ storage, appendWork }: EnvNode): void {
    const message = appendWork.shift();
    if (message === undefined) {
      this.#output.write("no append work to perform");
      return;
    }
    const { responses, term, vote, commit } = message;
    message.responses = [];
    this.#output.write(`Processing:\n${describeMessage(message)}\n`);
    save(storage, { term, vote, commit }, message.entries, message.snapshot);
    this.#respond(responses);
  }

  #processApplyThread({ raw, storage, applyWork }: EnvNode): void {
    const message = applyWork.shift();
    if (message === undefined) {
      this.#output.write("no apply work to perform");
      return;
    }
    const { responses } = message;
    message.responses = [];
    this.#output.write(`Processing:\n${describeMessage(message)}\n`);
    apply(raw, storage, message.entries);
    this.#respond(responses);
  }

  #respond(responses: readonly Message[]): void {
    this.#output.write("Responses:\n");
    for (const response of responses) this.#output.write(`${describeMessage(response)}\n`);
    this.#messages.push(...responses);
  }

  #deliverCommand(directive: Directive): string | undefined {
    const typeName = valuesOf(directive, "type")[0];
    const type = typeName === undefined ? undefined : MessageType[typeName as keyof typeof MessageType];
    assert.equal(type === undefined, typeName === undefined, `unknown message type ${typeName}`);
    const recipients: { id: bigint; drop: boolean }[] = [];
    for (const arg of directive.args) {
      if (arg.values.length === 0) recipients.push({ id: BigInt(arg.key), drop: false });
      else if (arg.key === "drop") recipients.push(...arg.values.map((id) => ({ id: BigInt(id), drop: true })));
    }
    assert.equal(new Set(recipients.map((r) => r.id)).size, recipients.length, "can't both deliver and drop");
    let count = 0;
    for (const { id, drop } of recipients) count += this.#deliver(id, type, drop);
    if (count === 0) this.#output.write("no messages\n");
    return undefined;
  }

  #deliver(id: bigint, type: MessageType | undefined, drop: boolean): number {
    const chosen: Message[] = [];
    const rest: Message[] = [];
    for (const message of this.#messages) {
      const match = message.to === id && !(drop && isLocal(message)) && (type === undefined || message.type === type);
      (match ? chosen : rest).push(message);
    }
    this.#messages = rest;
    for (const message of chosen) {
      this.#output.write(`${drop ? "dropped: " : ""}${describeMessage(message)}\n`);
      if (drop) continue;
      const refused = this.#node(Number(message.to)).raw.step(message);
      if (refused !== undefined) this.#output.write(`${refused.message}\n`);
    }
    return chosen.length;
  }

  #raftLog({ storage }: EnvNode): string | undefined {
    const first = storage.firstIndex();
    const last = storage.lastIndex();
    if (last < first) {
      this.#output.write(`log is empty: first index=${first}, last index=${last}`);
      return undefined;
    }
    const entries = storage.entries(first, last + 1, NO_LIMIT);
    if (entries instanceof RaftError) return entries.message;
    this.#output.write(describeEntries(entries));
    return undefined;
  }

  #raftState(): undefined {
    for (const { raw, id } of this.#nodes) {
      const { config, softState, hardState } = raw.status();
      const role = config.voters.has(id) ? "(Voter)" : "(Non-Voter)";
      this.#output.write(
        `${id}: ${stateTypeName(softState.raftState)} ${role} Term:${hardState.term} Lead:${softState.lead}\n`,
      );
    }
    return undefined;
  }

  #stabilizeCommand(directive: Directive): string | undefined {
    const numbers = nodeNumbers(directive);
    const level = this.#output.level;
    const [name] = valuesOf(directive, "log-level");
    if (name !== undefined) this.#output.setLevel(name);
    this.#stabilize(numbers.length > 0 ? numbers.map((n) => this.#node(n)) : this.#nodes);
    this.#output.level = level;
    return undefined;
  }

  #stabilize(nodes: readonly EnvNode[]): void {
    for (let done = false; !done; ) {
      done = true;
      const step = (node: EnvNode, title: string, action: () => void): void => {
        this.#output.write(`> ${node.id} ${title}\n`);
        action();
        done = false;
      };
      const indented = (action: () => void): void => this.#output.indented(action);
      for (const node of nodes)
        if (node.raw.hasReady()) step(node, "handling Ready", () => indented(() => this.#processReady(node)));
      for (const node of nodes)
        if (this.#messages.some((message) => message.to === node.id))
          step(node, "receiving messages", () => indented(() => this.#deliver(node.id, undefined, false)));
      for (const node of nodes)
        if (node.appendWork.length > 0)
          step(node, "processing append thread", () => {
            while (node.appendWork.length > 0) indented(() => this.#processAppendThread(node));
          });
      for (const node of nodes)
        if (node.applyWork.length > 0)
          step(node, "processing apply thread", () => {
            while (node.applyWork.length > 0) indented(() => this.#processApplyThread(node));
          });
    }
  }

  #tick({ raw }: EnvNode, count: number): undefined {
    for (let i = 0; i < count; i++) raw.tick();
    return undefined;
  }

  #sendSnapshot({ raw, storage, id }: EnvNode, to: bigint): void {
    const message = newMessage(MessageType.MsgSnap, to);
    message.from = id;
    message.term = raw.basicStatus().hardState.term;
    message.snapshot = storage.snapshot();
    this.#messages.push(message);
    this.#output.write(describeMessage(message));
  }

  #proposeConfChange({ raw }: EnvNode, directive: Directive): string | undefined {
    const transitions: Readonly<Record<string, 0 | 1 | 2>> = { auto: 0, implicit: 1, explicit: 2 };
    const transition = transitions[valuesOf(directive, "transition")[0] ?? "auto"];
    assert.ok(transition !== undefined, "unknown transition");
    const changes = parseConfChanges(directive.input);
    if (typeof changes === "string") return changes;
    if (!booleanValue(valuesOf(directive, "v1")[0] ?? "false"))
      return raw.proposeConfChange(newConfChangeV2(changes, transition))?.message;
    if (changes.length > 1 || transition !== 0) return "v1 conf change can only have one operation and no transition";
    const { type, nodeId } = changes[0]!;
    return raw.proposeConfChange({ type, nodeId, context: new Uint8Array(0), id: 0n })?.message;
  }
}

function save(
  { memory }: HistoryStorage,
  hardState: HardState | undefined,
  entries: readonly Entry[],
  snapshot: Snapshot | undefined,
): void {
  if (hardState !== undefined && !isEmptyHardState(hardState)) memory.setHardState(hardState);
  if (snapshot !== undefined && !isEmptySnapshot(snapshot)) {
    assert.equal(entries.length, 0, "can't apply snapshot and entries at the same time");
    assert.equal(memory.applySnapshot(snapshot), undefined);
  } else {
    memory.append(entries);
  }
}

function apply(raw: RawNode, { history }: HistoryStorage, entries: readonly Entry[]): void {
  for (const entry of entries) {
    const last = history.at(-1)!;
    let confState = last.metadata?.confState;
    let update = entry.data;
    if (entry.type !== EntryType.EntryNormal) {
      const change = entryConfChange(entry);
      assert.ok(change !== undefined, "malformed configuration change");
      confState = raw.applyConfChange(change);
      update = change.context;
    }
    const data = concatBytes([last.data, update]);
    history.push({ data, metadata: { confState, index: entry.index, term: entry.term } });
  }
}
