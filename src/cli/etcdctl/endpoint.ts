/** `etcdctl endpoint health|status|hashkv`. Source of behaviour: etcdctl/ctlv3/command/ep_command.go. */
import { utf8 } from "../../base/bytes.ts";
import { goDurationTextMs } from "../../base/go-duration.ts";
import { AlarmAction, AlarmType, KVService, MaintenanceService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeError } from "../print/output.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus } from "../print/results.ts";
import { ClientError, isKind } from "./client-error.ts";
import { Connection, type ConnectionConfig, type Deadline } from "./connection.ts";
import { endpointsAsked } from "./endpoint-list.ts";
import { clientSettings, clock, commandDeadline, connect, failed } from "./session.ts";

/** All endpoints at once, listed as their answers come. */
export async function runEndpointHealth(invocation: Invocation): Promise<void> {
  const settings = await clientSettings(invocation);
  const endpoints = await endpointsAsked(invocation, settings);
  const configs = endpoints.map((endpoint) => settings.config([endpoint]));
  const list: EndpointHealth[] = [];
  await Promise.all(
    configs.map(async (config) => {
      list.push(await healthOf(config, invocation));
    }),
  );
  settings.printer.endpointHealth(list);
  if (list.some((item) => item.error !== "")) throw new CommandExit(ExitCode.Error, "unhealthy cluster");
}

async function healthOf(config: ConnectionConfig, invocation: Invocation): Promise<EndpointHealth> {
  const endpoint = config.endpoints[0] ?? "";
  let connection: Connection;
  try {
    connection = await Connection.open(config, clock);
  } catch (error) {
    return { endpoint, health: false, took: "", error: messageOf(error) };
  }
  try {
    const start = clock.now();
    const deadline = commandDeadline(invocation);
    const failure = await readProbe(connection, deadline);
    const took = goDurationTextMs(clock.now() - start);
    if (failure !== undefined) return { endpoint, health: false, took, error: failure };
    const error = await alarmText(connection, deadline);
    return { endpoint, health: error === "", took, error };
  } finally {
    connection.close();
  }
}

/** A read of any key goes through consensus; being denied it shows as much. */
async function readProbe(connection: Connection, deadline: Deadline): Promise<string | undefined> {
  try {
    await connection.call(KVService.range, { key: utf8("health") }, deadline);
    return undefined;
  } catch (error) {
    return isKind(error, "PermissionDenied") ? undefined : messageOf(error);
  }
}

async function alarmText(connection: Connection, deadline: Deadline): Promise<string> {
  try {
    const { alarms } = await connection.call(MaintenanceService.alarm, { action: AlarmAction.GET }, deadline);
    if (alarms.length === 0) return "";
    const names = alarms.map(({ alarm }) =>
      alarm === AlarmType.NOSPACE ? "NOSPACE " : alarm === AlarmType.CORRUPT ? "CORRUPT " : "UNKNOWN ",
    );
    return `Active Alarm(s): ${names.join("")}`;
  } catch (error) {
    if (!(error instanceof ClientError)) throw error;
    return "Unable to fetch the alarm list";
  }
}

function messageOf(error: unknown): string {
  if (error instanceof ClientError) return error.message;
  throw error;
}

/** Asks the endpoints one after the other; gives the last failure. */
async function eachEndpoint(
  invocation: Invocation,
  what: string,
  ask: (endpoint: string, connection: Connection, deadline: Deadline) => Promise<void>,
): Promise<{
  readonly failure: ClientError | undefined;
  readonly settings: Awaited<ReturnType<typeof clientSettings>>;
}> {
  const settings = await clientSettings(invocation);
  let failure: ClientError | undefined;
  for (const endpoint of await endpointsAsked(invocation, settings)) {
    const connection = await connect(settings.config([endpoint]));
    try {
      await ask(endpoint, connection, commandDeadline(invocation));
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      failure = error;
      writeError(`Failed to get the ${what} of endpoint ${endpoint} (${error.message})\n`);
    } finally {
      connection.close();
    }
  }
  return { failure, settings };
}

export async function runEndpointStatus(invocation: Invocation): Promise<void> {
  const list: EndpointStatus[] = [];
  const { failure, settings } = await eachEndpoint(invocation, "status", async (endpoint, connection, deadline) => {
    list.push({ endpoint, status: await connection.call(MaintenanceService.status, {}, deadline) });
  });
  settings.printer.endpointStatus(list);
  if (failure !== undefined) throw new CommandExit(ExitCode.Error, undefined);
}

export async function runEndpointHashKV(invocation: Invocation): Promise<void> {
  const revision = invocation.flags.number("rev");
  const list: EndpointHashKV[] = [];
  const { failure, settings } = await eachEndpoint(invocation, "hash", async (endpoint, connection, deadline) => {
    list.push({ endpoint, hashKV: await connection.call(MaintenanceService.hashKV, { revision }, deadline) });
  });
  settings.printer.endpointHashKV(list);
  if (failure !== undefined) throw failed(failure);
}
