/** Endpoints from DNS SRV records (`_etcd-client-ssl._tcp`, `_etcd-client._tcp`). Source of behaviour: client/pkg/srv. */
import { srvClients } from "../../proxy/srv-clients.ts";

/** https endpoints first. Throws an Error with the texts of both look-ups when both fail. */
export async function srvEndpoints(domain: string, serviceName: string): Promise<readonly string[]> {
  return (await srvClients(domain, serviceName)).endpoints;
}
