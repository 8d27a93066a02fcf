/**
 * A whole database as a stream while writes go on: two meta pages of the pinned transaction (the second one transaction older, as bbolt's
 * Tx.WriteTo has it), then the pages up to its high-water mark as they are in the file. Pages that the transaction does not use come along
 * with whatever they hold.
 */
import { encodeMeta } from "../../codec/bolt/meta.ts";
import { FileError } from "../../io/file-system.ts";
import type { BoltPinnedReader } from "./pinned-reader.ts";

/** Bytes of a piece of the stream. */
const PIECE_BYTES = 131072;

export class BoltSnapshot {
  /** Bytes of the whole stream. */
  readonly sizeBytes: number;
  /** What is in it; good until it is closed. */
  readonly reader: BoltPinnedReader;
  /** Where the memory of pieces comes from; a piece is used up when the next one is asked for. Fresh memory unless set. */
  allocate: (bytes: number) => Uint8Array;
  readonly #onClose: () => void;
  #at: number;
  #closed: boolean;

  constructor(reader: BoltPinnedReader, onClose: () => void) {
    this.reader = reader;
    this.allocate = (bytes) => new Uint8Array(bytes);
    this.#onClose = onClose;
    this.sizeBytes = reader.sizeBytes;
    this.#at = 0;
    this.#closed = false;
  }

  /** The next piece, undefined at the end. Pull one after the other: that is the backpressure. */
  async read(): Promise<Uint8Array | undefined> {
    const meta = this.reader.state.meta;
    if (this.#closed || this.#at >= this.sizeBytes) return undefined;
    if (this.#at === 0) {
      const pages = new Uint8Array(meta.pageSize * 2);
      const written = { ...meta, freelist: undefined };
      encodeMeta(written, pages, 0);
      encodeMeta({ ...written, txid: Math.max(0, meta.txid - 1) }, pages.subarray(meta.pageSize), 1);
      this.#at = pages.length;
      return pages;
    }
    const piece = this.allocate(Math.min(PIECE_BYTES, this.sizeBytes - this.#at));
    const got = await this.reader.file.file.read(piece, this.#at);
    if (got < piece.length) throw new FileError("read", this.reader.file.file.path, "EOF");
    this.#at += piece.length;
    return piece;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, void> {
    try {
      for (let piece = await this.read(); piece !== undefined; piece = await this.read()) yield piece;
    } finally {
      this.close();
    }
  }

  /** Gives the transaction free. May be called more than once. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.reader.release();
    this.#onClose();
  }
}
