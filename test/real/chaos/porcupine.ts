/** The Go checker porcupine on recorded histories: a second opinion beside `test/sim/linearizability.ts`, and on pairs of keys. */
import { spawn, spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../reference.ts";
import { groups, type History, type Recorded } from "./history.ts";

let program: string | undefined;

/** Builds the program once into a folder. Returns why that is not possible, or false. */
export function buildPorcupine(folder: string): false | string {
  const path = join(folder, "porcupine");
  const built = spawnSync("go", ["build", "-C", join(repository, "test/real/go/porcupine"), "-o", path, "."], {
    encoding: "utf8",
  });
  if (built.status !== 0) return `porcupine was not built: ${built.stderr ?? String(built.error)}`;
  program = path;
  return false;
}

export interface Opinion {
  /** Groups that were looked at. */
  readonly groups: number;
  readonly operations: number;
  /** Groups without a linear order. */
  readonly illegal: readonly string[];
  /** Groups that took too long to decide. */
  readonly unknown: readonly string[];
}

/** A line per group: {"group", "calls": [...]}, absent values null. */
export async function askPorcupine(history: History, folder: string): Promise<Opinion> {
  const file = join(folder, `history-${performance.now()}.jsonl`);
  const lines = [...groups(history.calls)].map(([group, calls]) => JSON.stringify({ group, calls: calls.map(plain) }));
  writeFileSync(file, `${lines.join("\n")}\n`);
  const child = spawn(program!, [file], { stdio: ["ignore", "pipe", "inherit"] });
  let out = "";
  child.stdout.setEncoding("utf8");
  child.stdout.on("data", (piece: string) => {
    out += piece;
  });
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  if (code !== 0) throw new Error(`porcupine ended with ${code}: ${out}`);
  return JSON.parse(out) as Opinion;
}

/** Times as integers; -1: no end. */
function plain({ client, call, start, end }: Recorded): Record<string, unknown> {
  return { client, start, end: end === Number.POSITIVE_INFINITY ? -1 : end, ...call };
}
