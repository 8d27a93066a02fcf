/** Readable forms of states, entries, messages and Ready, in etcd raft's wording (the data-driven tests compare them). */
import { asConfChangeV2, confChangesText } from "./conf-change.ts";
import { entryConfChange } from "./conf-change-codec.ts";
import { entryTypeName, messageTypeName } from "./names.ts";
import { quoteBytes } from "./quote.ts";
import type { Ready, SoftState } from "./ready.ts";
import { stateTypeName } from "./state-type.ts";
import {
  type ConfState,
  type Entry,
  EntryType,
  emptyConfState,
  type HardState,
  isEmptyHardState,
  isEmptySnapshot,
  LOCAL_APPEND_THREAD,
  LOCAL_APPLY_THREAD,
  type Message,
  NONE,
  type Snapshot,
  snapshotIndex,
  snapshotTerm,
} from "./types.ts";

/** How the payload of a normal entry is shown; by default quoted. */
export type EntryFormatter = (data: Uint8Array) => string;

export function describeHardState(state: HardState): string {
  const vote = state.vote === NONE ? "" : ` Vote:${state.vote}`;
  return `Term:${state.term}${vote} Commit:${state.commit}`;
}

export function describeSoftState(state: SoftState): string {
  return `Lead:${state.lead} State:${stateTypeName(state.raftState)}`;
}

export function describeConfState(state: ConfState): string {
  const ids = (list: readonly bigint[]): string => `[${list.join(" ")}]`;
  return (
    `Voters:${ids(state.voters)} VotersOutgoing:${ids(state.votersOutgoing)} Learners:${ids(state.learners)} ` +
    `LearnersNext:${ids(state.learnersNext)} AutoLeave:${state.autoLeave}`
  );
}

export function describeSnapshot(snapshot: Snapshot): string {
  const conf = snapshot.metadata?.confState ?? emptyConfState();
  return `Index:${snapshotIndex(snapshot)} Term:${snapshotTerm(snapshot)} ConfState:${describeConfState(conf)}`;
}

export function describeEntry(entry: Entry, format: EntryFormatter = quoteBytes): string {
  let text: string;
  if (entry.type === EntryType.EntryNormal) {
    text = format(entry.data);
  } else {
    const change = entryConfChange(entry);
    text = change === undefined ? "malformed configuration change" : confChangesText(asConfChangeV2(change).changes);
  }
  return `${entry.term}/${entry.index} ${entryTypeName(entry.type)}${text === "" ? "" : ` ${text}`}`;
}

/** One line per entry. */
export function describeEntries(entries: readonly Entry[], format?: EntryFormatter): string {
  return entries.map((entry) => `${describeEntry(entry, format)}\n`).join("");
}

function describeTarget(id: bigint): string {
  if (id === NONE) return "None";
  if (id === LOCAL_APPEND_THREAD) return "AppendThread";
  if (id === LOCAL_APPLY_THREAD) return "ApplyThread";
  return id.toString(16);
}

export function describeMessage(message: Message, format?: EntryFormatter, indent = ""): string {
  const { entries, snapshot, responses } = message;
  let out =
    `${indent}${describeTarget(message.from)}->${describeTarget(message.to)} ${messageTypeName(message.type)} ` +
    `Term:${message.term} Log:${message.logTerm}/${message.index}`;
  if (message.reject) out += ` Rejected (Hint: ${message.rejectHint})`;
  if (message.commit !== 0) out += ` Commit:${message.commit}`;
  if (message.vote !== NONE) out += ` Vote:${message.vote}`;
  if (entries.length === 1) {
    out += ` Entries:[${describeEntry(entries[0]!, format)}]`;
  } else if (entries.length > 1) {
    out += " Entries:[";
    for (const entry of entries) out += `\n${indent}  ${describeEntry(entry, format)}`;
    out += `\n${indent}]`;
  }
  if (snapshot !== undefined && !isEmptySnapshot(snapshot))
    out += `\n${indent}  Snapshot: ${describeSnapshot(snapshot)}`;
  if (responses.length > 0) {
    out += " Responses:[";
    for (const response of responses) out += `\n${describeMessage(response, format, `${indent}  `)}`;
    out += `\n${indent}]`;
  }
  return out;
}

export function describeReady(ready: Ready, format?: EntryFormatter): string {
  let out = "";
  if (ready.softState !== undefined) out += `${describeSoftState(ready.softState)}\n`;
  if (ready.hardState !== undefined && !isEmptyHardState(ready.hardState))
    out += `HardState ${describeHardState(ready.hardState)}\n`;
  if (ready.readStates.length > 0)
    out += `ReadStates [${ready.readStates.map((s) => `{${s.index} [${s.requestCtx.join(" ")}]}`).join(" ")}]\n`;
  if (ready.entries.length > 0) out += `Entries:\n${describeEntries(ready.entries, format)}`;
  if (ready.snapshot !== undefined && !isEmptySnapshot(ready.snapshot))
    out += `Snapshot ${describeSnapshot(ready.snapshot)}\n`;
  if (ready.committedEntries.length > 0) out += `CommittedEntries:\n${describeEntries(ready.committedEntries, format)}`;
  if (ready.messages.length > 0) {
    out += "Messages:\n";
    for (const message of ready.messages) out += `${describeMessage(message, format)}\n`;
  }
  return out === "" ? "<empty Ready>" : `Ready MustSync=${ready.mustSync}:\n${out}`;
}

/** The line for a leader that came or went, or undefined when nothing changed. */
export function describeLeaderChange(id: bigint, before: bigint, after: bigint, term: number): string | undefined {
  if (before === after) return undefined;
  const node = `raft.node: ${id.toString(16)}`;
  if (after === NONE) return `${node} lost leader ${before.toString(16)} at term ${term}`;
  if (before === NONE) return `${node} elected leader ${after.toString(16)} at term ${term}`;
  return `${node} changed leader from ${before.toString(16)} to ${after.toString(16)} at term ${term}`;
}
