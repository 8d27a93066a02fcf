/** The certificate that --auto-tls makes, and the DER below it. */
import assert from "node:assert/strict";
import { createPrivateKey, X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CertificateAuthority } from "../../../test/support/certificate-authority.ts";
import { hostUrl } from "../../base/go-url.ts";
import { SILENT_LOGGER } from "../../io/logger.ts";
import { NodeClock } from "../../io/node/clock.ts";
import { NodeRandom } from "../../io/node/random.ts";
import { derInteger, derObjectId, derTime, pemText, readDer } from "./der.ts";
import { revokedSerials, serialKey } from "./revocation-list.ts";
import { selfSignedCertificate } from "./self-signed.ts";

const folder = mkdtempSync(join(tmpdir(), "self-signed-"));
after(() => rmSync(folder, { recursive: true }));

const make = (directory: string, validityYears = 1) =>
  selfSignedCertificate({
    directory: join(folder, directory),
    urls: ["127.0.0.1:2379", "[::1]:2379", "etcd.example:2379", "127.0.0.1:2380"].map((host) => hostUrl("https", host)),
    validityYears,
    clock: new NodeClock(),
    random: new NodeRandom(),
    logger: SILENT_LOGGER,
  });

test("a self-signed certificate is made for the hosts, on P-521, and its key is for the owner only", () => {
  const paths = make("fixtures/client", 3);
  const certificate = new X509Certificate(readFileSync(paths.certFile));
  assert.equal(certificate.subject, "O=etcd");
  assert.equal(certificate.issuer, "O=etcd");
  assert.ok(certificate.ca);
  assert.ok(certificate.verify(certificate.publicKey));
  assert.equal(certificate.publicKey.asymmetricKeyDetails?.namedCurve, "secp521r1");
  assert.equal(certificate.subjectAltName, "IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1, DNS:etcd.example");
  assert.deepEqual(certificate.keyUsage, ["1.3.6.1.5.5.7.3.1"]);
  const years = (Date.parse(certificate.validTo) - Date.parse(certificate.validFrom)) / (365 * 86_400_000);
  assert.equal(years, 3);
  assert.match(readFileSync(paths.keyFile, "utf8"), /^-----BEGIN EC PRIVATE KEY-----/);
  assert.ok(certificate.checkPrivateKey(createPrivateKey(readFileSync(paths.keyFile))));
  assert.equal(statSync(paths.keyFile).mode & 0o777, 0o600);
});

test("a pair that is there is kept, a validity of 0 is refused", () => {
  const before = readFileSync(make("kept").certFile, "utf8");
  assert.equal(readFileSync(make("kept").certFile, "utf8"), before);
  assert.throws(() => make("never", 0), /selfSignedCertValidity is invalid/);
});

test("a revocation list is read in DER and PEM, and nothing else is taken for one", () => {
  const authority = new CertificateAuthority("revoking");
  const [one, two] = [authority.issue(), authority.issue()];
  const expected = [one, two].map((c) => serialKey(new X509Certificate(c.cert).serialNumber));
  const list = authority.revocationList([one, two]);
  assert.deepEqual([...revokedSerials(list)!], expected);
  assert.deepEqual([...revokedSerials(Buffer.from(pemText("X509 CRL", list)))!], expected);
  assert.deepEqual([...revokedSerials(authority.revocationList([]))!], []);
  for (const cut of [1, 5, 30, list.length - 1]) assert.equal(revokedSerials(list.subarray(0, cut)), undefined);
  assert.equal(revokedSerials(new Uint8Array(0)), undefined);
  assert.equal(revokedSerials(Buffer.from(one.cert)), undefined);
  const certificate = new X509Certificate(one.cert).raw;
  assert.equal(revokedSerials(certificate), undefined);
});

test("DER forms: integers stay positive, long lengths, object identifiers, times of both centuries", () => {
  const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
  assert.equal(hex(derInteger(Uint8Array.of(0, 0, 0x80))), "02020080");
  assert.equal(hex(derInteger(Uint8Array.of(0))), "020100");
  assert.equal(hex(derObjectId("1.2.840.10045.4.3.2")), "06082a8648ce3d040302");
  assert.equal(Buffer.from(derTime(Date.UTC(2049, 11, 31, 23, 59, 59))).toString("latin1", 2), "491231235959Z");
  assert.equal(Buffer.from(derTime(Date.UTC(2050, 0, 1))).toString("latin1", 2), "20500101000000Z");
  const long = derInteger(new Uint8Array(300).fill(1));
  assert.equal(hex(long.subarray(0, 4)), "0282012c");
  assert.equal(readDer(long)![0]!.contents.length, 300);
  assert.equal(readDer(Uint8Array.of(0x30, 0x80)), undefined, "indefinite lengths are not DER");
  assert.equal(readDer(Uint8Array.of(0x30, 5, 0)), undefined, "cut short");
});
