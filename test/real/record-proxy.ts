/**
 * Runs the cases of test/cli/proxy-cases.ts with a real etcd and writes test/golden/proxy.golden.json:
 *
 *   ETCD_TS_REFERENCE=<folder with the program etcd> node --import tsx test/real/record-proxy.ts
 *
 * Of each it keeps the exit status, stdout, the text on stderr that is no log line, and the log lines without time and caller. The resolver of
 * the machine, which Go names in its texts, is left out.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { GATEWAY_CASES, GRPC_PROXY_CASES } from "../cli/proxy-cases.ts";
import { ROOT } from "../proto/codecs.ts";

const program = join(process.env["ETCD_TS_REFERENCE"] ?? join(homedir(), ".cache", "etcd-ts-reference"), "etcd");

const rows: string[] = [];
for (const args of [...GATEWAY_CASES, ...GRPC_PROXY_CASES]) {
  const folder = mkdtempSync(join(tmpdir(), "etcd-proxy-"));
  const ran = spawnSync(program, args, { cwd: folder, encoding: "utf8", timeout: 8000, argv0: "etcd" });
  rmSync(folder, { recursive: true, force: true });
  if (ran.status === null) throw new Error(`does not end: ${args.join(" ")}\n${ran.stderr}`);
  const texts: string[] = [];
  const lines: Record<string, unknown>[] = [];
  for (const line of ran.stderr.split("\n")) {
    if (line.startsWith('{"level"')) {
      const { ts: _ts, caller: _caller, stacktrace: _stack, ...rest } = JSON.parse(line) as Record<string, unknown>;
      if (!String(rest["msg"]).startsWith("[")) lines.push(rest);
    } else texts.push(line);
  }
  const stderr = texts.join("\n").replaceAll(/ on [\d.:]+:53/g, "");
  rows.push(JSON.stringify({ args, status: ran.status, stdout: ran.stdout, stderr, lines }));
}
writeFileSync(join(ROOT, "test", "golden", "proxy.golden.json"), `[\n${rows.join(",\n")}\n]\n`);
console.log(`${rows.length} recorded`);
