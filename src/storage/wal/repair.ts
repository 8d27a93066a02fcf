/** Cuts off the torn write at the end of a log (etcd server/storage/wal/repair.go). The file as it was is kept beside it as `<name>.broken`. */
import { parseSegmentFileName } from "../../codec/wal/file-name.ts";
import type { File, FileSystem } from "../../io/file-system.ts";
import type { Logger } from "../../io/logger.ts";
import { crc32c } from "../crc32c.ts";
import { type RecordVisitor, readSegments } from "./segment-reader.ts";
import type { WalProblem } from "./wal-problem.ts";
import { isAllZero } from "./zeros.ts";

export type RepairResult =
  | { readonly ok: true; readonly path: string; readonly truncatedAt: number | undefined }
  | { readonly ok: false; readonly problem: WalProblem };

const COPY_PIECE_BYTES = 1 << 20;
const NO_VISITOR: RecordVisitor = { record: () => undefined };

/** Repairs the last file, if what is wrong with it is a torn write; anything else is a problem and is left as it is. Rejects with FileError. */
export async function repairWal(fileSystem: FileSystem, directory: string, log: Logger): Promise<RepairResult> {
  const name = (await fileSystem.list(directory)).findLast((each) => parseSegmentFileName(each) !== undefined);
  if (name === undefined)
    return { ok: false, problem: { kind: "noFiles", path: directory, offset: undefined, reason: "no segment file" } };
  const path = `${directory}/${name}`;
  const file = await fileSystem.open(path, "write");
  try {
    if (!(await file.lock()))
      return { ok: false, problem: { kind: "locked", path, offset: undefined, reason: "locked by another process" } };
    log.info("repairing", { path });
    const { problem } = await readSegments([{ file, path }], crc32c, NO_VISITOR);
    if (problem === undefined) return { ok: true, path, truncatedAt: undefined };
    if (problem.kind !== "torn" || problem.offset === undefined) return { ok: false, problem };
    await keepCopy(fileSystem, file, `${path}.broken`);
    await file.truncate(problem.offset);
    await file.datasync();
    await fileSystem.syncDirectory(directory);
    log.info("repaired", { path, "truncated-at": problem.offset, reason: problem.reason });
    return { ok: true, path, truncatedAt: problem.offset };
  } finally {
    await file.close();
  }
}

async function keepCopy(fileSystem: FileSystem, from: File, path: string): Promise<void> {
  const size = await from.size();
  const copy = await fileSystem.open(path, "truncate");
  try {
    await copy.truncate(size);
    const piece = new Uint8Array(Math.min(COPY_PIECE_BYTES, size));
    for (let at = 0; at < size; at += piece.length) {
      const bytes = piece.subarray(0, await from.read(piece, at));
      // The space that was only reserved stays a hole.
      if (!isAllZero(bytes)) await copy.writev([bytes], at);
    }
    await copy.datasync();
  } finally {
    await copy.close();
  }
}
