/**
 * What a TlsConfig comes to for one kind of listener: with a certificate made by ourselves when asked for, ciphers by OpenSSL's names, versions
 * as Node names them.
 */
import { join } from "node:path";
import type { SecureVersion } from "node:tls";
import type { GoUrl } from "../../base/go-url.ts";
import type { Clock } from "../../io/clock.ts";
import type { LogFields, Logger } from "../../io/logger.ts";
import type { Random } from "../../io/random.ts";
import type { ServerConfig, TlsConfig, TlsVersion } from "../config.ts";
import { chooseCiphers } from "./cipher-suites.ts";
import { selfSignedCertificate } from "./self-signed.ts";

export interface TlsSettings {
  readonly kind: "client" | "peer";
  readonly files: TlsConfig;
  /** The certificate is our own: the members cannot vouch for each other's and do not ask. */
  readonly isSelfSigned: boolean;
  readonly ciphers: string | undefined;
  readonly minVersion: SecureVersion;
  readonly maxVersion: SecureVersion | undefined;
  /** The name that peers found through DNS must prove, whatever address is dialed; empty: the dialed one. */
  readonly serverName: string;
}

export interface TlsOutside {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

/** The settings cannot be used: the message is for the operator. */
export class TlsSettingsError extends Error {
  override readonly name = "TlsSettingsError";
}

/** True without a certificate of its own: such a listener speaks no TLS. */
export function hasNoCertificate(settings: TlsSettings): boolean {
  return settings.files.certFile === "" && settings.files.keyFile === "";
}

/** Makes the certificate of --auto-tls when there is none yet. Throws TlsSettingsError or TlsFileError. */
export function tlsSettings(config: ServerConfig, kind: "client" | "peer", outside: TlsOutside): TlsSettings {
  const { logger } = outside;
  const cipherChoice = chooseCiphers(config.cipherSuites);
  if (!cipherChoice.ok) throw new TlsSettingsError(cipherChoice.reason);
  if (cipherChoice.missing.length > 0)
    logger.warn("cipher suites that this platform lacks are not offered", { "cipher-suites": cipherChoice.missing });
  let files = kind === "client" ? config.clientTls : config.peerTls;
  let isSelfSigned = false;
  if (files.autoTls) {
    if (files.certFile !== "" || files.keyFile !== "") logger.warn(`ignoring ${kind} auto TLS since certs given`);
    else {
      const urls: readonly GoUrl[] =
        kind === "client" ? [...config.listenClientUrls, ...config.listenClientHttpUrls] : config.listenPeerUrls;
      const directory = join(config.dataDir, "fixtures", kind);
      const pair = selfSignedCertificate({ directory, urls, validityYears: config.selfSignedCertValidity, ...outside });
      // Nothing of the given settings remains, as in etcd: nobody could present a certificate that these vouch for.
      files = selfSignedFiles(pair);
      isSelfSigned = true;
    }
  }
  return {
    kind,
    files,
    isSelfSigned,
    ciphers: cipherChoice.ciphers,
    minVersion: nodeVersion(config.tlsMinVersion) ?? "TLSv1.2",
    maxVersion: nodeVersion(config.tlsMaxVersion),
    serverName: kind === "peer" && files.trustedCaFile === "" ? config.discoverySrv : "",
  };
}

function selfSignedFiles(pair: { readonly certFile: string; readonly keyFile: string }): TlsConfig {
  return {
    ...pair,
    clientCertFile: pair.certFile,
    clientKeyFile: pair.keyFile,
    clientCertAuth: false,
    trustedCaFile: "",
    crlFile: "",
    autoTls: true,
    allowedCNs: [],
    allowedHostnames: [],
    skipClientSanVerification: false,
  };
}

function nodeVersion(version: TlsVersion): SecureVersion | undefined {
  if (version === "") return undefined;
  return version === "TLS1.2" ? "TLSv1.2" : "TLSv1.3";
}

/** For the log: paths and switches, no contents. */
export function describeTls(settings: TlsSettings, cipherSuites: readonly string[]): LogFields {
  const { files } = settings;
  const text =
    `cert = ${files.certFile}, key = ${files.keyFile}, client-cert=${files.clientCertFile}, client-key=${files.clientKeyFile}, ` +
    `trusted-ca = ${files.trustedCaFile}, client-cert-auth = ${files.clientCertAuth}, crl-file = ${files.crlFile}`;
  return { "tls-info": text, "cipher-suites": [...cipherSuites] };
}

/** Says aloud which URLs go without the TLS that was configured. */
export function warnOfPlainUrls(settings: TlsSettings, urls: readonly GoUrl[], logger: Logger): void {
  const isClient = settings.kind === "client";
  const scheme = isClient ? "http or unix" : "HTTP";
  for (const url of urls) {
    if (url.scheme !== "http" && !(isClient && url.scheme === "unix")) continue;
    const fields = { [`${settings.kind}-url`]: url.text };
    if (!hasNoCertificate(settings))
      logger.warn(`scheme is ${scheme} while key and cert files are present; ignoring key and cert files`, fields);
    if (settings.files.clientCertAuth) {
      const flag = isClient ? "--client-cert-auth" : "--peer-client-cert-auth";
      logger.warn(`scheme is ${scheme} while ${flag} is enabled; ignoring client cert auth for this URL`, fields);
    }
  }
}
