/** Request messages of one call that are compressed, or wait behind one that is: they come out in order, whether inflated at once or off the main thread. */
import { GrpcCode } from "../../base/grpc-code.ts";
import { type InflateResult, inflateMessage } from "./message-inflate.ts";

/** The call that the messages belong to. */
export interface InflateOwner {
  readonly finished: boolean;
  takeInflated(message: Uint8Array): void;
  refuse(code: GrpcCode, message: string): void;
  /** An inflation off the main thread begins or has ended: meanwhile nothing more should come. */
  setInflating(inflating: boolean): void;
  /** Everything has been handed over. */
  onInflatedAll(): void;
}

export class InflateQueue {
  readonly #owner: InflateOwner;
  readonly #encoding: string;
  readonly #messageBytesMax: number;
  #waiting: { readonly format: number; readonly message: Uint8Array }[];
  #working: boolean;
  #inflating: boolean;

  constructor(owner: InflateOwner, encoding: string, messageBytesMax: number) {
    this.#owner = owner;
    this.#encoding = encoding;
    this.#messageBytesMax = messageBytesMax;
    this.#waiting = [];
    this.#working = false;
    this.#inflating = false;
  }

  /** False while messages are on their way out. */
  get idle(): boolean {
    return this.#waiting.length === 0 && !this.#working && !this.#inflating;
  }

  push(format: number, message: Uint8Array): void {
    this.#waiting.push({ format, message });
    this.#work();
  }

  #work(): void {
    if (this.#working) return;
    this.#working = true;
    while (this.#waiting.length > 0 && !this.#inflating && !this.#owner.finished) {
      const { format, message } = this.#waiting.shift()!;
      if (format === 0) this.#owner.takeInflated(message);
      else this.#inflate(format, message);
    }
    this.#working = false;
    if (this.idle && !this.#owner.finished) this.#owner.onInflatedAll();
  }

  #inflate(format: number, message: Uint8Array): void {
    const owner = this.#owner;
    if (format !== 1) {
      owner.refuse(GrpcCode.Internal, `grpc: received unexpected payload format ${format}`);
    } else if (this.#encoding !== "gzip") {
      owner.refuse(GrpcCode.Internal, "grpc: compressed flag set with identity or empty encoding");
    } else {
      this.#inflating = true;
      owner.setInflating(true);
      inflateMessage(message, this.#messageBytesMax, (result) => this.#onInflated(result));
    }
  }

  #onInflated(result: InflateResult): void {
    this.#inflating = false;
    if (this.#owner.finished) return;
    this.#owner.setInflating(false);
    if (!result.ok) {
      this.#owner.refuse(result.code, result.message);
      return;
    }
    this.#owner.takeInflated(result.message);
    this.#work();
  }
}
