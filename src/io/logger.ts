/** Structured log in zap's shape. Implementations: `cli/log` (zap JSON or console lines), tests (collect), simulation (trace). */
export interface Logger {
  /** What only helps to find mistakes. */
  debug(message: string, fields?: LogFields): void;
  /** What happens in normal work. */
  info(message: string, fields?: LogFields): void;
  /** What should be looked at. */
  warn(message: string, fields?: LogFields): void;
  /** What went wrong. */
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

/** bigint values print as decimal numbers; durations are given as text in Go's form by the caller. */
export type LogFields = Readonly<Record<string, LogValue>>;
/** What a field of a log line can hold. */
export type LogValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | undefined
  | readonly LogValue[]
  | { readonly [key: string]: LogValue };

/** Drops everything. */
export const SILENT_LOGGER: Logger = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  with: () => SILENT_LOGGER,
};
