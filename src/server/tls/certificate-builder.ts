/**
 * Makes X.509 v3 certificates (RFC 5280, 4.1) with node:crypto's signatures: what --auto-tls presents, and what tests need.
 *
 * ```
 * Certificate = SEQ { tbs, algorithm, BIT STRING signature }
 * tbs         = SEQ { [0] version 2, serial, algorithm, issuer, SEQ { notBefore, notAfter }, subject, public key, [3] extensions }
 * ```
 */
import { createPublicKey, type KeyObject, sign } from "node:crypto";
import { isIP } from "node:net";
import { DerTag, der, derBitString, derInteger, derObjectId, derSequence, derTime } from "./der.ts";

export interface CertificateName {
  readonly organization?: string;
  readonly commonName?: string;
}

export interface CertificateRequest {
  /** 16 random bytes. */
  readonly serial: Uint8Array;
  readonly subject: CertificateName;
  readonly issuer: CertificateName;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Host names and IP addresses that it stands for. */
  readonly hosts: readonly string[];
  readonly isAuthority: boolean;
  readonly serverAuth: boolean;
  readonly clientAuth: boolean;
  /** Its own key pair's public (or private) half. */
  readonly key: KeyObject;
  /** Private EC key of the issuer. */
  readonly issuerKey: KeyObject;
}

const ECDSA_WITH_SHA256 = derSequence(derObjectId("1.2.840.10045.4.3.2"));
const ECDSA_WITH_SHA512 = derSequence(derObjectId("1.2.840.10045.4.3.4"));

/** The certificate in DER. */
export function buildCertificate(request: CertificateRequest): Uint8Array {
  const publicKey = request.key.type === "private" ? createPublicKey(request.key) : request.key;
  return signed(request.issuerKey, (algorithm) =>
    derSequence(
      der(0xa0, derInteger(Uint8Array.of(2))),
      derInteger(request.serial),
      algorithm,
      derName(request.issuer),
      derSequence(derTime(request.notBeforeMs), derTime(request.notAfterMs)),
      derName(request.subject),
      publicKey.export({ type: "spki", format: "der" }),
      der(0xa3, derSequence(...extensionsOf(request))),
    ),
  );
}

/** Wraps what is to be signed with algorithm and signature. */
export function signed(key: KeyObject, tbsOf: (algorithm: Uint8Array) => Uint8Array): Uint8Array {
  const isLarge = key.asymmetricKeyDetails?.namedCurve === "secp521r1";
  const algorithm = isLarge ? ECDSA_WITH_SHA512 : ECDSA_WITH_SHA256;
  const tbs = tbsOf(algorithm);
  return derSequence(tbs, algorithm, derBitString(sign(isLarge ? "sha512" : "sha256", tbs, key)));
}

/** A distinguished name of organization and common name. */
export function derName(name: CertificateName): Uint8Array {
  const parts: Uint8Array[] = [];
  const add = (id: string, value: string | undefined): void => {
    if (value === undefined) return;
    const text = der(DerTag.Utf8String, new TextEncoder().encode(value));
    parts.push(der(DerTag.Set, derSequence(derObjectId(id), text)));
  };
  add("2.5.4.10", name.organization);
  add("2.5.4.3", name.commonName);
  return derSequence(...parts);
}

function extensionsOf(request: CertificateRequest): Uint8Array[] {
  const extensions: Uint8Array[] = [];
  const add = (id: string, critical: boolean, value: Uint8Array): void => {
    const flag = critical ? [der(DerTag.Boolean, Uint8Array.of(0xff))] : [];
    extensions.push(derSequence(derObjectId(id), ...flag, der(DerTag.OctetString, value)));
  };
  // digitalSignature, keyEncipherment and, for authorities, keyCertSign and cRLSign.
  const usage = request.isAuthority ? Uint8Array.of(0xa6) : Uint8Array.of(0xa0);
  add("2.5.29.15", true, derBitString(usage, request.isAuthority ? 1 : 5));
  const purposes: Uint8Array[] = [];
  if (request.serverAuth) purposes.push(derObjectId("1.3.6.1.5.5.7.3.1"));
  if (request.clientAuth) purposes.push(derObjectId("1.3.6.1.5.5.7.3.2"));
  if (purposes.length > 0) add("2.5.29.37", false, derSequence(...purposes));
  const basic = request.isAuthority ? [der(DerTag.Boolean, Uint8Array.of(0xff))] : [];
  add("2.5.29.19", true, derSequence(...basic));
  if (request.hosts.length > 0) add("2.5.29.17", false, derSequence(...request.hosts.map(generalName)));
  return extensions;
}

function generalName(host: string): Uint8Array {
  const version = isIP(host);
  if (version === 0) return der(0x82, new TextEncoder().encode(host));
  return der(0x87, version === 4 ? Uint8Array.from(host.split("."), Number) : ipv6Bytes(host));
}

/** The 16 bytes of an address that node:net calls valid. */
function ipv6Bytes(text: string): Uint8Array {
  const address = text.replace(/%.*$/, "");
  const lastColon = address.lastIndexOf(":");
  const quad = address.slice(lastColon + 1);
  const hex = quad.includes(".")
    ? `${address.slice(0, lastColon + 1)}${quadGroups(quad.split(".").map(Number))}`
    : address;
  const [left = "", right] = hex.split("::");
  const head = left === "" ? [] : left.split(":");
  const tail = right === undefined || right === "" ? [] : right.split(":");
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill("0"), ...tail];
  return Uint8Array.from(
    groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]),
  );
}

function quadGroups([a = 0, b = 0, c = 0, d = 0]: readonly number[]): string {
  return `${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`;
}
