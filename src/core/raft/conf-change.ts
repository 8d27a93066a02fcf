/**
 * Configuration changes: the single form that etcd proposes, the general form (V2), and their text form in logs and tests.
 * A V2 change with no changes at all means "leave the joint configuration".
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { quoteBytes } from "./quote.ts";
import {
  type ConfChange,
  type ConfChangeSingle,
  ConfChangeTransition,
  ConfChangeType,
  type ConfChangeV2,
} from "./types.ts";

const TYPE_NAMES = [
  "ConfChangeAddNode",
  "ConfChangeRemoveNode",
  "ConfChangeUpdateNode",
  "ConfChangeAddLearnerNode",
] as const;
const TRANSITION_NAMES = [
  "ConfChangeTransitionAuto",
  "ConfChangeTransitionJointImplicit",
  "ConfChangeTransitionJointExplicit",
] as const;

export function isConfChangeV2(change: ConfChange | ConfChangeV2): change is ConfChangeV2 {
  return "changes" in change;
}

/** The same change in the general form. */
export function asConfChangeV2(change: ConfChange | ConfChangeV2): ConfChangeV2 {
  if (isConfChangeV2(change)) return change;
  return newConfChangeV2([{ type: change.type, nodeId: change.nodeId }], undefined, change.context);
}

export function newConfChange(
  type: ConfChangeType,
  nodeId: bigint,
  context: Uint8Array = EMPTY_BYTES,
  id = 0n,
): ConfChange {
  return { id, type, nodeId, context };
}

export function newConfChangeV2(
  changes: ConfChangeSingle[],
  transition: ConfChangeTransition = ConfChangeTransition.ConfChangeTransitionAuto,
  context: Uint8Array = EMPTY_BYTES,
): ConfChangeV2 {
  return { transition, changes, context };
}

/** True when applying the change means to leave the joint configuration. */
export function leavesJoint(change: ConfChangeV2): boolean {
  return change.transition === ConfChangeTransition.ConfChangeTransitionAuto && change.changes.length === 0;
}

/**
 * Whether the change goes through a joint configuration: when asked for, or when it has several parts. "auto" leaves it by
 * itself. (Some changes with several parts could do without; they are not worth the distinction.)
 */
export function entersJoint(change: ConfChangeV2): "no" | "auto" | "explicit" {
  if (change.transition === ConfChangeTransition.ConfChangeTransitionJointExplicit) return "explicit";
  if (change.transition === ConfChangeTransition.ConfChangeTransitionJointImplicit) return "auto";
  return change.changes.length > 1 ? "auto" : "no";
}

/** Parses a list like "v1 l2 r3 u4" (add voter 1, add learner 2, remove 3, update 4); a string result says what is wrong. */
export function parseConfChanges(text: string): ConfChangeSingle[] | string {
  const changes: ConfChangeSingle[] = [];
  for (const token of text.trim().split(" ")) {
    if (token === "") continue;
    if (token.length < 2) return `unknown token ${token}`;
    const type = TYPE_OF_LETTER[token[0]!];
    if (type === undefined) return `unknown input: ${token}`;
    if (!/^\d+$/.test(token.slice(1))) return `invalid node ID: ${token}`;
    changes.push({ type, nodeId: BigInt(token.slice(1)) });
  }
  return changes;
}

const TYPE_OF_LETTER: Readonly<Record<string, ConfChangeType>> = {
  v: ConfChangeType.ConfChangeAddNode,
  l: ConfChangeType.ConfChangeAddLearnerNode,
  r: ConfChangeType.ConfChangeRemoveNode,
  u: ConfChangeType.ConfChangeUpdateNode,
};

/** Inverse of {@link parseConfChanges}. */
export function confChangesText(changes: readonly ConfChangeSingle[]): string {
  return changes.map(({ type, nodeId }) => `${["v", "r", "u", "l"][type] ?? "unknown"}${nodeId}`).join(" ");
}

/** The change in the wording of raft's log lines. */
export function describeConfChange(change: ConfChange | ConfChangeV2): string {
  const { transition, changes, context } = asConfChangeV2(change);
  let out = `transition:${TRANSITION_NAMES[transition] ?? transition}`;
  for (const { type, nodeId } of changes) out += ` changes:{type:${TYPE_NAMES[type] ?? type} node_id:${nodeId}}`;
  if (context.length > 0) out += ` context:${quoteBytes(context)}`;
  return out;
}
