/** What the server says to flags, environment and files is what a real etcd 3.7.1 says (recorded by test/real/record-flags.ts). */
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { serverCommand } from "../../src/cli/config/server-command.ts";
import { startFields } from "../../src/cli/config/start-fields.ts";
import { flagsHelp } from "../../src/cli/flags/help.ts";
import { SERVER_FLAGS } from "../../src/cli/flags/server-flags.ts";
import type { LogSink } from "../../src/cli/log/log-sink.ts";
import { createLogger } from "../../src/cli/log/zap-logger.ts";
import { ROOT } from "../proto/codecs.ts";
import type { FlagCase } from "./flag-cases.ts";

interface Refused {
  readonly case: FlagCase;
  readonly status: number;
  readonly text: string;
  readonly lines: readonly Record<string, unknown>[];
}
interface Accepted {
  readonly case: FlagCase;
  readonly starting: Record<string, unknown>;
}

const golden = JSON.parse(readFileSync(join(ROOT, "test", "golden", "flags.golden.json"), "utf8")) as {
  readonly refused: readonly Refused[];
  readonly accepted: readonly Accepted[];
  readonly help: readonly string[];
};

class Collected implements LogSink {
  readonly lines: Record<string, unknown>[] = [];
  write(line: string): void {
    const { ts: _ts, caller: _caller, ...rest } = JSON.parse(line) as Record<string, unknown>;
    this.lines.push(rest);
  }
  flushSync(): void {}
  async close(): Promise<void> {}
}

function run(flagCase: FlagCase) {
  const sink = new Collected();
  let stderr = "";
  let stdout = "";
  const command = serverCommand({
    args: ["etcd", ...flagCase.args],
    environment: flagCase.environment ?? {},
    readFile: (path) => {
      if (path === "FILE") return flagCase.file!;
      throw Object.assign(new Error(path), { code: path === "/" ? "EISDIR" : "ENOENT" });
    },
    openLogger: (config) => {
      const missing = config.outputs.find((output) => output.startsWith("/nonexistent"));
      if (missing !== undefined)
        return {
          ok: false,
          reason: `open sink ${JSON.stringify(missing)}: open ${missing}: no such file or directory`,
        };
      const { level } = config;
      return { ok: true, logger: createLogger({ level, format: "json", sinks: [sink], wallNow: () => 0 }) };
    },
    defaultHost: () => ({ ok: true, host: "192.0.2.1" }),
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
    versions: { etcd: "3.7.1", package: "0", node: "v20", platform: "linux", arch: "x64", gitSha: "-" },
  });
  return { command, lines: sink.lines, stderr, stdout };
}

for (const { case: flagCase, status, text, lines } of golden.refused) {
  const shown = [
    JSON.stringify(flagCase.environment ?? {}),
    ...flagCase.args,
    JSON.stringify(flagCase.file ?? ""),
  ].join(" ");
  test(`refused as by etcd: ${shown}`, () => {
    const ours = run(flagCase);
    assert.deepEqual(ours.command, { kind: "exit", status });
    assert.equal(ours.stderr.split("\n", 1)[0], text);
    assert.deepEqual(ours.lines, lines);
  });
}

for (const { case: flagCase, starting } of golden.accepted) {
  test(`taken as by etcd: ${flagCase.args.join(" ")} ${flagCase.file ?? ""}`, () => {
    const { command } = run(flagCase);
    assert.equal(command.kind, "start");
    if (command.kind !== "start") return;
    const ours: Record<string, unknown> = JSON.parse(
      JSON.stringify(startFields(command.config, { memberInitialized: false })),
    );
    const { level: _level, msg: _msg, ...theirs } = starting;
    for (const key of NOT_SETTINGS) delete theirs[key];
    for (const key of NOT_SETTINGS) delete ours[key];
    assert.deepEqual(ours, theirs);
  });
}

/** Facts about the program and the machine. */
const NOT_SETTINGS = ["etcd-version", "git-sha", "go-version", "go-os", "go-arch", "max-cpu-set", "max-cpu-available"];

/** Shown by etcd but not defined there. */
const UNDEFINED_FLAGS = ["  --discovery ''", "  --discovery-proxy ''"];

test("the help has etcd's groups, flags and defaults in etcd's order", () => {
  const ours = flagsHelp(SERVER_FLAGS)
    .split("\n")
    .filter((line) => /^ {2}--|^[A-Z][\w ]*:$/.test(line));
  const theirs = golden.help.filter((line) => !UNDEFINED_FLAGS.includes(line));
  assert.deepEqual(
    ours,
    theirs.map((line) =>
      line.replace(/^( {2}--(?:bcrypt-cost|auth-token-ttl|compaction-batch-limit)) (\d+)$/, "$1 '$2'"),
    ),
  );
});

test("--help and --version go to the right streams and end with 0", () => {
  for (const flag of ["-h", "--help", "-help=1"]) {
    const { command, stderr, stdout } = run({ args: [flag] });
    assert.deepEqual(command, { kind: "exit", status: 0 });
    assert.match(stderr, /^Usage:\n\n {2}etcd \[flags\]\n/);
    assert.match(stdout, /^\nMember:\n {2}--name 'default'\n/);
  }
  const { command, stdout } = run({ args: ["--version"] });
  assert.deepEqual(command, { kind: "exit", status: 0 });
  assert.match(stdout, /^etcd Version: 3\.7\.1\nGit SHA: -\nGo Version: .*\nGo OS\/Arch: linux\/amd64\netcd-ts: 0\n$/);
});
