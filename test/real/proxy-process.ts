/** A running `etcd gateway` or `etcd grpc-proxy`, real or ours. */
import { type ChildProcess, spawn } from "node:child_process";

export interface ProxyProcess {
  readonly process: ChildProcess;
  readonly address: string;
  /** What it wrote to stderr so far. */
  log(): string;
  /** Its log lines without time and caller, and without those of grpc-go. */
  lines(): Record<string, unknown>[];
  /** Resolves once the log holds the text; rejects after `timeoutMs`. */
  until(text: string, timeoutMs?: number): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<number | string>;
}

/** Starts `command` with the arguments and waits until its log holds `ready`. */
export async function startProxy(options: {
  readonly command: readonly string[];
  readonly args: readonly string[];
  readonly address: string;
  readonly ready: string;
  readonly cwd?: string;
}): Promise<ProxyProcess> {
  const child = spawn(options.command[0]!, [...options.command.slice(1), ...options.args], {
    stdio: ["ignore", "pipe", "pipe"],
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
  });
  let text = "";
  child.stderr.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  child.stdout.on("data", (chunk: Buffer) => {
    text += chunk.toString();
  });
  const ended = new Promise<number | string>((resolve) => {
    child.once("exit", (code, signal) => resolve(code ?? signal ?? "unknown"));
  });
  const started: ProxyProcess = {
    process: child,
    address: options.address,
    log: () => text,
    lines: () =>
      text
        .split("\n")
        .filter((line) => line.startsWith('{"level"'))
        .map((line) => {
          const { ts: _ts, caller: _caller, ...rest } = JSON.parse(line) as Record<string, unknown>;
          return rest;
        })
        .filter(({ msg }) => !String(msg).startsWith("[")),
    until: async (wanted, timeoutMs = 20_000) => {
      const deadline = Date.now() + timeoutMs;
      while (!text.includes(wanted)) {
        if (child.exitCode !== null || child.signalCode !== null || Date.now() > deadline)
          throw new Error(`no ${JSON.stringify(wanted)} in the log:\n${text.slice(-4000)}`);
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
    stop: async (signal = "SIGTERM") => {
      child.kill(signal);
      return ended;
    },
  };
  try {
    await started.until(options.ready);
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
  return started;
}
