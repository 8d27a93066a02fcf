/** What the sub-commands `gateway` and `grpc-proxy` take from the process; tests give their own. */
import { lookup, resolveSrv } from "node:dns/promises";
import { isIP } from "node:net";
import type { Clock } from "../../io/clock.ts";
import type { Random } from "../../io/random.ts";
import type { ResolveSrv } from "../../proxy/srv-clients.ts";
import type { LogLevel } from "../../server/config.ts";
import type { ServerLogger } from "../log/zap-logger.ts";

export interface ProxySurroundings {
  /** The whole command line with the program's name, for the log. */
  readonly commandLine: readonly string[];
  readonly clock: Clock;
  readonly random: Random;
  readonly openLogger: (level: LogLevel) => ServerLogger;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  /** Every address of a host; rejects when there is none. */
  readonly lookupHost: (host: string) => Promise<readonly string[]>;
  readonly resolveSrv: ResolveSrv;
}

/** The resolver of the machine. */
export const MACHINE_NAMES: Pick<ProxySurroundings, "lookupHost" | "resolveSrv"> = {
  lookupHost: async (host) => {
    if (isIP(host) !== 0) return [host];
    if (host === "") throw new Error("no such host");
    const found = await lookup(host.replace(/\.$/, ""), { all: true });
    return found.map(({ address }) => address);
  },
  resolveSrv,
};

/** The lines around the message to systemd, which is told nothing: Node has no datagram sockets of that kind. */
export function announceReady(logger: ServerLogger): void {
  const log = logger.with({ caller: "etcdmain/main.go" });
  log.info("notifying init daemon");
  log.info("successfully notified init daemon");
}

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: "bind: address already in use",
  EACCES: "bind: permission denied",
  EADDRNOTAVAIL: "bind: cannot assign requested address",
};

/** As Go's net package says it. */
export function listenErrorText(address: string, error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return `listen tcp ${address.replace(/^localhost:/, "127.0.0.1:")}: ${REASONS[code] ?? message}`;
}
