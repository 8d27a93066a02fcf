/** Why a program that was run did not end well, in the words of Go's os/exec. */
import { goQuote } from "../../base/go-quote.ts";
import { fileErrorText } from "./file-error-text.ts";

/** Of signals that end programs, and stand in Go's messages. */
const SIGNAL_TEXTS: Readonly<Partial<Record<NodeJS.Signals, string>>> = {
  SIGHUP: "hangup",
  SIGINT: "interrupt",
  SIGQUIT: "quit",
  SIGILL: "illegal instruction",
  SIGTRAP: "trace/breakpoint trap",
  SIGABRT: "aborted",
  SIGBUS: "bus error",
  SIGFPE: "floating point exception",
  SIGKILL: "killed",
  SIGUSR1: "user defined signal 1",
  SIGSEGV: "segmentation fault",
  SIGUSR2: "user defined signal 2",
  SIGPIPE: "broken pipe",
  SIGALRM: "alarm clock",
  SIGTERM: "terminated",
};

export interface ProcessEnd {
  readonly error?: Error;
  readonly status: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** Of a program that could not be started, was ended by a signal, or ended with a code other than 0. */
export function processFailure(program: string, { error, status, signal }: ProcessEnd): string {
  if (error !== undefined) {
    if (program.includes("/")) return `fork/exec ${program}: ${fileErrorText(error)}`;
    const isMissing = (error as NodeJS.ErrnoException).code === "ENOENT";
    return `exec: ${goQuote(program)}: ${isMissing ? "executable file not found in $PATH" : fileErrorText(error)}`;
  }
  if (status !== null) return `exit status ${status}`;
  return `signal: ${SIGNAL_TEXTS[signal!] ?? signal}`;
}
