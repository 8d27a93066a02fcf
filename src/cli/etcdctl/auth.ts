/** `etcdctl auth enable|disable|status`. */
import { AuthService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { writeOut } from "../print/output.ts";
import { isKind } from "./client-error.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";

async function withoutArguments(
  invocation: Invocation,
  name: string,
  work: (session: Session) => Promise<void>,
): Promise<void> {
  if (invocation.args.length !== 0) throw badArgs(`auth ${name} command does not accept any arguments`);
  const session = await openSession(invocation);
  try {
    await work(session);
  } catch (error) {
    throw failed(error);
  } finally {
    session.connection.close();
  }
}

/** Where the user root has no role root yet, it is made and granted first. */
export async function runAuthEnable(invocation: Invocation): Promise<void> {
  await withoutArguments(invocation, "enable", async ({ connection, deadline }) => {
    try {
      await connection.call(AuthService.authEnable, {}, deadline);
    } catch (error) {
      if (!isKind(error, "RootRoleNotExist")) throw error;
      await connection.call(AuthService.roleAdd, { name: "root" }, deadline);
      await connection.call(AuthService.userGrantRole, { user: "root", role: "root" }, deadline);
      await connection.call(AuthService.authEnable, {}, deadline);
    }
    writeOut("Authentication Enabled\n");
  });
}

export async function runAuthDisable(invocation: Invocation): Promise<void> {
  await withoutArguments(invocation, "disable", async ({ connection, deadline }) => {
    await connection.call(AuthService.authDisable, {}, deadline);
    writeOut("Authentication Disabled\n");
  });
}

export async function runAuthStatus(invocation: Invocation): Promise<void> {
  await withoutArguments(invocation, "status", async ({ connection, deadline, printer }) => {
    printer.authStatus(await connection.call(AuthService.authStatus, {}, deadline));
  });
}
