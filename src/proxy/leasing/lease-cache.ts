/**
 * The keys that this proxy owns, with their present values. While a write of ours to an owned key is under way its readers wait.
 */
import { KeyValue } from "../../proto/generated/kv.ts";
import { type PutRequest, type RangeRequest, RangeResponse, type ResponseHeader } from "../../proto/generated/rpc.ts";

/** An owned key. */
export interface OwnedKey {
  readonly key: string;
  /** Of the transaction that made it ours: the leasing key is not newer. */
  readonly revision: number;
  /** The client whose right to read it was checked. */
  readonly token: string;
  header: ResponseHeader;
  /** Undefined: the key does not exist. */
  kv: KeyValue | undefined;
  /** Writes of ours that are under way. */
  writers: number;
  waiting: (() => void)[];
}

export class LeaseCache {
  readonly #owned: Map<string, OwnedKey>;

  constructor() {
    this.#owned = new Map();
  }

  get size(): number {
    return this.#owned.size;
  }

  get(key: string): OwnedKey | undefined {
    return this.#owned.get(key);
  }

  add(key: string, token: string, header: ResponseHeader, kv: KeyValue | undefined): OwnedKey {
    const owned: OwnedKey = { key, revision: header.revision, token, header, kv, writers: 0, waiting: [] };
    this.evict(key);
    this.#owned.set(key, owned);
    return owned;
  }

  /** Who waits for a write goes on, and finds the key no longer owned. */
  evict(key: string): void {
    const owned = this.#owned.get(key);
    if (owned === undefined) return;
    this.#owned.delete(key);
    wake(owned);
  }

  clear(): void {
    for (const key of [...this.#owned.keys()]) this.evict(key);
  }

  /** Owned keys in [start, end); an undefined end is the end of all. */
  within(start: string, end: string | undefined): OwnedKey[] {
    return [...this.#owned.values()].filter(({ key }) => key >= start && (end === undefined || key < end));
  }
}

export function lock(owned: OwnedKey): void {
  owned.writers++;
}

export function unlock(owned: OwnedKey): void {
  owned.writers--;
  if (owned.writers === 0) wake(owned);
}

function wake(owned: OwnedKey): void {
  const { waiting } = owned;
  owned.waiting = [];
  for (const go of waiting) go();
}

/**
 * Takes over a write of ours that has been done. False when it came after the answer to a later one: what the key is now is not known here.
 */
export function noteWrite(owned: OwnedKey, header: ResponseHeader, put: PutRequest | undefined): boolean {
  if (header.revision <= owned.header.revision) return false;
  owned.header = header;
  if (put === undefined) {
    owned.kv = undefined;
    return true;
  }
  const { revision } = header;
  owned.kv = KeyValue.create({
    key: put.key,
    value: put.value,
    createRevision: owned.kv?.createRevision ?? revision,
    modRevision: revision,
    version: (owned.kv?.version ?? 0) + 1,
  });
  return true;
}

/** Resolves when no write of ours to the key is under way. */
export function settled(owned: OwnedKey): Promise<void> {
  if (owned.writers === 0) return Promise.resolve();
  return new Promise((resolve) => {
    owned.waiting.push(resolve);
  });
}

/** The answer to a read of one key. */
export function answerFrom({ header, kv }: OwnedKey, request: RangeRequest): RangeResponse {
  const count = kv === undefined ? 0 : 1;
  if (kv === undefined || request.countOnly || !isWanted(kv, request)) return RangeResponse.create({ header, count });
  const shown = request.keysOnly ? KeyValue.create({ ...kv, value: new Uint8Array(0) }) : KeyValue.create({ ...kv });
  return RangeResponse.create({ header, kvs: [shown], count });
}

function isWanted({ modRevision, createRevision }: KeyValue, request: RangeRequest): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request;
  return (
    modRevision >= minModRevision &&
    (maxModRevision === 0 || modRevision <= maxModRevision) &&
    createRevision >= minCreateRevision &&
    (maxCreateRevision === 0 || createRevision <= maxCreateRevision)
  );
}
