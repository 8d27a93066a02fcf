import assert from "node:assert/strict";
import { test } from "node:test";
import { MemoryBackend } from "../../../test/support/memory-backend.ts";
import { AlarmAction, AlarmRequest, AlarmType } from "../../proto/generated/rpc.ts";
import { AlarmStore } from "./alarm-store.ts";

const { NONE, NOSPACE, CORRUPT } = AlarmType;
const { GET, ACTIVATE, DEACTIVATE } = AlarmAction;

function apply(store: AlarmStore, action: AlarmAction, memberID: bigint, alarm: AlarmType): string {
  const outcome = store.apply(AlarmRequest.create({ action, memberID, alarm }));
  const alarms = outcome.alarms.map((raised) => `${raised.memberID}:${raised.alarm}`).join(" ");
  return `[${alarms}]${outcome.isChanged ? " changed" : ""}`;
}

test("alarms are raised once a member and type, listed, and disarmed one by one", () => {
  const store = new AlarmStore(new MemoryBackend());
  assert.equal(apply(store, GET, 0n, NONE), "[]");
  assert.equal(apply(store, ACTIVATE, 2n, NOSPACE), "[2:1] changed");
  assert.equal(apply(store, ACTIVATE, 2n, NOSPACE), "[2:1]", "again: answered, nothing changes");
  assert.equal(apply(store, ACTIVATE, 1n, NOSPACE), "[1:1]", "another member: the cluster is capped already");
  assert.equal(apply(store, ACTIVATE, 3n, CORRUPT), "[3:2] changed");
  assert.equal(apply(store, GET, 0n, NONE), "[1:1 2:1 3:2]");
  assert.equal(apply(store, GET, 9n, NOSPACE), "[1:1 2:1]", "GET does not look at the member");
  assert.equal(store.isRaised(NOSPACE), true);
  assert.equal(apply(store, DEACTIVATE, 1n, NOSPACE), "[1:1]");
  assert.equal(apply(store, DEACTIVATE, 1n, NOSPACE), "[]", "not raised any more");
  assert.equal(apply(store, DEACTIVATE, 2n, NOSPACE), "[2:1] changed");
  assert.equal(store.isRaised(NOSPACE), false);
  assert.equal(store.isRaised(CORRUPT), true);
});

test("raising NONE and unknown actions do nothing", () => {
  const store = new AlarmStore(new MemoryBackend());
  assert.equal(apply(store, ACTIVATE, 1n, NONE), "[]");
  assert.equal(apply(store, 7 as AlarmAction, 1n, NOSPACE), "[]");
  assert.deepEqual(store.get(NONE), []);
});

test("alarms outlive the store, and disarmed ones do not", () => {
  const backend = new MemoryBackend();
  const store = new AlarmStore(backend);
  store.activate(2n ** 64n - 1n, CORRUPT);
  store.activate(0n, CORRUPT);
  store.activate(5n, NOSPACE);
  store.deactivate(5n, NOSPACE);
  const expected = [
    { memberID: 0n, alarm: CORRUPT },
    { memberID: 2n ** 64n - 1n, alarm: CORRUPT },
  ];
  assert.deepEqual(new AlarmStore(backend).get(NONE), expected);
  const other = new AlarmStore(new MemoryBackend());
  other.activate(1n, NOSPACE);
  other.recover(backend);
  assert.deepEqual(other.get(NONE), expected);
});
