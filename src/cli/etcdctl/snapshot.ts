/**
 * `etcdctl snapshot save`: the backend's file streamed to `<file>.part`, synced, then given its name. The stream holds back while the disk is
 * behind, so memory stays bounded. Source of behaviour: client/v3/snapshot.
 */
import { createHash } from "node:crypto";
import { type FileHandle, open, rename, rm } from "node:fs/promises";
import { equalBytes } from "../../base/bytes.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import { humanBytes } from "../../base/human-bytes.ts";
import { GrpcError } from "../../net/transport/grpc-channel.ts";
import type { GrpcClientCall } from "../../net/transport/grpc-client-call.ts";
import { MaintenanceService, SnapshotRequest, SnapshotResponse } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeOut } from "../print/output.ts";
import { ClientError, clientError } from "./client-error.ts";
import type { Connection, Deadline } from "./connection.ts";
import { fileErrorText } from "./file-error-text.ts";
import { Progress } from "./progress.ts";
import { badArgs, clientSettings, clock, commandDeadline, connect, failed } from "./session.ts";
import { settlement } from "./settlement.ts";

/** Of what has come and is not yet written. With 8 MiB the program grew to 150-183 MB, with this to 105 MB at the same speed (test/bench/tools.ts). */
const QUEUE_BYTES_MAX = 2 * 1024 * 1024;
const SECTOR_BYTES = 512;
const SHA256_BYTES = 32;

export async function runSnapshotSave(invocation: Invocation): Promise<void> {
  if (invocation.args.length !== 1) throw badArgs("snapshot save expects one argument <filename>");
  const path = invocation.args[0]!;
  const settings = await clientSettings(invocation);
  const config = settings.config();
  // Without --command-timeout a snapshot may take as long as it takes.
  const deadline = invocation.flags.changed("command-timeout") ? commandDeadline(invocation) : undefined;
  if (config.endpoints.length !== 1)
    throw new CommandExit(
      ExitCode.Interrupted,
      `snapshot must be requested to one selected node, not multiple [${config.endpoints.join(" ")}]`,
    );
  let connection: Connection;
  try {
    connection = await connect(config);
  } catch (error) {
    throw error instanceof CommandExit ? new CommandExit(ExitCode.Interrupted, error.reason) : error;
  }
  let version: string;
  try {
    version = await save(connection, path, deadline);
  } catch (error) {
    throw failed(error, ExitCode.Interrupted);
  } finally {
    connection.close();
  }
  writeOut(`Snapshot saved at ${path}\n`);
  if (version !== "") writeOut(`Server version ${version}\n`);
}

/** Go says of a directory in the way that it exists. */
function renameErrorText(error: unknown): string {
  return (error as NodeJS.ErrnoException).code === "EISDIR" ? "file exists" : fileErrorText(error);
}

function refusal(reason: string): CommandExit {
  return new CommandExit(ExitCode.Interrupted, reason);
}

async function save(connection: Connection, path: string, deadline: Deadline): Promise<string> {
  const partPath = `${path}.part`;
  let file: FileHandle;
  try {
    file = await open(partPath, "w", 0o600);
  } catch (error) {
    throw refusal(`could not open ${partPath} (open ${partPath}: ${fileErrorText(error)})`);
  }
  try {
    const download = new Download(file);
    await download.run(connection, deadline);
    if (download.bytes % SECTOR_BYTES !== SHA256_BYTES)
      throw refusal(`sha256 checksum not found [bytes: ${download.bytes}]`);
    if (!download.checksumMatches()) throw refusal("sha256 checksum does not match the received data");
    await file.sync().catch((error: unknown) => {
      throw refusal(`could not fsync snapshot: ${fileErrorText(error)}`);
    });
    await file.close();
    await rename(partPath, path).catch((error: unknown) => {
      throw refusal(`could not rename ${partPath} to ${path} (rename ${partPath} ${path}: ${renameErrorText(error)})`);
    });
    return download.version;
  } finally {
    await file.close();
    await rm(partPath, { force: true, recursive: true });
  }
}

/** One snapshot stream into one file. */
class Download {
  readonly #file: FileHandle;
  readonly #hash: ReturnType<typeof createHash>;
  readonly #progress: Progress;
  #queue: Uint8Array[];
  #queueBytes: number;
  #writing: Promise<void> | undefined;
  #call: GrpcClientCall | undefined;
  #paused: boolean;
  #failure: Error | undefined;
  #remainingBytes: number;
  /** The last 32 bytes so far: not part of what the checksum covers. */
  #tail: Uint8Array;
  bytes: number;
  version: string;

  constructor(file: FileHandle) {
    this.#file = file;
    this.#hash = createHash("sha256");
    this.#progress = new Progress(clock);
    this.#queue = [];
    this.#queueBytes = 0;
    this.#writing = undefined;
    this.#call = undefined;
    this.#paused = false;
    this.#failure = undefined;
    this.#remainingBytes = 0;
    this.#tail = new Uint8Array(0);
    this.bytes = 0;
    this.version = "";
  }

  async run(connection: Connection, deadline: Deadline): Promise<void> {
    const { promise, resolve, reject } = settlement<void>();
    this.#call = await connection.open(
      MaintenanceService.snapshot.path,
      {
        onMessage: (bytes) => this.#take(SnapshotResponse.decode(bytes)),
        onEnd: (status) => {
          if (status.code === GrpcCode.OK) resolve();
          else reject(clientError(new GrpcError(status), deadline !== undefined));
        },
      },
      deadline,
    );
    this.#call.sendLast(SnapshotRequest.encode({}));
    try {
      await promise;
    } catch (error) {
      const cause = this.#failure ?? error;
      // The stream's own status is shown as it came.
      if (this.bytes === 0 && this.#failure === undefined)
        throw cause instanceof ClientError && cause.cause instanceof GrpcError ? refusal(cause.cause.message) : cause;
      throw refusal(`could not write snapshot: ${(cause as Error).message}`);
    } finally {
      while (this.#writing !== undefined) await this.#writing;
      this.#progress.end();
    }
    if (this.#failure !== undefined) throw refusal(`could not write snapshot: ${this.#failure.message}`);
  }

  checksumMatches(): boolean {
    return equalBytes(new Uint8Array(this.#hash.digest()), this.#tail);
  }

  #take(reply: SnapshotResponse): void {
    if (this.version === "") this.version = reply.version;
    const { blob } = reply;
    if (blob.length === 0) return;
    this.bytes += blob.length;
    this.#remainingBytes = Number(reply.remainingBytes);
    this.#queue.push(blob);
    this.#queueBytes += blob.length;
    if (this.#queueBytes >= QUEUE_BYTES_MAX && !this.#paused) {
      this.#paused = true;
      this.#call?.pauseReceiving();
    }
    this.#writing ??= this.#drain();
    const total = this.bytes + this.#remainingBytes;
    this.#progress.show(`snapshot: ${humanBytes(this.bytes)} of ${humanBytes(total)}`);
  }

  async #drain(): Promise<void> {
    try {
      while (this.#queue.length > 0) {
        const chunks = this.#queue;
        this.#queue = [];
        this.#queueBytes = 0;
        for (const chunk of chunks) this.#digest(chunk);
        await writeAll(this.#file, chunks);
        if (this.#paused) {
          this.#paused = false;
          this.#call?.resumeReceiving();
        }
      }
    } catch (error) {
      this.#failure = new Error(`write: ${fileErrorText(error)}`, { cause: error });
      this.#queue = [];
      this.#call?.cancel();
    } finally {
      this.#writing = undefined;
    }
  }

  /** Hashes everything but the last 32 bytes seen, which may be the checksum itself. */
  #digest(chunk: Uint8Array): void {
    if (chunk.length >= SHA256_BYTES) {
      this.#hash.update(this.#tail);
      this.#hash.update(chunk.subarray(0, chunk.length - SHA256_BYTES));
      this.#tail = chunk.slice(chunk.length - SHA256_BYTES);
      return;
    }
    const joined = Buffer.concat([this.#tail, chunk]);
    const kept = Math.min(SHA256_BYTES, joined.length);
    this.#hash.update(joined.subarray(0, joined.length - kept));
    this.#tail = joined.subarray(joined.length - kept);
  }
}

async function writeAll(file: FileHandle, chunks: readonly Uint8Array[]): Promise<void> {
  const { bytesWritten } = await file.writev(chunks);
  let skip = bytesWritten;
  for (const chunk of chunks) {
    if (skip >= chunk.length) {
      skip -= chunk.length;
      continue;
    }
    for (let at = skip; at < chunk.length; ) at += (await file.write(chunk, at)).bytesWritten;
    skip = 0;
  }
}
