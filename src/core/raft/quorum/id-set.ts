/** A small set of node IDs, kept sorted. Groups have a handful of members, so scanning an array beats hashing bigints. */
export class IdSet {
  /** Ascending, without repetition; not to be changed from outside. */
  readonly ids: bigint[];

  constructor(ids: Iterable<bigint> = []) {
    this.ids = [];
    for (const id of ids) this.add(id);
  }

  get size(): number {
    return this.ids.length;
  }

  has(id: bigint): boolean {
    const { ids } = this;
    for (let i = 0; i < ids.length; i++) if (ids[i] === id) return true;
    return false;
  }

  add(id: bigint): void {
    const { ids } = this;
    let at = 0;
    while (at < ids.length && ids[at]! < id) at++;
    if (ids[at] !== id) ids.splice(at, 0, id);
  }

  delete(id: bigint): void {
    const at = this.ids.indexOf(id);
    if (at >= 0) this.ids.splice(at, 1);
  }

  clear(): void {
    this.ids.length = 0;
  }

  /** The IDs in hexadecimal, as in "(1 2 a)". */
  toString(): string {
    return `(${this.ids.map((id) => id.toString(16)).join(" ")})`;
  }
}
