/**
 * The base of the formats that treat all messages alike: every method hands its message and codec to one place. The rest (endpoints) is refused
 * unless a format overrides it. Source of behaviour: etcdctl/ctlv3/command/printer.go.
 */

import * as rpc from "../../proto/generated/rpc.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import type { Printer } from "./printer.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus, WatchResult } from "./results.ts";

export abstract class MessagePrinter implements Printer {
  abstract readonly format: Printer["format"];

  /** Prints any message, or refuses. */
  protected abstract message<M extends object>(codec: MessageCodec<M>, message: M): void;

  /** Ends the command: the format does not know this result. */
  protected refuse(): never {
    throw new CommandExit(ExitCode.BadFeature, `${this.format} not supported as output format`);
  }

  del(reply: rpc.DeleteRangeResponse): void {
    this.message(rpc.DeleteRangeResponse, reply);
  }
  get(reply: rpc.RangeResponse): void {
    this.message(rpc.RangeResponse, reply);
  }
  put(reply: rpc.PutResponse): void {
    this.message(rpc.PutResponse, reply);
  }
  txn(reply: rpc.TxnResponse): void {
    this.message(rpc.TxnResponse, reply);
  }
  abstract watch(result: WatchResult): void;
  leaseGrant(reply: rpc.LeaseGrantResponse): void {
    this.message(rpc.LeaseGrantResponse, reply);
  }
  leaseRevoke(_id: bigint, reply: rpc.LeaseRevokeResponse): void {
    this.message(rpc.LeaseRevokeResponse, reply);
  }
  leaseKeepAlive(reply: rpc.LeaseKeepAliveResponse): void {
    this.message(rpc.LeaseKeepAliveResponse, reply);
  }
  leaseTimeToLive(reply: rpc.LeaseTimeToLiveResponse, _keys: boolean): void {
    this.message(rpc.LeaseTimeToLiveResponse, reply);
  }
  leases(reply: rpc.LeaseLeasesResponse): void {
    this.message(rpc.LeaseLeasesResponse, reply);
  }
  memberAdd(reply: rpc.MemberAddResponse): void {
    this.message(rpc.MemberAddResponse, reply);
  }
  memberRemove(_id: bigint, reply: rpc.MemberRemoveResponse): void {
    this.message(rpc.MemberRemoveResponse, reply);
  }
  memberUpdate(_id: bigint, reply: rpc.MemberUpdateResponse): void {
    this.message(rpc.MemberUpdateResponse, reply);
  }
  memberPromote(_id: bigint, reply: rpc.MemberPromoteResponse): void {
    this.message(rpc.MemberPromoteResponse, reply);
  }
  memberList(reply: rpc.MemberListResponse): void {
    this.message(rpc.MemberListResponse, reply);
  }
  endpointHealth(_list: readonly EndpointHealth[]): void {
    this.refuse();
  }
  endpointStatus(_list: readonly EndpointStatus[]): void {
    this.refuse();
  }
  endpointHashKV(_list: readonly EndpointHashKV[]): void {
    this.refuse();
  }
  moveLeader(_leader: bigint, _target: bigint, reply: rpc.MoveLeaderResponse): void {
    this.message(rpc.MoveLeaderResponse, reply);
  }
  downgradeValidate(reply: rpc.DowngradeResponse): void {
    this.message(rpc.DowngradeResponse, reply);
  }
  downgradeEnable(reply: rpc.DowngradeResponse): void {
    this.message(rpc.DowngradeResponse, reply);
  }
  downgradeCancel(reply: rpc.DowngradeResponse): void {
    this.message(rpc.DowngradeResponse, reply);
  }
  alarm(reply: rpc.AlarmResponse): void {
    this.message(rpc.AlarmResponse, reply);
  }
  roleAdd(_role: string, reply: rpc.AuthRoleAddResponse): void {
    this.message(rpc.AuthRoleAddResponse, reply);
  }
  roleGet(_role: string, reply: rpc.AuthRoleGetResponse): void {
    this.message(rpc.AuthRoleGetResponse, reply);
  }
  roleDelete(_role: string, reply: rpc.AuthRoleDeleteResponse): void {
    this.message(rpc.AuthRoleDeleteResponse, reply);
  }
  roleList(reply: rpc.AuthRoleListResponse): void {
    this.message(rpc.AuthRoleListResponse, reply);
  }
  roleGrantPermission(_role: string, reply: rpc.AuthRoleGrantPermissionResponse): void {
    this.message(rpc.AuthRoleGrantPermissionResponse, reply);
  }
  roleRevokePermission(
    _revoked: Parameters<Printer["roleRevokePermission"]>[0],
    reply: rpc.AuthRoleRevokePermissionResponse,
  ): void {
    this.message(rpc.AuthRoleRevokePermissionResponse, reply);
  }
  userAdd(_user: string, reply: rpc.AuthUserAddResponse): void {
    this.message(rpc.AuthUserAddResponse, reply);
  }
  userGet(_user: string, reply: rpc.AuthUserGetResponse): void {
    this.message(rpc.AuthUserGetResponse, reply);
  }
  userList(reply: rpc.AuthUserListResponse): void {
    this.message(rpc.AuthUserListResponse, reply);
  }
  userChangePassword(reply: rpc.AuthUserChangePasswordResponse): void {
    this.message(rpc.AuthUserChangePasswordResponse, reply);
  }
  userGrantRole(_granted: Parameters<Printer["userGrantRole"]>[0], reply: rpc.AuthUserGrantRoleResponse): void {
    this.message(rpc.AuthUserGrantRoleResponse, reply);
  }
  userRevokeRole(_revoked: Parameters<Printer["userRevokeRole"]>[0], reply: rpc.AuthUserRevokeRoleResponse): void {
    this.message(rpc.AuthUserRevokeRoleResponse, reply);
  }
  userDelete(_user: string, reply: rpc.AuthUserDeleteResponse): void {
    this.message(rpc.AuthUserDeleteResponse, reply);
  }
  authStatus(reply: rpc.AuthStatusResponse): void {
    this.message(rpc.AuthStatusResponse, reply);
  }
}
