/**
 * Certificate revocation lists (RFC 5280, section 5): the serial numbers in them.
 *
 * ```
 * CertificateList = SEQ { tbs, algorithm, signature }
 * tbs             = SEQ { [version], algorithm, issuer, thisUpdate, [nextUpdate], [SEQ OF SEQ { serial, date, ... }], [[0] extensions] }
 * ```
 *
 * As in etcd (client/pkg/transport, checkCRL) a listed serial is refused whoever issued it, and neither the list's signature nor its dates are
 * looked at: the file is the operator's word. PEM is taken too; etcd takes DER only.
 */
import { DerTag, pemBlock, readDer } from "./der.ts";

/** Serial numbers in lowercase hex without leading zeros; undefined when the bytes are no revocation list. */
export function revokedSerials(bytes: Uint8Array): ReadonlySet<string> | undefined {
  const body = bytes[0] === DerTag.Sequence ? bytes : pemBlock(Buffer.from(bytes).toString("latin1"), "X509 CRL");
  if (body === undefined) return undefined;
  const list = readDer(body);
  const parts = list?.length === 1 && list[0]!.tag === DerTag.Sequence ? readDer(list[0]!.contents) : undefined;
  if (parts?.length !== 3 || parts[0]!.tag !== DerTag.Sequence) return undefined;
  const fields = readDer(parts[0]!.contents);
  if (fields === undefined) return undefined;
  let at = fields[0]?.tag === DerTag.Integer ? 1 : 0;
  // Algorithm and issuer.
  for (let i = 0; i < 2; i++) if (fields[at++]?.tag !== DerTag.Sequence) return undefined;
  if (!isTime(fields[at++]?.tag)) return undefined;
  if (isTime(fields[at]?.tag)) at++;
  const serials = new Set<string>();
  const entries = fields[at];
  if (entries?.tag !== DerTag.Sequence) return serials;
  const revoked = readDer(entries.contents);
  if (revoked === undefined) return undefined;
  for (const entry of revoked) {
    const serial = entry.tag === DerTag.Sequence ? readDer(entry.contents)?.[0] : undefined;
    if (serial?.tag !== DerTag.Integer) return undefined;
    serials.add(serialKey(Buffer.from(serial.contents).toString("hex")));
  }
  return serials;
}

/** The form in which serial numbers are compared. */
export function serialKey(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, "");
}

function isTime(tag: number | undefined): boolean {
  return tag === DerTag.UtcTime || tag === DerTag.GeneralizedTime;
}
