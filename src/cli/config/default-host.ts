/**
 * The machine's address on its default route: what is advertised when listeners bind to 0.0.0.0 and nothing is advertised by name.
 * Source of behaviour: etcd pkg/netutil.GetDefaultHost (which asks netlink; here the same tables are read from /proc).
 */

export type DefaultHost =
  | { readonly ok: true; readonly host: string }
  | { readonly ok: false; readonly reason: string };

export interface HostSources {
  /** Text of /proc/net/route and /proc/net/ipv6_route; undefined where there are none. */
  readonly routes4: string | undefined;
  readonly routes6: string | undefined;
  /** Addresses of each interface, as os.networkInterfaces() gives them. */
  readonly interfaces: Readonly<
    Record<string, readonly { readonly family: string; readonly address: string }[] | undefined>
  >;
}

export function defaultHost(sources: HostSources): DefaultHost {
  if (sources.routes4 === undefined && sources.routes6 === undefined)
    return { ok: false, reason: "default host not supported on this platform" };
  const routes = [
    { family: "IPv4", device: device4(sources.routes4 ?? "") },
    { family: "IPv6", device: device6(sources.routes6 ?? "") },
  ];
  if (routes.every((route) => route.device === undefined)) return { ok: false, reason: "could not find default route" };
  for (const { family, device } of routes) {
    const address = device && sources.interfaces[device]?.find((candidate) => candidate.family === family);
    if (address) return { ok: true, host: address.address };
  }
  return { ok: false, reason: "could not find default host" };
}

/** Lines `Iface Destination Gateway Flags RefCnt Use Metric Mask ...`; the default route has destination and mask zero. */
function device4(text: string): string | undefined {
  for (const line of text.split("\n").slice(1)) {
    const fields = line.trim().split(/\s+/);
    if (fields[1] === "00000000" && fields[7] === "00000000") return fields[0];
  }
  return undefined;
}

/** Lines `destination prefix source prefix gateway metric refcnt use flags device`; unreachable routes are on lo. */
function device6(text: string): string | undefined {
  for (const line of text.split("\n")) {
    const fields = line.trim().split(/\s+/);
    if (/^0{32}$/.test(fields[0] ?? "") && fields[1] === "00" && fields[9] !== "lo") return fields[9];
  }
  return undefined;
}
