/**
 * `etcd-ts/client`: the public client. ES modules, with types; CommonJS programs can `require` it on Node 20.19, 22.12 and later.
 * docs/client.md shows it by examples.
 */
export type { EtcdErrorName } from "../base/etcd-error.ts";
export { GrpcCode } from "../base/grpc-code.ts";
export type { Clock, Timer } from "../io/clock.ts";
export type {
  AuthStatusResponse,
  DefragmentResponse,
  DowngradeInfo,
  DowngradeResponse,
  MemberAddResponse,
  MemberListResponse,
  MemberPromoteResponse,
  MemberRemoveResponse,
  MemberUpdateResponse,
  MoveLeaderResponse,
  ResponseHeader,
} from "../proto/generated/rpc.ts";
export { type Access, AuthClient, type Permission } from "./auth-client.ts";
export type { CallOptions } from "./caller.ts";
export { ClusterClient, type Member } from "./cluster-client.ts";
export { type CampaignOptions, Election, Leadership } from "./election.ts";
export {
  type ClientErrorKind,
  type ErrorKind,
  EtcdError,
  type EtcdErrorOptions,
  WatchCompactedError,
} from "./errors.ts";
export { EtcdClient, type EtcdClientOptions } from "./etcd-client.ts";
export type { KeySelector } from "./key-range.ts";
export { KeySpace, type LeaseOptions } from "./key-space.ts";
export { type Bytes, type Header, KeyValue } from "./key-value.ts";
export { Lease, type LeaseEventMap } from "./lease.ts";
export { LeaseClient, type LeaseTime } from "./lease-client.ts";
export { Lock, type LockOptions } from "./lock.ts";
export {
  type AlarmMember,
  AlarmType,
  type HashKVResponse,
  MaintenanceClient,
  type MemberOptions,
  type StatusResponse,
} from "./maintenance-client.ts";
export {
  type DeleteOptions,
  type DeleteResult,
  type Operation,
  op,
  type PutOptions,
  type PutResult,
  type RangeOptions,
  type RangeResult,
  type SortKey,
} from "./operation.ts";
export type { EntriesOptions } from "./range-iteration.ts";
export type { Isolation, SoftwareTransaction, SoftwareTransactionOptions } from "./software-transaction.ts";
export type { Credentials } from "./token-keeper.ts";
export { type Condition, compare, type Relation, type Results, Transaction, type TxnResult } from "./transaction.ts";
export type { WatchBatch, WatchEvent, WatcherEventMap, WatchOptions } from "./watch-types.ts";
export { Watcher } from "./watcher.ts";
