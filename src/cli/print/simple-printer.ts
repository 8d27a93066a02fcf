/**
 * `-w simple`, the default: what people read. Keys and values go out as the bytes they are.
 * Source of behaviour: etcdctl/ctlv3/command/printer_simple.go.
 */
import { equalBytes, prefixRangeEnd, utf8, utf8Text } from "../../base/bytes.ts";
import { type Permission, PermissionType } from "../../proto/generated/auth.ts";
import { EventType, type KeyValue } from "../../proto/generated/kv.ts";
import type * as rpc from "../../proto/generated/rpc.ts";
import { AlarmTypeInfo } from "../../proto/generated/rpc.ts";
import { hex, hexEscapes, leaseHex } from "./go-text.ts";
import { writeError, writeOut } from "./output.ts";
import type { Printer } from "./printer.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus, WatchResult } from "./results.ts";
import { endpointHashKVTable, endpointStatusTable, memberListTable, type Table } from "./tables.ts";

const FLUSH_BYTES = 1 << 16;
const NEWLINE = Uint8Array.of(10);

/** Gathers lines so that a long list leaves in few writes. */
class Lines {
  #parts: Uint8Array[];
  #bytes: number;

  constructor() {
    this.#parts = [];
    this.#bytes = 0;
  }

  text(line: string): void {
    this.bytes(utf8(line));
  }

  bytes(line: Uint8Array): void {
    this.#parts.push(line, NEWLINE);
    this.#bytes += line.length + 1;
    if (this.#bytes >= FLUSH_BYTES) this.flush();
  }

  flush(): void {
    if (this.#bytes > 0) writeOut(Buffer.concat(this.#parts));
    this.#parts = [];
    this.#bytes = 0;
  }
}

export class SimplePrinter implements Printer {
  readonly format = "simple" as const;
  readonly #isHex: boolean;

  constructor(isHex: boolean) {
    this.#isHex = isHex;
  }

  del(reply: rpc.DeleteRangeResponse): void {
    const lines = new Lines();
    this.#del(lines, reply);
    lines.flush();
  }

  get(reply: rpc.RangeResponse, valueOnly = false): void {
    const lines = new Lines();
    for (const kv of reply.kvs) this.#kv(lines, kv, valueOnly);
    lines.flush();
  }

  put(reply: rpc.PutResponse): void {
    const lines = new Lines();
    this.#put(lines, reply);
    lines.flush();
  }

  txn(reply: rpc.TxnResponse): void {
    const lines = new Lines();
    lines.text(reply.succeeded ? "SUCCESS" : "FAILURE");
    for (const op of reply.responses) {
      lines.text("");
      if (op.responseDeleteRange !== undefined) this.#del(lines, op.responseDeleteRange);
      else if (op.responsePut !== undefined) this.#put(lines, op.responsePut);
      else if (op.responseRange !== undefined) for (const kv of op.responseRange.kvs) this.#kv(lines, kv, false);
      else lines.text("unexpected response");
    }
    lines.flush();
  }

  watch(result: WatchResult): void {
    const lines = new Lines();
    for (const event of result.events) {
      lines.text(event.type === EventType.DELETE ? "DELETE" : "PUT");
      if (event.prevKv !== undefined) this.#kv(lines, event.prevKv, false);
      if (event.kv !== undefined) this.#kv(lines, event.kv, false);
    }
    lines.flush();
  }

  leaseGrant(reply: rpc.LeaseGrantResponse): void {
    writeOut(`lease ${leaseHex(reply.id)} granted with TTL(${reply.ttl}s)\n`);
  }
  leaseRevoke(id: bigint): void {
    writeOut(`lease ${leaseHex(id)} revoked\n`);
  }
  leaseKeepAlive(reply: rpc.LeaseKeepAliveResponse): void {
    writeOut(`lease ${leaseHex(reply.id)} keepalived with TTL(${reply.ttl})\n`);
  }

  leaseTimeToLive(reply: rpc.LeaseTimeToLiveResponse, keys: boolean): void {
    if (reply.grantedTTL === 0 && reply.ttl === -1) {
      writeOut(`lease ${leaseHex(reply.id)} already expired\n`);
      return;
    }
    const attached = keys ? `, attached keys([${reply.keys.map(utf8Text).join(" ")}])` : "";
    writeOut(
      `lease ${leaseHex(reply.id)} granted with TTL(${reply.grantedTTL}s), remaining(${reply.ttl}s)${attached}\n`,
    );
  }

  leases(reply: rpc.LeaseLeasesResponse): void {
    const ids = reply.leases.map((lease) => `${leaseHex(lease.id)}\n`).join("");
    writeOut(`found ${reply.leases.length} leases\n${ids}`);
  }

  alarm(reply: rpc.AlarmResponse): void {
    for (const { memberID, alarm } of reply.alarms) {
      const member = memberID === 0n ? [] : [`memberID:${memberID}`];
      const type = alarm === 0 ? [] : [`alarm:${AlarmTypeInfo.nameByValue.get(alarm) ?? alarm}`];
      writeOut(`${[...member, ...type].join(" ")}\n`);
    }
  }

  memberAdd(reply: rpc.MemberAddResponse): void {
    const how = reply.member?.isLearner === true ? " as learner " : " ";
    writeOut(`Member ${id16(reply.member?.id)} added${how}to cluster ${id16(reply.header?.clusterId)}\n`);
  }
  memberRemove(id: bigint, reply: rpc.MemberRemoveResponse): void {
    writeOut(`Member ${id16(id)} removed from cluster ${id16(reply.header?.clusterId)}\n`);
  }
  memberUpdate(id: bigint, reply: rpc.MemberUpdateResponse): void {
    writeOut(`Member ${id16(id)} updated in cluster ${id16(reply.header?.clusterId)}\n`);
  }
  memberPromote(id: bigint, reply: rpc.MemberPromoteResponse): void {
    writeOut(`Member ${id16(id)} promoted in cluster ${id16(reply.header?.clusterId)}\n`);
  }
  memberList(reply: rpc.MemberListResponse): void {
    rows(memberListTable(reply));
  }

  endpointHealth(list: readonly EndpointHealth[]): void {
    for (const { endpoint, took, error } of list) {
      if (error === "") writeOut(`${endpoint} is healthy: successfully committed proposal: took = ${took}\n`);
      else writeError(`${endpoint} is unhealthy: failed to commit proposal: ${error}\n`);
    }
  }
  endpointStatus(list: readonly EndpointStatus[]): void {
    rows(endpointStatusTable(list));
  }
  endpointHashKV(list: readonly EndpointHashKV[]): void {
    rows(endpointHashKVTable(list));
  }

  moveLeader(leader: bigint, target: bigint): void {
    writeOut(`Leadership transferred from ${hex(leader)} to ${hex(target)}\n`);
  }
  downgradeValidate(reply: rpc.DowngradeResponse): void {
    writeOut(`Downgrade validate success, cluster version ${reply.version}\n`);
  }
  downgradeEnable(reply: rpc.DowngradeResponse): void {
    writeOut(`Downgrade enable success, cluster version ${reply.version}\n`);
  }
  downgradeCancel(reply: rpc.DowngradeResponse): void {
    writeOut(`Downgrade cancel success, cluster version ${reply.version}\n`);
  }

  roleAdd(role: string): void {
    writeOut(`Role ${role} created\n`);
  }

  roleGet(role: string, reply: rpc.AuthRoleGetResponse): void {
    if (role === "root" && reply.perm.length === 0) {
      writeOut(`Role ${role}\nKV Read:\n\t[, <open ended>\nKV Write:\n\t[, <open ended>\n`);
      return;
    }
    const allowed = (type: number): string =>
      reply.perm
        .filter((perm) => perm.permType === type || perm.permType === PermissionType.READWRITE)
        .map(permissionLine)
        .join("");
    writeOut(`Role ${role}\nKV Read:\n${allowed(PermissionType.READ)}KV Write:\n${allowed(PermissionType.WRITE)}`);
  }

  roleList(reply: rpc.AuthRoleListResponse): void {
    for (const role of reply.roles) writeOut(`${role}\n`);
  }
  roleDelete(role: string): void {
    writeOut(`Role ${role} deleted\n`);
  }
  roleGrantPermission(role: string): void {
    writeOut(`Role ${role} updated\n`);
  }

  roleRevokePermission(revoked: { readonly role: string; readonly key: string; readonly rangeEnd: string }): void {
    const { role, key, rangeEnd } = revoked;
    const end = rangeEnd === "\0" ? "<open ended>" : `${rangeEnd})`;
    const what = rangeEnd === "" ? `key ${key}` : `range [${key}, ${end}`;
    writeOut(`Permission of ${what} is revoked from role ${role}\n`);
  }

  userAdd(user: string): void {
    writeOut(`User ${user} created\n`);
  }
  userGet(user: string, reply: rpc.AuthUserGetResponse): void {
    writeOut(`User: ${user}\nRoles:${reply.roles.map((role) => ` ${role}`).join("")}\n`);
  }
  userList(reply: rpc.AuthUserListResponse): void {
    for (const user of reply.users) writeOut(`${user}\n`);
  }
  userChangePassword(): void {
    writeOut("Password updated\n");
  }
  userGrantRole(granted: { readonly user: string; readonly role: string }): void {
    writeOut(`Role ${granted.role} is granted to user ${granted.user}\n`);
  }
  userRevokeRole(revoked: { readonly user: string; readonly role: string }): void {
    writeOut(`Role ${revoked.role} is revoked from user ${revoked.user}\n`);
  }
  userDelete(user: string): void {
    writeOut(`User ${user} deleted\n`);
  }
  authStatus(reply: rpc.AuthStatusResponse): void {
    writeOut(`Authentication Status: ${reply.enabled}\nAuthRevision: ${reply.authRevision}\n`);
  }

  #kv(lines: Lines, kv: KeyValue, valueOnly: boolean): void {
    if (!valueOnly) this.#line(lines, kv.key);
    this.#line(lines, kv.value);
  }

  #line(lines: Lines, bytes: Uint8Array): void {
    if (this.#isHex) lines.text(hexEscapes(bytes));
    else lines.bytes(bytes);
  }

  #del(lines: Lines, reply: rpc.DeleteRangeResponse): void {
    lines.text(String(reply.deleted));
    for (const kv of reply.prevKvs) this.#kv(lines, kv, false);
  }

  #put(lines: Lines, reply: rpc.PutResponse): void {
    lines.text("OK");
    if (reply.prevKv !== undefined) this.#kv(lines, reply.prevKv, false);
  }
}

/** %16x. */
function id16(id: bigint | undefined): string {
  return hex(id ?? 0n).padStart(16);
}

function rows(table: Table): void {
  for (const row of table.rows) writeOut(`${row.join(", ")}\n`);
}

function permissionLine(perm: Permission): string {
  const key = utf8Text(perm.key);
  const end = perm.rangeEnd;
  if (end.length === 0) return `\t${key}\n`;
  const isOpen = end.length === 1 && end[0] === 0;
  const isPrefix = perm.key.length > 0 && equalBytes(prefixRangeEnd(perm.key), end);
  return `\t[${key}, ${isOpen ? "<open ended>" : `${utf8Text(end)})`}${isPrefix ? ` (prefix ${key})` : ""}\n`;
}
