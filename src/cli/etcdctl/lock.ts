/** `etcdctl lock`: holds a named lock until a signal, or while a program runs. Source of behaviour: etcdctl/ctlv3/command/lock_command.go. */
import { spawn } from "node:child_process";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { Contender, firstSignal, newLeaseSession } from "./concurrency.ts";
import { processFailure } from "./process-failure.ts";
import { badArgs, failed, openSession } from "./session.ts";

export async function runLock(invocation: Invocation): Promise<void> {
  const [name, ...command] = invocation.args;
  if (name === undefined) throw badArgs("lock takes a lock name argument and an optional command to execute");
  const { connection, printer } = await openSession(invocation);
  try {
    const session = await newLeaseSession(connection, invocation.flags.number("ttl"));
    const mutex = new Contender(connection, name, session.lease);
    const signal = firstSignal();
    if (!(await mutex.join(""))) await waitForLock(mutex, signal);
    if (command.length > 0) {
      await runHolding(mutex, command);
      return;
    }
    const held = await mutex.get();
    if (held.kvs.length === 0) throw new CommandExit(ExitCode.Error, "lock lost on init");
    printer.get(held);
    const isSignalled = await Promise.race([signal.then(() => true), session.keeper.expired.then(() => false)]);
    if (!isSignalled) throw new CommandExit(ExitCode.Error, "session expired");
    await mutex.leave();
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
}

async function waitForLock(mutex: Contender, signal: Promise<void>): Promise<void> {
  try {
    await mutex.waitForTurn(signal);
  } catch (error) {
    await mutex.leave();
    throw error;
  }
  const own = await mutex.get();
  if (own.kvs.length === 0) throw new CommandExit(ExitCode.Error, "mutex: session is expired");
  mutex.header = own.header;
}

/** The program's exit code becomes ours. */
async function runHolding(mutex: Contender, command: readonly string[]): Promise<void> {
  const [program, ...args] = command;
  const env = {
    ETCD_LOCK_KEY: mutex.key,
    ETCD_LOCK_REV: String(mutex.header?.revision ?? 0),
    ...process.env,
  };
  const done = await new Promise<{ error?: Error; status: number | null; signal: NodeJS.Signals | null }>((resolve) => {
    const child = spawn(program!, args, { env, stdio: ["ignore", "inherit", "inherit"] });
    child.once("error", (error) => resolve({ error, status: null, signal: null }));
    child.once("close", (status, signal) => resolve({ status, signal }));
  });
  await mutex.leave();
  if (done.error === undefined && done.status === 0) return;
  throw new CommandExit(
    done.status ?? (done.error === undefined ? 255 : ExitCode.Error),
    processFailure(program!, done),
  );
}
