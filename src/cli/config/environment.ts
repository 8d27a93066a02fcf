/** Flags from ETCD_* variables. Source of behaviour: etcd pkg/flags.SetFlagsFromEnv. */
import { goQuote } from "../../base/go-quote.ts";
import type { Logger } from "../../io/logger.ts";
import { environmentName } from "../flags/flag-definition.ts";
import type { FlagSet } from "../flags/flag-set.ts";

export type EnvironmentOutcome =
  | { readonly kind: "ok" }
  | { readonly kind: "refused"; readonly reason: string }
  /** A variable and its flag were both given: etcd logs it as fatal and ends. */
  | { readonly kind: "conflict"; readonly variable: string };

const PREFIX = "ETCD";

/** Sets flags that were not given from their variables; says what it used and which ETCD_ variables it does not know. */
export function setFromEnvironment(
  flags: FlagSet,
  environment: Readonly<Record<string, string | undefined>>,
  log: Logger,
): EnvironmentOutcome {
  const given = new Set([...flags.givenNames()].map((name) => environmentName(PREFIX, name)));
  const used = new Set<string>();
  let refusal: string | undefined;
  for (const name of flags.names()) {
    const variable = environmentName(PREFIX, name);
    const value = environment[variable];
    if (given.has(variable) || value === undefined || value === "") continue;
    used.add(variable);
    const reason = flags.set(name, value);
    if (reason === undefined)
      log.info("recognized and used environment variable", { "variable-name": variable, "variable-value": value });
    else refusal = `invalid value ${goQuote(value)} for ${variable}: ${reason}`;
  }
  for (const [variable, value] of Object.entries(environment)) {
    if (used.has(variable)) continue;
    if (given.has(variable)) return { kind: "conflict", variable };
    if (variable.startsWith(`${PREFIX}_`))
      log.warn("unrecognized environment variable", { "environment-variable": `${variable}=${value ?? ""}` });
  }
  return refusal === undefined ? { kind: "ok" } : { kind: "refused", reason: refusal };
}
