import assert from "node:assert/strict";
import { test } from "node:test";
import { ChunkedList, Column } from "./column.ts";

test("columns hold what was pushed and set, across chunks", () => {
  const column = new Column(64);
  const narrow = new Column(32);
  const list = new ChunkedList<string>();
  const numbers: number[] = [];
  for (let i = 0; i < 50_000; i++) {
    const value = i % 3 === 0 ? -1 : i * 2 ** 33;
    column.push(value);
    narrow.push(i % 2 === 0 ? -i : 2 ** 31 - 1 - i);
    list.push(`k${i}`);
    numbers.push(value);
    assert.equal(column.length, i + 1);
  }
  for (let i = 0; i < numbers.length; i += 7) {
    column.set(i, i);
    numbers[i] = i;
  }
  for (let i = 0; i < numbers.length; i++) {
    assert.equal(column.get(i), numbers[i]);
    assert.equal(narrow.get(i), i % 2 === 0 ? 0 - i : 2 ** 31 - 1 - i);
    assert.equal(list.get(i), `k${i}`);
  }
  assert.equal(list.length, 50_000);
  assert.equal(list.get(50_000), undefined);
  assert.equal(list.get(1 << 20), undefined);
});
