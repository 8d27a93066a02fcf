/**
 * etcdserverpb.Maintenance: status, alarms, defragmentation, hashes, snapshots, leader transfer, downgrade
 * (etcd server/etcdserver/api/v3rpc/maintenance.go).
 */

import { utf8 } from "../../base/bytes.ts";
import type { EtcdError } from "../../base/etcd-error.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import {
  sizeOfBytesField,
  sizeOfVarintField,
  writeBytesField,
  writeBytesFieldHeader,
  writeVarintField,
} from "../../proto/field.ts";
import {
  AlarmAction,
  AlarmRequest,
  AlarmResponse,
  DefragmentRequest,
  DefragmentResponse,
  DowngradeRequest,
  DowngradeResponse,
  HashKVRequest,
  HashKVResponse,
  HashRequest,
  HashResponse,
  MoveLeaderRequest,
  MoveLeaderResponse,
  type ResponseHeader,
  StatusRequest,
  StatusResponse,
} from "../../proto/generated/rpc.ts";
import { type CallerIdentity, type CallGate, wireError } from "./call-gate.ts";
import { unaryMethod } from "./unary-method.ts";

export interface MaintenanceServer {
  header(revision?: number): ResponseHeader;
  status(): Omit<StatusResponse, "header">;
  alarm(request: AlarmRequest, identity: CallerIdentity | undefined): Promise<AlarmResponse>;
  defragment(): Promise<void>;
  /** CRC32C over the whole database. */
  hash(): Promise<{ hash: number; revision: number }>;
  hashKv(revision: number): Promise<{ hash: number; compactRevision: number; hashRevision: number; revision: number }>;
  /** `allocate` gives the memory of its pieces: each is used up when the next one is asked for. Fresh memory without it. */
  snapshot(allocate?: (bytes: number) => Uint8Array): Promise<DatabaseSnapshot>;
  /** Only called on the leader. */
  moveLeader(target: bigint, call: ServerCall): Promise<void>;
  downgrade(action: number, version: string): Promise<string>;
}

/** A consistent copy of the database file in pieces. */
export interface DatabaseSnapshot {
  readonly totalBytes: number;
  /** "3.7.0"; empty for files of releases that kept none. */
  readonly storageVersion: string;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** SHA-256 of everything that `pieces` gave; call once, at the end. */
  digest(): Uint8Array;
  /** Releases what keeps the copy consistent; also stops `pieces`. */
  close(): void;
}

/** etcd sends the file in blobs of this size. */
const BLOB_BYTES = 32 * 1024;

export function maintenanceMethods(gate: CallGate, server: MaintenanceServer): Map<string, GrpcMethod> {
  const admin = (identity: CallerIdentity | undefined): void => throwIf(gate.requireAdmin(identity));
  const user = (identity: CallerIdentity | undefined): void => throwIf(gate.requireUser(identity));
  return new Map<string, GrpcMethod>([
    [
      "/etcdserverpb.Maintenance/Alarm",
      unaryMethod(gate, {
        request: AlarmRequest,
        response: AlarmResponse,
        async answer(request, identity) {
          if (request.action === AlarmAction.GET) user(identity);
          else admin(identity);
          const response = await server.alarm(request, identity);
          return { ...response, header: server.header() };
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/Status",
      unaryMethod(gate, {
        request: StatusRequest,
        response: StatusResponse,
        learnerMay: true,
        answer(_request, identity) {
          user(identity);
          return { header: server.header(), ...server.status() };
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/Defragment",
      unaryMethod(gate, {
        request: DefragmentRequest,
        response: DefragmentResponse,
        async answer(_request, identity) {
          admin(identity);
          await server.defragment();
          return DefragmentResponse.create();
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/Hash",
      unaryMethod(gate, {
        request: HashRequest,
        response: HashResponse,
        async answer(_request, identity) {
          admin(identity);
          const { hash, revision } = await server.hash();
          return { header: server.header(revision), hash };
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/HashKV",
      unaryMethod(gate, {
        request: HashKVRequest,
        response: HashKVResponse,
        async answer(request, identity) {
          admin(identity);
          const { hash, compactRevision, hashRevision, revision } = await server.hashKv(request.revision);
          return { header: server.header(revision), hash, compactRevision, hashRevision };
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/MoveLeader",
      unaryMethod(gate, {
        request: MoveLeaderRequest,
        response: MoveLeaderResponse,
        async answer(request, identity, call) {
          admin(identity);
          await server.moveLeader(request.targetID, call);
          return MoveLeaderResponse.create();
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/Downgrade",
      unaryMethod(gate, {
        request: DowngradeRequest,
        response: DowngradeResponse,
        async answer(request, identity) {
          admin(identity);
          const version = await server.downgrade(request.action, request.version);
          return { header: server.header(), version };
        },
      }),
    ],
    [
      "/etcdserverpb.Maintenance/Snapshot",
      {
        kind: "stream",
        open(call) {
          const refusal = gate.admitStream(call, true);
          if (refusal !== undefined) {
            call.fail(refusal);
            return;
          }
          call.onMessage = () => undefined;
          call.onHalfClose = () => {
            gate.identify(call, (identity, error) => {
              const denied = error ?? gate.requireAdmin(identity);
              if (denied !== undefined) call.fail(denied);
              else void streamSnapshot(server, call);
            });
          };
        },
      },
    ],
  ]);
}

async function streamSnapshot(server: MaintenanceServer, call: ServerCall): Promise<void> {
  let wake: (() => void) | undefined;
  call.onDrain = () => wake?.();
  call.onCancel = () => wake?.();
  let snapshot: DatabaseSnapshot | undefined;
  try {
    snapshot = await server.snapshot((bytes) => call.lend(bytes));
    const version = utf8(snapshot.storageVersion);
    let remaining = snapshot.totalBytes;
    const send = async (blob: Uint8Array): Promise<void> => {
      const head = snapshotResponseHead(remaining, blob.length, version);
      if (!call.send(head.before, blob, head.after) && !call.cancelled) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = undefined;
      }
    };
    for await (const piece of snapshot.pieces) {
      for (let at = 0; at < piece.length && !call.cancelled; at += BLOB_BYTES) {
        const blob = piece.subarray(at, Math.min(piece.length, at + BLOB_BYTES));
        remaining -= blob.length;
        await send(blob);
      }
      if (call.cancelled) return;
    }
    await send(snapshot.digest());
    call.end();
  } catch (error) {
    call.fail(wireError(error));
  } finally {
    snapshot?.close();
  }
}

/** SnapshotResponse{remaining_bytes=2, blob=3, version=4} around the blob's own bytes. */
function snapshotResponseHead(
  remaining: number,
  blobBytes: number,
  version: Uint8Array,
): { before: Uint8Array; after: Uint8Array } {
  const headSize = (remaining > 0 ? sizeOfVarintField(2, remaining) : 0) + sizeOfBytesField(3, blobBytes) - blobBytes;
  const before = new Uint8Array(headSize);
  writeBytesFieldHeader(3, blobBytes, before, remaining > 0 ? writeVarintField(2, remaining, before, 0) : 0);
  const after = new Uint8Array(version.length > 0 ? sizeOfBytesField(4, version.length) : 0);
  if (version.length > 0) writeBytesField(4, version, after, 0);
  return { before, after };
}

function throwIf(error: EtcdError | undefined): void {
  if (error !== undefined) throw error;
}
