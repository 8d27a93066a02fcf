/** The key-value commands as data. Source of behaviour: etcdctl/ctlv3/command (get, put, del, txn, compaction, watch, lease). */
import type { CommandSpec } from "../cobra/command.ts";
import type { FlagSpec } from "../cobra/flag-set.ts";

export const KEY_VALUE_GROUP = { id: "kv", title: "Key-value commands" } as const;

function bool(name: string, usage: string): FlagSpec {
  return { name, kind: "bool", default: "false", usage };
}

function int64(name: string, usage: string): FlagSpec {
  return { name, kind: "int64", default: "0", usage };
}

export const GET: CommandSpec = {
  use: "get [options] <key> [range_end]",
  short: "Gets the key or a range of keys",
  group: KEY_VALUE_GROUP.id,
  flags: [
    {
      name: "consistency",
      kind: "string",
      default: "l",
      usage: "Linearizable(l) or Serializable(s)",
      choices: ["l", "s"],
    },
    {
      name: "order",
      kind: "string",
      default: "",
      usage: "Order of results; ASCEND or DESCEND (ASCEND by default)",
      choices: ["ASCEND", "DESCEND"],
    },
    {
      name: "sort-by",
      kind: "string",
      default: "",
      usage: "Sort target; CREATE, KEY, MODIFY, VALUE, or VERSION",
      choices: ["CREATE", "KEY", "MODIFY", "VALUE", "VERSION"],
    },
    int64("limit", "Maximum number of results"),
    bool("prefix", "Get keys with matching prefix"),
    bool("from-key", "Get keys that are greater than or equal to the given key using byte compare"),
    int64("rev", "Specify the kv revision"),
    bool("keys-only", "Get only the keys"),
    bool("count-only", "Get only the count"),
    bool("print-value-only", 'Only write values when using the "simple" output format'),
    int64("min-create-rev", "Minimum create revision"),
    int64("max-create-rev", "Maximum create revision"),
    int64("min-mod-rev", "Minimum modification revision"),
    int64("max-mod-rev", "Maximum modification revision"),
    bool("stream", "Use the RangeStream RPC"),
  ],
  run: async (invocation) => (await import("./get.ts")).runGet(invocation),
};

export const PUT: CommandSpec = {
  use: "put [options] <key> <value> (<value> can also be given from stdin)",
  short: "Puts the given key into the store",
  long: `
Puts the given key into the store.

When <value> begins with '-', <value> is interpreted as a flag.
Insert '--' for workaround:

$ put <key> -- <value>
$ put -- <key> <value>

If <value> isn't given as a command line argument and '--ignore-value' is not specified,
this command tries to read the value from standard input.

If <lease> isn't given as a command line argument and '--ignore-lease' is not specified,
this command tries to read the value from standard input.

For example,
$ cat file | put <key>
will store the content of the file to <key>.
`,
  group: KEY_VALUE_GROUP.id,
  flags: [
    { name: "lease", kind: "string", default: "0", usage: "lease ID (in hexadecimal) to attach to the key" },
    bool("prev-kv", "return the previous key-value pair before modification"),
    bool("ignore-value", "updates the key using its current value"),
    bool("ignore-lease", "updates the key using its current lease"),
  ],
  run: async (invocation) => (await import("./put.ts")).runPut(invocation),
};

export const DEL: CommandSpec = {
  use: "del [options] <key> [range_end]",
  short: "Removes the specified key or range of keys [key, range_end)",
  group: KEY_VALUE_GROUP.id,
  flags: [
    bool("prefix", "delete keys with matching prefix"),
    bool("prev-kv", "return deleted key-value pairs"),
    bool("from-key", "delete keys that are greater than or equal to the given key using byte compare"),
    bool("range", "delete range of keys"),
  ],
  run: async (invocation) => (await import("./del.ts")).runDel(invocation),
};

const TXN: CommandSpec = {
  use: "txn [options]",
  short: "Txn processes all the requests in one transaction",
  long: `Txn reads multiple etcd requests from standard input and applies them as a single atomic transaction.

A transaction consists of three components:
1) a list of conditions,
2) a list of requests to apply if all the conditions are true,
3) a list of requests to apply if any condition is false.

Example interactive stdin usage:

---
etcdctl txn -i
# compares:
mod("key1") > "0"

# success requests (get, put, delete):
put key1 "overwrote-key1"

# failure requests (get, put, delete):
put key1 "created-key1"
put key2 "some extra key"
---

Refer to https://github.com/etcd-io/etcd/blob/main/etcdctl/README.md#txn-options.`,
  group: KEY_VALUE_GROUP.id,
  flags: [{ ...bool("interactive", "Input transaction in interactive mode"), shorthand: "i" }],
  run: async (invocation) => (await import("./txn.ts")).runTxn(invocation),
};

const COMPACTION: CommandSpec = {
  use: "compaction [options] <revision>",
  short: "Compacts the event history in etcd",
  group: KEY_VALUE_GROUP.id,
  flags: [bool("physical", "'true' to wait for compaction to physically remove all old revisions")],
  run: async (invocation) => (await import("./compaction.ts")).runCompaction(invocation),
};

export const WATCH: CommandSpec = {
  use: "watch [options] [key or prefix] [range_end] [--] [exec-command arg1 arg2 ...]",
  short: "Watches events stream on keys or prefixes",
  group: KEY_VALUE_GROUP.id,
  flags: [
    { ...bool("interactive", "Interactive mode"), shorthand: "i" },
    bool("prefix", "Watch on a prefix if prefix is set"),
    int64("rev", "Revision to start watching"),
    bool("prev-kv", "get the previous key-value pair before the event happens"),
    bool("progress-notify", "get periodic watch progress notification from server"),
  ],
  run: async (invocation) => (await import("./watch.ts")).runWatch(invocation),
};

const LEASE: CommandSpec = {
  use: "lease <subcommand>",
  short: "Lease related commands. Use `etcdctl lease --help` to see subcommands",
  long: "Lease related commands",
  group: KEY_VALUE_GROUP.id,
  commands: [
    {
      use: "grant <ttl>",
      short: "Creates leases",
      run: async (invocation) => (await import("./lease.ts")).runLeaseGrant(invocation),
    },
    {
      use: "revoke <leaseID>",
      short: "Revokes leases",
      run: async (invocation) => (await import("./lease.ts")).runLeaseRevoke(invocation),
    },
    {
      use: "timetolive <leaseID> [options]",
      short: "Get lease information",
      flags: [bool("keys", "Get keys attached to this lease")],
      run: async (invocation) => (await import("./lease.ts")).runLeaseTimeToLive(invocation),
    },
    {
      use: "list",
      short: "List all active leases",
      run: async (invocation) => (await import("./lease.ts")).runLeaseList(invocation),
    },
    {
      use: "keep-alive [options] <leaseID>",
      short: "Keeps leases alive (renew)",
      flags: [bool("once", "Resets the keep-alive time to its original value and cobrautl.Exits immediately")],
      run: async (invocation) => (await import("./lease.ts")).runLeaseKeepAlive(invocation),
    },
  ],
};

export const KEY_VALUE_COMMANDS: readonly CommandSpec[] = [GET, PUT, DEL, TXN, COMPACTION, WATCH, LEASE];
