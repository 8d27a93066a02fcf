/**
 * From the command line of the server to its configuration and log, with etcd's output and exit statuses on the way: help and --version 0,
 * refused flags 2, refused configurations 1. Source of behaviour: etcd etcdmain/config.go and etcd.go.
 *
 *   const command = serverCommand({ args: process.argv.slice(1), environment: process.env, ...});
 *   if (command.kind === "exit") process.exit(command.status);
 */
import { goQuote } from "../../base/go-quote.ts";
import { hostUrl } from "../../base/go-url.ts";
import type { LoggingConfig, ServerConfig } from "../../server/config.ts";
import { FlagSet } from "../flags/flag-set.ts";
import { flagsHelp, type ProgramVersions, USAGE, versionLines } from "../flags/help.ts";
import { DEPRECATED_FLAGS, SERVER_FLAGS } from "../flags/server-flags.ts";
import { codeOf } from "../log/log-sink.ts";
import { ERRNO_TEXTS, type LoggerResult, type ServerLogger } from "../log/zap-logger.ts";
import { type ConfigDraft, draftFromFlags } from "./config-draft.ts";
import { draftFromFile } from "./config-file.ts";
import type { DefaultHost } from "./default-host.ts";
import { setFromEnvironment } from "./environment.ts";
import { validateDraft, validateLogging } from "./validate.ts";

export interface Outside {
  /** The program and its arguments. */
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Throws the system's error. */
  readonly readFile: (path: string) => string;
  readonly openLogger: (config: LoggingConfig) => LoggerResult;
  readonly defaultHost: () => DefaultHost;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
  readonly versions: ProgramVersions;
}

export type ServerCommand =
  | { readonly kind: "exit"; readonly status: number }
  | {
      readonly kind: "start";
      readonly config: ServerConfig;
      readonly logger: ServerLogger;
      /** True when the data directory was not given and {@link ServerConfig.dataDir} is the default. */
      readonly defaultDataDir: boolean;
    };

const EXIT_REFUSED_CONFIG = 1;
const EXIT_REFUSED_FLAGS = 2;
const EARLY_LOG: LoggingConfig = { level: "info", format: "json", outputs: ["stderr"], rotation: undefined };
const DEFAULT_PEER_URL = "http://localhost:2380";
const DEFAULT_CLIENT_URL = "http://localhost:2379";
const RAFT_TIMEOUT_MS_MIN = 5000;

export function serverCommand(outside: Outside): ServerCommand {
  const flags = new FlagSet(SERVER_FLAGS);
  const parsed = flags.parse(outside.args.slice(1));
  if (parsed.kind === "help") {
    outside.stderr(`${USAGE}\n`);
    outside.stdout(`${flagsHelp(SERVER_FLAGS)}\n`);
    return exit(0);
  }
  if (parsed.kind === "refused") {
    outside.stderr(`${parsed.reason}\n${USAGE}\n`);
    return exit(EXIT_REFUSED_FLAGS);
  }
  const [extra] = parsed.rest;
  if (extra !== undefined) return refuse(outside, undefined, `${goQuote(extra)} is not a valid flag`);
  if (flags.bool("version")) {
    outside.stdout(versionLines(outside.versions));
    return exit(0);
  }
  const path = flags.text("config-file") || outside.environment.ETCD_CONFIG_FILE || "";
  return path === "" ? fromFlags(outside, flags) : fromFile(outside, path);
}

function exit(status: number): ServerCommand {
  return { kind: "exit", status };
}

/** Says why the configuration is refused, in the given log or an early one. */
function refuse(
  outside: Outside,
  logger: ServerLogger | undefined,
  reason: string,
  advertiseMissing = false,
): ServerCommand {
  const log = (logger ?? earlyLog(outside)).with({ caller: "etcdmain/etcd.ts" });
  log.info("Running: ", { args: outside.args });
  log.warn("failed to verify flags", { error: reason });
  if (advertiseMissing) log.warn("advertise client URLs are not set", { error: reason });
  log.flushSync();
  return exit(EXIT_REFUSED_CONFIG);
}

function earlyLog(outside: Outside): ServerLogger {
  const opened = outside.openLogger(EARLY_LOG);
  if (!opened.ok) throw new Error(opened.reason);
  return opened.logger;
}

function fromFlags(outside: Outside, flags: FlagSet): ServerCommand {
  const early = earlyLog(outside);
  const log = early.with({ caller: "flags/flag.ts" });
  const { ETCD_VERSION: version, ...environment } = outside.environment;
  if (version)
    early
      .with({ caller: "etcdmain/config.ts" })
      .warn("cannot set special environment variable", { key: "ETCD_VERSION", value: version });
  const outcome = setFromEnvironment(flags, environment, log);
  if (outcome.kind === "conflict") {
    log.fatal(
      "conflicting environment variable is shadowed by corresponding command-line flag (either unset environment variable or disable flag))",
      { "environment-variable": outcome.variable },
    );
    return exit(EXIT_REFUSED_CONFIG);
  }
  early.flushSync();
  if (outcome.kind === "refused") return refuse(outside, undefined, outcome.reason);
  const draft = draftFromFlags(flags);
  raiseRaftTimeouts(draft, early);
  if (draft.discoveryFallback === "proxy")
    return refuse(
      outside,
      undefined,
      `v2 proxy is deprecated, and --discovery-fallback can't be configured as "proxy"`,
    );
  return finish(outside, draft, undefined);
}

function raiseRaftTimeouts(draft: ConfigDraft, early: ServerLogger): void {
  const log = early.with({ caller: "etcdmain/config.ts" });
  if (draft.raftReadTimeoutMs < RAFT_TIMEOUT_MS_MIN) {
    draft.raftReadTimeoutMs = RAFT_TIMEOUT_MS_MIN;
    log.info("raft-read-timeout increased to minimum value: 5s");
  }
  if (draft.raftWriteTimeoutMs < RAFT_TIMEOUT_MS_MIN) {
    draft.raftWriteTimeoutMs = RAFT_TIMEOUT_MS_MIN;
    log.info("raft-write-timeout increased to minimum value: 5s");
  }
  early.flushSync();
}

function fromFile(outside: Outside, path: string): ServerCommand {
  let text: string;
  try {
    text = outside.readFile(path);
  } catch (error) {
    const code = codeOf(error);
    if (code === "") throw error;
    const operation = code === "EISDIR" ? "read" : "open";
    return refuse(outside, undefined, `${operation} ${path}: ${ERRNO_TEXTS[code] ?? code}`);
  }
  const read = draftFromFile(text);
  if (read.kind === "exit") {
    outside.stderr(read.text);
    return exit(read.status);
  }
  if (read.kind === "refused") return refuse(outside, undefined, read.reason);
  return finish(outside, read.draft, path);
}

/** Opens the log, checks the rest and fills in what depends on the machine. */
function finish(outside: Outside, draft: ConfigDraft, path: string | undefined): ServerCommand {
  const logging = validateLogging(draft);
  if (logging.kind === "panic") {
    outside.stderr(logging.text);
    return exit(EXIT_REFUSED_FLAGS);
  }
  if (logging.kind === "refused") return refuse(outside, undefined, logging.reason);
  const opened = outside.openLogger(logging.logging);
  if (!opened.ok) return refuse(outside, undefined, opened.reason);
  const { logger } = opened;
  const validation = validateDraft(draft, logging.logging);
  const checks = logger.with({ caller: "embed/config.ts" });
  for (const { message, fields } of validation.warnings) checks.warn(message, fields);
  const { result } = validation;
  // A refused file leaves nothing behind, not even its log.
  if (!result.ok && path !== undefined) {
    logger.flushSync();
    return refuse(outside, undefined, result.reason, result.advertiseMissing);
  }
  const main = logger.with({ caller: "etcdmain/config.ts" });
  if (path !== undefined) {
    main.info(
      "loaded server configuration, other configuration command line flags and environment variables will be ignored if provided",
      { path },
    );
  }
  for (const [name, warning] of DEPRECATED_FLAGS) if (draft.given.has(name)) main.warn(warning);
  if (!result.ok) return refuse(outside, logger, result.reason, result.advertiseMissing);
  const log = logger.with({ caller: "etcdmain/etcd.ts" });
  log.info("Running: ", { args: outside.args });
  const config = withDefaultHost(result.config, outside.defaultHost(), log);
  if (config.dataDir !== "") return { kind: "start", config, logger, defaultDataDir: false };
  const dataDir = `${config.name}.etcd`;
  log.warn("'data-dir' was empty; using default", { "data-dir": dataDir });
  return { kind: "start", config: { ...config, dataDir }, logger, defaultDataDir: true };
}

/**
 * The default URLs to advertise become the machine's address when the listener binds to all; the default initial cluster follows the name
 * and the peer URLs.
 */
function withDefaultHost(config: ServerConfig, found: DefaultHost, log: ServerLogger): ServerConfig {
  let { advertisePeerUrls, advertiseClientUrls, initialCluster } = config;
  let used = false;
  const [peer] = config.listenPeerUrls;
  const [client] = config.listenClientUrls;
  if (found.ok && isOnly(advertisePeerUrls, DEFAULT_PEER_URL) && peer?.hostname === "0.0.0.0") {
    advertisePeerUrls = [hostUrl("http", `${found.host}:${peer.port}`)];
    used = true;
  }
  if (config.name !== "default" && initialCluster === `default=${DEFAULT_PEER_URL}`)
    initialCluster = advertisePeerUrls.map((url) => `${config.name || "default"}=${url.text}`).join(",");
  if (found.ok && isOnly(advertiseClientUrls, DEFAULT_CLIENT_URL) && client?.hostname === "0.0.0.0") {
    advertiseClientUrls = [hostUrl("http", `${found.host}:${client.port}`)];
    used = true;
  }
  if (found.ok && used) log.info("detected default host for advertise", { host: found.host });
  if (!found.ok) log.info("failed to detect default host", { error: found.reason });
  return { ...config, advertisePeerUrls, advertiseClientUrls, initialCluster };
}

function isOnly(urls: readonly { readonly text: string }[], text: string): boolean {
  return urls.length === 1 && urls[0]!.text === text;
}
