import assert from "node:assert/strict";
import { test } from "node:test";
import type { EtcdError } from "../base/etcd-error.ts";
import { ReadIndexRounds } from "./read-index.ts";

function rounds(): { reads: ReadIndexRounds; results: (string | undefined)[]; add: () => void } {
  let id = 100;
  const reads = new ReadIndexRounds({ timeoutMs: 7000, nextId: () => ++id });
  const results: (string | undefined)[] = [];
  return {
    reads,
    results,
    add: () => reads.add((error: EtcdError | undefined) => results.push(error?.kind ?? "served")),
  };
}

test("reads of one turn share one round", () => {
  const { reads, results, add } = rounds();
  add();
  add();
  assert.equal(reads.takeRequest(0), 101);
  assert.equal(reads.takeRequest(0), -1);
  reads.confirm(101, 5);
  assert.equal(reads.applied(4), false);
  assert.deepEqual(results, []);
  assert.equal(reads.applied(5), true);
  assert.deepEqual(results, ["served", "served"]);
  assert.equal(reads.idle, true);
});

test("a read that arrives during a round waits for the next round", () => {
  const { reads, results, add } = rounds();
  add();
  reads.takeRequest(0);
  add();
  reads.confirm(101, 1);
  reads.applied(1);
  assert.deepEqual(results, ["served"]);
  assert.equal(reads.takeRequest(1), 102);
  reads.confirm(102, 1);
  reads.applied(1);
  assert.deepEqual(results, ["served", "served"]);
});

test("an answer to an older round serves nobody", () => {
  const { reads, results, add } = rounds();
  add();
  reads.takeRequest(0);
  assert.equal(reads.confirm(99, 1), false);
  assert.equal(reads.applied(10), false);
  assert.deepEqual(results, []);
  assert.equal(reads.counters.slowReadIndexes, 1);
});

test("a new leader fails the round that was not confirmed and keeps one that was", () => {
  const { reads, results, add } = rounds();
  add();
  reads.takeRequest(0);
  reads.leaderChanged();
  assert.deepEqual(results, ["LeaderChanged"]);
  add();
  reads.takeRequest(0);
  reads.confirm(102, 3);
  reads.leaderChanged();
  reads.applied(3);
  assert.deepEqual(results, ["LeaderChanged", "served"]);
});

test("the request is repeated every 500 ms, any of its answers counts, and it gives up after the timeout", () => {
  const { reads, results, add } = rounds();
  add();
  assert.equal(reads.takeRequest(0), 101);
  assert.equal(reads.tick(499), false);
  assert.equal(reads.tick(500), true);
  assert.equal(reads.takeRequest(500), 102);
  assert.equal(reads.confirm(101, 2), true);
  reads.applied(2);
  assert.deepEqual(results, ["served"]);
  add();
  reads.takeRequest(1000);
  reads.tick(8000);
  assert.deepEqual(results, ["served", "Timeout"]);
});

test("the first commit of a term sends the request again", () => {
  const { reads, add } = rounds();
  add();
  reads.takeRequest(0);
  reads.firstCommitInTerm();
  assert.equal(reads.takeRequest(1), 102);
});
