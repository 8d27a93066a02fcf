/** Whether a certificate and a key belong together, refused in the words of Go's crypto/tls (X509KeyPair). */
import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";

/** Why the pair cannot be used; undefined when it can. Both are texts of PEM files. */
export function keyPairRefusal(certificatePem: string, keyPem: string): string | undefined {
  const inCertificate = blockTypes(certificatePem);
  if (!inCertificate.includes("CERTIFICATE")) return noCertificate(inCertificate);
  const inKey = blockTypes(keyPem);
  if (!inKey.some(isKey)) return noKey(inKey);
  let leaf: X509Certificate;
  try {
    leaf = new X509Certificate(certificatePem);
  } catch {
    return "x509: malformed certificate";
  }
  let key: KeyObject;
  try {
    key = createPrivateKey(keyPem);
  } catch {
    return "tls: failed to parse private key";
  }
  if (key.asymmetricKeyType !== leaf.publicKey.asymmetricKeyType)
    return "tls: private key type does not match public key type";
  return leaf.checkPrivateKey(key) ? undefined : "tls: private key does not match public key";
}

function noCertificate(types: readonly string[]): string {
  const [first] = types;
  if (first === undefined) return "tls: failed to find any PEM data in certificate input";
  if (types.length === 1 && first.endsWith("PRIVATE KEY"))
    return "tls: failed to find certificate PEM data in certificate input, but did find a private key; PEM inputs may have been switched";
  return `tls: failed to find "CERTIFICATE" PEM block in certificate input after skipping PEM blocks of the following types: [${types.join(" ")}]`;
}

function noKey(types: readonly string[]): string {
  if (types.length === 0) return "tls: failed to find any PEM data in key input";
  if (types.length === 1 && types[0] === "CERTIFICATE")
    return "tls: found a certificate rather than a key in the PEM for the private key";
  return `tls: failed to find PEM block with type ending in "PRIVATE KEY" in key input after skipping PEM blocks of the following types: [${types.join(" ")}]`;
}

function isKey(type: string): boolean {
  return type === "PRIVATE KEY" || type.endsWith(" PRIVATE KEY");
}

/** What the armour of a PEM text names, in order. */
function blockTypes(pem: string): string[] {
  return [...pem.matchAll(/^-----BEGIN ([^\n]+)-----\s*\n[^-]*^-----END \1-----\s*$/gm)].map(([, type]) => type!);
}
