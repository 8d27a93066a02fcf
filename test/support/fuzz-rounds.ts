/** How many rounds a random test does: a number that fits into `npm test`, times FUZZ (default 1) for long runs. */
export function fuzzRounds(rounds: number): number {
  return Math.ceil(rounds * Number(process.env.FUZZ ?? 1));
}
