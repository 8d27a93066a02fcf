/**
 * The network between simulated members: packets that are lost, sent twice, delayed, reordered and cut off, in one direction or both. Members share
 * nothing: every message crosses as the bytes of the raftpb codec, databases of snapshots as copied pieces.
 *
 * What a real transport does is kept: messages to members it does not know are dropped, unless they connected before (they say where they are);
 * those of removed members are refused, a lost connection is reported to raft as unreachable, and the receiver of a snapshot stores the database before it sees the message.
 */
import { etcdError } from "../../src/base/etcd-error.ts";
import { type Message, Message as MessageCodec, MessageType } from "../../src/core/raft/types.ts";
import { SERVER_VERSION_TEXT } from "../../src/core/version/server-version.ts";
import { LeaseTimeToLiveRequest } from "../../src/proto/generated/rpc.ts";
import { BootstrapError, type ExistingCluster } from "../../src/server/bootstrap.ts";
import { type PeerNetwork, type RunningMember, versionsOf } from "../../src/server/embed.ts";
import type { Member } from "../../src/server/member.ts";
import type { MemberConfig } from "../../src/server/member-config.ts";
import type { PeerRequests, PeerTransport } from "../../src/server/peer-transport.ts";
import type { SimulatedClock } from "./clock.ts";
import type { SimulatedNode } from "./node.ts";
import type { ProcessClock } from "./process-clock.ts";
import type { SeededRandom } from "./random.ts";

/** How bad the network is now. Changed while it runs. */
export interface NetworkWeather {
  /** Probabilities per packet. */
  loss: number;
  duplication: number;
  /** Packets take between these, milliseconds; a few take ten times as long. */
  delayMinMs: number;
  delayMaxMs: number;
  /** False: packets of one link arrive in the order they were sent, as on a connection. */
  reorder: boolean;
}

const REQUEST_TIMEOUT_MS = 5000;
const SNAPSHOT_POLL_MS = 20;

export class SimulatedNetwork {
  readonly weather: NetworkWeather;
  readonly world: SimulatedClock;
  readonly #random: SeededRandom;
  /** By peer URL. */
  readonly #nodes: Map<string, SimulatedNode>;
  /** Directed links that carry nothing: "from>to". */
  readonly #blocked: Set<string>;
  /** Time of the world at which a link last came back. */
  readonly #healedMs: Map<string, number>;
  readonly #lastArrivalMs: Map<string, number>;
  /** Transports of the newest lives. */
  readonly #peers: Map<SimulatedNode, SimulatedPeers>;
  /** Told when a member is sending its vote for another one. */
  onVote: ((voter: SimulatedNode) => void) | undefined;
  /** Packets and bytes that were sent. */
  packets: number;
  bytes: number;

  constructor(world: SimulatedClock, random: SeededRandom) {
    this.world = world;
    this.#random = random;
    this.weather = { loss: 0, duplication: 0, delayMinMs: 0.1, delayMaxMs: 2, reorder: true };
    this.#nodes = new Map();
    this.#blocked = new Set();
    this.#healedMs = new Map();
    this.#lastArrivalMs = new Map();
    this.#peers = new Map();
    this.onVote = undefined;
    this.packets = 0;
    this.bytes = 0;
  }

  add(node: SimulatedNode): void {
    for (const url of node.config.advertisePeerUrls) this.#nodes.set(url, node);
  }

  nodeAt(urls: readonly string[]): SimulatedNode | undefined {
    for (const url of urls) {
      const node = this.#nodes.get(url);
      if (node !== undefined) return node;
    }
    return undefined;
  }

  block(from: string, to: string): void {
    this.#blocked.add(`${from}>${to}`);
  }

  /** A member connects to another one and says where it is itself. */
  introduce(to: SimulatedNode, id: bigint, urls: readonly string[]): void {
    this.#peers.get(to)?.learn(id, urls);
  }

  healAll(): void {
    for (const link of this.#blocked) this.#healedMs.set(link, this.world.now());
    this.#blocked.clear();
  }

  isOpen(from: string, to: string): boolean {
    return !this.#blocked.has(`${from}>${to}`);
  }

  /** Since when both directions have been open, time of the world. */
  openSinceMs(a: string, b: string): number | undefined {
    if (!this.isOpen(a, b) || !this.isOpen(b, a)) return undefined;
    return Math.max(this.#healedMs.get(`${a}>${b}`) ?? 0, this.#healedMs.get(`${b}>${a}`) ?? 0);
  }

  /** Brings `deliver` to the other end, or not, or, if it may be, twice. `lost` is called when the sender may notice. */
  carry(
    from: string,
    to: string,
    bytes: number,
    deliver: () => void,
    options: { readonly lost?: () => void; readonly once?: boolean } = {},
  ): void {
    const { lost, once = true } = options;
    const { weather } = this;
    this.packets++;
    this.bytes += bytes;
    const random = this.#random;
    if (!this.isOpen(from, to) || random.chance(weather.loss)) {
      if (lost !== undefined && random.chance(0.3)) this.world.setTimer(random.integer(50), lost);
      return;
    }
    const copies = random.chance(weather.duplication) && !once ? 2 : 1;
    for (let i = 0; i < copies; i++) {
      const spread = weather.delayMaxMs - weather.delayMinMs;
      let delay = weather.delayMinMs + (random.integer(1000) / 1000) * spread;
      if (random.chance(0.01)) delay *= 10;
      const link = `${from}>${to}`;
      let at = this.world.now() + delay;
      if (!weather.reorder) at = Math.max(at, this.#lastArrivalMs.get(link) ?? 0);
      this.#lastArrivalMs.set(link, at);
      this.world.setTimer(at - this.world.now(), () => {
        // Cut while it was on its way.
        if (this.isOpen(from, to)) deliver();
      });
    }
  }

  delayMs(): number {
    return this.weather.delayMinMs + this.#random.integer(Math.ceil(this.weather.delayMaxMs) + 1);
  }

  /** The network as one life of a node sees it. */
  peersOf(node: SimulatedNode): PeerNetwork {
    const requests = new SimulatedRequests(this, node);
    return {
      connect: (member) => {
        const peers = new SimulatedPeers(this, node, member);
        this.#peers.set(node, peers);
        return peers;
      },
      requests,
      joinExisting: (config) => requests.joinExisting(config),
    };
  }
}

class SimulatedPeers implements PeerTransport {
  readonly #network: SimulatedNetwork;
  readonly #node: SimulatedNode;
  readonly #process: ProcessClock;
  readonly #member: Member;
  readonly #urls: Map<bigint, readonly string[]>;
  /** Members that connected and that this one does not know (yet). */
  readonly #remotes: Map<bigint, readonly string[]>;
  readonly #startMs: number;

  constructor(network: SimulatedNetwork, node: SimulatedNode, member: Member) {
    this.#network = network;
    this.#node = node;
    this.#process = node.process;
    this.#member = member;
    this.#urls = new Map();
    this.#remotes = new Map();
    this.#startMs = network.world.now();
  }

  send(messages: readonly Message[]): void {
    if (!this.#process.alive) return;
    const byTarget = new Map<bigint, Message[]>();
    for (const message of messages) {
      if (message.type === MessageType.MsgVoteResp && !message.reject) this.#network.onVote?.(this.#node);
      const known = byTarget.get(message.to);
      if (known === undefined) byTarget.set(message.to, [message]);
      else known.push(message);
    }
    for (const [to, together] of byTarget) {
      const target = this.#target(to);
      if (target === undefined) continue;
      const packet = together.map((message) => MessageCodec.encode(message));
      const size = packet.reduce((sum, bytes) => sum + bytes.length, 0);
      const lost = (): void => {
        if (this.#process.alive) this.#member.reportUnreachable(to);
      };
      // A proposal that comes twice is applied twice: connections do not do that, and raft does not guard against it.
      const once = together.some(({ type }) => type === MessageType.MsgProp);
      this.#network.carry(this.#node.name, target.name, size, () => this.#deliver(target, packet), { lost, once });
    }
  }

  #deliver(target: SimulatedNode, packet: readonly Uint8Array[]): void {
    const { running, process } = target;
    if (running === undefined || !process.alive) return;
    const { cluster } = running.member.state;
    if (cluster.isRemoved(this.#member.memberId)) {
      this.#network.carry(target.name, this.#node.name, 0, () => {
        if (this.#process.alive) this.#node.removedByPeers();
      });
      return;
    }
    this.#network.introduce(target, this.#member.memberId, this.#node.config.advertisePeerUrls);
    for (const bytes of packet) {
      const message = MessageCodec.decode(bytes.slice());
      if (process.stopped) process.nextTurn(() => running.member.step(message));
      else running.member.step(message);
    }
  }

  learn(id: bigint, urls: readonly string[]): void {
    this.#remotes.set(id, urls);
  }

  #target(id: bigint): SimulatedNode | undefined {
    const urls = this.#urls.get(id) ?? this.#remotes.get(id);
    return urls === undefined ? undefined : this.#network.nodeAt(urls);
  }

  async sendSnapshot(
    message: Message,
    database: { readonly totalBytes: number; readonly pieces: AsyncIterable<Uint8Array> },
  ): Promise<boolean> {
    const target = this.#target(message.to);
    const running = target?.running;
    if (target === undefined || running === undefined) return false;
    const network = this.#network;
    const { world } = network;
    const life = target.process;
    const bytes = MessageCodec.encode(message);
    const channel = new Pieces();
    // Whichever end goes away or is cut off, the other sees the connection break.
    const isUp = (): boolean =>
      this.#process.alive && life.alive && network.isOpen(this.#node.name, target.name) && target.end === undefined;
    const watch = world.setRepeating(SNAPSHOT_POLL_MS, () => {
      if (!isUp()) {
        watch.cancel();
        channel.fail(new Error("the connection broke"));
      }
    });
    let stored: boolean | undefined;
    running.member.snapshotFiles.files.saveDatabase(message.snapshot!.metadata!.index, channel).then(
      () => {
        stored = true;
      },
      () => {
        stored = false;
      },
    );
    try {
      for await (const piece of database.pieces) {
        if (!isUp() || stored === false) return false;
        channel.push(piece.slice());
        await sleepOn(this.#process, network.delayMs());
      }
      channel.end();
      while (stored === undefined && isUp()) await sleepOn(this.#process, SNAPSHOT_POLL_MS);
      if (stored !== true || !isUp()) return false;
      this.#deliver(target, [bytes]);
      // The answer may get lost: the sender then believes that it failed.
      return network.isOpen(target.name, this.#node.name);
    } finally {
      watch.cancel();
      channel.fail(new Error("the sender gave up"));
    }
  }

  addPeer(id: bigint, urls: readonly string[]): void {
    this.#urls.set(id, urls);
  }
  removePeer(id: bigint): void {
    this.#urls.delete(id);
  }
  updatePeer(id: bigint, urls: readonly string[]): void {
    this.#urls.set(id, urls);
  }
  removeAllPeers(): void {
    this.#urls.clear();
  }

  activeSinceMs(id: bigint): number | undefined {
    const target = this.#target(id);
    if (target === undefined || !target.alive) return undefined;
    const open = this.#network.openSinceMs(this.#node.name, target.name);
    if (open === undefined) return undefined;
    const sinceMs = Math.max(open, this.#startMs, target.startedMs);
    return this.#process.now() - (this.#network.world.now() - sinceMs);
  }

  stop(): Promise<void> {
    this.#urls.clear();
    return Promise.resolve();
  }
}

function sleepOn(clock: ProcessClock, ms: number): Promise<void> {
  return new Promise((resolve) => clock.setTimer(ms, resolve));
}

/** Pieces of a database on their way to the receiver. */
class Pieces implements AsyncIterable<Uint8Array> {
  readonly #queue: Uint8Array[] = [];
  #ended = false;
  #error: Error | undefined = undefined;
  #wake: (() => void) | undefined = undefined;

  push(piece: Uint8Array): void {
    this.#queue.push(piece);
    this.#wake?.();
  }
  end(): void {
    this.#ended = true;
    this.#wake?.();
  }
  fail(error: Error): void {
    this.#error = error;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const piece = this.#queue.shift();
      if (piece !== undefined) {
        yield piece;
        continue;
      }
      if (this.#ended) return;
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

class SimulatedRequests implements PeerRequests {
  readonly #network: SimulatedNetwork;
  readonly #node: SimulatedNode;

  constructor(network: SimulatedNetwork, node: SimulatedNode) {
    this.#network = network;
    this.#node = node;
  }

  renewLease(peerUrls: readonly string[], id: bigint): Promise<number> {
    return this.#ask(peerUrls, ({ member, leases }) => {
      if (!member.isLeader) throw etcdError("NotPrimaryLessor");
      return leases.renew(id, undefined);
    });
  }

  leaseTimeToLive(peerUrls: readonly string[], id: bigint, keys: boolean): ReturnType<PeerRequests["leaseTimeToLive"]> {
    return this.#ask(peerUrls, ({ member, leases }) => {
      if (!member.isLeader) throw etcdError("NotPrimaryLessor");
      return leases.timeToLiveHere(LeaseTimeToLiveRequest.create({ id, keys }));
    });
  }

  promoteMember(peerUrls: readonly string[], id: bigint): Promise<void> {
    return this.#ask(peerUrls, async ({ cluster }) => {
      await cluster.promoteMember(id, undefined);
    });
  }

  hashKv(peerUrls: readonly string[], clusterId: bigint, revision: number): ReturnType<PeerRequests["hashKv"]> {
    return this.#ask(peerUrls, ({ member, maintenance }) => {
      if (member.clusterId !== clusterId) throw etcdError("ClusterIDMismatch");
      return maintenance.hashKv(revision);
    });
  }

  async versions(peerUrls: readonly string[]): Promise<Awaited<ReturnType<PeerRequests["versions"]>>> {
    try {
      return await this.#ask(peerUrls, async (running) => {
        const versions = versionsOf(running.member);
        return { server: SERVER_VERSION_TEXT, cluster: versions.clusterVersion() ?? "not_decided" };
      });
    } catch {
      return undefined;
    }
  }

  async joinExisting(config: MemberConfig): Promise<ExistingCluster> {
    const others = [...config.initialCluster].filter(([name]) => name !== config.name);
    for (let round = 0; round < 50; round++) {
      for (const [, urls] of others) {
        try {
          const { clusterId, members } = await this.#ask(urls, ({ member }) =>
            Promise.resolve({ clusterId: member.clusterId, members: member.state.cluster.members() }),
          );
          const self = members.find((each) => each.peerURLs.join() === config.advertisePeerUrls.join());
          if (self !== undefined) return { clusterId, members, localId: self.id };
        } catch {
          // The next one may answer.
        }
      }
      await sleepOn(this.#node.process, 200);
    }
    throw new BootstrapError("no member of the cluster answered");
  }

  #ask<T>(peerUrls: readonly string[], answer: (running: RunningMember) => Promise<T>): Promise<T> {
    const target = this.#network.nodeAt(peerUrls);
    // Of the life that asks: this object is made before it begins.
    const { name: here, process } = this.#node;
    return new Promise((resolve, reject) => {
      const timer = process.setTimer(REQUEST_TIMEOUT_MS, () => reject(new Error("no answer")));
      if (target === undefined) return;
      this.#network.carry(here, target.name, 0, () => {
        const { running } = target;
        if (running === undefined || !target.process.alive) {
          const refused = (): void => {
            if (!process.alive) return;
            timer.cancel();
            reject(new Error("connection refused"));
          };
          this.#network.carry(target.name, here, 0, refused);
          return;
        }
        const reply = (settle: () => void): void =>
          this.#network.carry(target.name, here, 0, () => {
            if (!process.alive) return;
            timer.cancel();
            settle();
          });
        target.process.nextTurn(() => {
          Promise.resolve()
            .then(() => answer(running))
            .then(
              (value) => reply(() => resolve(value)),
              (error: unknown) => reply(() => reject(error)),
            );
        });
      });
    });
  }
}
