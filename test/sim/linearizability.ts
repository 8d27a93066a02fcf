/**
 * Is a history of calls to one key linearizable? Wing and Gong's search with Lowe's memory of visited states ("Testing for linearizability", 2017;
 * the algorithm of porcupine). It knows nothing of revisions but what the calls returned, so it checks the other checkers.
 *
 * A call takes effect at one moment between its start and its end; one without an outcome at some moment after its start, or never.
 *
 * Worked example: put(1) 0..10, get->none 5..6, get->1 7..8 is linearizable (get, put, get); with the gets exchanged it is not.
 */

export type KeyCall =
  | { readonly kind: "put"; readonly value: string }
  | { readonly kind: "delete" }
  | { readonly kind: "get"; readonly result: string | undefined }
  /** Puts `value` if the key holds `expected`; `succeeded` is undefined when unknown. */
  | {
      readonly kind: "cas";
      readonly expected: string | undefined;
      readonly value: string;
      readonly succeeded: boolean | undefined;
    };

export interface TimedCall {
  readonly call: KeyCall;
  /** Order of events, each number used once. */
  readonly start: number;
  /** Infinity: no outcome is known. */
  readonly end: number;
}

const ABSENT = undefined;

/** The state after a call, or null when the call cannot have happened in this state. */
function apply(state: string | undefined, call: KeyCall): string | undefined | null {
  switch (call.kind) {
    case "put":
      return call.value;
    case "delete":
      return ABSENT;
    case "get":
      return call.result === state ? state : null;
    case "cas": {
      const matches = state === call.expected;
      if (call.succeeded !== undefined && call.succeeded !== matches) return null;
      return matches ? call.value : state;
    }
  }
}

export function isLinearizable(history: readonly TimedCall[]): boolean {
  // Reads without an outcome say nothing.
  const calls = history
    .filter(({ call, end }) => end !== Number.POSITIVE_INFINITY || call.kind !== "get")
    .sort((a, b) => a.start - b.start);
  const n = calls.length;
  const done = new Uint8Array(n);
  const seen = new Set<string>();
  interface Frame {
    readonly state: string | undefined;
    /** The call that was chosen last here; -1 at first. */
    chosen: number;
    /** No call before this one is open. */
    readonly first: number;
  }
  let left = calls.filter(({ end }) => end !== Number.POSITIVE_INFINITY).length;
  const stack: Frame[] = [{ state: ABSENT, chosen: -1, first: 0 }];
  while (stack.length > 0) {
    if (left === 0) return true;
    const frame = stack.at(-1)!;
    if (frame.chosen >= 0) {
      done[frame.chosen] = 0;
      if (calls[frame.chosen]!.end !== Number.POSITIVE_INFINITY) left++;
    }
    const next = nextChoice(calls, done, frame.first, frame.chosen, frame.state);
    if (next === undefined) {
      stack.pop();
      continue;
    }
    frame.chosen = next.call;
    done[next.call] = 1;
    if (calls[next.call]!.end !== Number.POSITIVE_INFINITY) left--;
    let first = frame.first;
    while (first < n && done[first] === 1) first++;
    const memory = `${first}:${open(done, first)}:${next.state ?? ""}:${next.state === undefined}`;
    if (seen.has(memory)) continue;
    seen.add(memory);
    stack.push({ state: next.state, chosen: -1, first });
  }
  return left === 0;
}

/** The calls behind the first open one that are done, as text. */
function open(done: Uint8Array, first: number): string {
  let last = done.length;
  while (last > first && done[last - 1] === 0) last--;
  return done.subarray(first, last).join("");
}

/** The next call behind `after` that may be the first of those that are left. */
function nextChoice(
  calls: readonly TimedCall[],
  done: Uint8Array,
  first: number,
  after: number,
  state: string | undefined,
): { readonly call: number; readonly state: string | undefined } | undefined {
  // A call may come first when it began before any open one ended.
  let earliestEnd = Number.POSITIVE_INFINITY;
  for (let i = first; i < calls.length; i++) {
    const { start, end } = calls[i]!;
    if (start > earliestEnd) break;
    if (done[i] === 0) earliestEnd = Math.min(earliestEnd, end);
  }
  for (let i = Math.max(first, after + 1); i < calls.length; i++) {
    const { start, call } = calls[i]!;
    if (start > earliestEnd) return undefined;
    if (done[i] === 1) continue;
    const result = apply(state, call);
    if (result !== null) return { call: i, state: result };
  }
  return undefined;
}
