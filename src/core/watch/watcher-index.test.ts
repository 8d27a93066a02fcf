import assert from "node:assert/strict";
import { test } from "node:test";
import { Prng } from "../../../test/support/prng.ts";
import { END_OF_KEYS } from "./interval-tree.ts";
import { WatchStream } from "./watch-stream.ts";
import { Watcher } from "./watcher.ts";
import type { WatcherGroup } from "./watcher-group.ts";
import { WatcherIndex } from "./watcher-index.ts";

const KEYS = ["a", "b", "c"];
const ENDS = [undefined, "b", "d", END_OF_KEYS];

test("an index finds exactly its watchers, each in a bundle of its like, and what it lent does not change", () => {
  const seed = Number(process.env.SEED ?? Date.now() % 1e9);
  const random = new Prng(seed);
  const signals = { streamReady() {}, catchUpReady() {} };
  const streams = Array.from({ length: 30 }, (_, i) => new WatchStream(i, signals, { queuedBytesMax: 1, joinFrom: 1 }));
  const index = new WatcherIndex();
  const naive = new Set<Watcher>();
  const lent: { now: readonly Watcher[]; asLent: Watcher[] }[] = [];
  let bundlesMax = 0;
  for (let step = 0; step < 6000; step++) {
    const where = `seed ${seed} step ${step}`;
    // Grows to some hundreds, shrinks to nothing, grows again.
    if (naive.size === 0 || random.chance(step % 2000 < 1200 ? 0.7 : 0.2)) {
      const end = random.pick(ENDS);
      const watcher = new Watcher(
        random.pick(streams),
        step,
        {
          key: random.pick(KEYS.filter((key) => end === undefined || key < end)),
          end,
          startRevision: 0,
          watchId: 0,
          progressNotify: false,
          noPut: random.chance(0.1),
          noDelete: random.chance(0.1),
          prevKv: random.chance(0.1),
          fragment: random.chance(0.1),
        },
        random.chance(0.1) ? 10 + random.integer(3) : random.integer(10),
      );
      index.add(watcher, 9);
      naive.add(watcher);
    } else {
      const watcher = random.pick([...naive]);
      index.remove(watcher);
      naive.delete(watcher);
      assert.equal(watcher.bundle, undefined);
    }
    assert.equal(index.size, naive.size);
    const key = random.pick(KEYS);
    const groups: WatcherGroup[] = [];
    index.groupsOf(key, groups);
    const found = new Set<Watcher>();
    for (const group of groups) {
      bundlesMax = Math.max(bundlesMax, group.bundles.length);
      const kinds = new Set<string>();
      for (const bundle of group.bundles) {
        assert.ok(bundle.watchers.length > 0, where);
        for (const watcher of bundle.watchers) {
          assert.equal(watcher.bundle, bundle, where);
          for (const name of ["stream", "noPut", "noDelete", "prevKv", "fragment"] as const)
            assert.equal(watcher[name], bundle[name], where);
          assert.equal(bundle.minRevision, watcher.minRevision > 9 ? watcher.minRevision : 0, where);
          found.add(watcher);
        }
        if (bundle.minRevision > 0) continue;
        const kind = `${bundle.stream.serial} ${bundle.noPut} ${bundle.noDelete} ${bundle.prevKv} ${bundle.fragment}`;
        assert.ok(!kinds.has(kind), `${where}: two bundles of one kind`);
        kinds.add(kind);
        if (random.chance(0.02)) lent.push({ now: bundle.lend(), asLent: [...bundle.watchers] });
      }
    }
    const expected = [...naive].filter((w) => (w.end === undefined ? w.key === key : w.key <= key && key < w.end));
    assert.deepEqual(new Set(expected), found, where);
    assert.equal(index.has(key), expected.length > 0, where);
  }
  assert.ok(bundlesMax > 20, "groups of many bundles were seen");
  assert.ok(lent.length > 20);
  for (const { now, asLent } of lent) assert.deepEqual(now, asLent, `seed ${seed}`);
});
