/** The concurrency and utility commands as data. Source of behaviour: etcdctl/ctlv3/command. */
import { type CommandSpec, exactArgs, onlyValidArgs } from "../cobra/command.ts";
import type { FlagSpec } from "../cobra/flag-set.ts";

export const CONCURRENCY_GROUP = { id: "concurrency", title: "Concurrency commands" } as const;
export const UTILITY_GROUP = { id: "utility", title: "Utility commands" } as const;

const ELECT: CommandSpec = {
  use: "elect <election-name> [proposal]",
  short: "Observes and participates in leader election",
  group: CONCURRENCY_GROUP.id,
  flags: [{ name: "listen", shorthand: "l", kind: "bool", default: "false", usage: "observation mode" }],
  run: async (invocation) => (await import("./elect.ts")).runElect(invocation),
};

const LOCK: CommandSpec = {
  use: "lock <lockname> [exec-command arg1 arg2 ...]",
  short: "Acquires a named lock",
  group: CONCURRENCY_GROUP.id,
  flags: [{ name: "ttl", kind: "int", default: "10", usage: "timeout for session" }],
  run: async (invocation) => (await import("./lock.ts")).runLock(invocation),
};

export const CONCURRENCY_COMMANDS: readonly CommandSpec[] = [ELECT, LOCK];

const AFTER_CHECK_FLAGS: readonly FlagSpec[] = [
  {
    name: "auto-compact",
    kind: "bool",
    default: "false",
    usage: "Compact storage with last revision after test is finished.",
  },
  { name: "auto-defrag", kind: "bool", default: "false", usage: "Defragment storage after test is finished." },
];

const CHECK: CommandSpec = {
  use: "check <subcommand>",
  short: "commands for checking properties of the etcd cluster. Use `etcdctl check --help` to see subcommands",
  long: "commands for checking properties of the etcd cluster",
  group: UTILITY_GROUP.id,
  commands: [
    {
      use: "perf [options]",
      short: "Check the performance of the etcd cluster",
      flags: [
        {
          name: "load",
          kind: "string",
          default: "s",
          usage:
            "The performance check's workload model. Accepted workloads: s(small), m(medium), l(large), xl(xLarge). Different workload models use different configurations in terms of number of clients and expected throughput.",
          choices: ["small", "medium", "large", "xLarge"],
        },
        {
          name: "prefix",
          kind: "string",
          default: "/etcdctl-check-perf/",
          usage: "The prefix for writing the performance check's keys.",
        },
        ...AFTER_CHECK_FLAGS,
      ],
      run: async (invocation) => (await import("./check-perf.ts")).runCheckPerf(invocation),
    },
    {
      use: "datascale [options]",
      short: "Check the memory usage of holding data for different workloads on a given server endpoint.",
      long: "If no endpoint is provided, localhost will be used. If multiple endpoints are provided, first endpoint will be used.",
      flags: [
        {
          name: "load",
          kind: "string",
          default: "s",
          usage: "The datascale check's workload model. Accepted workloads: s(small), m(medium), l(large), xl(xLarge)",
        },
        {
          name: "prefix",
          kind: "string",
          default: "/etcdctl-check-datascale/",
          usage: "The prefix for writing the datascale check's keys.",
        },
        ...AFTER_CHECK_FLAGS,
      ],
      run: async (invocation) => (await import("./check-datascale.ts")).runCheckDatascale(invocation),
    },
  ],
};

const COMPLETION: CommandSpec = {
  use: "completion [bash|zsh|fish|powershell]",
  short: "Generate completion script",
  long: `To load completions:

Bash:

  $ source <(etcdctl completion bash)

  # To load completions for each session, execute once:
  # Linux:
  $ etcdctl completion bash > /etc/bash_completion.d/etcdctl
  # macOS:
  $ etcdctl completion bash > /usr/local/etc/bash_completion.d/etcdctl

Zsh:

  # If shell completion is not already enabled in your environment,
  # you will need to enable it.  You can execute the following once:

  $ echo "autoload -U compinit; compinit" >> ~/.zshrc

  # To load completions for each session, execute once:
  $ etcdctl completion zsh > "\${fpath[1]}/_etcdctl"

  # You will need to start a new shell for this setup to take effect.

fish:

  $ etcdctl completion fish | source

  # To load completions for each session, execute once:
  $ etcdctl completion fish > ~/.config/fish/completions/etcdctl.fish

PowerShell:

  PS> etcdctl completion powershell | Out-String | Invoke-Expression

  # To load completions for every new session, run:
  PS> etcdctl completion powershell > etcdctl.ps1
  # and source this file from your PowerShell profile.
`,
  group: UTILITY_GROUP.id,
  disableFlagsInUseLine: true,
  validArgs: ["bash", "zsh", "fish", "powershell"],
  checkArgs: (command, args) => exactArgs(1)(command, args) ?? onlyValidArgs(command, args),
  run: async (invocation) => (await import("../cobra/completion-script.ts")).printCompletionScript(invocation),
};

const MAKE_MIRROR: CommandSpec = {
  use: "make-mirror [options] <destination>",
  short: "Makes a mirror at the destination etcd cluster",
  group: UTILITY_GROUP.id,
  flags: [
    { name: "prefix", kind: "string", default: "", usage: "Key-value prefix to mirror" },
    { name: "rev", kind: "int64", default: "0", usage: "Specify the kv revision to start to mirror" },
    {
      name: "max-txn-ops",
      kind: "uint",
      default: "128",
      usage: "Maximum number of operations permitted in a transaction during syncing updates.",
    },
    {
      name: "dest-prefix",
      kind: "string",
      default: "",
      usage: "destination prefix to mirror a prefix to a different prefix in the destination cluster",
    },
    {
      name: "no-dest-prefix",
      kind: "bool",
      default: "false",
      usage: "mirror key-values to the root of the destination cluster",
    },
    {
      name: "dest-cert",
      kind: "string",
      default: "",
      usage: "Identify secure client using this TLS certificate file for the destination cluster",
    },
    {
      name: "dest-key",
      kind: "string",
      default: "",
      usage: "Identify secure client using this TLS key file",
    },
    {
      name: "dest-cacert",
      kind: "string",
      default: "",
      usage: "Verify certificates of TLS enabled secure servers using this CA bundle",
    },
    {
      name: "dest-insecure-transport",
      kind: "bool",
      default: "true",
      usage: "Disable transport security for client connections",
    },
    {
      name: "dest-user",
      kind: "string",
      default: "",
      usage: "Destination username[:password] for authentication (prompt if password is not supplied)",
    },
    {
      name: "dest-password",
      kind: "string",
      default: "",
      usage:
        "Destination password for authentication (if this option is used, --user option shouldn't include password)",
    },
  ],
  run: async (invocation) => (await import("./make-mirror.ts")).runMakeMirror(invocation),
};

const OPTIONS: CommandSpec = {
  use: "options",
  short: "Show the global command-line flags",
  group: UTILITY_GROUP.id,
  run: async (invocation) => (await import("./options.ts")).runOptions(invocation),
};

const VERSION: CommandSpec = {
  use: "version",
  short: "Prints the version of etcdctl",
  group: UTILITY_GROUP.id,
  run: async () => (await import("./version.ts")).runVersion(),
};

export const UTILITY_COMMANDS: readonly CommandSpec[] = [CHECK, COMPLETION, MAKE_MIRROR, OPTIONS, VERSION];
