/** What generated code offers: the codec of a message, and tables that describe messages, enums and services to code that walks them. */

/**
 * Any subset of a message's fields, at every level: what encode takes. Fields that are absent or undefined count as zero.
 */
export type Init<M> = { readonly [K in keyof M]?: InitValue<M[K]> | undefined };
type InitValue<V> = V extends Uint8Array
  ? V
  : V extends readonly (infer E)[]
    ? readonly InitValue<E>[]
    : V extends object
      ? Init<V>
      : V;

/** Any subset of a message's fields at the first level: what create takes. */
export type Fields<M> = { readonly [K in keyof M]?: M[K] | undefined };

export interface MessageCodec<M extends object> {
  /** Full name: `etcdserverpb.PutRequest`. */
  readonly typeName: string;
  /** In the order of declaration, which is the order in which Go prints them. */
  readonly fields: readonly FieldInfo[];
  /** A message with every field set: to the given value, else to its zero. All messages of a kind have one object shape. */
  create(init?: Fields<M>): M;
  /** Exactly the message's bytes, yours alone; possibly a view into a larger buffer (slab.ts). */
  encode(message: M | Init<M>): Uint8Array;
  sizeOf(message: M | Init<M>): number;
  /** Writes the message at `at` and returns the offset after it. There must be room for {@link sizeOf} bytes. */
  write(message: M | Init<M>, into: Uint8Array, at: number): number;
  /** Reads bytes[start, end). Fields of type bytes are views into the input. Unknown fields are passed over. Throws ProtoError. */
  decode(bytes: Uint8Array, start?: number, end?: number): M;
  /** protobuf's JSON mapping with proto field names, zero fields omitted, 64-bit numbers as text, bytes as base64, enums by name. */
  toJson(message: M): JsonObject;
  /** Reverse of {@link toJson}; accepts all that grpc-gateway accepts. Throws ProtoError. */
  fromJson(json: unknown): M;
}

export type JsonValue = string | number | boolean | null | JsonObject | readonly JsonValue[];
export interface JsonObject {
  [name: string]: JsonValue;
}

export type FieldKind = "bytes" | "string" | "bool" | "int32" | "uint32" | "int64" | "uint64" | "enum" | "message";

export interface FieldInfo {
  readonly number: number;
  /** As in the proto file: `range_end`. */
  readonly name: string;
  /** The other name that JSON input may use: `rangeEnd`. */
  readonly jsonName: string;
  /** The property of the TypeScript message: `rangeEnd`. */
  readonly property: string;
  /** The field of Go's struct: `RangeEnd`. */
  readonly goName: string;
  readonly kind: FieldKind;
  readonly repeated: boolean;
  /** Only for 64-bit kinds: the property is a bigint, else a number. */
  readonly big: boolean;
  /** proto2 field: Go's struct has a pointer. */
  readonly pointer: boolean;
  /** Name of the oneof that the field is a member of: `target_union`. */
  readonly oneof: string | undefined;
  readonly enum: EnumInfo | undefined;
  /** The field's own message. A function since messages may contain themselves. */
  readonly message: (() => MessageCodec<object>) | undefined;
}

export interface EnumInfo {
  /** Full name: `etcdserverpb.AlarmType`. */
  readonly typeName: string;
  readonly nameByValue: ReadonlyMap<number, string>;
  readonly valueByName: ReadonlyMap<string, number>;
}

export interface MethodInfo<I extends object = object, O extends object = object> {
  readonly name: string;
  /** The gRPC path: `/etcdserverpb.KV/Put`. */
  readonly path: string;
  readonly request: MessageCodec<I>;
  readonly response: MessageCodec<O>;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
}

/** The table of an enum from its values object. */
export function enumInfo(typeName: string, values: Readonly<Record<string, number>>): EnumInfo {
  const nameByValue = new Map<number, string>();
  const valueByName = new Map<string, number>();
  for (const [name, value] of Object.entries(values)) {
    if (!nameByValue.has(value)) nameByValue.set(value, name);
    valueByName.set(name, value);
  }
  return { typeName, nameByValue, valueByName };
}
