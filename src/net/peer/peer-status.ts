/**
 * Whether a peer is reached: any stream or request that works makes it active, any that fails makes it inactive
 * (etcd rafthttp/peer_status.go).
 */
import { idHex } from "../../base/bytes.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { PeerCounters } from "./peer-metrics.ts";

export class PeerStatus {
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #id: bigint;
  readonly #counters: PeerCounters;
  #sinceMs: number | undefined;

  constructor(id: bigint, parts: { clock: Clock; logger: Logger; counters: PeerCounters }) {
    this.#clock = parts.clock;
    this.#logger = parts.logger;
    this.#id = id;
    this.#counters = parts.counters;
    this.#sinceMs = undefined;
  }

  /** Clock time since which the peer is active; undefined while it is not. */
  get activeSinceMs(): number | undefined {
    return this.#sinceMs;
  }

  get isActive(): boolean {
    return this.#sinceMs !== undefined;
  }

  activate(): void {
    if (this.#sinceMs !== undefined) return;
    this.#logger.info("peer became active", { "peer-id": idHex(this.#id) });
    this.#sinceMs = this.#clock.now();
    this.#counters.active = 1;
  }

  /** `source` and `action` say what failed: "stream Message", "dial". */
  deactivate(source: string, action: string, reason: string): void {
    const error = `failed to ${action} ${idHex(this.#id)} on ${source} (${reason})`;
    if (this.#sinceMs === undefined) {
      this.#logger.debug("peer deactivated again", { "peer-id": idHex(this.#id), error });
      return;
    }
    this.#logger.warn("peer became inactive (message send to peer failed)", { "peer-id": idHex(this.#id), error });
    this.forget();
    this.#counters.disconnected++;
  }

  /** The peer is no longer one: it does not count as active any more. */
  forget(): void {
    if (this.#sinceMs === undefined) return;
    this.#sinceMs = undefined;
    this.#counters.active = 0;
  }
}
