/** What Go says of a file operation that the system refused. */

/** The system's text, without the operation and the path. */
export function fileErrorText(error: unknown): string {
  const texts: Readonly<Record<string, string>> = {
    ENOENT: "no such file or directory",
    EACCES: "permission denied",
    EPERM: "operation not permitted",
    EISDIR: "is a directory",
    ENOTDIR: "not a directory",
    ENOSPC: "no space left on device",
    EROFS: "read-only file system",
    EEXIST: "file exists",
  };
  const { code, message } = error as NodeJS.ErrnoException;
  return texts[code ?? ""] ?? message;
}
