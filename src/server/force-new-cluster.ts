/**
 * The configuration changes that make this member the only one (etcd server/storage/util.go, CreateConfigChangeEnts).
 */
import { addChange, removeChange } from "../core/membership/conf-change-context.ts";
import { createMember, type Member, sortedIds } from "../core/membership/member.ts";
import { type Entry, EntryType } from "../core/raft/types.ts";
import { ConfChange, ConfChangeType } from "../proto/generated/raft.ts";

export interface ForcedChangesInput {
  /** Members of the database. */
  readonly members: ReadonlyMap<bigint, Member>;
  /** Committed entries that the database has not seen. */
  readonly entries: readonly Entry[];
  readonly memberId: bigint;
  readonly term: number;
  /** Index of the last committed entry; the changes follow it. */
  readonly commit: number;
  readonly peerUrls: readonly string[];
}

/** Entries to append: removals of all others by ID, and the addition of this member if it was none. */
export function forcedChanges(input: ForcedChangesInput): Entry[] {
  const ids = effectiveIds(input);
  const changes = sortedIds(ids)
    .filter((id) => id !== input.memberId)
    .map((id) => removeChange(id));
  if (!ids.has(input.memberId))
    changes.push(addChange(createMember({ id: input.memberId, peerURLs: [...input.peerUrls] })));
  return changes.map((change, i) => ({
    type: EntryType.EntryConfChange,
    term: input.term,
    index: input.commit + 1 + i,
    data: ConfChange.encode({ id: 0n, ...change }),
  }));
}

function effectiveIds(input: ForcedChangesInput): Set<bigint> {
  const ids = new Set(input.members.keys());
  for (const entry of input.entries) {
    if (entry.type !== EntryType.EntryConfChange) continue;
    const change = ConfChange.decode(entry.data);
    if (change.type === ConfChangeType.ConfChangeAddNode || change.type === ConfChangeType.ConfChangeAddLearnerNode)
      ids.add(change.nodeId);
    else if (change.type === ConfChangeType.ConfChangeRemoveNode) ids.delete(change.nodeId);
  }
  return ids;
}
