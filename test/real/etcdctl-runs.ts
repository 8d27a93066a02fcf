/** Runs the scenario of the golden test with some etcdctl against some server, and masks what differs from run to run. */
/* oxlint-disable no-control-regex -- messages are compared as bytes */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "../support/free-port.ts";
import { SCENARIO, type Step } from "./etcdctl-scenario.ts";

export interface Outcome {
  readonly command: string;
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number | null;
}

/** Ids come from the peer URL: one is taken that gives ids of full length, so that masked outputs have one length too. */
async function peerPortOfLongIds(): Promise<number> {
  for (;;) {
    const port = await freePort();
    const member = createHash("sha1").update(`http://127.0.0.1:${port}etcd-cluster`).digest().subarray(0, 8);
    const cluster = createHash("sha1").update(member).digest();
    if (member[0]! >= 0x80 && cluster[0]! >= 0x80) return port;
  }
}

async function reachable(port: number): Promise<void> {
  for (let i = 0; i < 200; i++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, "127.0.0.1", () => {
        socket.destroy();
        resolve(true);
      });
      socket.once("error", () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`nothing listens on port ${port}`);
}

/** Starts the server command on free ports, runs every step with the etcdctl command, and gives the masked outcomes. */
export async function runScenario(server: readonly string[], etcdctl: readonly string[]): Promise<Outcome[]> {
  const dir = mkdtempSync(join(tmpdir(), "etcdctl-golden-"));
  const [port, peerPort, deadPort, newPeerPort] = [
    await freePort(),
    await peerPortOfLongIds(),
    await freePort(),
    await freePort(),
  ];
  const clientUrl = `http://127.0.0.1:${port}`;
  const peerUrl = `http://127.0.0.1:${peerPort}`;
  const [program, ...rest] = server;
  const child: ChildProcess = spawn(
    program!,
    [
      ...rest, "--data-dir", join(dir, "data"), "--log-level", "error",
      "--listen-client-urls", clientUrl, "--advertise-client-urls", clientUrl,
      "--listen-peer-urls", peerUrl, "--initial-advertise-peer-urls", peerUrl, "--initial-cluster", `default=${peerUrl}`,
    ],
    { stdio: ["ignore", "ignore", "ignore"] },
  ); // biome-ignore format: pairs
  try {
    await reachable(port);
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const values: Record<string, string> = {
      EP: `127.0.0.1:${port}`,
      DEAD: `127.0.0.1:${deadPort}`,
      PEER: `http://127.0.0.1:${newPeerPort}`,
      TMP: dir,
    };
    const ports: Readonly<Record<string, string>> = {
      [String(port)]: "PORT",
      [String(peerPort)]: "PEERPORT",
      [String(deadPort)]: "DEADPORT",
      [String(newPeerPort)]: "NEWPORT",
    };
    return SCENARIO.map((step) => runStep(step, etcdctl, values, (text) => mask(text, dir, ports)));
  } finally {
    child.kill("SIGTERM");
    await once(child, "exit");
    rmSync(dir, { recursive: true, force: true });
  }
}

function runStep(
  step: Step,
  etcdctl: readonly string[],
  values: Record<string, string>,
  masked: (text: string) => string,
): Outcome {
  const fill = (text: string): string => text.replace(/\{([A-Z]+)\}/g, (whole, name: string) => values[name] ?? whole);
  const args = [...(step.bare === true ? [] : ["--endpoints={EP}"]), ...step.args].map(fill);
  const env: Record<string, string> = { PATH: process.env["PATH"] ?? "", HOME: homedir() };
  for (const [name, value] of Object.entries(step.env ?? {})) env[name] = fill(value);
  const [program, ...rest] = etcdctl;
  const done = spawnSync(program!, [...rest, ...args], {
    input: step.stdin ?? "",
    env,
    timeout: 6_000,
    encoding: "latin1",
  });
  if (step.capture !== undefined) {
    const found = new RegExp(step.capture.pattern).exec(done.stdout);
    if (found !== null) values[step.capture.name] = found[1]!;
  }
  const environment = Object.entries(step.env ?? {}).map(([name, value]) => `${name}=${value} `);
  const stdin = step.stdin === undefined ? "" : ` <<< ${JSON.stringify(step.stdin)}`;
  return {
    command: `${environment.join("")}etcdctl ${step.args.map((arg) => (/^[\w/.=:{},<>&-]+$/.test(arg) ? arg : JSON.stringify(arg))).join(" ")}${stdin}`,
    stdout: masked(done.stdout),
    // Log lines of the Go client.
    stderr: masked(done.stderr.replace(/^\{"level":.*\n/gm, "")),
    code: done.status,
  };
}

/** Ids, times, sizes, ports, paths, hashes and positions in the raft log. */
function mask(text: string, dir: string, ports: Readonly<Record<string, string>>): string {
  let out = text.replaceAll(dir, "TMP");
  for (const [port, name] of Object.entries(ports)) out = out.replaceAll(`:${port}`, `:${name}`);
  if (isProtobuf(out)) return maskProtobuf(out);
  const isTable = /^[\u00e2]\u0094\u008c/.test(out);
  out = out
    .replace(/\b(?:\d+h)?(?:\d+m)?\d+(?:\.\d+)?(?:ns|\u00c2?\u00b5s|\u00c2\u00b5s|ms|s)\b(?!\))/g, (whole) =>
      /^\d+s$/.test(whole) ? whole : "TIME",
    )
    .replace(/remaining\(\d+s\)/g, "remaining(TTL)")
    .replace(/("ttl":|"TTL" : )(?:59\d)\b/g, "$1TTL")
    // An id with a leading zero is padded with a space (%16x).
    .replace(/\b(Member|cluster) +(?=[0-9a-f]{13,16}\b)/g, "$1 ")
    .replace(/\b[0-9a-f]{13,16}\b/g, "ID")
    .replace(/\b\d{16,20}\b/g, "ID")
    .replace(/"(raftIndex|raftAppliedIndex|raft_term|raftTerm|hash|dbSize|dbSizeInUse|hash_revision)":\d+/g, '"$1":N')
    .replace(/"(RaftIndex|RaftAppliedIndex|RaftTerm|Hash|DBSize|DBSizeInUse)" : \d+/g, '"$1" : N')
    .replace(/, \d+(?:\.\d)? [kM]?B, \d+(?:\.\d)? [kM]?B, \d+%,/g, ", SIZE, SIZE, N%,")
    .replace(/(, (?:true|false), (?:true|false)), \d+, \d+, \d+, /g, "$1, N, N, N, ")
    .replace(/^(127\.0\.0\.1:PORT|http:\/\/127\.0\.0\.1:PORT), \d{5,}, /gm, "$1, HASH, ");
  if (isTable)
    out = out
      .replace(/(?:\u00e2\u0094\u0080)+/g, "-")
      .replace(/ +/g, " ")
      .replace(/\d+(?:\.\d)? [kM]B|\d+%/g, "SIZE")
      .replace(/ \d+ /g, " N ");
  return out;
}

/** Output of -w protobuf begins with the header field. */
function isProtobuf(text: string): boolean {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes of a message, read as latin1
  return /^(?:\n[\u0012-\u0020]\b|\n[\s\S]\u0008|\u0008[\u0080-\u00ff])/.test(text);
}

/** Varints of nine and ten bytes are ids. */
function maskProtobuf(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: bytes of a message, read as latin1
  const masked = text.replace(/[\u0080-\u00ff]{8,9}[\u0001-\u007f]/g, "<ID>");
  return `PROTOBUF ${Buffer.from(masked, "latin1").toString("base64")}`;
}
