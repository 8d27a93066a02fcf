/**
 * One simulated member over all its lives: the real server code of `runMember` on a simulated process, disk and, in a cluster, network.
 *
 * A life begins with {@link SimulatedNode.start} and ends with {@link SimulatedNode.kill} (power loss or kill -9), or by itself when the member
 * says that it cannot go on. The disk is what lives are connected by.
 */
import type { LogFields, Logger } from "../../src/io/logger.ts";
import type { Bcrypt } from "../../src/server/auth/password-hasher.ts";
import { type PeerNetwork, type RunningMember, runMember } from "../../src/server/embed.ts";
import type { MemberEnd } from "../../src/server/member.ts";
import { DEFAULT_MEMBER_CONFIG, type MemberConfig } from "../../src/server/member-config.ts";
import type { SimulatedClock } from "./clock.ts";
import { SimulatedDisk } from "./disk.ts";
import { ProcessClock, type ProcessClockOptions } from "./process-clock.ts";
import type { SeededRandom } from "./random.ts";

/** bcrypt takes real time and a thread pool: here a hash is the password behind a mark. */
const TOY_BCRYPT: Bcrypt = {
  name: "toy",
  hash: (password) => Promise.resolve(`toy:${password}`),
  hashSync: (password) => `toy:${password}`,
  compare: (password, hash) => Promise.resolve(hash === `toy:${password}`),
};

export interface LogLine {
  readonly atMs: number;
  readonly node: string;
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields;
}

/** The newest lines of all nodes. */
export class LogRing {
  readonly #lines: LogLine[] = [];
  readonly #linesMax: number;

  constructor(linesMax = 4000) {
    this.#linesMax = linesMax;
  }

  add(line: LogLine): void {
    this.#lines.push(line);
    if (this.#lines.length > 2 * this.#linesMax) this.#lines.splice(0, this.#linesMax);
  }

  get lines(): readonly LogLine[] {
    return this.#lines;
  }

  text(last: number): string {
    return this.#lines.slice(-last).map(lineText).join("\n");
  }
}

function lineText({ atMs, node, level, message, fields }: LogLine): string {
  const json = JSON.stringify(fields, (_key, value: unknown) => (typeof value === "bigint" ? value.toString() : value));
  return `${atMs.toFixed(2)} ${node} ${level} ${message} ${json}`;
}

class RingLogger implements Logger {
  readonly #ring: LogRing;
  readonly #world: SimulatedClock;
  readonly #node: string;
  readonly #fields: LogFields;

  constructor(ring: LogRing, world: SimulatedClock, node: string, fields: LogFields) {
    this.#ring = ring;
    this.#world = world;
    this.#node = node;
    this.#fields = fields;
  }

  debug(): void {}
  info(message: string, fields: LogFields = {}): void {
    this.#add("info", message, fields);
  }
  warn(message: string, fields: LogFields = {}): void {
    this.#add("warn", message, fields);
  }
  error(message: string, fields: LogFields = {}): void {
    this.#add("error", message, fields);
  }
  with(fields: LogFields): Logger {
    return new RingLogger(this.#ring, this.#world, this.#node, { ...this.#fields, ...fields });
  }

  #add(level: string, message: string, fields: LogFields): void {
    this.#ring.add({
      atMs: this.#world.now(),
      node: this.#node,
      level,
      message,
      fields: { ...this.#fields, ...fields },
    });
  }
}

export interface SimulatedNodeOptions {
  readonly name: string;
  readonly world: SimulatedClock;
  readonly random: SeededRandom;
  readonly log: LogRing;
  readonly config?: Partial<MemberConfig>;
  readonly tornSectors?: boolean;
  readonly diskLatencyMs?: number;
  readonly capacityBytes?: number;
}

export class SimulatedNode {
  readonly name: string;
  readonly config: MemberConfig;
  readonly #world: SimulatedClock;
  readonly #random: SeededRandom;
  readonly #log: LogRing;
  disk: SimulatedDisk;
  /** The process of the present life, or of the last one. */
  process: ProcessClock;
  /** Set while the member runs. */
  running: RunningMember | undefined;
  /** Why the last life ended by itself. */
  end: MemberEnd | undefined;
  lives: number;
  /** Time of the world when the present life began. */
  startedMs: number;
  /** Called with each member before it starts to tick. */
  onStart: ((running: RunningMember) => void) | undefined;
  onEnd: ((reason: MemberEnd) => void) | undefined;
  #next: ProcessClock | undefined;

  constructor(options: SimulatedNodeOptions) {
    const { name, world, random } = options;
    this.name = name;
    this.config = {
      ...DEFAULT_MEMBER_CONFIG,
      name,
      dataDir: "data",
      initialCluster: new Map([[name, [`http://${name}:2380`]]]),
      advertisePeerUrls: [`http://${name}:2380`],
      advertiseClientUrls: [`http://${name}:2379`],
      walSegmentBytes: 256 * 1024,
      ...options.config,
    };
    this.#world = world;
    this.#random = random;
    this.#log = options.log;
    this.process = new ProcessClock(world);
    this.disk = new SimulatedDisk({
      clock: this.process,
      random: random.fork(),
      ...(options.capacityBytes === undefined ? {} : { capacityBytes: options.capacityBytes }),
      ...(options.tornSectors === undefined ? {} : { tornSectors: options.tornSectors }),
      ...(options.diskLatencyMs === undefined ? {} : { latencyMs: options.diskLatencyMs }),
    });
    this.running = undefined;
    this.end = undefined;
    this.lives = 0;
    this.startedMs = 0;
    this.onStart = undefined;
    this.onEnd = undefined;
    this.#next = undefined;
  }

  get alive(): boolean {
    return this.process.alive && this.running !== undefined && this.end === undefined;
  }

  get logger(): Logger {
    return new RingLogger(this.#log, this.#world, this.name, {});
  }

  /** Starts the process. Rejects with what the member says when it refuses to start; never settles when it is killed before. */
  async start(
    options: { peers?: PeerNetwork | undefined; config?: Partial<MemberConfig> } = {},
  ): Promise<RunningMember> {
    if (this.lives > 0 && this.process.alive) throw new Error(`${this.name} runs already`);
    // After a crash the disk was made with the clock of the life to come.
    const process = this.#next ?? this.process;
    this.#next = undefined;
    this.process = process;
    this.lives++;
    this.startedMs = this.#world.now();
    this.end = undefined;
    const running = await runMember(
      { ...this.config, ...options.config },
      { clock: process, random: this.#random.fork(), fileSystem: this.disk, logger: this.logger },
      {
        peers: options.peers,
        bcrypt: TOY_BCRYPT,
        onEnd: (reason) => {
          if (!process.alive) return;
          this.end = reason;
          this.onEnd?.(reason);
        },
      },
    );
    // In the order of the real server: nobody reaches the member before it has compared itself with the others.
    if (running.isRestarted && this.config.features.has("InitialCorruptCheck")) await running.corruption.initialCheck();
    if (!process.alive) return new Promise(() => undefined);
    this.running = running;
    this.onStart?.(running);
    running.member.start();
    running.corruption.start();
    return running;
  }

  /** A peer refused this member because it is no part of the cluster any more. */
  removedByPeers(): void {
    if (this.end !== undefined) return;
    this.end = { kind: "removed" };
    this.onEnd?.(this.end);
  }

  /** The process is gone at once; with power loss only what was synced is sure to be on the disk of the next life. */
  kill(options: { readonly powerLoss?: boolean; readonly clock?: ProcessClockOptions } = {}): void {
    this.process.kill();
    this.running = undefined;
    const process = new ProcessClock(this.#world, options.clock ?? {});
    this.#next = process;
    this.disk = this.disk.crash({ powerLoss: options.powerLoss ?? true, clock: process });
  }

  /** Stops the member gracefully; afterwards the process is gone, and the disk keeps everything. */
  async stop(): Promise<void> {
    await this.running?.stop();
    this.kill({ powerLoss: false });
  }
}
