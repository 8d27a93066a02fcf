/**
 * Random KV requests to a real etcd and to our store: equal response bytes, equal errors, equal hashes, over compactions. Needs the
 * program etcd (see reference.ts). Replay: SEED=<number>.
 */
import assert from "node:assert/strict";
import test from "node:test";
import { Client, credentials, Metadata, type ServiceError } from "@grpc/grpc-js";
import { latin1, utf8 } from "../../src/base/bytes.ts";
import { EtcdError } from "../../src/base/etcd-error.ts";
import { applyDeleteRange } from "../../src/core/kv/delete-range.ts";
import { applyPut } from "../../src/core/kv/put.ts";
import { encodeRangeResponse, executeRange } from "../../src/core/kv/range.ts";
import { RangeStream } from "../../src/core/kv/range-stream.ts";
import { checkPutRequest, checkTxnRequest } from "../../src/core/kv/request-validation.ts";
import { ResponseHeaderEncoder } from "../../src/core/kv/response-header.ts";
import { applyTxn, executeReadonlyTxn, isTxnReadonly } from "../../src/core/kv/txn.ts";
import { CompactionStep } from "../../src/core/mvcc/compaction.ts";
import { Store } from "../../src/core/mvcc/store.ts";
import {
  CompactionRequest,
  DeleteRangeRequest,
  HashKVRequest,
  HashKVResponse,
  LeaseGrantRequest,
  LeaseRevokeRequest,
  PutRequest,
  RangeRequest,
  RangeResponse,
  TxnRequest,
} from "../../src/proto/generated/rpc.ts";
import { crc32c } from "../../src/storage/crc32c.ts";
import { KvModel } from "../support/kv-model.ts";
import { Dice, mayCrashEtcd, RANDOM_LEASES, RandomRequests } from "../support/kv-requests.ts";
import { MapLeases } from "../support/map-leases.ts";
import { MemoryBackend } from "../support/memory-backend.ts";
import { missing, reference, startMember, temporaryFolder } from "./reference.ts";

const OPERATIONS = 4000;
/** Go sorts up to twelve elements stably; beyond, equal ones come in an order that is no contract. */
const KEYS = 12;

type Answer = { readonly bytes: string } | { readonly code: number; readonly message: string };

class RawClient {
  readonly #client: Client;

  constructor(endpoint: string) {
    this.#client = new Client(endpoint, credentials.createInsecure(), { "grpc.max_receive_message_length": -1 });
  }

  call(method: string, request: Uint8Array): Promise<Answer> {
    const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
    const asIs = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve) => {
      const done = (error: ServiceError | null, bytes?: Buffer): void =>
        resolve(error === null ? { bytes: latin1(bytes!) } : { code: error.code, message: error.details });
      this.#client.makeUnaryRequest(`/etcdserverpb.${method}`, asBuffer, asIs, request, new Metadata(), {}, done);
    });
  }

  /** All messages of a server stream. */
  stream(method: string, request: Uint8Array): Promise<string[]> {
    const asBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes);
    const asIs = (bytes: Buffer): Buffer => bytes;
    return new Promise((resolve, reject) => {
      const messages: string[] = [];
      const call = this.#client.makeServerStreamRequest(`/etcdserverpb.${method}`, asBuffer, asIs, request);
      call.on("data", (bytes: Buffer) => messages.push(latin1(bytes)));
      call.on("error", reject);
      call.on("end", () => resolve(messages));
    });
  }

  close(): void {
    this.#client.close();
  }
}

function bytesOf(answer: Answer): Uint8Array {
  assert.ok("bytes" in answer, JSON.stringify(answer));
  return Uint8Array.from(answer.bytes, (c) => c.charCodeAt(0));
}

function ours(execute: () => Uint8Array): Answer {
  try {
    return { bytes: latin1(execute()) };
  } catch (error) {
    assert.ok(error instanceof EtcdError, String(error));
    return { code: error.code, message: error.message };
  }
}

test("random requests get the same bytes from a real etcd and from our store", { skip: missing("etcd") }, async (t) => {
  const seed = Number(process.env.SEED ?? Date.now() % 1_000_000_007);
  t.diagnostic(`SEED=${seed}`);
  const folder = temporaryFolder("kv-real");
  const member = await startMember({
    command: [reference("etcd")!],
    dataDir: `${folder.path}/default.etcd`,
    args: ["--unsafe-no-fsync"],
  });
  const client = new RawClient(member.endpoint);
  try {
    const first = RangeResponse.decode(bytesOf(await client.call("KV/Range", RangeRequest.encode({ key: utf8("x") }))));
    const { clusterId, memberId, raftTerm } = first.header!;
    const header = new ResponseHeaderEncoder({ clusterId, memberId }, raftTerm);
    const backend = new MemoryBackend();
    const leases = new MapLeases();
    const store = new Store({ backend, leases, crc32c });
    const model = new KvModel();
    const dice = new Dice(seed);
    const random = new RandomRequests(dice, model, KEYS);
    let compared = 0;
    const compare = async (
      method: string,
      request: Uint8Array,
      execute: () => Uint8Array,
      what: unknown,
    ): Promise<void> => {
      const expected = await client.call(method, request);
      const got = ours(execute);
      backend.endBatch();
      model.revision = store.revision;
      model.compactRevision = store.compactRevision;
      assert.deepEqual(got, expected, `${method} ${compared} ${JSON.stringify(what)}`);
      compared++;
    };
    for (let i = 0; i < OPERATIONS; i++) {
      const kind = dice.below(100);
      if (kind < 35) {
        const range = random.range();
        const execute = (): Uint8Array => encodeRangeResponse(executeRange(store, range), header);
        await compare("KV/Range", RangeRequest.encode(range), execute, RangeRequest.toJson(range));
      } else if (kind < 60) {
        const put = random.put();
        const execute = (): Uint8Array => {
          checkPutRequest(put);
          return applyPut(store, put, header).response!;
        };
        await compare("KV/Put", PutRequest.encode(put), execute, PutRequest.toJson(put));
      } else if (kind < 68) {
        const deletion = random.deletion();
        const execute = (): Uint8Array => applyDeleteRange(store, deletion, header).response!;
        await compare("KV/DeleteRange", DeleteRangeRequest.encode(deletion), execute, deletion);
      } else if (kind < 94) {
        const txn = random.txn(2);
        if (mayCrashEtcd(txn)) continue;
        const execute = (): Uint8Array => {
          checkTxnRequest(txn, 128);
          return isTxnReadonly(txn) ? executeReadonlyTxn(store, txn, header) : applyTxn(store, txn, header).response!;
        };
        await compare("KV/Txn", TxnRequest.encode(txn), execute, TxnRequest.toJson(txn));
      } else if (kind < 96) {
        const id = dice.pick(RANDOM_LEASES);
        if (leases.keys.has(id)) {
          bytesOf(await client.call("Lease/LeaseRevoke", LeaseRevokeRequest.encode({ id })));
          store.deleteKeys(leases.keys.get(id)!);
          backend.endBatch();
          leases.keys.delete(id);
        } else {
          bytesOf(await client.call("Lease/LeaseGrant", LeaseGrantRequest.encode({ id, ttl: 100_000 })));
          leases.keys.set(id, new Set());
        }
      } else if (kind < 97) {
        const revision = 1 + dice.below(store.revision + 1);
        const request = CompactionRequest.encode({ revision, physical: true });
        const execute = (): Uint8Array => {
          const job = store.scheduleCompaction(revision);
          backend.endBatch();
          while (job.step(1000) !== CompactionStep.Done) assert.ok(!job.isDone);
          return header.response(store.revision);
        };
        await compare("KV/Compact", request, execute, revision);
      } else if (kind < 98) {
        const low = Math.max(1, store.compactRevision);
        const revision = dice.chance(50) ? 0 : low + dice.below(store.revision - low + 1);
        const job = store.startHash(revision);
        const reader = await backend.pin();
        while (!job.step(reader, 100)) assert.ok(store.isHeldBelow(Number.POSITIVE_INFINITY));
        job.close();
        reader.release();
        const answer = bytesOf(await client.call("Maintenance/HashKV", HashKVRequest.encode({ revision })));
        const { hash, compactRevision, hashRevision } = HashKVResponse.decode(answer);
        const mine = (revision === 0 ? undefined : store.hashes.get(revision)) ?? job.result;
        assert.deepEqual({ hash, compactRevision, revision: hashRevision }, mine);
      }
      model.revision = store.revision;
    }
    t.diagnostic(`${compared} responses compared, last revision ${store.revision}`);
    assert.ok(compared > OPERATIONS / 2);
  } catch (error) {
    throw new Error(`SEED=${seed}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  } finally {
    client.close();
    await member.stop("SIGKILL");
    folder.remove();
  }
});

const MAX_REQUEST_BYTES = 1_572_864;

test("RangeStream has the same chunks as a real etcd's", { skip: missing("etcd") }, async () => {
  const folder = temporaryFolder("kv-real-stream");
  const member = await startMember({
    command: [reference("etcd")!],
    dataDir: `${folder.path}/default.etcd`,
    args: ["--unsafe-no-fsync"],
  });
  const client = new RawClient(member.endpoint);
  try {
    const store = new Store({ backend: new MemoryBackend(), leases: new MapLeases(), crc32c });
    for (let i = 0; i < 2500; i++) {
      const put = PutRequest.create({ key: utf8(`key${i}`), value: new Uint8Array(i % 5 === 0 ? 8000 : 300).fill(i) });
      bytesOf(await client.call("KV/Put", PutRequest.encode(put)));
      applyPut(store, put, undefined);
    }
    const first = RangeResponse.decode(bytesOf(await client.call("KV/Range", RangeRequest.encode({ key: utf8("x") }))));
    const { clusterId, memberId, raftTerm } = first.header!;
    const header = new ResponseHeaderEncoder({ clusterId, memberId }, raftTerm);
    const all = { key: utf8("k"), rangeEnd: utf8("l") };
    const requests: Partial<RangeRequest>[] = [
      all,
      { ...all, limit: 700 },
      { ...all, limit: 10 },
      { ...all, limit: 3 },
    ];
    requests.push(
      { ...all, limit: -1 },
      { ...all, keysOnly: true },
      { ...all, countOnly: true },
      { ...all, revision: 900 },
    );
    requests.push({ key: utf8("key7") }, { key: utf8("nothing") }, { ...all, revision: 900, limit: 310 });
    for (const fields of requests) {
      const request = RangeRequest.create(fields);
      const stream = new RangeStream(store, request, MAX_REQUEST_BYTES);
      const chunks: string[] = [];
      for (let i = 0; !stream.isDone; i++) {
        assert.ok(i < 10_000);
        const bytes = stream.step(header);
        if (bytes !== undefined) chunks.push(latin1(bytes));
      }
      const expected = await client.stream("KV/RangeStream", RangeRequest.encode(request));
      assert.deepEqual(
        chunks.map((chunk) => chunk.length),
        expected.map((chunk) => chunk.length),
        JSON.stringify(RangeRequest.toJson(request)),
      );
      assert.deepEqual(chunks, expected);
    }
  } finally {
    client.close();
    await member.stop("SIGKILL");
    folder.remove();
  }
});
