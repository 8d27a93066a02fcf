/**
 * The program etcd with log segments of 1 MiB instead of 64: a disk of a test can then be so small that it fills in seconds. Flags as etcd's.
 */
import { readFileSync } from "node:fs";
import { readDefaultHost } from "../../../src/cli/config/machine-host.ts";
import { serverCommand } from "../../../src/cli/config/server-command.ts";
import { openLogger } from "../../../src/cli/log/zap-logger.ts";
import { programVersions } from "../../../src/cli/program-versions.ts";
import { NodeClock } from "../../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../../src/io/node/file-system.ts";
import { NodeRandom } from "../../../src/io/node/random.ts";
import { startEtcdServer } from "../../../src/server/etcd-server.ts";

const command = serverCommand({
  args: ["etcd", ...process.argv.slice(2)],
  environment: process.env,
  readFile: (path) => readFileSync(path, "utf8"),
  openLogger,
  defaultHost: readDefaultHost,
  stdout: (text) => process.stdout.write(text),
  stderr: (text) => process.stderr.write(text),
  versions: programVersions(),
});
if (command.kind === "exit") process.exit(command.status);
const { config, logger } = command;
const server = await startEtcdServer(
  { ...config, walSegmentBytes: 2 ** 20 },
  { clock: new NodeClock(), random: new NodeRandom(), fileSystem: new NodeFileSystem({ log: logger }), logger },
);
process.on("SIGTERM", () => void server.close().then(() => process.exit(0)));
const reason = await server.ended;
logger.error("the member ended", { reason: reason.kind });
logger.flushSync();
process.exit(1);
