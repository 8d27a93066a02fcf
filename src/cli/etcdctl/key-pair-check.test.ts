import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { CertificateAuthority } from "../../../test/support/certificate-authority.ts";
import { keyPairRefusal } from "./key-pair-check.ts";

const authority = new CertificateAuthority("the CA");
const { cert, key } = authority.issue();

test("keyPairRefusal() is content with a pair, and with what stands around it", () => {
  assert.equal(keyPairRefusal(cert, key), undefined);
  assert.equal(keyPairRefusal(`the leaf\n${cert}${authority.cert}`, key), undefined);
  assert.equal(keyPairRefusal(cert + key, cert + key), undefined);
});

test("keyPairRefusal() says what is wrong in Go's words", () => {
  const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 }).privateKey;
  const rsaKey = rsa.export({ type: "pkcs8", format: "pem" }).toString();
  const garbage = "-----BEGIN PRIVATE KEY-----\nMAMCAQA=\n-----END PRIVATE KEY-----\n";
  const cases: [certificate: string, key: string, refusal: RegExp][] = [
    ["text", key, /any PEM data in certificate input$/],
    [key, key, /but did find a private key; PEM inputs may have been switched$/],
    [key + key, key, /the following types: \[PRIVATE KEY PRIVATE KEY\]$/],
    [cert, "text", /any PEM data in key input$/],
    [cert, cert, /found a certificate rather than a key/],
    [cert, cert + cert, /in key input after skipping .* \[CERTIFICATE CERTIFICATE\]$/],
    [cert, garbage, /failed to parse private key$/],
    [cert, rsaKey, /private key type does not match public key type$/],
    [cert, authority.issue().key, /private key does not match public key$/],
  ];
  for (const [certificate, own, refusal] of cases) assert.match(keyPairRefusal(certificate, own)!, refusal);
});
