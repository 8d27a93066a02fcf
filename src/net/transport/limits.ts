/** What one connection may use and do. Defaults are wide for ordinary clients and narrow for floods. */
export interface TransportLimits {
  /** Largest gRPC request message (etcd: max-request-bytes plus 512 KiB). */
  readonly messageBytesMax: number;
  /** SETTINGS_MAX_CONCURRENT_STREAMS; Infinity announces none, as etcd does by default. */
  readonly concurrentStreamsMax: number;
  /** SETTINGS_MAX_HEADER_LIST_SIZE. */
  readonly headerListBytesMax: number;
  /** Receive window of each stream. */
  readonly streamWindowBytes: number;
  /** Receive window of the connection. */
  readonly connectionWindowBytes: number;
  /** Bytes of incomplete or unanswered request messages held for one connection. */
  readonly gatheredBytesMax: number;
  /** `send` returns false from here on; `onDrain` comes below a quarter of it. */
  readonly sendHighWaterBytes: number;
  /** A stream whose peer takes nothing for this long while more than `stalledBytesMax` wait is reset; a socket that takes nothing for this long is closed. */
  readonly stallTimeoutMs: number;
  readonly stalledBytesMax: number;
  /** How often stalls are looked for. */
  readonly sweepIntervalMs: number;
  /** From connect to the first request's bytes that tell HTTP/1.1 from HTTP/2, for the TLS handshake, and for the SETTINGS of HTTP/2. */
  readonly handshakeTimeoutMs: number;
  /** Resets of unanswered streams by the client: a burst, then so many a second. */
  readonly resetBurst: number;
  readonly resetsPerSecond: number;
  /** HTTP/1.1: time for the head of a request (HTTP/2: for a header block, and for a frame to go on), and for the whole request (0: no limit, where bodies may stay open). */
  readonly http1HeaderTimeoutMs: number;
  readonly http1RequestTimeoutMs: number;
}

export const DEFAULT_LIMITS: TransportLimits = {
  messageBytesMax: 1.5 * 1024 * 1024 + 512 * 1024,
  concurrentStreamsMax: Number.POSITIVE_INFINITY,
  headerListBytesMax: 65536,
  streamWindowBytes: 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  gatheredBytesMax: 256 * 1024 * 1024,
  sendHighWaterBytes: 65536,
  stallTimeoutMs: 120_000,
  stalledBytesMax: 1024 * 1024,
  sweepIntervalMs: 5000,
  handshakeTimeoutMs: 10_000,
  resetBurst: 2000,
  resetsPerSecond: 200,
  http1HeaderTimeoutMs: 60_000,
  http1RequestTimeoutMs: 300_000,
};
