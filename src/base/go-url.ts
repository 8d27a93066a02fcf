/**
 * URLs as Go's net/url reads and prints them, and etcd's rules for lists of them (client/pkg/types/urls.go), with their error texts.
 * The platform's URL class differs in what it takes and in how it prints (it adds slashes, drops default ports), so it is not used.
 */
import { utf8, utf8Text } from "./bytes.ts";
import { ipRefusal, isIpv4, splitHostPort } from "./go-address.ts";
import { goQuote } from "./go-quote.ts";

/** A URL as Go reads it, in its parts and as it was written. */
export interface GoUrl {
  /** Lowercase: http, https, unix, unixs for URLs that passed `parseUrlList`. */
  readonly scheme: string;
  /** Host with port and brackets, as `host:port` is given to listeners; empty for `unix:/path`. */
  readonly host: string;
  /** Host without port and brackets. */
  readonly hostname: string;
  /** Digits, or empty. */
  readonly port: string;
  /** Decoded path, with its leading slash. */
  readonly path: string;
  /** The whole URL as Go's String prints it: what etcd compares, sorts and stores. */
  readonly text: string;
}

export type UrlResult = { readonly ok: true; readonly url: GoUrl } | { readonly ok: false; readonly reason: string };
export type UrlListResult =
  | { readonly ok: true; readonly urls: GoUrl[] }
  | { readonly ok: false; readonly reason: string };

class Refusal extends Error {}

/** Go's url.Parse. */
export function parseGoUrl(text: string): UrlResult {
  const hash = text.indexOf("#");
  const bare = hash < 0 ? text : text.slice(0, hash);
  try {
    const parts = parse(bare);
    const fragment = hash < 0 ? "" : percentDecode(text.slice(hash + 1), "fragment");
    return {
      ok: true,
      url: {
        ...split(parts.host),
        scheme: parts.scheme,
        path: parts.path,
        text: print(parts, fragment, text.slice(hash + 1)),
      },
    };
  } catch (error) {
    if (error instanceof Refusal) return { ok: false, reason: `parse ${goQuote(bare)}: ${error.message}` };
    throw error;
  }
}

/** Checks URLs that a member listens on or advertises, and sorts them. */
export function parseUrlList(texts: readonly string[]): UrlListResult {
  if (texts.length === 0) return { ok: false, reason: "no valid URLs given" };
  const urls: GoUrl[] = [];
  for (const raw of texts) {
    const text = raw.trim();
    const parsed = parseGoUrl(text);
    if (!parsed.ok) return parsed;
    const { url } = parsed;
    if (url.scheme === "http" || url.scheme === "https") {
      if (!splitHostPort(url.host).ok)
        return { ok: false, reason: `URL address does not have the form "host:port": ${text}` };
      if (url.path !== "") return { ok: false, reason: `URL must not contain a path: ${text}` };
    } else if (url.scheme !== "unix" && url.scheme !== "unixs") {
      return { ok: false, reason: `URL scheme must be http, https, unix, or unixs: ${text}` };
    }
    urls.push(url);
  }
  return { ok: true, urls: urls.sort((a, b) => (a.text < b.text ? -1 : a.text > b.text ? 1 : 0)) };
}

/** A URL of that scheme and host, without more: `https://10.0.0.1:2380`. */
export function hostUrl(scheme: string, host: string): GoUrl {
  return { ...split(host), scheme, path: "", text: `${scheme}://${percentEncode(host, "host")}` };
}

function split(host: string): { host: string; hostname: string; port: string } {
  const match = /^(.*?)(?::([0-9]*))?$/.exec(host)!;
  const name = match[1]!;
  return {
    host,
    hostname: name.startsWith("[") && name.endsWith("]") ? name.slice(1, -1) : name,
    port: match[2] ?? "",
  };
}

interface Parts {
  scheme: string;
  opaque: string;
  user: string | undefined;
  host: string;
  path: string;
  rawPath: string;
  omitHost: boolean;
  query: string | undefined;
}

function parse(text: string): Parts {
  const parts: Parts = {
    scheme: "",
    opaque: "",
    user: undefined,
    host: "",
    path: "",
    rawPath: "",
    omitHost: false,
    query: undefined,
  };
  if (hasControl(text)) throw new Refusal("net/url: invalid control character in URL");
  if (text === "*") return { ...parts, path: "*", rawPath: "*" };
  let rest = text;
  const scheme = /^([a-zA-Z][a-zA-Z0-9+.-]*)?:/.exec(text);
  if (scheme !== null) {
    if (scheme[1] === undefined) throw new Refusal("missing protocol scheme");
    parts.scheme = scheme[1].toLowerCase();
    rest = text.slice(scheme[0].length);
  }
  const mark = rest.indexOf("?");
  if (mark >= 0) {
    parts.query = rest.slice(mark + 1);
    rest = rest.slice(0, mark);
  }
  if (!rest.startsWith("/")) {
    if (parts.scheme !== "") {
      parts.opaque = rest;
      return parts;
    }
    if (rest.split("/", 1)[0]!.includes(":")) throw new Refusal("first path segment in URL cannot contain colon");
  }
  if (rest.startsWith("//") && (parts.scheme !== "" || !rest.startsWith("///"))) {
    const slash = rest.indexOf("/", 2);
    const authority = slash < 0 ? rest.slice(2) : rest.slice(2, slash);
    rest = slash < 0 ? "" : rest.slice(slash);
    const sign = authority.lastIndexOf("@");
    parts.host = parseHost(parts.scheme, authority.slice(sign + 1));
    if (sign >= 0) parts.user = parseUser(authority.slice(0, sign));
  } else if (parts.scheme !== "" && rest.startsWith("/")) parts.omitHost = true;
  parts.path = percentDecode(rest, "path");
  parts.rawPath = rest;
  return parts;
}

function hasControl(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) < 0x20 || text.charCodeAt(i) === 0x7f) return true;
  return false;
}

function parseUser(text: string): string {
  if (!/^[A-Za-z0-9\-._:~!$&'()*+,;=%@]*$/.test(text)) throw new Refusal("net/url: invalid userinfo");
  const colon = text.indexOf(":");
  if (colon < 0) return percentEncode(percentDecode(text, "user"), "user");
  return `${percentEncode(percentDecode(text.slice(0, colon), "user"), "user")}:${percentEncode(percentDecode(text.slice(colon + 1), "user"), "user")}`;
}

function parseHost(scheme: string, host: string): string {
  const open = host.lastIndexOf("[");
  if (open > 0) throw new Refusal("invalid IP-literal");
  if (open === 0) {
    const close = host.lastIndexOf("]");
    if (close < 0) throw new Refusal("missing ']' in host");
    const port = host.slice(close + 1);
    checkPort(port);
    const literal = host.slice(1, close);
    const zone = literal.indexOf("%25");
    const name =
      zone < 0
        ? percentDecode(literal, "host")
        : percentDecode(literal.slice(0, zone), "host") + percentDecode(literal.slice(zone), "zone");
    const why = ipRefusal(name);
    if (why !== undefined) throw new Refusal(`invalid host: ${why}`);
    if (isIpv4(name)) throw new Refusal("invalid IP-literal");
    return `[${name}]${percentDecode(port, "host")}`;
  }
  const first = host.indexOf(":");
  if (first >= 0) checkPort(host.slice(scheme === "http" || scheme === "https" ? first : host.lastIndexOf(":")));
  return percentDecode(host, "host");
}

function checkPort(text: string): void {
  if (!/^(:[0-9]*)?$/.test(text)) throw new Refusal(`invalid port ${goQuote(text)} after host`);
}

function print(parts: Parts, fragment: string, rawFragment: string): string {
  let text = parts.scheme === "" ? "" : `${parts.scheme}:`;
  if (parts.opaque !== "") text += parts.opaque;
  else {
    const { host, user } = parts;
    if (
      (parts.scheme !== "" || host !== "" || user !== undefined) &&
      !(parts.omitHost && host === "" && user === undefined)
    ) {
      if (host !== "" || parts.path !== "" || user !== undefined) text += "//";
      if (user !== undefined) text += `${user}@`;
      text += percentEncode(host, "host");
    }
    text += keepOrEscape(parts.path, parts.rawPath, "path");
  }
  if (parts.query !== undefined) text += `?${parts.query}`;
  if (fragment !== "") text += `#${keepOrEscape(fragment, rawFragment, "fragment")}`;
  return text;
}

type Mode = "host" | "zone" | "user" | "path" | "fragment";

/** Characters besides letters, digits and `-_.~` that stand unescaped. */
const PLAIN: Readonly<Record<Mode, string>> = {
  host: "!$&'()*+,;=:[]<>\"",
  zone: "!$&'()*+,;=:[]<>\"",
  user: "$&+,;=",
  path: "$&+,/:;=@",
  fragment: "$&+,/:;=?@!()*",
};

function isPlain(character: string, mode: Mode): boolean {
  return /[A-Za-z0-9\-_.~]/.test(character) || PLAIN[mode].includes(character);
}

/** The text as it was written when that is a valid spelling of the value, else the value escaped. */
function keepOrEscape(value: string, raw: string, mode: "path" | "fragment"): string {
  if (value === "*" && mode === "path") return "*";
  for (const c of raw)
    if (c !== "%" && !"!$&'()*+,;=:@[]".includes(c) && !isPlain(c, mode)) return percentEncode(value, mode);
  return raw;
}

function percentEncode(text: string, mode: Mode): string {
  let out = "";
  for (const byte of utf8(text)) {
    const c = String.fromCharCode(byte);
    out += byte < 128 && isPlain(c, mode) ? c : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
  }
  return out;
}

function percentDecode(text: string, mode: Mode): string {
  const bytes: number[] = [];
  const raw = utf8(text);
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i]!;
    if (byte === 37) {
      const sequence = utf8Text(raw.subarray(i, i + 3));
      const value = /^%[0-9a-fA-F]{2}$/.test(sequence) ? Number.parseInt(sequence.slice(1), 16) : -1;
      if (value < 0) throw new Refusal(`invalid URL escape ${goQuote(sequence)}`);
      // In hosts only bytes that are not ASCII may be escaped, and "%" of an IPv6 zone.
      if (mode === "host" && value < 128 && sequence !== "%25")
        throw new Refusal(`invalid URL escape ${goQuote(sequence)}`);
      if (
        mode === "zone" &&
        sequence !== "%25" &&
        value !== 32 &&
        !(value < 128 && isPlain(String.fromCharCode(value), "host"))
      )
        throw new Refusal(`invalid URL escape ${goQuote(sequence)}`);
      bytes.push(value);
      i += 2;
      continue;
    }
    const c = String.fromCharCode(byte);
    if ((mode === "host" || mode === "zone") && byte < 128 && !isPlain(c, mode))
      throw new Refusal(`invalid character ${goQuote(c)} in host name`);
    bytes.push(byte);
  }
  return utf8Text(Uint8Array.from(bytes));
}
