/** `etcdctl user *`. Source of behaviour: etcdctl/ctlv3/command/user_command.go. These calls have no deadline. */
import { AuthService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { writeOut } from "../print/output.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";
import { askPassword, readWord } from "./stdin.ts";

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

export async function runUserAdd(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length !== 1) throw badArgs("user add command requires user name as its argument");
  const noPassword = flags.bool("no-password");
  const { name, password } = noPassword ? { name: args[0]!, password: "" } : newUser(invocation);
  await withSession(invocation, async ({ connection, printer }) => {
    const reply = await connection.call(AuthService.userAdd, { name, password, options: { noPassword } }, undefined);
    printer.userAdd(name, reply);
  });
}

/** The password comes from its flag, from behind a colon, from stdin or from a prompt. */
function newUser({ args, flags }: Invocation): { name: string; password: string } {
  const given = args[0]!;
  const fromFlag = flags.text("new-user-password");
  if (fromFlag !== "") return { name: given, password: fromFlag };
  const colon = given.indexOf(":");
  if (colon < 0) return { name: given, password: flags.bool("interactive") ? askTwice(given) : readWord() };
  if (colon === 0) throw badArgs("empty user name is not allowed");
  return { name: given.slice(0, colon), password: given.slice(colon + 1) };
}

function askTwice(name: string): string {
  const first = askPassword(`Password of ${name}: `);
  if (first === "") throw badArgs("empty password");
  if (askPassword(`Type password of ${name} again for confirmation: `) !== first)
    throw badArgs("given passwords are different");
  return first;
}

export async function runUserDelete(invocation: Invocation): Promise<void> {
  const [name] = invocation.args;
  if (invocation.args.length !== 1) throw badArgs("user delete command requires user name as its argument");
  await withSession(invocation, async ({ connection, printer }) => {
    printer.userDelete(name!, await connection.call(AuthService.userDelete, { name: name! }, undefined));
  });
}

export async function runUserGet(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("user get command requires user name as its argument");
  const name = invocation.args[0]!;
  await withSession(invocation, async ({ connection, printer }) => {
    const reply = await connection.call(AuthService.userGet, { name }, undefined);
    if (!invocation.flags.bool("detail")) {
      printer.userGet(name, reply);
      return;
    }
    writeOut(`User: ${name}\n`);
    for (const role of reply.roles) {
      writeOut("\n");
      printer.roleGet(role, await connection.call(AuthService.roleGet, { role }, undefined));
    }
  });
}

export async function runUserList(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 0) throw badArgs("user list command requires no arguments");
  await withSession(invocation, async ({ connection, printer }) => {
    printer.userList(await connection.call(AuthService.userList, {}, undefined));
  });
}

export async function runUserPasswd(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("user passwd command requires user name as its argument");
  const name = invocation.args[0]!;
  const password = invocation.flags.bool("interactive") ? askTwice(name) : readWord();
  await withSession(invocation, async ({ connection, printer }) => {
    printer.userChangePassword(await connection.call(AuthService.userChangePassword, { name, password }, undefined));
  });
}

export async function runUserGrantRole(invocation: Invocation): Promise<void> {
  const [user, role] = invocation.args;
  if (invocation.args.length !== 2)
    throw badArgs("user grant command requires user name and role name as its argument");
  const granted = { user: user!, role: role! };
  await withSession(invocation, async ({ connection, printer }) => {
    printer.userGrantRole(granted, await connection.call(AuthService.userGrantRole, granted, undefined));
  });
}

export async function runUserRevokeRole(invocation: Invocation): Promise<void> {
  const [user, role] = invocation.args;
  if (invocation.args.length !== 2) throw badArgs("user revoke-role requires user name and role name as its argument");
  const revoked = { user: user!, role: role! };
  await withSession(invocation, async ({ connection, printer }) => {
    const request = { name: revoked.user, role: revoked.role };
    printer.userRevokeRole(revoked, await connection.call(AuthService.userRevokeRole, request, undefined));
  });
}
