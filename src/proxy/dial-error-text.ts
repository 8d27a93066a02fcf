/** What Go's net package says of a failed dial: `dial tcp 127.0.0.1:2379: connect: connection refused`. */

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connect: connection refused",
  EHOSTUNREACH: "connect: no route to host",
  ENETUNREACH: "connect: network is unreachable",
  ETIMEDOUT: "connect: connection timed out",
  EADDRNOTAVAIL: "connect: cannot assign requested address",
  EACCES: "connect: permission denied",
  ECONNRESET: "read: connection reset by peer",
};

export function dialErrorText(address: string, error: NodeJS.ErrnoException): string {
  const { code = "", message } = error;
  if (code === "ENOTFOUND") return `dial tcp: lookup ${address.replace(/:\d+$/, "")}: no such host`;
  return `dial tcp ${address}: ${REASONS[code] ?? message}`;
}
