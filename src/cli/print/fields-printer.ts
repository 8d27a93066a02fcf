/** `-w fields`: one line for each field. Source of behaviour: etcdctl/ctlv3/command/printer_fields.go. */

import { goQuote } from "../../base/go-quote.ts";
import { PermissionTypeInfo } from "../../proto/generated/auth.ts";
import { EventType, type KeyValue } from "../../proto/generated/kv.ts";
import type * as rpc from "../../proto/generated/rpc.ts";
import { AlarmTypeInfo } from "../../proto/generated/rpc.ts";
import { hex, leaseHex, quoteBytes } from "./go-text.ts";
import { MessagePrinter } from "./message-printer.ts";
import { writeOut } from "./output.ts";
import type { Printer } from "./printer.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus, WatchResult } from "./results.ts";

interface WithHeader {
  readonly header: rpc.ResponseHeader | undefined;
}

export class FieldsPrinter extends MessagePrinter {
  override readonly format = "fields" as const;
  readonly #isHex: boolean;

  constructor(isHex: boolean) {
    super();
    this.#isHex = isHex;
  }

  /** What has no layout of its own. */
  protected override message(): void {
    this.refuse();
  }

  override del(reply: rpc.DeleteRangeResponse): void {
    writeOut(this.#del(reply));
  }
  override get(reply: rpc.RangeResponse): void {
    writeOut(this.#get(reply));
  }
  override put(reply: rpc.PutResponse): void {
    writeOut(this.#put(reply));
  }

  override txn(reply: rpc.TxnResponse): void {
    let out = `${this.#header(reply)}"Succeeded" : ${reply.succeeded}\n`;
    for (const op of reply.responses) {
      if (op.responseDeleteRange !== undefined) out += this.#del(op.responseDeleteRange);
      else if (op.responsePut !== undefined) out += this.#put(op.responsePut);
      else if (op.responseRange !== undefined) out += this.#get(op.responseRange);
      else out += '"Unknown" : "nested transaction"\n';
    }
    writeOut(out);
  }

  override watch(result: WatchResult): void {
    let out = this.#header(result);
    for (const event of result.events) {
      out += `"Type" : ${event.type === EventType.DELETE ? "DELETE" : "PUT"}\n`;
      if (event.prevKv !== undefined) out += this.#kv("Prev", event.prevKv);
      if (event.kv !== undefined) out += this.#kv("", event.kv);
    }
    writeOut(out);
  }

  override leaseGrant(reply: rpc.LeaseGrantResponse): void {
    writeOut(`${this.#header(reply)}${this.#leaseId(reply.id)}"TTL" : ${reply.ttl}\n`);
  }
  override leaseRevoke(_id: bigint, reply: rpc.LeaseRevokeResponse): void {
    this.#headerOnly(reply);
  }
  override leaseKeepAlive(reply: rpc.LeaseKeepAliveResponse): void {
    writeOut(`${this.#header(reply)}${this.#leaseId(reply.id)}"TTL" : ${reply.ttl}\n`);
  }

  override leaseTimeToLive(reply: rpc.LeaseTimeToLiveResponse): void {
    const keys = reply.keys.map((key) => `"Key" : ${quoteBytes(key)}\n`).join("");
    writeOut(
      `${this.#header(reply)}${this.#leaseId(reply.id)}"TTL" : ${reply.ttl}\n"GrantedTTL" : ${reply.grantedTTL}\n${keys}`,
    );
  }

  override leases(reply: rpc.LeaseLeasesResponse): void {
    writeOut(this.#header(reply) + reply.leases.map((lease) => this.#leaseId(lease.id)).join(""));
  }

  override memberList(reply: rpc.MemberListResponse): void {
    let out = this.#header(reply);
    for (const member of reply.members) {
      out += `"ID" : ${this.#id(member.id)}\n"Name" : ${goQuote(member.name)}\n`;
      for (const url of member.peerURLs) out += `"PeerURL" : ${goQuote(url)}\n`;
      for (const url of member.clientURLs) out += `"ClientURL" : ${goQuote(url)}\n`;
      out += `"IsLearner" : ${member.isLearner}\n\n`;
    }
    writeOut(out);
  }

  override endpointHealth(list: readonly EndpointHealth[]): void {
    for (const item of list)
      writeOut(
        `"Endpoint" : ${goQuote(item.endpoint)}\n"Health" : ${item.health}\n"Took" : ${item.took}\n"Error" : ${item.error}\n\n`,
      );
  }

  override endpointStatus(list: readonly EndpointStatus[]): void {
    for (const { endpoint, status } of list)
      writeOut(
        [
          `${this.#header(status)}"Version" : ${goQuote(status.version)}`,
          `"StorageVersion" : ${goQuote(status.storageVersion)}`,
          `"DBSize" : ${status.dbSize}`,
          `"DBSizeInUse" : ${status.dbSizeInUse}`,
          `"DBSizeQuota" : ${status.dbSizeQuota}`,
          `"Leader" : ${status.leader}`,
          `"IsLearner" : ${status.isLearner}`,
          `"RaftIndex" : ${status.raftIndex}`,
          `"RaftTerm" : ${status.raftTerm}`,
          `"RaftAppliedIndex" : ${status.raftAppliedIndex}`,
          `"Errors" : [${status.errors.join(" ")}]`,
          `"Endpoint" : ${goQuote(endpoint)}`,
          `"DowngradeTargetVersion" : ${goQuote(status.downgradeInfo?.targetVersion ?? "")}`,
          `"DowngradeEnabled" : ${status.downgradeInfo?.enabled ?? false}`,
          "\n",
        ].join("\n"),
      );
  }

  override endpointHashKV(list: readonly EndpointHashKV[]): void {
    for (const { endpoint, hashKV } of list)
      writeOut(
        `${this.#header(hashKV)}"Endpoint" : ${goQuote(endpoint)}\n"Hash" : ${hashKV.hash}\n"HashRevision" : ${hashKV.hashRevision}\n\n`,
      );
  }

  override alarm(reply: rpc.AlarmResponse): void {
    let out = this.#header(reply);
    for (const alarm of reply.alarms)
      out += `"MemberID" : ${this.#id(alarm.memberID)}\n"AlarmType" : ${AlarmTypeInfo.nameByValue.get(alarm.alarm) ?? alarm.alarm}\n\n`;
    writeOut(out);
  }

  override roleAdd(_role: string, reply: rpc.AuthRoleAddResponse): void {
    this.#headerOnly(reply);
  }

  override roleGet(_role: string, reply: rpc.AuthRoleGetResponse): void {
    let out = this.#header(reply);
    for (const perm of reply.perm)
      out += `"PermType" :  ${PermissionTypeInfo.nameByValue.get(perm.permType) ?? perm.permType}\n"Key" : ${quoteBytes(perm.key)}\n"RangeEnd" : ${quoteBytes(perm.rangeEnd)}\n`;
    writeOut(out);
  }

  override roleDelete(_role: string, reply: rpc.AuthRoleDeleteResponse): void {
    this.#headerOnly(reply);
  }
  override roleList(reply: rpc.AuthRoleListResponse): void {
    writeOut(`${this.#header(reply)}"Roles" :${reply.roles.map((role) => ` ${goQuote(role)}`).join("")}\n`);
  }
  override roleGrantPermission(_role: string, reply: rpc.AuthRoleGrantPermissionResponse): void {
    this.#headerOnly(reply);
  }
  override roleRevokePermission(
    _revoked: Parameters<Printer["roleRevokePermission"]>[0],
    reply: rpc.AuthRoleRevokePermissionResponse,
  ): void {
    this.#headerOnly(reply);
  }
  override userAdd(_user: string, reply: rpc.AuthUserAddResponse): void {
    this.#headerOnly(reply);
  }
  override userChangePassword(reply: rpc.AuthUserChangePasswordResponse): void {
    this.#headerOnly(reply);
  }
  override userGrantRole(_granted: unknown, reply: rpc.AuthUserGrantRoleResponse): void {
    this.#headerOnly(reply);
  }
  override userRevokeRole(_revoked: unknown, reply: rpc.AuthUserRevokeRoleResponse): void {
    this.#headerOnly(reply);
  }
  override userDelete(_user: string, reply: rpc.AuthUserDeleteResponse): void {
    this.#headerOnly(reply);
  }

  #headerOnly(reply: WithHeader): void {
    writeOut(this.#header(reply));
  }

  #id(id: bigint): string {
    return this.#isHex ? hex(id) : String(id);
  }

  #leaseId(id: bigint): string {
    return `"ID" : ${this.#isHex ? leaseHex(id) : id}\n`;
  }

  #header({ header }: WithHeader): string {
    const revision = header?.revision ?? 0;
    return [
      `"ClusterID" : ${this.#id(header?.clusterId ?? 0n)}`,
      `"MemberID" : ${this.#id(header?.memberId ?? 0n)}`,
      ...(revision > 0 ? [`"Revision" : ${revision}`] : []),
      `"RaftTerm" : ${header?.raftTerm ?? 0}\n`,
    ].join("\n");
  }

  #kv(prefix: string, kv: KeyValue): string {
    return [
      `"${prefix}Key" : ${quoteBytes(kv.key)}`,
      `"${prefix}CreateRevision" : ${kv.createRevision}`,
      `"${prefix}ModRevision" : ${kv.modRevision}`,
      `"${prefix}Version" : ${kv.version}`,
      `"${prefix}Value" : ${quoteBytes(kv.value)}`,
      `"${prefix}Lease" : ${this.#isHex ? leaseHex(kv.lease) : kv.lease}\n`,
    ].join("\n");
  }

  #del(reply: rpc.DeleteRangeResponse): string {
    const previous = reply.prevKvs.map((kv) => this.#kv("Prev", kv)).join("");
    return `${this.#header(reply)}"Deleted" : ${reply.deleted}\n${previous}`;
  }

  #get(reply: rpc.RangeResponse): string {
    const kvs = reply.kvs.map((kv) => this.#kv("", kv)).join("");
    return `${this.#header(reply)}${kvs}"More" : ${reply.more}\n"Count" : ${reply.count}\n`;
  }

  #put(reply: rpc.PutResponse): string {
    return this.#header(reply) + (reply.prevKv === undefined ? "" : this.#kv("Prev", reply.prevKv));
  }
}
