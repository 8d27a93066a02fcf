/** The static table of HPACK (RFC 7541 appendix A): index 1 is the first entry. */

const ENTRIES: readonly (readonly [name: string, value: string])[] = [
  [":authority", ""],
  [":method", "GET"],
  [":method", "POST"],
  [":path", "/"],
  [":path", "/index.html"],
  [":scheme", "http"],
  [":scheme", "https"],
  [":status", "200"],
  [":status", "204"],
  [":status", "206"],
  [":status", "304"],
  [":status", "400"],
  [":status", "404"],
  [":status", "500"],
  ["accept-charset", ""],
  ["accept-encoding", "gzip, deflate"],
  ["accept-language", ""],
  ["accept-ranges", ""],
  ["accept", ""],
  ["access-control-allow-origin", ""],
  ["age", ""],
  ["allow", ""],
  ["authorization", ""],
  ["cache-control", ""],
  ["content-disposition", ""],
  ["content-encoding", ""],
  ["content-language", ""],
  ["content-length", ""],
  ["content-location", ""],
  ["content-range", ""],
  ["content-type", ""],
  ["cookie", ""],
  ["date", ""],
  ["etag", ""],
  ["expect", ""],
  ["expires", ""],
  ["from", ""],
  ["host", ""],
  ["if-match", ""],
  ["if-modified-since", ""],
  ["if-none-match", ""],
  ["if-range", ""],
  ["if-unmodified-since", ""],
  ["last-modified", ""],
  ["link", ""],
  ["location", ""],
  ["max-forwards", ""],
  ["proxy-authenticate", ""],
  ["proxy-authorization", ""],
  ["range", ""],
  ["referer", ""],
  ["refresh", ""],
  ["retry-after", ""],
  ["server", ""],
  ["set-cookie", ""],
  ["strict-transport-security", ""],
  ["transfer-encoding", ""],
  ["user-agent", ""],
  ["vary", ""],
  ["via", ""],
  ["www-authenticate", ""],
];

export const STATIC_TABLE_LENGTH: number = ENTRIES.length;

/** Names and values by index; [0] is unused. */
export const STATIC_NAMES: readonly string[] = ["", ...ENTRIES.map(([name]) => name)];
export const STATIC_VALUES: readonly string[] = ["", ...ENTRIES.map(([, value]) => value)];

const byName = new Map<string, number>();
const byField = new Map<string, number>();
for (let i = STATIC_TABLE_LENGTH; i >= 1; i--) {
  byName.set(STATIC_NAMES[i]!, i);
  byField.set(`${STATIC_NAMES[i]}\0${STATIC_VALUES[i]}`, i);
}

/** Lowest index with this name; 0 when there is none. */
export function staticNameIndex(name: string): number {
  return byName.get(name) ?? 0;
}

/** Index of exactly this field; 0 when there is none. */
export function staticFieldIndex(name: string, value: string): number {
  return byField.get(`${name}\0${value}`) ?? 0;
}
