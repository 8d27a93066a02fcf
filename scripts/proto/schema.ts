/** Reads proto/*.proto (protobufjs as parser) and settles every name and rule that the emitted TypeScript needs. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import protobuf from "protobufjs";

export type Kind = "bytes" | "string" | "bool" | "int32" | "uint32" | "int64" | "uint64" | "enum" | "message";

export interface FieldModel {
  readonly number: number;
  readonly name: string;
  readonly jsonName: string;
  readonly property: string;
  readonly goName: string;
  readonly kind: Kind;
  readonly repeated: boolean;
  readonly packed: boolean;
  readonly big: boolean;
  readonly pointer: boolean;
  readonly oneof: string | undefined;
  /** Name and file of the enum or message, for those kinds. */
  readonly type: TypeRef | undefined;
  /** TypeScript condition under which a zero is written too. */
  readonly emitZero: string | undefined;
}

export interface TypeRef {
  readonly name: string;
  readonly file: string;
}

export interface MessageModel extends TypeRef {
  readonly fullName: string;
  /** In the order of declaration. */
  readonly fields: readonly FieldModel[];
}

export interface EnumModel extends TypeRef {
  readonly fullName: string;
  readonly values: readonly (readonly [string, number])[];
}

export interface MethodModel {
  readonly name: string;
  readonly request: TypeRef;
  readonly response: TypeRef;
  readonly clientStreaming: boolean;
  readonly serverStreaming: boolean;
}

export interface ServiceModel {
  readonly name: string;
  readonly fullName: string;
  readonly methods: readonly MethodModel[];
}

export interface FileModel {
  /** kebab-case name of the TypeScript file, without extension. */
  readonly name: string;
  readonly source: string;
  readonly enums: readonly EnumModel[];
  readonly messages: readonly MessageModel[];
  readonly services: readonly ServiceModel[];
}

/** 64-bit fields that are identities, not counters: bigint in TypeScript (they use all 64 bits). By proto field name. */
const IDENTITY_FIELDS = new Set([
  "ID",
  "id",
  "lease",
  "leaseID",
  "member_id",
  "memberID",
  "member_ID",
  "cluster_id",
  "NodeID",
  "ClusterID",
  "node_id",
  "to",
  "from",
  "vote",
  "voters",
  "learners",
  "voters_outgoing",
  "learners_next",
  "targetID",
  "leader",
]);

const SCALARS = new Set<string>(["bytes", "string", "bool", "int32", "uint32", "int64", "uint64"]);

export function readSchema(folder: string): readonly FileModel[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith(".proto") && name !== "options.proto")
    .sort();
  const root = new protobuf.Root();
  const fileOf = new Map<protobuf.ReflectionObject, string>();
  const declared: protobuf.ReflectionObject[] = [];
  for (const file of files) {
    const parsed = protobuf.parse(readFileSync(join(folder, file), "utf8"), new protobuf.Root(), { keepCase: true });
    const home = root.define(parsed.package ?? "");
    const module = file.replace(/\.proto$/, "").replaceAll("_", "-");
    for (const object of (parsed.root.lookup(parsed.package ?? "") as protobuf.Namespace).nestedArray) {
      home.add(object);
      remember(object, module, fileOf, declared);
    }
  }
  root.resolveAll();
  const nameOf = (object: protobuf.ReflectionObject): TypeRef => {
    const file = fileOf.get(object);
    if (file === undefined) throw new Error(`type ${object.fullName} is not in any file`);
    return { name: typeName(object), file };
  };
  return files.map((file) => {
    const module = file.replace(/\.proto$/, "").replaceAll("_", "-");
    const mine = declared.filter((object) => fileOf.get(object) === module);
    return {
      name: module,
      source: file,
      enums: mine.filter((o) => o instanceof protobuf.Enum).map((o) => enumModel(o, nameOf)),
      messages: mine.filter((o) => o instanceof protobuf.Type).map((o) => messageModel(o, nameOf)),
      services: mine.filter((o) => o instanceof protobuf.Service).map((o) => serviceModel(o, nameOf)),
    };
  });
}

function remember(
  object: protobuf.ReflectionObject,
  file: string,
  fileOf: Map<protobuf.ReflectionObject, string>,
  declared: protobuf.ReflectionObject[],
): void {
  fileOf.set(object, file);
  declared.push(object);
  if (object instanceof protobuf.Type)
    for (const nested of object.nestedArray) remember(nested, file, fileOf, declared);
}

/** `RangeRequest.SortOrder` -> SortOrder; `Permission.Type` -> PermissionType; `snapshot` -> Snapshot. */
function typeName(object: protobuf.ReflectionObject): string {
  const name =
    object.name === "Type" && object.parent instanceof protobuf.Type ? `${object.parent.name}Type` : object.name;
  return name[0]!.toUpperCase() + name.slice(1);
}

function fullName(object: protobuf.ReflectionObject): string {
  return object.fullName.replace(/^\./, "");
}

function enumModel(object: protobuf.Enum, nameOf: (o: protobuf.ReflectionObject) => TypeRef): EnumModel {
  return { ...nameOf(object), fullName: fullName(object), values: Object.entries(object.values) };
}

function messageModel(object: protobuf.Type, nameOf: (o: protobuf.ReflectionObject) => TypeRef): MessageModel {
  return {
    ...nameOf(object),
    fullName: fullName(object),
    fields: object.fieldsArray.map((f) => fieldModel(f, nameOf)),
  };
}

function fieldModel(field: protobuf.Field, nameOf: (o: protobuf.ReflectionObject) => TypeRef): FieldModel {
  if (field.map) throw new Error(`${field.fullName}: maps are not supported`);
  const resolved = field.resolvedType;
  let kind: Kind;
  if (resolved instanceof protobuf.Enum) kind = "enum";
  else if (resolved instanceof protobuf.Type) kind = "message";
  else if (SCALARS.has(field.type)) kind = field.type as Kind;
  else throw new Error(`${field.fullName}: type ${field.type} is not supported`);
  const { name } = field;
  const jsonName = name.replace(/_(.)/g, (_, letter: string) => letter.toUpperCase());
  const wide = kind === "int64" || kind === "uint64";
  return {
    number: field.id,
    name,
    jsonName,
    property: property(jsonName),
    goName: jsonName[0]!.toUpperCase() + jsonName.slice(1),
    kind,
    repeated: field.repeated,
    packed: field.repeated && field.packed && kind !== "message" && kind !== "bytes" && kind !== "string",
    big: wide && IDENTITY_FIELDS.has(name),
    pointer: field.hasPresence && !field.partOf && !field.repeated && kind !== "message",
    oneof: field.partOf?.name,
    type: resolved ? nameOf(resolved) : undefined,
    emitZero: (field.options as Record<string, string> | undefined)?.["(etcd_ts.emit_zero)"],
  };
}

/** ID -> id, TTL -> ttl, NodeID -> nodeID, rangeEnd stays. */
function property(jsonName: string): string {
  if (/^[A-Z]+$/.test(jsonName)) return jsonName.toLowerCase();
  return jsonName[0]!.toLowerCase() + jsonName.slice(1);
}

function serviceModel(service: protobuf.Service, nameOf: (o: protobuf.ReflectionObject) => TypeRef): ServiceModel {
  return {
    name: `${service.name}Service`,
    fullName: fullName(service),
    methods: service.methodsArray.map((method) => {
      method.resolve();
      return {
        name: method.name,
        request: nameOf(method.resolvedRequestType!),
        response: nameOf(method.resolvedResponseType!),
        clientStreaming: method.requestStream === true,
        serverStreaming: method.responseStream === true,
      };
    }),
  };
}
