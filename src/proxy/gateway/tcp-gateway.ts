/**
 * The gateway: every connection that comes in goes to one member, byte for byte (etcd server/proxy/tcpproxy). A member that cannot be reached is
 * left out, and asked again after each interval; the connection tries the others. With none left it is closed.
 *
 *   const gateway = new TcpGateway({ picker, retryDelayMs: 60_000, clock, logger });
 *   await gateway.listen("127.0.0.1", 23790);
 */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { splitHostPort } from "../../base/go-address.ts";
import { goDurationTextMs } from "../../base/go-duration.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Logger } from "../../io/logger.ts";
import { dialErrorText } from "../dial-error-text.ts";
import type { EndpointPicker, Remote } from "./endpoint-picker.ts";

export interface GatewayOptions {
  readonly picker: EndpointPicker;
  /** Between two attempts to reach members that did not answer; 0: five minutes, as in etcd. */
  readonly retryDelayMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
}

const RETRY_DELAY_DEFAULT_MS = 5 * 60 * 1000;
/** As Go's net package sets up connections. */
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: 15_000, allowHalfOpen: true };

export class TcpGateway {
  readonly #picker: EndpointPicker;
  readonly #retryDelayMs: number;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  #monitor: Timer | undefined;

  constructor(options: GatewayOptions) {
    this.#picker = options.picker;
    this.#retryDelayMs = options.retryDelayMs === 0 ? RETRY_DELAY_DEFAULT_MS : options.retryDelayMs;
    this.#clock = options.clock;
    this.#logger = options.logger;
    this.#sockets = new Set();
    this.#monitor = undefined;
    this.#server = createServer({ ...SOCKET_OPTIONS, pauseOnConnect: true }, (socket) => {
      void this.#serve(socket);
    });
  }

  /** Resolves to the port once connections are taken. Rejects with the system's error. */
  async listen(host: string, port: number): Promise<number> {
    this.#server.listen({ host, port });
    await once(this.#server, "listening");
    const bound = this.#server.address();
    return typeof bound === "object" && bound !== null ? bound.port : port;
  }

  /** Says that it is ready and begins to look after members that do not answer. */
  monitor(): void {
    this.#logger.info("ready to proxy client requests", {
      endpoints: this.#picker.remotes.map(({ address }) => address),
    });
    this.#monitor = this.#clock.setRepeating(this.#retryDelayMs, () => {
      for (const remote of this.#picker.remotes) if (!remote.active) void this.#reactivate(remote);
    });
  }

  /** Ends the listener and every connection. */
  async close(): Promise<void> {
    this.#monitor?.cancel();
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  async #serve(client: Socket): Promise<void> {
    this.#keep(client);
    for (;;) {
      const remote = this.#picker.pick();
      if (remote === undefined) {
        client.destroy();
        return;
      }
      const dialled = await this.#dial(remote);
      if (dialled.socket !== undefined) {
        this.#join(client, dialled.socket);
        return;
      }
      remote.active = false;
      this.#logger.warn("deactivated endpoint", {
        address: remote.address,
        interval: goDurationTextMs(this.#retryDelayMs),
        error: dialled.error,
      });
    }
  }

  /** Bytes both ways; each side's end is passed on, a failure of one ends both. */
  #join(client: Socket, member: Socket): void {
    this.#keep(member);
    if (client.destroyed) {
      member.destroy();
      return;
    }
    client.pipe(member);
    member.pipe(client);
    client.on("close", () => member.destroy());
    member.on("close", () => {
      // What the member sent last may still be on its way to the client.
      if (!client.writableEnded) client.end();
      client.destroySoon();
    });
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    // "close" follows and does the work.
    socket.on("error", () => undefined);
  }

  async #reactivate(remote: Remote): Promise<void> {
    const dialled = await this.#dial(remote);
    const { address } = remote;
    if (dialled.socket === undefined) {
      this.#logger.warn("failed to activate endpoint (stay inactive for another interval)", {
        address,
        interval: goDurationTextMs(this.#retryDelayMs),
        error: dialled.error,
      });
      return;
    }
    dialled.socket.destroy();
    remote.active = true;
    this.#logger.info("activated", { address });
  }

  #dial(
    remote: Remote,
  ): Promise<
    { readonly socket: Socket; readonly error?: never } | { readonly socket?: never; readonly error: string }
  > {
    return new Promise((resolve) => {
      const { target, port } = remote.record;
      const socket = connect({ host: dialHost(target), port, ...SOCKET_OPTIONS });
      const onError = (error: NodeJS.ErrnoException): void => resolve({ error: dialErrorText(remote.address, error) });
      socket.once("error", onError);
      socket.once("connect", () => {
        socket.off("error", onError);
        resolve({ socket });
      });
    });
  }
}

/** As Go resolves them: localhost is IPv4, the dot at the end of a full domain name is no part of it. */
function dialHost(target: string): string {
  const name = target.replace(/\.$/, "");
  return name === "localhost" ? "127.0.0.1" : name;
}

/** Host and port to listen on, of a text that {@link splitHostPort} takes; undefined when the port is no number. */
export function listenTarget(address: string): { readonly host: string; readonly port: number } | undefined {
  const parts = splitHostPort(address);
  if (!parts.ok || !/^\d*$/.test(parts.port) || Number(parts.port) > 65535) return undefined;
  return { host: dialHost(parts.host), port: Number(parts.port) };
}
