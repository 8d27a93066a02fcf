/** The body of a plain HTTP/2 request between the frames that bring it and the handler that reads it. */
import { concatBytes } from "../../base/bytes.ts";
import { BodyTooLargeError, ClientGoneError } from "./http-exchange.ts";

export class RequestBody {
  readonly #onTaken: (bytes: number) => void;
  #pieces: Uint8Array[];
  #ended: boolean;
  #failed: Error | undefined;
  #wake: (() => void) | undefined;

  /** `onTaken` hears of bytes that the handler has taken: they can be given back as window. */
  constructor(onTaken: (bytes: number) => void) {
    this.#onTaken = onTaken;
    this.#pieces = [];
    this.#ended = false;
    this.#failed = undefined;
    this.#wake = undefined;
  }

  push(piece: Uint8Array): void {
    this.#pieces.push(piece);
    this.#wakeUp();
  }

  end(): void {
    this.#ended = true;
    this.#wakeUp();
  }

  abort(): void {
    if (this.#ended) return;
    this.#failed = new ClientGoneError("the client went away");
    this.#wakeUp();
  }

  #wakeUp(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  async *stream(): AsyncGenerator<Uint8Array, void, void> {
    for (;;) {
      const piece = this.#pieces.shift();
      if (piece !== undefined) {
        this.#onTaken(piece.length);
        yield piece;
      } else if (this.#failed !== undefined) {
        throw this.#failed;
      } else if (this.#ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      }
    }
  }

  async whole(bytesMax: number): Promise<Uint8Array> {
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of this.stream()) {
      bytes += piece.length;
      if (bytes > bytesMax) throw new BodyTooLargeError(`body larger than ${bytesMax} bytes`);
      pieces.push(piece);
    }
    return concatBytes(pieces);
  }
}
