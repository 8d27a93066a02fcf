/**
 * The ConfState in JSON, as etcd keeps it under `confState` in bucket `meta` (server/storage/schema/confstate.go):
 *
 *   {"voters":[...],"learners":[...],"voters_outgoing":[...],"learners_next":[...],"auto_leave":false}
 *
 * Empty lists are left out.
 */

import { isJsonObject, jsonUint64, type ParsedJson, parseBigJson, stringifyBigJson } from "../../base/big-json.ts";
import { utf8, utf8Text } from "../../base/bytes.ts";
import { ConfState } from "../../proto/generated/raft.ts";
import type { Member } from "./member.ts";
import { sortedIds } from "./member.ts";

/** The configuration that raft has when all these members are in it. */
export function confStateOf(members: readonly Member[]): ConfState {
  return ConfState.create({
    voters: sortedIds(members.filter((m) => !m.isLearner).map((m) => m.id)),
    learners: sortedIds(members.filter((m) => m.isLearner).map((m) => m.id)),
  });
}

export function encodeConfStateJson(state: ConfState): Uint8Array {
  const list = (ids: readonly bigint[]) => (ids.length === 0 ? undefined : ids);
  return utf8(
    stringifyBigJson({
      voters: list(state.voters),
      learners: list(state.learners),
      voters_outgoing: list(state.votersOutgoing),
      learners_next: list(state.learnersNext),
      auto_leave: state.autoLeave,
    }),
  );
}

/** Undefined when the bytes are not a ConfState. */
export function decodeConfStateJson(bytes: Uint8Array): ConfState | undefined {
  const parsed = parseBigJson(utf8Text(bytes));
  if (!parsed.ok || !isJsonObject(parsed.value)) return undefined;
  const voters = ids(parsed.value.voters);
  const learners = ids(parsed.value.learners);
  const votersOutgoing = ids(parsed.value.voters_outgoing);
  const learnersNext = ids(parsed.value.learners_next);
  const autoLeave = parsed.value.auto_leave ?? false;
  if (voters === undefined || learners === undefined || votersOutgoing === undefined) return undefined;
  if (learnersNext === undefined || typeof autoLeave !== "boolean") return undefined;
  return { voters, learners, votersOutgoing, learnersNext, autoLeave };
}

function ids(json: ParsedJson | undefined): bigint[] | undefined {
  if (json === undefined || json === null) return [];
  if (!Array.isArray(json)) return undefined;
  const out: bigint[] = [];
  for (const item of json as readonly ParsedJson[]) {
    const id = jsonUint64(item);
    if (id === undefined) return undefined;
    out.push(id);
  }
  return out;
}
