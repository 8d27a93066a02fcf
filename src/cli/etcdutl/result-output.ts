/**
 * What `snapshot status` and `hashkv` print, in the forms of --write-out: simple, json, fields and table (etcdutl/printer*.go).
 * `protobuf` is a known form that neither supports.
 */
import { renderTable } from "../print/table.ts";
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
      return renderTable(
        fields.map(({ heading }) => heading),
        [short],
      );
    case "protobuf":
      throw new ToolError("protobuf not supported as output format", ExitStatus.BadFeature);
  }
}
