/** Which endpoints a command of --endpoints or --cluster asks. Source of behaviour: etcdctl/ctlv3/command/ep_command.go. */
import { ClusterService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { ExitCode } from "../cobra/program.ts";
import { Connection } from "./connection.ts";
import { type ClientSettings, clock, commandDeadline, failed } from "./session.ts";

/** The flag's endpoints, or with --cluster the client URLs of all members. */
export async function endpointsAsked(invocation: Invocation, settings: ClientSettings): Promise<readonly string[]> {
  if (!invocation.flags.bool("cluster")) return invocation.flags.list("endpoints");
  let connection: Connection | undefined;
  try {
    connection = await Connection.open(settings.config(), clock);
  } catch (error) {
    throw failed(error);
  }
  try {
    const reply = await connection.call(ClusterService.memberList, { linearizable: true }, commandDeadline(invocation));
    return reply.members.flatMap((member) => member.clientURLs);
  } catch (error) {
    throw failed(error, ExitCode.Error, (text) => `failed to fetch endpoints from etcd cluster member list: ${text}`);
  } finally {
    connection.close();
  }
}
