/**
 * Messages as Go's encoding/json prints the structs that protoc-gen-go makes: fields in declaration order under their proto names, zero fields
 * omitted, 64-bit numbers as numbers, enums as numbers, bytes in base64.
 */
import type { JsonValue } from "../../base/big-json.ts";
import type { FieldInfo, MessageCodec } from "../../proto/message-codec.ts";

/** The struct of a message; a Map keeps the order of the fields whatever their names. */
export function goStruct<M extends object>(codec: MessageCodec<M>, message: M): Map<string, JsonValue> {
  const out = new Map<string, JsonValue>();
  for (const field of codec.fields) {
    const value = (message as Record<string, unknown>)[field.property];
    const json = field.repeated ? list(field, value as readonly unknown[]) : single(field, value);
    if (json !== undefined) out.set(field.name, json);
  }
  return out;
}

function list(field: FieldInfo, values: readonly unknown[]): JsonValue | undefined {
  return values.length === 0 ? undefined : values.map((value) => element(field, value));
}

/** undefined for a zero value, which Go omits. */
function single(field: FieldInfo, value: unknown): JsonValue | undefined {
  switch (field.kind) {
    case "message":
      return value === undefined ? undefined : element(field, value);
    case "bytes":
      return value === undefined || (value as Uint8Array).length === 0 ? undefined : element(field, value);
    case "string":
      return value === "" || value === undefined ? undefined : (value as string);
    case "bool":
      return value === true ? true : undefined;
    default:
      return value === 0 || value === 0n || value === undefined ? undefined : (value as number | bigint);
  }
}

function element(field: FieldInfo, value: unknown): JsonValue {
  if (field.kind === "message") return goStruct(field.message!(), value as object);
  if (field.kind === "bytes") return base64(value as Uint8Array);
  return value as string | number | bigint | boolean;
}

export function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("base64");
}
