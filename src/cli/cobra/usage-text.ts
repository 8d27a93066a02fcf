/** Usage and help texts of commands in cobra's layout. Source of behaviour: cobra 1.10.2 (default usage and help), pflag 1.0.10 (FlagUsages). */
import { goQuote } from "../../base/go-quote.ts";
import type { Command } from "./command.ts";
import type { Flag, FlagSet } from "./flag-set.ts";

const NAME_PADDING_MIN = 11;

const TYPE_NAMES: Readonly<Record<string, string>> = {
  bool: "",
  int64: "int",
  uint64: "uint",
  stringSlice: "strings",
};

/** One line for every flag that is not hidden, aligned. */
export function flagUsages(flags: readonly Flag[]): string {
  const rows = flags
    .filter((flag) => flag.spec.hidden !== true)
    .map((flag): readonly [string, string] => {
      const { name, shorthand, kind } = flag.spec;
      const { type, usage } = usageParts(flag);
      const head = shorthand === undefined ? `      --${name}` : `  -${shorthand}, --${name}`;
      return [type === "" ? head : `${head} ${type}`, usage + defaultPart(kind, flag.spec.default)];
    });
  const width = Math.max(0, ...rows.map((row) => row[0].length));
  return rows
    .map(([head, usage]) => `${head.padEnd(width)}   ${usage.replaceAll("\n", `\n${" ".repeat(width + 3)}`)}\n`)
    .join("");
}

/** A name in back quotes inside of the usage stands for the type. */
function usageParts(flag: Flag): { type: string; usage: string } {
  const { usage, kind } = flag.spec;
  const quoted = /`([^`]*)`/.exec(usage);
  if (quoted !== null) return { type: quoted[1]!, usage: usage.replace(quoted[0], quoted[1]!) };
  return { type: TYPE_NAMES[kind] ?? kind, usage };
}

function defaultPart(kind: string, text: string): string {
  const zero =
    kind === "bool"
      ? text === "false" || text === ""
      : kind === "duration"
        ? text === "0" || text === "0s"
        : kind === "string"
          ? text === ""
          : kind === "stringSlice"
            ? text === "[]"
            : text === "0";
  if (zero) return "";
  return ` (default ${kind === "string" ? goQuote(text) : text})`;
}

/** Everything from `Usage:` on, ending in a newline. */
export function usageText(command: Command): string {
  let out = "Usage:";
  if (command.runnable) out += `\n  ${command.useLine()}`;
  const listed = command.commands.filter((child) => child.available || child.name === "help");
  const hasAvailable = command.commands.some((child) => child.available);
  if (hasAvailable) out += `\n  ${command.path} [command]`;
  if (command.spec.example !== undefined && command.spec.example !== "")
    out += `\n\nExamples:\n${command.spec.example}`;
  if (hasAvailable) {
    const width = Math.max(NAME_PADDING_MIN, ...command.commands.map((child) => child.name.length));
    const lines = (children: readonly Command[]): string =>
      children.map((child) => `\n  ${child.name.padEnd(width)} ${child.spec.short}`).join("");
    const groups = command.spec.groups ?? [];
    if (groups.length === 0) out += `\n\nAvailable Commands:${lines(listed)}`;
    for (const group of groups)
      out += `\n\n${group.title}${lines(listed.filter((child) => child.spec.group === group.id))}`;
    const others = listed.filter((child) => child.spec.group === undefined);
    if (groups.length > 0 && others.length > 0) out += `\n\nAdditional Commands:${lines(others)}`;
  }
  out += flagSection("Flags", command.localFlags());
  out += flagSection("Global Flags", command.inheritedFlags());
  if (hasAvailable) out += `\n\nUse "${command.path} [command] --help" for more information about a command.`;
  return `${out}\n`;
}

function flagSection(title: string, flags: FlagSet): string {
  const text = flagUsages(flags.sorted());
  return text === "" ? "" : `\n\n${title}:\n${text.trimEnd()}`;
}

/** The description, then the usage. */
export function helpText(command: Command): string {
  const { long, short } = command.spec;
  const description = (long === undefined || long === "" ? short : long).trimEnd();
  const head = description === "" ? "" : `${description}\n\n`;
  return command.runnable || command.commands.length > 0 ? head + usageText(command) : head;
}
