/**
 * A group of raft nodes in one process under a seeded sequence of accidents: messages are lost, doubled and reordered, links are
 * cut, nodes crash at any point between Ready and advance() and restart from what they had saved, logs are compacted, the
 * membership changes and leadership moves. Messages travel as bytes, so that nodes share no objects.
 *
 * Checked all along (Raft paper, figure 3): election safety, log matching, leader completeness, state machine safety; and that a
 * read index is never below what was applied anywhere when the read was asked for. At the end the network heals and the group
 * must make progress again.
 */
import assert from "node:assert/strict";
import { utf8, utf8Text } from "../../src/base/bytes.ts";
import {
  type ConfChangeSingle,
  ConfChangeType,
  type ConfState,
  type Entry,
  EntryType,
  entryConfChange,
  type HardState,
  type InitialState,
  isEmptySnapshot,
  isLocalMessageTarget,
  MemoryStorage,
  Message,
  MessageType,
  NONE,
  newConfChangeV2,
  RaftError,
  RawNode,
  SILENT_RAFT_LOGGER,
  type Snapshot,
  StateType,
  snapshotIndex,
} from "../../src/core/raft/index.ts";
import { seededRandomInt } from "./prng.ts";

/** The state machine after an entry: a hash of all entries so far, and the membership. */
interface Version {
  readonly index: number;
  readonly term: number;
  readonly hash: number;
  readonly confState: ConfState;
}

function nextHash(hash: number, index: number, term: number, data: Uint8Array): number {
  let h = Math.imul(hash ^ index, 16777619) ^ term;
  for (const byte of data) h = Math.imul(h ^ byte, 16777619);
  return h >>> 0;
}

export interface ChaosOptions {
  readonly seed: number;
  readonly size: number;
  readonly asyncStorageWrites: boolean;
  readonly preVote: boolean;
  readonly checkQuorum: boolean;
  readonly membershipChanges: boolean;
  readonly earlyVoteRequests?: boolean;
}

/** MemoryStorage as the disk; the membership after the last applied entry is on it, too. */
class ChaosStorage extends MemoryStorage {
  versions: Version[];

  constructor(first: Version) {
    super();
    this.versions = [first];
  }

  get version(): Version {
    return this.versions.at(-1)!;
  }

  override initialState(): InitialState {
    return { hardState: super.initialState().hardState, confState: this.version.confState };
  }
}

class ChaosNode {
  readonly id: bigint;
  readonly storage: ChaosStorage;
  raw: RawNode;
  appendWork: Message[] = [];
  applyWork: Message[] = [];
  wasLeaderAt = 0;

  constructor(id: bigint, storage: ChaosStorage, raw: RawNode) {
    this.id = id;
    this.storage = storage;
    this.raw = raw;
  }
}

export class ChaosGroup {
  readonly #options: ChaosOptions;
  readonly #random: (bound: number) => number;
  readonly #nodes: ChaosNode[] = [];
  #network: Uint8Array[] = [];
  /** Links that are cut, as "from>to". */
  readonly #cut = new Set<string>();
  readonly #leaderOfTerm = new Map<number, bigint>();
  /** What was applied anywhere, by index; term of the node that applied it first. */
  readonly #applied = new Map<number, { version: Version; seenAtTerm: number }>();
  #appliedMax = 0;
  /** Applied anywhere when the read was asked for. */
  readonly #reads: number[] = [];
  #healed = false;
  proposals = 0;
  readsServed = 0;
  elections = 0;
  crashes = 0;
  snapshots = 0;

  constructor(options: ChaosOptions) {
    this.#options = options;
    this.#random = seededRandomInt(options.seed);
    const voters = Array.from({ length: options.size }, (_, i) => BigInt(i + 1));
    const confState: ConfState = { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
    const first: Version = { index: 1, term: 1, hash: 0, confState };
    for (const id of voters) {
      const storage = new ChaosStorage(first);
      storage.applySnapshot(snapshotOf(first));
      storage.setHardState({ term: 1, vote: NONE, commit: 1 });
      this.#nodes.push(new ChaosNode(id, storage, this.#start(id, storage)));
    }
    this.#appliedMax = 1;
  }

  get appliedMax(): number {
    return this.#appliedMax;
  }

  #start(id: bigint, storage: ChaosStorage): RawNode {
    const { asyncStorageWrites, preVote, checkQuorum } = this.#options;
    return new RawNode({
      id,
      storage,
      electionTick: 10,
      heartbeatTick: 1,
      randomInt: this.#random,
      logger: SILENT_RAFT_LOGGER,
      applied: storage.version.index,
      asyncStorageWrites,
      preVote,
      checkQuorum,
      earlyVoteRequests: this.#options.earlyVoteRequests ?? false,
      maxSizePerMsg: [0, 60, 4096][this.#random(3)]!,
      maxCommittedSizePerReady: [40, 4096][this.#random(2)]!,
      maxInflightMsgs: 1 + this.#random(8),
      stepDownOnRemoval: this.#random(2) === 0,
    });
  }

  #chance(percent: number): boolean {
    return this.#random(100) < percent;
  }

  #any(): ChaosNode {
    return this.#nodes[this.#random(this.#nodes.length)]!;
  }

  /** Runs a number of random events. */
  run(events: number): void {
    for (let i = 0; i < events; i++) {
      const dice = this.#random(1000);
      if (dice < 480) this.#deliver(this.#random(this.#network.length));
      else if (dice < 800) this.#work(this.#any());
      else if (dice < 900) this.#tick(this.#any());
      else if (dice < 940) this.#propose(this.#any());
      else if (dice < 960) this.#read(this.#any());
      else if (dice < 972) this.#compact(this.#any());
      else if (dice < 977) this.#repartition();
      else if (dice < 982) this.#crash(this.#any());
      else if (dice < 986) this.#any().raw.transferLeader(this.#any().id);
      else if (dice < 990) this.#any().raw.reportUnreachable(this.#any().id);
      else if (dice < 992) this.#any().raw.forgetLeader();
      else if (this.#options.membershipChanges) this.#changeMembership(this.#any());
      if (i % 250 === 0) this.#checkLogMatching();
    }
    this.#checkLogMatching();
  }

  /** Ends all accidents and checks that the group elects a leader and applies something new everywhere. */
  heal(): void {
    this.#healed = true;
    this.#cut.clear();
    let target: number | undefined;
    for (let round = 0; round < 3000; round++) {
      for (const node of this.#nodes) this.#tick(node);
      this.#settle();
      const leader = this.#leader();
      if (leader === undefined) continue;
      const progress = leader.raw.status().progress.list;
      for (const { id, pendingSnapshot } of progress) {
        if (pendingSnapshot === 0 || !this.#chance(20)) continue;
        // A snapshot from before a member was added again does not help it, so make a new one.
        this.#compact(leader, 1);
        leader.raw.reportSnapshot(id, "failure");
      }
      if (target === undefined || round % 100 === 0) {
        if (leader.raw.propose(utf8("after healing")) === undefined) target = leader.raw.basicStatus().applied + 1;
        // A leader that was removed leads on but takes nothing new, until somebody asks it to hand over.
        else leader.raw.transferLeader(leader.storage.version.confState.voters[this.#random(2)] ?? NONE);
      } else {
        const { voters, learners } = leader.storage.version.confState;
        const members = this.#nodes.filter((n) => voters.includes(n.id) || learners.includes(n.id));
        if (members.every((n) => n.storage.version.index >= target! && n.storage.version.index >= this.#appliedMax)) {
          assert.equal(new Set(members.map((n) => n.storage.version.hash)).size, 1, "members differ after healing");
          this.#checkLogMatching();
          return;
        }
      }
    }
    assert.fail(`no progress after healing (applied ${this.#nodes.map((n) => n.storage.version.index).join()})`);
  }

  #leader(): ChaosNode | undefined {
    const leaders = this.#nodes.filter((n) => n.raw.basicStatus().softState.raftState === StateType.StateLeader);
    leaders.sort((a, b) => b.raw.basicStatus().hardState.term - a.raw.basicStatus().hardState.term);
    return leaders[0];
  }

  #settle(): void {
    for (let i = 0; i < 200; i++) {
      for (const node of this.#nodes)
        while (node.raw.hasReady() || node.appendWork.length > 0 || node.applyWork.length > 0) this.#work(node);
      if (this.#network.length === 0) return;
      const count = this.#network.length;
      for (let k = 0; k < count; k++) this.#deliver(0);
    }
  }

  #tick(node: ChaosNode): void {
    node.raw.tick();
    this.#checkLeader(node);
  }

  #propose(node: ChaosNode): void {
    const count = 1 + this.#random(3);
    for (let i = 0; i < count; i++) node.raw.propose(utf8(`p${this.proposals++}`));
  }

  #read(node: ChaosNode): void {
    node.raw.readIndex(utf8(String(this.#reads.length)));
    this.#reads.push(this.#appliedMax);
  }

  #changeMembership(node: ChaosNode): void {
    const types = [
      ConfChangeType.ConfChangeAddNode,
      ConfChangeType.ConfChangeAddNode,
      ConfChangeType.ConfChangeAddLearnerNode,
      ConfChangeType.ConfChangeRemoveNode,
    ];
    const { confState } = node.storage.version;
    if (confState.votersOutgoing.length > 0 && this.#chance(50)) {
      node.raw.proposeConfChange(newConfChangeV2([]));
      return;
    }
    const changes: ConfChangeSingle[] = [];
    const left = new Set(confState.voters);
    for (let i = 1 + this.#random(3); i > 0; i--) {
      const type = types[this.#random(types.length)]!;
      const nodeId = this.#any().id;
      if (type === ConfChangeType.ConfChangeAddNode) left.add(nodeId);
      else if (left.size > 2) left.delete(nodeId);
      else continue;
      changes.push({ type, nodeId });
    }
    // Always joint, because the voters that are active when the change applies are not known here.
    if (changes.length > 0) node.raw.proposeConfChange(newConfChangeV2(changes, this.#chance(70) ? 1 : 2));
  }

  #repartition(): void {
    this.#cut.clear();
    if (this.#chance(50)) return;
    const side = new Map(this.#nodes.map((n) => [n.id, this.#random(2)]));
    const oneWay = this.#chance(20);
    for (const a of this.#nodes)
      for (const b of this.#nodes)
        if (side.get(a.id)! < side.get(b.id)! || (!oneWay && side.get(a.id) !== side.get(b.id)))
          this.#cut.add(`${a.id}>${b.id}`);
  }

  #send(message: Message): void {
    const { from, to } = message;
    const lost = !this.#healed && (this.#chance(5) || this.#cut.has(`${from}>${to}`));
    const sender = this.#nodes.find((n) => n.id === from)!;
    if (message.type === MessageType.MsgSnap) {
      this.snapshots++;
      if (lost) sender.raw.reportSnapshot(to, "failure");
    }
    if (lost) return;
    const bytes = Message.encode(message);
    this.#network.push(bytes);
    if (!this.#healed && this.#chance(5)) this.#network.push(bytes);
  }

  #deliver(position: number): void {
    const [bytes] = this.#network.splice(position, 1);
    if (bytes === undefined) return;
    const message = Message.decode(bytes.slice());
    const node = this.#nodes.find((n) => n.id === message.to);
    if (node === undefined || this.#cut.has(`${message.from}>${message.to}`)) return;
    node.raw.step(message);
    this.#checkLeader(node);
  }

  #crash(node: ChaosNode): void {
    this.crashes++;
    const { storage } = node;
    node.appendWork = [];
    node.applyWork = [];
    // What was applied beyond the commit index on disk is applied again (and must be the same again).
    const commit = storage.initialState().hardState!.commit;
    while (storage.version.index > commit) storage.versions.pop();
    node.raw = this.#start(node.id, storage);
    node.wasLeaderAt = 0;
  }

  /** Handles a Ready or one piece of work of a storage thread. */
  #work(node: ChaosNode): void {
    if (this.#options.asyncStorageWrites) this.#workAsync(node);
    else if (node.raw.hasReady()) this.#workSync(node);
    this.#checkLeader(node);
  }

  #workSync(node: ChaosNode): void {
    const { raw, storage } = node;
    const crashPoint = !this.#healed && this.#chance(2) ? this.#random(4) : -1;
    const ready = raw.ready();
    const steps = [
      () => this.#save(storage, ready.hardState, ready.entries, ready.snapshot),
      () => {
        for (const message of ready.messages) this.#send(message);
      },
      () => {
        this.#noteReads(ready.readStates);
        this.#apply(node, ready.committedEntries);
      },
      () => raw.advance(),
    ];
    for (const [i, step] of steps.entries()) {
      if (crashPoint === i) {
        this.#crash(node);
        return;
      }
      step();
    }
  }

  #workAsync(node: ChaosNode): void {
    const kind = this.#random(3);
    const { raw, storage, appendWork, applyWork } = node;
    if (kind === 0 && raw.hasReady()) {
      const ready = raw.ready();
      this.#noteReads(ready.readStates);
      for (const message of ready.messages) {
        if (!isLocalMessageTarget(message.to)) this.#send(message);
        else if (message.type === MessageType.MsgStorageAppend) appendWork.push(message);
        else applyWork.push(message);
      }
      return;
    }
    const message = kind === 1 ? appendWork.shift() : kind === 2 ? applyWork.shift() : undefined;
    if (message === undefined) return;
    if (kind === 1) {
      const { term, vote, commit } = message;
      const hardState = term === 0 && vote === NONE && commit === 0 ? undefined : { term, vote, commit };
      this.#save(storage, hardState, message.entries, message.snapshot);
    } else {
      this.#apply(node, message.entries);
    }
    for (const response of message.responses) {
      if (response.to === node.id) raw.step(response);
      else this.#send(response);
    }
  }

  #save(
    storage: ChaosStorage,
    hardState: HardState | undefined,
    entries: readonly Entry[],
    snapshot: Snapshot | undefined,
  ): void {
    if (hardState !== undefined) {
      // The snapshot on disk may be ahead of a write that was already under way when it was made.
      const commit = Math.max(hardState.commit, storage.firstIndex() - 1, snapshotIndex(storage.snapshot()));
      storage.setHardState({ ...hardState, commit });
    }
    if (snapshot !== undefined && !isEmptySnapshot(snapshot)) {
      const { index, term, confState } = snapshot.metadata!;
      const hash = Number(utf8Text(snapshot.data));
      assert.equal(hash, this.#applied.get(index)?.version.hash ?? 0, "a snapshot differs from the applied entries");
      assert.equal(storage.applySnapshot(snapshot), undefined);
      storage.versions = [{ index, term, hash, confState: confState! }];
    }
    storage.append(entries);
  }

  #apply(node: ChaosNode, entries: readonly Entry[]): void {
    const { storage, raw } = node;
    for (const entry of entries) {
      const last = storage.version;
      if (entry.index <= last.index) continue;
      assert.equal(entry.index, last.index + 1, "an entry was left out");
      let { confState } = last;
      // What a snapshot already covers has changed the configuration with the snapshot.
      if (entry.type !== EntryType.EntryNormal && entry.index > raw.pendingSnapshotIndex)
        confState = raw.applyConfChange(entryConfChange(entry)!);
      const { index, term, data } = entry;
      const version: Version = { index, term, confState, hash: nextHash(last.hash, index, term, data) };
      storage.versions.push(version);
      const known = this.#applied.get(index);
      if (known === undefined) this.#applied.set(index, { version, seenAtTerm: raw.basicStatus().hardState.term });
      else {
        assert.equal(term, known.version.term, `state machine safety: two terms applied at ${index}`);
        assert.equal(version.hash, known.version.hash, `state machine safety: two entries applied at ${index}`);
      }
      if (index > this.#appliedMax) this.#appliedMax = index;
    }
  }

  #compact(node: ChaosNode, entriesMin = 6): void {
    const { storage } = node;
    const { version } = storage;
    if (version.index < storage.firstIndex() + entriesMin) return;
    const made = storage.createSnapshot(version.index, version.confState, utf8(String(version.hash)));
    if (made instanceof RaftError) return;
    // A snapshot on disk vouches for its commit index.
    const hardState = storage.initialState().hardState!;
    if (hardState.commit < version.index) storage.setHardState({ ...hardState, commit: version.index });
    storage.compact(version.index - this.#random(4));
    storage.versions = [version];
  }

  #noteReads(states: readonly { index: number; requestCtx: Uint8Array }[]): void {
    for (const { index, requestCtx } of states) {
      this.readsServed++;
      const floor = this.#reads[Number(utf8Text(requestCtx))]!;
      assert.ok(index >= floor, `a read at ${index} misses what was applied before it was asked for (${floor})`);
    }
  }

  /** Election safety and leader completeness. */
  #checkLeader(node: ChaosNode): void {
    const { hardState, softState } = node.raw.basicStatus();
    const { term } = hardState;
    if (softState.raftState !== StateType.StateLeader || node.wasLeaderAt === term) return;
    node.wasLeaderAt = term;
    this.elections++;
    const known = this.#leaderOfTerm.get(term);
    assert.ok(known === undefined || known === node.id, `election safety: two leaders in term ${term}`);
    this.#leaderOfTerm.set(term, node.id);
    const { storage } = node;
    for (const [index, { version, seenAtTerm }] of this.#applied) {
      if (seenAtTerm >= term || index < storage.firstIndex()) continue;
      const found = storage.term(index);
      assert.equal(found, version.term, `leader completeness: leader of term ${term} lacks ${index}`);
    }
  }

  #checkLogMatching(): void {
    for (const a of this.#nodes)
      for (const b of this.#nodes) {
        if (a.id >= b.id) continue;
        const first = Math.max(a.storage.firstIndex(), b.storage.firstIndex());
        let equal = false;
        for (let i = Math.min(a.storage.lastIndex(), b.storage.lastIndex()); i >= first; i--) {
          const [x] = a.storage.entries(i, i + 1, 0) as Entry[];
          const [y] = b.storage.entries(i, i + 1, 0) as Entry[];
          if (x!.term === y!.term) equal = true;
          if (equal) assert.deepEqual(x, y, `log matching: ${a.id} and ${b.id} differ at ${i}`);
        }
      }
  }
}

function snapshotOf({ index, term, hash, confState }: Version): Snapshot {
  return { data: utf8(String(hash)), metadata: { confState, index, term } };
}
