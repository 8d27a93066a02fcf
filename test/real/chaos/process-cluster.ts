/**
 * A cluster of members that are processes, ours or real etcd, driven without ever holding this process's event loop: clients of the same
 * process go on meanwhile.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { MoveLeaderRequest, MoveLeaderResponse, type StatusResponse } from "../../../src/proto/generated/rpc.ts";
import { GrpcJsClient } from "../../support/grpc-js-client.ts";
import { OUR_ETCD, reference, temporaryFolder } from "../reference.ts";
import type { MemberAddress, MemberNetwork } from "./member-network.ts";

export type Kind = "ours" | "real";

export interface ProcessMember {
  readonly at: number;
  readonly name: string;
  kind: Kind;
  readonly address: MemberAddress;
  readonly dataDir: string;
  /** For the cluster's own questions; one connection, kept over restarts. */
  readonly admin: GrpcJsClient;
  process: ChildProcess | undefined;
  /** What the last process ended with, when nobody here ended it. */
  unexpectedEnd: string | undefined;
  /** performance.now() since when it runs without being stopped; infinite while it does not. */
  answersSinceMs: number;
  id: bigint;
}

export interface ProcessClusterOptions {
  readonly network: MemberNetwork;
  readonly flags?: readonly string[];
  /** Further flags of a member. */
  readonly flagsOf?: (at: number) => readonly string[];
  /** Command of our members; default: the built program. */
  readonly ours?: readonly string[];
  /** Folder of a member's data; default: in a folder of the cluster. */
  readonly dataDirOf?: (at: number) => string;
}

export const STATUS_DEADLINE_MS = 400;

export class ProcessCluster {
  readonly members: ProcessMember[];
  readonly folder: string;
  readonly #options: ProcessClusterOptions;
  readonly #removeFolder: () => void;
  #planned: number;

  private constructor(options: ProcessClusterOptions) {
    const { path, remove } = temporaryFolder("processes");
    this.members = [];
    this.folder = path;
    this.#removeFolder = remove;
    this.#options = options;
    this.#planned = 0;
  }

  static async start(kinds: readonly Kind[], options: ProcessClusterOptions): Promise<ProcessCluster> {
    const cluster = new ProcessCluster(options);
    try {
      for (const kind of kinds) await cluster.plan(kind);
      for (const member of cluster.members) cluster.spawn(member, "new");
      await cluster.ready();
    } catch (error) {
      await cluster.close();
      throw error;
    }
    return cluster;
  }

  /** A further member, not started. */
  async plan(kind: Kind): Promise<ProcessMember> {
    const at = this.#planned++;
    const name = `m${at}`;
    const address = await this.#options.network.add();
    const member: ProcessMember = {
      at,
      name,
      kind,
      address,
      dataDir: this.#options.dataDirOf?.(at) ?? join(this.folder, name),
      admin: new GrpcJsClient(address.client),
      process: undefined,
      unexpectedEnd: undefined,
      answersSinceMs: Number.POSITIVE_INFINITY,
      id: 0n,
    };
    this.members.push(member);
    return member;
  }

  spawn(member: ProcessMember, state: "new" | "existing", among: readonly ProcessMember[] = this.members): void {
    const program = member.kind === "ours" ? (this.#options.ours ?? OUR_ETCD) : [reference("etcd")!];
    const [command, ...before] = [...member.address.command, ...program];
    const log = openSync(this.logFile(member), "a");
    writeSync(log, `--- starts as ${member.kind}\n`);
    const client = `http://${member.address.client}`;
    const flags = {
      name: member.name,
      "data-dir": member.dataDir,
      "listen-client-urls": client,
      "advertise-client-urls": client,
      "listen-peer-urls": member.address.peerUrl,
      "initial-advertise-peer-urls": member.address.peerUrl,
      "initial-cluster": among.map((each) => `${each.name}=${each.address.peerUrl}`).join(","),
      "initial-cluster-state": state,
    };
    const args = Object.entries(flags).map(([flag, value]) => `--${flag}=${value}`);
    const further = [...(this.#options.flags ?? []), ...(this.#options.flagsOf?.(member.at) ?? [])];
    const child = spawn(command!, [...before, ...args, ...further], {
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    member.process = child;
    member.unexpectedEnd = undefined;
    child.once("exit", (code, signal) => {
      if (member.process !== child) return;
      member.process = undefined;
      member.unexpectedEnd = String(signal ?? code);
      member.answersSinceMs = Number.POSITIVE_INFINITY;
    });
  }

  /** Takes a member that is no longer of the cluster from the list; its process must have ended. */
  forget(member: ProcessMember): void {
    this.members.splice(this.members.indexOf(member), 1);
    member.admin.close();
  }

  get running(): ProcessMember[] {
    return this.members.filter((member) => member.process !== undefined);
  }

  /** Ends a member and waits until it is gone. */
  async stop(member: ProcessMember, signal: NodeJS.Signals): Promise<void> {
    const child = member.process;
    if (child === undefined) return;
    member.process = undefined;
    member.answersSinceMs = Number.POSITIVE_INFINITY;
    const ended = new Promise((resolve) => child.once("exit", resolve));
    child.kill(signal);
    if (signal === "SIGKILL") child.kill("SIGCONT");
    await ended;
  }

  /** SIGSTOP and SIGCONT: the member keeps its connections and says nothing. */
  freeze(member: ProcessMember): void {
    member.answersSinceMs = Number.POSITIVE_INFINITY;
    member.process!.kill("SIGSTOP");
  }

  thaw(member: ProcessMember): void {
    member.process!.kill("SIGCONT");
    member.answersSinceMs = performance.now();
  }

  logFile(member: ProcessMember): string {
    return join(this.folder, `${member.name}.log`);
  }

  log(member: ProcessMember): string {
    return readFileSync(this.logFile(member), "utf8");
  }

  /** What a member says of itself; undefined when it does not answer. */
  async status(member: ProcessMember, deadlineMs: number = STATUS_DEADLINE_MS): Promise<StatusResponse | undefined> {
    try {
      return await member.admin.status(deadlineMs);
    } catch {
      // Down, or not yet up.
      return undefined;
    }
  }

  /** Until all running members answer and name one leader. */
  async ready(limitMs = 40_000): Promise<ProcessMember> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const running = this.running;
      const dead = this.members.find((member) => member.unexpectedEnd !== undefined);
      if (dead !== undefined)
        throw new Error(`${dead.name} ended with ${dead.unexpectedEnd}: ${this.log(dead).slice(-3000)}`);
      const statuses = await Promise.all(running.map((member) => this.status(member)));
      for (const [i, status] of statuses.entries()) {
        if (status === undefined) continue;
        running[i]!.id = status.header!.memberId;
        if (running[i]!.answersSinceMs === Number.POSITIVE_INFINITY) running[i]!.answersSinceMs = performance.now();
      }
      const leaders = new Set(statuses.map((status) => status?.leader ?? 0n));
      const leader = running.find((_, i) => leaders.has(statuses[i]?.header?.memberId ?? 0n));
      if (leaders.size === 1 && !leaders.has(0n) && leader !== undefined) return leader;
      if (performance.now() > endMs) {
        const seen = statuses.map((status, i) => `${running[i]!.name}: ${status?.leader.toString(16) ?? "no answer"}`);
        throw new Error(`the members do not see one leader within ${limitMs} ms: ${seen.join(", ")}`);
      }
      await pause(50);
    }
  }

  /** The member that others than `old` name as their leader, and when that was seen (performance.now()). */
  async newLeader(
    old: ProcessMember,
    among: readonly ProcessMember[],
    limitMs = 30_000,
  ): Promise<{ leader: ProcessMember; atMs: number }> {
    const endMs = performance.now() + limitMs;
    while (performance.now() < endMs) {
      const statuses = await Promise.all(among.map((member) => this.status(member)));
      const named = statuses.map((status) => status?.leader ?? 0n).find((leader) => leader !== 0n && leader !== old.id);
      const leader = this.members.find((member) => member.id === named);
      if (leader !== undefined) return { leader, atMs: performance.now() };
      await pause(10);
    }
    throw new Error(`no other leader than ${old.name} within ${limitMs} ms`);
  }

  /** Makes a member lead. */
  async moveLeader(to: ProcessMember, limitMs = 20_000): Promise<void> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const from = await this.ready();
      if (from === to) return;
      const request = MoveLeaderRequest.create({ targetID: to.id });
      const path = "/etcdserverpb.Maintenance/MoveLeader";
      await from.admin.unary(path, MoveLeaderRequest, MoveLeaderResponse, request).catch((error: unknown) => {
        if (performance.now() > endMs) throw error;
      });
    }
  }

  /** HashKV of every running member at the newest revision of all, once all have it. */
  async hashes(limitMs = 20_000): Promise<{ revision: number; hashes: number[] }> {
    const endMs = performance.now() + limitMs;
    for (;;) {
      const statuses = await Promise.all(this.running.map((member) => this.status(member)));
      const revisions = statuses.map((status) => status?.header?.revision ?? 0);
      if (new Set(revisions).size === 1 && revisions[0]! > 0) {
        const answers = await Promise.all(this.running.map((member) => member.admin.hashKv(revisions[0]!)));
        return { revision: revisions[0]!, hashes: answers.map((answer) => answer.hash) };
      }
      if (performance.now() > endMs) throw new Error(`revisions do not become equal: ${revisions.join(", ")}`);
      await pause(100);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.running.map((member) => this.stop(member, "SIGKILL")));
    for (const member of this.members) member.admin.close();
    this.#options.network.close();
    this.#removeFolder();
  }
}
