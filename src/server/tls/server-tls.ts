/**
 * TLS of a server: its listeners for clients, peers and metrics, and the connections that it dials to peers
 * (etcd server/embed/etcd.go, client/pkg/transport).
 *
 *   const tls = prepareTls(config, outside);      // throws when files or settings cannot be used
 *   transport.listen(address, tls.client);        // undefined: no certificate configured
 *   new NodeDialer({ tls: tls.dialPeers, ... });
 */
import { X509Certificate } from "node:crypto";
import { type ConnectionOptions, checkServerIdentity } from "node:tls";
import type { ListenerTls } from "../../net/transport/tls-context.ts";
import type { ServerConfig } from "../config.ts";
import {
  hostMismatch,
  matchesHost,
  type NameResolver,
  refuseAddress,
  refuseNames,
  SYSTEM_RESOLVER,
} from "./peer-names.ts";
import { asksForCertificates, chainOf, dialMaterial, RevokedCertificates, serverMaterial } from "./tls-material.ts";
import {
  describeTls,
  hasNoCertificate,
  type TlsOutside,
  type TlsSettings,
  TlsSettingsError,
  tlsSettings,
  warnOfPlainUrls,
} from "./tls-settings.ts";

export interface ServerTls {
  /** Undefined without a certificate. */
  readonly client: ListenerTls | undefined;
  readonly peer: ListenerTls | undefined;
  /** The client listeners' certificate; callers must connect from where their certificate says. */
  readonly metrics: ListenerTls | undefined;
  /** Asked before each connection: the same object until a file changed. */
  readonly dialPeers: () => ConnectionOptions;
}

/** Reads and checks everything, and says aloud what goes unprotected. Throws TlsSettingsError or TlsFileError. */
export function prepareTls(config: ServerConfig, outside: TlsOutside): ServerTls {
  const { logger } = outside;
  const peer = tlsSettings(config, "peer", outside);
  if (!hasNoCertificate(peer)) logger.info("starting with peer TLS", describeTls(peer, config.cipherSuites));
  warnOfPlainUrls(peer, config.listenPeerUrls, logger);
  const client = tlsSettings(config, "client", outside);
  const clientUrls = [...config.listenClientUrls, ...config.listenClientHttpUrls];
  warnOfPlainUrls(client, clientUrls, logger);
  requireCertificates(config, client, peer);
  if (!hasNoCertificate(client)) logger.info("starting with client TLS", describeTls(client, config.cipherSuites));
  return {
    client: listenerTls(client, outside, false),
    peer: listenerTls(peer, outside, !peer.files.skipClientSanVerification),
    metrics: listenerTls(client, outside, !client.files.skipClientSanVerification),
    dialPeers: dialTls(peer, outside),
  };
}

function requireCertificates(config: ServerConfig, client: TlsSettings, peer: TlsSettings): void {
  const isSecure = (url: { scheme: string }): boolean => url.scheme === "https" || url.scheme === "unixs";
  for (const url of config.listenPeerUrls) {
    if (isSecure(url) && hasNoCertificate(peer))
      throw new TlsSettingsError(`cannot listen on TLS for ${url.host}: KeyFile and CertFile are not presented`);
  }
  for (const url of [...config.listenClientUrls, ...config.listenClientHttpUrls]) {
    if (isSecure(url) && hasNoCertificate(client)) {
      const flags = "TLS key/cert (--cert-file, --key-file)";
      throw new TlsSettingsError(`${flags} must be provided for client url ${url.text} with HTTPS scheme`);
    }
  }
  if (config.listenMetricsUrls.some(isSecure) && hasNoCertificate(client)) {
    throw new TlsSettingsError("client TLS key/cert (--cert-file, --key-file) must be provided for metrics secure url");
  }
}

function requirePairs({ files }: TlsSettings): void {
  if (files.certFile === "" || files.keyFile === "")
    throw new TlsSettingsError(
      `KeyFile and CertFile must both be present[key: ${files.keyFile}, cert: ${files.certFile}]`,
    );
  if ((files.clientKeyFile === "") !== (files.clientCertFile === ""))
    throw new TlsSettingsError(
      `ClientKeyFile and ClientCertFile must both be present or both absent: key: ${files.clientKeyFile}, cert: ${files.clientCertFile}]`,
    );
}

/** `checksAddress`: clients must connect from a host that their certificate names. */
export function listenerTls(
  settings: TlsSettings,
  outside: TlsOutside,
  checksAddress: boolean,
  resolver: NameResolver = SYSTEM_RESOLVER,
): ListenerTls | undefined {
  if (hasNoCertificate(settings)) return undefined;
  requirePairs(settings);
  const { files, kind } = settings;
  const material = serverMaterial(settings, outside);
  // What the member presents when it dials is checked now as well.
  if (files.clientCertFile !== "") dialMaterial(settings, outside);
  const asks = asksForCertificates(settings);
  const revoked = new RevokedCertificates(files.crlFile, outside.logger);
  return {
    endpoint: kind,
    material: () => material.current(),
    requestCert: asks,
    rejectUnauthorized: asks,
    verifyPeer(certificate, remoteHost) {
      if (certificate === undefined) return undefined;
      const refusal = refuseNames(certificate, files) ?? revoked.refuse(chainOf(certificate));
      if (refusal !== undefined || !checksAddress) return refusal;
      return refuseAddress(certificate, remoteHost, resolver);
    },
  };
}

/** Certificate, CAs and checks for connecting to the other members' https URLs. */
export function peerTlsProvider(config: ServerConfig, outside: TlsOutside): () => ConnectionOptions {
  return dialTls(tlsSettings(config, "peer", outside), outside);
}

/** How to dial with these settings, asked before each connection: the same object until a file changed. Throws TlsSettingsError or TlsFileError. */
export function dialTls(settings: TlsSettings, outside: TlsOutside): () => ConnectionOptions {
  if (!hasNoCertificate(settings)) requirePairs(settings);
  const { files, isSelfSigned, serverName } = settings;
  const material = dialMaterial(settings, outside);
  const revoked = new RevokedCertificates(files.crlFile, outside.logger);
  const checks: ConnectionOptions = {
    rejectUnauthorized: !isSelfSigned,
    ...(serverName === "" ? {} : { servername: serverName }),
    checkServerIdentity(host, presented) {
      if (presented.raw === undefined) return checkServerIdentity(host, presented);
      const certificate = new X509Certificate(presented.raw);
      const name = serverName === "" ? host : serverName;
      if (!matchesHost(certificate, name)) return new Error(hostMismatch(certificate, name));
      // DIVERGES from etcd, which asks the list only about those who connect: a revoked member is not dialed either (ADR 0020).
      const refusal = refuseNames(certificate, files) ?? revoked.refuse([certificate]);
      return refusal === undefined ? undefined : new Error(refusal);
    },
  };
  let seen: object | undefined;
  let options: ConnectionOptions = checks;
  return () => {
    const now = material.current();
    if (now !== seen) {
      seen = now;
      options = { secureContext: now, ...checks };
    }
    return options;
  };
}
