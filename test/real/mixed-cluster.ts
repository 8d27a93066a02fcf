/** Clusters of members of ours and of real etcd, each a process on 127.0.0.1, driven with the real etcdctl. */
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isJsonObject, type ParsedJson, parseBigJson } from "../../src/base/big-json.ts";
import { freePort } from "../support/free-port.ts";
import { reference, repository, run, temporaryFolder } from "./reference.ts";

export type Kind = "ours" | "real";

export interface ClusterMember {
  readonly name: string;
  kind: Kind;
  readonly endpoint: string;
  readonly peerUrl: string;
  process: ChildProcess | undefined;
  id: bigint;
}

export interface MemberStatus {
  readonly id: bigint;
  readonly leader: bigint;
  readonly revision: number;
  readonly raftAppliedIndex: number;
}

const OUR_MEMBER = [process.execPath, "--import", "tsx", join(repository, "src/cli/etcd.ts")];
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls until it gives something; fails with what the last try threw. */
export async function eventually<T>(what: string, attempt: () => T | undefined, limitMs = 20_000): Promise<T> {
  const end = Date.now() + limitMs;
  let last: unknown;
  while (Date.now() < end) {
    try {
      const found = attempt();
      if (found !== undefined) return found;
    } catch (error) {
      last = error;
    }
    await pause(100);
  }
  throw new Error(
    `${what}: not within ${limitMs} ms${last === undefined ? "" : ` (${last instanceof Error ? last.message : "no error"})`}`,
  );
}

export class MixedCluster {
  readonly members: ClusterMember[];
  readonly #folder: { path: string; remove: () => void };
  readonly #flags: readonly string[];
  #planned: number;

  private constructor(flags: readonly string[]) {
    this.members = [];
    this.#folder = temporaryFolder("mixed");
    this.#flags = flags;
    this.#planned = 0;
  }

  static async start(kinds: readonly Kind[], flags: readonly string[] = []): Promise<MixedCluster> {
    const cluster = new MixedCluster(flags);
    for (const kind of kinds) await cluster.plan(kind);
    for (const member of cluster.members) cluster.spawn(member, "new");
    try {
      await cluster.ready();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** A further member, not started. */
  async plan(kind: Kind): Promise<ClusterMember> {
    const member: ClusterMember = {
      name: `m${this.#planned++}`,
      kind,
      endpoint: `http://127.0.0.1:${await freePort()}`,
      peerUrl: `http://127.0.0.1:${await freePort()}`,
      process: undefined,
      id: 0n,
    };
    this.members.push(member);
    return member;
  }

  spawn(member: ClusterMember, state: "new" | "existing", among: readonly ClusterMember[] = this.members): void {
    const command = member.kind === "ours" ? OUR_MEMBER : [reference("etcd")!];
    const log = openSync(this.#logFile(member), "a");
    member.process = spawn(
      command[0]!,
      [
        ...command.slice(1),
        "--name",
        member.name,
        "--data-dir",
        join(this.#folder.path, member.name),
        "--listen-client-urls",
        member.endpoint,
        "--advertise-client-urls",
        member.endpoint,
        "--listen-peer-urls",
        member.peerUrl,
        "--initial-advertise-peer-urls",
        member.peerUrl,
        "--initial-cluster",
        among.map((each) => `${each.name}=${each.peerUrl}`).join(","),
        "--initial-cluster-state",
        state,
        ...this.#flags,
      ],
      { stdio: ["ignore", log, log], cwd: repository },
    );
    closeSync(log);
  }

  /** Until every running member answers and all see one leader. */
  async ready(): Promise<MemberStatus[]> {
    return eventually(
      "all members see one leader",
      () => {
        const statuses = this.running.map((member) => {
          const status = this.status(member);
          member.id = status.id;
          return status;
        });
        const leaders = new Set(statuses.map((status) => status.leader));
        return leaders.size === 1 && !leaders.has(0n) ? statuses : undefined;
      },
      40_000,
    );
  }

  get running(): ClusterMember[] {
    return this.members.filter((member) => member.process !== undefined);
  }

  /** Sends the signal and waits for the end. */
  async stop(member: ClusterMember, signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const { process: child } = member;
    if (child === undefined) return;
    member.process = undefined;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    if (child.exitCode === null && child.signalCode === null) {
      child.kill(signal);
      await ended;
    }
    appendFileSync(this.#logFile(member), `--- stopped with ${signal}\n`);
  }

  log(member: ClusterMember): string {
    return readFileSync(this.#logFile(member), "utf8");
  }

  #logFile(member: ClusterMember): string {
    return join(this.#folder.path, `${member.name}.log`);
  }

  get endpoints(): string {
    return this.running.map((member) => member.endpoint).join(",");
  }

  /** Runs etcdctl; throws with its output when it fails. */
  etcdctl(endpoints: string, ...args: string[]): string {
    const ran = run([reference("etcdctl")!, "--endpoints", endpoints, ...args]);
    if (ran.code !== 0) throw new Error(`etcdctl ${args.join(" ")}: ${ran.stderr}`);
    return ran.stdout;
  }

  /** Writes that many keys. */
  load(total: number, bytes = 100): void {
    const ran = run([
      reference("benchmark")!,
      "--endpoints",
      this.endpoints,
      "--conns",
      "2",
      "--clients",
      "20",
      "put",
      "--total",
      String(total),
      "--val-size",
      String(bytes),
      "--key-space-size",
      "50",
    ]);
    if (ran.code !== 0) throw new Error(`benchmark: ${ran.stderr}`);
  }

  status(member: ClusterMember): MemberStatus {
    const [answer] = parseJson(this.etcdctl(member.endpoint, "endpoint", "status", "-w", "json")) as ParsedJson[];
    const status = field(answer, "Status");
    const header = field(status, "header");
    return {
      id: BigInt(field(header, "member_id") as number),
      leader: BigInt((field(status, "leader") as number | undefined) ?? 0),
      revision: field(header, "revision") as number,
      raftAppliedIndex: field(status, "raftAppliedIndex") as number,
    };
  }

  leader(): ClusterMember {
    for (const member of this.running) {
      const status = this.status(member);
      member.id = status.id;
      if (status.id === status.leader) return member;
    }
    throw new Error("no member leads");
  }

  async moveLeader(to: ClusterMember): Promise<void> {
    const from = this.leader();
    if (from === to) return;
    this.etcdctl(from.endpoint, "move-leader", to.id.toString(16));
    await eventually(`${to.name} (${to.kind}) leads`, () => (this.leader() === to ? true : undefined));
  }

  /** HashKV of every running member at the same revision, once all have it. */
  async hashes(): Promise<string[]> {
    const revision = Math.max(...this.running.map((member) => this.status(member).revision));
    return eventually("every member has the newest revision", () => {
      if (this.running.some((member) => this.status(member).revision < revision)) return undefined;
      return this.running.map((member) => {
        const out = this.etcdctl(member.endpoint, "endpoint", "hashkv", "--rev", String(revision));
        return out.split(",").slice(1).join(",").trim();
      });
    });
  }

  async close(): Promise<void> {
    for (const member of this.running) await this.stop(member);
    this.#folder.remove();
  }
}

export function parseJson(text: string): ParsedJson {
  const parsed = parseBigJson(text);
  if (!parsed.ok) throw new Error(`not JSON: ${text}`);
  return parsed.value;
}

function field(json: ParsedJson | undefined, name: string): ParsedJson | undefined {
  return json !== undefined && isJsonObject(json) ? json[name] : undefined;
}
