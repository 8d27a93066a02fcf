/**
 * A watch of all keys that outlives members: when its member goes away it resumes on another one behind the last revision it knows. What it is sent must be
 * every change, once, in order, all of one revision together, and nothing else; a progress notice promises that nothing before it is missing.
 */
import { concatBytes, latin1 } from "../../src/base/bytes.ts";
import { END_OF_KEYS } from "../../src/core/watch/interval-tree.ts";
import { responseParts } from "../../src/core/watch/response-bytes.ts";
import type { WatchSignals, WatchStream } from "../../src/core/watch/watch-stream.ts";
import { EventType } from "../../src/proto/generated/kv.ts";
import { WatchResponse } from "../../src/proto/generated/rpc.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import type { ClientWorld } from "./kv-client.ts";
import type { SimulatedNode } from "./node.ts";
import type { SeededRandom } from "./random.ts";
import type { Change } from "./revision-log.ts";

export class WatchClient implements WatchSignals {
  readonly #name: string;
  readonly #shared: ClientWorld;
  readonly #random: SeededRandom;
  /** Everything before it was delivered. */
  nextRevision: number;
  delivered: number;
  resumes: number;
  #node: SimulatedNode | undefined;
  #running: RunningMember | undefined;
  #stream: WatchStream | undefined;
  #stopped: boolean;

  constructor(name: string, shared: ClientWorld, random: SeededRandom) {
    this.#name = name;
    this.#shared = shared;
    this.#random = random;
    this.nextRevision = 2;
    this.delivered = 0;
    this.resumes = 0;
    this.#node = undefined;
    this.#running = undefined;
    this.#stream = undefined;
    this.#stopped = false;
  }

  start(): void {
    this.#watchOver();
  }

  stop(): void {
    this.#stopped = true;
    this.#leave();
  }

  /** Notices when the member is gone; changes it now and then; asks for progress. */
  #watchOver(): void {
    if (this.#stopped) return;
    const random = this.#random;
    this.#shared.world.setTimer(100 + random.integer(200), () => {
      if (this.#stopped) return;
      const gone = this.#node === undefined || !this.#node.alive || this.#node.running !== this.#running;
      if (gone || random.chance(0.02)) this.#resume();
      else if (random.chance(0.2)) this.#running!.member.hub.requestProgress(this.#stream!);
      this.#watchOver();
    });
  }

  #leave(): void {
    if (this.#stream !== undefined && this.#node?.alive === true && this.#node.running === this.#running)
      this.#running!.member.hub.closeStream(this.#stream);
    this.#stream = undefined;
    this.#running = undefined;
    this.#node = undefined;
  }

  #resume(): void {
    this.#leave();
    const nodes = this.#shared.nodes().filter((node) => node.alive);
    if (nodes.length === 0) return;
    this.resumes++;
    const node = nodes[this.#random.integer(nodes.length)]!;
    const running = node.running!;
    const { hub } = running.member;
    this.#node = node;
    this.#running = running;
    this.#stream = hub.openStream(this);
    hub.create(this.#stream, {
      key: "\0",
      end: END_OF_KEYS,
      startRevision: this.nextRevision,
      watchId: 0,
      progressNotify: false,
      noPut: false,
      noDelete: false,
      prevKv: this.#random.chance(0.5),
      fragment: false,
    });
  }

  streamReady(stream: WatchStream): void {
    const running = this.#running;
    this.#node?.process.nextTurn(() => {
      if (running !== undefined) this.#drain(running, stream);
    });
  }

  catchUpReady(): void {
    this.#running?.watches.scheduleCatchUp();
  }

  #drain(running: RunningMember, stream: WatchStream): void {
    const { hub } = running.member;
    while (stream === this.#stream) {
      const response = hub.take(stream);
      if (response === undefined) return;
      const header = running.watches.headerField(response.headerRevision);
      this.#received(WatchResponse.decode(concatBytes(responseParts(response, header))));
    }
  }

  #received({ header, events, canceled, compactRevision, watchId }: WatchResponse): void {
    const { findings, revisions } = this.#shared;
    if (canceled) {
      findings.check(
        compactRevision > this.nextRevision,
        () => `${this.#name}: cancelled at ${this.nextRevision} with compact revision ${compactRevision}`,
      );
      // What was compacted is gone; a real client reads the state and goes on behind it.
      this.nextRevision = Math.max(this.nextRevision, compactRevision + 1);
      this.#leave();
      return;
    }
    const { revision } = header!;
    if (events.length === 0) {
      if (watchId !== -1) return;
      this.#expect([], revision, `progress at ${revision}`);
      this.nextRevision = Math.max(this.nextRevision, revision + 1);
      return;
    }
    const last = events.at(-1)!.kv!.modRevision;
    findings.check(last <= revisions.newest, () => `${this.#name}: an event of revision ${last}, which nobody made`);
    const received = events.map(
      ({ type, kv, prevKv }): ReceivedEvent => ({
        key: latin1(kv!.key),
        revision: kv!.modRevision,
        isDelete: type === EventType.DELETE,
        previous: prevKv?.modRevision,
      }),
    );
    this.#expect(received, last, "events");
    for (const event of received) {
      if (event.previous === undefined) continue;
      findings.check(event.previous < event.revision, () => `${this.#name}: prev_kv of ${event.key} is not older`);
    }
    this.delivered += events.length;
    this.nextRevision = Math.max(this.nextRevision, last + 1);
  }

  #expect(received: readonly ReceivedEvent[], to: number, what: string): void {
    const { findings, revisions } = this.#shared;
    const expected = revisions.changesOf("", this.nextRevision, to);
    const text = (events: readonly (ReceivedEvent | Change)[]): string =>
      events.map(({ key, revision, isDelete }) => `${isDelete ? "-" : "+"}${key}@${revision}`).join(" ");
    findings.check(
      text(received) === text(expected),
      () =>
        `${this.#name}: ${what} from ${this.nextRevision} to ${to} on ${this.#node?.name}: got [${text(received)}], there are [${text(expected)}]`,
    );
  }
}

interface ReceivedEvent {
  readonly key: string;
  readonly revision: number;
  readonly isDelete: boolean;
  readonly previous: number | undefined;
}
