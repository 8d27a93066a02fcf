/**
 * Lists of member URLs and the text of --initial-cluster (`name=url,name=url,...`), with etcd's rules and error texts.
 * Source of behaviour: etcd client/pkg/types/urls.go and urlsmap.go, and of Go's net/url what those see of it.
 */
import { sortedTexts } from "./member.ts";

export type UrlsResult =
  | { readonly ok: true; readonly urls: string[] }
  | { readonly ok: false; readonly reason: string };
export type UrlsMapResult =
  | { readonly ok: true; readonly members: ReadonlyMap<string, string[]> }
  | { readonly ok: false; readonly reason: string };

/** Checks URLs of peers or clients and sorts them. Only http, https (both `host:port` without a path), unix and unixs are taken. */
export function parseUrls(texts: readonly string[]): UrlsResult {
  if (texts.length === 0) return { ok: false, reason: "no valid URLs given" };
  const urls: string[] = [];
  for (const text of texts) {
    const url = text.trim();
    const parsed = parseUrl(url);
    if (!parsed.ok) return parsed;
    const { scheme, host, path } = parsed;
    if (scheme === "http" || scheme === "https") {
      if (!isHostPort(host)) return { ok: false, reason: `URL address does not have the form "host:port": ${url}` };
      if (path !== "") return { ok: false, reason: `URL must not contain a path: ${url}` };
    } else if (scheme !== "unix" && scheme !== "unixs") {
      return { ok: false, reason: `URL scheme must be http, https, unix, or unixs: ${url}` };
    }
    urls.push(scheme + url.slice(scheme.length));
  }
  return { ok: true, urls: sortedTexts(urls) };
}

/** Parses `name=url,name=url`; a name that stands several times gathers its URLs. */
export function parseUrlsMap(text: string): UrlsMapResult {
  const gathered = new Map<string, string[]>();
  for (const part of text.split(",")) {
    if (part === "") continue;
    const equals = part.indexOf("=");
    const name = equals < 0 ? part : part.slice(0, equals);
    const urls = gathered.get(name) ?? [];
    urls.push(equals < 0 ? "" : part.slice(equals + 1));
    gathered.set(name, urls);
  }
  const members = new Map<string, string[]>();
  for (const [name, texts] of gathered) {
    const parsed = parseUrls(texts);
    if (!parsed.ok) return parsed;
    members.set(name, parsed.urls);
  }
  return { ok: true, members };
}

/** The text of a map, sorted, as etcd prints and compares it. */
export function urlsMapText(members: ReadonlyMap<string, readonly string[]>): string {
  const pairs: string[] = [];
  for (const [name, urls] of members) for (const url of urls) pairs.push(`${name}=${url}`);
  return sortedTexts(pairs).join(",");
}

interface UrlParts {
  readonly ok: true;
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
}

/** Scheme, host with port and path; the refusals of Go's url.Parse that member URLs can meet. */
function parseUrl(text: string): UrlParts | { readonly ok: false; readonly reason: string } {
  const refuse = (why: string) => ({ ok: false, reason: `parse ${quoteGo(text)}: ${why}` }) as const;
  if (/[^ -~\x80-\uffff]/.test(text)) return refuse("net/url: invalid control character in URL");
  let rest = text.split("#", 1)[0]!;
  const colon = rest.indexOf(":");
  let scheme = "";
  if (colon === 0) return refuse("missing protocol scheme");
  if (colon > 0 && /^[a-zA-Z][a-zA-Z0-9+.-]*$/.test(rest.slice(0, colon))) {
    scheme = rest.slice(0, colon).toLowerCase();
    rest = rest.slice(colon + 1);
  }
  rest = rest.split("?", 1)[0]!;
  if (!rest.startsWith("/")) {
    if (scheme !== "") return { ok: true, scheme, host: "", path: "" };
    if (rest.split("/", 1)[0]!.includes(":")) return refuse("first path segment in URL cannot contain colon");
    return { ok: true, scheme, host: "", path: rest };
  }
  if (!rest.startsWith("//")) return { ok: true, scheme, host: "", path: rest };
  const slash = rest.indexOf("/", 2);
  const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
  const host = authority.slice(authority.lastIndexOf("@") + 1);
  if (host.startsWith("[") && !host.includes("]")) return refuse("missing ']' in host");
  const port = host.slice(Math.max(host.lastIndexOf("]") + 1, 0));
  const portAt = host.startsWith("[") ? 0 : port.lastIndexOf(":");
  const portText = portAt < 0 ? "" : port.slice(portAt);
  if (!/^(:[0-9]*)?$/.test(portText)) return refuse(`invalid port ${quoteGo(portText)} after host`);
  const bad = / /.exec(host);
  if (bad !== null) return refuse(`invalid character ${quoteGo(bad[0])} in host name`);
  return { ok: true, scheme, host, path: slash < 0 ? "" : rest.slice(slash) };
}

/** What Go's net.SplitHostPort takes. */
function isHostPort(host: string): boolean {
  if (host.startsWith("[")) return /^\[[^[\]]*\]:[^:]*$/.test(host);
  return host.split(":").length === 2 && !/[[\]]/.test(host);
}

function quoteGo(text: string): string {
  return JSON.stringify(text);
}
