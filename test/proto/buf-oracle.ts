/** @bufbuild/protobuf over our proto files: descriptors are made from protobufjs's parse, by absolute type names. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { create, createFileRegistry, type DescMessage, type FileRegistry } from "@bufbuild/protobuf";
import {
  type DescriptorProto,
  type EnumDescriptorProto,
  type FieldDescriptorProto,
  FieldDescriptorProto_Type as FieldType,
  FileDescriptorSetSchema,
  FieldDescriptorProto_Label as Label,
} from "@bufbuild/protobuf/wkt";
import protobuf from "protobufjs";
import { ROOT } from "./codecs.ts";

type Shape<T> = { -readonly [K in keyof T]?: unknown };

const SCALAR: Readonly<Record<string, FieldType>> = {
  bytes: FieldType.BYTES,
  string: FieldType.STRING,
  bool: FieldType.BOOL,
  int32: FieldType.INT32,
  uint32: FieldType.UINT32,
  int64: FieldType.INT64,
  uint64: FieldType.UINT64,
};
/** Packages with syntax proto2: the field presence of the others is implicit. */
const PROTO2 = new Set(["raftpb", "walpb", "snappb"]);

export function bufOracle(): (typeName: string) => DescMessage {
  const root = new protobuf.Root();
  const folder = join(ROOT, "proto");
  root.resolvePath = (_origin, target) =>
    target.endsWith("options.proto") ? null : join(folder, target.split("/").at(-1)!);
  const files = readdirSync(folder).filter((name) => name.endsWith(".proto") && name !== "options.proto");
  root.loadSync(files, { keepCase: true });
  root.resolveAll();
  const messages: protobuf.Type[] = [];
  const enums: protobuf.Enum[] = [];
  const walk = (object: protobuf.ReflectionObject): void => {
    if (object instanceof protobuf.Type) messages.push(object);
    if (object instanceof protobuf.Enum) enums.push(object);
    if (object instanceof protobuf.Namespace) for (const nested of object.nestedArray) walk(nested);
  };
  walk(root);
  const packageOf = (object: protobuf.ReflectionObject): string => {
    let at = object.parent;
    while (at instanceof protobuf.Type) at = at.parent;
    return at!.fullName.replace(/^\./, "");
  };
  // etcdserverpb.Metadata alone is proto2 in a package of proto3, so it gets a file of its own.
  const fileOf = (object: protobuf.ReflectionObject): string =>
    object.name === "Metadata" ? "metadata" : packageOf(object);
  const names = [...new Set([...messages, ...enums].map(fileOf))];
  const top = <T extends protobuf.ReflectionObject>(list: readonly T[], file: string): T[] =>
    list.filter((o) => fileOf(o) === file && !(o.parent instanceof protobuf.Type));
  const file = names.map((name) => ({
    name: `${name}.proto`,
    package: name === "metadata" ? "etcdserverpb" : name,
    syntax: PROTO2.has(name) || name === "metadata" ? "proto2" : "proto3",
    dependency: dependencies(messages, name, fileOf),
    messageType: top(messages, name).map(descriptor),
    enumType: top(enums, name).map(enumDescriptor),
  }));
  const set = create(FileDescriptorSetSchema, { file: inOrder(file) as never });
  const registry: FileRegistry = createFileRegistry(set);
  return (typeName) => registry.getMessage(typeName)!;
}

function dependencies(
  messages: readonly protobuf.Type[],
  file: string,
  fileOf: (o: protobuf.ReflectionObject) => string,
): string[] {
  const found = new Set<string>();
  for (const message of messages) {
    if (fileOf(message) !== file) continue;
    for (const field of message.fieldsArray) if (field.resolvedType) found.add(fileOf(field.resolvedType));
  }
  found.delete(file);
  return [...found].map((name) => `${name}.proto`);
}

function inOrder<F extends { name: string; dependency: string[] }>(files: readonly F[]): F[] {
  const done: F[] = [];
  const visit = (file: F): void => {
    if (done.includes(file)) return;
    for (const name of file.dependency) visit(files.find((f) => f.name === name)!);
    done.push(file);
  };
  for (const file of files) visit(file);
  return done;
}

function descriptor(type: protobuf.Type): Shape<DescriptorProto> {
  const oneofs = type.oneofsArray;
  return {
    name: type.name,
    field: type.fieldsArray.map((field) => fieldDescriptor(field, oneofs)),
    oneofDecl: oneofs.map((oneof) => ({ name: oneof.name })),
    nestedType: type.nestedArray.filter((o) => o instanceof protobuf.Type).map((o) => descriptor(o)),
    enumType: type.nestedArray.filter((o) => o instanceof protobuf.Enum).map((o) => enumDescriptor(o)),
  };
}

function fieldDescriptor(field: protobuf.Field, oneofs: readonly protobuf.OneOf[]): Shape<FieldDescriptorProto> {
  const { resolvedType } = field;
  return {
    name: field.name,
    jsonName: field.name.replace(/_+(.)/g, (_, letter: string) => letter.toUpperCase()),
    number: field.id,
    label: field.repeated ? Label.REPEATED : Label.OPTIONAL,
    type:
      resolvedType instanceof protobuf.Enum ? FieldType.ENUM : resolvedType ? FieldType.MESSAGE : SCALAR[field.type]!,
    ...(resolvedType ? { typeName: resolvedType.fullName } : {}),
    ...(field.partOf ? { oneofIndex: oneofs.indexOf(field.partOf) } : {}),
  };
}

function enumDescriptor(type: protobuf.Enum): Shape<EnumDescriptorProto> {
  return { name: type.name, value: Object.entries(type.values).map(([name, number]) => ({ name, number })) };
}
