/**
 * Broken invariants. Assertions stay on in production: a member that has lost an invariant stops rather than guesses.
 */

/** A broken invariant: a bug of ours, never a reaction to input. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Throws {@link AssertionError} unless the condition holds. Keep the message a plain sentence without interpolation on hot paths. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** Ends a switch over a closed union; the type checker proves that it cannot be reached. */
export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`);
}

/** Throws unless the value is an integer that a double holds exactly (revisions, indexes, terms; see DESIGN "64-bit"). */
export function assertSafeInteger(value: number, message: string): void {
  if (!Number.isSafeInteger(value)) throw new AssertionError(message);
}
