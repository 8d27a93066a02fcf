/**
 * Expected refusals: etcd's own texts and gRPC codes. Clients map errors by their text (clientv3 rpctypes), so both are contract.
 * Two texts reach the wire with code Unknown although clients know them under another code (see COMPAT.md, "error codes").
 */
import { GrpcCode } from "./grpc-code.ts";

export type EtcdErrorName =
  | "EmptyKey"
  | "KeyNotFound"
  | "ValueProvided"
  | "LeaseProvided"
  | "TooManyOps"
  | "DuplicateKey"
  | "InvalidClientAPIVersion"
  | "InvalidSortOption"
  | "Compacted"
  | "FutureRev"
  | "NoSpace"
  | "LeaseNotFound"
  | "LeaseExist"
  | "LeaseTTLTooLarge"
  | "WatchCanceled"
  | "MemberExist"
  | "PeerURLExist"
  | "MemberNotEnoughStarted"
  | "MemberBadURLs"
  | "MemberNotFound"
  | "MemberNotLearner"
  | "LearnerNotReady"
  | "TooManyLearners"
  | "ClusterIDMismatch"
  | "RequestTooLarge"
  | "RequestTooManyRequests"
  | "RootUserNotExist"
  | "RootRoleNotExist"
  | "UserAlreadyExist"
  | "UserEmpty"
  | "UserNotFound"
  | "RoleAlreadyExist"
  | "RoleNotFound"
  | "RoleEmpty"
  | "AuthFailed"
  | "PermissionNotGiven"
  | "PermissionDenied"
  | "RoleNotGranted"
  | "PermissionNotGranted"
  | "AuthNotEnabled"
  | "InvalidAuthToken"
  | "InvalidAuthMgmt"
  | "AuthOldRevision"
  | "NoLeader"
  | "NotLeader"
  | "LeaderChanged"
  | "NotCapable"
  | "Stopped"
  | "Timeout"
  | "TimeoutDueToLeaderFail"
  | "TimeoutDueToConnectionLost"
  | "TimeoutWaitAppliedIndex"
  | "Unhealthy"
  | "Corrupt"
  | "NotSupportedForLearner"
  | "BadLeaderTransferee"
  | "WrongDowngradeVersionFormat"
  | "InvalidDowngradeTargetVersion"
  | "ClusterVersionUnavailable"
  | "DowngradeInProcess"
  | "NoInflightDowngrade"
  | "Canceled"
  | "DeadlineExceeded"
  | "AuthNoPasswordUser"
  | "NotPrimaryLessor"
  | "TimeoutLeaderTransfer"
  | "UnknownMethod"
  | "ElectionNoLeader"
  | "ElectionMissingLeaderKey";

interface ErrorRow {
  readonly code: GrpcCode;
  readonly message: string;
}

const row = (code: GrpcCode, message: string): ErrorRow => ({ code, message });

/** Every error that etcd 3.7 names; the key is the name in etcd's vocabulary. */
export const ETCD_ERRORS: Readonly<Record<EtcdErrorName, ErrorRow>> = {
  EmptyKey: row(GrpcCode.InvalidArgument, "etcdserver: key is not provided"),
  KeyNotFound: row(GrpcCode.InvalidArgument, "etcdserver: key not found"),
  ValueProvided: row(GrpcCode.InvalidArgument, "etcdserver: value is provided"),
  LeaseProvided: row(GrpcCode.InvalidArgument, "etcdserver: lease is provided"),
  TooManyOps: row(GrpcCode.InvalidArgument, "etcdserver: too many operations in txn request"),
  DuplicateKey: row(GrpcCode.InvalidArgument, "etcdserver: duplicate key given in txn request"),
  InvalidClientAPIVersion: row(GrpcCode.InvalidArgument, "etcdserver: invalid client api version"),
  InvalidSortOption: row(GrpcCode.InvalidArgument, "etcdserver: invalid sort option"),
  Compacted: row(GrpcCode.OutOfRange, "etcdserver: mvcc: required revision has been compacted"),
  FutureRev: row(GrpcCode.OutOfRange, "etcdserver: mvcc: required revision is a future revision"),
  NoSpace: row(GrpcCode.ResourceExhausted, "etcdserver: mvcc: database space exceeded"),
  LeaseNotFound: row(GrpcCode.NotFound, "etcdserver: requested lease not found"),
  LeaseExist: row(GrpcCode.FailedPrecondition, "etcdserver: lease already exists"),
  LeaseTTLTooLarge: row(GrpcCode.OutOfRange, "etcdserver: too large lease TTL"),
  WatchCanceled: row(GrpcCode.Canceled, "etcdserver: watch canceled"),
  MemberExist: row(GrpcCode.FailedPrecondition, "etcdserver: member ID already exist"),
  PeerURLExist: row(GrpcCode.FailedPrecondition, "etcdserver: Peer URLs already exists"),
  MemberNotEnoughStarted: row(
    GrpcCode.Unknown,
    "etcdserver: re-configuration failed due to not enough started members",
  ),
  MemberBadURLs: row(GrpcCode.InvalidArgument, "etcdserver: given member URLs are invalid"),
  MemberNotFound: row(GrpcCode.NotFound, "etcdserver: member not found"),
  MemberNotLearner: row(GrpcCode.FailedPrecondition, "etcdserver: can only promote a learner member"),
  LearnerNotReady: row(
    GrpcCode.FailedPrecondition,
    "etcdserver: can only promote a learner member which is in sync with leader",
  ),
  TooManyLearners: row(GrpcCode.FailedPrecondition, "etcdserver: too many learner members in cluster"),
  ClusterIDMismatch: row(GrpcCode.FailedPrecondition, "etcdserver: cluster ID mismatch"),
  RequestTooLarge: row(GrpcCode.InvalidArgument, "etcdserver: request is too large"),
  RequestTooManyRequests: row(GrpcCode.Unknown, "etcdserver: too many requests"),
  RootUserNotExist: row(GrpcCode.FailedPrecondition, "etcdserver: root user does not exist"),
  RootRoleNotExist: row(GrpcCode.FailedPrecondition, "etcdserver: root user does not have root role"),
  UserAlreadyExist: row(GrpcCode.FailedPrecondition, "etcdserver: user name already exists"),
  UserEmpty: row(GrpcCode.InvalidArgument, "etcdserver: user name is empty"),
  UserNotFound: row(GrpcCode.FailedPrecondition, "etcdserver: user name not found"),
  RoleAlreadyExist: row(GrpcCode.FailedPrecondition, "etcdserver: role name already exists"),
  RoleNotFound: row(GrpcCode.FailedPrecondition, "etcdserver: role name not found"),
  RoleEmpty: row(GrpcCode.InvalidArgument, "etcdserver: role name is empty"),
  AuthFailed: row(GrpcCode.InvalidArgument, "etcdserver: authentication failed, invalid user ID or password"),
  PermissionNotGiven: row(GrpcCode.InvalidArgument, "etcdserver: permission not given"),
  PermissionDenied: row(GrpcCode.PermissionDenied, "etcdserver: permission denied"),
  RoleNotGranted: row(GrpcCode.FailedPrecondition, "etcdserver: role is not granted to the user"),
  PermissionNotGranted: row(GrpcCode.FailedPrecondition, "etcdserver: permission is not granted to the role"),
  AuthNotEnabled: row(GrpcCode.FailedPrecondition, "etcdserver: authentication is not enabled"),
  InvalidAuthToken: row(GrpcCode.Unauthenticated, "etcdserver: invalid auth token"),
  InvalidAuthMgmt: row(GrpcCode.InvalidArgument, "etcdserver: invalid auth management"),
  AuthOldRevision: row(GrpcCode.InvalidArgument, "etcdserver: revision of auth store is old"),
  NoLeader: row(GrpcCode.Unavailable, "etcdserver: no leader"),
  NotLeader: row(GrpcCode.FailedPrecondition, "etcdserver: not leader"),
  LeaderChanged: row(GrpcCode.Unavailable, "etcdserver: leader changed"),
  NotCapable: row(GrpcCode.FailedPrecondition, "etcdserver: not capable"),
  Stopped: row(GrpcCode.Unavailable, "etcdserver: server stopped"),
  Timeout: row(GrpcCode.Unavailable, "etcdserver: request timed out"),
  TimeoutDueToLeaderFail: row(
    GrpcCode.Unavailable,
    "etcdserver: request timed out, possibly due to previous leader failure",
  ),
  TimeoutDueToConnectionLost: row(
    GrpcCode.Unavailable,
    "etcdserver: request timed out, possibly due to connection lost",
  ),
  TimeoutWaitAppliedIndex: row(
    GrpcCode.Unavailable,
    "etcdserver: request timed out, waiting for the applied index took too long",
  ),
  Unhealthy: row(GrpcCode.Unavailable, "etcdserver: unhealthy cluster"),
  Corrupt: row(GrpcCode.DataLoss, "etcdserver: corrupt cluster"),
  NotSupportedForLearner: row(GrpcCode.FailedPrecondition, "etcdserver: rpc not supported for learner"),
  BadLeaderTransferee: row(GrpcCode.FailedPrecondition, "etcdserver: bad leader transferee"),
  WrongDowngradeVersionFormat: row(GrpcCode.InvalidArgument, "etcdserver: wrong downgrade target version format"),
  InvalidDowngradeTargetVersion: row(GrpcCode.InvalidArgument, "etcdserver: invalid downgrade target version"),
  ClusterVersionUnavailable: row(GrpcCode.FailedPrecondition, "etcdserver: cluster version not found during downgrade"),
  DowngradeInProcess: row(GrpcCode.FailedPrecondition, "etcdserver: cluster has a downgrade job in progress"),
  NoInflightDowngrade: row(GrpcCode.FailedPrecondition, "etcdserver: no inflight downgrade job"),
  Canceled: row(GrpcCode.Canceled, "etcdserver: request canceled"),
  DeadlineExceeded: row(GrpcCode.DeadlineExceeded, "etcdserver: context deadline exceeded"),
  AuthNoPasswordUser: row(GrpcCode.Unknown, "auth: authentication failed, password was given for no password user"),
  NotPrimaryLessor: row(GrpcCode.Unknown, "not a primary lessor"),
  TimeoutLeaderTransfer: row(GrpcCode.Unknown, "etcdserver: request timed out, leader transfer took too long"),
  UnknownMethod: row(GrpcCode.Unknown, "etcdserver: unknown method"),
  ElectionNoLeader: row(GrpcCode.Unknown, "election: no leader"),
  ElectionMissingLeaderKey: row(GrpcCode.Unknown, '"leader" field must be provided'),
};

/** An expected refusal with a gRPC code and etcd's exact message. Compare by `name`d kind, never by text: `error.kind === "Compacted"`. */
export class EtcdError extends Error {
  override readonly name = "EtcdError";
  /** Which row of {@link ETCD_ERRORS}; undefined for free texts that etcd passes on as they are. */
  readonly kind: EtcdErrorName | undefined;
  readonly code: GrpcCode;

  constructor(kind: EtcdErrorName | undefined, code: GrpcCode, message: string) {
    super(message);
    this.kind = kind;
    this.code = code;
  }
}

/** The error of that name, ready to throw or to return. Refusals are ordinary, so no stack is captured. */
export function etcdError(kind: EtcdErrorName): EtcdError {
  const { code, message } = ETCD_ERRORS[kind];
  const limit = V8Error.stackTraceLimit;
  V8Error.stackTraceLimit = 0;
  const error = new EtcdError(kind, code, message);
  V8Error.stackTraceLimit = limit;
  return error;
}

const V8Error = Error as unknown as { stackTraceLimit: number };

/** An error with a free text, as etcd passes unmapped errors on (usually code Unknown). */
export function textError(code: GrpcCode, message: string): EtcdError {
  return new EtcdError(undefined, code, message);
}
