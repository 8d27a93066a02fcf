/**
 * `etcd gateway`, real and ours, in front of real etcd and ours: etcdctl gets the same through it, and the log tells the same of members that go
 * away and come back.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { freePort } from "../support/free-port.ts";
import { type ProxyProcess, startProxy } from "./proxy-process.ts";
import { type Member, missing, mustRun, OUR_ETCD, reference, startMember, temporaryFolder } from "./reference.ts";

const skip = missing("etcd", "etcdctl");
const gateways = { real: [reference("etcd")!], ours: OUR_ETCD } as const;
type Kind = keyof typeof gateways;

async function startGateway(kind: Kind, endpoints: readonly string[], ...args: string[]): Promise<ProxyProcess> {
  const address = `127.0.0.1:${await freePort()}`;
  return startProxy({
    command: gateways[kind],
    args: ["gateway", "start", `--listen-addr=${address}`, `--endpoints=${endpoints.join(",")}`, ...args],
    address,
    ready: "ready to proxy client requests",
  });
}

/** The log with the addresses that differ from run to run put in order. */
function story(gateway: ProxyProcess, dead: string, alive: string): unknown[] {
  return gateway.lines().map((line) => {
    const text = JSON.stringify({ ...line, args: undefined });
    return JSON.parse(text.replaceAll(dead, "DEAD").replaceAll(alive, "ALIVE").replaceAll(gateway.address, "OWN"));
  });
}

for (const server of ["real", "ours"] as const) {
  test(`etcdctl through both gateways before ${server} etcd: same answers, same log, same end`, { skip }, async () => {
    const folder = temporaryFolder("gateway");
    let member: Member | undefined;
    const open: ProxyProcess[] = [];
    try {
      member = await startMember({ command: gateways[server], dataDir: `${folder.path}/m` });
      const dead = `127.0.0.1:${await freePort()}`;
      const stories: unknown[] = [];
      for (const kind of ["real", "ours"] as const) {
        const gateway = await startGateway(kind, [dead, `http://${member.endpoint}/`], "--retry-delay=100ms");
        open.push(gateway);
        const ctl = (...args: string[]): string => mustRun("etcdctl", `--endpoints=${gateway.address}`, ...args);
        assert.equal(ctl("put", `k-${kind}`, "v"), "OK\n");
        assert.equal(ctl("get", `k-${kind}`), `k-${kind}\nv\n`);
        assert.match(ctl("endpoint", "health"), /^$|healthy/);
        await gateway.until("failed to activate endpoint");
        const lines = story(gateway, dead, member.endpoint);
        const seen = new Set<string>();
        // Repeated from interval to interval, how often depends on the time.
        stories.push(lines.filter((line) => !seen.has(JSON.stringify(line)) && seen.add(JSON.stringify(line))));
        assert.equal(await gateway.stop(), "SIGTERM");
      }
      assert.deepEqual(stories[1], stories[0]);
    } finally {
      for (const gateway of open) gateway.process.kill("SIGKILL");
      await member?.stop();
      folder.remove();
    }
  });

  test(`a member of ${server} etcd that comes back is served again`, { skip }, async () => {
    const folder = temporaryFolder("gateway-back");
    let member: Member | undefined;
    let gateway: ProxyProcess | undefined;
    try {
      const ports = { clientPort: await freePort(), peerPort: await freePort() };
      gateway = await startGateway("ours", [`127.0.0.1:${ports.clientPort}`], "--retry-delay=100ms");
      await assert.rejects(fetch(`http://${gateway.address}/health`));
      await gateway.until("deactivated endpoint");
      member = await startMember({ command: gateways[server], dataDir: `${folder.path}/m`, ...ports });
      await gateway.until('"activated"');
      assert.equal(mustRun("etcdctl", `--endpoints=${gateway.address}`, "put", "a", "b"), "OK\n");
    } finally {
      gateway?.process.kill("SIGKILL");
      await member?.stop();
      folder.remove();
    }
  });
}
