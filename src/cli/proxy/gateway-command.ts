/**
 * `etcd gateway start`: its flags, what it refuses, and the gateway it starts. Source of behaviour: etcd server/etcdmain/gateway.go. It runs until
 * the process is ended; refusals go to stdout as there, with exit status 1.
 */
import { splitHostPort } from "../../base/go-address.ts";
import { goQuote } from "../../base/go-quote.ts";
import { parseGoUrl } from "../../base/go-url.ts";
import { EndpointPicker, type SrvRecord } from "../../proxy/gateway/endpoint-picker.ts";
import { listenTarget, TcpGateway } from "../../proxy/gateway/tcp-gateway.ts";
import { discoveredClients, type SrvClients } from "../../proxy/srv-clients.ts";
import type { CommandSpec } from "../cobra/command.ts";
import type { FlagSet } from "../cobra/flag-set.ts";
import { CommandExit } from "../cobra/program.ts";
import type { ServerLogger } from "../log/zap-logger.ts";
import { announceReady, listenErrorText, type ProxySurroundings } from "./proxy-surroundings.ts";

export function gatewayCommand(surroundings: ProxySurroundings): CommandSpec {
  return {
    use: "gateway <subcommand>",
    short: "gateway related command",
    commands: [
      {
        use: "start",
        short: "start the gateway",
        flags: [
          { name: "listen-addr", kind: "string", default: "127.0.0.1:23790", usage: "listen address" },
          {
            name: "discovery-srv",
            kind: "string",
            default: "",
            usage: "DNS domain used to bootstrap initial cluster",
          },
          {
            name: "discovery-srv-name",
            kind: "string",
            default: "",
            usage: "service name to query when using DNS discovery",
          },
          { name: "insecure-discovery", kind: "bool", default: "false", usage: "accept insecure SRV records" },
          {
            name: "trusted-ca-file",
            kind: "string",
            default: "",
            usage:
              "path to the client server TLS CA file for verifying the discovered endpoints when discovery-srv is provided.",
          },
          {
            name: "endpoints",
            kind: "stringSlice",
            default: "[127.0.0.1:2379]",
            usage: "comma separated etcd cluster endpoints",
          },
          {
            name: "retry-delay",
            kind: "duration",
            default: "1m0s",
            usage: "duration of delay before retrying failed endpoints",
          },
        ],
        run: ({ flags }) => startGateway(flags, surroundings),
      },
    ],
  };
}

/** Resolves once it serves. */
async function startGateway(flags: FlagSet, surroundings: ProxySurroundings): Promise<void> {
  const logger = surroundings.openLogger("info");
  logger.with({ caller: "etcdmain/gateway.go" }).info("Running: ", { args: [...surroundings.commandLine] });
  const refuse = (text: string): CommandExit => {
    logger.flushSync();
    surroundings.stdout(text);
    return new CommandExit(1, undefined);
  };
  const discovered = await discover(flags, surroundings, logger);
  const given = discovered.endpoints.length === 0;
  const endpoints = given ? flags.list("endpoints").map(withoutScheme) : discovered.endpoints;
  const records = [...discovered.records];
  if (records.length === 0) {
    for (const endpoint of endpoints) {
      const parts = splitHostPort(endpoint);
      if (!parts.ok) throw refuse(`error parsing endpoint ${goQuote(endpoint)}`);
      records.push({ target: parts.host, port: leadingNumber(parts.port), priority: 0, weight: 0 });
    }
  }
  const listenAddress = flags.text("listen-addr");
  const own = await ownAddresses(listenAddress, surroundings, refuse);
  for (const record of records) await checkNoLoop(record, own, listenAddress, surroundings, refuse);
  if (endpoints.length === 0) throw refuse("no endpoints found\n");

  const gateway = new TcpGateway({
    picker: new EndpointPicker(records, surroundings.random),
    retryDelayMs: flags.durationMs("retry-delay"),
    clock: surroundings.clock,
    logger: logger.with({ caller: "tcpproxy/userspace.go" }),
  });
  try {
    const target = listenTarget(listenAddress);
    if (target === undefined) throw new Error("invalid port");
    await gateway.listen(target.host, target.port);
  } catch (error) {
    logger.flushSync();
    surroundings.stderr(`${listenErrorText(listenAddress, error)}\n`);
    throw new CommandExit(1, undefined);
  }
  announceReady(logger);
  gateway.monitor();
}

async function discover(flags: FlagSet, surroundings: ProxySurroundings, logger: ServerLogger): Promise<SrvClients> {
  try {
    return await discoveredClients(
      {
        domain: flags.text("discovery-srv"),
        serviceName: flags.text("discovery-srv-name"),
        insecure: flags.bool("insecure-discovery"),
        trustedCaFile: flags.text("trusted-ca-file"),
      },
      logger,
      surroundings.resolveSrv,
    );
  } catch (error) {
    logger.flushSync();
    surroundings.stderr(`${error instanceof Error ? error.message : String(error)}\n`);
    throw new CommandExit(1, undefined);
  }
}

/** `host:port` of a URL; other text as it is. */
function withoutScheme(endpoint: string): string {
  const parsed = parseGoUrl(endpoint);
  return parsed.ok && parsed.url.host !== "" ? parsed.url.host : endpoint;
}

/** As Sscanf reads it: 0 for a name, the number before a letter. */
function leadingNumber(text: string): number {
  const value = Number(/^\d+/.exec(text)?.[0] ?? "0");
  return value > 65535 ? 0 : value;
}

interface OwnAddresses {
  readonly addresses: ReadonlySet<string>;
  readonly port: string;
}

async function ownAddresses(
  address: string,
  { lookupHost }: ProxySurroundings,
  refuse: (text: string) => CommandExit,
): Promise<OwnAddresses> {
  const parts = splitHostPort(address);
  if (!parts.ok) throw refuse(`failed to validate listen address: ${address}\n`);
  let found: readonly string[];
  try {
    found = await lookupHost(parts.host);
  } catch {
    throw refuse(`failed to resolve listen host: ${parts.host}\n`);
  }
  return { addresses: new Set(found), port: parts.port };
}

/** A gateway that forwards to itself would never end. */
async function checkNoLoop(
  { target, port }: SrvRecord,
  own: OwnAddresses,
  listenAddress: string,
  { lookupHost }: ProxySurroundings,
  refuse: (text: string) => CommandExit,
): Promise<void> {
  let found: readonly string[];
  try {
    found = await lookupHost(target);
  } catch {
    throw refuse(`failed to resolve endpoint host: ${target}\n`);
  }
  if (String(port) !== own.port) return;
  const loop = found.find((address) => own.addresses.has(address));
  if (loop === undefined) return;
  throw refuse(
    `SRV or endpoint (${target}:${port}->${loop}:${port}) should not resolve to the gateway listen addr (${listenAddress})\n`,
  );
}
