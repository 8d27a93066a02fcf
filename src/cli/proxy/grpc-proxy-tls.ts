/**
 * TLS of the gRPC proxy: towards its clients (--cert-file, --key-file, --trusted-ca-file, --auto-tls), and towards the cluster (--cert, --key,
 * --cacert). Refusals carry etcd's texts (client/pkg/transport).
 */
import { X509Certificate } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { ConnectionOptions } from "node:tls";
import { hostUrl } from "../../base/go-url.ts";
import type { ListenerTls } from "../../net/transport/tls-context.ts";
import type { TlsConfig } from "../../server/config.ts";
import { chooseCiphers } from "../../server/tls/cipher-suites.ts";
import { selfSignedCertificate } from "../../server/tls/self-signed.ts";
import { dialTls, listenerTls } from "../../server/tls/server-tls.ts";
import type { TlsOutside, TlsSettings } from "../../server/tls/tls-settings.ts";
import type { FlagSet } from "../cobra/flag-set.ts";
import { ERRNO_TEXTS } from "../log/zap-logger.ts";

/** The message is etcd's. `kind` says how it ends: a line of text, or a fatal line in the log. */
export class ProxyTlsError extends Error {
  override readonly name = "ProxyTlsError";
}

export interface OwnTls {
  readonly settings: TlsSettings;
  /** For the log. */
  readonly text: string;
}

/** Undefined without TLS for clients. Makes the certificate of --auto-tls. Throws ProxyTlsError or TlsFileError. */
export function ownTlsSettings(flags: FlagSet, outside: TlsOutside): OwnTls | undefined {
  let files = tlsFiles({
    certFile: flags.text("cert-file"),
    keyFile: flags.text("key-file"),
    trustedCaFile: flags.text("trusted-ca-file"),
  });
  let isSelfSigned = false;
  if (isEmpty(files)) {
    if (!flags.bool("auto-tls")) return undefined;
    const pair = selfSignedCertificate({
      directory: join(flags.text("data-dir"), "fixtures", "proxy"),
      urls: [hostUrl("https", flags.text("listen-addr"))],
      validityYears: flags.number("self-signed-cert-validity"),
      ...outside,
    });
    files = tlsFiles({ ...pair, clientCertFile: pair.certFile, clientKeyFile: pair.keyFile, autoTls: true });
    isSelfSigned = true;
  }
  const choice = chooseCiphers(flags.list("listen-cipher-suites"));
  if (!choice.ok) throw new ProxyTlsError(choice.reason);
  const settings: TlsSettings = {
    kind: "client",
    files: { ...files, crlFile: flags.text("client-crl-file") },
    isSelfSigned,
    ciphers: choice.ciphers,
    minVersion: flags.text("tls-min-version") === "TLS1.3" ? "TLSv1.3" : "TLSv1.2",
    maxVersion: flags.text("tls-max-version") === "TLS1.2" ? "TLSv1.2" : undefined,
    serverName: "",
  };
  return { settings, text: tlsText(files) };
}

/** Throws ProxyTlsError, TlsFileError or TlsSettingsError. `checksAddress`: clients must connect from where their certificate says. */
export function ownListenerTls(
  { settings }: OwnTls,
  address: string,
  outside: TlsOutside,
  checksAddress: boolean,
): ListenerTls {
  const { certFile, keyFile, trustedCaFile } = settings.files;
  if (certFile === "" && keyFile === "")
    throw new ProxyTlsError(`cannot listen on TLS for ${address}: KeyFile and CertFile are not presented`);
  requireReadable([certFile, keyFile, trustedCaFile]);
  return listenerTls(settings, outside, checksAddress)!;
}

/** For the proxy as a client of its own address. */
export function ownDialTls({ settings }: OwnTls, outside: TlsOutside): ConnectionOptions {
  return followed(dialTls(settings, outside));
}

export interface ClusterTls {
  readonly options: ConnectionOptions;
  readonly text: string;
}

/** Undefined without TLS towards the cluster. Throws ProxyTlsError, TlsFileError or TlsSettingsError. */
export function clusterTls(flags: FlagSet, outside: TlsOutside): ClusterTls | undefined {
  const certFile = flags.text("cert");
  const keyFile = flags.text("key");
  const files = tlsFiles({ certFile, keyFile, trustedCaFile: flags.text("cacert") });
  const skipsVerification = flags.bool("insecure-skip-tls-verify");
  if (isEmpty(files) && !skipsVerification) return undefined;
  if ((certFile === "") !== (keyFile === ""))
    throw new ProxyTlsError(`KeyFile and CertFile must both be present[key: ${keyFile}, cert: ${certFile}]`);
  requireReadable([certFile, keyFile, files.trustedCaFile]);
  if (certFile !== "") requireNoCommonName(certFile);
  const settings: TlsSettings = {
    kind: "client",
    files,
    isSelfSigned: skipsVerification,
    ciphers: undefined,
    minVersion: "TLSv1.2",
    maxVersion: undefined,
    serverName: "",
  };
  return { options: followed(dialTls(settings, outside)), text: tlsText(files) };
}

/** The cluster would take the name for a user, and every client of the proxy for that one. */
function requireNoCommonName(certFile: string): void {
  const subject: unknown = new X509Certificate(readFileSync(certFile)).toLegacyObject().subject?.CN;
  const name = Array.isArray(subject) ? subject.at(-1) : subject;
  if (typeof name === "string" && name !== "")
    throw new ProxyTlsError(`cert has non empty Common Name (${name}): ${certFile}`);
}

function requireReadable(paths: readonly string[]): void {
  for (const path of paths) {
    if (path === "") continue;
    try {
      readFileSync(path);
    } catch (cause) {
      const { code = "", message } = cause as NodeJS.ErrnoException;
      throw new ProxyTlsError(`open ${path}: ${ERRNO_TEXTS[code] ?? message}`, { cause });
    }
  }
}

/** Options whose certificates are those of the moment at which they are used. */
function followed(current: () => ConnectionOptions): ConnectionOptions {
  const { secureContext: _now, ...rest } = current();
  return Object.defineProperty(rest, "secureContext", { enumerable: true, get: () => current().secureContext });
}

function isEmpty({ certFile, keyFile, trustedCaFile }: TlsConfig): boolean {
  return certFile === "" && keyFile === "" && trustedCaFile === "";
}

function tlsFiles(given: Partial<TlsConfig>): TlsConfig {
  return {
    certFile: "",
    keyFile: "",
    clientCertFile: "",
    clientKeyFile: "",
    clientCertAuth: false,
    trustedCaFile: "",
    crlFile: "",
    autoTls: false,
    allowedCNs: [],
    allowedHostnames: [],
    skipClientSanVerification: false,
    ...given,
  };
}

/** As etcd prints them. */
function tlsText(files: TlsConfig): string {
  return (
    `cert = ${files.certFile}, key = ${files.keyFile}, client-cert=${files.clientCertFile}, client-key=${files.clientKeyFile}, ` +
    `trusted-ca = ${files.trustedCaFile}, client-cert-auth = ${files.clientCertAuth}, crl-file = ${files.crlFile}`
  );
}
