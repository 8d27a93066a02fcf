/**
 * Where members of a test cluster live: free ports of 127.0.0.1, or network namespaces of their own on one bridge, where the way from one
 * member to another can be cut in one direction.
 *
 * A cut is a permanent neighbour entry with the address of no network card: packets of one member to another leave and reach nobody, those of
 * the other direction arrive, the sender sees no error. It needs neither iptables nor a queueing discipline, only `ip` and the rights of root.
 */
import { spawnSync } from "node:child_process";
import { freePort } from "../../support/free-port.ts";

export interface MemberAddress {
  /** host:port for clients. */
  readonly client: string;
  readonly peerUrl: string;
  /** What the member's command is put behind. */
  readonly command: readonly string[];
}

export interface MemberNetwork {
  /** The address of a further member. */
  add(): Promise<MemberAddress>;
  close(): void;
}

export class LoopbackNetwork implements MemberNetwork {
  async add(): Promise<MemberAddress> {
    return {
      client: `127.0.0.1:${await freePort()}`,
      peerUrl: `http://127.0.0.1:${await freePort()}`,
      command: [],
    };
  }

  close(): void {}
}

const NOBODY = "02:ee:ee:ee:ee:ee";

/** Why no namespaces can be made here, or false. For a test's `skip`. */
export function namespacesMissing(): false | string {
  if (process.getuid?.() !== 0) return "network namespaces need root";
  const network = new NamespaceNetwork();
  try {
    network.open();
    return false;
  } catch (error) {
    return `network namespaces cannot be made here: ${error instanceof Error ? error.message : String(error)}`;
  } finally {
    network.close();
  }
}

export class NamespaceNetwork implements MemberNetwork {
  readonly #id: number;
  readonly #bridge: string;
  #count: number;

  constructor() {
    this.#id = process.pid % 65_536;
    this.#bridge = `ets${this.#id}`;
    this.#count = 0;
  }

  /** Makes the bridge. Throws with the output of `ip`. */
  open(): void {
    ip("link", "add", this.#bridge, "type", "bridge");
    ip("addr", "add", `${this.#host(254)}/24`, "dev", this.#bridge);
    ip("link", "set", this.#bridge, "up");
  }

  async add(): Promise<MemberAddress> {
    if (this.#count === 0) this.open();
    const at = this.#count++;
    const name = this.#namespace(at);
    ip("netns", "add", name);
    const outer = `${this.#bridge}v${at}`;
    ip("link", "add", outer, "type", "veth", "peer", "name", "eth0", "netns", name);
    ip("link", "set", outer, "master", this.#bridge, "up");
    ip("-n", name, "link", "set", "lo", "up");
    ip("-n", name, "link", "set", "eth0", "address", hardware(at), "up");
    ip("-n", name, "addr", "add", `${this.#host(at + 1)}/24`, "dev", "eth0");
    for (let other = 0; other < at; other++) {
      this.connect(at, other);
      this.connect(other, at);
    }
    return {
      client: `${this.#host(at + 1)}:2379`,
      peerUrl: `http://${this.#host(at + 1)}:2380`,
      command: ["ip", "netns", "exec", name],
    };
  }

  /** From now on nothing that one member sends reaches the other. */
  cut(from: number, to: number): void {
    this.#neighbour(from, to, NOBODY);
  }

  connect(from: number, to: number): void {
    this.#neighbour(from, to, hardware(to));
  }

  heal(): void {
    for (let from = 0; from < this.#count; from++)
      for (let to = 0; to < this.#count; to++) if (from !== to) this.connect(from, to);
  }

  close(): void {
    for (let at = 0; at < this.#count; at++) spawnSync("ip", ["netns", "del", this.#namespace(at)]);
    spawnSync("ip", ["link", "del", this.#bridge]);
  }

  #neighbour(from: number, to: number, address: string): void {
    const entry = [this.#host(to + 1), "lladdr", address, "dev", "eth0", "nud", "permanent"];
    ip("-n", this.#namespace(from), "neigh", "replace", ...entry);
  }

  #namespace(at: number): string {
    return `etcd-ts-${this.#id}-${at}`;
  }

  #host(last: number): string {
    return `10.${200 + ((this.#id >> 8) & 31)}.${this.#id & 255}.${last}`;
  }
}

function hardware(at: number): string {
  return `02:00:00:00:00:${(at + 1).toString(16).padStart(2, "0")}`;
}

function ip(...args: string[]): void {
  const ran = spawnSync("ip", args, { encoding: "utf8" });
  if (ran.status !== 0) throw new Error(`ip ${args.join(" ")}: ${ran.stderr ?? String(ran.error)}`);
}
