/**
 * The real programs that tests in this folder compare with, and small tools to run members of theirs and ours.
 * Programs come from the folder in ETCD_TS_REFERENCE (default ~/.cache/etcd-ts-reference, where the reference build puts them).
 */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { accessSync, constants, existsSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { freePort } from "../support/free-port.ts";

const folder = process.env["ETCD_TS_REFERENCE"] ?? join(homedir(), ".cache/etcd-ts-reference");

export type ReferenceProgram =
  | "etcd"
  | "etcdctl"
  | "etcdutl"
  | "benchmark"
  | "etcd-dump-db"
  | "etcd-dump-logs"
  | "bbolt"
  | "h2spec";

/** Path of a reference program, or undefined when it was not built here. */
export function reference(program: ReferenceProgram): string | undefined {
  const path = join(folder, program);
  try {
    accessSync(path, constants.X_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Value for a test's `skip` option: false when all programs are there, else the reason. */
export function missing(...programs: ReferenceProgram[]): false | string {
  const absent = programs.filter((program) => reference(program) === undefined);
  return absent.length === 0 ? false : `not built here: ${absent.join(", ")}`;
}

/** Value for a test's `skip` option: false when the programs are in the PATH, else the reason. */
export function absent(...programs: string[]): false | string {
  const folders = (process.env["PATH"] ?? "").split(":");
  const missed = programs.filter((program) => !folders.some((dir) => existsSync(join(dir, program))));
  return missed.length === 0 ? false : `not installed here: ${missed.join(", ")}`;
}

/** Root of the repository, found from the compiled test. */
export const repository: string = (() => {
  for (let dir = dirname(fileURLToPath(import.meta.url)); ; dir = dirname(dir))
    if (existsSync(join(dir, "tsconfig.core.json"))) return dir;
})();

export const OUR_ETCD: readonly string[] = [
  process.execPath,
  process.env["ETCD_TS_DIST"] ?? join(repository, "dist/cli/etcd.js"),
];

export function temporaryFolder(name: string): { path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `etcd-ts-${name}-`));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

export interface RunResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end; never throws for its exit code. */
export function run(command: readonly string[], options: { input?: string; env?: NodeJS.ProcessEnv } = {}): RunResult {
  const ran = spawnSync(command[0]!, command.slice(1), {
    encoding: "utf8",
    timeout: 120_000,
    maxBuffer: 2 ** 28,
    ...(options.input === undefined ? {} : { input: options.input }),
    env: { ...process.env, ...options.env },
  });
  return { code: ran.status ?? 128, stdout: ran.stdout, stderr: ran.stderr };
}

/** Runs a reference program and throws with its output when it fails. */
export function mustRun(program: ReferenceProgram, ...args: string[]): string {
  const path = reference(program);
  if (path === undefined) throw new Error(`${program} is not built`);
  const ran = run([path, ...args]);
  if (ran.code !== 0)
    throw new Error(`${program} ${args.join(" ")} ended with ${ran.code}\n${ran.stdout}${ran.stderr}`);
  return ran.stdout;
}

export interface Member {
  readonly process: ChildProcess;
  readonly endpoint: string;
  readonly clientPort: number;
  readonly logFile: string;
  log(): string;
  /** Sends the signal and waits for the end; resolves to the exit code or signal name. */
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts a one-member cluster and waits until /health says true. */
export async function startMember(options: {
  command: readonly string[];
  dataDir: string;
  args?: readonly string[];
  clientPort?: number;
  peerPort?: number;
}): Promise<Member> {
  const clientPort = options.clientPort ?? (await freePort());
  const peerPort = options.peerPort ?? (await freePort());
  const client = `http://127.0.0.1:${clientPort}`;
  const peer = `http://127.0.0.1:${peerPort}`;
  const logFile = `${options.dataDir}.${Date.now()}.log`;
  const fd = openSync(logFile, "a");
  const child = spawn(
    options.command[0]!,
    [
      ...options.command.slice(1),
      ...[
        "--name",
        "default",
        "--data-dir",
        options.dataDir,
        "--listen-client-urls",
        client,
        "--advertise-client-urls",
        client,
      ],
      ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer, "--initial-cluster", `default=${peer}`],
      ...(options.args ?? []),
    ],
    { stdio: ["ignore", fd, fd] },
  );
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const log = (): string => readFileSync(logFile, "utf8");
  const member: Member = {
    process: child,
    endpoint: `127.0.0.1:${clientPort}`,
    clientPort,
    logFile,
    log,
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
  };
  const deadline = Date.now() + 60_000;
  for (;;) {
    if (child.exitCode !== null || child.signalCode !== null)
      throw new Error(`member ended with ${child.exitCode ?? child.signalCode}:\n${log().slice(-4000)}`);
    const health = await fetch(`${client}/health`)
      .then((response) => response.json() as Promise<{ health: string }>)
      .catch(() => undefined);
    if (health?.health === "true") return member;
    if (Date.now() > deadline) {
      child.kill("SIGKILL");
      throw new Error(`member was not healthy after 60 s:\n${log().slice(-4000)}`);
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
