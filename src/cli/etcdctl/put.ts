/** `etcdctl put`. */
import { KVService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { putRequest } from "./operations.ts";
import { failed, openSession } from "./session.ts";

export async function runPut(invocation: Invocation): Promise<void> {
  const request = putRequest(invocation.flags, invocation.args);
  const { connection, deadline, printer } = await openSession(invocation);
  try {
    printer.put(await connection.call(KVService.put, request, deadline));
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
}
