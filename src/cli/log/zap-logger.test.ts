import assert from "node:assert/strict";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import { fileSink, type LogSink } from "./log-sink.ts";
import { RotatingSink } from "./rotating-sink.ts";
import { createLogger, openLogger, type ServerLogger } from "./zap-logger.ts";

class Collected implements LogSink {
  readonly lines: string[] = [];
  flushes = 0;
  write(line: string): void {
    this.lines.push(line);
  }
  flushSync(): void {
    this.flushes++;
  }
  async close(): Promise<void> {}
}

function collecting(level: "debug" | "info" | "error" = "info", format: "json" | "console" = "json") {
  const sink = new Collected();
  const time = { nowMs: 0 };
  const logger = createLogger({ level, format, sinks: [sink], wallNow: () => time.nowMs });
  return { sink, time, logger };
}

const messages = (sink: Collected): string[] => sink.lines.map((line) => (JSON.parse(line) as { msg: string }).msg);

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "etcd-log-"));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test("lines below the level are not written", () => {
  const { sink, logger } = collecting("error");
  logger.debug("d");
  logger.info("i");
  logger.warn("w");
  logger.error("e");
  assert.deepEqual(messages(sink), ["e"]);
});

test("with() adds fields, and sets caller and logger name before the message", () => {
  const { sink, logger } = collecting();
  const inner = logger.with({ caller: "raft/raft.ts", logger: "raft", a: 1 }).with({ b: 2n });
  inner.info("m", { c: undefined, d: "x" });
  const line = sink.lines[0]!.replace(/"ts":"[^"]*"/, '"ts":""');
  assert.equal(
    line,
    '{"level":"info","ts":"","logger":"raft","caller":"raft/raft.ts","msg":"m","a":1,"b":2,"d":"x"}\n',
  );
});

test("fatal() writes through before it returns", () => {
  const { sink, logger } = collecting();
  logger.fatal("end");
  assert.equal(sink.flushes, 1);
});

test("of equal messages the first hundred in a second pass, then every hundredth", () => {
  const { sink, time, logger } = collecting();
  for (let i = 0; i < 500; i++) logger.info("same");
  assert.equal(sink.lines.length, 104);
  logger.warn("same");
  logger.info("other");
  assert.equal(sink.lines.length, 106);
  time.nowMs = 1000;
  for (let i = 0; i < 100; i++) logger.info("same");
  assert.equal(sink.lines.length, 206);
});

test("lines reach all outputs in order, and those of earlier runs stay", async () => {
  await inFolder(async (folder) => {
    const paths = [join(folder, "a.log"), join(folder, "b.log")];
    writeFileSync(paths[0]!, "old\n");
    const opened = openLogger({ level: "info", format: "console", outputs: paths, rotation: undefined });
    assert.ok(opened.ok);
    for (let i = 0; i < 50; i++) opened.logger.info(`line ${i}`, { i });
    await opened.logger.close();
    const [a, b] = paths.map((path) => readFileSync(path, "utf8"));
    assert.equal(a, `old\n${b}`);
    const numbers = b!
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line.split("\t")[4]!) as { i: number });
    assert.deepEqual(
      numbers.map((field) => field.i),
      Array.from({ length: 50 }, (_, i) => i),
    );
  });
});

test("flushSync() writes what is pending at once", async () => {
  await inFolder(async (folder) => {
    const path = join(folder, "a.log");
    const sink = fileSink(path);
    sink.write("one\n");
    sink.write("two\n");
    sink.flushSync();
    assert.equal(readFileSync(path, "utf8"), "one\ntwo\n");
    sink.write("three\n");
    await sink.close();
    assert.equal(readFileSync(path, "utf8"), "one\ntwo\nthree\n");
  });
});

test("an output that cannot be opened is refused with Go's text", () => {
  const opened = openLogger({ level: "info", format: "json", outputs: ["/nonexistent/x.log"], rotation: undefined });
  assert.deepEqual(opened, {
    ok: false,
    reason: 'open sink "/nonexistent/x.log": open /nonexistent/x.log: no such file or directory',
  });
});

const MEGABYTE = 1 << 20;
const ROTATION = { maxSizeMegabytes: 1, maxAgeDays: 0, maxBackups: 0, localTime: false, compress: false };

function rotating(folder: string, config: Partial<typeof ROTATION>): { logger: ServerLogger; time: { nowMs: number } } {
  const time = { nowMs: Date.UTC(2026, 0, 2, 15, 4, 5) };
  const sink = new RotatingSink(join(folder, "etcd.log"), { ...ROTATION, ...config }, () => time.nowMs++);
  return { logger: createLogger({ level: "info", format: "json", sinks: [sink], wallNow: () => 0 }), time };
}

test("a full file is set aside under lumberjack's name and no line is lost or split", async () => {
  await inFolder(async (folder) => {
    const { logger } = rotating(folder, {});
    for (let i = 0; i < 30; i++) logger.info(`${i}`, { filler: "x".repeat(100_000) });
    await logger.close();
    const names = readdirSync(folder).sort();
    assert.deepEqual(names, ["etcd-2026-01-02T15-04-05.000.log", "etcd-2026-01-02T15-04-05.001.log", "etcd.log"]);
    const texts = names.map((name) => readFileSync(join(folder, name), "utf8"));
    for (const text of texts) assert.ok(text.length <= MEGABYTE);
    const lines = texts
      .join("")
      .trimEnd()
      .split("\n")
      .map((line) => Number((JSON.parse(line) as { msg: string }).msg));
    assert.deepEqual(
      lines,
      Array.from({ length: 30 }, (_, i) => i),
    );
  });
});

test("old files beyond the number to keep are removed, the others packed", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "etcd-2020-01-01T00-00-00.000.log"), "old");
    writeFileSync(join(folder, "etcd-notes.log"), "not ours");
    const { logger } = rotating(folder, { maxBackups: 2, compress: true });
    for (let i = 0; i < 30; i++) logger.info(`${i}`, { filler: "x".repeat(100_000) });
    await logger.close();
    assert.deepEqual(readdirSync(folder).sort(), [
      "etcd-2026-01-02T15-04-05.000.log.gz",
      "etcd-2026-01-02T15-04-05.001.log.gz",
      "etcd-notes.log",
      "etcd.log",
    ]);
    const packed = gunzipSync(readFileSync(join(folder, "etcd-2026-01-02T15-04-05.000.log.gz"))).toString();
    assert.match(packed, /^\{"level":"info"/);
  });
});

test("files older than the age to keep are removed", async () => {
  await inFolder(async (folder) => {
    writeFileSync(join(folder, "etcd-2025-12-31T00-00-00.000.log"), "two days");
    writeFileSync(join(folder, "etcd-2026-01-02T00-00-00.000.log"), "today");
    const { logger } = rotating(folder, { maxAgeDays: 1 });
    logger.info("line");
    await logger.close();
    assert.deepEqual(readdirSync(folder).sort(), ["etcd-2026-01-02T00-00-00.000.log", "etcd.log"]);
  });
});
