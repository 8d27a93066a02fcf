/** Addresses as Go's net and net/netip read them, with their error texts: `host:port` and IP literals. */
import { goQuote } from "./go-quote.ts";

export type HostPort =
  | { readonly ok: true; readonly host: string; readonly port: string }
  | { readonly ok: false; readonly reason: string };

/** Go's net.SplitHostPort: `host:port`, `[ipv6]:port`; either part may be empty. */
export function splitHostPort(text: string): HostPort {
  const refuse = (why: string): HostPort => ({ ok: false, reason: text === "" ? why : `address ${text}: ${why}` });
  const lastColon = text.lastIndexOf(":");
  if (lastColon < 0) return refuse("missing port in address");
  let host: string;
  let openFrom = 0;
  let closeFrom = 0;
  if (text.startsWith("[")) {
    const end = text.indexOf("]");
    if (end < 0) return refuse("missing ']' in address");
    if (end + 1 !== lastColon)
      return refuse(text[end + 1] === ":" ? "too many colons in address" : "missing port in address");
    host = text.slice(1, end);
    openFrom = 1;
    closeFrom = end + 1;
  } else {
    host = text.slice(0, lastColon);
    if (host.includes(":")) return refuse("too many colons in address");
  }
  if (text.includes("[", openFrom)) return refuse("unexpected '[' in address");
  if (text.includes("]", closeFrom)) return refuse("unexpected ']' in address");
  return { ok: true, host, port: text.slice(lastColon + 1) };
}

/** Why Go's netip.ParseAddr refuses the text, or undefined when it is an IP address (IPv6 with an optional zone). */
export function ipRefusal(text: string): string | undefined {
  const why = /^[^.:%]*\./.test(text)
    ? ipv4Refusal(text)
    : /^[^.:%]*:/.test(text)
      ? ipv6Refusal(text)
      : text.includes("%")
        ? "missing IPv6 address"
        : "unable to parse IP";
  return why === undefined ? undefined : `ParseAddr(${goQuote(text)}): ${why}`;
}

/** An address that Go's net.ParseIP takes: no zone. */
export function isIp(text: string): boolean {
  return !text.includes("%") && ipRefusal(text) === undefined;
}

export function isIpv4(text: string): boolean {
  return ipv4Refusal(text) === undefined;
}

const at = (why: string, where: string): string => (where === "" ? why : `${why} (at ${goQuote(where)})`);

function ipv4Refusal(text: string): string | undefined {
  let value = 0;
  let digits = 0;
  let dots = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text[i]!;
    if (c >= "0" && c <= "9") {
      if (digits === 1 && value === 0) return "IPv4 field has octet with leading zero";
      value = value * 10 + Number(c);
      digits++;
      if (value > 255) return "IPv4 field has value >255";
    } else if (c === ".") {
      if (i === 0 || i === text.length - 1 || text[i - 1] === ".")
        return at("IPv4 field must have at least one digit", text.slice(i));
      if (dots === 3) return "IPv4 address too long";
      dots++;
      value = 0;
      digits = 0;
    } else return at("unexpected character", text.slice(i));
  }
  return dots < 3 ? "IPv4 address too short" : undefined;
}

function ipv6Refusal(text: string): string | undefined {
  let rest = text;
  const percent = text.indexOf("%");
  if (percent >= 0) {
    rest = text.slice(0, percent);
    if (percent === text.length - 1) return "zone must be a non-empty string";
  }
  let ellipsis = false;
  let filled = 0;
  if (rest.startsWith("::")) {
    ellipsis = true;
    rest = rest.slice(2);
    if (rest === "") return undefined;
  }
  while (filled < 16) {
    const [group] = /^[0-9a-fA-F]*/.exec(rest)!;
    if (group.length > 4) return at("each group must have 4 or less digits", rest);
    if (group === "") return at("each colon-separated field must have at least one digit", rest);
    if (rest[group.length] === ".") {
      if (!ellipsis && filled !== 12)
        return at("embedded IPv4 address must replace the final 2 fields of the address", rest);
      if (filled + 4 > 16) return at("too many hex fields to fit an embedded IPv4 at the end of the address", rest);
      const why = ipv4Refusal(rest);
      if (why !== undefined) return why;
      rest = "";
      filled += 4;
      break;
    }
    filled += 2;
    rest = rest.slice(group.length);
    if (rest === "") break;
    if (rest[0] !== ":") return at("unexpected character, want colon", rest);
    if (rest.length === 1) return at("colon must be followed by more characters", rest);
    rest = rest.slice(1);
    if (rest[0] === ":") {
      if (ellipsis) return at("multiple :: in address", rest);
      ellipsis = true;
      rest = rest.slice(1);
      if (rest === "") break;
    }
  }
  if (rest !== "") return at("trailing garbage after address", rest);
  if (filled < 16 && !ellipsis) return "address string too short";
  if (filled === 16 && ellipsis) return "the :: must expand to at least one field of zeros";
  return undefined;
}
