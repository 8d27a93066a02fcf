/** Byte counts as go-humanize prints them. */
const BYTE_UNITS = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];

/** `20 kB`, `2.1 GB`: powers of 1000, one digit after the point below ten. */
export function humanBytes(count: number): string {
  if (count < 10) return `${count} B`;
  const exponent = Math.floor(Math.log(count) / Math.log(1000));
  const value = Math.floor((count / 1000 ** exponent) * 10 + 0.5) / 10;
  return `${value < 10 ? value.toFixed(1) : halfToEven(value)} ${BYTE_UNITS[exponent]}`;
}

/** %.0f: Go rounds a half to the even neighbour, toFixed does not. */
function halfToEven(value: number): number {
  const down = Math.floor(value);
  const rest = value - down;
  return rest > 0.5 || (rest === 0.5 && down % 2 === 1) ? down + 1 : down;
}
