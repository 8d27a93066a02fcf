/** Families of the traffic with clients and with peers (etcd server/etcdserver/api/v3rpc/metrics.go, rafthttp/metrics.go, go-grpc-prometheus). */
import type { MetricFamilies, Sample } from "../api/http/metric-families.ts";
import { idHex } from "../base/bytes.ts";
import { GRPC_CODE_NAMES } from "../base/grpc-code.ts";
import { Histogram } from "../base/histogram.ts";
import type { PeerCounters, PeerMetrics } from "../net/peer/peer-metrics.ts";
import {
  HANDLING_SECONDS_BUCKETS,
  type MethodStats,
  type TransportMetrics,
} from "../net/transport/transport-metrics.ts";
import { HealthService } from "../proto/generated/health.ts";
import {
  AuthService,
  ClusterService,
  KVService,
  LeaseService,
  MaintenanceService,
  WatchService,
} from "../proto/generated/rpc.ts";
import type { MethodInfo } from "../proto/message-codec.ts";
import type { Member } from "./member.ts";

/** Services whose methods show from the start, with zeros; those of locks and elections show once they were called, as in etcd. */
const SHOWN_SERVICES = [
  AuthService,
  ClusterService,
  HealthService,
  KVService,
  LeaseService,
  MaintenanceService,
  WatchService,
] as const;

const STREAM_TYPES: ReadonlyMap<string, string> = new Map([
  ["/etcdserverpb.Watch/Watch", "bidi_stream"],
  ["/etcdserverpb.Lease/LeaseKeepAlive", "bidi_stream"],
  ["/etcdserverpb.KV/RangeStream", "server_stream"],
  ["/etcdserverpb.Maintenance/Snapshot", "server_stream"],
  ["/v3electionpb.Election/Observe", "server_stream"],
  ["/grpc.health.v1.Health/Watch", "server_stream"],
]);

export function grpcFamilies(f: MetricFamilies, transport: TransportMetrics): void {
  const shown = new Set<string>();
  for (const service of SHOWN_SERVICES)
    for (const { path } of Object.values(service) as MethodInfo[]) {
      transport.method(path);
      shown.add(path);
    }
  f.counter(
    "etcd_network_client_grpc_received_bytes_total",
    "The total number of bytes received from grpc clients.",
    () => transport.grpcReceivedBytes,
  );
  f.counter(
    "etcd_network_client_grpc_sent_bytes_total",
    "The total number of bytes sent to grpc clients.",
    () => transport.grpcSentBytes,
  );
  const labels = ({ path, service, method }: MethodStats): Record<string, string> => ({
    grpc_method: method,
    grpc_service: service,
    grpc_type: STREAM_TYPES.get(path) ?? "unary",
  });
  const each = (value: (method: MethodStats) => number) => (): Sample[] =>
    sorted(transport).map((method) => ({ labels: labels(method), value: value(method) }));
  f.counter(
    "grpc_server_started_total",
    "Total number of RPCs started on the server.",
    each((method) => method.started),
  );
  f.counter(
    "grpc_server_handled_total",
    "Total number of RPCs completed on the server, regardless of success or failure.",
    () =>
      sorted(transport).flatMap((method) =>
        method.handledByCode.flatMap((value, code) =>
          value === 0 && !shown.has(method.path)
            ? []
            : [{ labels: { grpc_code: GRPC_CODE_NAMES[code] ?? String(code), ...labels(method) }, value }],
        ),
      ),
  );
  f.counter(
    "grpc_server_msg_received_total",
    "Total number of RPC stream messages received on the server.",
    each((method) => method.messagesReceived),
  );
  f.counter(
    "grpc_server_msg_sent_total",
    "Total number of gRPC stream messages sent by the server.",
    each((method) => method.messagesSent),
  );
  if (!transport.measuresHandling) return;
  f.histogram(
    "grpc_server_handling_seconds",
    "Histogram of response latency (seconds) of gRPC that had been application-level handled by the server.",
    () => sorted(transport).map((method) => ({ labels: labels(method), histogram: handlingHistogram(method) })),
  );
}

function sorted(transport: TransportMetrics): MethodStats[] {
  return [...transport.methods.values()].sort((a, b) =>
    a.method === b.method ? (a.service < b.service ? -1 : 1) : a.method < b.method ? -1 : 1,
  );
}

/** The transport keeps cumulative buckets; the page wants single ones. */
function handlingHistogram(method: MethodStats): Histogram {
  const histogram = new Histogram(HANDLING_SECONDS_BUCKETS);
  let below = 0;
  method.handlingBuckets.forEach((cumulative, i) => {
    histogram.counts[i] = cumulative - below;
    below = cumulative;
  });
  histogram.count = method.handledByCode.reduce((sum, count) => sum + count, 0);
  histogram.counts[HANDLING_SECONDS_BUCKETS.length] = Math.max(0, histogram.count - below);
  histogram.sum = method.handlingSeconds;
  return histogram;
}

export function peerFamilies(f: MetricFamilies, member: Member, metrics: () => PeerMetrics | undefined): void {
  const local = idHex(member.memberId);
  f.gauge("etcd_network_known_peers", "The current number of known peers.", () => {
    const { cluster } = member.state;
    const sample = (id: bigint, value: number): Sample => ({ labels: { Local: local, Remote: idHex(id) }, value });
    return [...cluster.members().map(({ id }) => sample(id, 1)), ...cluster.removedIds().map((id) => sample(id, 0))];
  });
  const peers = (): [id: string, counters: PeerCounters][] =>
    [...(metrics()?.peers ?? [])].map(([id, counters]) => [idHex(id), counters]);
  const samples = (label: "To" | "From", value: (counters: PeerCounters) => number) => (): Sample[] =>
    peers().map(([id, counters]) => ({ labels: { [label]: id }, value: value(counters) }));
  f.gauge("etcd_network_active_peers", "The current number of active peer connections.", () =>
    peers().flatMap(([id, { active }]) =>
      active === undefined ? [] : [{ labels: { Local: local, Remote: id }, value: active }],
    ),
  );
  f.counter("etcd_network_disconnected_peers_total", "The total number of disconnected peers.", () =>
    peers().flatMap(([id, { active, disconnected }]) =>
      active === undefined ? [] : [{ labels: { Local: local, Remote: id }, value: disconnected }],
    ),
  );
  const seen = (label: "To" | "From", value: (counters: PeerCounters) => number) => (): Sample[] =>
    samples(label, value)().filter((sample) => sample.value > 0);
  f.counter(
    "etcd_network_peer_sent_bytes_total",
    "The total number of bytes sent to peers.",
    seen("To", (c) => c.sentBytes),
  );
  f.counter(
    "etcd_network_peer_received_bytes_total",
    "The total number of bytes received from peers.",
    seen("From", (c) => c.receivedBytes),
  );
  f.counter(
    "etcd_network_peer_sent_failures_total",
    "The total number of send failures from peers.",
    seen("To", (c) => c.sentFailures),
  );
  f.counter("etcd_network_peer_received_failures_total", "The total number of receive failures from peers.", () => [
    ...seen("From", (c) => c.receivedFailures)(),
    ...[...(metrics()?.receivedFailuresByAddress ?? [])].map(([From, value]) => ({ labels: { From }, value })),
  ]);
  snapshotFamilies(f, { metrics, peers, seen });
}

function snapshotFamilies(
  f: MetricFamilies,
  {
    metrics,
    peers,
    seen,
  }: {
    metrics: () => PeerMetrics | undefined;
    peers: () => [id: string, counters: PeerCounters][];
    seen: (label: "To" | "From", value: (counters: PeerCounters) => number) => () => Sample[];
  },
): void {
  const histograms = (label: "To" | "From", of: (counters: PeerCounters) => Histogram) => () =>
    peers().flatMap(([id, counters]) => {
      const histogram = of(counters);
      return histogram.count === 0 ? [] : [{ labels: { [label]: id }, histogram }];
    });
  f.histogram(
    "etcd_network_peer_round_trip_time_seconds",
    "Round-Trip-Time histogram between peers",
    histograms("To", (c) => c.roundTripSeconds),
  );
  f.counter(
    "etcd_network_snapshot_send_success",
    "Total number of successful snapshot sends",
    seen("To", (c) => c.snapshotsSent),
  );
  f.counter(
    "etcd_network_snapshot_send_failures",
    "Total number of snapshot send failures",
    seen("To", (c) => c.snapshotSendFailures),
  );
  f.gauge("etcd_network_snapshot_send_inflights_total", "Total number of inflight snapshot sends", () =>
    peers().flatMap(([id, c]) =>
      c.snapshotsSent + c.snapshotSendFailures + c.snapshotSendsInFlight === 0
        ? []
        : [{ labels: { To: id }, value: c.snapshotSendsInFlight }],
    ),
  );
  f.histogram(
    "etcd_network_snapshot_send_total_duration_seconds",
    "Total latency distributions of v3 snapshot sends",
    histograms("To", (c) => c.snapshotSendSeconds),
  );
  f.counter(
    "etcd_network_snapshot_receive_success",
    "Total number of successful snapshot receives",
    seen("From", (c) => c.snapshotsReceived),
  );
  f.counter("etcd_network_snapshot_receive_failures", "Total number of snapshot receive failures", () => {
    const unknown = metrics()?.unknownSnapshotFailures ?? 0;
    const known = seen("From", (c) => c.snapshotReceiveFailures)();
    return unknown === 0 ? known : [...known, { labels: { From: "UNKNOWN_SNAPSHOT_SENDER" }, value: unknown }];
  });
  f.gauge("etcd_network_snapshot_receive_inflights_total", "Total number of inflight snapshot receives", () =>
    peers().flatMap(([id, c]) =>
      c.snapshotsReceived + c.snapshotReceiveFailures + c.snapshotReceivesInFlight === 0
        ? []
        : [{ labels: { From: id }, value: c.snapshotReceivesInFlight }],
    ),
  );
  f.histogram(
    "etcd_network_snapshot_receive_total_duration_seconds",
    "Total latency distributions of v3 snapshot receives",
    histograms("From", (c) => c.snapshotReceiveSeconds),
  );
}
