/**
 * What Raft promises, checked on everything that the members' nodes hand out (Raft paper, figure 3), over all lives of all members:
 *
 * - Election safety: at most one leader in a term.
 * - Log matching: entries with the same index and term are the same, and so are those before them.
 * - State machine safety: what is committed at an index is the same everywhere and for ever.
 * - Commitment: a leader counts copies only of entries of its own term (5.4.2).
 * - One configuration change at a time: no log holds two that are not committed.
 * - Equal state at an equal applied index.
 */
import { versionText } from "../../src/base/semver.ts";
import { StateType } from "../../src/core/raft/state-type.ts";
import { type Entry, EntryType, LOCAL_APPEND_THREAD, LOCAL_APPLY_THREAD } from "../../src/core/raft/types.ts";
import { loadConsistentIndex } from "../../src/server/consistent-index.ts";
import type { RunningMember } from "../../src/server/embed.ts";
import { crc32c } from "../../src/storage/crc32c.ts";
import type { Findings } from "./violation.ts";

interface KnownEntry {
  readonly hash: number;
  /** Term of the entry before it; -1 when the log that it was seen in was not known so far back. */
  previousTerm: number;
}

interface LogView {
  readonly terms: Map<number, number>;
  /** Indexes of configuration changes. */
  readonly changes: Set<number>;
}

export class RaftChecker {
  readonly #findings: Findings;
  readonly #leaders: Map<number, string>;
  readonly #entries: Map<string, KnownEntry>;
  readonly #committed: Map<number, { readonly term: number; readonly hash: number; readonly by: string }>;
  readonly #states: Map<number, { readonly digest: string; readonly by: string }>;
  /** Highest index that any member was told is committed. */
  committedIndex: number;
  /** Elections that were won. */
  elections: number;

  constructor(findings: Findings) {
    this.#findings = findings;
    this.#leaders = new Map();
    this.#entries = new Map();
    this.#committed = new Map();
    this.#states = new Map();
    this.committedIndex = 0;
    this.elections = 0;
  }

  /** Watches a member for one life, before it ticks. */
  attach(name: string, life: number, { member }: RunningMember): void {
    const { node } = member;
    const who = `${name}/${life}`;
    const view: LogView = { terms: new Map(), changes: new Set() };
    const ready = node.ready.bind(node);
    let ledTerm = 0;
    let commit = 0;
    node.ready = () => {
      const next = ready();
      if (next.softState?.raftState === StateType.StateLeader) this.#leads(who, node.status().hardState.term);
      const { hardState, softState } = node.status();
      const term = softState.raftState === StateType.StateLeader ? hardState.term : 0;
      // Entries of the first start carry term 1 and are committed without an election.
      if (term > 0 && term === ledTerm && hardState.commit > commit) {
        const entryTerm = next.messages.flatMap((m) => m.entries).find(({ index }) => index === hardState.commit)?.term;
        this.#commits(who, term, hardState.commit, entryTerm ?? view.terms.get(hardState.commit));
      }
      ledTerm = term;
      commit = hardState.commit;
      for (const message of next.messages) {
        if (message.to === LOCAL_APPEND_THREAD) this.#appended(who, view, message.entries);
        else if (message.to === LOCAL_APPLY_THREAD) for (const entry of message.entries) this.#applies(who, entry);
      }
      return next;
    };
    // What was applied in an earlier life is passed over: until then the state is ahead of the applied index.
    const { index: restored } = loadConsistentIndex(member.state.backend);
    member.onApplied.add((index) => {
      if (index < restored) return;
      const { store, lessor, cluster, auth } = member.state;
      const { size: leases } = lessor;
      const members = `${cluster.members().length}/${cluster.version === undefined ? "" : versionText(cluster.version)}`;
      const users = `${auth.enabled}/${auth.revision}`;
      const digest = `${store.revision}/${store.compactRevision}/${leases}/${members}/${users}/${cluster.downgradeInfo.targetVersion}`;
      this.#stateAt(who, index, digest);
    });
  }

  #commits(who: string, term: number, index: number, entryTerm: number | undefined): void {
    this.#findings.check(
      entryTerm === undefined || entryTerm === term,
      () => `${who}, leader of term ${term}, commits index ${index} of term ${entryTerm} by counting copies`,
    );
  }

  #leads(who: string, term: number): void {
    const other = this.#leaders.get(term);
    if (other === undefined) this.elections++;
    this.#findings.check(
      other === undefined || other === who,
      () => `two leaders in term ${term}: ${other} and ${who}`,
    );
    this.#leaders.set(term, who);
  }

  #appended(who: string, view: LogView, entries: readonly Entry[]): void {
    for (const entry of entries) {
      const { index, term } = entry;
      if (view.terms.has(index)) {
        // What follows in an older version of the log is gone.
        for (let at = index; view.terms.delete(at); at++) view.changes.delete(at);
      }
      view.terms.set(index, term);
      if (entry.type !== EntryType.EntryNormal) {
        view.changes.add(index);
        // The first members' entries are committed from the start.
        const open = [...view.changes].filter((at) => at > this.committedIndex);
        this.#findings.check(
          term <= 1 || open.length <= 1,
          () => `${who} holds uncommitted configuration changes at ${open.join()} (term ${term})`,
        );
      }
      const hash = hashOf(entry);
      const key = `${index}/${term}`;
      const previousTerm = view.terms.get(index - 1) ?? -1;
      const known = this.#entries.get(key);
      if (known === undefined) {
        this.#entries.set(key, { hash, previousTerm });
        continue;
      }
      this.#findings.check(known.hash === hash, () => `${who} has another entry at index ${index}, term ${term}`);
      if (previousTerm < 0) continue;
      if (known.previousTerm < 0) known.previousTerm = previousTerm;
      this.#findings.check(
        known.previousTerm === previousTerm,
        () =>
          `${who} has term ${previousTerm} before index ${index}, term ${term}; another log has ${known.previousTerm}`,
      );
    }
    // Compacted long ago everywhere.
    if (view.terms.size > 20_000) for (const at of [...view.terms.keys()].slice(0, 10_000)) view.terms.delete(at);
  }

  #applies(who: string, entry: Entry): void {
    const { index, term } = entry;
    const hash = hashOf(entry);
    const known = this.#committed.get(index);
    if (known === undefined) this.#committed.set(index, { term, hash, by: who });
    else
      this.#findings.check(
        known.term === term && known.hash === hash,
        () => `${who} commits another entry at index ${index} (term ${term}) than ${known.by} did (term ${known.term})`,
      );
    this.committedIndex = Math.max(this.committedIndex, index);
  }

  #stateAt(who: string, index: number, digest: string): void {
    const known = this.#states.get(index);
    if (known === undefined) this.#states.set(index, { digest, by: who });
    else
      this.#findings.check(
        known.digest === digest,
        () => `at applied index ${index} ${who} stands at ${digest}, ${known.by} stood at ${known.digest}`,
      );
  }
}

function hashOf(entry: Entry): number {
  return (crc32c(entry.data, entry.type) ^ entry.data.length) >>> 0;
}
