/** The flags that every etcdctl command takes. Source of behaviour: etcdctl/ctlv3/ctl.go. */
import type { FlagSpec } from "../cobra/flag-set.ts";

function text(name: string, usage: string): FlagSpec {
  return { name, kind: "string", default: "", usage, hidden: true };
}

export const GLOBAL_FLAGS: readonly FlagSpec[] = [
  { name: "endpoints", kind: "stringSlice", default: "[127.0.0.1:2379]", usage: "gRPC endpoints", hidden: true },
  { name: "debug", kind: "bool", default: "false", usage: "enable client-side debug logging", hidden: true },
  {
    name: "write-out",
    shorthand: "w",
    kind: "string",
    default: "simple",
    usage: "set the output format (fields, json, protobuf, simple, table)",
    hidden: true,
    choices: ["fields", "json", "protobuf", "simple", "table"],
  },
  {
    name: "hex",
    kind: "bool",
    default: "false",
    usage: "print byte strings as hex encoded strings",
    hidden: true,
  },
  {
    name: "dial-timeout",
    kind: "duration",
    default: "2s",
    usage: "dial timeout for client connections",
    hidden: true,
  },
  {
    name: "command-timeout",
    kind: "duration",
    default: "5s",
    usage: "timeout for short running command (excluding dial timeout)",
    hidden: true,
  },
  {
    name: "keepalive-time",
    kind: "duration",
    default: "2s",
    usage: "keepalive time for client connections",
    hidden: true,
  },
  {
    name: "keepalive-timeout",
    kind: "duration",
    default: "6s",
    usage: "keepalive timeout for client connections",
    hidden: true,
  },
  {
    name: "max-request-bytes",
    kind: "int",
    default: "0",
    usage: "client-side request send limit in bytes (if 0, it defaults to 2.0 MiB (2 * 1024 * 1024).)",
    hidden: true,
  },
  {
    name: "max-recv-bytes",
    kind: "int",
    default: "0",
    usage: 'client-side response receive limit in bytes (if 0, it defaults to "math.MaxInt32")',
    hidden: true,
  },
  {
    name: "insecure-transport",
    kind: "bool",
    default: "true",
    usage: "disable transport security for client connections",
    hidden: true,
  },
  {
    name: "insecure-discovery",
    kind: "bool",
    default: "true",
    usage: "accept insecure SRV records describing cluster endpoints",
    hidden: true,
  },
  {
    name: "insecure-skip-tls-verify",
    kind: "bool",
    default: "false",
    usage: "skip server certificate verification (CAUTION: this option should be enabled only for testing purposes)",
    hidden: true,
  },
  text("cert", "identify secure client using this TLS certificate file"),
  text("key", "identify secure client using this TLS key file"),
  text("cacert", "verify certificates of TLS-enabled secure servers using this CA bundle"),
  text(
    "auth-jwt-token",
    "JWT token used for authentication (if this option is used, --user and --password should not be set)",
  ),
  text("user", "username[:password] for authentication (prompt if password is not supplied)"),
  text("password", "password for authentication (if this option is used, --user option shouldn't include password)"),
  {
    name: "discovery-srv",
    shorthand: "d",
    kind: "string",
    default: "",
    usage: "domain name to query for SRV records describing cluster endpoints",
    hidden: true,
  },
  text("discovery-srv-name", "service name to query when using DNS discovery"),
];
