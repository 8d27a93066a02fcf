/**
 * A client of the etcd cluster behind --discovery-endpoints: reads, writes and watches the registry. One connection, to the first endpoint
 * that takes one; after a failure the next is tried.
 */
import { readFile } from "node:fs/promises";
import type { ConnectionOptions } from "node:tls";
import { prefixRangeEnd, utf8, utf8Text } from "../../base/bytes.ts";
import { splitHostPort } from "../../base/go-address.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { Clock } from "../../io/clock.ts";
import { type ChannelOptions, GrpcChannel, GrpcError } from "../../net/transport/grpc-channel.ts";
import {
  AuthenticateRequest,
  AuthenticateResponse,
  AuthService,
  KVService,
  PutRequest,
  RangeRequest,
  RangeResponse,
  WatchRequest,
  WatchResponse,
  WatchService,
} from "../../proto/generated/rpc.ts";
import type { DiscoveryConfig } from "../config.ts";

export interface RegistryEntry {
  readonly key: string;
  readonly value: string;
  readonly createRevision: number;
}

const PORT_DEFAULT = 2379;

export class DiscoveryService {
  readonly #config: DiscoveryConfig;
  readonly #clock: Clock;
  #channel: GrpcChannel | undefined;
  #next: number;

  constructor(config: DiscoveryConfig, clock: Clock) {
    this.#config = config;
    this.#clock = clock;
    this.#channel = undefined;
    this.#next = 0;
  }

  /** Rejects with GrpcError. */
  async get(key: string): Promise<RegistryEntry | undefined> {
    return (await this.#range({ key: utf8(key) })).entries[0];
  }

  /** All entries below a prefix and the revision they were read at. Rejects with GrpcError. */
  list(prefix: string): Promise<{ entries: readonly RegistryEntry[]; revision: number }> {
    const key = utf8(prefix);
    return this.#range({ key, rangeEnd: prefixRangeEnd(key) });
  }

  /** Rejects with GrpcError. */
  async put(key: string, value: string): Promise<void> {
    const channel = await this.#connected();
    const request = PutRequest.encode({ key: utf8(key), value: utf8(value) });
    await this.#watched(channel.unary(KVService.put.path, request, { timeoutMs: this.#config.requestTimeoutMs }));
  }

  /** Hands over what is written below a prefix from a revision on, until `take` returns true. Rejects with GrpcError when the stream ends before. */
  async watch(prefix: string, startRevision: number, take: (entry: RegistryEntry) => boolean): Promise<void> {
    const channel = await this.#connected();
    const key = utf8(prefix);
    const ended = new Promise<void>((resolve, reject) => {
      let isDone = false;
      const lost = (message: string): GrpcError =>
        new GrpcError({ code: GrpcCode.Unavailable, message, trailers: [], unprocessed: false });
      const call = channel.open(WatchService.watch.path, {
        onMessage: (bytes) => {
          if (isDone) return;
          const response = WatchResponse.decode(bytes);
          if (response.canceled) {
            isDone = true;
            call.cancel();
            reject(lost(`the watch was canceled: ${response.cancelReason}`));
            return;
          }
          for (const { kv } of response.events) {
            if (kv === undefined || !take(entryOf(kv))) continue;
            isDone = true;
            call.cancel();
            resolve();
            return;
          }
        },
        onEnd: (status) => {
          if (!isDone) reject(status.code === GrpcCode.OK ? lost("the watch ended") : new GrpcError(status));
          isDone = true;
        },
      });
      const createRequest = { key, rangeEnd: prefixRangeEnd(key), startRevision };
      call.send(WatchRequest.encode({ createRequest }));
    });
    await this.#watched(ended);
  }

  close(): void {
    this.#channel?.close();
    this.#channel = undefined;
  }

  async #range(request: Partial<RangeRequest>): Promise<{ entries: RegistryEntry[]; revision: number }> {
    const channel = await this.#connected();
    const bytes = RangeRequest.encode(RangeRequest.create(request));
    const { requestTimeoutMs: timeoutMs } = this.#config;
    const reply = RangeResponse.decode(await this.#watched(channel.unary(KVService.range.path, bytes, { timeoutMs })));
    return { entries: reply.kvs.map(entryOf), revision: reply.header?.revision ?? 0 };
  }

  /** After a failure the connection is not used again. */
  async #watched<T>(work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  async #connected(): Promise<GrpcChannel> {
    if (this.#channel?.usable === true) return this.#channel;
    const { endpoints } = this.#config;
    let failure: unknown;
    for (let tried = 0; tried < endpoints.length; tried++) {
      const endpoint = endpoints[this.#next++ % endpoints.length]!;
      try {
        this.#channel = await this.#dial(endpoint);
        return this.#channel;
      } catch (error) {
        if (!(error instanceof GrpcError)) throw error;
        failure = error;
      }
    }
    throw failure;
  }

  async #dial(endpoint: string): Promise<GrpcChannel> {
    const { dialTimeoutMs, keepaliveTimeMs, keepaliveTimeoutMs, requestTimeoutMs, user, password } = this.#config;
    const { address, scheme } = parseEndpoint(endpoint);
    const given = await tlsOptions(this.#config);
    const isTls = scheme === "https" || scheme === "unixs" || (scheme === "" && given !== undefined);
    const channel = await GrpcChannel.dial({
      clock: this.#clock,
      address,
      tls: isTls ? withServerName(given ?? {}, address) : undefined,
      dialTimeoutMs,
      keepalive: { intervalMs: keepaliveTimeMs, timeoutMs: keepaliveTimeoutMs },
    });
    if (user === "" || password === "") return channel;
    try {
      const request = AuthenticateRequest.encode({ name: user, password });
      const reply = await channel.unary(AuthService.authenticate.path, request, { timeoutMs: requestTimeoutMs });
      channel.setMetadata({ token: AuthenticateResponse.decode(reply).token });
      return channel;
    } catch (error) {
      channel.close();
      throw error;
    }
  }
}

function entryOf(kv: { key: Uint8Array; value: Uint8Array; createRevision: number }): RegistryEntry {
  return { key: utf8Text(kv.key).trim(), value: utf8Text(kv.value).trim(), createRevision: kv.createRevision };
}

function parseEndpoint(text: string): { readonly address: ChannelOptions["address"]; readonly scheme: string } {
  const [, scheme = "", rest = ""] = /^(?:(https?|unixs?):(?:\/\/)?)?(.*)$/.exec(text) ?? [];
  if (scheme.startsWith("unix")) return { address: { socketPath: rest }, scheme };
  const authority = rest.replace(/\/.*$/, "");
  const parts = splitHostPort(authority);
  if (!parts.ok) return { address: { host: authority, port: PORT_DEFAULT }, scheme };
  return { address: { host: parts.host, port: Number(parts.port) }, scheme };
}

/** Undefined when nothing asks for TLS. Rejects when a file cannot be read. */
async function tlsOptions(config: DiscoveryConfig): Promise<ConnectionOptions | undefined> {
  const { cert, key, cacert, insecureTransport, insecureSkipTlsVerify } = config;
  if (cert === "" && key === "" && cacert === "" && insecureTransport && !insecureSkipTlsVerify) return undefined;
  return {
    ...(cert === "" ? {} : { cert: await readFile(cert) }),
    ...(key === "" ? {} : { key: await readFile(key) }),
    ...(cacert === "" ? {} : { ca: await readFile(cacert) }),
    rejectUnauthorized: !insecureSkipTlsVerify,
  };
}

/** The name that the server's certificate is chosen by; addresses are never sent as names. */
function withServerName(options: ConnectionOptions, address: ChannelOptions["address"]): ConnectionOptions {
  if ("socketPath" in address || /^[\d.]+$|:/.test(address.host)) return options;
  return { ...options, servername: address.host };
}
