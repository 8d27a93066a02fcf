/**
 * What raft itself costs per batch of 50 proposals of 100 bytes: from the proposal to committed entries handed out, with
 * MemoryStorage and no disk or network. Usage: node --import tsx test/bench/raft.ts [seconds per case]
 */
import {
  type Config,
  type ConfState,
  type Entry,
  isEmptySnapshot,
  MemoryStorage,
  type Message,
  MessageType,
  newEntry,
  RawNode,
  SILENT_RAFT_LOGGER,
} from "../../src/core/raft/index.ts";

const BATCH = 50;
const DATA = new Uint8Array(100);

class BenchNode {
  readonly storage = new MemoryStorage();
  readonly raw: RawNode;
  applied = 0;

  constructor(id: bigint, voters: bigint[], asyncStorageWrites: boolean) {
    const confState: ConfState = { voters, learners: [], votersOutgoing: [], learnersNext: [], autoLeave: false };
    this.storage.applySnapshot({ data: new Uint8Array(0), metadata: { confState, index: 1, term: 1 } });
    const config: Config = {
      id,
      electionTick: 10,
      heartbeatTick: 1,
      storage: this.storage,
      randomInt: () => 0,
      logger: SILENT_RAFT_LOGGER,
      applied: 1,
      asyncStorageWrites,
      maxSizePerMsg: 1024 * 1024,
      maxInflightMsgs: 512,
      checkQuorum: true,
      preVote: true,
    };
    this.raw = new RawNode(config);
  }

  /** Handles everything outstanding; what is for others goes to `send`. */
  drain(send: (message: Message) => void, async: boolean): void {
    const { raw, storage } = this;
    while (raw.hasReady()) {
      const ready = raw.ready();
      if (!async) {
        if (ready.hardState !== undefined) storage.setHardState(ready.hardState);
        storage.append(ready.entries);
        this.#apply(ready.committedEntries);
        for (const message of ready.messages) send(message);
        raw.advance();
        continue;
      }
      for (const message of ready.messages) {
        if (message.type === MessageType.MsgStorageAppend) {
          if (isEmptySnapshot(message.snapshot)) storage.append(message.entries);
        } else if (message.type === MessageType.MsgStorageApply) this.#apply(message.entries);
        else {
          send(message);
          continue;
        }
        for (const response of message.responses) {
          if (response.to === raw.id) raw.step(response);
          else send(response);
        }
      }
    }
  }

  #apply(entries: readonly Entry[]): void {
    if (entries.length > 0) this.applied = entries[entries.length - 1]!.index;
  }
}

function run(name: string, size: number, async: boolean, seconds: number): void {
  const ids = Array.from({ length: size }, (_, i) => BigInt(i + 1) * 0x1234567890abcdn);
  const nodes = ids.map((id) => new BenchNode(id, ids, async));
  const byId = new Map(nodes.map((node) => [node.raw.id, node]));
  let inbox: Message[] = [];
  const send = (message: Message): void => {
    inbox.push(message);
  };
  const settle = (): void => {
    do {
      const messages = inbox;
      inbox = [];
      for (const message of messages) byId.get(message.to)!.raw.step(message);
      for (const node of nodes) node.drain(send, async);
    } while (inbox.length > 0);
  };
  const leader = nodes[0]!;
  leader.raw.campaign();
  settle();
  const batch = (): void => {
    const entries: Entry[] = [];
    for (let i = 0; i < BATCH; i++) entries.push(newEntry(DATA));
    if (leader.raw.proposeEntries(entries) !== undefined) throw new Error("proposal dropped");
    settle();
  };
  for (let i = 0; i < 5000; i++) batch();
  const first = leader.applied;
  const start = process.hrtime.bigint();
  const end = start + BigInt(seconds * 1e9);
  let count = 0;
  while (process.hrtime.bigint() < end) {
    for (let i = 0; i < 200; i++) batch();
    count += 200;
    for (const node of nodes) node.storage.compact(node.applied - 10);
  }
  const micros = Number(process.hrtime.bigint() - start) / 1000;
  if (leader.applied - first !== count * BATCH) throw new Error("not everything was applied");
  console.log(
    `${name}: ${(micros / count).toFixed(2)} us per batch of ${BATCH}, ${((count * BATCH) / micros).toFixed(2)} M entries/s`,
  );
}

const seconds = Number(process.argv[2] ?? 2);
run("1 voter, ready/advance", 1, false, seconds);
run("1 voter, asynchronous storage writes", 1, true, seconds);
run("3 voters (all three in this process), ready/advance", 3, false, seconds);
run("3 voters (all three in this process), asynchronous storage writes", 3, true, seconds);
