/** Which of a peer's URLs to use: one until it fails, then the next (etcd rafthttp/urlpick.go). */
import { assert } from "../../base/assert.ts";

export class UrlPicker {
  #urls: readonly string[];
  #picked: number;

  constructor(urls: readonly string[]) {
    assert(urls.length > 0, "a peer has at least one URL");
    this.#urls = urls;
    this.#picked = 0;
  }

  update(urls: readonly string[]): void {
    assert(urls.length > 0, "a peer has at least one URL");
    this.#urls = urls;
    this.#picked = 0;
  }

  get urls(): readonly string[] {
    return this.#urls;
  }

  pick(): string {
    return this.#urls[this.#picked]!;
  }

  /** The URL failed: unless another took its place meanwhile, the next one is used. */
  unreachable(url: string): void {
    if (url === this.#urls[this.#picked]) this.#picked = (this.#picked + 1) % this.#urls.length;
  }
}
