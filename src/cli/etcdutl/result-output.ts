/**
 * What `snapshot status` and `hashkv` print, in the forms of --write-out: simple, json, fields and table (etcdutl/printer*.go).
 * `protobuf` is a known form that neither supports.
 */
import { ExitStatus, ToolError } from "./tool-environment.ts";

/** One value under its names in the three forms. */
interface ResultField {
  readonly json: string;
  readonly field: string;
  readonly heading: string;
  readonly value: number | string;
  /** Where the short forms (simple, table) show it otherwise. */
  readonly short?: string;
}

export type OutputForm = "simple" | "json" | "fields" | "table" | "protobuf";
const FORMS: readonly string[] = ["simple", "json", "fields", "table", "protobuf"];

/** Throws ToolError for a form that does not exist. */
export function outputForm(text: string): OutputForm {
  if (!FORMS.includes(text)) throw new ToolError("unsupported output format", ExitStatus.BadFeature);
  return text as OutputForm;
}

/** The text for stdout. Throws ToolError for protobuf. */
export function resultText(form: OutputForm, fields: readonly ResultField[]): string {
  const short = fields.map((field) => field.short ?? String(field.value));
  switch (form) {
    case "simple":
      return `${short.join(", ")}\n`;
    case "json":
      return `{${fields.map(({ json, value }) => `${JSON.stringify(json)}:${JSON.stringify(value)}`).join(",")}}\n`;
    case "fields":
      return fields.map(({ field, value }) => `"${field}" : ${value}\n`).join("");
    case "table":
      return rowTable(
        fields.map(({ heading }) => heading.toUpperCase()),
        short,
      );
    case "protobuf":
      throw new ToolError("protobuf not supported as output format", ExitStatus.BadFeature);
  }
}

/** A table of one row, values to the right, headings in the middle (tablewriter's light box). */
function rowTable(headings: readonly string[], row: readonly string[]): string {
  const widths = headings.map((heading, i) => Math.max(heading.length, row[i]!.length));
  const rule = (left: string, cross: string, right: string): string =>
    `${left}${widths.map((width) => "─".repeat(width + 2)).join(cross)}${right}\n`;
  const line = (cells: readonly string[]): string => `│${cells.map((cell) => ` ${cell} `).join("│")}│\n`;
  const centred = headings.map((heading, i) => {
    const free = widths[i]! - heading.length;
    return " ".repeat(Math.floor(free / 2)) + heading + " ".repeat(Math.ceil(free / 2));
  });
  const right = row.map((cell, i) => cell.padStart(widths[i]!));
  return rule("┌", "┬", "┐") + line(centred) + rule("├", "┼", "┤") + line(right) + rule("└", "┴", "┘");
}

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** A size in decimal units with two digits: `25 kB`, `1.3 GB` (go-humanize Bytes). */
export function humanBytes(bytes: number): string {
  if (bytes < 10) return `${bytes} B`;
  let unit = 0;
  while (unit + 1 < UNITS.length && bytes >= 1000 ** (unit + 1)) unit++;
  const value = Math.floor((bytes / 1000 ** unit) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : value.toFixed(0)} ${UNITS[unit]}`;
}
