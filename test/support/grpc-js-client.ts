/**
 * An etcd client on @grpc/grpc-js with our message codecs: the transport is an independent implementation, so tests that use it
 * check ours from outside.
 */
import { Client, type ClientDuplexStream, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import {
  CompactionRequest,
  CompactionResponse,
  DefragmentRequest,
  DefragmentResponse,
  DeleteRangeRequest,
  DeleteRangeResponse,
  HashKVRequest,
  HashKVResponse,
  LeaseGrantRequest,
  LeaseGrantResponse,
  PutRequest,
  PutResponse,
  RangeRequest,
  RangeResponse,
  SnapshotRequest,
  SnapshotResponse,
  StatusRequest,
  StatusResponse,
  TxnRequest,
  TxnResponse,
  WatchRequest,
  WatchResponse,
} from "../../src/proto/generated/rpc.ts";
import type { MessageCodec } from "../../src/proto/message-codec.ts";

const encode =
  <M extends object>(codec: MessageCodec<M>) =>
  (message: M): Buffer => {
    const bytes = codec.encode(message);
    return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  };
const decode =
  <M extends object>(codec: MessageCodec<M>) =>
  (bytes: Buffer): M =>
    codec.decode(bytes);

export class GrpcJsClient {
  readonly #client: Client;

  constructor(endpoint: string) {
    this.#client = new Client(endpoint, credentials.createInsecure(), {
      "grpc.max_receive_message_length": -1,
      "grpc.initial_reconnect_backoff_ms": 20,
      "grpc.max_reconnect_backoff_ms": 100,
      "grpc.use_local_subchannel_pool": 1,
    });
  }

  unary<Q extends object, R extends object>(
    path: string,
    request: MessageCodec<Q>,
    response: MessageCodec<R>,
    message: Q,
    deadlineMs = 10_000,
  ): Promise<R> {
    return new Promise((resolve, reject) => {
      this.#client.makeUnaryRequest(
        path,
        encode(request),
        decode(response),
        message,
        new Metadata(),
        { deadline: Date.now() + deadlineMs },
        (error: ServiceError | null, value?: R) => (error ? reject(error) : resolve(value!)),
      );
    });
  }

  range(init: Partial<RangeRequest>, deadlineMs?: number): Promise<RangeResponse> {
    return this.unary("/etcdserverpb.KV/Range", RangeRequest, RangeResponse, RangeRequest.create(init), deadlineMs);
  }

  put(init: Partial<PutRequest>, deadlineMs?: number): Promise<PutResponse> {
    return this.unary("/etcdserverpb.KV/Put", PutRequest, PutResponse, PutRequest.create(init), deadlineMs);
  }

  deleteRange(init: Partial<DeleteRangeRequest>, deadlineMs?: number): Promise<DeleteRangeResponse> {
    return this.unary(
      "/etcdserverpb.KV/DeleteRange",
      DeleteRangeRequest,
      DeleteRangeResponse,
      DeleteRangeRequest.create(init),
      deadlineMs,
    );
  }

  txn(init: Partial<TxnRequest>, deadlineMs?: number): Promise<TxnResponse> {
    return this.unary("/etcdserverpb.KV/Txn", TxnRequest, TxnResponse, TxnRequest.create(init), deadlineMs);
  }

  compact(init: Partial<CompactionRequest>, deadlineMs?: number): Promise<CompactionResponse> {
    return this.unary(
      "/etcdserverpb.KV/Compact",
      CompactionRequest,
      CompactionResponse,
      CompactionRequest.create(init),
      deadlineMs,
    );
  }

  leaseGrant(init: Partial<LeaseGrantRequest>): Promise<LeaseGrantResponse> {
    return this.unary(
      "/etcdserverpb.Lease/LeaseGrant",
      LeaseGrantRequest,
      LeaseGrantResponse,
      LeaseGrantRequest.create(init),
    );
  }

  status(deadlineMs?: number): Promise<StatusResponse> {
    const path = "/etcdserverpb.Maintenance/Status";
    return this.unary(path, StatusRequest, StatusResponse, StatusRequest.create(), deadlineMs);
  }

  hashKv(revision = 0): Promise<HashKVResponse> {
    return this.unary(
      "/etcdserverpb.Maintenance/HashKV",
      HashKVRequest,
      HashKVResponse,
      HashKVRequest.create({ revision }),
      60_000,
    );
  }

  defragment(): Promise<DefragmentResponse> {
    return this.unary(
      "/etcdserverpb.Maintenance/Defragment",
      DefragmentRequest,
      DefragmentResponse,
      DefragmentRequest.create(),
      60_000,
    );
  }

  /** The whole snapshot stream: blobs in order. */
  snapshot(): Promise<SnapshotResponse[]> {
    return new Promise((resolve, reject) => {
      const blobs: SnapshotResponse[] = [];
      const stream = this.#client.makeServerStreamRequest(
        "/etcdserverpb.Maintenance/Snapshot",
        encode(SnapshotRequest),
        decode(SnapshotResponse),
        SnapshotRequest.create(),
      );
      stream.on("data", (response: SnapshotResponse) => blobs.push(response));
      stream.on("error", reject);
      stream.on("end", () => resolve(blobs));
    });
  }

  watch(): ClientDuplexStream<WatchRequest, WatchResponse> {
    return this.#client.makeBidiStreamRequest("/etcdserverpb.Watch/Watch", encode(WatchRequest), decode(WatchResponse));
  }

  close(): void {
    this.#client.close();
  }
}
