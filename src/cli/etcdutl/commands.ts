/**
 * The commands of etcdutl as data for the command-line parser, and what they call. What a command needs is loaded when it runs.
 * Source of behaviour: etcd etcdutl/ctl.go and etcdutl/*_command.go.
 */

import { humanBytes } from "../../base/human-bytes.ts";
import { type CommandSpec, exactArgs, type Invocation, onlyValidArgs, type ProgramSpec } from "../cobra/command.ts";
import { outputForm, resultText } from "./result-output.ts";
import { databasePath, ExitStatus, requireFile, type ToolEnvironment, ToolError } from "./tool-environment.ts";

export interface CommandSurroundings {
  readonly environment: ToolEnvironment;
  readonly stdout: (text: string) => void;
  readonly stderr: (text: string) => void;
}

/** Size that bbolt's memory map would begin with: shown, without effect. */
const INITIAL_MAP_BYTES = 10_737_418_240n;
const PEER_URL = "http://localhost:2380";

export function etcdutlProgram(surroundings: CommandSurroundings): ProgramSpec {
  return {
    use: "etcdutl",
    short: "An administrative command line tool for etcd3.",
    prefixMatching: true,
    helpIsUsage: true,
    repeatsRefusal: true,
    persistentFlags: [
      {
        name: "timeout",
        kind: "duration",
        default: "10s",
        usage: "time to wait to obtain a file lock on db file, 0 to block indefinitely",
      },
      {
        name: "write-out",
        shorthand: "w",
        kind: "string",
        default: "simple",
        usage: "set the output format (fields, json, protobuf, simple, table)",
        choices: ["fields", "json", "protobuf", "simple", "table"],
      },
    ],
    commands: [
      defragCommand(surroundings),
      snapshotCommand(surroundings),
      hashKvCommand(surroundings),
      versionCommand(surroundings),
      migrateCommand(surroundings),
      COMPLETION,
    ],
  };
}

function defragCommand({ environment }: CommandSurroundings): CommandSpec {
  return {
    use: "defrag",
    short: "Defragments the storage of the etcd",
    flags: [
      {
        name: "data-dir",
        kind: "string",
        default: "",
        usage: "Required. Defragments a data directory not in use by etcd.",
        required: true,
      },
    ],
    async run({ flags }) {
      const dataDir = flags.text("data-dir");
      try {
        await requireFile(environment.fileSystem, databasePath(dataDir));
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        throw new ToolError(`Failed to defragment etcd data[${dataDir}] (${error.message})`, error.status, error);
      }
      await withDatabase(environment, dataDir, flags.durationMs("timeout"), (backend) => backend.defragment());
    },
  };
}

function snapshotCommand(surroundings: CommandSurroundings): CommandSpec {
  return {
    use: "snapshot <subcommand>",
    short: "Manages etcd node snapshots",
    commands: [restoreCommand(surroundings), statusCommand(surroundings)],
  };
}

function statusCommand({ environment, stdout }: CommandSurroundings): CommandSpec {
  return {
    use: "status <filename>",
    short: "Gets backend snapshot status of a given file",
    long: `When --write-out is set to simple, this command prints out comma-separated status lists for each endpoint.
The items in the lists are hash, revision, total keys, total size.
`,
    async run({ args, flags }) {
      if (args.length !== 1)
        throw new ToolError("snapshot status requires exactly one argument", ExitStatus.BadArguments);
      await requireFile(environment.fileSystem, args[0]!);
      const form = outputForm(flags.text("write-out"));
      const { snapshotStatus } = await import("./snapshot-status.ts");
      const status = await snapshotStatus(environment, args[0]!);
      stdout(
        resultText(form, [
          { json: "hash", field: "Hash", heading: "hash", value: status.hash, short: status.hash.toString(16) },
          { json: "revision", field: "Revision", heading: "revision", value: status.revision },
          { json: "totalKey", field: "Keys", heading: "total keys", value: status.totalKey },
          {
            json: "totalSize",
            field: "Size",
            heading: "total size",
            value: status.totalSizeBytes,
            short: humanBytes(status.totalSizeBytes),
          },
          { json: "version", field: "Version", heading: "version", value: status.version },
        ]),
      );
    },
  };
}

function restoreCommand({ environment }: CommandSurroundings): CommandSpec {
  return {
    use: "restore <filename> --data-dir {output dir} [options]",
    short: "Restores an etcd member snapshot to an etcd directory",
    flags: [
      { name: "data-dir", kind: "string", default: "", usage: "Path to the output data directory" },
      {
        name: "wal-dir",
        kind: "string",
        default: "",
        usage: "Path to the WAL directory (use --data-dir if none given)",
      },
      {
        name: "initial-cluster",
        kind: "string",
        default: `default=${PEER_URL}`,
        usage: "Initial cluster configuration for restore bootstrap",
      },
      {
        name: "initial-cluster-token",
        kind: "string",
        default: "etcd-cluster",
        usage: "Initial cluster token for the etcd cluster during restore bootstrap",
      },
      {
        name: "initial-advertise-peer-urls",
        kind: "string",
        default: PEER_URL,
        usage: "List of this member's peer URLs to advertise to the rest of the cluster",
      },
      { name: "name", kind: "string", default: "default", usage: "Human-readable name for this member" },
      {
        name: "skip-hash-check",
        kind: "bool",
        default: "false",
        usage: "Ignore snapshot integrity hash value (required if copied from data directory)",
      },
      {
        name: "initial-memory-map-size",
        kind: "uint64",
        default: String(INITIAL_MAP_BYTES),
        usage:
          "Initial memory map size of the database in bytes. It uses the default value if not defined or defined to 0",
      },
      {
        name: "bump-revision",
        kind: "uint64",
        default: "0",
        usage: "How much to increase the latest revision after restore",
      },
      {
        name: "mark-compacted",
        kind: "bool",
        default: "false",
        usage:
          "Mark the latest revision after restore as the point of scheduled compaction (required if --bump-revision > 0, disallowed otherwise)",
      },
    ],
    run: (invocation) => restore(environment, invocation),
  };
}

async function restore(environment: ToolEnvironment, { args, flags }: Invocation): Promise<void> {
  if (args.length !== 1) throw new ToolError("snapshot restore requires exactly one argument", ExitStatus.BadArguments);
  const bump = flags.bigint("bump-revision");
  if (bump > 0n !== flags.bool("mark-compacted"))
    throw new ToolError("--mark-compacted required if --revision-bump > 0", ExitStatus.BadArguments);
  if (bump > BigInt(Number.MAX_SAFE_INTEGER))
    throw new ToolError(`revisions above ${Number.MAX_SAFE_INTEGER} are not supported`, ExitStatus.BadArguments);
  const name = flags.text("name");
  const dataDir = flags.text("data-dir");
  const { restoreSnapshot } = await import("./snapshot-restore.ts");
  await restoreSnapshot(environment, {
    snapshotPath: args[0]!,
    name,
    dataDir: dataDir === "" ? `${name}.etcd` : dataDir,
    walDir: flags.text("wal-dir"),
    peerURLs: flags.text("initial-advertise-peer-urls").split(","),
    initialCluster: flags.text("initial-cluster"),
    initialClusterToken: flags.text("initial-cluster-token"),
    skipHashCheck: flags.bool("skip-hash-check"),
    initialMemoryMapBytes: flags.bigint("initial-memory-map-size"),
    revisionBump: Number(bump),
  });
}

function hashKvCommand({ environment, stdout }: CommandSurroundings): CommandSpec {
  return {
    use: "hashkv <filename>",
    short: "Prints the KV history hash of a given file",
    checkArgs: exactArgs(1),
    flags: [{ name: "rev", kind: "int64", default: "0", usage: "maximum revision to hash (default: latest revision)" }],
    async run({ args, flags }) {
      const form = outputForm(flags.text("write-out"));
      const { hashKeyValues } = await import("./key-value-hash.ts");
      const result = await hashKeyValues(environment, {
        path: args[0]!,
        revision: flags.number("rev"),
        lockTimeoutMs: flags.durationMs("timeout"),
      });
      stdout(
        resultText(form, [
          { json: "hash", field: "Hash", heading: "hash", value: result.hash },
          { json: "hashRevision", field: "Hash revision", heading: "hash revision", value: result.revision },
          {
            json: "compactRevision",
            field: "Compact revision",
            heading: "compact revision",
            value: result.compactRevision,
          },
        ]),
      );
    },
  };
}

function migrateCommand({ environment }: CommandSurroundings): CommandSpec {
  return {
    use: "migrate",
    short: "Migrates schema of etcd data dir files to make them compatible with different etcd version",
    flags: [
      { name: "data-dir", kind: "string", default: "", usage: "Path to the etcd data dir", required: true },
      {
        name: "target-version",
        kind: "string",
        default: "",
        usage: 'Target etcd version to migrate contents of data dir. Minimal value 3.5. Format "X.Y" for example 3.6.',
        required: true,
      },
      {
        name: "force",
        kind: "bool",
        default: "false",
        usage: "Ignore migration failure and forcefully override storage version. Not recommended.",
      },
    ],
    async run({ flags }) {
      const { migrate, migrationTarget } = await import("./storage-migration.ts");
      const target = migrationTarget(flags.text("target-version"));
      const dataDir = flags.text("data-dir");
      const options = { dataDir, target, force: flags.bool("force") };
      await requireFile(environment.fileSystem, databasePath(dataDir));
      await withDatabase(environment, dataDir, flags.durationMs("timeout"), async (backend) => {
        await migrate(environment, backend, options);
        backend.endBatch();
      });
    },
  };
}

function versionCommand({ stdout }: CommandSurroundings): CommandSpec {
  return {
    use: "version",
    short: "Prints the version of etcdutl",
    async run() {
      const { SERVER_VERSION_TEXT, SERVER_MINOR_VERSION } = await import("../../core/version/server-version.ts");
      const { major, minor } = SERVER_MINOR_VERSION;
      stdout(`etcdutl version: ${SERVER_VERSION_TEXT}\nAPI version: ${major}.${minor}\n`);
    },
  };
}

const COMPLETION: CommandSpec = {
  use: "completion [bash|zsh|fish|powershell]",
  short: "Generate completion script",
  disableFlagsInUseLine: true,
  validArgs: ["bash", "zsh", "fish", "powershell"],
  checkArgs: (command, args) => exactArgs(1)(command, args) ?? onlyValidArgs(command, args),
  run: async (invocation) => (await import("../cobra/completion-script.ts")).printCompletionScript(invocation),
};

/** Opens the database of a stopped member for writing, waiting for its lock. */
async function withDatabase(
  environment: ToolEnvironment,
  dataDir: string,
  lockTimeoutMs: number,
  use: (backend: import("../../storage/bolt/backend.ts").BoltBackend) => Promise<void>,
): Promise<void> {
  const { openDatabase } = await import("./member-database.ts");
  const backend = await openDatabase(environment, databasePath(dataDir), lockTimeoutMs);
  try {
    await use(backend);
  } finally {
    await backend.close();
  }
}
