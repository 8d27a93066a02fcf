/** The whole of etcdctl as data: groups, commands, global flags. */
import type { ProgramSpec } from "../cobra/command.ts";
import { AUTH_COMMANDS, AUTH_GROUP } from "./auth-commands.ts";
import { CLUSTER_COMMANDS, CLUSTER_GROUP } from "./cluster-commands.ts";
import { GLOBAL_FLAGS } from "./global-flags.ts";
import { KEY_VALUE_COMMANDS, KEY_VALUE_GROUP } from "./key-value-commands.ts";
import { CONCURRENCY_COMMANDS, CONCURRENCY_GROUP, UTILITY_COMMANDS, UTILITY_GROUP } from "./utility-commands.ts";

export const ETCDCTL: ProgramSpec = {
  use: "etcdctl",
  short: "A simple command line client for etcd3.",
  prefixMatching: true,
  helpGroup: UTILITY_GROUP.id,
  hideRootHelpFlag: true,
  helpFooter: 'Use "etcdctl options" for a list of global command-line options (applies to all commands).\n',
  persistentFlags: GLOBAL_FLAGS,
  groups: [KEY_VALUE_GROUP, CLUSTER_GROUP, CONCURRENCY_GROUP, AUTH_GROUP, UTILITY_GROUP],
  commands: [
    ...KEY_VALUE_COMMANDS,
    ...CLUSTER_COMMANDS,
    ...CONCURRENCY_COMMANDS,
    ...AUTH_COMMANDS,
    ...UTILITY_COMMANDS,
  ],
};
