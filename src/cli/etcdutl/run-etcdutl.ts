/** Runs one command line of etcdutl and gives its exit status: the program, and tests without a process. */
import { FileError } from "../../io/file-system.ts";
import { runProgram } from "../cobra/program.ts";
import { type CommandSurroundings, etcdutlProgram } from "./commands.ts";
import { ExitStatus, fileErrorText, ToolError } from "./tool-environment.ts";

/** Exit statuses: 0, 1 failed, 2 the database is locked, 4 output form not supported, 128 wrong arguments. */
export async function runEtcdutl(args: readonly string[], surroundings: CommandSurroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  try {
    return await runProgram(etcdutlProgram(surroundings), args, { stdout, stderr });
  } catch (error) {
    if (error instanceof ToolError) {
      stderr(`Error: ${error.message}\n`);
      return error.status;
    }
    if (error instanceof FileError) {
      stderr(`Error: ${fileErrorText(error)}\n`);
      return ExitStatus.Error;
    }
    throw error;
  }
}
