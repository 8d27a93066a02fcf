/** `etcdctl defrag`: the endpoints one after the other, since a member that defragments answers nobody. */
import { goDurationTextMs } from "../../base/go-duration.ts";
import { MaintenanceService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeError, writeOut } from "../print/output.ts";
import { ClientError } from "./client-error.ts";
import { endpointsAsked } from "./endpoint-list.ts";
import { clientSettings, clock, commandDeadline, connect } from "./session.ts";

export async function runDefrag(invocation: Invocation): Promise<void> {
  const settings = await clientSettings(invocation);
  let failures = 0;
  for (const endpoint of await endpointsAsked(invocation, settings)) {
    const connection = await connect(settings.config([endpoint]));
    const start = clock.now();
    const took = (): string => goDurationTextMs(clock.now() - start);
    try {
      await connection.call(MaintenanceService.defragment, {}, commandDeadline(invocation));
      writeOut(`Finished defragmenting etcd member[${endpoint}]. took ${took()}\n`);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      failures++;
      writeError(`Failed to defragment etcd member[${endpoint}]. took ${took()}. (${error.message})\n`);
    } finally {
      connection.close();
    }
  }
  if (failures > 0) throw new CommandExit(ExitCode.Error, undefined);
}
