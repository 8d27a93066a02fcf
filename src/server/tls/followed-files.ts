/**
 * Files that are read again when they change. They are asked about before each TLS handshake, synchronously: a few stat(2) calls, some ten
 * microseconds beside a handshake's millisecond; no watcher that could miss a rename or a mounted secret's swapped link.
 */
import { readFileSync, statSync } from "node:fs";

export class FollowedFiles {
  readonly #paths: readonly string[];
  #seen: string | undefined;

  constructor(paths: readonly string[]) {
    this.#paths = paths.filter((path) => path !== "");
    this.#seen = undefined;
  }

  /** True when a file was changed, replaced, removed or made since last asked; true the first time. */
  changed(): boolean {
    const now = this.#paths.map(fingerprint).join("\n");
    if (now === this.#seen) return false;
    this.#seen = now;
    return true;
  }
}

function fingerprint(path: string): string {
  const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
  return stat === undefined ? "absent" : `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeNs}:${stat.ctimeNs}`;
}

/** A file that TLS needs could not be read or holds something else. */
export class TlsFileError extends Error {
  override readonly name = "TlsFileError";
}

export function readTlsFile(path: string, what: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new TlsFileError(`cannot read the ${what} ${path}: ${code}`, { cause });
  }
}
