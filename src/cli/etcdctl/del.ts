/** `etcdctl del`. A range that was not asked for by --range waits two seconds for a change of mind. */
import { goQuote } from "../../base/go-quote.ts";
import { sleep } from "../../io/clock.ts";
import { KVService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { writeError } from "../print/output.ts";
import { deleteRequest } from "./operations.ts";
import { clock, failed, openSession } from "./session.ts";

const WARNING_MS = 2000;

export async function runDel(invocation: Invocation): Promise<void> {
  const { request, needsWarning } = deleteRequest(invocation.flags, invocation.args);
  if (needsWarning) await warnOfRange(invocation.args);
  const { connection, deadline, printer } = await openSession(invocation);
  try {
    printer.del(await connection.call(KVService.deleteRange, request, deadline));
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
}

/** Names the range and waits. */
export async function warnOfRange(args: readonly string[]): Promise<void> {
  writeError(
    `Warning: Keys between ${goQuote(args[0]!)} and ${goQuote(args[1]!)} will be deleted. Please interrupt the command within next 2 seconds to cancel. You can provide \`--range\` flag to avoid the delay.\n`,
  );
  await sleep(clock, WARNING_MS);
}
