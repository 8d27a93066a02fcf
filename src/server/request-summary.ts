/**
 * Requests as one line of protobuf's text form for the log, without what is secret or large: values stand as their sizes, passwords and
 * tokens not at all (etcd api/etcdserverpb/raft_internal_stringer.go).
 *
 *   header:<ID:3632562852862290438 > put:<key:"foo" value_size:3 >
 */
import { unreachable } from "../base/assert.ts";
import { InternalRaftRequest } from "../proto/generated/raft-internal.ts";
import type { FieldInfo, MessageCodec } from "../proto/message-codec.ts";

/** Fields that are never printed. */
const SECRET: ReadonlySet<string> = new Set(["password", "hashedPassword", "simple_token", "token", "hashed_password"]);

/** The summary of any message. */
export function requestSummary<M extends object>(codec: MessageCodec<M>, message: M): string {
  return fieldsText(codec as unknown as MessageCodec<object>, message);
}

/** The summary of an entry's payload. */
export function raftRequestSummary(payload: Uint8Array): string {
  return requestSummary(InternalRaftRequest, InternalRaftRequest.decode(payload));
}

function fieldsText(codec: MessageCodec<object>, message: object): string {
  let out = "";
  for (const field of codec.fields) {
    const value = (message as Record<string, unknown>)[field.property];
    if (value === undefined || SECRET.has(field.name)) continue;
    if (field.repeated) for (const element of value as readonly unknown[]) out += fieldText(field, element);
    else if (field.kind === "message" || field.oneof !== undefined || !isZero(value)) out += fieldText(field, value);
  }
  return out;
}

function isZero(value: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : !value;
}

function fieldText(field: FieldInfo, value: unknown): string {
  switch (field.kind) {
    case "message":
      return `${field.name}:<${fieldsText(field.message!(), value as object)}> `;
    case "bytes":
      if (field.name === "value") return `value_size:${(value as Uint8Array).length} `;
      return `${field.name}:"${bytesText(value as Uint8Array)}" `;
    case "string":
      return `${field.name}:${JSON.stringify(value)} `;
    case "enum":
      return `${field.name}:${field.enum!.nameByValue.get(value as number) ?? String(value)} `;
    case "bool":
    case "int32":
    case "uint32":
    case "int64":
    case "uint64":
      return `${field.name}:${String(value)} `;
    default:
      return unreachable(field.kind);
  }
}

/** Printable ASCII as it is, the rest in octal, as protobuf's text form does. */
function bytesText(bytes: Uint8Array): string {
  let out = "";
  for (const byte of bytes) {
    if (byte === 0x22 || byte === 0x5c) out += `\\${String.fromCharCode(byte)}`;
    else if (byte >= 0x20 && byte < 0x7f) out += String.fromCharCode(byte);
    else out += `\\${byte.toString(8).padStart(3, "0")}`;
  }
  return out;
}
