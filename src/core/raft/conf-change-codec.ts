/**
 * Bytes of configuration changes inside log entries (protobuf, raftpb.ConfChange and raftpb.ConfChangeV2).
 *
 *   ConfChange        1 id varint | 2 type varint | 3 node_id varint | 4 context bytes
 *   ConfChangeV2      1 transition varint | 2 changes message, repeated | 3 context bytes
 *   ConfChangeSingle  1 type varint | 2 node_id varint
 *
 * Type, transition and node ID are always written (they have presence in the proto2 schema), id and context when set. Unknown
 * fields are skipped. Malformed bytes decode to undefined. An entry without bytes is the empty V2 change.
 */
import { concatBytes, EMPTY_BYTES } from "../../base/bytes.ts";
import { isConfChangeV2 } from "./conf-change.ts";
import { type ConfChange, type ConfChangeSingle, type ConfChangeV2, type Entry, EntryType } from "./types.ts";

/** The entry that carries a change; its data is empty when there is no change, which means to leave a joint configuration. */
export function confChangeEntry(change: ConfChange | ConfChangeV2 | undefined): Entry {
  if (change === undefined) return { term: 0, index: 0, type: EntryType.EntryConfChangeV2, data: EMPTY_BYTES };
  if (isConfChangeV2(change))
    return { term: 0, index: 0, type: EntryType.EntryConfChangeV2, data: encodeConfChangeV2(change) };
  return { term: 0, index: 0, type: EntryType.EntryConfChange, data: encodeConfChange(change) };
}

/** The change in an entry of type EntryConfChange or EntryConfChangeV2, or undefined when its bytes are malformed. */
export function entryConfChange(entry: Entry): ConfChange | ConfChangeV2 | undefined {
  return entry.type === EntryType.EntryConfChange ? decodeConfChange(entry.data) : decodeConfChangeV2(entry.data);
}

export function encodeConfChange(change: ConfChange): Uint8Array {
  const out: number[] = [];
  if (change.id !== 0n) pushVarint(out, 1, change.id);
  pushVarint(out, 2, BigInt(change.type));
  pushVarint(out, 3, change.nodeId);
  return withContext(out, 4, change.context);
}

export function encodeConfChangeV2(change: ConfChangeV2): Uint8Array {
  const out: number[] = [];
  pushVarint(out, 1, BigInt(change.transition));
  for (const { type, nodeId } of change.changes) {
    const single: number[] = [];
    pushVarint(single, 1, BigInt(type));
    pushVarint(single, 2, nodeId);
    out.push((2 << 3) | 2, single.length, ...single);
  }
  return withContext(out, 3, change.context);
}

function pushVarint(out: number[], field: number, value: bigint): void {
  out.push(field << 3);
  let rest = value;
  for (; rest >= 0x80n; rest >>= 7n) out.push(Number(rest & 0x7fn) | 0x80);
  out.push(Number(rest));
}

function withContext(head: number[], field: number, context: Uint8Array): Uint8Array {
  if (context.length === 0) return Uint8Array.from(head);
  head.push((field << 3) | 2);
  let length = context.length;
  for (; length >= 0x80; length >>>= 7) head.push((length & 0x7f) | 0x80);
  head.push(length);
  return concatBytes([Uint8Array.from(head), context]);
}

export function decodeConfChange(bytes: Uint8Array): ConfChange | undefined {
  const fields = decodeFields(bytes);
  if (fields === undefined) return undefined;
  const change: ConfChange = { type: 0, nodeId: 0n, context: EMPTY_BYTES, id: 0n };
  for (const { field, varint, bytes: value } of fields) {
    if (field === 1 && varint !== undefined) change.id = varint;
    else if (field === 2 && varint !== undefined) change.type = Number(BigInt.asIntN(32, varint));
    else if (field === 3 && varint !== undefined) change.nodeId = varint;
    else if (field === 4 && value !== undefined) change.context = value;
  }
  return change;
}

export function decodeConfChangeV2(bytes: Uint8Array): ConfChangeV2 | undefined {
  const fields = decodeFields(bytes);
  if (fields === undefined) return undefined;
  const change: ConfChangeV2 = { transition: 0, changes: [], context: EMPTY_BYTES };
  for (const { field, varint, bytes: value } of fields) {
    if (field === 1 && varint !== undefined) change.transition = Number(BigInt.asIntN(32, varint));
    else if (field === 3 && value !== undefined) change.context = value;
    else if (field === 2 && value !== undefined) {
      const single = decodeSingle(value);
      if (single === undefined) return undefined;
      change.changes.push(single);
    }
  }
  return change;
}

function decodeSingle(bytes: Uint8Array): ConfChangeSingle | undefined {
  const fields = decodeFields(bytes);
  if (fields === undefined) return undefined;
  const single: ConfChangeSingle = { type: 0, nodeId: 0n };
  for (const { field, varint } of fields) {
    if (field === 1 && varint !== undefined) single.type = Number(BigInt.asIntN(32, varint));
    else if (field === 2 && varint !== undefined) single.nodeId = varint;
  }
  return single;
}

interface Field {
  field: number;
  varint: bigint | undefined;
  bytes: Uint8Array | undefined;
}

function decodeFields(bytes: Uint8Array): Field[] | undefined {
  const fields: Field[] = [];
  let at = 0;
  let value = 0n;
  const varint = (): boolean => {
    value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = bytes[at++];
      if (byte === undefined) return false;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) {
        value = BigInt.asUintN(64, value);
        return true;
      }
    }
    return false;
  };
  while (at < bytes.length) {
    if (!varint()) return undefined;
    const field = Number(value >> 3n);
    const wire = Number(value & 7n);
    if (field === 0) return undefined;
    if (wire === 0) {
      if (!varint()) return undefined;
      fields.push({ field, varint: value, bytes: undefined });
    } else if (wire === 1 || wire === 5) {
      at += wire === 1 ? 8 : 4;
      if (at > bytes.length) return undefined;
    } else if (wire === 2) {
      if (!varint() || value > BigInt(bytes.length - at)) return undefined;
      const end = at + Number(value);
      fields.push({ field, varint: undefined, bytes: bytes.subarray(at, end) });
      at = end;
    } else return undefined;
  }
  return fields;
}
