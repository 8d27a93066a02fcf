/**
 * --auto-tls and --peer-auto-tls: a certificate of one's own, made once and kept (etcd client/pkg/transport, SelfCert):
 * `<data dir>/fixtures/{client,peer}/{cert,key}.pem`, ECDSA on P-521, for the hosts of the listen URLs. Whoever wants another one removes the files.
 */
import { generateKeyPairSync } from "node:crypto";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { GoUrl } from "../../base/go-url.ts";
import type { Clock } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import type { Random } from "../../io/random.ts";
import { buildCertificate } from "./certificate-builder.ts";
import { pemText } from "./der.ts";
import { TlsFileError } from "./followed-files.ts";

const YEAR_MS = 365 * 24 * 3600 * 1000;

export interface SelfSignedOptions {
  readonly directory: string;
  readonly urls: readonly GoUrl[];
  readonly validityYears: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface CertificatePaths {
  readonly certFile: string;
  readonly keyFile: string;
}

/** The pair that is there, else a new one. Throws TlsFileError. */
export function selfSignedCertificate(options: SelfSignedOptions): CertificatePaths {
  const { logger } = options;
  if (options.validityYears <= 0) {
    const error = "selfSignedCertValidity is invalid,it should be greater than 0";
    logger.warn("cannot generate cert", { error });
    throw new TlsFileError(error);
  }
  const certFile = resolve(join(options.directory, "cert.pem"));
  const keyFile = resolve(join(options.directory, "key.pem"));
  const paths = { certFile, keyFile };
  if (isThere(certFile) && isThere(keyFile)) return paths;

  const now = options.clock.wallNow();
  const notAfterMs = now + options.validityYears * YEAR_MS;
  logger.warn("automatically generate certificates", {
    "certificate-validity-bound-not-after": new Date(notAfterMs).toISOString(),
  });
  const key = generateKeyPairSync("ec", { namedCurve: "secp521r1" }).privateKey;
  const name = { organization: "etcd" };
  const certificate = buildCertificate({
    serial: options.random.bytes(16),
    subject: name,
    issuer: name,
    notBeforeMs: now,
    notAfterMs,
    hosts: [...new Set(options.urls.map(hostOf).filter((host) => host !== ""))],
    isAuthority: true,
    serverAuth: true,
    clientAuth: false,
    key,
    issuerKey: key,
  });
  try {
    mkdirSync(options.directory, { recursive: true, mode: 0o700 });
    writeFileSync(certFile, pemText("CERTIFICATE", certificate));
    logger.info("created cert file", { path: certFile });
    writeFileSync(keyFile, key.export({ type: "sec1", format: "pem" }), { mode: 0o600 });
    logger.info("created key file", { path: keyFile });
  } catch (cause) {
    throw new TlsFileError(`cannot write ${options.directory}: ${(cause as Error).message}`, { cause });
  }
  return paths;
}

function hostOf(url: GoUrl): string {
  if (url.scheme === "unix" || url.scheme === "unixs") return "";
  return url.hostname;
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
