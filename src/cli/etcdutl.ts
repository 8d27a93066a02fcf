#!/usr/bin/env node
/**
 * The program `etcdutl`: works on the files of a stopped member and on snapshots.
 */
import { lookup } from "node:dns/promises";
import { NodeClock } from "../io/node/clock.ts";
import { NodeFileSystem } from "../io/node/file-system.ts";
import { ConsoleLogger } from "./etcdutl/console-logger.ts";
import { runEtcdutl } from "./etcdutl/run-etcdutl.ts";
import { writeError, writeOut } from "./print/output.ts";

const clock = new NodeClock();
const logger = new ConsoleLogger(writeError, () => clock.wallNow());
const environment = { fileSystem: new NodeFileSystem({ log: logger }), clock, logger, resolve };

process.exitCode = await runEtcdutl(process.argv.slice(2), { environment, stdout: writeOut, stderr: writeError });

async function resolve(host: string): Promise<string | undefined> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    logger.warn("failed to resolve host", { host, error: String(error) });
    return undefined;
  }
}
