/**
 * Go's names of TLS cipher suites (crypto/tls) and what OpenSSL calls them. Go does not let TLS 1.3 suites be chosen: they are accepted and
 * change nothing. Suites that this OpenSSL does not have cannot be offered.
 */
import { getCiphers } from "node:tls";

const TLS12: Readonly<Record<string, string>> = {
  TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256: "ECDHE-ECDSA-AES128-GCM-SHA256",
  TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384: "ECDHE-ECDSA-AES256-GCM-SHA384",
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256: "ECDHE-RSA-AES128-GCM-SHA256",
  TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384: "ECDHE-RSA-AES256-GCM-SHA384",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305: "ECDHE-ECDSA-CHACHA20-POLY1305",
  TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305: "ECDHE-RSA-CHACHA20-POLY1305",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA: "ECDHE-ECDSA-AES128-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA: "ECDHE-ECDSA-AES256-SHA",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA: "ECDHE-RSA-AES128-SHA",
  TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA: "ECDHE-RSA-AES256-SHA",
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256: "ECDHE-ECDSA-AES128-SHA256",
  TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256: "ECDHE-RSA-AES128-SHA256",
  TLS_RSA_WITH_AES_128_GCM_SHA256: "AES128-GCM-SHA256",
  TLS_RSA_WITH_AES_256_GCM_SHA384: "AES256-GCM-SHA384",
  TLS_RSA_WITH_AES_128_CBC_SHA: "AES128-SHA",
  TLS_RSA_WITH_AES_256_CBC_SHA: "AES256-SHA",
  TLS_RSA_WITH_AES_128_CBC_SHA256: "AES128-SHA256",
  TLS_RSA_WITH_3DES_EDE_CBC_SHA: "DES-CBC3-SHA",
  TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA: "ECDHE-RSA-DES-CBC3-SHA",
  TLS_RSA_WITH_RC4_128_SHA: "RC4-SHA",
  TLS_ECDHE_RSA_WITH_RC4_128_SHA: "ECDHE-RSA-RC4-SHA",
  TLS_ECDHE_ECDSA_WITH_RC4_128_SHA: "ECDHE-ECDSA-RC4-SHA",
};

const TLS13: readonly string[] = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"];

export type CipherChoice =
  | {
      readonly ok: true;
      /** For SecureContextOptions.ciphers; undefined leaves the platform's. */
      readonly ciphers: string | undefined;
      /** Go's names of suites that OpenSSL lacks. */
      readonly missing: readonly string[];
    }
  | { readonly ok: false; readonly reason: string };

/** Refuses unknown names, and lists of which nothing can be offered. */
export function chooseCiphers(goNames: readonly string[]): CipherChoice {
  if (goNames.length === 0) return { ok: true, ciphers: undefined, missing: [] };
  const available = new Set(getCiphers());
  const chosen = new Set<string>();
  const missing: string[] = [];
  for (const name of goNames) {
    if (TLS13.includes(name)) continue;
    const openSsl = TLS12[name];
    if (openSsl === undefined) return { ok: false, reason: `unexpected TLS cipher suite ${JSON.stringify(name)}` };
    if (available.has(openSsl.toLowerCase())) chosen.add(openSsl);
    else missing.push(name);
  }
  if (chosen.size === 0 && missing.length > 0) {
    return { ok: false, reason: `none of the cipher suites ${goNames.join(",")} is available on this platform` };
  }
  // Without TLS 1.3 names Node would switch that version off.
  return { ok: true, ciphers: [...chosen, ...TLS13].join(":"), missing };
}
