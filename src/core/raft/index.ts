/** `etcd-ts/raft`: the Raft consensus algorithm as a pure state machine. See README.md in this folder. */
export {
  asConfChangeV2,
  confChangesText,
  describeConfChange,
  entersJoint,
  isConfChangeV2,
  leavesJoint,
  newConfChange,
  newConfChangeV2,
  parseConfChanges,
} from "./conf-change.ts";
export { confChangeEntry, entryConfChange } from "./conf-change-codec.ts";
export { type Config, ReadOnlyOption } from "./config.ts";
export {
  describeConfState,
  describeEntries,
  describeEntry,
  describeHardState,
  describeLeaderChange,
  describeMessage,
  describeReady,
  describeSnapshot,
  describeSoftState,
  type EntryFormatter,
} from "./describe.ts";
export { entriesSize, entrySize, payloadsSize } from "./entry-size.ts";
export { MemoryStorage } from "./memory-storage.ts";
export { entryTypeName, messageTypeName } from "./names.ts";
export * from "./raft-error.ts";
export { type RaftLogger, SILENT_RAFT_LOGGER } from "./raft-logger.ts";
export { RawNode } from "./raw-node.ts";
export type { ReadState } from "./read-only.ts";
export { mustSync, type Ready, type SoftState } from "./ready.ts";
export { StateType, stateTypeName } from "./state-type.ts";
export { type BasicStatus, type Status, statusText } from "./status.ts";
export type { InitialState, Storage } from "./storage.ts";
export { type Progress, type ProgressMap, ProgressState, progressStateName } from "./tracker/progress.ts";
export type { TrackerConfig } from "./tracker/tracker-config.ts";
export * from "./types.ts";
