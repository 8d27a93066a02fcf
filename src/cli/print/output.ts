/** The program's stdout and stderr. Written at once and synchronously where the platform does so (files and pipes on POSIX). */

/** Writes to stdout: text as UTF-8, bytes as they are. */
export function writeOut(data: string | Uint8Array): void {
  process.stdout.write(data);
}

/** Writes to stderr. */
export function writeError(text: string): void {
  process.stderr.write(text);
}
