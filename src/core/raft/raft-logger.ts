/**
 * Where raft's log lines go. The lines are in etcd raft's wording, IDs in hexadecimal; no line is built on the paths that
 * a healthy group takes for every batch. A structured logger with the same four methods fits as it is.
 */
export interface RaftLogger {
  debug(message: string): void;
  info(message: string): void;
  warn(message: string): void;
  error(message: string): void;
}

/** Drops every line. */
export const SILENT_RAFT_LOGGER: RaftLogger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
};
