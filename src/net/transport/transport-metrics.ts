/**
 * Counters of the transport as plain fields: the hot path adds to them, the metrics page reads them when asked. One object may serve
 * several listeners.
 */

/** What grpc_server_started_total, handled_total, msg_received_total, msg_sent_total and handling_seconds show of one method. */
export class MethodStats {
  /** "/package.Service/Method". */
  readonly path: string;
  readonly service: string;
  readonly method: string;
  started: number;
  /** Ended calls by gRPC code. */
  readonly handledByCode: number[];
  messagesReceived: number;
  messagesSent: number;
  /** Sum and buckets of handling times, kept only when asked for; the buckets are cumulative from {@link HANDLING_SECONDS_BUCKETS}. */
  handlingSeconds: number;
  readonly handlingBuckets: number[];

  constructor(path: string) {
    const slash = path.lastIndexOf("/");
    this.path = path;
    this.service = path.slice(1, slash);
    this.method = path.slice(slash + 1);
    this.started = 0;
    this.handledByCode = Array.from({ length: 17 }, () => 0);
    this.messagesReceived = 0;
    this.messagesSent = 0;
    this.handlingSeconds = 0;
    this.handlingBuckets = HANDLING_SECONDS_BUCKETS.map(() => 0);
  }

  observeHandling(seconds: number): void {
    this.handlingSeconds += seconds;
    for (let i = HANDLING_SECONDS_BUCKETS.length - 1; i >= 0 && seconds <= HANDLING_SECONDS_BUCKETS[i]!; i--) {
      this.handlingBuckets[i]!++;
    }
  }
}

/** Upper bounds of the handling-time buckets (Prometheus defaults, as go-grpc-middleware uses them). */
export const HANDLING_SECONDS_BUCKETS: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export class TransportMetrics {
  /** Also measure how long calls take (etcd: --metrics=extensive). */
  readonly measuresHandling: boolean;
  readonly methods: Map<string, MethodStats>;
  /** Message bytes of gRPC calls without envelopes (etcd_network_client_grpc_received_bytes_total and its twin). */
  grpcReceivedBytes: number;
  grpcSentBytes: number;
  /** Open connections and all since the start. */
  connections: number;
  connectionsTotal: number;
  /** Connections ended for misbehaviour. */
  connectionErrors: number;
  /** Failed TLS handshakes. */
  handshakeErrors: number;

  constructor(measuresHandling = false) {
    this.measuresHandling = measuresHandling;
    this.methods = new Map();
    this.grpcReceivedBytes = 0;
    this.grpcSentBytes = 0;
    this.connections = 0;
    this.connectionsTotal = 0;
    this.connectionErrors = 0;
    this.handshakeErrors = 0;
  }

  /** The counters of a method, made on first use; ask for registered methods only. */
  method(path: string): MethodStats {
    let stats = this.methods.get(path);
    if (stats === undefined) {
      stats = new MethodStats(path);
      this.methods.set(path, stats);
    }
    return stats;
  }
}
