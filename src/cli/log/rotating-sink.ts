/**
 * A log file that is set aside when it is full: `etcd.log` becomes `etcd-2026-01-02T15-04-05.000.log`, old ones are removed by number and age and
 * packed on request. Source of behaviour: lumberjack v2 (what etcd uses), whose file names are kept so that its settings mean the same here.
 */
import { closeSync, createReadStream, createWriteStream, mkdirSync, openSync, statSync, writeSync } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import type { LogRotationConfig } from "../../server/config.ts";
import { codeOf, type LogSink } from "./log-sink.ts";

const MEGABYTE = 1024 * 1024;
const DEFAULT_MEGABYTES = 100;
const DAY_MS = 86_400_000;
const PENDING_MAX = 4 << 20;

export class RotatingSink implements LogSink {
  readonly #path: string;
  readonly #config: LogRotationConfig;
  readonly #bytesMax: number;
  readonly #wallNow: () => number;
  #pending: string[];
  #pendingLength: number;
  #file: FileHandle | undefined;
  #size: number;
  /** Settles when everything written so far is on its way to the file. */
  #work: Promise<void> | undefined;
  #mill: Promise<void>;

  /** `wallNow` gives the time for the names of files set aside. */
  constructor(path: string, config: LogRotationConfig, wallNow: () => number) {
    this.#path = path;
    this.#config = config;
    this.#bytesMax = (config.maxSizeMegabytes || DEFAULT_MEGABYTES) * MEGABYTE;
    this.#wallNow = wallNow;
    this.#pending = [];
    this.#pendingLength = 0;
    this.#file = undefined;
    this.#size = 0;
    this.#work = undefined;
    this.#mill = Promise.resolve();
  }

  write(line: string): void {
    if (this.#pendingLength > PENDING_MAX) return;
    this.#pending.push(line);
    this.#pendingLength += line.length;
    this.#work ??= this.#drain();
  }

  flushSync(): void {
    const text = this.#pending.join("");
    this.#pending = [];
    this.#pendingLength = 0;
    if (text === "") return;
    mkdirSync(dirname(this.#path), { recursive: true, mode: 0o755 });
    const descriptor = openSync(this.#path, "a", 0o600);
    writeSync(descriptor, text);
    closeSync(descriptor);
  }

  async close(): Promise<void> {
    while (this.#work !== undefined) await this.#work;
    await this.#mill;
    await this.#file?.close();
    this.#file = undefined;
  }

  /** Writes until nothing is pending. A failed write drops its lines: a server must not stop because of its log. */
  async #drain(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    while (this.#pending.length > 0) {
      const lines = this.#pending;
      this.#pending = [];
      this.#pendingLength = 0;
      try {
        await this.#writeLines(lines);
      } catch (error) {
        if (!(error instanceof Error)) throw error;
        this.#file = undefined;
      }
    }
    this.#work = undefined;
  }

  async #writeLines(lines: readonly string[]): Promise<void> {
    let batch: Buffer[] = [];
    let batchBytes = 0;
    for (const line of lines) {
      const bytes = Buffer.from(line);
      if (bytes.length > this.#bytesMax) continue;
      if (this.#file === undefined) await this.#openExisting(bytes.length);
      if (this.#size + batchBytes + bytes.length > this.#bytesMax) {
        await this.#writeBatch(batch, batchBytes);
        batch = [];
        batchBytes = 0;
        await this.#rotate();
      }
      batch.push(bytes);
      batchBytes += bytes.length;
    }
    await this.#writeBatch(batch, batchBytes);
  }

  async #writeBatch(batch: readonly Buffer[], bytes: number): Promise<void> {
    if (bytes === 0) return;
    await this.#file!.writev(batch);
    this.#size += bytes;
  }

  async #openExisting(bytes: number): Promise<void> {
    this.#startMill();
    const found = await statOr(this.#path);
    if (found === undefined) return this.#openNew();
    if (found.size + bytes >= this.#bytesMax) return this.#rotate();
    this.#file = await open(this.#path, "a", 0o644);
    this.#size = found.size;
  }

  async #rotate(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
    await this.#openNew();
    this.#startMill();
  }

  async #openNew(): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o755 });
    const found = await statOr(this.#path);
    if (found !== undefined) await rename(this.#path, this.#backupPath());
    this.#file = await open(this.#path, "w", found === undefined ? 0o600 : found.mode & 0o777);
    this.#size = 0;
  }

  #backupPath(): string {
    const extension = extname(this.#path);
    const name = basename(this.#path, extension);
    const now = new Date(this.#wallNow());
    const local = this.#config.localTime ? new Date(now.getTime() - now.getTimezoneOffset() * 60_000) : now;
    const stamp = local.toISOString().slice(0, 23).replaceAll(":", "-");
    return join(dirname(this.#path), `${name}-${stamp}${extension}`);
  }

  #startMill(): void {
    this.#mill = this.#mill.then(() => this.#tidy());
  }

  /** Removes and packs files set aside. What fails is tried again with the next rotation. */
  async #tidy(): Promise<void> {
    const { maxBackups, maxAgeDays, compress } = this.#config;
    if (maxBackups === 0 && maxAgeDays === 0 && !compress) return;
    const folder = dirname(this.#path);
    const extension = extname(this.#path);
    const prefix = `${basename(this.#path, extension)}-`;
    const names = await readdir(folder).catch(() => [] as string[]);
    let kept = names
      .map((name) => ({ name, stamp: stampOf(name, prefix, extension) }))
      .filter((file) => file.stamp !== undefined)
      .sort((a, b) => (a.stamp! > b.stamp! ? -1 : 1));
    const remove: string[] = [];
    if (maxBackups > 0) {
      const newest = [...new Set(kept.map((file) => file.stamp!))].slice(0, maxBackups);
      remove.push(...kept.filter((file) => !newest.includes(file.stamp!)).map((file) => file.name));
      kept = kept.filter((file) => newest.includes(file.stamp!));
    }
    if (maxAgeDays > 0) {
      const cutoff = this.#wallNow() - maxAgeDays * DAY_MS;
      remove.push(...kept.filter((file) => file.stamp! < cutoff).map((file) => file.name));
      kept = kept.filter((file) => file.stamp! >= cutoff);
    }
    for (const name of remove) await rm(join(folder, name), { force: true });
    if (!compress) return;
    for (const { name } of kept) {
      if (name.endsWith(".gz")) continue;
      const path = join(folder, name);
      await pipeline(
        createReadStream(path),
        createGzip(),
        createWriteStream(`${path}.gz`, { mode: statSync(path).mode }),
      );
      await rm(path, { force: true });
    }
  }
}

/** When the file was set aside, in milliseconds (its clock read as UTC); undefined for other files. */
function stampOf(name: string, prefix: string, extension: string): number | undefined {
  if (!name.startsWith(prefix)) return undefined;
  const bare = name.endsWith(`${extension}.gz`) ? name.slice(0, -3) : name;
  if (!bare.endsWith(extension)) return undefined;
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)-(\d\d)-(\d\d\.\d{3})$/.exec(
    bare.slice(prefix.length, bare.length - extension.length),
  );
  if (match === null) return undefined;
  const time = Date.parse(`${match[1]}T${match[2]}:${match[3]}:${match[4]}Z`);
  return Number.isNaN(time) ? undefined : time;
}

async function statOr(path: string): Promise<{ readonly size: number; readonly mode: number } | undefined> {
  try {
    return await stat(path);
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}
