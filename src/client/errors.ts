/**
 * What a call of the client can fail with: one class, told apart by `kind`. etcd's refusals keep the names of etcd's own error table
 * ("Compacted", "LeaseNotFound", "PermissionDenied", ...), what happens on this side has kinds of its own.
 */
import { ETCD_ERRORS, type EtcdErrorName } from "../base/etcd-error.ts";
import { GrpcCode } from "../base/grpc-code.ts";
import type { CallStatus } from "../net/transport/grpc-client-call.ts";

/**
 * - `NotConnected`: no endpoint could be reached; the call was not sent.
 * - `ConnectionLost`: the connection broke while the call was open: a write may have taken effect or not.
 * - `Aborted`: the caller's AbortSignal fired.
 * - `CallTimeout`: the call's timeout passed (`DeadlineExceeded` is the server's word for the same).
 * - `ClientClosed`: the client was closed.
 * - `LeaseLost`: the lease that something depends on has expired or was revoked.
 * - `Locked`: a lock is held by somebody else and the caller did not want to wait.
 * - `Conflict`: a transaction of the STM did not get through in the allowed number of attempts.
 * - `ProposalDropped`: the member had no leader to give the write to, or was handing its own office over. Writes are made again by themselves.
 * - `Other`: an error of the server that etcd's table does not name; see `code` and the message.
 */
export type ClientErrorKind =
  | "NotConnected"
  | "ConnectionLost"
  | "Aborted"
  | "CallTimeout"
  | "ClientClosed"
  | "LeaseLost"
  | "Locked"
  | "Conflict"
  | "ProposalDropped"
  | "Other";

/** What an error is told apart by. */
export type ErrorKind = EtcdErrorName | ClientErrorKind;

/** What an error knows besides its kind and code. */
export interface EtcdErrorOptions {
  /** The server has certainly not acted on the call. */
  readonly unprocessed?: boolean;
  readonly cause?: unknown;
}

/** Every rejection of the client. Decide by `kind`, never by the text. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
  readonly kind: ErrorKind;
  /** The gRPC status code. */
  readonly code: GrpcCode;
  /** True when the server has certainly not acted on the call: it may be made again without harm. */
  readonly unprocessed: boolean;

  constructor(kind: ErrorKind, code: GrpcCode, message: string, options: EtcdErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.kind = kind;
    this.code = code;
    this.unprocessed = options.unprocessed ?? false;
  }
}

/** A watch cannot go on from where it was: the revisions up to `compactRevision` are gone. */
export class WatchCompactedError extends EtcdError {
  /** The oldest revision that can still be watched. */
  readonly compactRevision: number;

  constructor(compactRevision: number) {
    super("Compacted", GrpcCode.OutOfRange, ETCD_ERRORS.Compacted.message, { unprocessed: true });
    this.compactRevision = compactRevision;
  }
}

// etcd's protocol tells its errors apart by their text alone (clientv3 rpctypes does the same).
const KIND_BY_TEXT: ReadonlyMap<string, EtcdErrorName> = new Map(
  Object.entries(ETCD_ERRORS).map(([kind, { message }]) => [message, kind as EtcdErrorName]),
);

// Not one of etcd's own errors but of its raft package, passed on as it is: the proposal never came into the log.
const PROPOSAL_DROPPED = "raft proposal dropped";

/** The error of a call that ended with a status other than OK. */
export function errorOfStatus(status: CallStatus): EtcdError {
  const { code, message, unprocessed } = status;
  const options = { unprocessed };
  const known = KIND_BY_TEXT.get(message);
  if (known !== undefined) return new EtcdError(known, code, message, options);
  if (message === PROPOSAL_DROPPED) return new EtcdError("ProposalDropped", code, message, { unprocessed: true });
  // Without trailers it was not the server who ended the call.
  const isLocal = status.trailers.length === 0;
  if (code === GrpcCode.DeadlineExceeded && isLocal) return new EtcdError("CallTimeout", code, message, options);
  if (code === GrpcCode.Unavailable && isLocal)
    return new EtcdError(unprocessed ? "NotConnected" : "ConnectionLost", code, message, options);
  return new EtcdError("Other", code, message, options);
}

/** A refusal that came as text (cancel_reason of a watch). */
export function errorOfText(reason: string): EtcdError {
  // Some reasons carry the form in which Go prints an error of gRPC.
  const text = reason.replace(/^rpc error: code = \w+ desc = /, "");
  const kind = KIND_BY_TEXT.get(text) ?? KIND_BY_TEXT.get(`etcdserver: ${text}`);
  if (kind !== undefined) return new EtcdError(kind, ETCD_ERRORS[kind].code, text);
  return new EtcdError("Other", GrpcCode.Unknown, text);
}

export function abortedError(signal: AbortSignal): EtcdError {
  return new EtcdError("Aborted", GrpcCode.Canceled, "the call was aborted", { cause: signal.reason });
}

export function closedError(): EtcdError {
  return new EtcdError("ClientClosed", GrpcCode.Canceled, "the client is closed", { unprocessed: true });
}

/** The same, whatever was thrown. */
export function asEtcdError(error: unknown): EtcdError {
  if (error instanceof EtcdError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new EtcdError("Other", GrpcCode.Unknown, message, { cause: error });
}
