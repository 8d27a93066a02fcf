/**
 * The hidden commands `__complete` and `__completeNoDesc` that shells call: candidates one a line (name, tab, description), then `:` and a
 * directive of bits. Source of behaviour: cobra 1.10.2 (completions.go).
 */
import type { Command } from "./command.ts";
import type { Flag } from "./flag-set.ts";
import type { ProgramOutput } from "./program.ts";

const Directive = { Default: 0, NoSpace: 2, NoFileComp: 4 } as const;

/** Writes the candidates for the last of `args`, the word at the cursor. */
export function complete(root: Command, args: readonly string[], describe: boolean, output: ProgramOutput): void {
  const typed = args.at(-1) ?? "";
  const found = root.find(args.slice(0, -1));
  const { command } = found;
  const candidates: string[] = [];
  const offer = (name: string, description: string): void => {
    if (name.startsWith(typed)) candidates.push(describe && description !== "" ? `${name}\t${description}` : name);
  };
  let directive: number = Directive.Default;
  const previous = args.at(-2) ?? "";
  const open = openFlag(command, previous);
  const inline = /^--([^=]+)=(.*)$/.exec(typed);
  const valueFlag = open ?? (inline === null ? undefined : command.flags().lookup(inline[1]!));
  if (valueFlag !== undefined) {
    const start = open === undefined ? inline![2]! : typed;
    for (const choice of valueFlag.spec.choices ?? []) if (choice.startsWith(start)) candidates.push(choice);
  } else if (typed.startsWith("-")) {
    for (const flag of command.flags().sorted()) {
      if (flag.spec.hidden === true || flag.changed) continue;
      offer(`--${flag.spec.name}`, flag.spec.usage);
      if (flag.spec.shorthand !== undefined && typed.length < 3) offer(`-${flag.spec.shorthand}`, flag.spec.usage);
    }
    directive = Directive.NoFileComp;
  } else {
    for (const child of command.commands) if (child.available || child.isHelp) offer(child.name, child.spec.short);
    for (const word of command.spec.validArgs ?? []) offer(word, "");
    if (command.commands.length > 0 || command.spec.validArgs !== undefined) directive = Directive.NoFileComp;
  }
  output.stdout(`${candidates.map((line) => `${line}\n`).join("")}:${directive}\n`);
  const name = directive === Directive.Default ? "ShellCompDirectiveDefault" : "ShellCompDirectiveNoFileComp";
  output.stderr(`Completion ended with directive: ${name}\n`);
}

/** The flag that waits for its value after this argument. */
function openFlag(command: Command, arg: string): Flag | undefined {
  if (!arg.startsWith("-") || arg.includes("=")) return undefined;
  const flags = command.flags();
  const flag = arg.startsWith("--") ? flags.lookup(arg.slice(2)) : flags.lookupShorthand(arg.slice(-1));
  return flag === undefined || flag.spec.kind === "bool" ? undefined : flag;
}
