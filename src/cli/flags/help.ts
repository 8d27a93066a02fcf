/** Help of the server in etcd's shape: usage (stderr), then flags in groups (stdout). */
import type { FlagDefinition } from "./flag-definition.ts";

/** What goes to stderr for --help and for every refused flag. */
export const USAGE = `Usage:

  etcd [flags]
    Start a server.

  etcd --version
    Show the version.

  etcd -h | --help
    Show this help.

  etcd --config-file
    Path of a configuration file (YAML or JSON). With it, all other flags and the environment are ignored.
    Durations in the file are whole nanoseconds (600000000000 for 10m); texts such as "10m" are for the
    command line only.

  etcd gateway
    Forward TCP connections to the members of a cluster.

  etcd grpc-proxy
    Serve the API in front of a cluster.
`;

/** What goes to stdout for --help. */
export function flagsHelp(definitions: readonly FlagDefinition[]): string {
  let text = "";
  let group = "";
  for (const definition of definitions) {
    if (definition.help.length === 0) continue;
    if (definition.group !== group) {
      group = definition.group;
      text += `\n${group}:\n`;
    }
    text += `  --${definition.name}${definition.shown === undefined ? "" : ` '${definition.shown}'`}\n`;
    for (const line of definition.help) text += `    ${line}\n`;
  }
  return `${text}\nUnsafe flags may break what the consensus protocol promises.\n`;
}

export interface ProgramVersions {
  /** The version of etcd whose behaviour this is. */
  readonly etcd: string;
  /** The version of this package. */
  readonly package: string;
  readonly node: string;
  /** As Node names them: linux, x64. */
  readonly platform: string;
  readonly arch: string;
  readonly gitSha: string;
}

/** The lines of --version: etcd's own first, so that tools which parse them go on working. */
export function versionLines(versions: ProgramVersions): string {
  const { platform, arch } = versions;
  const os = platform === "win32" ? "windows" : platform;
  const goArch = arch === "x64" ? "amd64" : arch === "ia32" ? "386" : arch;
  return [
    `etcd Version: ${versions.etcd}`,
    `Git SHA: ${versions.gitSha}`,
    `Go Version: none (Node.js ${versions.node})`,
    `Go OS/Arch: ${os}/${goArch}`,
    `etcd-ts: ${versions.package}`,
    "",
  ].join("\n");
}
