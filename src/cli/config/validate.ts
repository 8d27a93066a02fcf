/**
 * Checks a draft and makes the server's configuration of it, in etcd's order and with its texts. Source of behaviour: etcd embed.Config
 * Validate and setupLogging.
 */
import { isIp, splitHostPort } from "../../base/go-address.ts";
import { goDurationTextMs } from "../../base/go-duration.ts";
import { goQuote } from "../../base/go-quote.ts";
import type { GoUrl } from "../../base/go-url.ts";
import type { LogFields } from "../../io/logger.ts";
import type { LoggingConfig, LogLevel, LogRotationConfig, ServerConfig, TlsVersion } from "../../server/config.ts";
import type { ConfigDraft } from "./config-draft.ts";

export type LoggingResult =
  | { readonly kind: "ok"; readonly logging: LoggingConfig }
  | { readonly kind: "refused"; readonly reason: string }
  /** etcd panics with this text. */
  | { readonly kind: "panic"; readonly text: string };

export interface Warning {
  readonly message: string;
  readonly fields: LogFields | undefined;
}

export interface Validation {
  /** Said in any case, before the refusal. */
  readonly warnings: readonly Warning[];
  readonly result:
    | { readonly ok: true; readonly config: ServerConfig }
    | { readonly ok: false; readonly reason: string; readonly advertiseMissing: boolean };
}

const ELECTION_MS_MAX = 50_000;
const DEFAULT_OUTPUT = "default";
const LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ["debug", "debug"],
  ["", "info"],
  ["info", "info"],
  ["warn", "warn"],
  ["warning", "warn"],
  ["error", "error"],
  ["dpanic", "dpanic"],
  ["panic", "panic"],
  ["fatal", "fatal"],
]);

/** The log's settings: they are checked first, since the rest is said in that log. */
export function validateLogging(draft: ConfigDraft): LoggingResult {
  const refuse = (reason: string): LoggingResult => ({ kind: "refused", reason });
  if (draft.logger === "capnslog") return refuse("--logger=capnslog is removed in v3.5");
  if (draft.logger !== "zap") return refuse(`unknown logger option ${goQuote(draft.logger)}`);
  const outputs = draft.logOutputs.length === 0 ? [DEFAULT_OUTPUT] : draft.logOutputs;
  if (outputs.length > 1 && outputs.includes(DEFAULT_OUTPUT))
    return refuse(`multi logoutput for ${goQuote(DEFAULT_OUTPUT)} is not supported yet`);
  let rotation: LogRotationConfig | undefined;
  if (draft.enableLogRotation) {
    const files = outputs.filter((output) => ![DEFAULT_OUTPUT, "stderr", "stdout"].includes(output));
    if (files.length > 1 || (files.length === 0 && outputs.length === 1))
      return refuse("--log-outputs requires a single file path when --log-rotate-config-json is defined");
    const parsed = parseRotation(draft.logRotationJson);
    if (!parsed.ok) return refuse(parsed.reason);
    rotation = parsed.rotation;
  }
  const level = LEVELS.get(draft.logLevel) ?? LEVELS.get(draft.logLevel.toLowerCase());
  if (level === undefined) return { kind: "panic", text: `panic: unrecognized level: ${goQuote(draft.logLevel)}\n` };
  if (!["json", "console", ""].includes(draft.logFormat))
    return refuse(`unknown log format: ${draft.logFormat}, supported values json, console`);
  // There is no journal client here: what would go to systemd's journal goes to stderr, which systemd takes as well.
  const named = outputs.map((output) =>
    output === DEFAULT_OUTPUT || output === "systemd/journal" ? "stderr" : output,
  );
  const merged = named.includes("/dev/null") ? ["/dev/null"] : [...new Set(named)].sort();
  const format = draft.logFormat === "console" ? "console" : "json";
  return { kind: "ok", logging: { level, format, outputs: merged, rotation } };
}

const ROTATION_KINDS: Readonly<Record<string, "int" | "bool" | "string">> = {
  filename: "string",
  maxsize: "int",
  maxage: "int",
  maxbackups: "int",
  localtime: "bool",
  compress: "bool",
};

function parseRotation(
  text: string,
): { readonly ok: true; readonly rotation: LogRotationConfig } | { readonly ok: false; readonly reason: string } {
  const refuse = (reason: string) => ({ ok: false, reason }) as const;
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return refuse(`improperly formatted log rotation config: ${syntaxReason(text)}`);
  }
  if (json === null) json = {};
  if (typeof json !== "object" || Array.isArray(json))
    return refuse(
      `invalid log rotation config: json: cannot unmarshal ${kindOf(json)} into Go value of type embed.logRotationConfig`,
    );
  const values: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(json as object)) {
    const name = key.toLowerCase();
    const kind = ROTATION_KINDS[name];
    if (kind === undefined || value === null) continue;
    const fits =
      kind === "int"
        ? Number.isSafeInteger(value)
        : kind === "bool"
          ? typeof value === "boolean"
          : typeof value === "string";
    if (!fits) {
      const number = kind === "int" && typeof value === "number" ? ` ${value}` : "";
      return refuse(
        `invalid log rotation config: json: cannot unmarshal ${kindOf(value)}${number} into Go struct field logRotationConfig.Logger.${name} of type ${kind}`,
      );
    }
    values[name] = value;
  }
  return {
    ok: true,
    rotation: {
      maxSizeMegabytes: (values.maxsize as number | undefined) ?? 0,
      maxAgeDays: (values.maxage as number | undefined) ?? 0,
      maxBackups: (values.maxbackups as number | undefined) ?? 0,
      localTime: (values.localtime as boolean | undefined) ?? false,
      compress: (values.compress as boolean | undefined) ?? false,
    },
  };
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return "array";
  return typeof value === "boolean" ? "bool" : typeof value;
}

/** Go's wording for the two faults that are easily told apart without a parser of its own. */
function syntaxReason(text: string): string {
  const trimmed = text.trimStart();
  if (trimmed === "") return "unexpected end of JSON input";
  if (!/^[[{"0-9tfn-]/.test(trimmed))
    return `invalid character ${quotedRune(trimmed[0]!)} looking for beginning of value`;
  if (/^\{\s*[^"}\s]/.test(trimmed)) {
    const character = /^\{\s*([^\s])/.exec(trimmed)![1]!;
    return `invalid character ${quotedRune(character)} looking for beginning of object key string`;
  }
  return "unexpected end of JSON input";
}

function quotedRune(character: string): string {
  return character === "'" ? "'\\''" : character === '"' ? `'"'` : `'${goQuote(character).slice(1, -1)}'`;
}

/** Everything but the log, which must be valid already. */
export function validateDraft(draft: ConfigDraft, logging: LoggingConfig): Validation {
  const warnings: Warning[] = [];
  const reason = refusal(draft, warnings);
  if (reason !== undefined)
    return { warnings, result: { ok: false, reason, advertiseMissing: reason === ADVERTISE_MISSING } };
  return { warnings, result: { ok: true, config: configOf(draft, logging) } };
}

const ADVERTISE_MISSING = "--advertise-client-urls is required when --listen-client-urls is set explicitly";

function refusal(draft: ConfigDraft, warnings: Warning[]): string | undefined {
  const bind = bindRefusal([...draft.listenPeerUrls, ...draft.listenClientUrls, ...draft.listenClientHttpUrls]);
  if (bind !== undefined) return bind;
  if (draft.listenClientHttpUrls.length === 0) {
    warnings.push({
      message: "Running http and grpc server on single port. This is not recommended for production.",
      fields: undefined,
    });
  }
  const metrics = bindRefusal(draft.listenMetricsUrls);
  if (metrics !== undefined) return metrics;
  const peerHost = hostRefusal(draft.advertisePeerUrls);
  if (peerHost !== undefined)
    return `--initial-advertise-peer-urls ${quotedList(draft.advertisePeerUrls)} must be "host:port" (${peerHost})`;
  const clientHost = hostRefusal(draft.advertiseClientUrls ?? []);
  if (clientHost !== undefined) {
    const formats = '"host:port", "unix:/path/to/socket" or "unixs:/path/to/socket"';
    return `--advertise-client-urls ${quotedList(draft.advertiseClientUrls ?? [])} must be in the format ${formats} (${clientHost})`;
  }
  if (draft.initialClusterState !== "new" && draft.initialClusterState !== "existing")
    return `unexpected clusterState ${goQuote(draft.initialClusterState)}`;
  const { endpoints, token } = draft.discovery;
  const sources = [draft.initialCluster !== "", draft.discoverySrv !== "", endpoints.length > 0];
  if (sources.filter(Boolean).length > 1) {
    const choices = '"initial-cluster", "discovery-endpoints" or "discovery-srv"';
    return `multiple discovery or bootstrap flags are set. Choose one of ${choices}`;
  }
  if ((token !== "") !== endpoints.length > 0) return "both --discovery-token and --discovery-endpoints must be set";
  if (endpoints.some((endpoint) => endpoint.trim() === ""))
    return "--discovery-endpoints must not contain empty endpoints";
  const { heartbeatIntervalMs: heartbeat, electionTimeoutMs: election } = draft;
  if (heartbeat === 0) return `--heartbeat-interval must be >0 (set to ${heartbeat}ms)`;
  if (election === 0) return `--election-timeout must be >0 (set to ${election}ms)`;
  if (5 * heartbeat > election)
    return `--election-timeout[${election}ms] should be at least as 5 times as --heartbeat-interval[${heartbeat}ms]`;
  if (election > ELECTION_MS_MAX)
    return `--election-timeout[${election}ms] is too long, and should be set less than ${ELECTION_MS_MAX}ms`;
  if (draft.advertiseClientUrls === undefined) return ADVERTISE_MISSING;
  if (draft.autoCompactionMode === "") return "undefined auto-compaction-mode";
  if (draft.autoCompactionMode !== "periodic" && draft.autoCompactionMode !== "revision")
    return `unknown auto-compaction-mode ${goQuote(draft.autoCompactionMode)}`;
  if (draft.tracingEnabled && (draft.tracingSamplingRate < 0 || draft.tracingSamplingRate > 1_000_000)) {
    const what = draft.tracingSamplingRate < 0 ? "must be positive" : "must be less than 1000000";
    return `distributed tracing configurition is not valid: (tracing sampling rate ${what})`;
  }
  return featureRefusal(draft, warnings) ?? tlsRefusal(draft);
}

function featureRefusal(draft: ConfigDraft, warnings: Warning[]): string | undefined {
  const checkpoint = draft.features.enabled("LeaseCheckpoint");
  const persist = draft.features.enabled("LeaseCheckpointPersist");
  if (checkpoint && !persist) {
    warnings.push({
      message:
        "Detected that checkpointing is enabled without persistence. Consider enabling feature gate LeaseCheckpointPersist",
      fields: undefined,
    });
  }
  if (persist && !checkpoint)
    return "enabling feature gate LeaseCheckpointPersist requires enabling feature gate LeaseCheckpoint";
  if (draft.compactHashCheckTimeMs <= 0)
    return `--compact-hash-check-time must be >0 (set to ${goDurationTextMs(draft.compactHashCheckTimeMs)})`;
  if (draft.name === "default") {
    warnings.push({
      message:
        "it isn't recommended to use default name, please set a value for --name. " +
        "Note that etcd might run into issue when multiple members have the same default name",
      fields: { name: draft.name },
    });
  }
  return undefined;
}

const TLS_VERSIONS: readonly string[] = ["", "TLS1.2", "TLS1.3"];

function tlsRefusal(draft: ConfigDraft): string | undefined {
  for (const version of [draft.tlsMinVersion, draft.tlsMaxVersion]) {
    if (!TLS_VERSIONS.includes(version))
      return `unexpected TLS version ${goQuote(version)} (must be one of: TLS1.2, TLS1.3)`;
  }
  if (draft.tlsMaxVersion !== "" && draft.tlsMinVersion > draft.tlsMaxVersion)
    return `min version (${draft.tlsMinVersion}) is greater than max version (${draft.tlsMaxVersion})`;
  if (draft.tlsMinVersion === "TLS1.3" && draft.cipherSuites.length > 0)
    return "cipher suites cannot be configured when only TLS1.3 is enabled";
  return undefined;
}

/** Listeners bind to addresses, not to names, except localhost. */
function bindRefusal(urls: readonly GoUrl[]): string | undefined {
  for (const url of urls) {
    if (url.scheme === "unix" || url.scheme === "unixs") continue;
    const parts = splitHostPort(url.host);
    if (!parts.ok) return parts.reason;
    if (parts.host !== "localhost" && !isIp(parts.host)) return `expected IP in URL for binding (${url.text})`;
  }
  return undefined;
}

function hostRefusal(urls: readonly GoUrl[]): string | undefined {
  for (const url of urls) {
    if (url.scheme === "unix" || url.scheme === "unixs") continue;
    const parts = splitHostPort(url.host);
    if (!parts.ok) return parts.reason;
    if (parts.host === "") return `unexpected empty host (${url.text})`;
  }
  return undefined;
}

function quotedList(urls: readonly GoUrl[]): string {
  return goQuote(urls.map((url) => url.text).join(","));
}

function configOf(draft: ConfigDraft, logging: LoggingConfig): ServerConfig {
  return {
    name: draft.name,
    dataDir: draft.dataDir,
    walDir: draft.walDir,
    snapshotCount: draft.snapshotCount,
    snapshotCatchupEntries: draft.snapshotCatchupEntries,
    maxSnapshots: draft.maxSnapshots,
    maxWals: draft.maxWals,
    heartbeatIntervalMs: draft.heartbeatIntervalMs,
    electionTimeoutMs: draft.electionTimeoutMs,
    initialElectionTickAdvance: draft.initialElectionTickAdvance,
    listenPeerUrls: draft.listenPeerUrls,
    listenClientUrls: draft.listenClientUrls,
    listenClientHttpUrls: draft.listenClientHttpUrls,
    memoryMlock: draft.memoryMlock,
    quotaBackendBytes: draft.quotaBackendBytes,
    backendFreelistType: draft.backendFreelistType === "array" ? "array" : "map",
    backendBatchIntervalMs: draft.backendBatchIntervalMs,
    backendBatchLimit: draft.backendBatchLimit,
    maxTxnOps: draft.maxTxnOps,
    maxRequestBytes: draft.maxRequestBytes,
    maxConcurrentStreams: draft.maxConcurrentStreams,
    grpcKeepaliveMinTimeMs: draft.grpcKeepaliveMinTimeMs,
    grpcKeepaliveIntervalMs: draft.grpcKeepaliveIntervalMs,
    grpcKeepaliveTimeoutMs: draft.grpcKeepaliveTimeoutMs,
    socketReusePort: draft.socketReusePort,
    socketReuseAddress: draft.socketReuseAddress,
    enableGrpcGateway: draft.enableGrpcGateway,
    raftReadTimeoutMs: draft.raftReadTimeoutMs,
    raftWriteTimeoutMs: draft.raftWriteTimeoutMs,
    features: draft.features.all(),
    featuresText: draft.features.text(),
    advertisePeerUrls: draft.advertisePeerUrls,
    advertiseClientUrls: draft.advertiseClientUrls ?? [],
    initialCluster: draft.initialCluster,
    initialClusterState: draft.initialClusterState as "new" | "existing",
    initialClusterToken: draft.initialClusterToken,
    discovery: draft.discovery,
    discoverySrv: draft.discoverySrv,
    discoverySrvName: draft.discoverySrvName,
    strictReconfigCheck: draft.strictReconfigCheck,
    preVote: draft.preVote,
    autoCompaction: {
      mode: draft.autoCompactionMode as "periodic" | "revision",
      retention: draft.autoCompactionRetention,
    },
    maxLearners: draft.maxLearners,
    clientTls: draft.clientTls,
    peerTls: draft.peerTls,
    selfSignedCertValidity: draft.selfSignedCertValidity,
    cipherSuites: draft.cipherSuites,
    tlsMinVersion: draft.tlsMinVersion as TlsVersion,
    tlsMaxVersion: draft.tlsMaxVersion as TlsVersion,
    cors: draft.cors,
    hostWhitelist: draft.hostWhitelist,
    authToken: draft.authToken,
    bcryptCost: draft.bcryptCost,
    authTokenTtlSeconds: draft.authTokenTtlSeconds,
    enablePprof: draft.enablePprof,
    metrics: draft.metrics,
    listenMetricsUrls: draft.listenMetricsUrls,
    logging,
    warningUnaryRequestDurationMs: draft.warningUnaryRequestDurationMs || 300,
    warningApplyDurationMs: draft.warningApplyDurationMs,
    tracing: {
      enabled: draft.tracingEnabled,
      address: draft.tracingAddress,
      serviceName: draft.tracingServiceName,
      instanceId: draft.tracingInstanceId,
      samplingRatePerMillion: draft.tracingSamplingRate,
    },
    corruptCheckTimeMs: draft.corruptCheckTimeMs,
    compactHashCheckTimeMs: draft.compactHashCheckTimeMs,
    compactionBatchLimit: draft.compactionBatchLimit,
    compactionSleepIntervalMs: draft.compactionSleepIntervalMs,
    watchProgressNotifyIntervalMs: draft.watchProgressNotifyIntervalMs,
    bootstrapDefragThresholdMegabytes: draft.bootstrapDefragThresholdMegabytes,
    downgradeCheckTimeMs: draft.downgradeCheckTimeMs,
    forceNewCluster: draft.forceNewCluster,
    unsafeNoFsync: draft.unsafeNoFsync,
  };
}
