/**
 * What an endpoint says: where to connect and whether TLS is forbidden, needed or as configured.
 * Source of behaviour: client/v3/internal/endpoint, client/v3/client.go (credentialsForEndpoint).
 */

export interface EndpointAddress {
  /** undefined: nothing that could be dialled. */
  readonly target: { readonly host: string; readonly port: number } | { readonly socketPath: string } | undefined;
  readonly authority: string;
  readonly tls: "never" | "always" | "when configured";
}

/** Parses `host:port`, `http://host:port`, `https://host:port`, `unix:path`, `unix://path` and `unixs:...`. */
export function endpointAddress(endpoint: string): EndpointAddress {
  const unix = /^(unixs?):(?:\/\/)?(.*)$/.exec(endpoint);
  if (unix !== null) {
    const tls = unix[1] === "unixs" ? "always" : "when configured";
    return { target: { socketPath: unix[2]! }, authority: "localhost", tls };
  }
  const url = /^(https?):\/\/([^/]*)/.exec(endpoint);
  const authority = url === null ? endpoint : url[2]!;
  const tls = url === null ? "when configured" : url[1] === "https" ? "always" : "never";
  return { target: hostPort(authority), authority, tls };
}

function hostPort(text: string): { host: string; port: number } | undefined {
  const match = /^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(text);
  if (match === null) return undefined;
  const port = Number(match[3]);
  if (port > 65535) return undefined;
  const host = match[1] ?? match[2]!;
  return { host: host === "" ? "127.0.0.1" : host, port };
}
