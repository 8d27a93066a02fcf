import assert from "node:assert/strict";
import { test } from "node:test";
import { isLinearizable, type KeyCall, type TimedCall } from "./linearizability.ts";
import { SeededRandom } from "./random.ts";

const call = (start: number, end: number, what: KeyCall): TimedCall => ({ start, end, call: what });
const put = (value: string): KeyCall => ({ kind: "put", value });
const get = (result: string | undefined): KeyCall => ({ kind: "get", result });

test("a read may see a put that it overlaps, or not, but not see it and then miss it", () => {
  assert.ok(isLinearizable([call(0, 10, put("1")), call(5, 6, get(undefined)), call(7, 8, get("1"))]));
  assert.ok(!isLinearizable([call(0, 10, put("1")), call(5, 6, get("1")), call(7, 8, get(undefined))]));
});

test("a read that begins after a put has ended sees it", () => {
  assert.ok(!isLinearizable([call(0, 1, put("1")), call(2, 3, get(undefined))]));
  assert.ok(isLinearizable([call(0, 1, put("1")), call(2, 3, get("1"))]));
});

test("a put without an outcome may take effect late or never, once", () => {
  const lost = call(0, Number.POSITIVE_INFINITY, put("1"));
  assert.ok(isLinearizable([lost, call(2, 3, get(undefined)), call(4, 5, get("1"))]));
  assert.ok(isLinearizable([lost, call(2, 3, get(undefined))]));
  assert.ok(
    !isLinearizable([lost, call(2, 3, get("1")), call(4, 5, put("2")), call(6, 7, get("2")), call(8, 9, get("1"))]),
  );
});

test("of two exchanges from one value only one succeeds", () => {
  const cas = (value: string, succeeded: boolean): KeyCall => ({ kind: "cas", expected: undefined, value, succeeded });
  assert.ok(isLinearizable([call(0, 5, cas("1", true)), call(1, 6, cas("2", false))]));
  assert.ok(!isLinearizable([call(0, 5, cas("1", true)), call(1, 6, cas("2", true))]));
});

/** Ten lines that try every order. */
function bruteForce(calls: readonly TimedCall[], state?: string): boolean {
  if (calls.every(({ end }) => end === Number.POSITIVE_INFINITY)) return true;
  return calls.some((candidate, i) => {
    if (calls.some(({ end }) => end < candidate.start)) return false;
    const { call: what } = candidate;
    const rest = calls.filter((_, j) => j !== i);
    if (what.kind === "get") return what.result === state && bruteForce(rest, state);
    if (what.kind === "put") return bruteForce(rest, what.value);
    if (what.kind === "delete") return bruteForce(rest, undefined);
    const matches = state === what.expected;
    if (what.succeeded !== undefined && what.succeeded !== matches) return false;
    return bruteForce(rest, matches ? what.value : state);
  });
}

test("isLinearizable() decides as a search through all orders does", (t) => {
  const seed = Math.floor(Math.random() * 2 ** 31);
  t.diagnostic(`seed ${seed}`);
  const random = new SeededRandom(seed);
  const outcomes = [0, 0];
  for (let round = 0; round < 3000; round++) {
    const times = Array.from({ length: 12 }, (_, i) => i).sort(() => random.integer(3) - 1);
    const value = (): string => String(random.integer(3));
    const maybe = (): string | undefined => (random.chance(0.3) ? undefined : value());
    const history = Array.from({ length: 6 }, (_, i): TimedCall => {
      const [a, b] = [times[2 * i]!, times[2 * i + 1]!];
      const dice = random.integer(6);
      const what: KeyCall =
        dice < 2
          ? put(value())
          : dice < 4
            ? get(maybe())
            : dice < 5
              ? { kind: "cas", expected: maybe(), value: value(), succeeded: random.chance(0.5) }
              : { kind: "delete" };
      return call(Math.min(a, b), random.chance(0.15) ? Number.POSITIVE_INFINITY : Math.max(a, b), what);
    });
    const expected = bruteForce(history.filter((c) => c.end !== Number.POSITIVE_INFINITY || c.call.kind !== "get"));
    assert.equal(isLinearizable(history), expected, JSON.stringify(history));
    outcomes[expected ? 1 : 0]!++;
  }
  assert.ok(outcomes[0]! > 100 && outcomes[1]! > 100, `both happen: ${outcomes.join()}`);
});
