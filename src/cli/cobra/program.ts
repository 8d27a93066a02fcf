/**
 * Runs a program built from a {@link ProgramSpec}: finds the command, parses its flags, shows help or a refusal, calls it, and gives the exit
 * code. Source of behaviour: cobra 1.10.2 (Command.ExecuteC), etcd pkg/cobrautl (exit codes).
 */
import { Command, type CommandSpec, type Invocation, type ProgramSpec } from "./command.ts";
import { helpText, usageText } from "./usage-text.ts";

/** Exit codes of etcd's command-line tools. */
export const ExitCode = {
  Success: 0,
  Error: 1,
  BadConnection: 2,
  InvalidInput: 3,
  BadFeature: 4,
  ServerError: 4,
  Interrupted: 5,
  ClusterNotHealthy: 5,
  IO: 6,
  BadArgs: 128,
} as const;
export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** Ends the command with an exit code, and `Error: <reason>` on stderr unless the reason is undefined. */
export class CommandExit extends Error {
  override readonly name = "CommandExit";
  readonly code: number;
  readonly reason: string | undefined;

  constructor(code: number, reason: string | undefined) {
    super(reason ?? `exit ${code}`);
    this.code = code;
    this.reason = reason;
  }
}

export interface ProgramOutput {
  stdout(text: string): void;
  stderr(text: string): void;
}

/** Runs to the end and resolves to the exit code; writes help, usage and errors itself. */
export async function runProgram(spec: ProgramSpec, args: readonly string[], output: ProgramOutput): Promise<number> {
  const program: ProgramSpec = { ...spec, commands: [...(spec.commands ?? []), helpCommand(spec, output)] };
  const root = new Command(program, program, undefined);
  if (args[0] === "__complete" || args[0] === "__completeNoDesc") {
    const { complete } = await import("./completion.ts");
    complete(root, args.slice(1), args[0] === "__complete", output);
    return ExitCode.Success;
  }
  const found = root.find(args);
  const { command } = found;
  if (found.refusal !== undefined) {
    output.stderr(`Error: ${found.refusal}\nRun '${command.path} --help' for usage.\n`);
    if (spec.repeatsRefusal === true) output.stderr(`Error: ${found.refusal}\n`);
    return ExitCode.Error;
  }
  const refuse = (reason: string): number => {
    output.stderr(`Error: ${reason}\n${usageText(command)}\n`);
    if (spec.repeatsRefusal === true) output.stderr(`Error: ${reason}\n`);
    if (spec.echoesRefusal === true) output.stderr(reason);
    return ExitCode.Error;
  };
  const flags = command.flags();
  const parsed = flags.parse(found.args);
  if (!parsed.ok) return refuse(parsed.reason);
  if (flags.bool("help") || command.spec.run === undefined) {
    writeHelp(command, output);
    return ExitCode.Success;
  }
  const wrongArgs = command.spec.checkArgs?.(command, parsed.args);
  if (wrongArgs !== undefined) return refuse(wrongArgs);
  const missing = command.missingFlags();
  if (missing.length > 0) return refuse(`required flag(s) ${missing.map((name) => `"${name}"`).join(", ")} not set`);
  const invocation: Invocation = { command, flags, args: parsed.args, argsBeforeDash: parsed.argsBeforeDash };
  try {
    await command.spec.run(invocation);
    return ExitCode.Success;
  } catch (error) {
    if (!(error instanceof CommandExit)) throw error;
    if (error.reason !== undefined) output.stderr(`Error: ${error.reason}\n`);
    return error.code;
  }
}

function writeHelp(command: Command, output: ProgramOutput): void {
  const text = command.program.helpIsUsage === true ? usageText(command) : helpText(command);
  output.stdout(text + (command.program.helpFooter ?? ""));
}

function helpCommand(program: ProgramSpec, output: ProgramOutput): CommandSpec {
  const name = program.use.split(" ", 1)[0]!;
  return {
    use: "help [command]",
    short: "Help about any command",
    long: `Help provides help for any command in the application.\nSimply type ${name} help [path to command] for full details.`,
    ...(program.helpGroup === undefined ? {} : { group: program.helpGroup }),
    run({ command, args }) {
      const found = command.root.find(args);
      if (found.refusal === undefined) {
        writeHelp(found.command, output);
        return;
      }
      output.stderr(`Unknown help topic [${args.map((arg) => `\`${arg}\``).join(" ")}]\n${usageText(command.root)}`);
    },
  };
}
