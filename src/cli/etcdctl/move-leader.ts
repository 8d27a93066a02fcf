/** `etcdctl move-leader`: finds the leader among the endpoints and tells it to hand over. */
import { MaintenanceService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { parseUint64 } from "./integers.ts";
import { badArgs, clientSettings, commandDeadline, connect, failed } from "./session.ts";

export async function runMoveLeader(invocation: Invocation): Promise<void> {
  const { args } = invocation;
  if (args.length !== 1) throw badArgs("move-leader command needs 1 argument");
  const target = parseUint64(args[0]!, 16);
  if (!target.ok) throw badArgs(target.reason);
  const settings = await clientSettings(invocation);
  const deadline = commandDeadline(invocation);
  for (const endpoint of settings.endpoints) {
    const connection = await connect(settings.config([endpoint]));
    try {
      const { header, leader } = await connection.call(MaintenanceService.status, {}, deadline);
      if (header?.memberId !== leader) continue;
      const reply = await connection.call(MaintenanceService.moveLeader, { targetID: target.value }, deadline);
      settings.printer.moveLeader(leader, target.value, reply);
      return;
    } catch (error) {
      throw failed(error);
    } finally {
      connection.close();
    }
  }
  throw badArgs(`no leader endpoint given at [${settings.endpoints.join(" ")}]`);
}
