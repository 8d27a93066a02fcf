/** Random messages of any kind, from a seed, leaning to the edges of each type. */
import type { FieldInfo } from "../../src/proto/message-codec.ts";
import type { AnyCodec } from "./codecs.ts";

/** Numerical Recipes' 32-bit LCG over its high bits: enough for tests, and the same everywhere. */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  below(bound: number): number {
    this.#state = (Math.imul(this.#state, 1664525) + 1013904223) >>> 0;
    return Math.floor((this.#state / 4294967296) * bound);
  }

  pick<T>(list: readonly T[]): T {
    return list[this.below(list.length)]!;
  }
}

const TEXTS = [
  "",
  "a",
  "é",
  "日本",
  "😀 x",
  "http://127.0.0.1:2379",
  "x".repeat(31),
  "y".repeat(200),
  "z".repeat(40) + "é",
];
const INT64: readonly bigint[] = [
  0n,
  1n,
  127n,
  128n,
  -1n,
  2n ** 31n,
  -(2n ** 31n),
  2n ** 53n - 1n,
  1n - 2n ** 53n,
  2n ** 40n,
];
const UINT64: readonly bigint[] = [0n, 1n, 127n, 128n, 2n ** 31n, 2n ** 32n - 1n, 2n ** 32n, 2n ** 35n, 2n ** 53n - 1n];

/** With `filled`, every field that fits is set, else about half of them. */
export function randomMessage(codec: AnyCodec, dice: Dice, depth: number = 0): object {
  const message = codec.create() as Record<string, unknown>;
  const oneofs = new Map<string, string>();
  for (const field of codec.fields) {
    if (field.oneof !== undefined && dice.below(3) === 0) oneofs.set(field.oneof, field.property);
  }
  for (const field of codec.fields) {
    if (field.oneof !== undefined ? oneofs.get(field.oneof) !== field.property : dice.below(2) === 0) continue;
    if (field.kind === "message" && depth >= 4) continue;
    if (field.repeated) {
      const list: unknown[] = [];
      for (let n = dice.below(4); n > 0; n--) list.push(randomValue(field, dice, depth));
      message[field.property] = list;
    } else {
      message[field.property] = randomValue(field, dice, depth);
    }
  }
  return message;
}

function randomValue(field: FieldInfo, dice: Dice, depth: number): unknown {
  switch (field.kind) {
    case "bytes":
      return Uint8Array.from({ length: dice.pick([0, 1, 2, 16, 23, 24, 100, 200]) }, () => dice.below(256));
    case "string":
      return dice.pick(TEXTS);
    case "bool":
      return dice.below(2) === 1;
    case "int32":
      return Number(BigInt.asIntN(32, dice.pick(INT64)));
    case "uint32":
      return Number(BigInt.asUintN(32, dice.pick(UINT64)));
    case "int64": {
      const value = dice.pick(field.big ? [...INT64, -(2n ** 63n), 2n ** 63n - 1n, 7587869999012345678n] : INT64);
      return field.big ? value : Number(value);
    }
    case "uint64": {
      const value = dice.pick(field.big ? [...UINT64, 2n ** 63n, 2n ** 64n - 1n, 0x8e9e05c52164694dn] : UINT64);
      return field.big ? value : Number(value);
    }
    case "enum":
      return dice.pick([...field.enum!.nameByValue.keys()]);
    case "message":
      return randomMessage(field.message!(), dice, depth + 1);
  }
}
