/**
 * protobuf's JSON mapping over the tables of generated code, in the dialect of etcd's gateway (grpc-gateway JSONPb with UseProtoNames and
 * DiscardUnknown): proto field names, unpopulated fields left out, 64-bit integers as text, bytes as base64, enums by name.
 * Input may use either name of a field, numbers or text for integers, either alphabet of base64, names or numbers of enums.
 */
import { unreachable } from "../base/assert.ts";
import { base64, base64Bytes } from "./base64.ts";
import type { FieldInfo, JsonObject, JsonValue, MessageCodec } from "./message-codec.ts";
import { ProtoError } from "./proto-error.ts";
import { NESTING_MAX } from "./reader.ts";

type Properties = Record<string, unknown>;

export function messageToJson(fields: readonly FieldInfo[], message: object): JsonObject {
  const out: JsonObject = {};
  for (const field of fields) {
    const value = (message as Properties)[field.property];
    if (value === undefined) continue;
    if (field.repeated) {
      const list = value as readonly unknown[];
      if (list.length > 0) out[field.name] = list.map((element) => valueToJson(field, element));
    } else if (field.oneof !== undefined || field.kind === "message" || !isZero(value)) {
      out[field.name] = valueToJson(field, value);
    }
  }
  return out;
}

function isZero(value: unknown): boolean {
  return value instanceof Uint8Array ? value.length === 0 : !value;
}

function valueToJson(field: FieldInfo, value: unknown): JsonValue {
  switch (field.kind) {
    case "bytes":
      return base64(value as Uint8Array);
    case "string":
      return value as string;
    case "bool":
      return value as boolean;
    case "int32":
    case "uint32":
      return value as number;
    case "int64":
    case "uint64":
      return integerText(value as number | bigint);
    case "enum":
      return field.enum!.nameByValue.get(value as number) ?? (value as number);
    case "message":
      return field.message!().toJson(value as object);
    default:
      return unreachable(field.kind);
  }
}

/** Decimal digits; String(1e21) would give an exponent. */
function integerText(value: number | bigint): string {
  return typeof value === "number" && !Number.isSafeInteger(value) ? String(BigInt(value)) : String(value);
}

export function messageFromJson<M extends object>(codec: MessageCodec<M>, json: unknown, depth: number = 0): M {
  if (typeof json !== "object" || json === null || Array.isArray(json))
    throw new ProtoError(`unexpected token ${shown(json)}, want an object of type ${codec.typeName}`);
  if (depth >= NESTING_MAX) throw new ProtoError("exceeded max recursion depth");
  const named = json as Properties;
  const message = codec.create();
  const out = message as Properties;
  let oneofsSeen: string[] | undefined;
  for (const field of codec.fields) {
    let value = named[field.jsonName];
    if (field.name !== field.jsonName && Object.hasOwn(named, field.name)) {
      if (Object.hasOwn(named, field.jsonName)) throw new ProtoError(`duplicate field ${field.name}`);
      value = named[field.name];
    } else if (!Object.hasOwn(named, field.jsonName)) continue;
    if (value === undefined || value === null) continue;
    if (field.repeated) {
      if (!Array.isArray(value))
        throw new ProtoError(`unexpected token ${shown(value)}, want a list for field ${field.name}`);
      const list: unknown[] = [];
      for (const element of value) {
        const parsed = valueFromJson(field, element, depth);
        if (parsed !== undefined) list.push(parsed);
      }
      out[field.property] = list;
      continue;
    }
    if (field.oneof !== undefined) {
      if (oneofsSeen?.includes(field.oneof))
        throw new ProtoError(`error parsing ${field.name}, oneof ${codec.typeName}.${field.oneof} is already set`);
      oneofsSeen = [...(oneofsSeen ?? []), field.oneof];
    }
    const parsed = valueFromJson(field, value, depth);
    if (parsed !== undefined) out[field.property] = parsed;
  }
  return message;
}

/** The value, or undefined for an enum name that nobody knows (passed over, like unknown fields). */
function valueFromJson(field: FieldInfo, json: unknown, depth: number): unknown {
  switch (field.kind) {
    case "bytes": {
      const bytes = typeof json === "string" ? base64Bytes(json) : undefined;
      return bytes ?? invalid(field, json);
    }
    case "string":
      return typeof json === "string" && wellFormed(json) ? json : invalid(field, json);
    case "bool":
      return typeof json === "boolean" ? json : invalid(field, json);
    case "int32":
      return Number(integer(field, json, -(2n ** 31n), 2n ** 31n - 1n));
    case "uint32":
      return Number(integer(field, json, 0n, 2n ** 32n - 1n));
    case "int64": {
      const value = integer(field, json, -(2n ** 63n), 2n ** 63n - 1n);
      return field.big ? value : Number(value);
    }
    case "uint64": {
      const value = integer(field, json, 0n, 2n ** 64n - 1n);
      return field.big ? value : Number(value);
    }
    case "enum":
      if (typeof json === "string") return field.enum!.valueByName.get(json);
      return typeof json === "number"
        ? Number(integer(field, json, -(2n ** 31n), 2n ** 31n - 1n))
        : invalid(field, json);
    case "message":
      return messageFromJson(field.message!(), json, depth + 1);
    default:
      return unreachable(field.kind);
  }
}

/** True unless the text has a lone surrogate, which has no UTF-8 form. */
function wellFormed(text: string): boolean {
  return !/[\ud800-\udfff]/.test(text) || (text as unknown as { isWellFormed(): boolean }).isWellFormed();
}

function integer(field: FieldInfo, json: unknown, min: bigint, max: bigint): bigint {
  let value: bigint | undefined;
  if (typeof json === "bigint") value = json;
  else if (typeof json === "number") value = Number.isInteger(json) ? BigInt(json) : undefined;
  else if (typeof json === "string") value = decimal(json);
  return value === undefined || value < min || value > max ? invalid(field, json) : value;
}

/** The integer that a JSON number's text stands for (`12`, `1.2e1`), or undefined. */
function decimal(text: string): bigint | undefined {
  const match = /^(-?)(0|[1-9]\d*)(?:\.(\d+))?(?:[eE]([+-]?\d{1,4}))?$/.exec(text);
  if (match === null) return undefined;
  const fraction = (match[3] ?? "").replace(/0+$/, "");
  const shift = Number(match[4] ?? 0) - fraction.length;
  let digits = match[2]! + fraction;
  if (/^0*$/.test(digits)) return 0n;
  if (digits.length + shift > 40) return undefined;
  if (shift >= 0) digits += "0".repeat(shift);
  else {
    const cut = Math.max(digits.length + shift, 0);
    if (/[^0]/.test(digits.slice(cut))) return undefined;
    digits = digits.slice(0, cut) || "0";
  }
  return BigInt(match[1]! + digits);
}

function invalid(field: FieldInfo, json: unknown): never {
  throw new ProtoError(`invalid value for ${field.kind} field ${field.jsonName}: ${shown(json)}`);
}

function shown(json: unknown): string {
  if (typeof json === "bigint") return String(json);
  if (Array.isArray(json)) return "[";
  if (typeof json === "object" && json !== null) return "{";
  return JSON.stringify(json) ?? "nothing";
}
