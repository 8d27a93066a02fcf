/**
 * Counters of the traffic with peers, bumped as plain fields and read at scrape time (families etcd_network_* of
 * etcd server/etcdserver/api/rafthttp/metrics.go). Label values are member IDs in hexadecimal, as etcd prints them.
 */
import { exponentialBounds, Histogram } from "../../base/histogram.ts";

/** What is counted per remote member; the family is named beside each field. */
export class PeerCounters {
  /** peer_sent_bytes_total{To} */
  sentBytes = 0;
  /** peer_received_bytes_total{From} */
  receivedBytes = 0;
  /** peer_sent_failures_total{To} */
  sentFailures = 0;
  /** peer_received_failures_total{From} */
  receivedFailures = 0;
  /** active_peers{Local,Remote}: 1 or 0; undefined before the peer was active for the first time. */
  active: number | undefined = undefined;
  /** disconnected_peers_total{Local,Remote} */
  disconnected = 0;
  /** snapshot_send_success{To}, snapshot_send_failures{To}, snapshot_send_inflights_total{To} */
  snapshotsSent = 0;
  snapshotSendFailures = 0;
  snapshotSendsInFlight = 0;
  /** snapshot_receive_success{From}, snapshot_receive_failures{From}, snapshot_receive_inflights_total{From} */
  snapshotsReceived = 0;
  snapshotReceiveFailures = 0;
  snapshotReceivesInFlight = 0;
  /** peer_round_trip_time_seconds{To} */
  readonly roundTripSeconds: Histogram = new Histogram(ROUND_TRIP_BOUNDS);
  /** snapshot_send_total_duration_seconds{To} */
  readonly snapshotSendSeconds: Histogram = new Histogram(SNAPSHOT_BOUNDS);
  /** snapshot_receive_total_duration_seconds{From} */
  readonly snapshotReceiveSeconds: Histogram = new Histogram(SNAPSHOT_BOUNDS);
}

const ROUND_TRIP_BOUNDS = exponentialBounds(0.0001, 2, 16);
const SNAPSHOT_BOUNDS = exponentialBounds(0.1, 2, 10);

/** How many different failing remote addresses are told apart. */
const ADDRESSES_MAX = 1000;

export class PeerMetrics {
  /** By member ID. Counters stay after a member is gone. */
  readonly peers: Map<bigint, PeerCounters> = new Map();
  /** peer_received_failures_total{From} of requests whose sender is not known: by remote address. */
  readonly receivedFailuresByAddress: Map<string, number> = new Map();
  /** snapshot_receive_failures{From="UNKNOWN_SNAPSHOT_SENDER"} */
  unknownSnapshotFailures = 0;

  of(id: bigint): PeerCounters {
    let counters = this.peers.get(id);
    if (counters === undefined) {
      counters = new PeerCounters();
      this.peers.set(id, counters);
    }
    return counters;
  }

  receivedFailureFrom(address: string): void {
    const known = this.receivedFailuresByAddress.get(address);
    const key = known === undefined && this.receivedFailuresByAddress.size >= ADDRESSES_MAX ? "other" : address;
    this.receivedFailuresByAddress.set(key, (this.receivedFailuresByAddress.get(key) ?? 0) + 1);
  }
}
