/**
 * Our etcdutl beside the real one, on files of both: standard output, error texts and exit statuses are compared byte for byte (log lines and
 * usage of the memory map aside); what is restored starts under both etcds.
 */
import assert from "node:assert/strict";
import {
  closeSync,
  cpSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { runEtcdutl } from "../../src/cli/etcdutl/run-etcdutl.ts";
import { SILENT_LOGGER } from "../../src/io/logger.ts";
import { NodeClock } from "../../src/io/node/clock.ts";
import { NodeFileSystem } from "../../src/io/node/file-system.ts";
import { readWal } from "../../src/storage/wal/wal-reader.ts";
import { freePort } from "../support/free-port.ts";
import { type Member, missing, mustRun, OUR_ETCD, reference, run, startMember, temporaryFolder } from "./reference.ts";

const skip = missing("etcd", "etcdctl", "etcdutl", "bbolt");
const folder = temporaryFolder("etcdutl");
const at = (...names: string[]): string => join(folder.path, ...names);
const fileSystem = new NodeFileSystem({ log: SILENT_LOGGER });

interface Ran {
  readonly code: number;
  readonly stdout: string;
  /** Without log lines. */
  readonly stderr: string;
}

async function ours(...args: string[]): Promise<Ran> {
  let stdout = "";
  let stderr = "";
  const code = await runEtcdutl(args, {
    environment: { fileSystem, clock: new NodeClock(), logger: SILENT_LOGGER, resolve: async () => undefined },
    stdout: (text) => {
      stdout += text;
    },
    stderr: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

function real(...args: string[]): Ran {
  const { code, stdout, stderr } = run([reference("etcdutl")!, ...args]);
  // A line of the log, and the stack that zap prints below an error.
  const lines = stderr
    .split("\n")
    .filter((line) => !/^\d{4}-\d\d-\d\dT|^\t.*:\d+$|^(go\.|github\.|main\.|runtime\.)/.test(line));
  return { code, stdout, stderr: lines.join("\n") };
}

async function fill(command: readonly string[], name: string): Promise<void> {
  const member: Member = await startMember({ command, dataDir: at(name) });
  const ctl = (...args: string[]): string => mustRun("etcdctl", `--endpoints=${member.endpoint}`, ...args);
  try {
    for (let i = 0; i < 30; i++) ctl("put", `/${name}/${i % 12}`, `value ${i} ${"x".repeat(i * 40)}`);
    ctl("del", `/${name}/3`);
    ctl("snapshot", "save", at(`${name}.whole.db`));
    ctl("compaction", "20");
    ctl("put", `/${name}/after`, "compaction");
    ctl("snapshot", "save", at(`${name}.db`));
  } finally {
    await member.stop();
  }
}

before(async () => {
  if (skip) return;
  await fill([reference("etcd")!], "theirs");
  await fill(OUR_ETCD, "mine");
  for (const name of ["theirs", "mine"]) {
    cpSync(at(`${name}.db`), at(`${name}.flipped.db`));
    const file = openSync(at(`${name}.flipped.db`), "r+");
    writeSync(file, "XX", 12_300);
    closeSync(file);
    cpSync(at(`${name}.db`), at(`${name}.bare.db`));
    truncateSync(at(`${name}.bare.db`), readFileSync(at(`${name}.db`)).length - 32);
  }
  writeFileSync(at("text.db"), "no database\n");
});

after(() => folder.remove());

/** FILE stands for the snapshots of both, OUT for a folder that is not there. */
const COMMANDS: readonly string[] = [
  "",
  "--help",
  "help snapshot restore",
  "help hashkv",
  "help migrate",
  // Not `help nothing`: cobra has not given the root its own --help by then, ours has.
  "snapshot",
  "snapshot nothing",
  "snapshot status",
  "snapshot status a b",
  "snapshot status --help",
  "snapshot status nofile",
  "snapshot status TEXT -w bad",
  "snapshot restore",
  "snapshot restore --help",
  "snap stat --help",
  "hashkv",
  "hashkv nofile",
  "hashkv nofile -w bad",
  "hashkv FILE --rev x",
  "defrag",
  "defrag --data-dir nodir",
  "migrate",
  "migrate --data-dir nodir",
  "migrate --data-dir nodir --target-version 3",
  "migrate --data-dir nodir --target-version 3.x",
  "migrate --data-dir nodir --target-version 3.4",
  "migrate --data-dir nodir --target-version 3.6",
  "version",
  "version -w json",
  "versoin",
  "nothing",
  "version --nothing",
  "version -x",
  "version --timeout x",
  ...["simple", "json", "fields", "table", "protobuf", "bad"].flatMap((form) => [
    `snapshot status FILE -w ${form}`,
    `snapshot status BARE --write-out=${form}`,
    `snapshot status WHOLE -w ${form}`,
    `hashkv COPY -w ${form}`,
  ]),
  ...[1, 5, 19, 20, 21, 25, 30, 32, 33, 1000, -1].flatMap((revision) => [
    `hashkv COPY --rev ${revision}`,
    `hashkv WHOLE-COPY --rev ${revision} -w json`,
  ]),
  "snapshot restore nofile --data-dir OUT",
  "snapshot restore TEXT --data-dir OUT",
  "snapshot restore BARE --data-dir OUT",
  "snapshot restore FLIPPED --data-dir OUT",
  "snapshot restore FILE --data-dir OUT --name other",
  "snapshot restore FILE --data-dir OUT --initial-cluster other=http://localhost:2380",
  "snapshot restore FILE --data-dir OUT --initial-cluster nourl",
  "snapshot restore FILE --data-dir OUT --initial-cluster default=http://localhost:1", // with two URLs the original names them in random order
  "snapshot restore FILE --data-dir OUT --initial-advertise-peer-urls http://localhost:1",
  "snapshot restore FILE --data-dir OUT --initial-advertise-peer-urls localhost:1",
  "snapshot restore FILE --data-dir OUT --bump-revision 5",
  "snapshot restore FILE --data-dir OUT --mark-compacted",
  "snapshot restore FILE --data-dir OUT --bump-revision x",
  "snapshot restore FILE --data-dir DATA",
  "snapshot restore FILE --data-dir OUT --wal-dir DATA",
  "snapshot restore FILE --data-dir OUT",
  "snapshot restore BARE --data-dir OUT --skip-hash-check",
];

for (const command of COMMANDS) {
  test(`etcdutl ${command}`, { skip }, async () => {
    for (const name of command.includes("FILE") || /[A-Z]{4}/.test(command) ? ["theirs", "mine"] : [""]) {
      const results: Ran[] = [];
      for (const side of ["ours", "real"]) {
        // Each works on a copy of its own: the real one writes to what it hashes.
        const copy = (from: string): string => {
          const to = at(`${side}-${results.length}-${from}`);
          cpSync(at(from), to);
          return to;
        };
        const words: Readonly<Record<string, () => string>> = {
          FILE: () => at(`${name}.db`),
          BARE: () => at(`${name}.bare.db`),
          WHOLE: () => at(`${name}.whole.db`),
          FLIPPED: () => at(`${name}.flipped.db`),
          COPY: () => copy(`${name}.db`),
          "WHOLE-COPY": () => copy(`${name}.whole.db`),
          TEXT: () => at("text.db"),
          DATA: () => at(name),
          OUT: () => at("out", `${results.length}-${COMMANDS.indexOf(command)}-${name}`),
        };
        const args = command.split(" ").filter((word) => word !== "");
        const real_ = args.map((word) => words[word]?.() ?? word);
        const ran = side === "ours" ? await ours(...real_) : real(...real_);
        const mask = (text: string): string =>
          real_.reduce((t, word, i) => t.replaceAll(word.length > 20 ? word : "\0", args[i]!), text);
        results.push({ code: ran.code, stdout: mask(ran.stdout), stderr: mask(ran.stderr) });
      }
      assert.deepEqual(results[0], results[1], name);
    }
  });
}

const RESTORE = ["--name", "default", "--initial-cluster-token", "restored"];

for (const from of ["theirs", "mine"]) {
  for (const flags of [[], ["--bump-revision", "1000", "--mark-compacted"]]) {
    test(`a snapshot of ${from} restored ${flags.join(" ")} starts under both etcds alike`, { skip }, async () => {
      const states: string[] = [];
      for (const tool of ["ours", "real"]) {
        for (const server of ["ours", "real"]) {
          const dataDir = at("restored", `${from}-${tool}-${server}-${flags.length}`);
          const peerPort = await freePort();
          const peer = `http://127.0.0.1:${peerPort}`;
          const args = [at(`${from}.db`), "--data-dir", dataDir, ...RESTORE, ...flags];
          args.push("--initial-cluster", `default=${peer}`, "--initial-advertise-peer-urls", peer);
          const ran =
            tool === "ours" ? await ours("snapshot", "restore", ...args) : real("snapshot", "restore", ...args);
          assert.equal(ran.code, 0, ran.stderr);
          assert.match(mustRun("bbolt", "check", join(dataDir, "member/snap/db")), /OK/);
          const command = server === "ours" ? OUR_ETCD : [reference("etcd")!];
          const member = await startMember({
            command,
            dataDir,
            peerPort,
            args: ["--initial-cluster-token", "restored"],
          });
          try {
            const ctl = (...words: string[]): string => mustRun("etcdctl", `--endpoints=${member.endpoint}`, ...words);
            const hash = JSON.parse(ctl("endpoint", "hashkv", "-w", "json"))[0].HashKV;
            const members = JSON.parse(ctl("member", "list", "-w", "json")).members as { name: string }[];
            ctl("put", "written", "afterwards");
            states.push(
              JSON.stringify([hash.hash, hash.compact_revision, hash.hash_revision, members.length, members[0]!.name]),
            );
          } finally {
            await member.stop();
          }
        }
      }
      assert.deepEqual(new Set(states).size, 1, states.join("\n"));
    });
  }
}

test("the log and the snapshot of a restored member of three hold what the real tool writes", { skip }, async () => {
  const urls = [1, 2, 3].map((n) => `http://127.0.0.1:100${n}`);
  const cluster = urls.map((url, i) => `m${i + 1}=${url}`).join(",");
  for (const [i, url] of urls.entries()) {
    const contents: unknown[] = [];
    for (const tool of ["ours", "real"]) {
      const dataDir = at("three", `${tool}-${i}`);
      const walDir = at("three", `${tool}-${i}-wal`);
      const args = [
        "snapshot",
        "restore",
        at("theirs.db"),
        "--data-dir",
        dataDir,
        "--wal-dir",
        walDir,
        "--name",
        `m${i + 1}`,
      ];
      args.push("--initial-cluster", cluster, "--initial-advertise-peer-urls", url);
      const ran = tool === "ours" ? await ours(...args) : real(...args);
      assert.equal(ran.code, 0, ran.stderr);
      assert.equal(existsSync(join(dataDir, "member/wal")), false);
      const log = await readWal(fileSystem, walDir, { index: 0, term: 0 });
      const status = real("snapshot", "status", join(dataDir, "member/snap/db"), "-w", "json");
      contents.push({
        log: log.ok ? log.contents : log.problem,
        snapshots: readdirSync(join(dataDir, "member/snap")).sort(),
        hash: JSON.parse(status.stdout).hash,
      });
    }
    assert.deepEqual(contents[0], contents[1]);
  }
});

for (const name of ["theirs", "mine"]) {
  test(`a data dir of ${name} is defragmented and migrated as by the real tool`, { skip }, async () => {
    const outcomes: unknown[] = [];
    for (const tool of ["ours", "real"]) {
      const dataDir = at("work", `${tool}-${name}`);
      cpSync(at(name), dataDir, { recursive: true });
      const call = (...args: string[]): Promise<Ran> | Ran => (tool === "ours" ? ours(...args) : real(...args));
      const outcome: unknown[] = [];
      const note = async (...args: string[]): Promise<void> => {
        const { code, stdout, stderr } = await call(...args, "--data-dir", dataDir);
        const status = JSON.parse(real("snapshot", "status", join(dataDir, "member/snap/db"), "-w", "json").stdout);
        outcome.push([args.join(" "), code, stdout, stderr, status.hash, status.version]);
        assert.match(mustRun("bbolt", "check", join(dataDir, "member/snap/db")), /OK/);
      };
      await note("defrag");
      for (const version of ["3.7", "3.6", "3.5", "3.5", "3.6", "3.8", "4.0"])
        await note("migrate", "--target-version", version);
      await note("migrate", "--force", "--target-version", "4.0");
      await note("migrate", "--force", "--target-version", "3.5");
      outcomes.push(outcome);
    }
    assert.deepEqual(outcomes[0], outcomes[1]);
  });
}
