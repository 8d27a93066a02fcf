/** The commands of cluster maintenance as data. Source of behaviour: etcdctl/ctlv3/command. */
import type { CommandSpec } from "../cobra/command.ts";
import type { FlagSpec } from "../cobra/flag-set.ts";

export const CLUSTER_GROUP = { id: "cluster maintenance", title: "Cluster maintenance commands" } as const;

const CLUSTER_FLAG: FlagSpec = {
  name: "cluster",
  kind: "bool",
  default: "false",
  usage: "use all endpoints from the cluster member list",
};

const ALARM: CommandSpec = {
  use: "alarm <subcommand>",
  short: "Alarm related commands. Use `etcdctl alarm --help` to see subcommands",
  long: "Alarm related commands",
  group: CLUSTER_GROUP.id,
  commands: [
    {
      use: "disarm",
      short: "Disarms all alarms",
      run: async (invocation) => (await import("./alarm.ts")).runAlarmDisarm(invocation),
    },
    {
      use: "list",
      short: "Lists all alarms",
      run: async (invocation) => (await import("./alarm.ts")).runAlarmList(invocation),
    },
  ],
};

const DEFRAG: CommandSpec = {
  use: "defrag",
  short: "Defragments the storage of the etcd members with given endpoints",
  group: CLUSTER_GROUP.id,
  persistentFlags: [CLUSTER_FLAG],
  run: async (invocation) => (await import("./defrag.ts")).runDefrag(invocation),
};

const ENDPOINT: CommandSpec = {
  use: "endpoint <subcommand>",
  short: "Endpoint related commands. Use `etcdctl endpoint --help` to see subcommands",
  long: "Endpoint related commands",
  group: CLUSTER_GROUP.id,
  persistentFlags: [CLUSTER_FLAG],
  commands: [
    {
      use: "health",
      short: "Checks the healthiness of endpoints specified in `--endpoints` flag",
      run: async (invocation) => (await import("./endpoint.ts")).runEndpointHealth(invocation),
    },
    {
      use: "status",
      short: "Prints out the status of endpoints specified in `--endpoints` flag",
      long: `When --write-out is set to simple, this command prints out comma-separated status lists for each endpoint.
The items in the lists are endpoint, ID, version, db size, is leader, is learner, raft term, raft index, raft applied index, errors.
`,
      run: async (invocation) => (await import("./endpoint.ts")).runEndpointStatus(invocation),
    },
    {
      use: "hashkv",
      short: "Prints the KV history hash for each endpoint in --endpoints",
      persistentFlags: [
        { name: "rev", kind: "int64", default: "0", usage: "maximum revision to hash (default: latest revision)" },
      ],
      run: async (invocation) => (await import("./endpoint.ts")).runEndpointHashKV(invocation),
    },
  ],
};

const MOVE_LEADER: CommandSpec = {
  use: "move-leader <transferee-member-id>",
  short: "Transfers leadership to another etcd cluster member.",
  group: CLUSTER_GROUP.id,
  run: async (invocation) => (await import("./move-leader.ts")).runMoveLeader(invocation),
};

const MEMBER: CommandSpec = {
  use: "member <subcommand>",
  short: "Membership related commands. Use `etcdctl member --help` to see subcommands",
  long: "Membership related commands",
  group: CLUSTER_GROUP.id,
  commands: [
    {
      use: "add <memberName> [options]",
      short: "Adds a member into the cluster",
      flags: [
        {
          name: "peer-urls",
          kind: "string",
          default: "",
          usage: "comma separated peer URLs for the new member.",
        },
        { name: "learner", kind: "bool", default: "false", usage: "indicates if the new member is raft learner" },
      ],
      run: async (invocation) => (await import("./member.ts")).runMemberAdd(invocation),
    },
    {
      use: "remove <memberID>",
      short: "Removes a member from the cluster",
      run: async (invocation) => (await import("./member.ts")).runMemberRemove(invocation),
    },
    {
      use: "update <memberID> [options]",
      short: "Updates a member in the cluster",
      flags: [
        {
          name: "peer-urls",
          kind: "string",
          default: "",
          usage: "comma separated peer URLs for the updated member.",
        },
      ],
      run: async (invocation) => (await import("./member.ts")).runMemberUpdate(invocation),
    },
    {
      use: "list",
      short: "Lists all members in the cluster",
      long: `When --write-out is set to simple, this command prints out comma-separated member lists for each endpoint.
The items in the lists are ID, Status, Name, Peer Addrs, Client Addrs, Is Learner.
`,
      flags: [{ name: "consistency", kind: "string", default: "l", usage: "Linearizable(l) or Serializable(s)" }],
      run: async (invocation) => (await import("./member.ts")).runMemberList(invocation),
    },
    {
      use: "promote <memberID>",
      short: "Promotes a non-voting member in the cluster",
      long: "Promotes a non-voting learner member to a voting one in the cluster.\n",
      run: async (invocation) => (await import("./member.ts")).runMemberPromote(invocation),
    },
  ],
};

const SNAPSHOT_EXAMPLE = `  # Save snapshot to a given file
  etcdctl snapshot save /backup/etcd-snapshot.db
  
  # Get snapshot from given address and save it to file
  etcdctl snapshot save --endpoints=127.0.0.1:3000 /backup/etcd-snapshot.db
  
  # Get snapshot from given address with certificates
  etcdctl --endpoints=https://127.0.0.1:2379 --cacert=/etc/etcd/ca.crt --cert=/etc/etcd/etcd.crt --key=/etc/etcd/etcd.key snapshot save /backup/etcd-snapshot.db
  
  # Get snapshot with certain user and password
  etcdctl --user=root --password=password123 snapshot save /backup/etcd-snapshot.db
  
  # Get snapshot from given address with timeout
  etcdctl --endpoints=https://127.0.0.1:2379 --dial-timeout=20s snapshot save /backup/etcd-snapshot.db
  
  # Save snapshot with desirable time format
  etcdctl snapshot save /mnt/backup/etcd/backup_$(date +%Y%m%d_%H%M%S).db`;

const SNAPSHOT: CommandSpec = {
  use: "snapshot <subcommand>",
  short: "Manages etcd node snapshots",
  example: SNAPSHOT_EXAMPLE,
  group: CLUSTER_GROUP.id,
  commands: [
    {
      use: "save <filename>",
      short: "Stores an etcd node backend snapshot to a given file",
      example: SNAPSHOT_EXAMPLE,
      run: async (invocation) => (await import("./snapshot.ts")).runSnapshotSave(invocation),
    },
  ],
};

const DOWNGRADE: CommandSpec = {
  use: "downgrade <TARGET_VERSION>",
  short: "Downgrade related commands. Use `etcdctl downgrade --help` to see subcommands",
  long: "Downgrade related commands",
  group: CLUSTER_GROUP.id,
  commands: [
    {
      use: "validate <TARGET_VERSION>",
      short: "Validate downgrade capability before starting downgrade",
      run: async (invocation) => (await import("./downgrade.ts")).runDowngradeValidate(invocation),
    },
    {
      use: "enable <TARGET_VERSION>",
      short: "Start a downgrade action to cluster",
      run: async (invocation) => (await import("./downgrade.ts")).runDowngradeEnable(invocation),
    },
    {
      use: "cancel",
      short: "Cancel the ongoing downgrade action to cluster",
      run: async (invocation) => (await import("./downgrade.ts")).runDowngradeCancel(invocation),
    },
  ],
};

export const CLUSTER_COMMANDS: readonly CommandSpec[] = [
  ALARM,
  DEFRAG,
  ENDPOINT,
  MOVE_LEADER,
  MEMBER,
  SNAPSHOT,
  DOWNGRADE,
];
