/**
 * Certificates, keys, CA bundles and revocation lists as they are in their files now. What cannot be used is told and the last good one stays
 * in use; a revocation list that cannot be read lets nobody with a certificate in (etcd reads only certificates again, and the list).
 */
import { constants, createPrivateKey, X509Certificate } from "node:crypto";
import { createSecureContext, type SecureContext, type SecureContextOptions } from "node:tls";
import type { Logger } from "../../io/logger.ts";
import { FollowedFiles, readTlsFile, TlsFileError } from "./followed-files.ts";
import { revokedSerials, serialKey } from "./revocation-list.ts";
import type { TlsOutside, TlsSettings } from "./tls-settings.ts";

/** Node knows the option since 20.18; its types do not yet. */
export type MaterialOptions = SecureContextOptions & { readonly allowPartialTrustChain?: boolean };

/** A value made of files, made again when they change. The same object until then. */
export class FollowedValue<T> {
  readonly #files: FollowedFiles;
  readonly #load: () => T;
  readonly #logger: Logger;
  readonly #what: string;
  #value: T;
  #isStale: boolean;

  /** Throws what `load` throws. */
  constructor(paths: readonly string[], load: () => T, what: string, logger: Logger) {
    this.#files = new FollowedFiles(paths);
    this.#load = load;
    this.#logger = logger;
    this.#what = what;
    this.#isStale = false;
    this.#files.changed();
    this.#value = load();
  }

  current(): T {
    const changed = this.#files.changed();
    if (!changed && !this.#isStale) return this.#value;
    try {
      this.#value = this.#load();
      this.#isStale = false;
      this.#logger.info(`loaded ${this.#what} again`);
    } catch (error) {
      // Said once a change; tried again at each handshake, since two files are rarely replaced in one instant.
      if (changed)
        this.#logger.warn(`failed to load ${this.#what}; the last one stays in use`, { error: reasonOf(error) });
      this.#isStale = true;
    }
    return this.#value;
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Certificate, key and CAs of a listener. Throws TlsFileError when they cannot be used. */
export function serverMaterial(settings: TlsSettings, outside: TlsOutside): FollowedValue<MaterialOptions> {
  const { files } = settings;
  const load = (): MaterialOptions =>
    usable({
      ...keyPair(files.certFile, files.keyFile, outside),
      ...authorities(files.trustedCaFile),
      ...versionsOf(settings),
      // A resumed session would not be asked for its certificate again: not after its CA was removed or it was revoked.
      ...(asksForCertificates(settings) ? { secureOptions: constants.SSL_OP_NO_TICKET } : {}),
    });
  const paths = [files.certFile, files.keyFile, files.trustedCaFile];
  return new FollowedValue(paths, load, `the TLS certificate for ${settings.kind} connections`, outside.logger);
}

/**
 * Certificate, key and CAs of the connections that this member dials, parsed once for all of them (parsing an RSA key takes about as long as a
 * handshake); the CRL makes new connections when it changes.
 */
export function dialMaterial(settings: TlsSettings, outside: TlsOutside): FollowedValue<SecureContext> {
  const { files } = settings;
  const hasOwn = files.clientCertFile !== "";
  const certFile = hasOwn ? files.clientCertFile : files.certFile;
  const keyFile = hasOwn ? files.clientKeyFile : files.keyFile;
  const load = (): SecureContext =>
    contextOf({
      ...(certFile === "" ? {} : keyPair(certFile, keyFile, outside)),
      ...authorities(files.trustedCaFile),
      ...versionsOf(settings),
    });
  const paths = [certFile, keyFile, files.trustedCaFile, files.crlFile];
  return new FollowedValue(paths, load, `the TLS certificate for connecting to ${settings.kind}s`, outside.logger);
}

export function asksForCertificates(settings: TlsSettings): boolean {
  return settings.files.trustedCaFile !== "" || settings.files.clientCertAuth;
}

function versionsOf(settings: TlsSettings): MaterialOptions {
  return {
    minVersion: settings.minVersion,
    ...(settings.maxVersion === undefined ? {} : { maxVersion: settings.maxVersion }),
    ...(settings.ciphers === undefined ? {} : { ciphers: settings.ciphers }),
  };
}

function keyPair(certFile: string, keyFile: string, { clock, logger }: TlsOutside): MaterialOptions {
  const cert = readTlsFile(certFile, "certificate");
  const key = readTlsFile(keyFile, "private key");
  const certificate = parsed(certFile, () => new X509Certificate(cert));
  const privateKey = parsed(keyFile, () => createPrivateKey(key));
  if (!certificate.checkPrivateKey(privateKey))
    throw new TlsFileError(`the private key ${keyFile} does not belong to the certificate ${certFile}`);
  if (Date.parse(certificate.validTo) < clock.wallNow())
    logger.warn("the certificate has expired", { "cert-file": certFile, "not-after": certificate.validTo });
  return { cert, key };
}

function parsed<T>(path: string, parse: () => T): T {
  try {
    return parse();
  } catch (cause) {
    throw new TlsFileError(`cannot use ${path}: ${reasonOf(cause)}`, { cause });
  }
}

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

function authorities(path: string): MaterialOptions {
  if (path === "") return {};
  const text = readTlsFile(path, "trusted CA file").toString("latin1");
  const certificates = text.match(PEM_CERTIFICATE) ?? [];
  // Node would take its own list of authorities in place of none.
  if (certificates.length === 0) throw new TlsFileError(`${path} holds no PEM certificate`);
  for (const certificate of certificates) parsed(path, () => new X509Certificate(certificate));
  // Go trusts whatever is in the file, roots or not.
  return { ca: [...certificates], allowPartialTrustChain: true };
}

function usable(options: MaterialOptions): MaterialOptions {
  contextOf(options);
  return options;
}

function contextOf(options: MaterialOptions): SecureContext {
  try {
    return createSecureContext(options);
  } catch (cause) {
    throw new TlsFileError(`TLS material cannot be used: ${reasonOf(cause)}`, { cause });
  }
}

/** The certificates that are refused although an authority vouches for them. */
export class RevokedCertificates {
  readonly #path: string;
  readonly #files: FollowedFiles;
  readonly #logger: Logger;
  /** A text: why the list cannot be used. */
  #serials: ReadonlySet<string> | string;

  constructor(path: string, logger: Logger) {
    this.#path = path;
    this.#files = new FollowedFiles([path]);
    this.#logger = logger;
    this.#serials = new Set();
    this.refuse([]);
  }

  /** The refusal of a certificate, or of one that vouches for it; undefined when none is revoked. */
  refuse(chain: readonly X509Certificate[]): string | undefined {
    if (this.#path === "") return undefined;
    if (this.#files.changed()) {
      this.#serials = this.#load();
      if (typeof this.#serials === "string")
        this.#logger.warn("failed to load the certificate revocation list", { error: this.#serials });
    }
    const serials = this.#serials;
    if (typeof serials === "string") return chain.length === 0 ? undefined : serials;
    for (const certificate of chain) {
      const serial = serialKey(certificate.serialNumber);
      if (serials.has(serial)) return `transport: certificate serial ${serial} revoked`;
    }
    return undefined;
  }

  #load(): ReadonlySet<string> | string {
    try {
      return revokedSerials(readTlsFile(this.#path, "CRL")) ?? `${this.#path} is no certificate revocation list`;
    } catch (error) {
      if (error instanceof TlsFileError) return error.message;
      throw error;
    }
  }
}

/** The certificate and those that the other side sent, or the store found, above it. */
export function chainOf(certificate: X509Certificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  for (let next: X509Certificate | undefined = certificate; next !== undefined; next = next.issuerCertificate) {
    if (chain.some((seen) => seen.fingerprint256 === next?.fingerprint256)) break;
    chain.push(next);
  }
  return chain;
}
