/** The commands of authentication as data. Source of behaviour: etcdctl/ctlv3/command (auth, user, role). */
import type { CommandSpec } from "../cobra/command.ts";

export const AUTH_GROUP = { id: "authentication", title: "Authentication commands" } as const;

const AUTH: CommandSpec = {
  use: "auth <enable or disable>",
  short: "Enable or disable authentication. Use `etcdctl auth --help` to see subcommands",
  long: "Enable or disable authentication",
  group: AUTH_GROUP.id,
  commands: [
    {
      use: "enable",
      short: "Enables authentication",
      run: async (invocation) => (await import("./auth.ts")).runAuthEnable(invocation),
    },
    {
      use: "disable",
      short: "Disables authentication",
      run: async (invocation) => (await import("./auth.ts")).runAuthDisable(invocation),
    },
    {
      use: "status",
      short: "Returns authentication status",
      run: async (invocation) => (await import("./auth.ts")).runAuthStatus(invocation),
    },
  ],
};

const USER: CommandSpec = {
  use: "user <subcommand>",
  short: "User related commands. Use `etcdctl user --help` to see subcommands",
  long: "User related commands",
  group: AUTH_GROUP.id,
  commands: [
    {
      use: "add <user name or user:password> [options]",
      short: "Adds a new user",
      flags: [
        {
          name: "interactive",
          kind: "bool",
          default: "true",
          usage: "Read password from stdin instead of interactive terminal",
        },
        {
          name: "new-user-password",
          kind: "string",
          default: "",
          usage: "Supply password from the command line flag",
        },
        {
          name: "no-password",
          kind: "bool",
          default: "false",
          usage: "Create a user without password (CN based auth only)",
        },
      ],
      run: async (invocation) => (await import("./user.ts")).runUserAdd(invocation),
    },
    {
      use: "delete <user name>",
      short: "Deletes a user",
      run: async (invocation) => (await import("./user.ts")).runUserDelete(invocation),
    },
    {
      use: "get <user name> [options]",
      short: "Gets detailed information of a user",
      flags: [
        {
          name: "detail",
          kind: "bool",
          default: "false",
          usage: "Show permissions of roles granted to the user",
        },
      ],
      run: async (invocation) => (await import("./user.ts")).runUserGet(invocation),
    },
    {
      use: "list",
      short: "Lists all users",
      run: async (invocation) => (await import("./user.ts")).runUserList(invocation),
    },
    {
      use: "passwd <user name> [options]",
      short: "Changes password of user",
      flags: [
        {
          name: "interactive",
          kind: "bool",
          default: "true",
          usage: "If true, read password from stdin instead of interactive terminal",
        },
      ],
      run: async (invocation) => (await import("./user.ts")).runUserPasswd(invocation),
    },
    {
      use: "grant-role <user name> <role name>",
      short: "Grants a role to a user",
      run: async (invocation) => (await import("./user.ts")).runUserGrantRole(invocation),
    },
    {
      use: "revoke-role <user name> <role name>",
      short: "Revokes a role from a user",
      run: async (invocation) => (await import("./user.ts")).runUserRevokeRole(invocation),
    },
  ],
};

const ROLE: CommandSpec = {
  use: "role <subcommand>",
  short: "Role related commands. Use `etcdctl role --help` to see subcommands",
  long: "Role related commands",
  group: AUTH_GROUP.id,
  commands: [
    {
      use: "add <role name>",
      short: "Adds a new role",
      run: async (invocation) => (await import("./role.ts")).runRoleAdd(invocation),
    },
    {
      use: "delete <role name>",
      short: "Deletes a role",
      run: async (invocation) => (await import("./role.ts")).runRoleDelete(invocation),
    },
    {
      use: "get <role name>",
      short: "Gets detailed information of a role",
      run: async (invocation) => (await import("./role.ts")).runRoleGet(invocation),
    },
    {
      use: "list",
      short: "Lists all roles",
      run: async (invocation) => (await import("./role.ts")).runRoleList(invocation),
    },
    {
      use: "grant-permission [options] <role name> <permission type> <key> [endkey]",
      short: "Grants a key to a role",
      flags: [
        { name: "prefix", kind: "bool", default: "false", usage: "grant a prefix permission" },
        {
          name: "from-key",
          kind: "bool",
          default: "false",
          usage: "grant a permission of keys that are greater than or equal to the given key using byte compare",
        },
      ],
      run: async (invocation) => (await import("./role.ts")).runRoleGrantPermission(invocation),
    },
    {
      use: "revoke-permission <role name> <key> [endkey]",
      short: "Revokes a key from a role",
      flags: [
        { name: "prefix", kind: "bool", default: "false", usage: "revoke a prefix permission" },
        {
          name: "from-key",
          kind: "bool",
          default: "false",
          usage: "revoke a permission of keys that are greater than or equal to the given key using byte compare",
        },
      ],
      run: async (invocation) => (await import("./role.ts")).runRoleRevokePermission(invocation),
    },
  ],
};

export const AUTH_COMMANDS: readonly CommandSpec[] = [AUTH, USER, ROLE];
