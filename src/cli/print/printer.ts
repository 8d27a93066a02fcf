/** How commands show results: one method for each result, one class for each output format. */
import { unreachable } from "../../base/assert.ts";
import type * as rpc from "../../proto/generated/rpc.ts";
import { FieldsPrinter } from "./fields-printer.ts";
import { JsonPrinter } from "./json-printer.ts";
import { ProtobufPrinter } from "./protobuf-printer.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus, WatchResult } from "./results.ts";
import { SimplePrinter } from "./simple-printer.ts";
import { TablePrinter } from "./table-printer.ts";

/** Methods throw CommandExit where the format does not know the result. */
export interface Printer {
  readonly format: "simple" | "fields" | "json" | "protobuf" | "table";
  del(reply: rpc.DeleteRangeResponse): void;
  /** `valueOnly` matters to the simple format alone. */
  get(reply: rpc.RangeResponse, valueOnly?: boolean): void;
  put(reply: rpc.PutResponse): void;
  txn(reply: rpc.TxnResponse): void;
  watch(result: WatchResult): void;
  leaseGrant(reply: rpc.LeaseGrantResponse): void;
  leaseRevoke(id: bigint, reply: rpc.LeaseRevokeResponse): void;
  leaseKeepAlive(reply: rpc.LeaseKeepAliveResponse): void;
  leaseTimeToLive(reply: rpc.LeaseTimeToLiveResponse, keys: boolean): void;
  leases(reply: rpc.LeaseLeasesResponse): void;
  memberAdd(reply: rpc.MemberAddResponse): void;
  memberRemove(id: bigint, reply: rpc.MemberRemoveResponse): void;
  memberUpdate(id: bigint, reply: rpc.MemberUpdateResponse): void;
  memberPromote(id: bigint, reply: rpc.MemberPromoteResponse): void;
  memberList(reply: rpc.MemberListResponse): void;
  endpointHealth(list: readonly EndpointHealth[]): void;
  endpointStatus(list: readonly EndpointStatus[]): void;
  endpointHashKV(list: readonly EndpointHashKV[]): void;
  moveLeader(leader: bigint, target: bigint, reply: rpc.MoveLeaderResponse): void;
  downgradeValidate(reply: rpc.DowngradeResponse): void;
  downgradeEnable(reply: rpc.DowngradeResponse): void;
  downgradeCancel(reply: rpc.DowngradeResponse): void;
  alarm(reply: rpc.AlarmResponse): void;
  roleAdd(role: string, reply: rpc.AuthRoleAddResponse): void;
  roleGet(role: string, reply: rpc.AuthRoleGetResponse): void;
  roleDelete(role: string, reply: rpc.AuthRoleDeleteResponse): void;
  roleList(reply: rpc.AuthRoleListResponse): void;
  roleGrantPermission(role: string, reply: rpc.AuthRoleGrantPermissionResponse): void;
  roleRevokePermission(
    revoked: { readonly role: string; readonly key: string; readonly rangeEnd: string },
    reply: rpc.AuthRoleRevokePermissionResponse,
  ): void;
  userAdd(user: string, reply: rpc.AuthUserAddResponse): void;
  userGet(user: string, reply: rpc.AuthUserGetResponse): void;
  userList(reply: rpc.AuthUserListResponse): void;
  userChangePassword(reply: rpc.AuthUserChangePasswordResponse): void;
  userGrantRole(granted: { readonly user: string; readonly role: string }, reply: rpc.AuthUserGrantRoleResponse): void;
  userRevokeRole(
    revoked: { readonly user: string; readonly role: string },
    reply: rpc.AuthUserRevokeRoleResponse,
  ): void;
  userDelete(user: string, reply: rpc.AuthUserDeleteResponse): void;
  authStatus(reply: rpc.AuthStatusResponse): void;
}

const FORMATS = ["simple", "fields", "json", "protobuf", "table"] as const;

/** undefined for a format that does not exist. */
export function createPrinter(format: string, isHex: boolean): Printer | undefined {
  const known = FORMATS.find((name) => name === format);
  if (known === undefined) return undefined;
  switch (known) {
    case "simple":
      return new SimplePrinter(isHex);
    case "fields":
      return new FieldsPrinter(isHex);
    case "json":
      return new JsonPrinter(isHex);
    case "protobuf":
      return new ProtobufPrinter();
    case "table":
      return new TablePrinter();
    default:
      return unreachable(known);
  }
}
