/** `etcdctl compaction`. */
import { KVService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeOut } from "../print/output.ts";
import { parseInt64 } from "./integers.ts";
import { badArgs, failed, openSession } from "./session.ts";

export async function runCompaction(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length !== 1) throw badArgs("compaction command needs 1 argument");
  const revision = parseInt64(args[0]!, 10);
  if (!revision.ok) throw new CommandExit(ExitCode.Error, revision.reason);
  const { connection, deadline } = await openSession(invocation);
  try {
    await connection.call(
      KVService.compact,
      { revision: Number(revision.value), physical: flags.bool("physical") },
      deadline,
    );
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
  writeOut(`compacted revision ${revision.value}\n`);
}
