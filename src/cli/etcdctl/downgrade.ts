/** `etcdctl downgrade validate|enable|cancel`. */
import { DowngradeAction, type DowngradeResponse, MaintenanceService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import type { Printer } from "../print/printer.ts";
import { badArgs, failed, openSession } from "./session.ts";

export async function runDowngradeValidate(invocation: Invocation): Promise<void> {
  const version = targetVersion(invocation);
  await downgrade(invocation, { action: DowngradeAction.VALIDATE, version }, (printer, reply) =>
    printer.downgradeValidate(reply),
  );
}

export async function runDowngradeEnable(invocation: Invocation): Promise<void> {
  const version = targetVersion(invocation);
  await downgrade(invocation, { action: DowngradeAction.ENABLE, version }, (printer, reply) =>
    printer.downgradeEnable(reply),
  );
}

export async function runDowngradeCancel(invocation: Invocation): Promise<void> {
  await downgrade(invocation, { action: DowngradeAction.CANCEL, version: "" }, (printer, reply) =>
    printer.downgradeCancel(reply),
  );
}

function targetVersion({ args }: Invocation): string {
  if (args.length < 1) throw badArgs("TARGET_VERSION not provided");
  if (args.length > 1) throw badArgs("too many arguments");
  if (args[0] === "") throw badArgs("target version not provided");
  return args[0]!;
}

async function downgrade(
  invocation: Invocation,
  request: { readonly action: DowngradeAction; readonly version: string },
  print: (printer: Printer, reply: DowngradeResponse) => void,
): Promise<void> {
  const { connection, deadline, printer } = await openSession(invocation);
  try {
    print(printer, await connection.call(MaintenanceService.downgrade, request, deadline));
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
}
