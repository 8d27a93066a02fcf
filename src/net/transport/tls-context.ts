/** The TLS side of a listener: what is presented, what is asked of clients, and how the files behind it are followed without a restart. */
import type { X509Certificate } from "node:crypto";
import type { SecureContextOptions } from "node:tls";

export interface ListenerTls {
  /**
   * The key, certificate, CAs, versions and ciphers to use now. Asked before each handshake: return the same object until something changed
   * (Go reads the certificate files at each handshake). Throws when they cannot be read: the last ones stay in use.
   */
  readonly material: () => SecureContextOptions;
  /** Ask clients for a certificate. */
  readonly requestCert?: boolean | undefined;
  /** Refuse clients without one that the CAs vouch for. */
  readonly rejectUnauthorized?: boolean | undefined;
  /**
   * A further look at the peer's certificate (revocation, names), after each handshake: the reason for refusing it, or undefined. `remoteHost`
   * is the peer's IP address (empty on Unix sockets). Nothing is read from the connection until a promised answer is there.
   */
  readonly verifyPeer?:
    | ((
        certificate: X509Certificate | undefined,
        remoteHost: string,
      ) => string | undefined | Promise<string | undefined>)
    | undefined;
  /** For the log: who connects here. */
  readonly endpoint?: "client" | "peer" | undefined;
}

export class TlsContext {
  readonly #tls: ListenerTls;
  material: SecureContextOptions;

  constructor(tls: ListenerTls) {
    this.#tls = tls;
    this.material = tls.material();
  }

  /** True when the material has changed since last asked. */
  refresh(): boolean {
    const material = this.#tls.material();
    if (material === this.material) return false;
    this.material = material;
    return true;
  }
}
