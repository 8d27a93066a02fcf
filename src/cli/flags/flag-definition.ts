/** What a table of flags is made of. From one row come parsing, environment, help and documentation. */

export type FlagKind =
  | "string"
  | "bool"
  | "int"
  | "int64"
  | "uint"
  | "uint32"
  | "uint64"
  | "duration"
  /** Comma-separated URLs, sorted; a value of `exceptions` counts as none. */
  | "urls"
  /** Comma-separated texts in their order. */
  | "strings"
  /** Comma-separated texts, sorted, each once. */
  | "unique-strings"
  /** One of `values`. */
  | "enum"
  /** Comma-separated, each one of `values`. */
  | "enums"
  | "feature-gates"
  /** Taken and dropped; needs no argument. */
  | "ignored";

export interface FlagDefinition {
  /** Without dashes. */
  readonly name: string;
  readonly kind: FlagKind;
  /** In the text form that the command line takes; the empty text is the kind's zero. */
  readonly defaultText: string;
  readonly group: string;
  /** Lines of help below the flag's name. Empty: the flag is not shown. */
  readonly help: readonly string[];
  /** What the help shows in quotes behind the name when it is not the default; undefined shows the name alone. */
  readonly shown: string | undefined;
  readonly values: readonly string[];
  /** Texts that a list of URLs takes besides URLs. */
  readonly exceptions: readonly string[];
}

/** The environment variable of a flag: `ETCD_DATA_DIR` for `data-dir`. */
export function environmentName(prefix: string, flag: string): string {
  return `${prefix}_${flag.toUpperCase().replaceAll("-", "_")}`;
}
