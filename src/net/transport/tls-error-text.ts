/** What failed in TLS, in the words of Go's crypto/tls (alert.go), which operators of etcd know and look for in logs. */

/** By OpenSSL's names. */
const ALERTS: Readonly<Record<string, string>> = {
  BAD_CERTIFICATE: "bad certificate",
  CERTIFICATE_EXPIRED: "expired certificate",
  CERTIFICATE_REQUIRED: "certificate required",
  CERTIFICATE_REVOKED: "revoked certificate",
  CERTIFICATE_UNKNOWN: "unknown certificate",
  HANDSHAKE_FAILURE: "handshake failure",
  PROTOCOL_VERSION: "protocol version not supported",
  UNKNOWN_CA: "unknown certificate authority",
  UNSUPPORTED_CERTIFICATE: "unsupported certificate",
};

/**
 * Node has no call that sends an alert: a member of ours that refuses a certificate after the handshake closes the connection, which the other side
 * tells as what it most likely is.
 */
export const CLOSED_AFTER_HANDSHAKE =
  'closed by the peer after the TLS handshake, as after "remote error: tls: bad certificate"';

export const CLOSED_DURING_HANDSHAKE =
  'closed by the peer during the TLS handshake, as after "remote error: tls: bad certificate"';

/** An alert of the other side as Go says it; any other error by its message. */
export function tlsErrorText(error: NodeJS.ErrnoException): string {
  const alert = /^ERR_SSL_\w+?_ALERT_(\w+)$/.exec(error.code ?? "")?.[1];
  if (alert === undefined) return error.message;
  return `remote error: tls: ${ALERTS[alert] ?? alert.toLowerCase().replaceAll("_", " ")}`;
}
