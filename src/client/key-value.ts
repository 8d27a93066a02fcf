/** Keys and values as users see them: bytes, with the text made when asked for. */
import { utf8, utf8Text } from "../base/bytes.ts";
import type { KeyValue as WireKeyValue } from "../proto/generated/kv.ts";
import type { ResponseHeader } from "../proto/generated/rpc.ts";

/** Text is sent as UTF-8. */
export type Bytes = string | Uint8Array;

export function toBytes(data: Bytes): Uint8Array {
  return typeof data === "string" ? utf8(data) : data;
}

/** A key with its value at some revision. */
export class KeyValue {
  readonly keyBytes: Uint8Array;
  readonly valueBytes: Uint8Array;
  /** Revision at which the key came into being. */
  readonly createRevision: number;
  /** Revision of its last change. */
  readonly modRevision: number;
  /** Changes since it came into being, 1 for the first; 0 in a deletion. */
  readonly version: number;
  /** The lease it is attached to, 0n for none. */
  readonly lease: bigint;

  /** @internal */
  constructor(keyBytes: Uint8Array, kv: WireKeyValue) {
    this.keyBytes = keyBytes;
    this.valueBytes = kv.value;
    this.createRevision = kv.createRevision;
    this.modRevision = kv.modRevision;
    this.version = kv.version;
    this.lease = kv.lease;
  }

  /** The key as text. */
  get key(): string {
    return utf8Text(this.keyBytes);
  }

  /** The value as text. */
  get value(): string {
    return utf8Text(this.valueBytes);
  }

  /** The value parsed as JSON. Throws SyntaxError when it is not. */
  json<T = unknown>(): T {
    return JSON.parse(this.value) as T;
  }
}

/** What every answer carries of the cluster. */
export interface Header {
  readonly clusterId: bigint;
  readonly memberId: bigint;
  /** Revision of the store when the request was answered. */
  readonly revision: number;
  readonly raftTerm: number;
}

const NO_HEADER: Header = { clusterId: 0n, memberId: 0n, revision: 0, raftTerm: 0 };

export function headerOf(response: { readonly header: ResponseHeader | undefined }): Header {
  return response.header ?? NO_HEADER;
}
