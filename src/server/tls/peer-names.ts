/**
 * Which names a certificate must carry (etcd client/pkg/transport: AllowedCNs, AllowedHostnames, checkCertSAN).
 * Names are matched as Go does: subject alternative names only, never the common name; IP addresses against IP entries only.
 */
import type { X509Certificate } from "node:crypto";
import { lookup, reverse } from "node:dns/promises";
import { isIP } from "node:net";

export interface AlternativeNames {
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

/** What DNS says; tests answer themselves. */
export interface NameResolver {
  /** Names of an address. Rejects when there are none. */
  reverse(address: string): Promise<readonly string[]>;
  /** Addresses of a name. Rejects when there are none. */
  addresses(name: string): Promise<readonly string[]>;
}

export const SYSTEM_RESOLVER: NameResolver = {
  reverse: (address) => reverse(address),
  addresses: async (name) => (await lookup(name, { all: true })).map((found) => found.address),
};

/** The subject's common name: the last one when there are several, as Go keeps it; empty without one. */
export function commonName(certificate: X509Certificate): string {
  const names: string | string[] | undefined = certificate.toLegacyObject().subject?.CN;
  return (Array.isArray(names) ? names.at(-1) : names) ?? "";
}

export function alternativeNames(certificate: X509Certificate): AlternativeNames {
  const dnsNames: string[] = [];
  const ipAddresses: string[] = [];
  for (const [, kind, quoted] of (certificate.subjectAltName ?? "").matchAll(
    /(?:^|, )([A-Za-z ]+):("(?:[^"\\]|\\.)*"|[^,]*)/g,
  )) {
    // Node puts values with unusual characters into JSON quotes.
    const value = quoted!.startsWith('"') ? String(JSON.parse(quoted!)) : quoted!;
    if (kind === "DNS") dnsNames.push(value);
    else if (kind === "IP Address") ipAddresses.push(value);
  }
  return { dnsNames, ipAddresses };
}

/** Whether the certificate stands for a host name or IP address. */
export function matchesHost(certificate: X509Certificate, host: string): boolean {
  const bare = host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
  if (isIP(bare) !== 0) return certificate.checkIP(bare) !== undefined;
  return certificate.checkHost(bare, { subject: "never", partialWildcards: false }) !== undefined;
}

/** Go's text when a certificate does not stand for a host. */
export function hostMismatch(certificate: X509Certificate, host: string): string {
  const { dnsNames, ipAddresses } = alternativeNames(certificate);
  if (isIP(host) !== 0) {
    return ipAddresses.length === 0
      ? `x509: cannot validate certificate for ${host} because it doesn't contain any IP SANs`
      : `x509: certificate is valid for ${ipAddresses.join(", ")}, not ${host}`;
  }
  return dnsNames.length === 0
    ? `x509: certificate is not valid for any names, but wanted to match ${host}`
    : `x509: certificate is valid for ${dnsNames.join(", ")}, not ${host}`;
}

/** The refusal of a verified certificate that carries none of the allowed names; undefined when allowed, or when all are. */
export function refuseNames(
  certificate: X509Certificate,
  allowed: { readonly allowedCNs: readonly string[]; readonly allowedHostnames: readonly string[] },
): string | undefined {
  const { allowedCNs, allowedHostnames } = allowed;
  // The hostnames win when both are set, as the later assignment does in etcd; --help says that they exclude each other.
  const isAllowed =
    allowedHostnames.length > 0
      ? allowedHostnames.some((host) => matchesHost(certificate, host))
      : allowedCNs.length === 0 || allowedCNs.includes(commonName(certificate));
  return isAllowed ? undefined : "client certificate authentication failed";
}

/**
 * Whether a peer connects from a host that its certificate names: by IP entries, else by what DNS says of the names. A certificate without
 * alternative names passes. Resolves to the refusal.
 */
export async function refuseAddress(
  certificate: X509Certificate,
  remoteHost: string,
  resolver: NameResolver,
): Promise<string | undefined> {
  const { dnsNames, ipAddresses } = alternativeNames(certificate);
  if (dnsNames.length === 0 && ipAddresses.length === 0) return undefined;
  if (ipAddresses.length > 0) {
    if (matchesHost(certificate, remoteHost)) return undefined;
    if (dnsNames.length === 0) return hostMismatch(certificate, remoteHost);
  }
  const reason = await refuseByDns(remoteHost, dnsNames, resolver);
  if (reason === undefined) return undefined;
  const names = dnsNames.map((name) => JSON.stringify(name)).join(" ");
  return `tls: ${JSON.stringify(remoteHost)} does not match any of DNSNames [${names}]${reason}`;
}

/** Undefined on a match, else what DNS failed with (may be empty). */
async function refuseByDns(
  address: string,
  dnsNames: readonly string[],
  resolver: NameResolver,
): Promise<string | undefined> {
  const wildcards = dnsNames.filter((name) => name.startsWith("*.")).map((name) => name.slice(1));
  const names = dnsNames.filter((name) => !name.startsWith("*."));
  let reason = "";
  const note = (error: unknown): readonly string[] => {
    reason = ` (${error instanceof Error ? error.message : String(error)})`;
    return [];
  };
  for (const found of await resolver.reverse(address).catch(note)) {
    const name = found.replace(/\.$/, "");
    if (names.includes(name) || wildcards.some((wildcard) => name.endsWith(wildcard))) return undefined;
  }
  for (const name of names) {
    const addresses = await resolver.addresses(name).catch(note);
    if (addresses.includes(address)) return undefined;
  }
  return reason;
}
