/**
 * Which member a connection of the gateway goes to, by the rules of SRV records (RFC 2782): of the endpoints that answer, those with the lowest
 * priority number; among these in proportion to their weights, those without a weight one time in a hundred; in turn when none has a weight.
 *
 *   const picker = new EndpointPicker([{ target: "10.0.0.1", port: 2379, priority: 0, weight: 0 }], random);
 *   const remote = picker.pick();                  // undefined: none is active
 *   if (remote !== undefined) remote.active = false; // it did not answer
 *
 * DIVERGES from etcd (server/proxy/tcpproxy), whose draw favours the first of several weights and whose turns leave priorities out (ADR 0040).
 */
import type { Random } from "../../io/random.ts";

/** One endpoint as an SRV record tells of it; given ones have priority and weight 0. */
export interface SrvRecord {
  readonly target: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface Remote {
  readonly record: SrvRecord;
  /** `host:port`, with brackets around IPv6. */
  readonly address: string;
  /** False from a failed dial until a later one succeeded. */
  active: boolean;
}

/** One connection in so many goes to an endpoint without a weight beside others that have one. */
const WEIGHTLESS_ONE_IN = 100;

export class EndpointPicker {
  readonly remotes: readonly Remote[];
  readonly #random: Random;
  #turn: number;

  constructor(records: readonly SrvRecord[], random: Random) {
    this.remotes = records.map((record) => ({ record, address: addressText(record), active: true }));
    this.#random = random;
    this.#turn = 0;
  }

  /** Undefined when every endpoint is inactive. */
  pick(): Remote | undefined {
    const active = this.remotes.filter((remote) => remote.active);
    if (active.length === 0) return undefined;
    const best = Math.min(...active.map(({ record }) => record.priority));
    const candidates = active.filter(({ record }) => record.priority === best);
    const weighted = candidates.filter(({ record }) => record.weight > 0);
    if (weighted.length === 0) return this.#inTurn(candidates);
    const weightless = candidates.filter(({ record }) => record.weight === 0);
    if (weightless.length > 0 && this.#random.integer(WEIGHTLESS_ONE_IN) === 0) return this.#inTurn(weightless);
    return this.#byWeight(weighted);
  }

  #inTurn(remotes: readonly Remote[]): Remote | undefined {
    return remotes[this.#turn++ % remotes.length];
  }

  #byWeight(remotes: readonly Remote[]): Remote | undefined {
    let left = this.#random.integer(remotes.reduce((sum, { record }) => sum + record.weight, 0));
    return remotes.find(({ record }) => {
      left -= record.weight;
      return left < 0;
    });
  }
}

function addressText({ target, port }: SrvRecord): string {
  return target.includes(":") ? `[${target}]:${port}` : `${target}:${port}`;
}
