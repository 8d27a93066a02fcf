/** What DNS discovery asks of the resolver of the machine; tests give their own. */
import { lookup, resolveSrv } from "node:dns/promises";

export interface SrvTarget {
  /** Without the dot at its end. */
  readonly host: string;
  readonly port: number;
}

export interface NameResolver {
  /** Targets of an SRV name, in the order of their priorities. Rejects with {@link NameError}. */
  srv(name: string): Promise<readonly SrvTarget[]>;
  /** An address of a host, IPv4 before IPv6; addresses are given back as they are. Rejects with {@link NameError}. */
  address(host: string): Promise<string>;
}

/** The message is as Go words it: `lookup <name>: <why>`. */
export class NameError extends Error {
  override readonly name = "NameError";
}

export const MACHINE_RESOLVER: NameResolver = {
  srv: async (name) => {
    const found = await asked(name, resolveSrv(name));
    return found
      .sort((a, b) => a.priority - b.priority)
      .map((record) => ({ host: record.name.replace(/\.$/, ""), port: record.port }));
  },
  address: async (host) => {
    const found = await asked(host, lookup(host, { all: true }));
    const chosen = found.find((each) => each.family === 4) ?? found[0];
    if (chosen === undefined) throw new NameError(`lookup ${host}: no such host`);
    return chosen.address;
  },
};

async function asked<T>(name: string, answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    const why = code === "ENOTFOUND" || code === "ENODATA" ? "no such host" : code;
    throw new NameError(`lookup ${name}: ${why}`, { cause: error });
  }
}
