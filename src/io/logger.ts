/** Structured log in zap's shape. Implementations: `cli/log` (zap JSON or console lines), tests (collect), simulation (trace). */
export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** A logger that adds these fields to each line. */
  with(fields: LogFields): Logger;
}

/** bigint values print as decimal numbers; durations are given as text in Go's form by the caller. */
export type LogFields = Readonly<Record<string, LogValue>>;
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
