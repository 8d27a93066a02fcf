/** `etcdctl alarm list` and `alarm disarm`. */
import { AlarmAction, type AlarmResponse, AlarmType, MaintenanceService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";

export async function runAlarmList(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 0) throw badArgs("alarm list command accepts no arguments");
  await withAlarms(invocation, ({ connection, deadline }) =>
    connection.call(MaintenanceService.alarm, { action: AlarmAction.GET }, deadline),
  );
}

/** Asks for all alarms, then disarms each. */
export async function runAlarmDisarm(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 0) throw badArgs("alarm disarm command accepts no arguments");
  await withAlarms(invocation, async ({ connection, deadline }) => {
    const { alarms } = await connection.call(MaintenanceService.alarm, { action: AlarmAction.GET }, deadline);
    const disarmed: AlarmResponse = { header: undefined, alarms: [] };
    for (const { memberID, alarm } of alarms) {
      if (alarm === AlarmType.NONE) continue;
      const reply = await connection.call(
        MaintenanceService.alarm,
        { action: AlarmAction.DEACTIVATE, memberID, alarm },
        deadline,
      );
      disarmed.alarms.push(...reply.alarms);
    }
    return disarmed;
  });
}

async function withAlarms(invocation: Invocation, ask: (session: Session) => Promise<AlarmResponse>): Promise<void> {
  const session = await openSession(invocation);
  try {
    session.printer.alarm(await ask(session));
  } catch (error) {
    throw failed(error);
  } finally {
    session.connection.close();
  }
}
