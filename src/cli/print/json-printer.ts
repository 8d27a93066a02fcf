/** `-w json`: results as Go's encoding/json prints clientv3's structs. Source of behaviour: etcdctl/ctlv3/command/printer_json.go. */
import { type JsonValue, stringifyBigJson } from "../../base/big-json.ts";
import { Event } from "../../proto/generated/kv.ts";
import * as rpc from "../../proto/generated/rpc.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { base64, goStruct } from "./go-json.ts";
import { hex } from "./go-text.ts";
import { MessagePrinter } from "./message-printer.ts";
import { writeOut } from "./output.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus, WatchResult } from "./results.ts";

type Fields = readonly (readonly [string, JsonValue | undefined])[];

export class JsonPrinter extends MessagePrinter {
  override readonly format = "json" as const;
  readonly #isHex: boolean;

  constructor(isHex: boolean) {
    super();
    this.#isHex = isHex;
  }

  protected override message<M extends object>(codec: MessageCodec<M>, message: M): void {
    print(goStruct(codec, message));
  }

  override txn(reply: rpc.TxnResponse): void {
    print(txnStruct(reply));
  }

  override watch(result: WatchResult): void {
    print(
      object([
        ["Header", goStruct(rpc.ResponseHeader, result.header)],
        ["Events", result.events.length === 0 ? null : result.events.map((event) => goStruct(Event, event))],
        ["CompactRevision", result.compactRevision],
        ["Canceled", result.canceled],
        ["Created", result.created],
        ["CancelReason", result.cancelReason],
      ]),
    );
  }

  override leaseGrant(reply: rpc.LeaseGrantResponse): void {
    print(
      leaseStruct(reply, [
        ["ID", reply.id],
        ["TTL", reply.ttl],
        ["Error", reply.error],
      ]),
    );
  }

  override leaseKeepAlive(reply: rpc.LeaseKeepAliveResponse): void {
    print(
      leaseStruct(reply, [
        ["ID", reply.id],
        ["TTL", reply.ttl],
      ]),
    );
  }

  override leaseTimeToLive(reply: rpc.LeaseTimeToLiveResponse): void {
    print(
      leaseStruct(reply, [
        ["id", reply.id],
        ["ttl", reply.ttl],
        ["granted-ttl", reply.grantedTTL],
        ["keys", reply.keys.length === 0 ? null : reply.keys.map(base64)],
      ]),
    );
  }

  override leases(reply: rpc.LeaseLeasesResponse): void {
    print(leaseStruct(reply, [["leases", reply.leases.map((lease) => object([["id", lease.id]]))]]));
  }

  override memberAdd(reply: rpc.MemberAddResponse): void {
    if (!this.#isHex) {
      super.memberAdd(reply);
      return;
    }
    print(
      object([
        ["header", hexHeader(reply.header)],
        ["member", reply.member === undefined ? null : hexMember(reply.member)],
        ["members", reply.members.map(hexMember)],
      ]),
    );
  }

  override memberRemove(id: bigint, reply: rpc.MemberRemoveResponse): void {
    if (!this.#isHex) super.memberRemove(id, reply);
    else this.#hexMembers(reply);
  }

  override memberUpdate(id: bigint, reply: rpc.MemberUpdateResponse): void {
    if (!this.#isHex) super.memberUpdate(id, reply);
    else this.#hexMembers(reply);
  }

  override memberPromote(id: bigint, reply: rpc.MemberPromoteResponse): void {
    if (!this.#isHex) super.memberPromote(id, reply);
    else this.#hexMembers(reply);
  }

  override memberList(reply: rpc.MemberListResponse): void {
    if (!this.#isHex) super.memberList(reply);
    else this.#hexMembers(reply);
  }

  override endpointHealth(list: readonly EndpointHealth[]): void {
    printList(
      list.map((item) =>
        object([
          ["endpoint", item.endpoint],
          ["health", item.health],
          ["took", item.took],
          ["error", item.error === "" ? undefined : item.error],
        ]),
      ),
    );
  }

  override endpointStatus(list: readonly EndpointStatus[]): void {
    printList(
      list.map((item) =>
        object([
          ["Endpoint", item.endpoint],
          ["Status", goStruct(rpc.StatusResponse, item.status)],
        ]),
      ),
    );
  }

  override endpointHashKV(list: readonly EndpointHashKV[]): void {
    printList(
      list.map((item) =>
        object([
          ["Endpoint", item.endpoint],
          ["HashKV", goStruct(rpc.HashKVResponse, item.hashKV)],
        ]),
      ),
    );
  }

  #hexMembers(reply: {
    readonly header: rpc.ResponseHeader | undefined;
    readonly members: readonly rpc.Member[];
  }): void {
    print(
      object([
        ["header", hexHeader(reply.header)],
        ["members", reply.members.map(hexMember)],
      ]),
    );
  }
}

function print(value: JsonValue): void {
  writeOut(`${stringifyBigJson(value)}\n`);
}

/** An empty slice in Go is null. */
function printList(list: readonly JsonValue[]): void {
  print(list.length === 0 ? null : list);
}

function object(fields: Fields): Map<string, JsonValue> {
  const map = new Map<string, JsonValue>();
  for (const [name, value] of fields) if (value !== undefined) map.set(name, value);
  return map;
}

/** clientv3 embeds the header: its fields stand beside the others. */
function leaseStruct(
  reply: { readonly header: rpc.ResponseHeader | undefined },
  fields: Fields,
): Map<string, JsonValue> {
  const header = reply.header === undefined ? [] : [...goStruct(rpc.ResponseHeader, reply.header)];
  return object([...header, ...fields]);
}

function txnStruct(reply: rpc.TxnResponse): Map<string, JsonValue> {
  return object([
    ["header", reply.header === undefined ? undefined : goStruct(rpc.ResponseHeader, reply.header)],
    ["succeeded", reply.succeeded ? true : undefined],
    ["responses", reply.responses.length === 0 ? undefined : reply.responses.map(responseOpStruct)],
  ]);
}

function responseOpStruct(op: rpc.ResponseOp): Map<string, JsonValue> {
  const { responseRange: range, responsePut: put, responseDeleteRange: del, responseTxn: txn } = op;
  const inner = object([
    ["response_range", range === undefined ? undefined : goStruct(rpc.RangeResponse, range)],
    ["response_put", put === undefined ? undefined : goStruct(rpc.PutResponse, put)],
    ["response_delete_range", del === undefined ? undefined : goStruct(rpc.DeleteRangeResponse, del)],
    ["response_txn", txn === undefined ? undefined : txnStruct(txn)],
  ]);
  return object([["Response", inner]]);
}

function hexHeader(header: rpc.ResponseHeader | undefined): JsonValue {
  if (header === undefined) return null;
  return object([
    ["cluster_id", hex(header.clusterId)],
    ["member_id", hex(header.memberId)],
    ["revision", header.revision === 0 ? undefined : header.revision],
    ["raft_term", header.raftTerm === 0 ? undefined : header.raftTerm],
  ]);
}

function hexMember(member: rpc.Member): JsonValue {
  return object([
    ["ID", hex(member.id)],
    ["name", member.name === "" ? undefined : member.name],
    ["peerURLs", member.peerURLs.length === 0 ? undefined : member.peerURLs],
    ["clientURLs", member.clientURLs.length === 0 ? undefined : member.clientURLs],
    ["isLearner", member.isLearner ? true : undefined],
  ]);
}
