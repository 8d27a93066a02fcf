/** What `etcd grpc-proxy start` refuses before anything is opened (etcd server/etcdmain/grpc_proxy.go, checkArgs). */
import { goQuote } from "../../base/go-quote.ts";
import type { TlsVersion } from "../../server/config.ts";
import type { FlagSet } from "../cobra/flag-set.ts";

/** The reason, or undefined when the flags can be used. */
export function grpcProxyRefusal(flags: FlagSet): string | undefined {
  const prefix = flags.text("resolver-prefix");
  const ttl = flags.number("resolver-ttl");
  if (prefix !== "" && ttl < 1) return `invalid resolver-ttl ${ttl}`;
  if (prefix === "" && ttl > 0) return `invalid resolver-prefix ${goQuote(prefix)}`;
  if (prefix !== "" && flags.text("advertise-client-url") === "") return `invalid advertise-client-url ""`;
  if (flags.bool("auto-tls") && flags.number("self-signed-cert-validity") === 0)
    return "selfSignedCertValidity is invalid,it should be greater than 0";
  const least = flags.text("tls-min-version");
  const most = flags.text("tls-max-version");
  for (const [flag, version] of [
    ["tls-min-version", least],
    ["tls-max-version", most],
  ] as const)
    if (!isTlsVersion(version))
      return `${flag} is invalid: unexpected TLS version ${goQuote(version)} (must be one of: TLS1.2, TLS1.3)`;
  if (most !== "" && least > most) return `min version (${least}) is greater than max version (${most})`;
  if (least === "TLS1.3" && flags.list("listen-cipher-suites").length > 0)
    return "cipher suites cannot be configured when only TLS1.3 is enabled";
  return undefined;
}

export function isTlsVersion(text: string): text is TlsVersion {
  return text === "" || text === "TLS1.2" || text === "TLS1.3";
}
