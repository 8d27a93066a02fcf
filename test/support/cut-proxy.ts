/** A TCP proxy that breaks its connections when told, in the middle of whatever they carry: for clients that must live with it. */
import { connect, createServer, type Server, type Socket } from "node:net";

export class CutProxy {
  readonly #server: Server;
  readonly #sockets: Set<Socket>;
  /** Connections taken so far. */
  connections: number;
  /** While true, connections are refused as soon as they are made. */
  refuses: boolean;

  private constructor(targetPort: number) {
    this.connections = 0;
    this.refuses = false;
    this.#sockets = new Set();
    this.#server = createServer((inner) => {
      if (this.refuses) {
        inner.destroy();
        return;
      }
      this.connections++;
      const outer = connect({ host: "127.0.0.1", port: targetPort, noDelay: true });
      for (const [from, to] of [
        [inner, outer],
        [outer, inner],
      ] as const) {
        this.#sockets.add(from);
        from.on("error", () => to.destroy());
        from.on("close", () => {
          this.#sockets.delete(from);
          to.destroy();
        });
        from.pipe(to);
      }
    });
  }

  static async start(targetPort: number): Promise<CutProxy> {
    const proxy = new CutProxy(targetPort);
    await new Promise<void>((resolve) => proxy.#server.listen(0, "127.0.0.1", resolve));
    return proxy;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  get open(): number {
    return this.#sockets.size / 2;
  }

  /** Breaks all connections at once. */
  cut(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }
}
