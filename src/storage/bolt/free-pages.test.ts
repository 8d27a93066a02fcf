import assert from "node:assert/strict";
import { test } from "node:test";
import { Prng } from "../../../test/support/prng.ts";
import { FreePages } from "./free-pages.ts";

test("FreePages equals sets of page numbers through random allocation, pending pages and readers", () => {
  for (const seed of [1, 2, 3]) {
    const random = new Prng(seed);
    const pages = new FreePages(100);
    pages.add(2, 98);
    const free = new Set<number>(Array.from({ length: 98 }, (_, i) => i + 2));
    const used: [number, number][] = [];
    const pending: { txid: number; runs: number[] }[] = [];
    const readers: number[] = [];
    let txid = 1;
    let pageCount = 100;
    for (let step = 0; step < 4000; step++) {
      const what = random.next();
      if (what < 0.5) {
        const count = random.chance(0.7) ? 1 : 1 + random.integer(40);
        const first = pages.allocate(count);
        if (first >= pageCount) {
          assert.equal(first, pageCount);
          pageCount += count;
          if (count === 1) assert.equal(free.size, 0, `seed ${seed}: grew although a page was free`);
        } else
          for (let id = first; id < first + count; id++)
            assert.ok(free.delete(id), `seed ${seed}: page ${id} was not free`);
        used.push([first, count]);
      } else if (what < 0.9) {
        txid++;
        const runs: number[] = [];
        for (let i = random.integer(4); i > 0 && used.length > 0; i--)
          runs.push(...used.splice(random.integer(used.length), 1)[0]!);
        pages.addPending(txid, runs);
        pending.push({ txid, runs });
        const oldest = Math.min(txid, ...readers);
        pages.release(txid, () => undefined);
        while (pending.length > 0 && pending[0]!.txid <= oldest) {
          const { runs: freed } = pending.shift()!;
          for (let i = 0; i < freed.length; i += 2)
            for (let id = freed[i]!; id < freed[i]! + freed[i + 1]!; id++) free.add(id);
        }
      } else if (what < 0.95) {
        pages.addReader(txid);
        readers.push(txid);
      } else if (readers.length > 0) pages.removeReader(readers.splice(random.integer(readers.length), 1)[0]!);
      assert.equal(pages.freeCount, free.size, `seed ${seed}, step ${step}`);
      assert.equal(pages.pageCount, pageCount);
      assert.equal(pages.readerCount, readers.length);
    }
    for (let id = 0; id < pageCount + 10; id++)
      assert.equal(pages.isFree(id), free.has(id), `seed ${seed}: page ${id}`);
  }
});

test("FreePages finds a run across words and starts over at the front", () => {
  const pages = new FreePages(1000);
  pages.add(20, 70);
  assert.equal(pages.allocate(65), 20);
  assert.equal(pages.allocate(6), 1000, "only five are left in a row");
  assert.equal(pages.allocate(5), 85);
  pages.add(20, 65);
  assert.equal(pages.allocate(10), 20);
  assert.equal(pages.allocate(55), 30);
  assert.equal(pages.freeCount, 0);
});
