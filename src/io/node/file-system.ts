/** The operating system's files behind {@link FileSystem}. See `file.ts` for what was measured. */
import * as fs from "node:fs";
import { constants } from "node:fs";
import type { File, FileStat, FileSystem, OpenMode } from "../file-system.ts";
import { type Logger, SILENT_LOGGER } from "../logger.ts";
import { type FileEnvironment, fileError, freeBytes, NodeFile } from "./file.ts";

const FILE_MODE = 0o600;
const DIRECTORY_MODE = 0o700;

const OPEN_FLAGS: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  write: constants.O_RDWR | constants.O_CREAT,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL,
  truncate: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
};

export interface NodeFileSystemOptions {
  readonly log?: Logger;
  /** flock(1), by default from the path; null uses the fallback. */
  readonly flockProgram?: string | null;
  /** fallocate(1), by default from the path; null writes zeros. */
  readonly fallocateProgram?: string | null;
}

export class NodeFileSystem implements FileSystem {
  readonly #environment: FileEnvironment;

  constructor(options: NodeFileSystemOptions = {}) {
    this.#environment = {
      log: options.log ?? SILENT_LOGGER,
      flockProgram: options.flockProgram === undefined ? "flock" : options.flockProgram,
      fallocateProgram: options.fallocateProgram === undefined ? "fallocate" : options.fallocateProgram,
    };
  }

  open(path: string, mode: OpenMode): Promise<File> {
    return new Promise((resolve, reject) => {
      fs.open(path, OPEN_FLAGS[mode], FILE_MODE, (error, fd) =>
        error !== null ? reject(fileError("open", path, error)) : resolve(new NodeFile(path, fd, this.#environment)),
      );
    });
  }

  list(path: string): Promise<string[]> {
    return new Promise((resolve, reject) => {
      fs.readdir(path, (error, names) =>
        // Code units, not the locale: the order that Go's sort.Strings gives for these names.
        error !== null ? reject(fileError("list", path, error)) : resolve(names.sort()),
      );
    });
  }

  stat(path: string): Promise<FileStat | undefined> {
    return new Promise((resolve, reject) => {
      fs.stat(path, (error, stat) => {
        if (error === null) resolve({ size: stat.size, isDirectory: stat.isDirectory(), modifiedMs: stat.mtimeMs });
        else if (error.code === "ENOENT" || error.code === "ENOTDIR") resolve(undefined);
        else reject(fileError("stat", path, error));
      });
    });
  }

  makeDirectory(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.mkdir(path, { recursive: true, mode: DIRECTORY_MODE }, (error) =>
        error !== null ? reject(fileError("makeDirectory", path, error)) : resolve(),
      );
    });
  }

  rename(from: string, to: string): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.rename(from, to, (error) => (error !== null ? reject(fileError("rename", from, error)) : resolve()));
    });
  }

  remove(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.unlink(path, (error) =>
        error !== null && error.code !== "ENOENT" ? reject(fileError("remove", path, error)) : resolve(),
      );
    });
  }

  removeTree(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.rm(path, { recursive: true, force: true }, (error) =>
        error !== null ? reject(fileError("removeTree", path, error)) : resolve(),
      );
    });
  }

  syncDirectory(path: string): Promise<void> {
    return new Promise((resolve, reject) => {
      fs.open(path, constants.O_RDONLY, (openError, fd) => {
        if (openError !== null) return reject(fileError("syncDirectory", path, openError));
        fs.fsync(fd, (syncError) => {
          fs.close(fd, (closeError) => {
            const error = syncError ?? closeError;
            if (error !== null && error !== undefined) reject(fileError("syncDirectory", path, error));
            else resolve();
          });
        });
      });
    });
  }

  readFile(path: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      fs.readFile(path, (error, bytes) => (error !== null ? reject(fileError("read", path, error)) : resolve(bytes)));
    });
  }

  freeBytes(path: string): Promise<number> {
    return freeBytes(path);
  }
}
