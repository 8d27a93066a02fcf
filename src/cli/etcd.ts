#!/usr/bin/env node
/**
 * The program `etcd`: flags and environment, then the server until a signal or a failure ends it (etcd server/etcdmain); its sub-commands
 * `gateway` and `grpc-proxy` are in `proxy/`.
 * Exit statuses: 0 help and version, 1 refused configuration or failed start, 2 refused flags; a signal ends the process as that signal does.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { NodeClock } from "../io/node/clock.ts";
import { NodeFileSystem } from "../io/node/file-system.ts";
import { NodeRandom } from "../io/node/random.ts";
import { DiscoveryError } from "../server/discovery/join-cluster.ts";
import { startEtcdServer } from "../server/etcd-server.ts";
import { readDefaultHost } from "./config/machine-host.ts";
import { serverCommand } from "./config/server-command.ts";
import { startFields } from "./config/start-fields.ts";
import { openLogger, type ServerLogger } from "./log/zap-logger.ts";
import { writeError, writeOut } from "./print/output.ts";
import { programVersions } from "./program-versions.ts";

const [subCommand] = process.argv.slice(2);
if (subCommand === "gateway" || subCommand === "grpc-proxy") {
  const { proxyMain } = await import("./proxy/proxy-main.ts");
  const status = await proxyMain(process.argv.slice(2));
  if (status !== 0) process.exit(status);
} else await startServer();

async function startServer(): Promise<void> {
  const command = serverCommand({
    args: ["etcd", ...process.argv.slice(2)],
    environment: process.env,
    readFile: (path) => readFileSync(path, "utf8"),
    openLogger,
    defaultHost: readDefaultHost,
    stdout: writeOut,
    stderr: writeError,
    versions: programVersions(),
  });
  if (command.kind === "exit") process.exitCode = command.status;
  else await run(command.config, command.logger);
}

async function run(config: Parameters<typeof startEtcdServer>[0], logger: ServerLogger): Promise<void> {
  const outside = {
    clock: new NodeClock(),
    random: new NodeRandom(),
    fileSystem: new NodeFileSystem({ log: logger }),
    logger,
  };
  let server: Awaited<ReturnType<typeof startEtcdServer>> | undefined;
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals): void => {
    if (isStopping) return;
    isStopping = true;
    logger.info("received signal; shutting down", { signal: signal === "SIGTERM" ? "terminated" : "interrupt" });
    void (async () => {
      await server?.close();
      logger.flushSync();
      // Whoever waits for this process sees which signal ended it.
      process.removeAllListeners(signal);
      process.kill(process.pid, signal);
    })();
  };
  process.on("SIGTERM", onSignal);
  process.on("SIGINT", onSignal);
  process.on("SIGHUP", () => logger.info("received SIGHUP; nothing to do"));
  const walDir = config.walDir === "" ? join(config.dataDir, "member", "wal") : config.walDir;
  logger.info("starting an etcd server", startFields(config, { memberInitialized: existsSync(walDir) }));
  try {
    server = await startEtcdServer(config, outside);
  } catch (error) {
    if (isStopping) return;
    if (error instanceof DiscoveryError) {
      logger.warn("failed to bootstrap; discovery token was already used", {
        "discovery-token": config.discovery.token,
        "discovery-endpoints": config.discovery.endpoints,
        error: error.message,
      });
      logger.warn("do not reuse discovery token; generate a new one to bootstrap a cluster");
      logger.flushSync();
      process.exit(1);
    }
    logger.fatal("discovery failed or the server could not start", {
      error: error instanceof Error ? error.message : String(error),
    });
    process.exit(1);
  }
  const reason = await server.ended;
  if (isStopping) return;
  if (reason.kind === "removed") {
    logger.warn("server error", { error: "the member has been permanently removed from the cluster" });
    logger.warn("data-dir used by this member must be removed");
    await server.close();
    logger.flushSync();
    process.exit(0);
  }
  logger.fatal("the member failed and stops; nothing that was acknowledged is lost", {
    error: reason.error instanceof Error ? reason.error.message : String(reason.error),
  });
  process.exit(1);
}
