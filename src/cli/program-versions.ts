/** Versions that the programs print. */
import { readFileSync } from "node:fs";
import { SERVER_VERSION_TEXT } from "../core/version/server-version.ts";

/** Version of the package, from the package.json above the compiled program. */
export function packageVersion(): string {
  for (const up of ["../../package.json", "../../../package.json"]) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(up, import.meta.url), "utf8")) as {
        name?: string;
        version?: string;
      };
      if (manifest.name === "etcd-ts" && manifest.version !== undefined) return manifest.version;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  return "unknown";
}

/** Lines of `etcd --version`. */
export function programVersions(): {
  etcd: string;
  package: string;
  node: string;
  platform: string;
  arch: string;
  gitSha: string;
} {
  return {
    etcd: SERVER_VERSION_TEXT,
    package: packageVersion(),
    node: process.version,
    platform: process.platform,
    arch: process.arch,
    gitSha: "Not provided (etcd-ts is compiled from TypeScript)",
  };
}
