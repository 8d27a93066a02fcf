/**
 * The configuration file: YAML (or JSON, which is YAML). It replaces all flags; keys that nobody knows are passed over; keys match whatever
 * their case; durations are whole nanoseconds. Source of behaviour: etcd embed.ConfigFromFile, sigs.k8s.io/yaml over Go's encoding/json,
 * whose error texts are kept.
 */
import { parseDocument } from "yaml";
import { assert, unreachable } from "../../base/assert.ts";
import { nsToMs } from "../../base/go-duration.ts";
import { type GoUrl, parseUrlList } from "../../base/go-url.ts";
import { FlagSet } from "../flags/flag-set.ts";
import { SERVER_FLAGS } from "../flags/server-flags.ts";
import { type ConfigDraft, draftFromFlags } from "./config-draft.ts";

export type FileResult =
  | { readonly kind: "ok"; readonly draft: ConfigDraft }
  | { readonly kind: "refused"; readonly reason: string }
  /** etcd prints the text and ends: status 1, or 2 for a panic. */
  | { readonly kind: "exit"; readonly text: string; readonly status: 1 | 2 };

type ValueKind = "string" | "bool" | "int" | "int64" | "uint" | "uint32" | "uint64" | "duration" | "strings" | "map";

interface Key {
  readonly kind: ValueKind;
  /** As Go names the type in errors, when it is not the kind's own. */
  readonly goType?: string;
  readonly set: (draft: ConfigDraft, value: unknown) => void;
}

const text = (set: (draft: ConfigDraft, value: string) => void, goType?: string): Key =>
  goType === undefined
    ? { kind: "string", set: set as Key["set"] }
    : { kind: "string", goType, set: set as Key["set"] };
const flag = (set: (draft: ConfigDraft, value: boolean) => void): Key => ({ kind: "bool", set: set as Key["set"] });
const count = (
  kind: "int" | "int64" | "uint" | "uint32" | "uint64",
  set: (draft: ConfigDraft, value: number) => void,
): Key => ({
  kind,
  set: set as Key["set"],
});
const span = (set: (draft: ConfigDraft, ms: number) => void): Key => ({ kind: "duration", set: set as Key["set"] });
const list = (set: (draft: ConfigDraft, value: readonly string[]) => void): Key => ({
  kind: "strings",
  set: set as Key["set"],
});

/** Keys of etcd's struct Config. */
const KEYS: Readonly<Record<string, Key>> = {
  name: text((d, v) => (d.name = v)),
  "data-dir": text((d, v) => (d.dataDir = v)),
  "wal-dir": text((d, v) => (d.walDir = v)),
  "snapshot-count": count("uint64", (d, v) => (d.snapshotCount = v)),
  "snapshot-catchup-entries": count("uint64", (d, v) => (d.snapshotCatchupEntries = v)),
  "max-snapshots": count("uint", (d, v) => (d.maxSnapshots = v)),
  "max-wals": count("uint", (d, v) => (d.maxWals = v)),
  "heartbeat-interval": count("uint", (d, v) => (d.heartbeatIntervalMs = v)),
  "election-timeout": count("uint", (d, v) => (d.electionTimeoutMs = v)),
  "initial-election-tick-advance": flag((d, v) => (d.initialElectionTickAdvance = v)),
  "backend-batch-interval": span((d, v) => (d.backendBatchIntervalMs = v)),
  "backend-batch-limit": count("int", (d, v) => (d.backendBatchLimit = v)),
  "backend-bbolt-freelist-type": text((d, v) => (d.backendFreelistType = v)),
  "quota-backend-bytes": count("int64", (d, v) => (d.quotaBackendBytes = v)),
  "max-txn-ops": count("uint", (d, v) => (d.maxTxnOps = v)),
  "max-request-bytes": count("uint", (d, v) => (d.maxRequestBytes = v)),
  "max-concurrent-streams": count("uint32", (d, v) => (d.maxConcurrentStreams = v)),
  "self-signed-cert-validity": count("uint", (d, v) => (d.selfSignedCertValidity = v)),
  "cipher-suites": list((d, v) => (d.cipherSuites = v)),
  "tls-min-version": text((d, v) => (d.tlsMinVersion = v)),
  "tls-max-version": text((d, v) => (d.tlsMaxVersion = v)),
  "initial-cluster-state": text((d, v) => (d.initialClusterState = v)),
  "discovery-srv": text((d, v) => (d.discoverySrv = v)),
  "discovery-srv-name": text((d, v) => (d.discoverySrvName = v)),
  "initial-cluster": text((d, v) => (d.initialCluster = v)),
  "initial-cluster-token": text((d, v) => (d.initialClusterToken = v)),
  "strict-reconfig-check": flag((d, v) => (d.strictReconfigCheck = v)),
  "auto-compaction-mode": text((d, v) => (d.autoCompactionMode = v)),
  "auto-compaction-retention": text((d, v) => (d.autoCompactionRetention = v)),
  "grpc-keepalive-min-time": span((d, v) => (d.grpcKeepaliveMinTimeMs = v)),
  "grpc-keepalive-interval": span((d, v) => (d.grpcKeepaliveIntervalMs = v)),
  "grpc-keepalive-timeout": span((d, v) => (d.grpcKeepaliveTimeoutMs = v)),
  "pre-vote": flag((d, v) => (d.preVote = v)),
  "auth-token": text((d, v) => (d.authToken = v)),
  "bcrypt-cost": count("uint", (d, v) => (d.bcryptCost = v)),
  "auth-token-ttl": count("uint", (d, v) => (d.authTokenTtlSeconds = v)),
  "corrupt-check-time": span((d, v) => (d.corruptCheckTimeMs = v)),
  "compact-hash-check-time": span((d, v) => (d.compactHashCheckTimeMs = v)),
  "compaction-batch-limit": count("int", (d, v) => (d.compactionBatchLimit = v)),
  "compaction-sleep-interval": span((d, v) => (d.compactionSleepIntervalMs = v)),
  "watch-progress-notify-interval": span((d, v) => (d.watchProgressNotifyIntervalMs = v)),
  "warning-apply-duration": span((d, v) => (d.warningApplyDurationMs = v)),
  "bootstrap-defrag-threshold-megabytes": count("uint", (d, v) => (d.bootstrapDefragThresholdMegabytes = v)),
  "warning-unary-request-duration": span((d, v) => (d.warningUnaryRequestDurationMs = v)),
  "max-learners": count("int", (d, v) => (d.maxLearners = v)),
  "force-new-cluster": flag((d, v) => (d.forceNewCluster = v)),
  "enable-pprof": flag((d, v) => (d.enablePprof = v)),
  metrics: text((d, v) => (d.metrics = v)),
  "enable-distributed-tracing": flag((d, v) => (d.tracingEnabled = v)),
  "distributed-tracing-address": text((d, v) => (d.tracingAddress = v)),
  "distributed-tracing-service-name": text((d, v) => (d.tracingServiceName = v)),
  "distributed-tracing-instance-id": text((d, v) => (d.tracingInstanceId = v)),
  "distributed-tracing-sampling-rate": count("int", (d, v) => (d.tracingSamplingRate = v)),
  logger: text((d, v) => (d.logger = v)),
  "log-level": text((d, v) => (d.logLevel = v)),
  "log-format": text((d, v) => (d.logFormat = v)),
  "log-outputs": list((d, v) => (d.logOutputs = v)),
  "enable-log-rotation": flag((d, v) => (d.enableLogRotation = v)),
  "log-rotation-config-json": text((d, v) => (d.logRotationJson = v)),
  "enable-grpc-gateway": flag((d, v) => (d.enableGrpcGateway = v)),
  "unsafe-no-fsync": flag((d, v) => (d.unsafeNoFsync = v)),
  "downgrade-check-time": span((d, v) => (d.downgradeCheckTimeMs = v)),
  "memory-mlock": flag((d, v) => (d.memoryMlock = v)),
  "v2-deprecation": text(() => undefined, "config.V2DeprecationEnum"),
};

const SOCKET_KEYS: Readonly<Record<string, Key>> = {
  "reuse-port": flag((d, v) => (d.socketReusePort = v)),
  "reuse-address": flag((d, v) => (d.socketReuseAddress = v)),
};

const DISCOVERY_KEYS: Readonly<Record<string, Key>> = { token: text((d, v) => (d.discovery.token = v)) };

const DISCOVERY_CLIENT_KEYS: Readonly<Record<string, Key>> = {
  endpoints: list((d, v) => (d.discovery.endpoints = v)),
  "request-timeout": span((d, v) => (d.discovery.requestTimeoutMs = v)),
  "dial-timeout": span((d, v) => (d.discovery.dialTimeoutMs = v)),
  "keepalive-time": span((d, v) => (d.discovery.keepaliveTimeMs = v)),
  "keepalive-timeout": span((d, v) => (d.discovery.keepaliveTimeoutMs = v)),
};

const DISCOVERY_SECURE_KEYS: Readonly<Record<string, Key>> = {
  cert: text((d, v) => (d.discovery.cert = v)),
  key: text((d, v) => (d.discovery.key = v)),
  cacert: text((d, v) => (d.discovery.cacert = v)),
  "insecure-transport": flag((d, v) => (d.discovery.insecureTransport = v)),
  "insecure-skip-tls-verify": flag((d, v) => (d.discovery.insecureSkipTlsVerify = v)),
};

const DISCOVERY_AUTH_KEYS: Readonly<Record<string, Key>> = {
  username: text((d, v) => (d.discovery.user = v)),
  password: text((d, v) => (d.discovery.password = v)),
};

function securityKeys(of: "clientTls" | "peerTls"): Readonly<Record<string, Key>> {
  return {
    "cert-file": text((d, v) => (d[of].certFile = v)),
    "key-file": text((d, v) => (d[of].keyFile = v)),
    "client-cert-file": text((d, v) => (d[of].clientCertFile = v)),
    "client-key-file": text((d, v) => (d[of].clientKeyFile = v)),
    "client-cert-auth": flag((d, v) => (d[of].clientCertAuth = v)),
    "trusted-ca-file": text((d, v) => (d[of].trustedCaFile = v)),
    "auto-tls": flag((d, v) => (d[of].autoTls = v)),
    "allowed-cn": list((d, v) => (d[of].allowedCNs = v)),
    "allowed-hostname": list((d, v) => (d[of].allowedHostnames = v)),
    "skip-client-san-verification": flag((d, v) => (d[of].skipClientSanVerification = v)),
  };
}

/** Texts that become URLs, in the order in which etcd checks them, with the name that its error gives them. */
const URL_KEYS: readonly (readonly [
  key: string,
  shown: string,
  set: (draft: ConfigDraft, urls: readonly GoUrl[]) => void,
])[] = [
  ["listen-peer-urls", "listen-peer-urls", (d, v) => (d.listenPeerUrls = v)],
  ["listen-client-urls", "listen-client-urls", (d, v) => (d.listenClientUrls = v)],
  ["listen-client-http-urls", "listen-client-http-urls", (d, v) => (d.listenClientHttpUrls = v)],
  ["initial-advertise-peer-urls", "initial-advertise-peer-urls", (d, v) => (d.advertisePeerUrls = v)],
  ["advertise-client-urls", "advertise-peer-urls", (d, v) => (d.advertiseClientUrls = v)],
  ["listen-metrics-urls", "listen-metrics-urls", (d, v) => (d.listenMetricsUrls = v)],
];

/** Reads the text of a file. */
export function draftFromFile(source: string): FileResult {
  // YAML 1.1, as Go's library: `yes` and `no` are booleans.
  const document = parseDocument(source, { version: "1.1", intAsBigInt: true, uniqueKeys: false, merge: true });
  const [error] = document.errors;
  if (error !== undefined) return refused(`error converting YAML to JSON: yaml: ${yamlReason(error)}`);
  const root: unknown = document.toJS({ mapAsMap: false });
  const defaults = draftFromFlags(new FlagSet(SERVER_FLAGS));
  const draft: ConfigDraft = { ...defaults, given: new Set(), discovery: { ...defaults.discovery } };
  if (root === null || root === undefined) return { kind: "ok", draft };
  if (!isMap(root))
    return refused(`${DECODING}cannot unmarshal ${jsonKind(root)} into Go value of type embed.configYAML`);

  const decoder = new Decoder(draft);
  const texts = new Map<string, string>();
  const own = (key: string): Key => text((_, v) => texts.set(key, v));
  const urlKeys = Object.fromEntries(URL_KEYS.map(([key]) => [key, own(key)]));
  delete urlKeys["listen-metrics-urls"];
  const jsonKeys = {
    ...urlKeys,
    cors: own("cors"),
    "host-whitelist": own("host-whitelist"),
    "feature-gates": own("feature-gates"),
  };
  decoder.decode(
    root,
    "configYAML",
    "Config.",
    {
      ...KEYS,
      "listen-metrics-urls": own("listen-metrics-urls"),
      "socket-options": decoder.nested("transport.SocketOpts", "SocketOpts", SOCKET_KEYS),
      "discovery-config": decoder.nested("v3discovery.DiscoveryConfig", "DiscoveryConfig", {
        ...DISCOVERY_KEYS,
        client: decoder.nested("clientv3.ConfigSpec", "ConfigSpec", {
          ...DISCOVERY_CLIENT_KEYS,
          secure: decoder.nested("clientv3.SecureConfig", "SecureConfig", DISCOVERY_SECURE_KEYS),
          auth: decoder.nested("clientv3.AuthConfig", "AuthConfig", DISCOVERY_AUTH_KEYS),
        }),
      }),
    },
    {
      ...jsonKeys,
      "client-transport-security": decoder.nested("embed.securityConfig", "securityConfig", securityKeys("clientTls")),
      "peer-transport-security": decoder.nested("embed.securityConfig", "securityConfig", securityKeys("peerTls")),
    },
  );
  if (decoder.reason !== undefined) return refused(decoder.reason);

  const gates = texts.get("feature-gates") ?? "";
  const gatesReason = gates === "" ? undefined : draft.features.set(gates);
  if (gatesReason !== undefined) return refused(gatesReason);
  draft.given = givenKeys(root);
  for (const [key, shown, set] of URL_KEYS) {
    const value = texts.get(key) ?? "";
    if (value === "") continue;
    const parsed = parseUrlList(value.split(","));
    if (!parsed.ok)
      return { kind: "exit", text: `unexpected error setting up ${shown}: ${parsed.reason}\n`, status: 1 };
    set(draft, parsed.urls);
  }
  const cors = texts.get("cors") ?? "";
  if (cors !== "" && cors !== "*") {
    const parsed = parseUrlList(cors.split(","));
    if (!parsed.ok)
      return { kind: "exit", text: `panic: new UniqueURLs should never fail: ${parsed.reason}\n`, status: 2 };
    draft.cors = parsed.urls.map((url) => url.text);
  }
  const hosts = texts.get("host-whitelist") ?? "";
  if (hosts !== "") draft.hostWhitelist = [...new Set(hosts.split(","))].sort();
  const discovers = draft.discoverySrv !== "" || draft.discovery.endpoints.length > 0;
  if (discovers && draft.initialCluster === defaults.initialCluster) draft.initialCluster = "";
  if (draft.initialClusterState === "") draft.initialClusterState = "new";
  if (draft.selfSignedCertValidity === 0) draft.selfSignedCertValidity = 1;
  return { kind: "ok", draft };
}

const DECODING = "error unmarshaling JSON: while decoding JSON: json: ";

function refused(reason: string): FileResult {
  return { kind: "refused", reason };
}

function givenKeys(root: Readonly<Record<string, unknown>>): ReadonlySet<string> {
  const given = new Set(Object.keys(root));
  const peer = root["peer-transport-security"];
  if (isMap(peer)) for (const key of Object.keys(peer)) given.add(`peer-${key}`);
  return given;
}

type Nested = Key & { readonly struct: string; readonly keys: Readonly<Record<string, Key>> };

/** Goes through a document as encoding/json would; keeps the first refusal and goes on. */
class Decoder {
  readonly #draft: ConfigDraft;
  reason: string | undefined;

  constructor(draft: ConfigDraft) {
    this.#draft = draft;
    this.reason = undefined;
  }

  nested(goType: string, struct: string, keys: Readonly<Record<string, Key>>): Nested {
    return { kind: "map", goType, struct, keys, set: () => undefined };
  }

  /** Keys of the outermost struct come from two embedded ones, which Go's errors name. */
  decode(
    root: Readonly<Record<string, unknown>>,
    struct: string,
    prefix: string,
    keys: Readonly<Record<string, Key>>,
    jsonKeys: Readonly<Record<string, Key>>,
  ): void {
    const all = { ...keys, ...jsonKeys };
    this.#walk(root, struct, all, (name) => (Object.hasOwn(jsonKeys, name) ? "configJSON." : prefix) + name);
  }

  #walk(
    map: Readonly<Record<string, unknown>>,
    struct: string,
    keys: Readonly<Record<string, Key>>,
    pathOf: (name: string) => string,
  ): void {
    // The document reaches Go's decoder as JSON with sorted keys.
    for (const given of Object.keys(map).sort()) {
      const name = Object.hasOwn(keys, given) ? given : given.toLowerCase();
      const key = Object.hasOwn(keys, name) ? keys[name] : undefined;
      const value = map[given];
      if (key === undefined || value === null || value === undefined) continue;
      const path = pathOf(name);
      if (key.kind !== "map") {
        this.#assign(key, value, `${struct}.${path}`);
      } else if (isMap(value)) {
        const nested = key as Nested;
        this.#walk(value, nested.struct, nested.keys, (inner) => `${path}.${inner}`);
      } else this.#refuse(value, `${struct}.${path}`, key.goType!);
    }
  }

  #assign(key: Key, value: unknown, path: string): void {
    const { kind } = key;
    switch (kind) {
      case "string":
        if (typeof value === "string") key.set(this.#draft, value);
        else this.#refuse(value, path, key.goType ?? "string");
        return;
      case "bool":
        if (typeof value === "boolean") key.set(this.#draft, value);
        else this.#refuse(value, path, "bool");
        return;
      case "strings":
        if (!Array.isArray(value)) this.#refuse(value, path, "[]string");
        else {
          const wrong: unknown = value.find((element) => typeof element !== "string" && element !== null);
          if (wrong !== undefined) this.#refuse(wrong, path, "string");
          else
            key.set(
              this.#draft,
              value.map((element) => (element as string | null) ?? ""),
            );
        }
        return;
      case "duration":
        if (typeof value === "bigint" && inRange(value, "int64")) key.set(this.#draft, nsToMs(value));
        else this.#refuse(value, path, "time.Duration", true);
        return;
      case "int":
      case "int64":
      case "uint":
      case "uint32":
      case "uint64":
        if (typeof value === "bigint" && inRange(value, kind)) key.set(this.#draft, Number(value));
        else this.#refuse(value, path, kind, true);
        return;
      case "map":
        return;
      default:
        unreachable(kind);
    }
  }

  #refuse(value: unknown, path: string, goType: string, showNumber = false): void {
    const number = showNumber && (typeof value === "bigint" || typeof value === "number") ? ` ${String(value)}` : "";
    this.reason ??= `${DECODING}cannot unmarshal ${jsonKind(value)}${number} into Go struct field ${path} of type ${goType}`;
  }
}

function inRange(value: bigint, kind: "int" | "int64" | "uint" | "uint32" | "uint64"): boolean {
  const bits = kind === "uint32" ? 32 : 64;
  return kind.startsWith("u") ? value === BigInt.asUintN(bits, value) : value === BigInt.asIntN(bits, value);
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonKind(value: unknown): string {
  if (Array.isArray(value)) return "array";
  switch (typeof value) {
    case "string":
      return "string";
    case "boolean":
      return "bool";
    case "bigint":
    case "number":
      return "number";
    default:
      assert(typeof value === "object", "YAML gives plain values");
      return "object";
  }
}

/** Go's library words its errors differently; the commonest ones are translated. */
function yamlReason(error: { readonly code: string; readonly message: string }): string {
  const [first] = error.message.split("\n", 1);
  if (/Nested mappings are not allowed/.test(error.message)) return "mapping values are not allowed in this context";
  if (error.code === "TAB_AS_INDENT") return "found character that cannot start any token";
  return first ?? error.code;
}
