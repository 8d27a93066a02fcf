import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { FileError } from "../file-system.ts";
import { spawnHere, spawnInWorker } from "./descriptor-program.ts";
import { partsAfter } from "./file.ts";
import { NodeFileSystem } from "./file-system.ts";

let folder = "";
before(() => {
  folder = mkdtempSync(join(tmpdir(), "etcd-ts-io-"));
});
after(() => rmSync(folder, { recursive: true, force: true }));

const fileSystem = new NodeFileSystem();
const path = (name: string): string => join(folder, name);
const hasFlock = spawnSync("flock", ["--version"]).error === undefined;
const failsWith = (code: string) => (error: unknown) => error instanceof FileError && error.code === code;

describe("NodeFileSystem", () => {
  it("opens by mode: read and create refuse, write keeps, truncate empties", async () => {
    await assert.rejects(fileSystem.open(path("modes"), "read"), failsWith("ENOENT"));
    const created = await fileSystem.open(path("modes"), "create");
    await created.writev([new Uint8Array([1, 2, 3])], 0);
    await created.close();
    assert.equal(statSync(path("modes")).mode & 0o777, 0o600);
    await assert.rejects(fileSystem.open(path("modes"), "create"), failsWith("EEXIST"));
    const kept = await fileSystem.open(path("modes"), "write");
    assert.equal(await kept.size(), 3);
    await kept.close();
    const emptied = await fileSystem.open(path("modes"), "truncate");
    assert.equal(await emptied.size(), 0);
    await emptied.close();
    const reader = await fileSystem.open(path("modes"), "read");
    await assert.rejects(reader.writev([new Uint8Array(1)], 0), failsWith("EBADF"));
    await reader.close();
    await reader.close();
  });

  it("lists in byte order, renames, removes, and says undefined for what is not there", async () => {
    const below = path("dir/a/b");
    await fileSystem.makeDirectory(below);
    for (const name of ["b", "B", "a10", "a2"]) writeFileSync(join(below, name), name);
    assert.deepEqual(await fileSystem.list(below), ["B", "a10", "a2", "b"]);
    await fileSystem.rename(join(below, "b"), join(below, "B"));
    await fileSystem.syncDirectory(below);
    assert.equal(Buffer.from(await fileSystem.readFile(join(below, "B"))).toString(), "b");
    await fileSystem.remove(join(below, "B"));
    await fileSystem.remove(join(below, "B"));
    assert.equal(await fileSystem.stat(join(below, "B")), undefined);
    assert.equal((await fileSystem.stat(below))?.isDirectory, true);
    await assert.rejects(fileSystem.remove(below), FileError);
    await fileSystem.removeTree(path("dir"));
    await fileSystem.removeTree(path("dir"));
    await assert.rejects(fileSystem.list(path("dir")), failsWith("ENOENT"));
    assert.ok((await fileSystem.freeBytes(folder)) > 0);
  });

  it("writes thousands of parts of any size at their place, durably or not, and reads them back", async () => {
    const file = await fileSystem.open(path("parts"), "create");
    const parts: Uint8Array[] = [];
    for (let i = 0; i < 3000; i++) parts.push(new Uint8Array(i % 7).fill(i));
    const expected = Buffer.concat(parts);
    await file.writev(parts, 5);
    await file.writevDurable(parts, 5 + expected.length);
    await file.datasync();
    await file.writevDurable(parts, 5 + 2 * expected.length);
    await file.writevDurable([], 0);
    const all = new Uint8Array(expected.length * 3 + 50);
    assert.equal(await file.read(all, 5), expected.length * 3);
    assert.deepEqual(Buffer.from(all.subarray(0, expected.length * 3)), Buffer.concat([expected, expected, expected]));
    const few = new Uint8Array(10);
    assert.equal(file.readSync(few, 5), 10);
    assert.deepEqual(Buffer.from(few), expected.subarray(0, 10));
    assert.equal(file.readSync(few, 1e9), 0);
    await file.truncate(7);
    assert.equal(await file.size(), 7);
    await file.close();
    await assert.rejects(file.datasync(), failsWith("EBADF"));
  });

  it("keeps writing to the same file after its name changed", async () => {
    const file = await fileSystem.open(path("old-name"), "create");
    await fileSystem.rename(path("old-name"), path("new-name"));
    await file.writevDurable([Buffer.from("hello")], 0);
    assert.equal(readFileSync(path("new-name"), "utf8"), "hello");
    await file.close();
  });

  for (const fallocateProgram of ["fallocate", null, "no-such-program-anywhere"])
    it(`preallocates real blocks and keeps what is there (fallocate: ${fallocateProgram})`, async () => {
      const name = path(`preallocated-${fallocateProgram}`);
      const file = await new NodeFileSystem({ fallocateProgram }).open(name, "create");
      await file.writevDurable([Buffer.from("head")], 0);
      await file.preallocate(3_000_001);
      const stat = statSync(name);
      assert.equal(stat.size, 3_000_001);
      assert.ok(stat.blocks * 512 >= 3_000_000, `blocks: ${stat.blocks}`);
      await file.preallocate(10);
      assert.equal(await file.size(), 3_000_001);
      const bytes = readFileSync(name);
      assert.equal(bytes.toString("latin1", 0, 4), "head");
      assert.ok(bytes.subarray(4).every((byte) => byte === 0));
      await file.close();
    });

  it("refuses to preallocate more than is free, with ENOSPC, and leaves the length as it was", async () => {
    const file = await fileSystem.open(path("too-large"), "create");
    await file.writev([new Uint8Array(3)], 0);
    const free = await fileSystem.freeBytes(folder);
    await assert.rejects(file.preallocate(free * 2), failsWith("ENOSPC"));
    assert.equal(await file.size(), 3);
    await file.close();
  });

  for (const flockProgram of ["flock", null, "no-such-program-anywhere"])
    it(`refuses a second lock until the first is closed (flock: ${flockProgram})`, {
      skip: flockProgram === "flock" && !hasFlock ? "flock(1) is not installed" : false,
    }, async () => {
      const warnings: string[] = [];
      const log = {
        debug() {},
        info() {},
        warn: (message: string) => void warnings.push(message),
        error() {},
        with: () => log,
      };
      const locking = new NodeFileSystem({ flockProgram, log });
      const name = path(`locked-${flockProgram}`);
      const first = await locking.open(name, "write");
      const second = await locking.open(name, "write");
      assert.equal(await first.lock(), true);
      assert.equal(await first.lock(), true);
      assert.equal(await second.lock(), false);
      await first.writevDurable([new Uint8Array(1)], 0);
      assert.equal(await second.lock(), false);
      await first.close();
      assert.equal(await second.lock(), true);
      await second.close();
      assert.equal(warnings.length > 0, flockProgram !== "flock");
      assert.deepEqual(
        (await fileSystem.list(folder)).filter((each) => each.includes(".lock")),
        [],
      );
    });

  it("without flock(1), takes over the lock file of a dead process but not of a living one", async () => {
    const locking = new NodeFileSystem({ flockProgram: null });
    const gone = spawnSync(process.execPath, ["-e", "process.stdout.write(String(process.pid))"]);
    const file = await locking.open(path("stale"), "write");
    const lockFile = path(`.lock-${statSync(path("stale")).ino}`);
    writeFileSync(lockFile, `${gone.stdout.toString()} 12345\n`);
    assert.equal(await file.lock(), true);
    await file.close();
    // This process's id with another start time: the id was used again.
    writeFileSync(lockFile, `${process.pid} 1\n`);
    const again = await locking.open(path("stale"), "write");
    assert.equal(await again.lock(), process.platform === "linux");
    await again.close();
  });

  it("without flock(1), sees a flock held by another program", {
    skip: hasFlock && process.platform === "linux" ? false : "needs flock(1) and /proc/locks",
  }, async () => {
    const held = await fileSystem.open(path("foreign"), "write");
    assert.equal(await held.lock(), true);
    const other = await new NodeFileSystem({ flockProgram: null }).open(path("foreign"), "write");
    assert.equal(await other.lock(), false);
    await held.close();
    assert.equal(await other.lock(), true);
    await other.close();
  });
});

describe("runOnDescriptor()", () => {
  for (const run of [spawnHere, spawnInWorker])
    it(`tells the exit status, a missing program and a killed one apart (${run.name})`, async () => {
      assert.deepEqual(await run(process.execPath, ["-e", "process.exit(7)"], 2), { kind: "exit", status: 7 });
      assert.deepEqual(await run("no-such-program-anywhere", [], 2), { kind: "missing" });
      const killed = await run(process.execPath, ["-e", "process.kill(process.pid, 'SIGKILL')"], 2);
      assert.equal(killed.kind, "failed");
    });
});

describe("partsAfter()", () => {
  it("drops exactly the bytes written, at every cut", () => {
    const parts = [Buffer.from("abc"), Buffer.from(""), Buffer.from("d"), Buffer.from("efgh")];
    const whole = Buffer.concat(parts);
    for (let cut = 0; cut < whole.length; cut++)
      assert.deepEqual(Buffer.concat(partsAfter(parts, cut)), whole.subarray(cut));
  });
});
