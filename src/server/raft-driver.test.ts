import assert from "node:assert/strict";
import { test } from "node:test";
import type { RawNode } from "../core/raft/raw-node.ts";
import { emptyConfState, LOCAL_APPEND_THREAD, type Message, MessageType, newMessage } from "../core/raft/types.ts";
import type { Clock } from "../io/clock.ts";
import { RaftDriver } from "./raft-driver.ts";

/** A node that has these messages ready, one after another. */
function nodeWith(messages: readonly Message[]): { node: RawNode; stepped: Message[] } {
  const waiting = messages.slice();
  const stepped: Message[] = [];
  const node = {
    hasReady: () => waiting.length > 0,
    ready: () => ({ softState: undefined, readStates: [], messages: [waiting.shift()!] }),
    step: (message: Message) => void stepped.push(message),
  };
  return { node: node as unknown as RawNode, stepped };
}

function append(fields: Partial<Message>): Message {
  return { ...newMessage(MessageType.MsgStorageAppend, LOCAL_APPEND_THREAD), term: 2, vote: 1n, commit: 5, ...fields };
}

test("entries behind a received snapshot are saved, and vouched for, only once the snapshot is", async () => {
  const snapshot = { data: new Uint8Array(0), metadata: { confState: emptyConfState(), index: 5, term: 2 } };
  const entry = { type: 0 as const, term: 2, index: 6, data: new Uint8Array(1) };
  const answer = newMessage(MessageType.MsgAppResp, 9n);
  const own = newMessage(MessageType.MsgStorageAppendResp, 1n);
  const { node, stepped } = nodeWith([
    append({ snapshot, responses: [own] }),
    append({ entries: [entry], responses: [answer] }),
    append({ commit: 6 }),
  ]);
  const done: string[] = [];
  let installed: () => void = () => undefined;
  let snapshotSaved: () => void = () => undefined;
  const turns: (() => void)[] = [];
  const driver = new RaftDriver({
    id: 1n,
    node,
    clock: { now: () => 0, nextTurn: (callback: () => void) => void turns.push(callback) } as unknown as Clock,
    hardState: { term: 1, vote: 0n, commit: 0 },
    log: {
      save: (hardState, entries) => {
        done.push(`save ${entries.length} entries, commit ${hardState?.commit}`);
        return Promise.resolve();
      },
      saveSnapshot: (_snapshot, hardState, entries) =>
        new Promise((resolve) => {
          snapshotSaved = () => {
            done.push(`snapshot, ${entries.length} entries, commit ${hardState?.commit}`);
            resolve();
          };
        }),
    },
    transport: { send: (messages) => void done.push(`send ${messages.length}`) },
    consumer: {
      turn: () => undefined,
      applyEntries: () => undefined,
      applySnapshot: (_snapshot, applied) => {
        installed = applied;
      },
      readState: () => undefined,
      softState: () => undefined,
      appended: (entries, received) => {
        if (entries.length > 0 || received !== undefined)
          done.push(received === undefined ? "entries in memory" : "snapshot in memory");
      },
      fatal: (error) => assert.fail(String(error)),
    },
  });
  driver.schedule();
  for (const turn of turns.splice(0)) turn();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(done, []);
  snapshotSaved();
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual(done, [
    "snapshot, 0 entries, commit 5",
    "snapshot in memory",
    "save 1 entries, commit 5",
    "save 0 entries, commit 6",
    "entries in memory",
  ]);
  installed();
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(done.at(-1), "send 1");
  assert.deepEqual(stepped, [own]);
});
