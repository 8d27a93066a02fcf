/**
 * Errors of calls, worded as clientv3 words them: etcd's own refusals by their text alone, a deadline as Go's context, the rest as grpc-go prints
 * a status. Source of behaviour: client/v3 (ContextError), api/v3rpc/rpctypes.
 */
import { ETCD_ERRORS, type EtcdErrorName } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcError } from "../../net/transport/grpc-channel.ts";

export class ClientError extends Error {
  override readonly name = "ClientError";
  readonly code: GrpcCode;
  /** Which of etcd's refusals, when it is one that clients know. */
  readonly kind: EtcdErrorName | undefined;

  constructor(message: string, code: GrpcCode, kind: EtcdErrorName | undefined, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.kind = kind;
  }
}

/** Refusals that servers send with code Unknown and clients know all the same. */
const KNOWN_UNKNOWN: ReadonlySet<string> = new Set([
  "RequestTooManyRequests",
  "TooManyRequests",
  "MemberNotEnoughStarted",
]);
/** Not in the client's table: shown as a status. */
const UNKNOWN_TO_CLIENTS: ReadonlySet<string> = new Set([
  "Canceled",
  "DeadlineExceeded",
  "TimeoutWaitAppliedIndex",
  "PermissionNotGiven",
]);

let kindByMessage: Map<string, EtcdErrorName> | undefined;

function kindOf(message: string): EtcdErrorName | undefined {
  if (kindByMessage === undefined) {
    kindByMessage = new Map();
    for (const [name, row] of Object.entries(ETCD_ERRORS)) {
      if (row.code === GrpcCode.Unknown && !KNOWN_UNKNOWN.has(name)) continue;
      if (!UNKNOWN_TO_CLIENTS.has(name)) kindByMessage.set(row.message, name as EtcdErrorName);
    }
  }
  return kindByMessage.get(message);
}

/** The error of a failed call. `deadlinePassed`: the caller's own deadline, which then is the reason. */
export function clientError(error: GrpcError, deadlinePassed: boolean): ClientError {
  const kind = kindOf(error.details);
  if (kind !== undefined) return new ClientError(error.details, error.code, kind, error);
  if (error.code === GrpcCode.DeadlineExceeded && deadlinePassed) return deadlineExceeded();
  return new ClientError(error.message, error.code, undefined, error);
}

export function deadlineExceeded(): ClientError {
  return new ClientError("context deadline exceeded", GrpcCode.DeadlineExceeded, undefined);
}

export function isKind(error: unknown, kind: EtcdErrorName): boolean {
  return error instanceof ClientError && error.kind === kind;
}
