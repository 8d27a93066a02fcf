/** Members of ours as processes of their own, each behind a proxy that can be cut off: what a client has to live with in production. */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { CutProxy } from "./cut-proxy.ts";
import { freePort } from "./free-port.ts";

const HEALTHY_MS_MAX = 60_000;
const ANSWER_MS_MAX = 10_000;
const POLL_MS = 25;
const LOG_TAIL = 4000;

export interface ProcessMember {
  readonly name: string;
  /** Without a proxy in between. */
  readonly url: string;
  readonly proxy: CutProxy;
  readonly args: readonly string[];
  process: ChildProcess | undefined;
}

export class ProcessCluster {
  readonly members: ProcessMember[];
  readonly #command: readonly string[];
  readonly #dir: string;

  private constructor(command: readonly string[]) {
    this.#command = command;
    this.#dir = mkdtempSync(join(tmpdir(), "etcd-ts-processes-"));
    this.members = [];
  }

  /** Resolves when all members serve. */
  static async start(command: readonly string[], size: number): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(command);
    const ports = await Promise.all(Array.from({ length: size }, async () => [await freePort(), await freePort()]));
    const peers = ports.map(([, port], at) => `m${at}=http://127.0.0.1:${port}`).join(",");
    for (const [at, [port, peerPort]] of ports.entries()) {
      const [url, peer] = [`http://127.0.0.1:${port}`, `http://127.0.0.1:${peerPort}`];
      const args = [
        ...["--name", `m${at}`, "--data-dir", join(cluster.#dir, `m${at}`), "--initial-cluster", peers],
        ...["--listen-client-urls", url, "--advertise-client-urls", url, "--log-level", "info"],
        ...["--listen-peer-urls", peer, "--initial-advertise-peer-urls", peer],
      ];
      cluster.members.push({ name: `m${at}`, url, proxy: await CutProxy.start(port!), args, process: undefined });
    }
    for (const member of cluster.members) cluster.#spawn(member);
    await Promise.all(cluster.members.map((member) => cluster.serves(member)));
    return cluster;
  }

  /** Where clients connect. */
  get endpoints(): string[] {
    return this.members.map(({ proxy }) => `http://127.0.0.1:${proxy.port}`);
  }

  #spawn(member: ProcessMember): void {
    const [program, ...first] = this.#command;
    const log = openSync(this.#logOf(member), "a");
    member.process = spawn(program!, [...first, ...member.args], { stdio: ["ignore", log, log] });
    closeSync(log);
  }

  #logOf(member: ProcessMember): string {
    return join(this.#dir, `${member.name}.log`);
  }

  async restart(member: ProcessMember, signal: NodeJS.Signals): Promise<void> {
    await this.stop(member, signal);
    this.#spawn(member);
    await this.serves(member);
  }

  async stop(member: ProcessMember, signal: NodeJS.Signals): Promise<void> {
    const child = member.process;
    if (child === undefined) return;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    await ended;
    member.process = undefined;
  }

  /** Waits until the member answers linearizable reads. */
  async serves(member: ProcessMember): Promise<void> {
    for (const deadline = Date.now() + HEALTHY_MS_MAX; ; await delay(POLL_MS)) {
      let answer: string;
      try {
        answer = await (await fetch(`${member.url}/health`, { signal: AbortSignal.timeout(ANSWER_MS_MAX) })).text();
      } catch (error) {
        answer = String((error as Error).cause ?? error);
      }
      if (answer.includes('"health":"true"')) return;
      if (Date.now() < deadline && member.process?.exitCode === null) continue;
      const log = readFileSync(this.#logOf(member), "utf8").slice(-LOG_TAIL);
      throw new Error(
        `${member.name} does not serve, exit code ${member.process?.exitCode}, health: ${answer}\n${log}`,
      );
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.members.map((member) => this.stop(member, "SIGKILL")));
    await Promise.all(this.members.map(({ proxy }) => proxy.close()));
    rmSync(this.#dir, { recursive: true, force: true });
  }
}
