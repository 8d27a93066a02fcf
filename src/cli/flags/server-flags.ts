/**
 * Every flag of the etcd server (3.7.1), in the order and groups of its help. Names, kinds and defaults are etcd's; the sentences are ours.
 * Over 500 lines because it is one table.
 */
import { KNOWN_FEATURES } from "./feature-gates.ts";
import type { FlagDefinition, FlagKind } from "./flag-definition.ts";

interface Extra {
  readonly shown?: string;
  readonly values?: readonly string[];
  readonly exceptions?: readonly string[];
}

const NO_URL: Extra = { exceptions: [""] };
/** The help shows the name alone. */
const BARE: Extra = {};

function flag(
  group: string,
  name: string,
  kind: FlagKind,
  defaultText: string,
  help: string | readonly string[],
  extra: Extra = { shown: defaultText },
): FlagDefinition {
  return {
    name,
    kind,
    defaultText,
    group,
    help: typeof help === "string" ? [help] : help,
    shown: extra === BARE ? undefined : (extra.shown ?? defaultText),
    values: extra.values ?? [],
    exceptions: extra.exceptions ?? [],
  };
}

const MEMBER = "Member";
const CLUSTERING = "Clustering";
const SECURITY = "Security";
const AUTH = "Auth";
const MONITORING = "Profiling and Monitoring";
const LOGGING = "Logging";
const TRACING = "Distributed tracing";
const FEATURES = "Features";
const UNSAFE = "Unsafe feature";

const MEMBER_FLAGS: readonly FlagDefinition[] = [
  flag(MEMBER, "name", "string", "default", "Name of this member for humans; unique in the cluster."),
  // biome-ignore lint/suspicious/noTemplateCurlyInString: shown as it is.
  flag(MEMBER, "data-dir", "string", "", "Directory that holds all data.", { shown: "${name}.etcd" }),
  flag(MEMBER, "wal-dir", "string", "", "Directory for the write-ahead log alone."),
  flag(MEMBER, "snapshot-count", "uint64", "10000", "Committed transactions between two snapshots to disk."),
  flag(MEMBER, "heartbeat-interval", "uint", "100", "Milliseconds between two heartbeats of the leader."),
  flag(MEMBER, "election-timeout", "uint", "1000", "Milliseconds without a leader before an election."),
  flag(
    MEMBER,
    "initial-election-tick-advance",
    "bool",
    "true",
    "Skip most of the first election timeout after a start.",
  ),
  flag(MEMBER, "listen-peer-urls", "urls", "http://localhost:2380", "URLs to listen on for peers.", NO_URL),
  flag(
    MEMBER,
    "listen-client-urls",
    "urls",
    "http://localhost:2379",
    "URLs to listen on for gRPC clients, and for HTTP clients unless --listen-client-http-urls is set.",
    NO_URL,
  ),
  flag(
    MEMBER,
    "listen-client-http-urls",
    "urls",
    "",
    "URLs to listen on for HTTP clients only; --listen-client-urls then serve no HTTP.",
    NO_URL,
  ),
  flag(
    MEMBER,
    "max-snapshots",
    "uint",
    "5",
    "Snapshot files to keep (0 keeps all). Deprecated since v3.6, gone in v3.8.",
  ),
  flag(MEMBER, "max-wals", "uint", "5", "WAL files to keep (0 keeps all)."),
  flag(MEMBER, "memory-mlock", "bool", "false", "Keep the pages of etcd in RAM.", BARE),
  flag(
    MEMBER,
    "quota-backend-bytes",
    "int64",
    "0",
    "Size of the backend at which an alarm makes the cluster read-only. 0 stands for 2 GiB, less for no limit.",
  ),
  flag(MEMBER, "backend-bbolt-freelist-type", "string", "", "Free list of the backend: array or map.", {
    shown: "map",
  }),
  flag(MEMBER, "backend-batch-interval", "duration", "0", "Longest time before the backend commits.", { shown: "" }),
  flag(MEMBER, "backend-batch-limit", "int", "0", "Most operations before the backend commits."),
  flag(MEMBER, "max-txn-ops", "uint", "128", "Most operations in a transaction."),
  flag(MEMBER, "max-request-bytes", "uint", "1572864", "Largest request of a client in bytes."),
  flag(MEMBER, "max-concurrent-streams", "uint32", "4294967295", "Most streams that a client may have open.", {
    shown: "math.MaxUint32",
  }),
  flag(MEMBER, "grpc-keepalive-min-time", "duration", "5s", "Least time between two pings of a client."),
  flag(
    MEMBER,
    "grpc-keepalive-interval",
    "duration",
    "2h0m0s",
    "Time between pings to an idle client (0 sends none).",
    {
      shown: "2h",
    },
  ),
  flag(
    MEMBER,
    "grpc-keepalive-timeout",
    "duration",
    "20s",
    "Wait for the answer to a ping before closing (0 waits on).",
  ),
  flag(MEMBER, "socket-reuse-port", "bool", "false", "Set SO_REUSEPORT on listeners."),
  flag(MEMBER, "socket-reuse-address", "bool", "false", "Set SO_REUSEADDR on listeners."),
  flag(MEMBER, "enable-grpc-gateway", "bool", "true", "Serve the JSON gateway.", BARE),
  flag(MEMBER, "raft-read-timeout", "duration", "5s", "Read timeout of connections between peers, at least 5s."),
  flag(MEMBER, "raft-write-timeout", "duration", "5s", "Write timeout of connections between peers, at least 5s."),
  flag(MEMBER, "feature-gates", "feature-gates", "", [
    "Name=true|false pairs that switch alpha and beta features. Known are:",
    ...KNOWN_FEATURES,
  ]),
];

const CLUSTERING_FLAGS: readonly FlagDefinition[] = [
  flag(
    CLUSTERING,
    "initial-advertise-peer-urls",
    "urls",
    "http://localhost:2380",
    "Peer URLs of this member that the others are told.",
    NO_URL,
  ),
  flag(CLUSTERING, "initial-cluster", "string", "default=http://localhost:2380", "Members to start with: name=url,..."),
  flag(
    CLUSTERING,
    "initial-cluster-state",
    "enum",
    "new",
    ["'new' to begin a cluster, 'existing' to join one.", "Without effect once the member has data."],
    { values: ["new", "existing"] },
  ),
  flag(CLUSTERING, "initial-cluster-token", "string", "etcd-cluster", [
    "Token from which the IDs of a new cluster are made.",
    "Different tokens keep clusters apart that have the same URLs.",
  ]),
  flag(
    CLUSTERING,
    "advertise-client-urls",
    "urls",
    "http://localhost:2379",
    "Client URLs of this member that clients are told; they must be able to reach them.",
    NO_URL,
  ),
  flag(CLUSTERING, "discovery-token", "string", "", "Discovery: token of the cluster to begin."),
  flag(CLUSTERING, "discovery-endpoints", "unique-strings", "", "Discovery: gRPC endpoints of the discovery service."),
  flag(CLUSTERING, "discovery-dial-timeout", "duration", "2s", "Discovery: timeout of dialing."),
  flag(CLUSTERING, "discovery-request-timeout", "duration", "5s", "Discovery: timeout of a request after dialing."),
  flag(CLUSTERING, "discovery-keepalive-time", "duration", "2s", "Discovery: time between keepalive pings."),
  flag(CLUSTERING, "discovery-keepalive-timeout", "duration", "6s", "Discovery: wait for the answer to a ping."),
  flag(CLUSTERING, "discovery-insecure-transport", "bool", "true", "Discovery: connect without TLS."),
  flag(
    CLUSTERING,
    "discovery-insecure-skip-tls-verify",
    "bool",
    "false",
    "Discovery: take any server certificate (for tests only).",
  ),
  flag(CLUSTERING, "discovery-cert", "string", "", "Discovery: client certificate file."),
  flag(CLUSTERING, "discovery-key", "string", "", "Discovery: client key file."),
  flag(CLUSTERING, "discovery-cacert", "string", "", "Discovery: CA bundle for the server's certificate."),
  flag(CLUSTERING, "discovery-user", "string", "", "Discovery: username[:password]."),
  flag(CLUSTERING, "discovery-password", "string", "", "Discovery: password, when --discovery-user has none."),
  flag(
    CLUSTERING,
    "discovery-fallback",
    "enum",
    "exit",
    "What to do when discovery fails: 'exit' is the only choice left.",
    { values: ["exit", "proxy"] },
  ),
  flag(CLUSTERING, "discovery-srv", "string", "", "DNS domain whose SRV records list the members."),
  flag(CLUSTERING, "discovery-srv-name", "string", "", "Suffix of the SRV service name."),
  flag(CLUSTERING, "strict-reconfig-check", "bool", "true", "Refuse membership changes that would lose the quorum."),
  flag(CLUSTERING, "pre-vote", "bool", "true", "Ask before an election, so that a returning member disturbs nobody."),
  flag(CLUSTERING, "auto-compaction-retention", "string", "0", "History that automatic compaction keeps (0 is off)."),
  flag(
    CLUSTERING,
    "auto-compaction-mode",
    "string",
    "periodic",
    "Unit of the retention: 'periodic' for a time (hours without a unit), 'revision' for a number of revisions.",
  ),
  flag(
    CLUSTERING,
    "v2-deprecation",
    "enums",
    "",
    ["Ignored; deprecated, gone in v3.8. One of write-only, write-only-skip-check, write-only-drop-data, gone."],
    { shown: "write-only", values: ["write-only", "write-only-skip-check", "write-only-drop-data", "gone"] },
  ),
];

const SECURITY_FLAGS: readonly FlagDefinition[] = [
  flag(SECURITY, "cert-file", "string", "", "Certificate file of the client listeners."),
  flag(SECURITY, "key-file", "string", "", "Key file of the client listeners."),
  flag(SECURITY, "client-cert-auth", "bool", "false", "Require client certificates."),
  flag(
    SECURITY,
    "client-cert-file",
    "string",
    "",
    "Certificate for this server's own client connections, else --cert-file.",
  ),
  flag(SECURITY, "client-key-file", "string", "", "Key for this server's own client connections, else --key-file."),
  flag(SECURITY, "client-crl-file", "string", "", "Revocation list for client certificates."),
  flag(
    SECURITY,
    "client-cert-allowed-hostname",
    "strings",
    "",
    "SAN hostnames that client certificates must have one of.",
  ),
  flag(SECURITY, "trusted-ca-file", "string", "", "CA file for client certificates."),
  flag(SECURITY, "auto-tls", "bool", "false", "Serve clients with generated certificates."),
  flag(SECURITY, "peer-cert-file", "string", "", "Certificate file of the peer listeners."),
  flag(SECURITY, "peer-key-file", "string", "", "Key file of the peer listeners."),
  flag(SECURITY, "peer-client-cert-auth", "bool", "false", "Require certificates of peers."),
  flag(SECURITY, "peer-client-cert-file", "string", "", "Certificate for dialing peers, else --peer-cert-file."),
  flag(SECURITY, "peer-client-key-file", "string", "", "Key for dialing peers, else --peer-key-file."),
  flag(SECURITY, "peer-trusted-ca-file", "string", "", "CA file for peer certificates."),
  flag(SECURITY, "peer-cert-allowed-cn", "strings", "", "Common names that peer certificates must have one of."),
  flag(SECURITY, "peer-cert-allowed-hostname", "strings", "", "SAN hostnames that peer certificates must have one of."),
  flag(SECURITY, "peer-auto-tls", "bool", "false", "Serve peers with generated certificates when none are given."),
  flag(SECURITY, "self-signed-cert-validity", "uint", "1", "Years that generated certificates are valid."),
  flag(SECURITY, "peer-crl-file", "string", "", "Revocation list for peer certificates."),
  flag(SECURITY, "cipher-suites", "strings", "", "TLS cipher suites by Go's names (empty: chosen by the platform)."),
  flag(SECURITY, "cors", "urls", "*", "Origins for cross-origin requests (empty or * allows all).", {
    exceptions: ["*"],
  }),
  flag(
    SECURITY,
    "host-whitelist",
    "unique-strings",
    "*",
    "Hostnames that HTTP requests without TLS may be addressed to (empty or * allows all).",
  ),
  flag(SECURITY, "tls-min-version", "string", "TLS1.2", "Lowest version of TLS: TLS1.2 or TLS1.3."),
  flag(SECURITY, "tls-max-version", "string", "", "Highest version of TLS: TLS1.2 or TLS1.3 (empty: the newest)."),
];

const AUTH_FLAGS: readonly FlagDefinition[] = [
  flag(AUTH, "auth-token", "string", "simple", "Kind of tokens and their options: 'simple' or 'jwt,...'."),
  flag(AUTH, "bcrypt-cost", "uint", "10", "Cost of hashing passwords, 4 to 31."),
  flag(AUTH, "auth-token-ttl", "uint", "300", "Seconds that a simple token lives."),
];

const MONITORING_FLAGS: readonly FlagDefinition[] = [
  flag(MONITORING, "enable-pprof", "bool", "false", 'Serve profiles below "/debug/pprof/" of the client URLs.'),
  flag(MONITORING, "metrics", "string", "basic", "'extensive' adds latency histograms of gRPC methods."),
  flag(
    MONITORING,
    "listen-metrics-urls",
    "urls",
    "",
    "URLs to serve /metrics and /health on; https uses the certificates of the client URLs.",
    NO_URL,
  ),
];

const LOGGING_FLAGS: readonly FlagDefinition[] = [
  flag(LOGGING, "logger", "string", "zap", "Kind of log: only 'zap', structured lines."),
  flag(LOGGING, "log-outputs", "unique-strings", "default", "'stdout', 'stderr' or paths of files, comma-separated."),
  flag(LOGGING, "log-level", "string", "info", "debug, info, warn, error, panic or fatal."),
  flag(LOGGING, "log-format", "string", "json", "json or console."),
  flag(LOGGING, "enable-log-rotation", "bool", "false", "Rotate the log file; --log-outputs must have one file."),
  flag(
    LOGGING,
    "log-rotation-config-json",
    "string",
    '{"maxsize": 100, "maxage": 0, "maxbackups": 0, "localtime": false, "compress": false}',
    "Rotation: maxsize in MB, maxage in days (0: no limit), maxbackups (0: no limit), localtime, compress (gzip).",
  ),
  flag(
    LOGGING,
    "warning-unary-request-duration",
    "duration",
    "300ms",
    "Warn of unary requests that take longer than this.",
  ),
];

const TRACING_FLAGS: readonly FlagDefinition[] = [
  flag(TRACING, "enable-distributed-tracing", "bool", "false", "Send traces to a collector."),
  flag(TRACING, "distributed-tracing-address", "string", "localhost:4317", "Address of the collector."),
  flag(TRACING, "distributed-tracing-service-name", "string", "etcd", "Service name, the same for all members."),
  flag(TRACING, "distributed-tracing-instance-id", "string", "", "Instance ID, different for each member."),
  flag(TRACING, "distributed-tracing-sampling-rate", "int", "0", "Spans to sample of a million."),
];

const FEATURE_FLAGS: readonly FlagDefinition[] = [
  flag(
    FEATURES,
    "corrupt-check-time",
    "duration",
    "0s",
    "Time between checks of the cluster for corruption (0 is off).",
  ),
  flag(FEATURES, "compact-hash-check-time", "duration", "1m", "Time between comparisons of compaction hashes."),
  flag(FEATURES, "compaction-batch-limit", "int", "0", "Most revisions that one step of a compaction deletes.", {
    shown: "1000",
  }),
  flag(FEATURES, "peer-skip-client-san-verification", "bool", "false", "Do not check the SAN of peers' certificates."),
  flag(
    FEATURES,
    "watch-progress-notify-interval",
    "duration",
    "0s",
    "Time between progress notifications of watches.",
    {
      shown: "10m",
    },
  ),
  flag(FEATURES, "warning-apply-duration", "duration", "100ms", "Warn of entries that take longer than this to apply."),
  flag(
    FEATURES,
    "bootstrap-defrag-threshold-megabytes",
    "uint",
    "0",
    "Defragment at the start when that frees at least this much; 0 never does.",
    BARE,
  ),
  flag(FEATURES, "max-learners", "int", "1", "Most learners in the cluster."),
  flag(FEATURES, "compaction-sleep-interval", "duration", "0s", "Pause between two steps of a compaction.", BARE),
  flag(FEATURES, "downgrade-check-time", "duration", "5s", "Time between checks of a downgrade's progress.", BARE),
  flag(
    FEATURES,
    "snapshot-catchup-entries",
    "uint64",
    "5000",
    "Entries that stay in memory behind a compaction of the raft log, for slow followers.",
    BARE,
  ),
];

const UNSAFE_FLAGS: readonly FlagDefinition[] = [
  flag(UNSAFE, "force-new-cluster", "bool", "false", "Begin a cluster of this member alone with the data it has."),
  flag(UNSAFE, "unsafe-no-fsync", "bool", "false", "Never fsync; a crash loses data."),
];

/** Not in a group of the help. */
const OTHER_FLAGS: readonly FlagDefinition[] = [
  flag("", "config-file", "string", "", []),
  flag("", "version", "bool", "false", []),
  ...[
    "cluster-active-size",
    "cluster-remove-delay",
    "cluster-sync-interval",
    "config",
    "force",
    "max-result-buffer",
    "max-retry-attempts",
    "peer-heartbeat-interval",
    "peer-election-timeout",
    "retry-interval",
    "snapshot",
    "v",
    "vv",
    "test.coverprofile",
    "test.outputdir",
  ].map((name) => flag("", name, "ignored", "", [])),
];

/** All of them. */
export const SERVER_FLAGS: readonly FlagDefinition[] = [
  ...MEMBER_FLAGS,
  ...CLUSTERING_FLAGS,
  ...SECURITY_FLAGS,
  ...AUTH_FLAGS,
  ...MONITORING_FLAGS,
  ...LOGGING_FLAGS,
  ...TRACING_FLAGS,
  ...FEATURE_FLAGS,
  ...UNSAFE_FLAGS,
  ...OTHER_FLAGS,
];

/** Flags that warn when they are given, with etcd's texts. */
export const DEPRECATED_FLAGS: ReadonlyMap<string, string> = new Map([
  ["max-snapshots", "--max-snapshots is deprecated in 3.6 and will be decommissioned in 3.8."],
  [
    "v2-deprecation",
    "--v2-deprecation is deprecated and scheduled for removal in v3.8. The default value is enforced, ignoring user input.",
  ],
]);
