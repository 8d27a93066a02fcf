/**
 * Feature gates: named switches with a stage, set by `Name=true,Other=false`. AllAlpha and AllBeta set every gate of their stage that is not
 * set by itself. Source of behaviour: etcd pkg/featuregate, server/features.
 */

import { goQuote } from "../../base/go-quote.ts";
import type { FeatureName } from "../../server/config.ts";
import { parseGoBool } from "./go-number.ts";

type Stage = "ALPHA" | "BETA";

interface Gate {
  readonly stage: Stage;
  readonly byDefault: boolean;
}

const GATES: Readonly<Record<FeatureName | "AllAlpha" | "AllBeta", Gate>> = {
  AllAlpha: { stage: "ALPHA", byDefault: false },
  AllBeta: { stage: "BETA", byDefault: false },
  CompactHashCheck: { stage: "ALPHA", byDefault: false },
  FastLeaseKeepAlive: { stage: "BETA", byDefault: true },
  InitialCorruptCheck: { stage: "ALPHA", byDefault: false },
  LeaseCheckpoint: { stage: "ALPHA", byDefault: false },
  LeaseCheckpointPersist: { stage: "ALPHA", byDefault: false },
  PriorityRequest: { stage: "ALPHA", byDefault: false },
  SetMemberLocalAddr: { stage: "ALPHA", byDefault: false },
  StopGRPCServiceOnDefrag: { stage: "ALPHA", byDefault: false },
  TxnModeWriteWithSharedBuffer: { stage: "BETA", byDefault: true },
};

/** The lines of the help text. */
export const KNOWN_FEATURES: readonly string[] = Object.entries(GATES).map(
  ([name, gate]) => `${name}=true|false (${gate.stage} - default=${gate.byDefault})`,
);

/** The gates that were set, in the order of setting. */
export class FeatureGates {
  readonly #set: Map<string, boolean>;

  constructor() {
    this.#set = new Map();
  }

  /** Adds settings; returns why not, or undefined. Nothing is set when one of them is refused. */
  set(text: string): string | undefined {
    const wanted = new Map<string, boolean>();
    for (const part of text.split(",")) {
      if (part === "") continue;
      const equals = part.indexOf("=");
      const name = (equals < 0 ? part : part.slice(0, equals)).trim();
      if (equals < 0) return `missing bool value for ${name}`;
      const valueText = part.slice(equals + 1).trim();
      const value = parseGoBool(valueText);
      if (value === undefined)
        return `invalid value of ${name}=${valueText}, err: strconv.ParseBool: parsing ${goQuote(valueText)}: invalid syntax`;
      wanted.set(name, value);
    }
    for (const name of wanted.keys()) if (!Object.hasOwn(GATES, name)) return `unrecognized feature gate: ${name}`;
    const explicit = new Map([...this.#set, ...wanted]);
    for (const [name, value] of wanted) {
      if (name !== "AllAlpha" && name !== "AllBeta") continue;
      for (const [other, gate] of Object.entries(GATES))
        if (gate.stage === GATES[name].stage && !explicit.has(other)) explicit.set(other, value);
    }
    for (const [name, value] of explicit) this.#set.set(name, value);
    return undefined;
  }

  enabled(name: FeatureName): boolean {
    return this.#set.get(name) ?? GATES[name].byDefault;
  }

  all(): Readonly<Record<FeatureName, boolean>> {
    const names = Object.keys(GATES).filter((name) => name !== "AllAlpha" && name !== "AllBeta") as FeatureName[];
    return Object.fromEntries(names.map((name) => [name, this.enabled(name)])) as Record<FeatureName, boolean>;
  }

  /** The settings as etcd logs them: sorted `Name=value` pairs. */
  text(): string {
    return [...this.#set]
      .map(([name, value]) => `${name}=${value}`)
      .sort()
      .join(",");
  }
}
