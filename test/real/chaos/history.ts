/**
 * What clients of a real cluster did and were told, in one order of events, and what must be true of it.
 *
 * Keys come in groups of two, `a` and `b`; transactions write both. A group belongs to one round, so that the search for a linear order meets the
 * calls without an outcome of one fault and not those of all.
 */
import assert from "node:assert/strict";
import { isLinearizable, type KeyCall, type TimedCall } from "../../sim/linearizability.ts";

/** Undefined: the key does not exist. */
export type Value = string | undefined;

export type Call =
  | { readonly kind: "put" | "delete"; readonly key: "a" | "b"; readonly value: Value }
  | { readonly kind: "get"; readonly key: "a" | "b"; readonly value: Value }
  /** Puts `value` if the key holds `expected`. */
  | {
      readonly kind: "cas";
      readonly key: "a" | "b";
      readonly expected: Value;
      readonly value: string;
      readonly succeeded: boolean | undefined;
    }
  /** Puts both. */
  | { readonly kind: "putBoth"; readonly a: string; readonly b: string }
  | { readonly kind: "getBoth"; readonly a: Value; readonly b: Value };

export interface Recorded {
  readonly client: number;
  readonly group: string;
  readonly call: Call;
  readonly start: number;
  /** Infinity: no answer came. */
  readonly end: number;
  /** The newest revision that anyone had been told of when the call began. */
  readonly before: number;
  /** The revision of the answer; 0 without one. */
  readonly revision: number;
}

/** A read that may be old, but must be what was there at its revision. */
export interface SerializableRead {
  readonly group: string;
  readonly key: "a" | "b";
  readonly value: Value;
  readonly revision: number;
}

export interface Change {
  readonly key: string;
  readonly value: Value;
}

/** All changes by revision, as a watch told them. */
export type Revisions = ReadonlyMap<number, readonly Change[]>;

export class History {
  readonly calls: Recorded[];
  readonly serializable: SerializableRead[];
  acknowledgedRevision: number;
  #order: number;

  constructor() {
    this.calls = [];
    this.serializable = [];
    this.acknowledgedRevision = 1;
    this.#order = 0;
  }

  nextOrder(): number {
    return this.#order++;
  }

  /** Every group's calls have a linear order. */
  checkLinearizable(where: string): void {
    for (const [group, calls] of groups(this.calls))
      for (const key of ["a", "b"] as const)
        assert.ok(
          isLinearizable(callsOfKey(calls, key)),
          `${where}: the calls of ${group}/${key} have no linear order`,
        );
  }

  /**
   * Every answer agrees with the changes that the members hold: acknowledged writes are there at their revision, behind everything that was
   * answered before they began; reads give what was there, and linearizable ones nothing older than that; nothing is there twice, and nothing
   * that nobody wrote.
   */
  checkRevisions(revisions: Revisions, where: string): void {
    const states = new States(revisions);
    const written = new Set<string>();
    for (const each of this.calls) for (const text of valuesOf(each.call)) written.add(text);
    const found = new Set<string>();
    for (const changes of revisions.values())
      for (const { key, value } of changes) {
        if (value === undefined) continue;
        const name = `${key}=${value}`;
        assert.ok(!found.has(name), `${where}: ${name} was written twice`);
        found.add(name);
        assert.ok(written.has(value), `${where}: ${name} was written by nobody`);
      }
    for (const each of this.calls) {
      if (each.end === Number.POSITIVE_INFINITY) continue;
      const what = `${where}: ${JSON.stringify(each)}`;
      const { call, group, revision, before } = each;
      const isChange = (key: string, value: Value): boolean =>
        (revisions.get(revision) ?? []).some((change) => change.key === `${group}/${key}` && change.value === value);
      const isState = (key: string, value: Value): boolean => states.at(`${group}/${key}`, revision) === value;
      assert.ok(revision >= before, `${what} is behind revision ${before}, which was answered before it began`);
      switch (call.kind) {
        case "put":
          assert.ok(revision > before && isChange(call.key, call.value), `${what}: the write is not there`);
          break;
        case "delete":
          assert.ok(isState(call.key, undefined), `${what}: the key is still there`);
          break;
        case "cas":
          if (call.succeeded) assert.ok(revision > before && isChange(call.key, call.value), `${what} is not there`);
          else assert.ok(!isState(call.key, call.expected), `${what} failed although the key held what it expected`);
          break;
        case "putBoth":
          assert.ok(revision > before && isChange("a", call.a) && isChange("b", call.b), `${what}: not both are there`);
          break;
        case "get":
          assert.ok(isState(call.key, call.value), `${what}: not what was there`);
          break;
        case "getBoth":
          assert.ok(isState("a", call.a) && isState("b", call.b), `${what}: not what was there`);
          break;
      }
    }
    for (const read of this.serializable)
      assert.equal(
        states.at(`${read.group}/${read.key}`, read.revision),
        read.value,
        `${where}: ${JSON.stringify(read)}`,
      );
  }
}

/** The value of a key as of a revision. */
class States {
  readonly #byKey: Map<string, { readonly revision: number; readonly value: Value }[]>;

  constructor(revisions: Revisions) {
    this.#byKey = new Map();
    for (const [revision, changes] of [...revisions].sort(([a], [b]) => a - b))
      for (const { key, value } of changes) {
        const list = this.#byKey.get(key);
        if (list === undefined) this.#byKey.set(key, [{ revision, value }]);
        else list.push({ revision, value });
      }
  }

  at(key: string, revision: number): Value {
    return this.#byKey.get(key)?.findLast((change) => change.revision <= revision)?.value;
  }
}

export function groups(calls: readonly Recorded[]): Map<string, Recorded[]> {
  const found = new Map<string, Recorded[]>();
  for (const each of calls) {
    const list = found.get(each.group);
    if (list === undefined) found.set(each.group, [each]);
    else list.push(each);
  }
  return found;
}

function valuesOf(call: Call): string[] {
  if (call.kind === "putBoth") return [call.a, call.b];
  return (call.kind === "put" || call.kind === "cas") && call.value !== undefined ? [call.value] : [];
}

/** What the calls of a group did to one of its keys: each part of an order of pairs is an order of that key's calls. */
function callsOfKey(calls: readonly Recorded[], key: "a" | "b"): TimedCall[] {
  const found: TimedCall[] = [];
  for (const { call, start, end } of calls) {
    const part = partOf(call, key);
    if (part !== undefined) found.push({ call: part, start, end });
  }
  return found;
}

function partOf(call: Call, key: "a" | "b"): KeyCall | undefined {
  if (call.kind === "putBoth") return { kind: "put", value: call[key] };
  if (call.kind === "getBoth") return { kind: "get", result: call[key] };
  if (call.key !== key) return undefined;
  switch (call.kind) {
    case "put":
      return { kind: "put", value: call.value! };
    case "delete":
      return { kind: "delete" };
    case "get":
      return { kind: "get", result: call.value };
    case "cas":
      return { kind: "cas", expected: call.expected, value: call.value, succeeded: call.succeeded };
  }
}
