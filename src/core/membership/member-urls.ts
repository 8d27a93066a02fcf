/**
 * The URLs of members and the text of --initial-cluster (`name=url,name=url,...`), with etcd's rules.
 * Source of behaviour: etcd client/pkg/types/urlsmap.go.
 */
import { parseUrlList } from "../../base/go-url.ts";
import { sortedTexts } from "./member.ts";

export type UrlsResult =
  | { readonly ok: true; readonly urls: string[] }
  | { readonly ok: false; readonly reason: string };
export type UrlsMapResult =
  | { readonly ok: true; readonly members: ReadonlyMap<string, string[]> }
  | { readonly ok: false; readonly reason: string };

/** Checks URLs of peers or clients and sorts them; the texts are as Go prints them. */
export function parseUrls(texts: readonly string[]): UrlsResult {
  const parsed = parseUrlList(texts);
  return parsed.ok ? { ok: true, urls: parsed.urls.map((url) => url.text) } : parsed;
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
