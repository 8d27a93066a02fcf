/**
 * Checks the static configuration of a member without data against itself, before it begins or joins a cluster. Source of behaviour: etcd
 * config.ServerConfig VerifyBootstrap and VerifyJoinExisting, pkg/netutil.
 */
import { isIp, splitHostPort } from "../base/go-address.ts";
import { goQuote } from "../base/go-quote.ts";
import { type GoUrl, hostUrl, parseGoUrl } from "../base/go-url.ts";
import { urlsMapText } from "../core/membership/member-urls.ts";
import type { ServerConfig } from "./config.ts";

/** What the checks need of the configuration; `snapshot restore` has no more. */
export interface BootstrapSettings extends Pick<ServerConfig, "name" | "advertisePeerUrls"> {
  readonly discovery: Pick<ServerConfig["discovery"], "endpoints">;
}

/** The address of a host name, or undefined when it has none (after the retries that the resolver chooses to make). */
export type ResolveHost = (host: string) => Promise<string | undefined>;

/** Why the configuration of a new cluster is refused, or undefined. `members` is the parsed initial cluster. */
export async function bootstrapRefusal(
  config: BootstrapSettings,
  members: ReadonlyMap<string, readonly string[]>,
  resolve: ResolveHost,
): Promise<string | undefined> {
  const own = members.get(config.name);
  if (own === undefined) return missingLocal(config);
  const mismatch = await advertiseRefusal(config, own, resolve);
  if (mismatch !== undefined) return mismatch;
  if (hasDuplicateUrl(members)) return `initial cluster ${urlsMapText(members)} has duplicate url`;
  if (members.size === 0 && config.discovery.endpoints.length === 0)
    return "initial cluster unset and no discovery endpoints found";
  return undefined;
}

/** Why the configuration of a member that joins is refused, or undefined. */
export function joinRefusal(
  config: BootstrapSettings,
  members: ReadonlyMap<string, readonly string[]>,
): string | undefined {
  if (!members.has(config.name)) return missingLocal(config);
  if (hasDuplicateUrl(members)) return `initial cluster ${urlsMapText(members)} has duplicate url`;
  if (config.discovery.endpoints.length > 0)
    return "discovery URL should not be set when joining existing initial cluster";
  return undefined;
}

function missingLocal(config: BootstrapSettings): string {
  return `couldn't find local name ${goQuote(config.name)} in the initial cluster configuration`;
}

function hasDuplicateUrl(members: ReadonlyMap<string, readonly string[]>): boolean {
  const all = [...members.values()].flat();
  return new Set(all).size !== all.length;
}

async function advertiseRefusal(
  config: BootstrapSettings,
  initial: readonly string[],
  resolve: ResolveHost,
): Promise<string | undefined> {
  const advertised = config.advertisePeerUrls.map((url) => url.text).sort();
  const wanted = initial.slice().sort();
  const why = await differenceOf(advertised, wanted, resolve);
  if (why === undefined) return undefined;
  const advertisedText = advertised.join(",");
  const notAdvertised = wanted.filter((url) => !advertised.includes(url)).map((url) => `${config.name}=${url}`);
  if (notAdvertised.length > 0)
    return `--initial-cluster has ${notAdvertised.join(",")} but missing from --initial-advertise-peer-urls=${advertisedText} (${why})`;
  const ownText = urlsMapText(new Map([[config.name, advertised]]));
  const notInitial = advertised.filter((url) => !wanted.includes(url));
  if (notInitial.length > 0)
    return `--initial-advertise-peer-urls has ${notInitial.join(",")} but missing from --initial-cluster=${ownText}`;
  return `failed to resolve ${advertisedText} to match --initial-cluster=${ownText} (${why})`;
}

/** Why two sorted lists are not the same addresses, or undefined when they are, by text or after resolving names. */
async function differenceOf(
  a: readonly string[],
  b: readonly string[],
  resolve: ResolveHost,
): Promise<string | undefined> {
  const shown = (list: readonly string[]): string => `len([${list.map(goQuote).join(" ")}])`;
  if (a.length !== b.length) return `${shown(a)} != ${shown(b)}`;
  if (a.every((url, i) => url === b[i])) return undefined;
  const left = await resolved(a, resolve);
  if (!left.ok) return left.reason;
  const right = await resolved(b, resolve);
  if (!right.ok) return right.reason;
  for (let i = 0; i < a.length; i++) {
    if (left.urls[i] !== right.urls[i]) return `resolved urls: ${goQuote(left.urls[i]!)} != ${goQuote(right.urls[i]!)}`;
  }
  return undefined;
}

async function resolved(
  texts: readonly string[],
  resolve: ResolveHost,
): Promise<{ readonly ok: true; readonly urls: string[] } | { readonly ok: false; readonly reason: string }> {
  const urls: string[] = [];
  for (const text of texts) {
    const parsed = parseGoUrl(text);
    if (!parsed.ok) return { ok: false, reason: `failed to parse string to URL: ${goQuote(text)}` };
    const url = await resolvedUrl(parsed.url, resolve);
    if (url === undefined)
      return { ok: false, reason: `failed to resolve ${goQuote(text)} (context deadline exceeded)` };
    urls.push(url);
  }
  return { ok: true, urls: urls.sort() };
}

async function resolvedUrl(url: GoUrl, resolve: ResolveHost): Promise<string | undefined> {
  const parts = splitHostPort(url.host);
  if (url.scheme === "unix" || url.scheme === "unixs" || !parts.ok) return url.text;
  if (parts.host === "localhost" || isIp(parts.host)) return url.text;
  const address = await resolve(parts.host);
  if (address === undefined) return undefined;
  return hostUrl(url.scheme, `${address.includes(":") ? `[${address}]` : address}:${parts.port}`).text;
}
