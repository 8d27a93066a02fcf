/** Endpoints from DNS SRV records (`_etcd-client-ssl._tcp`, `_etcd-client._tcp`). Source of behaviour: client/pkg/srv. */
import { getServers, resolveSrv } from "node:dns/promises";

/** https endpoints first. Throws an Error with the texts of both look-ups when both fail. */
export async function srvEndpoints(domain: string, serviceName: string): Promise<string[]> {
  const suffix = serviceName === "" ? "" : `-${serviceName}`;
  const look = async (service: string, scheme: string): Promise<readonly string[] | Error> => {
    const name = `_${service}${suffix}._tcp.${domain}`;
    try {
      const records = await resolveSrv(name);
      records.sort((a, b) => a.priority - b.priority || b.weight - a.weight);
      return records.map((record) => `${scheme}://${record.name}.:${record.port}`);
    } catch (error) {
      return new Error(`lookup ${name}${resolverText()}: ${reasonText(error)}`);
    }
  };
  const secure = await look("etcd-client-ssl", "https");
  const plain = await look("etcd-client", "http");
  if (secure instanceof Error && plain instanceof Error)
    throw new Error(`dns lookup errors: ${secure.message} and ${plain.message}`);
  return [...(secure instanceof Error ? [] : secure), ...(plain instanceof Error ? [] : plain)];
}

/** The first name server, which Go's resolver names in its errors. */
function resolverText(): string {
  const [server] = getServers();
  if (server === undefined) return "";
  const hasPort = /^\d+\.\d+\.\d+\.\d+:|^\[/.test(server);
  return ` on ${hasPort ? server : `${server.includes(":") ? `[${server}]` : server}:53`}`;
}

function reasonText(error: unknown): string {
  const texts: Readonly<Record<string, string>> = {
    ENOTFOUND: "no such host",
    ENODATA: "no such host",
    ESERVFAIL: "server misbehaving",
    EREFUSED: "server misbehaving",
    ETIMEOUT: "i/o timeout",
    ECONNREFUSED: "connection refused",
  };
  const { code, message } = error as NodeJS.ErrnoException;
  return texts[code ?? ""] ?? message;
}
