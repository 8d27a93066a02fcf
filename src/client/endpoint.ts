/**
 * Endpoints as clients of etcd write them: `127.0.0.1:2379`, `http://host:2379`, `https://host:2379`, `unix:///run/etcd.sock`,
 * `unixs://...` (TLS over a socket file).
 */

/** Where to connect to. */
export interface Endpoint {
  /** As it was written. */
  readonly text: string;
  readonly address: { readonly host: string; readonly port: number } | { readonly socketPath: string };
  readonly tls: boolean;
}

const PORT_DEFAULT = 2379;

/** Throws a TypeError for text that is no endpoint. `tlsGiven`: TLS also where no scheme says so. */
export function parseEndpoint(text: string, tlsGiven: boolean): Endpoint {
  const socket = /^(unixs?):(?:\/\/)?(.+)$/.exec(text);
  if (socket !== null) return { text, address: { socketPath: socket[2]! }, tls: socket[1] === "unixs" };
  const scheme = /^(https?):\/\//.exec(text);
  const rest = scheme === null ? text : text.slice(scheme[0].length).replace(/\/.*$/, "");
  const parts = /^(\[[^\]]+\]|[^:/[\]]+)(?::(\d{1,5}))?$/.exec(rest);
  const port = parts?.[2] === undefined ? PORT_DEFAULT : Number(parts[2]);
  if (parts === null || port > 65535) throw new TypeError(`not an endpoint: ${JSON.stringify(text)}`);
  const name = parts[1]!.startsWith("[") ? parts[1]!.slice(1, -1) : parts[1]!;
  // As Go binds and dials it; Node may choose ::1.
  const host = name === "localhost" ? "127.0.0.1" : name;
  return { text, address: { host, port }, tls: scheme === null ? tlsGiven : scheme[1] === "https" };
}
