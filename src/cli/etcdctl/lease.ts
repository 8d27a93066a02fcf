/** `etcdctl lease grant|revoke|timetolive|list|keep-alive`. Source of behaviour: etcdctl/ctlv3/command/lease_command.go. */
import { etcdError } from "../../base/etcd-error.ts";
import { GrpcError } from "../../net/transport/grpc-channel.ts";
import { LeaseKeepAliveRequest, LeaseKeepAliveResponse, LeaseService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { leaseHex } from "../print/go-text.ts";
import { writeOut } from "../print/output.ts";
import { clientError } from "./client-error.ts";
import type { Connection } from "./connection.ts";
import { parseInt64 } from "./integers.ts";
import { keepLease } from "./lease-keeper.ts";
import { badArgs, failed, openSession } from "./session.ts";
import { settlement } from "./settlement.ts";

export async function runLeaseGrant(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("lease grant command needs TTL argument");
  const ttl = parseInt64(invocation.args[0]!, 10);
  if (!ttl.ok) throw badArgs(`bad TTL (${ttl.reason})`);
  const { connection, deadline, printer } = await openSession(invocation);
  try {
    printer.leaseGrant(await connection.call(LeaseService.leaseGrant, { ttl: Number(ttl.value) }, deadline));
  } catch (error) {
    throw failed(error, ExitCode.Error, (text) => `failed to grant lease (${text})`);
  } finally {
    connection.close();
  }
}

export async function runLeaseRevoke(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("lease revoke command needs 1 argument");
  const id = leaseId(invocation);
  const { connection, deadline, printer } = await openSession(invocation);
  try {
    printer.leaseRevoke(id, await connection.call(LeaseService.leaseRevoke, { id }, deadline));
  } catch (error) {
    throw failed(error, ExitCode.Error, (text) => `failed to revoke lease (${text})`);
  } finally {
    connection.close();
  }
}

export async function runLeaseTimeToLive(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("lease timetolive command needs lease ID as argument");
  const keys = invocation.flags.bool("keys");
  // The ID is looked at after the connection is made.
  const { connection, printer } = await openSession(invocation);
  try {
    const id = leaseId(invocation);
    printer.leaseTimeToLive(await connection.call(LeaseService.leaseTimeToLive, { id, keys }, undefined), keys);
  } catch (error) {
    throw failed(error, ExitCode.BadConnection);
  } finally {
    connection.close();
  }
}

export async function runLeaseList(invocation: Invocation): Promise<void> {
  const { connection, printer } = await openSession(invocation);
  try {
    printer.leases(await connection.call(LeaseService.leaseLeases, {}, undefined));
  } catch (error) {
    throw failed(error, ExitCode.BadConnection);
  } finally {
    connection.close();
  }
}

export async function runLeaseKeepAlive(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("lease keep-alive command needs lease ID as argument");
  const id = leaseId(invocation);
  const { connection, printer } = await openSession(invocation);
  try {
    if (invocation.flags.bool("once")) {
      printer.leaseKeepAlive(await keepAliveOnce(connection, id));
      return;
    }
    await keepLease(connection, id, (reply) => printer.leaseKeepAlive(reply)).expired;
    if (printer.format === "simple") writeOut(`lease ${leaseHex(id)} expired or revoked.\n`);
  } catch (error) {
    throw failed(error, ExitCode.BadConnection);
  } finally {
    connection.close();
  }
}

async function keepAliveOnce(connection: Connection, id: bigint): Promise<LeaseKeepAliveResponse> {
  const { promise, resolve, reject } = settlement<LeaseKeepAliveResponse>();
  const call = await connection.open(
    LeaseService.leaseKeepAlive.path,
    {
      onMessage: (bytes) => resolve(LeaseKeepAliveResponse.decode(bytes)),
      onEnd: (status) => reject(clientError(new GrpcError(status), false)),
    },
    undefined,
  );
  call.send(LeaseKeepAliveRequest.encode({ id }));
  const reply = await promise;
  if (reply.ttl <= 0) throw new CommandExit(ExitCode.BadConnection, etcdError("LeaseNotFound").message);
  return reply;
}

function leaseId(invocation: Invocation): bigint {
  const id = parseInt64(invocation.args[0]!, 16);
  if (!id.ok) throw badArgs(`bad lease ID arg (${id.reason}), expecting ID in Hex`);
  return id.value;
}
