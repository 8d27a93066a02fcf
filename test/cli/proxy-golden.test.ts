/** What `etcd gateway` and `etcd grpc-proxy` say to help and to what they refuse is, byte for byte, what a real etcd 3.7.1 says (test/real/record-proxy.ts). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import type { LogSink } from "../../src/cli/log/log-sink.ts";
import { createLogger } from "../../src/cli/log/zap-logger.ts";
import { MACHINE_NAMES } from "../../src/cli/proxy/proxy-surroundings.ts";
import { runProxy } from "../../src/cli/proxy/run-proxy.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeRandom } from "../../src/io/node/random.ts";
import { ROOT } from "../proto/codecs.ts";

interface Recorded {
  readonly args: readonly string[];
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
  readonly lines: readonly Record<string, unknown>[];
}

class Collected implements LogSink {
  readonly lines: Record<string, unknown>[] = [];
  write(line: string): void {
    const { ts: _ts, caller: _caller, ...rest } = JSON.parse(line) as Record<string, unknown>;
    this.lines.push(rest);
  }
  flushSync(): void {}
  async close(): Promise<void> {}
}

const noSuchHost = (): Promise<never> =>
  Promise.reject(Object.assign(new Error("no such host"), { code: "ENOTFOUND" }));

const golden = JSON.parse(readFileSync(join(ROOT, "test", "golden", "proxy.golden.json"), "utf8")) as Recorded[];

for (const { args, ...expected } of golden) {
  test(`as etcd: ${args.join(" ")}`, async () => {
    const sink = new Collected();
    let stdout = "";
    let stderr = "";
    const status = await runProxy(args, {
      commandLine: ["etcd", ...args],
      clock: new NodeClock(),
      random: new NodeRandom(),
      openLogger: (level) => createLogger({ level, format: "json", sinks: [sink], wallNow: () => 0 }),
      stdout: (text) => {
        stdout += text;
      },
      stderr: (text) => {
        stderr += text;
      },
      lookupHost: (host) => (host.endsWith(".invalid") ? noSuchHost() : MACHINE_NAMES.lookupHost(host)),
      resolveSrv: noSuchHost,
    });
    // Which resolver was asked is the machine's affair; the recorded texts leave it out.
    const said = stderr.replaceAll(/ on [\da-f.:[\]]+:53/g, "");
    assert.deepEqual({ status, stdout, stderr: said, lines: sink.lines }, expected);
  });
}
