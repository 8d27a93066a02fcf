#!/usr/bin/env node
/**
 * The program `etcdutl`: works on the files of a stopped member and on snapshots.
 */
import { lookup } from "node:dns/promises";
import { writeSync } from "node:fs";
import { NodeClock } from "../io/node/clock.ts";
import { NodeFileSystem } from "../io/node/file-system.ts";
import { ConsoleLogger } from "./etcdutl/console-logger.ts";
import { runEtcdutl } from "./etcdutl/run-etcdutl.ts";

const stdout = (text: string): void => writeAll(1, text);
const stderr = (text: string): void => writeAll(2, text);
const clock = new NodeClock();
const logger = new ConsoleLogger(stderr, () => clock.wallNow());
const environment = { fileSystem: new NodeFileSystem({ log: logger }), clock, logger, resolve };

process.exitCode = await runEtcdutl(process.argv.slice(2), { environment, stdout, stderr });

/** Whole, also into a pipe that is full. */
function writeAll(descriptor: number, text: string): void {
  let bytes: Uint8Array = new TextEncoder().encode(text);
  while (bytes.length > 0) {
    try {
      bytes = bytes.subarray(writeSync(descriptor, bytes));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Who has closed the pipe wants no more.
      if (code === "EPIPE") return;
      if (code !== "EAGAIN") throw error;
    }
  }
}

async function resolve(host: string): Promise<string | undefined> {
  try {
    return (await lookup(host)).address;
  } catch (error) {
    logger.warn("failed to resolve host", { host, error: String(error) });
    return undefined;
  }
}
