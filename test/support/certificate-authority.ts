/** A certificate authority for tests: certificates of every kind of badness, and revocation lists, made on the spot. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from "node:crypto";
import { buildCertificate, derName, signed } from "../../src/server/tls/certificate-builder.ts";
import { derInteger, derSequence, derTime, pemText } from "../../src/server/tls/der.ts";

export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly serial: Uint8Array;
}

export interface TestCertificateOptions {
  readonly commonName?: string;
  readonly hosts?: readonly string[];
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly serverAuth?: boolean;
  readonly clientAuth?: boolean;
}

const DAY_MS = 86_400_000;

const newKey = (): KeyObject => generateKeyPairSync("ec", { namedCurve: "prime256v1" }).privateKey;
const keyPem = (key: KeyObject): string => key.export({ type: "pkcs8", format: "pem" }).toString();

/** Serial numbers are positive and never start with a zero byte. */
function newSerial(): Uint8Array {
  const serial = randomBytes(16);
  serial[0] = (serial[0]! & 0x7f) | 0x40;
  return serial;
}

export class CertificateAuthority implements TestCertificate {
  readonly commonName: string;
  readonly cert: string;
  readonly key: string;
  readonly serial: Uint8Array;
  readonly #key: KeyObject;

  /** Its own issuer unless another authority is given. */
  constructor(commonName: string, issuer?: CertificateAuthority) {
    this.commonName = commonName;
    this.#key = newKey();
    this.key = keyPem(this.#key);
    this.serial = newSerial();
    const der = buildCertificate({
      serial: this.serial,
      subject: { commonName },
      issuer: { commonName: issuer?.commonName ?? commonName },
      notBeforeMs: Date.now() - DAY_MS,
      notAfterMs: Date.now() + 1000 * DAY_MS,
      hosts: [],
      isAuthority: true,
      serverAuth: false,
      clientAuth: false,
      key: this.#key,
      issuerKey: createPrivateKey(issuer?.key ?? this.key),
    });
    this.cert = pemText("CERTIFICATE", der);
  }

  /** For localhost and 127.0.0.1, for servers and clients, valid now, unless said otherwise. */
  issue(options: TestCertificateOptions = {}): TestCertificate {
    const key = newKey();
    const serial = newSerial();
    const der = buildCertificate({
      serial,
      subject: options.commonName === undefined ? {} : { commonName: options.commonName },
      issuer: { commonName: this.commonName },
      notBeforeMs: options.notBeforeMs ?? Date.now() - DAY_MS,
      notAfterMs: options.notAfterMs ?? Date.now() + 500 * DAY_MS,
      hosts: options.hosts ?? ["localhost", "127.0.0.1", "::1"],
      isAuthority: false,
      serverAuth: options.serverAuth ?? true,
      clientAuth: options.clientAuth ?? true,
      key,
      issuerKey: this.#key,
    });
    return { cert: pemText("CERTIFICATE", der), key: keyPem(key), serial };
  }

  /** A revocation list of these certificates, in DER. */
  revocationList(revoked: readonly TestCertificate[]): Uint8Array {
    const now = derTime(Date.now());
    const entries = revoked.map((certificate) => derSequence(derInteger(certificate.serial), now));
    return signed(this.#key, (algorithm) =>
      derSequence(
        derInteger(Uint8Array.of(1)),
        algorithm,
        derName({ commonName: this.commonName }),
        now,
        derTime(Date.now() + 30 * DAY_MS),
        ...(entries.length === 0 ? [] : [derSequence(...entries)]),
      ),
    );
  }
}
