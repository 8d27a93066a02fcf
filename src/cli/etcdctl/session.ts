/**
 * From flags and environment to a configured, connected client with a printer: what every command begins with.
 * Source of behaviour: etcdctl/ctlv3/command/global.go, pkg/flags (environment).
 */
import { goQuote } from "../../base/go-quote.ts";
import { NodeClock } from "../../io/node/clock.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeError } from "../print/output.ts";
import { createPrinter, type Printer } from "../print/printer.ts";
import { Connection, type ConnectionConfig, type Deadline } from "./connection.ts";
import { askPassword } from "./stdin.ts";
import type { SecureFlags } from "./tls-files.ts";

export interface Session {
  readonly connection: Connection;
  readonly printer: Printer;
  /** The end of --command-timeout, counted from the start of the command. */
  readonly deadline: Deadline;
}

export const clock: NodeClock = new NodeClock();

/** Configures and connects. Throws {@link CommandExit}. */
export async function openSession(invocation: Invocation): Promise<Session> {
  const settings = await clientSettings(invocation);
  const deadline = commandDeadline(invocation);
  const connection = await connect(settings.config());
  return { connection, printer: settings.printer, deadline };
}

export interface ClientSettings {
  readonly endpoints: readonly string[];
  readonly secure: SecureFlags;
  readonly printer: Printer;
  /** The configuration, for other endpoints than the flags' where given. Throws {@link CommandExit} for unusable TLS files. */
  config(endpoints?: readonly string[]): ConnectionConfig;
}

/** Reads flags and environment; asks for a password where needed. */
export async function clientSettings(invocation: Invocation): Promise<ClientSettings> {
  applyEnvironment(invocation);
  const { flags } = invocation;
  if (flags.bool("debug")) {
    for (const flag of invocation.command.inheritedFlags().sorted())
      writeError(`${environmentName(flag.spec.name)}=${flag.valueText()}\n`);
  }
  const endpoints = await endpointsFromFlags(invocation);
  const secure = secureFlags(invocation);
  const auth = authFromFlags(invocation);
  const printer = createPrinter(flags.text("write-out"), flags.bool("hex"));
  if (printer === undefined) throw new CommandExit(ExitCode.BadFeature, "unsupported output format");
  const files = usesTls(secure) ? await import("./tls-files.ts") : undefined;
  const config = (others?: readonly string[]): ConnectionConfig => ({
    endpoints: others ?? endpoints,
    dialTimeoutMs: flags.durationMs("dial-timeout"),
    keepaliveTimeMs: flags.durationMs("keepalive-time"),
    keepaliveTimeoutMs: flags.durationMs("keepalive-timeout"),
    sendBytesMax: flags.number("max-request-bytes"),
    receiveBytesMax: flags.number("max-recv-bytes"),
    tls: files?.tlsFromFlags(secure),
    ...auth,
  });
  return { endpoints, secure, printer, config };
}

/** Opens the connection; refusals end the program as a bad connection. */
export async function connect(config: ConnectionConfig): Promise<Connection> {
  try {
    return await Connection.open(config, clock);
  } catch (error) {
    throw failed(error, ExitCode.BadConnection);
  }
}

export function commandDeadline(invocation: Invocation): Deadline {
  return clock.now() + invocation.flags.durationMs("command-timeout");
}

/** The error of a call as the end of the program. */
export function failed(error: unknown, code: number = ExitCode.Error, wrap?: (text: string) => string): Error {
  if (error instanceof CommandExit) return error;
  if (!(error instanceof Error)) throw error;
  if (error.name !== "ClientError") return error;
  return new CommandExit(code, wrap === undefined ? error.message : wrap(error.message));
}

export function badArgs(reason: string): CommandExit {
  return new CommandExit(ExitCode.BadArgs, reason);
}

function environmentName(flag: string): string {
  return `ETCDCTL_${flag.toUpperCase().replaceAll("-", "_")}`;
}

/** Flags that were not given take ETCDCTL_<FLAG>; texts that a flag refuses are passed over, as etcdctl does. */
function applyEnvironment(invocation: Invocation): void {
  const { flags, command } = invocation;
  for (const flag of command.inheritedFlags().sorted()) {
    const { name } = flag.spec;
    const value = process.env[environmentName(name)];
    if (value === undefined || value === "") continue;
    if (!flag.changed) flags.set(name, value);
    else throw new CommandExit(ExitCode.Error, shadowed(name));
  }
}

function shadowed(name: string): string {
  return `conflicting environment variable ${goQuote(environmentName(name))} is shadowed by corresponding command-line flag (either unset environment variable or disable flag)`;
}

async function endpointsFromFlags(invocation: Invocation): Promise<readonly string[]> {
  const { flags } = invocation;
  const domain = flags.text("discovery-srv");
  if (domain !== "") {
    const { srvEndpoints } = await import("./srv-endpoints.ts");
    let found: readonly string[];
    try {
      found = await srvEndpoints(domain, flags.text("discovery-srv-name"));
    } catch (error) {
      throw new CommandExit(ExitCode.Error, (error as Error).message);
    }
    if (!flags.bool("insecure-discovery")) {
      for (const endpoint of found)
        if (endpoint.startsWith("http://")) writeError(`ignoring discovered insecure endpoint ${goQuote(endpoint)}\n`);
      found = found.filter((endpoint) => !endpoint.startsWith("http://"));
    }
    if (found.length > 0) return found;
  }
  return flags.list("endpoints").map((endpoint) => endpoint.trim());
}

function secureFlags(invocation: Invocation): SecureFlags {
  const { flags } = invocation;
  for (const name of ["cert", "key", "cacert"])
    if (flags.text(name) === "" && flags.changed(name)) throw badArgs(`empty string is passed to --${name} option`);
  return {
    cert: flags.text("cert"),
    key: flags.text("key"),
    cacert: flags.text("cacert"),
    serverName: flags.bool("insecure-discovery") ? "" : flags.text("discovery-srv"),
    insecureTransport: flags.bool("insecure-transport"),
    insecureSkipVerify: flags.bool("insecure-skip-tls-verify"),
  };
}

/** Without it the modules of TLS are not loaded. */
export function usesTls(flags: SecureFlags): boolean {
  const { cert, key, cacert, serverName, insecureTransport, insecureSkipVerify } = flags;
  return cert !== "" || key !== "" || cacert !== "" || serverName !== "" || !insecureTransport || insecureSkipVerify;
}

interface AuthFlags {
  readonly username: string;
  readonly password: string;
  readonly token: string;
}

function authFromFlags(invocation: Invocation): AuthFlags {
  const { flags } = invocation;
  const token = flags.text("auth-jwt-token");
  if (token !== "") return { username: "", password: "", token };
  return userAndPassword(flags.text("user"), flags.text("password"), "Password: ");
}

/** `name:password`, or the password from its own flag, or from a prompt. */
export function userAndPassword(user: string, password: string, prompt: string): AuthFlags {
  if (user === "") return { username: "", password: "", token: "" };
  if (password !== "") return { username: user, password, token: "" };
  const colon = user.indexOf(":");
  if (colon >= 0) return { username: user.slice(0, colon), password: user.slice(colon + 1), token: "" };
  return { username: user, password: askPassword(prompt), token: "" };
}
