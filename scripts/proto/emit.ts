/**
 * Writes the TypeScript of one proto file: for each message its interface, straight-line functions that size, write (back to front) and read it,
 * its field table and its codec. See src/proto/README.md for how the result is used.
 */
import type { EnumModel, FieldModel, FileModel, MessageModel, ServiceModel, TypeRef } from "./schema.ts";

export function emitFile(file: FileModel): string {
  const out = new Source(file.name);
  for (const model of file.enums) emitEnum(out, model);
  for (const model of file.messages) emitMessage(out, model);
  for (const model of file.services) emitService(out, model);
  return out.text(file.source);
}

/** Lines of code, and what they import. */
class Source {
  readonly #file: string;
  readonly #lines: string[] = [];
  readonly #imports = new Map<string, Set<string>>();

  constructor(file: string) {
    this.#file = file;
  }

  line(text: string): void {
    this.#lines.push(text);
  }

  /** Imports a name of the runtime and returns it. */
  use(module: string, name: string): string {
    let names = this.#imports.get(module);
    if (names === undefined) this.#imports.set(module, (names = new Set()));
    names.add(name);
    return name.replace(/^type /, "");
  }

  /** Imports a name that belongs to another generated file, if it does, and returns it. */
  useType(ref: TypeRef, name: string): string {
    return ref.file === this.#file ? name : this.use(`./${ref.file}.ts`, name);
  }

  text(source: string): string {
    const imports = [...this.#imports]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([module, names]) => `import { ${[...names].sort().join(", ")} } from "${module}";`);
    const head = `// Generated from proto/${source} by scripts/proto/generate.ts; do not edit.`;
    return [head, ...imports, "", ...this.#lines, ""].join("\n");
  }
}

function emitEnum(out: Source, model: EnumModel): void {
  out.line(`export const ${model.name} = {`);
  for (const [name, value] of model.values) out.line(`  ${name}: ${value},`);
  out.line("} as const;");
  out.line(`/** A value of the enumeration \`${model.fullName}\`. */`);
  out.line(`export type ${model.name} = (typeof ${model.name})[keyof typeof ${model.name}];`);
  out.use("../message-codec.ts", "type EnumInfo");
  out.line(
    `export const ${model.name}Info: EnumInfo = ${out.use("../message-codec.ts", "enumInfo")}("${model.fullName}", ${model.name});`,
  );
  out.line("");
}

function elementType(out: Source, field: FieldModel): string {
  switch (field.kind) {
    case "bytes":
      return "Uint8Array";
    case "string":
      return "string";
    case "bool":
      return "boolean";
    case "enum":
      return out.useType(field.type!, `type ${field.type!.name}`).replace(/^type /, "");
    case "message":
      return field.type!.name;
    default:
      return field.big ? "bigint" : "number";
  }
}

function propertyType(out: Source, field: FieldModel): string {
  const element = elementType(out, field);
  if (field.repeated) return `${element}[]`;
  return isOptional(field) ? `${element} | undefined` : element;
}

function isOptional(field: FieldModel): boolean {
  return !field.repeated && (field.kind === "message" || field.oneof !== undefined);
}

function zero(out: Source, field: FieldModel): string {
  if (field.repeated) return "[]";
  if (isOptional(field)) return "undefined";
  switch (field.kind) {
    case "bytes":
      return out.use("../../base/bytes.ts", "EMPTY_BYTES");
    case "string":
      return '""';
    case "bool":
      return "false";
    default:
      return field.big ? "0n" : "0";
  }
}

function emitMessage(out: Source, model: MessageModel): void {
  const { name } = model;
  const fields = [...model.fields];
  // Go writes the members of oneofs after the other fields, each group by number.
  const wire = fields.toSorted(
    (a, b) => Number(a.oneof !== undefined) - Number(b.oneof !== undefined) || a.number - b.number,
  );
  const byNumber = fields.toSorted((a, b) => a.number - b.number);

  out.line(`/** The message \`${model.fullName}\`. */`);
  out.line(`export interface ${name} {`);
  for (const f of byNumber) out.line(`  ${f.property}: ${propertyType(out, f)};`);
  out.line("}");
  out.line("");

  out.line(`function zero${name}(): ${name} {`);
  out.line(`  return {${byNumber.map((f) => ` ${f.property}: ${zero(out, f)}`).join(",")} };`);
  out.line("}");
  out.line("");

  out.use("../message-codec.ts", "type Init");
  const param = fields.length === 0 ? "_m" : "m";
  out.line(`export function sizeOf${name}(${param}: ${name} | Init<${name}>): number {`);
  if (wire.length === 0) out.line("  return 0;");
  else {
    out.line("  let n = 0;");
    for (const f of wire) emitSize(out, f);
    out.line("  return n;");
  }
  out.line("}");
  out.line("");

  const unused = fields.length === 0 ? "_" : "";
  out.line(`/** Writes the message so that it ends before \`at\`; returns where it starts. */`);
  out.line(
    `export function put${name}(${param}: ${name} | Init<${name}>, ${unused}b: Uint8Array, at: number): number {`,
  );
  for (const f of wire.toReversed()) emitPut(out, f);
  out.line("  return at;");
  out.line("}");
  out.line("");

  out.line(`/** Reads up to the reader's end, into the given message if there is one. */`);
  out.line(`export function read${name}(r: Reader, into?: ${name}): ${name} {`);
  out.line(`  const m = into ?? zero${name}();`);
  out.line("  while (r.at < r.end) {");
  out.line("    const tag = r.tag();");
  if (byNumber.length === 0) out.line("    r.skip(tag);");
  else {
    out.line("    switch (tag) {");
    for (const f of byNumber) emitRead(out, model, f);
    out.line("      default:");
    out.line("        r.skip(tag);");
    out.line("    }");
  }
  out.line("  }");
  out.line("  return m;");
  out.line("}");
  out.line("");

  emitCodec(out, model, byNumber);
}

function tagOf(field: FieldModel, delimited: boolean): number {
  return ((field.number << 3) | (delimited ? 2 : 0)) >>> 0;
}

function isDelimited(field: FieldModel): boolean {
  return field.kind === "bytes" || field.kind === "string" || field.kind === "message";
}

function tagSize(field: FieldModel): number {
  return varintBytes(tagOf(field, false)).length;
}

function varintBytes(value: number): number[] {
  const bytes: number[] = [];
  while (value > 127) {
    bytes.push((value & 127) | 128);
    value >>>= 7;
  }
  bytes.push(value);
  return bytes;
}

/** An expression for the bytes of a value without its tag. */
function sizeExpression(out: Source, field: FieldModel, value: string): string {
  const use = (name: string): string => out.use("../writer.ts", name);
  switch (field.kind) {
    case "bytes":
      return `${use("sizeOfDelimited")}(${value}.length)`;
    case "string":
      return `${use("sizeOfText")}(${value})`;
    case "bool":
      return "1";
    case "uint32":
      return `${use("sizeOfUint32")}(${value})`;
    case "int32":
    case "enum":
      return `${use("sizeOfInt64")}(${value})`;
    case "message":
      return `${use("sizeOfDelimited")}(${out.useType(field.type!, `sizeOf${field.type!.name}`)}(${value}))`;
    default:
      return field.big ? `${use("sizeOfBig")}(${value})` : `${use("sizeOfInt64")}(${value})`;
  }
}

/** The condition under which a field is written. All scalar zeros (0, 0n, false, "") and undefined are falsy. */
function present(field: FieldModel, value: string): string {
  if (isOptional(field)) return `${value} !== undefined`;
  if (field.kind === "bytes") return `${value} !== undefined && ${value}.length !== 0`;
  return value;
}

function emitSize(out: Source, f: FieldModel): void {
  const tag = tagSize(f);
  const v = `m.${f.property}`;
  const local = `v${f.number}`;
  out.line(`  const ${local} = ${v};`);
  if (f.repeated) {
    out.line(`  if (${local} !== undefined && ${local}.length !== 0) {`);
    if (f.packed) {
      out.line("    let p = 0;");
      out.line(`    for (let i = 0; i < ${local}.length; i++) p += ${sizeExpression(out, f, `${local}[i]!`)};`);
      out.line(`    n += ${tag} + ${out.use("../writer.ts", "sizeOfDelimited")}(p);`);
    } else {
      out.line(
        `    for (let i = 0; i < ${local}.length; i++) n += ${tag} + ${sizeExpression(out, f, `${local}[i]!`)};`,
      );
    }
    out.line("  }");
    return;
  }
  const size = sizeExpression(out, f, local);
  const add = size === "1" ? `n += ${tag + 1};` : `n += ${tag} + ${size};`;
  if (f.emitZero === undefined) {
    out.line(`  if (${present(f, local)}) ${add}`);
  } else {
    if (f.emitZero === "always" && f.kind === "bool") out.line(`  n += ${tag + 1};`);
    else {
      out.line(`  if (${present(f, local)}) ${add}`);
      out.line(f.emitZero === "always" ? `  else n += ${tag + 1};` : `  else if (${f.emitZero}) n += ${tag + 1};`);
    }
  }
}

/** Statements that write the value (no tag) before `at`. */
function putValue(out: Source, field: FieldModel, value: string): string {
  const use = (name: string): string => out.use("../writer.ts", name);
  switch (field.kind) {
    case "bytes":
      return `at = ${use("putBytes")}(b, at, ${value});`;
    case "string":
      return `at = ${use("putText")}(b, at, ${value});`;
    case "bool":
      return field.emitZero === "always" || field.repeated || field.oneof !== undefined
        ? `b[--at] = ${value} ? 1 : 0;`
        : "b[--at] = 1;";
    case "uint32":
      return `at = ${use("putUint32")}(b, at, ${value});`;
    case "int32":
    case "enum":
      return `at = ${use("putInt64")}(b, at, ${value});`;
    case "message": {
      const put = out.useType(field.type!, `put${field.type!.name}`);
      return `const end = at; at = ${put}(${value}, b, at); at = ${use("putUint32")}(b, at, end - at);`;
    }
    default:
      return field.big ? `at = ${use("putBig")}(b, at, ${value});` : `at = ${use("putInt64")}(b, at, ${value});`;
  }
}

function putTag(field: FieldModel, delimited: boolean): string {
  const bytes = varintBytes(tagOf(field, delimited));
  return bytes
    .toReversed()
    .map((byte) => `b[--at] = ${byte};`)
    .join(" ");
}

function emitPut(out: Source, f: FieldModel): void {
  const v = `m.${f.property}`;
  const local = `v${f.number}`;
  out.line(`  const ${local} = ${v};`);
  const tag = putTag(f, isDelimited(f));
  if (f.repeated) {
    if (f.packed) {
      out.line(`  if (${local} !== undefined && ${local}.length !== 0) {`);
      out.line("    const end = at;");
      out.line(`    for (let i = ${local}.length - 1; i >= 0; i--) { ${putValue(out, f, `${local}[i]!`)} }`);
      out.line(`    at = ${out.use("../writer.ts", "putUint32")}(b, at, end - at); ${putTag(f, true)}`);
      out.line("  }");
    } else {
      out.line(`  if (${local} !== undefined) {`);
      out.line(`    for (let i = ${local}.length - 1; i >= 0; i--) { ${putValue(out, f, `${local}[i]!`)} ${tag} }`);
      out.line("  }");
    }
    return;
  }
  if (f.emitZero === undefined) {
    out.line(`  if (${present(f, local)}) { ${putValue(out, f, local)} ${tag} }`);
  } else if (f.emitZero === "always" && f.kind === "bool") {
    out.line(`  ${putValue(out, f, local)} ${tag}`);
  } else {
    out.line(`  if (${present(f, local)}) { ${putValue(out, f, local)} ${tag} }`);
    const head = f.emitZero === "always" ? "  else" : `  else if (${f.emitZero})`;
    out.line(`${head} { b[--at] = 0; ${tag} }`);
  }
}

function readExpression(out: Source, field: FieldModel): string {
  switch (field.kind) {
    case "bytes":
      return "r.bytesView()";
    case "string":
      return "r.text()";
    case "bool":
      return "r.bool()";
    case "uint32":
      return "r.uint32()";
    case "int32":
      return "r.int32()";
    case "enum":
      return `r.int32() as ${elementType(out, field)}`;
    case "int64":
      return field.big ? "r.int64Big()" : "r.int64()";
    case "uint64":
      return field.big ? "r.uint64Big()" : "r.uint64()";
    default:
      throw new Error("messages are read by their own function");
  }
}

function emitRead(out: Source, model: MessageModel, f: FieldModel): void {
  const target = `m.${f.property}`;
  const others = f.oneof === undefined ? [] : model.fields.filter((o) => o.oneof === f.oneof && o !== f);
  const clear = others.map((o) => `m.${o.property} = undefined;`).join(" ");
  out.line(`      case ${tagOf(f, isDelimited(f))}:${f.kind === "message" ? " {" : ""}`);
  if (f.kind === "message") {
    const read = out.useType(f.type!, `read${f.type!.name}`);
    out.line("        const outer = r.enter();");
    out.line(f.repeated ? `        ${target}.push(${read}(r));` : `        ${target} = ${read}(r, ${target});`);
    out.line("        r.leave(outer);");
    if (clear) out.line(`        ${clear}`);
    out.line("        break;");
    out.line("      }");
    return;
  }
  const value = readExpression(out, f);
  out.line(f.repeated ? `        ${target}.push(${value});` : `        ${target} = ${value};`);
  if (clear) out.line(`        ${clear}`);
  out.line("        break;");
  if (f.repeated && !isDelimited(f)) {
    out.line(`      case ${tagOf(f, true)}: {`);
    out.line("        const outer = r.enter();");
    out.line(`        while (r.at < r.end) ${target}.push(${value});`);
    out.line("        r.leave(outer);");
    out.line("        break;");
    out.line("      }");
  }
}

function emitCodec(out: Source, model: MessageModel, byNumber: readonly FieldModel[]): void {
  const { name } = model;
  out.use("../message-codec.ts", "type FieldInfo");
  out.use("../message-codec.ts", "type MessageCodec");
  out.use("../message-codec.ts", "type Fields");
  out.use("../message-codec.ts", "type JsonObject");
  const toJson = out.use("../json.ts", "messageToJson");
  const fromJson = out.use("../json.ts", "messageFromJson");
  const reader = out.use("../reader.ts", "Reader");
  out.line(`const fieldsOf${name}: readonly FieldInfo[] = [`);
  for (const f of model.fields) out.line(`  ${fieldInfo(out, f)},`);
  out.line("];");
  out.line("");
  out.line(`export const ${name}: MessageCodec<${name}> = {`);
  out.line(`  typeName: "${model.fullName}",`);
  out.line(`  fields: fieldsOf${name},`);
  out.line(`  create(init?: Fields<${name}>): ${name} {`);
  if (byNumber.length === 0) out.line(`    return init === undefined ? zero${name}() : {};`);
  else {
    out.line(`    if (init === undefined) return zero${name}();`);
    const parts = byNumber.map((f) => {
      const fallback = zero(out, f);
      return fallback === "undefined"
        ? `      ${f.property}: init.${f.property},`
        : `      ${f.property}: init.${f.property} ?? ${fallback},`;
    });
    out.line("    return {");
    for (const part of parts) out.line(part);
    out.line("    };");
  }
  out.line("  },");
  out.line(`  encode(message: ${name} | Init<${name}>): Uint8Array {`);
  out.line(`    const size = sizeOf${name}(message);`);
  out.line(`    const bytes = ${out.use("../slab.ts", "allocate")}(size);`);
  out.line(`    put${name}(message, bytes, size);`);
  out.line("    return bytes;");
  out.line("  },");
  out.line(`  sizeOf: sizeOf${name},`);
  out.line(`  write(message: ${name} | Init<${name}>, into: Uint8Array, at: number): number {`);
  out.line(`    const end = at + sizeOf${name}(message);`);
  out.line(`    put${name}(message, into, end);`);
  out.line("    return end;");
  out.line("  },");
  out.line(`  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): ${name} {`);
  out.line(`    return read${name}(new ${reader}(bytes, start, end));`);
  out.line("  },");
  out.line(`  toJson(message: ${name}): JsonObject {`);
  out.line(`    return ${toJson}(fieldsOf${name}, message);`);
  out.line("  },");
  out.line(`  fromJson(json: unknown): ${name} {`);
  out.line(`    return ${fromJson}(${name}, json);`);
  out.line("  },");
  out.line("};");
  out.line("");
}

function fieldInfo(out: Source, f: FieldModel): string {
  const text = (value: string | undefined): string => (value === undefined ? "undefined" : `"${value}"`);
  const enumTable = f.kind === "enum" ? out.useType(f.type!, `${f.type!.name}Info`) : "undefined";
  const message = f.kind === "message" ? `() => ${out.useType(f.type!, f.type!.name)}` : "undefined";
  return (
    `{ number: ${f.number}, name: "${f.name}", jsonName: "${f.jsonName}", property: "${f.property}", goName: "${f.goName}", ` +
    `kind: "${f.kind}", repeated: ${f.repeated}, big: ${f.big}, pointer: ${f.pointer}, oneof: ${text(f.oneof)}, ` +
    `enum: ${enumTable}, message: ${message} }`
  );
}

function emitService(out: Source, model: ServiceModel): void {
  out.use("../message-codec.ts", "type MethodInfo");
  const ref = (type: TypeRef): string => out.useType(type, type.name);
  const key = (name: string): string => name[0]!.toLowerCase() + name.slice(1);
  out.line(`export const ${model.name}: {`);
  for (const m of model.methods)
    out.line(`  readonly ${key(m.name)}: MethodInfo<${ref(m.request)}, ${ref(m.response)}>;`);
  out.line("} = {");
  for (const m of model.methods) {
    out.line(
      `  ${key(m.name)}: { name: "${m.name}", path: "/${model.fullName}/${m.name}", request: ${m.request.name}, ` +
        `response: ${m.response.name}, clientStreaming: ${m.clientStreaming}, serverStreaming: ${m.serverStreaming} },`,
    );
  }
  out.line("};");
  out.line("");
}
