/**
 * TLS from the flags --cert, --key, --cacert. Source of behaviour: client/v3/config.go (newTLSConfig), client/pkg/transport (TLSInfo).
 */
import { existsSync, readFileSync } from "node:fs";
import { type ConnectionOptions, rootCertificates } from "node:tls";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { fileErrorText } from "./file-error-text.ts";
import { keyPairRefusal } from "./key-pair-check.ts";

export interface SecureFlags {
  readonly cert: string;
  readonly key: string;
  readonly cacert: string;
  readonly serverName: string;
  readonly insecureTransport: boolean;
  readonly insecureSkipVerify: boolean;
}

/** Bundles that systems keep where Go looks for them. */
const SYSTEM_BUNDLES = [
  "/etc/ssl/certs/ca-certificates.crt",
  "/etc/pki/tls/certs/ca-bundle.crt",
  "/etc/ssl/ca-bundle.pem",
  "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
  "/etc/ssl/cert.pem",
];

/** Throws {@link CommandExit} when files are missing or do not fit. */
export function tlsFromFlags(flags: SecureFlags): ConnectionOptions {
  const { cert, key, cacert, serverName } = flags;
  if ((cert === "") !== (key === ""))
    throw refusal(`KeyFile and CertFile must both be present[key: ${key}, cert: ${cert}]`);
  const options: ConnectionOptions = {
    minVersion: "TLSv1.2",
    rejectUnauthorized: !flags.insecureSkipVerify,
    ca: cacert === "" ? systemRoots() : read(cacert),
    ...(cert === "" ? {} : keyPair(cert, key)),
    ...(serverName === "" ? {} : { servername: serverName }),
  };
  return options;
}

function keyPair(certFile: string, keyFile: string): { cert: string; key: string } {
  const pair = { cert: read(certFile), key: read(keyFile) };
  const reason = keyPairRefusal(pair.cert, pair.key);
  if (reason !== undefined) throw refusal(reason);
  return pair;
}

function systemRoots(): string[] {
  const file = process.env["SSL_CERT_FILE"] ?? SYSTEM_BUNDLES.find((path) => existsSync(path));
  return file !== undefined && existsSync(file) ? [readFileSync(file, "utf8")] : [...rootCertificates];
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    // A folder can be opened, but not read.
    const { syscall = "open" } = error as NodeJS.ErrnoException;
    throw refusal(`${syscall} ${path}: ${fileErrorText(error)}`);
  }
}

function refusal(reason: string): CommandExit {
  return new CommandExit(ExitCode.BadArgs, reason);
}
