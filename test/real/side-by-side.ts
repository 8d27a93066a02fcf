/** Runs one scenario with the original program and with ours, talking to each while it runs, so that the two can be compared. */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { after } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { reference, repository } from "./reference.ts";

/** How a program ended and what it printed, without the log lines of the Go client. */
export interface Ended {
  readonly stdout: string;
  readonly stderr: string;
  /** Exit code, or the signal that ended it. */
  readonly end: number | NodeJS.Signals | null;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Given to stdin at once, which is then closed. Without it stdin stays open for {@link Running.type}. */
  readonly stdin?: string;
  /** On a terminal of its own: stdout then holds what the terminal shows, stderr nothing. */
  readonly terminal?: boolean;
}

export type Program = "etcdctl" | "etcdutl";
export type Maker = "original" | "ours";

/** One of the two makes of a program. */
export class Tool {
  readonly maker: Maker;
  readonly command: readonly string[];

  constructor(program: Program, maker: Maker) {
    this.maker = maker;
    this.command =
      maker === "original"
        ? [reference(program) ?? program]
        : [process.execPath, join(repository, `dist/cli/${program}.js`)];
  }

  start(args: readonly string[], options: RunOptions = {}): Running {
    const words = [...this.command, ...args];
    const command = options.terminal === true ? ["script", "-qfec", words.map(quoted).join(" "), "/dev/null"] : words;
    return new Running(command, options);
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(args, { stdin: "", ...options }).ended;
  }

  /** A command line that runs this program somehow else. */
  inside(command: readonly string[]): Promise<Ended> {
    return new Running(command, { stdin: "" }).ended;
  }
}

function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}

/** What a failed test leaves running must not keep the others waiting. */
const running = new Set<ChildProcess>();
after(() => {
  for (const child of running) child.kill("SIGKILL");
});

const PATIENCE_MS = 30_000;

export class Running {
  readonly ended: Promise<Ended>;
  readonly #child: ChildProcess;
  #stdout: string;
  #stderr: string;
  #isOver: boolean;

  constructor(command: readonly string[], options: RunOptions) {
    const { PATH = "", HOME = "" } = process.env;
    this.#child = spawn(command[0]!, command.slice(1), {
      env: { PATH, HOME, TERM: "xterm", ...options.env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    running.add(this.#child);
    this.#stdout = "";
    this.#stderr = "";
    this.#isOver = false;
    this.#child.stdout!.setEncoding("utf8").on("data", (text: string) => {
      this.#stdout += text;
    });
    this.#child.stderr!.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr += text;
    });
    // A program that does not read what it is told closes the pipe.
    this.#child.stdin!.on("error", () => undefined);
    if (options.stdin !== undefined) this.#child.stdin!.end(options.stdin);
    this.ended = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code, signal) => {
        this.#isOver = true;
        running.delete(this.#child);
        resolve({ stdout: withoutGoLogs(this.#stdout), stderr: withoutGoLogs(this.#stderr), end: code ?? signal });
      });
    });
  }

  get pid(): number {
    return this.#child.pid!;
  }

  get stdout(): string {
    return this.#stdout;
  }

  type(text: string): void {
    this.#child.stdin!.write(text);
  }

  closeStdin(): void {
    this.#child.stdin!.end();
  }

  signal(name: NodeJS.Signals): void {
    this.#child.kill(name);
  }

  /** Waits until the program has printed that. Throws when it ends before. */
  async prints(text: string | RegExp): Promise<void> {
    const isThere = (): boolean => {
      const printed = this.#stdout + this.#stderr;
      return typeof text === "string" ? printed.includes(text) : text.test(printed);
    };
    for (const deadline = Date.now() + PATIENCE_MS; !isThere(); await delay(10)) {
      if (!this.#isOver && Date.now() < deadline) continue;
      this.#child.kill("SIGKILL");
      throw new Error(`not printed: ${text}\nstdout: ${this.#stdout}\nstderr: ${this.#stderr}`);
    }
  }
}

function withoutGoLogs(text: string): string {
  return text.replace(/^\{"level":.*\r?\n/gm, "");
}

/** The scenario with both, one after the other. */
export async function both<T>(
  program: Program,
  scenario: (tool: Tool) => Promise<T>,
): Promise<{ original: T; ours: T }> {
  const original = await scenario(new Tool(program, "original"));
  const ours = await scenario(new Tool(program, "ours"));
  return { original, ours };
}
