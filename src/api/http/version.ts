/** /version: versions of the server, the cluster and the storage (etcd server/etcdserver/api/etcdhttp/version.go). */
import { type HttpRouter, onlyMethod } from "./router.ts";

export interface VersionSource {
  /** "3.7.0", or undefined before the cluster decided. */
  clusterVersion(): string | undefined;
  storageVersion(): string | undefined;
}

/** The etcd release whose behaviour this server has. */
export const ETCD_VERSION = "3.7.1";

export function installVersion(router: HttpRouter, source: VersionSource): void {
  router.on(
    "/version",
    onlyMethod("GET", (exchange) => {
      const body = JSON.stringify({
        etcdserver: ETCD_VERSION,
        etcdcluster: source.clusterVersion() ?? "not_decided",
        storage: source.storageVersion() ?? "unknown",
      });
      exchange.respond(200, { "content-type": "application/json" }, body);
    }),
  );
}
