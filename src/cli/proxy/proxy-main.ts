/** Runs a sub-command with this process as its surroundings. */
import { NodeClock } from "../../io/node/clock.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { openLogger } from "../log/zap-logger.ts";
import { writeError, writeOut } from "../print/output.ts";
import { MACHINE_NAMES } from "./proxy-surroundings.ts";
import { runProxy } from "./run-proxy.ts";

/** Resolves to the exit status; what was started goes on. */
export function proxyMain(args: readonly string[]): Promise<number> {
  return runProxy(args, {
    commandLine: ["etcd", ...args],
    clock: new NodeClock(),
    random: new NodeRandom(),
    openLogger: (level) => {
      const opened = openLogger({ level, format: "json", outputs: ["stderr"], rotation: undefined });
      if (!opened.ok) throw new Error(opened.reason);
      return opened.logger;
    },
    stdout: writeOut,
    stderr: writeError,
    ...MACHINE_NAMES,
  });
}
