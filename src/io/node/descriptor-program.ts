/**
 * Runs a small program of the operating system on one of our open files: the way to flock(2) and fallocate(2), which Node does not offer.
 * The child inherits the descriptor as its number 3, so it works on our open file description.
 *
 * Starting a child copies the page tables of this process and holds the loop meanwhile: about 1 ms in a small process and 11 ms at 0.5 GB,
 * 21 ms at 1 GB resident (Linux 6.18, Node 20). From {@link LARGE_PROCESS_BYTES} on, a short-lived worker thread starts the child instead; then
 * the loop only waits for page faults, half as long.
 */
import { spawn } from "node:child_process";
import { Worker } from "node:worker_threads";

const LARGE_PROCESS_BYTES = 200e6;

/** How a program ended. `missing`: it is not installed (or may not be run). */
export type ProgramEnd =
  | { readonly kind: "exit"; readonly status: number }
  | { readonly kind: "missing" }
  | { readonly kind: "failed"; readonly cause: unknown };

/** Runs `program args` with descriptor 3 = fd and no other input or output. Never rejects. */
export function runOnDescriptor(program: string, args: readonly string[], fd: number): Promise<ProgramEnd> {
  return process.memoryUsage.rss() < LARGE_PROCESS_BYTES
    ? spawnHere(program, args, fd)
    : spawnInWorker(program, args, fd);
}

/** @internal exported for its test */
export function spawnHere(program: string, args: readonly string[], fd: number): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ["ignore", "ignore", "ignore", fd] });
    child.once("error", (cause) => resolve(endOfError(cause)));
    child.once("exit", (status, signal) =>
      resolve(status === null ? { kind: "failed", cause: signal } : { kind: "exit", status }),
    );
  });
}

// Plain text, because a worker file would need a path that holds in source, build and bundle alike.
const WORKER_TEXT = `
const { parentPort, workerData } = require("node:worker_threads");
const { spawnSync } = require("node:child_process");
const { program, args, fd } = workerData;
const end = spawnSync(program, args, { stdio: ["ignore", "ignore", "ignore", fd] });
parentPort.postMessage({ status: end.status, signal: end.signal, code: end.error?.code });
`;

interface WorkerAnswer {
  readonly status: number | null;
  readonly signal: string | null;
  readonly code: string | undefined;
}

/** @internal exported for its test */
export function spawnInWorker(program: string, args: readonly string[], fd: number): Promise<ProgramEnd> {
  return new Promise((resolve) => {
    const worker = new Worker(WORKER_TEXT, { eval: true, workerData: { program, args, fd }, execArgv: [] });
    worker.once("message", (answer: WorkerAnswer) => {
      if (answer.status !== null) resolve({ kind: "exit", status: answer.status });
      else resolve(answer.code === undefined ? { kind: "failed", cause: answer.signal } : endOfError(answer));
    });
    worker.once("error", (cause) => resolve({ kind: "failed", cause }));
    worker.once("exit", (status) => resolve({ kind: "failed", cause: status }));
  });
}

function endOfError(cause: unknown): ProgramEnd {
  const { code } = cause as { readonly code?: string };
  return code === "ENOENT" || code === "EACCES" ? { kind: "missing" } : { kind: "failed", cause };
}
