/** The default host of the machine that we run on. */
import { readFileSync } from "node:fs";
import { networkInterfaces } from "node:os";
import { codeOf } from "../log/log-sink.ts";
import { type DefaultHost, defaultHost } from "./default-host.ts";

export function readDefaultHost(): DefaultHost {
  return defaultHost({
    routes4: textOf("/proc/net/route"),
    routes6: textOf("/proc/net/ipv6_route"),
    interfaces: networkInterfaces(),
  });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "") throw error;
    return undefined;
  }
}
