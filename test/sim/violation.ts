/** A promise of the server that was broken: what the checkers of a simulation throw or report. */
export class Violation extends Error {
  override readonly name = "Violation";
}

/** Collects what checkers find in callbacks from which an exception would end elsewhere; the first one counts. */
export class Findings {
  first: Violation | undefined = undefined;

  report(text: string): void {
    this.first ??= new Violation(text);
  }

  check(condition: boolean, text: () => string): void {
    if (!condition) this.report(text());
  }

  /** Throws the first finding. */
  raise(): void {
    if (this.first !== undefined) throw this.first;
  }
}
