/**
 * Runs the cases of test/cli/flag-cases.ts with a real etcd and writes test/golden/flags.golden.json:
 *
 *   ETCD_TS_REFERENCE=<folder with the program etcd> node --import tsx test/real/record-flags.ts
 *
 * Of refused cases it keeps the exit status, the first line that is not JSON (up to what depends on Go) and the log lines without time and
 * caller; of accepted ones the fields of "starting an etcd server", after which etcd is stopped.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { readDefaultHost } from "../../src/cli/config/machine-host.ts";
import { ACCEPTED_CASES, type FlagCase, REFUSED_CASES } from "../cli/flag-cases.ts";
import { ROOT } from "../proto/codecs.ts";

const program = join(process.env.ETCD_TS_REFERENCE ?? join(homedir(), ".cache", "etcd-ts-reference"), "etcd");
/** Stands for the address of the machine on its default route. */
const EXAMPLE_HOST = "192.0.2.1";
const STARTING = "starting an etcd server";

interface Ran {
  readonly status: number | null;
  readonly text: string;
  readonly lines: readonly Record<string, unknown>[];
}

async function run(flagCase: FlagCase): Promise<Ran> {
  const folder = mkdtempSync(join(tmpdir(), "etcd-flags-"));
  const path = join(folder, "config.yml");
  if (flagCase.file !== undefined) writeFileSync(path, flagCase.file);
  const real = (text: string): string => text.replace("FILE", path);
  const environment = Object.fromEntries(Object.entries(flagCase.environment ?? {}).map(([k, v]) => [k, real(v)]));
  const child = spawn(program, flagCase.args.map(real), { cwd: folder, env: { PATH: "/bin", ...environment } });
  let out = "";
  const take = (chunk: Buffer): void => {
    out += chunk.toString();
    if (out.includes(STARTING) && out.slice(out.indexOf(STARTING)).includes("\n")) child.kill("SIGKILL");
  };
  child.stdout.on("data", take);
  child.stderr.on("data", take);
  const deadline = setTimeout(() => child.kill("SIGKILL"), 8000);
  const status = await new Promise<number | null>((resolve) => child.on("close", resolve));
  clearTimeout(deadline);
  rmSync(folder, { recursive: true, force: true });
  const host = machineHost();
  if (host !== undefined) out = out.replaceAll(host, EXAMPLE_HOST);
  out = out.replaceAll(path, "FILE").replaceAll(folder, "FOLDER").replaceAll(program, "etcd");
  const text: string[] = [];
  const lines: Record<string, unknown>[] = [];
  for (const line of out.split("\n")) {
    if (line.startsWith('{"level"')) {
      const { ts: _ts, caller: _caller, stacktrace: _stack, ...rest } = JSON.parse(line) as Record<string, unknown>;
      lines.push(rest);
      if (rest.msg === STARTING) break;
    } else text.push(line);
  }
  return { status, text: text[0] ?? "", lines };
}

function machineHost(): string | undefined {
  const found = readDefaultHost();
  return found.ok ? found.host : undefined;
}

const refused: object[] = [];
for (const flagCase of REFUSED_CASES) {
  const { status, text, lines } = await run(flagCase);
  refused.push({ case: flagCase, status, text, lines });
}
const accepted: object[] = [];
for (const flagCase of ACCEPTED_CASES) {
  const { lines } = await run(flagCase);
  const starting = lines.find((line) => line.msg === STARTING);
  if (starting === undefined) throw new Error(`not accepted: ${JSON.stringify(flagCase)} ${JSON.stringify(lines)}`);
  accepted.push({ case: flagCase, starting });
}
// Of the help: groups, names and defaults, no sentences.
const help = spawnSync(program, ["--help"], { encoding: "utf8" })
  .stdout.split("\n")
  .filter((line) => /^ {2}--|^[A-Z][\w ]*:$/.test(line));
const rows = (list: readonly object[]): string => list.map((row) => JSON.stringify(row)).join(",\n");
writeFileSync(
  join(ROOT, "test", "golden", "flags.golden.json"),
  `{"refused": [\n${rows(refused)}\n],\n"accepted": [\n${rows(accepted)}\n],\n"help": ${JSON.stringify(help)}}\n`,
);
console.log(`${refused.length} refused, ${accepted.length} accepted`);
