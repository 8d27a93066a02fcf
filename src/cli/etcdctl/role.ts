/** `etcdctl role *`. Source of behaviour: etcdctl/ctlv3/command/role_command.go. These calls have no deadline. */
import { prefixRangeEnd, utf8, utf8Text } from "../../base/bytes.ts";
import { type PermissionType, PermissionTypeInfo } from "../../proto/generated/auth.ts";
import { AuthService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import type { FlagSet } from "../cobra/flag-set.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";

async function withSession(invocation: Invocation, work: (session: Session) => Promise<void>): Promise<void> {
  const session = await openSession(invocation);
  try {
    await work(session);
  } catch (error) {
    throw failed(error);
  } finally {
    session.connection.close();
  }
}

function roleName(invocation: Invocation, verb: string): string {
  if (invocation.args.length !== 1) throw badArgs(`role ${verb} command requires role name as its argument`);
  return invocation.args[0]!;
}

export async function runRoleAdd(invocation: Invocation): Promise<void> {
  const name = roleName(invocation, "add");
  await withSession(invocation, async ({ connection, printer }) => {
    printer.roleAdd(name, await connection.call(AuthService.roleAdd, { name }, undefined));
  });
}

export async function runRoleDelete(invocation: Invocation): Promise<void> {
  const role = roleName(invocation, "delete");
  await withSession(invocation, async ({ connection, printer }) => {
    printer.roleDelete(role, await connection.call(AuthService.roleDelete, { role }, undefined));
  });
}

export async function runRoleGet(invocation: Invocation): Promise<void> {
  const role = roleName(invocation, "get");
  await withSession(invocation, async ({ connection, printer }) => {
    printer.roleGet(role, await connection.call(AuthService.roleGet, { role }, undefined));
  });
}

export async function runRoleList(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 0) throw badArgs("role list command requires no arguments");
  await withSession(invocation, async ({ connection, printer }) => {
    printer.roleList(await connection.call(AuthService.roleList, {}, undefined));
  });
}

export async function runRoleGrantPermission(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length < 3)
    throw badArgs("role grant command requires role name, permission type, and key [endkey] as its argument");
  const permType = PermissionTypeInfo.valueByName.get(args[1]!.toUpperCase());
  if (permType === undefined) throw badArgs(`invalid permission type: ${args[1]}`);
  const name = args[0]!;
  const { key, rangeEnd } = permissionRange(flags, args.slice(2));
  const perm = { permType: permType as PermissionType, key: utf8(key), rangeEnd };
  await withSession(invocation, async ({ connection, printer }) => {
    printer.roleGrantPermission(
      name,
      await connection.call(AuthService.roleGrantPermission, { name, perm }, undefined),
    );
  });
}

export async function runRoleRevokePermission(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length < 2)
    throw badArgs("role revoke-permission command requires role name and key [endkey] as its argument");
  const role = args[0]!;
  const { key, rangeEnd } = permissionRange(flags, args.slice(1));
  await withSession(invocation, async ({ connection, printer }) => {
    const request = { role, key: utf8(key), rangeEnd };
    const reply = await connection.call(AuthService.roleRevokePermission, request, undefined);
    printer.roleRevokePermission({ role, key: args[1]!, rangeEnd: utf8Text(rangeEnd) }, reply);
  });
}

const EMPTY = new Uint8Array(0);
const OPEN_END = new Uint8Array(1);

/** The empty key with --prefix or --from-key means all keys. */
function permissionRange(flags: FlagSet, args: readonly string[]): { key: string; rangeEnd: Uint8Array } {
  const key = args[0]!;
  const isPrefix = flags.bool("prefix");
  const isFromKey = flags.bool("from-key");
  const exclusive = "--from-key and --prefix flags are mutually exclusive";
  if (key === "") {
    if (isPrefix && isFromKey) throw badArgs(exclusive);
    return { key: "\0", rangeEnd: isPrefix || isFromKey ? OPEN_END : EMPTY };
  }
  if (args.length > 1) {
    if (isPrefix) throw badArgs("unexpected endkey argument with --prefix flag");
    if (isFromKey) throw badArgs("unexpected endkey argument with --from-key flag");
    return { key, rangeEnd: utf8(args[1]!) };
  }
  if (isPrefix && isFromKey) throw badArgs(exclusive);
  return { key, rangeEnd: isPrefix ? prefixRangeEnd(utf8(key)) : isFromKey ? OPEN_END : EMPTY };
}
