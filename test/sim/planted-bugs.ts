/**
 * Ten classic bugs of servers like this one, put into the running code by the tests of the simulation and taken out again: a simulation that does not find
 * them is worth nothing. Each says which promise it breaks and under which conditions it shows.
 */
import { equalBytes, utf8 } from "../../src/base/bytes.ts";
import { RequestField } from "../../src/core/apply/raft-request.ts";
import { Lessor } from "../../src/core/lease/lessor.ts";
import { Bucket } from "../../src/core/mvcc/backend.ts";
import { Raft } from "../../src/core/raft/raft.ts";
import { answerReadIndex } from "../../src/core/raft/read-index.ts";
import { StateType } from "../../src/core/raft/state-type.ts";
import { LOCAL_APPEND_THREAD, MessageType, NONE } from "../../src/core/raft/types.ts";
import type { WatchStream } from "../../src/core/watch/watch-stream.ts";
import { WatcherState } from "../../src/core/watch/watcher.ts";
import { LeaseRevokeRequest } from "../../src/proto/generated/rpc.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import type { MemberConfig } from "../../src/server/member-config.ts";
import { BoltBackend } from "../../src/storage/bolt/backend.ts";
import { Wal } from "../../src/storage/wal/wal.ts";
import type { Fault } from "./nemesis.ts";
import type { NetworkWeather } from "./network.ts";

export interface PlantedBug {
  readonly name: string;
  /** Changes code that all members share; returns what puts it back. */
  readonly install?: () => () => void;
  /** Changes one member at the start of a life. */
  readonly plant?: (running: RunningMember) => void;
  /** Under which it shows soon. */
  readonly faults: readonly Fault[];
  readonly faultEveryMs: number;
  /** Where to begin the search: a seed that found it when this was written. It need not do so for ever. */
  readonly firstSeed: number;
  /** Seeds to try where the usual 30 are few. */
  readonly seedsMax?: number;
  readonly weather?: Partial<NetworkWeather>;
  readonly diskLatencyMs?: number;
  readonly config?: Partial<MemberConfig>;
}

/** Replaces a method of a class; returns what puts it back. */
function replace<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  make: (original: T[K]) => T[K],
): () => void {
  const original = prototype[name];
  prototype[name] = make(original);
  return () => {
    prototype[name] = original;
  };
}

const CONSISTENT_INDEX = utf8("consistent_index");

export const PLANTED_BUGS: readonly PlantedBug[] = [
  {
    name: "commit of an older term without a current entry",
    install: () =>
      replace(
        Raft.prototype,
        "maybeCommit",
        () =>
          function (this: Raft): boolean {
            const index = this.tracker.committed();
            return this.log.maybeCommit(index, this.log.termOrZero(index));
          },
      ),
    faults: ["crash", "partition", "diskStall", "weather"],
    faultEveryMs: 400,
    firstSeed: 1,
  },
  {
    name: "vote not persisted",
    plant: ({ member }) => {
      const ready = member.node.ready.bind(member.node);
      member.node.ready = () => {
        const next = ready();
        for (const message of next.messages) if (message.to === LOCAL_APPEND_THREAD) message.vote = NONE;
        return next;
      };
    },
    // Everybody stands for election all the time, and votes are late; disks are fast, so that a voter is up again before the term is over.
    faults: ["crashVoter", "crash"],
    faultEveryMs: 40,
    diskLatencyMs: 0.1,
    firstSeed: 1,
    // One seed in fifty has it.
    seedsMax: 200,
    weather: { delayMaxMs: 150 },
    config: { preVote: false, heartbeatMs: 20, electionTicks: 4, initialElectionTickAdvance: false },
  },
  {
    name: "stale read index",
    install: () =>
      replace(
        Raft.prototype,
        "step",
        (original) =>
          function (this: Raft, message) {
            if (
              message.type !== MessageType.MsgReadIndex ||
              this.state !== StateType.StateLeader ||
              !this.committedEntryInCurrentTerm()
            )
              return original.call(this, message);
            answerReadIndex(this, message, this.log.committed);
            return undefined;
          },
      ),
    faults: ["partition", "stop"],
    faultEveryMs: 1500,
    firstSeed: 7,
  },
  {
    name: "lost truncation of the log",
    install: () => {
      const lastIndexes = new WeakMap<Wal, number>();
      return replace(
        Wal.prototype,
        "save",
        (original) =>
          function (this: Wal, state, entries) {
            const last = lastIndexes.get(this) ?? 0;
            const kept = entries.filter(({ index }) => index > last);
            lastIndexes.set(this, Math.max(last, entries.at(-1)?.index ?? 0));
            return original.call(this, state, kept);
          },
      );
    },
    faults: ["partition", "crash"],
    faultEveryMs: 400,
    firstSeed: 13,
    // Restarts read it all again.
    config: { snapshotCount: 10_000, snapshotCatchupEntries: 5000 },
  },
  {
    name: "double apply after restart",
    install: () => {
      const previous = new WeakMap<BoltBackend, Uint8Array>();
      return replace(
        BoltBackend.prototype,
        "put",
        (original) =>
          function (this: BoltBackend, bucket, key, value) {
            if (bucket !== Bucket.Meta || !equalBytes(key, CONSISTENT_INDEX)) {
              original.call(this, bucket, key, value);
              return;
            }
            // Recorded one batch late.
            original.call(this, bucket, key, previous.get(this) ?? value);
            previous.set(this, value.slice());
          },
      );
    },
    faults: ["crash"],
    faultEveryMs: 500,
    firstSeed: 1,
  },
  {
    name: "lease expired by a deposed leader",
    install: () => replace(Lessor.prototype, "demote", () => function (this: Lessor): void {}),
    plant: ({ member }) => {
      let led = false;
      member.clock.setRepeating(500, () => {
        led ||= member.isLeader;
        if (!led || member.isLeader) return;
        for (const id of member.state.lessor.tick(member.clock.now()))
          member.proposer.propose(
            RequestField.LeaseRevoke,
            LeaseRevokeRequest.encode({ id }),
            member.rootCredentials(),
            {
              abandoned: false,
              settle: () => undefined,
            },
          );
      });
    },
    faults: ["transfer", "partition"],
    faultEveryMs: 1500,
    firstSeed: 2,
  },
  {
    name: "watch gap at snapshot install",
    plant: ({ member: { hub } }) => {
      const streams = new Set<WatchStream>();
      const openStream = hub.openStream.bind(hub);
      hub.openStream = (signals) => {
        const stream = openStream(signals);
        streams.add(stream);
        return stream;
      };
      const restore = hub.restore.bind(hub);
      hub.restore = () => {
        restore();
        for (const stream of streams)
          for (const watcher of stream.watchers.values())
            if (watcher.state === WatcherState.Waiting) watcher.minRevision = hub.revision + 1;
      };
    },
    faults: ["partition"],
    faultEveryMs: 1500,
    firstSeed: 1,
    config: { snapshotCount: 20, snapshotCatchupEntries: 3 },
  },
  {
    name: "log let go ahead of what is applied durably",
    install: () =>
      replace(
        BoltBackend.prototype,
        "commit",
        () =>
          function (this: BoltBackend): Promise<void> {
            return Promise.resolve();
          },
      ),
    faults: ["crash", "crashAtDisk"],
    faultEveryMs: 400,
    firstSeed: 1,
    config: { snapshotCount: 10, snapshotCatchupEntries: 3, backendBatchIntervalMs: 2000 },
  },
  {
    name: "overlapping changes of the configuration",
    install: () =>
      replace(
        Raft.prototype,
        "step",
        (original) =>
          function (this: Raft, message) {
            if (message.type === MessageType.MsgProp) this.pendingConfIndex = 0;
            return original.call(this, message);
          },
      ),
    faults: ["members", "weather"],
    faultEveryMs: 80,
    firstSeed: 12,
    config: { strictReconfigCheck: false },
  },
  {
    name: "acknowledgement before fsync",
    install: () =>
      replace(
        Wal.prototype,
        "save",
        (original) =>
          function (this: Wal, state, entries) {
            original.call(this, state, entries).catch(() => undefined);
            return Promise.resolve();
          },
      ),
    // A disk that is slow while nobody waits for it.
    faults: ["crashAll", "diskStall"],
    faultEveryMs: 400,
    firstSeed: 1,
  },
];
