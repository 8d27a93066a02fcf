/**
 * Says where and why valid JSON is not a message, in protojson's words: `proto: (line 1:8): invalid value for bytes field key: "!!"`.
 * Only for input that was refused already or has a key twice: it walks the text once more, with positions.
 */
import { parseBigJson } from "../../base/big-json.ts";
import type { FieldInfo, MessageCodec } from "../../proto/message-codec.ts";
import { ProtoError } from "../../proto/proto-error.ts";

interface Node {
  readonly kind: "object" | "array" | "scalar" | "null";
  readonly start: number;
  readonly end: number;
  readonly members: readonly Member[];
  readonly items: readonly Node[];
}

interface Member {
  readonly name: string;
  /** As it stands in the text, with its quotation marks. */
  readonly rawName: string;
  readonly nameAt: number;
  readonly value: Node;
}

/** Undefined when no fault is found. Precondition: `text` is one JSON value without white space around. */
export function describeFault(codec: MessageCodec<object>, text: string): string | undefined {
  const reader = new NodeReader(text);
  return faultOfMessage(codec, reader.value(), text);
}

function faultOfMessage(codec: MessageCodec<object>, node: Node, text: string): string | undefined {
  if (node.kind !== "object") return unexpected(node, text);
  const seen = new Set<FieldInfo>();
  const oneofs = new Set<string>();
  for (const { name, rawName, nameAt, value } of node.members) {
    const field = codec.fields.find((each) => each.name === name || each.jsonName === name);
    if (field === undefined) continue;
    if (seen.has(field)) return `proto: ${position(text, nameAt)}: duplicate field ${rawName}`;
    seen.add(field);
    if (value.kind === "null") continue;
    if (field.oneof !== undefined) {
      if (oneofs.has(field.oneof))
        return `proto: ${position(text, nameAt)}: error parsing ${rawName}, oneof ${codec.typeName}.${field.oneof} is already set`;
      oneofs.add(field.oneof);
    }
    if (field.repeated && value.kind !== "array") return unexpected(value, text);
    for (const element of field.repeated ? value.items : [value]) {
      const fault =
        field.kind === "message"
          ? faultOfMessage(field.message!(), element, text)
          : faultOfScalar(codec, field, element, text);
      if (fault !== undefined) return fault;
    }
  }
  return undefined;
}

function faultOfScalar(codec: MessageCodec<object>, field: FieldInfo, node: Node, text: string): string | undefined {
  const parsed = parseBigJson(text.slice(node.start, node.end));
  if (!parsed.ok) return `proto: ${position(text, node.start)}: ${parsed.reason}`;
  try {
    codec.fromJson({ [field.jsonName]: field.repeated ? [parsed.value] : parsed.value });
    return undefined;
  } catch (error) {
    if (!(error instanceof ProtoError)) throw error;
    return `proto: ${position(text, node.start)}: invalid value for ${field.kind} field ${field.jsonName}: ${raw(node, text)}`;
  }
}

function unexpected(node: Node, text: string): string {
  return `proto: syntax error ${position(text, node.start)}: unexpected token ${raw(node, text)}`;
}

/** The token: of an object or array only its bracket. */
function raw(node: Node, text: string): string {
  return node.kind === "object" || node.kind === "array" ? text[node.start]! : text.slice(node.start, node.end);
}

/** Lines and columns count from 1, columns in characters. */
function position(text: string, at: number): string {
  const before = text.slice(0, at);
  const line = before.split("\n").length;
  const column = Array.from(before.slice(before.lastIndexOf("\n") + 1)).length + 1;
  return `(line ${line}:${column})`;
}

/** Positions of all values of valid JSON. */
class NodeReader {
  readonly #text: string;
  #at: number;

  constructor(text: string) {
    this.#text = text;
    this.#at = 0;
  }

  value(): Node {
    this.#space();
    const start = this.#at;
    const first = this.#text[start];
    if (first === "{") return this.#object(start);
    if (first === "[") return this.#array(start);
    if (first === '"') this.#string();
    else while (this.#at < this.#text.length && !/[\s,\]}]/.test(this.#text[this.#at]!)) this.#at++;
    return this.#node(first === "n" ? "null" : "scalar", start);
  }

  #object(start: number): Node {
    const members: Member[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      const c = this.#text[this.#at];
      if (c === "," || c === "}") {
        this.#at++;
        if (c === "}") return { ...this.#node("object", start), members };
        continue;
      }
      const nameAt = this.#at;
      this.#string();
      const rawName = this.#text.slice(nameAt, this.#at);
      this.#space();
      this.#at++;
      members.push({ name: JSON.parse(rawName) as string, rawName, nameAt, value: this.value() });
    }
  }

  #array(start: number): Node {
    const items: Node[] = [];
    this.#at++;
    for (;;) {
      this.#space();
      const c = this.#text[this.#at];
      if (c === "," || c === "]") {
        this.#at++;
        if (c === "]") return { ...this.#node("array", start), items };
        continue;
      }
      items.push(this.value());
    }
  }

  #string(): void {
    this.#at++;
    while (this.#text[this.#at] !== '"') this.#at += this.#text[this.#at] === "\\" ? 2 : 1;
    this.#at++;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? "")) this.#at++;
  }

  #node(kind: Node["kind"], start: number): Node {
    return { kind, start, end: this.#at, members: [], items: [] };
  }
}
