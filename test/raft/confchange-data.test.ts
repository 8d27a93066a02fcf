/** The data-driven tests of configuration changes: simple, enter-joint and leave-joint on one tracker. */
import { enterJoint, leaveJoint, simple } from "../../src/core/raft/confchange/changer.ts";
import { parseConfChanges } from "../../src/core/raft/index.ts";
import { ProgressMap } from "../../src/core/raft/tracker/progress.ts";
import { TrackerConfig } from "../../src/core/raft/tracker/tracker-config.ts";
import { booleanValue, type Directive, runDataFiles, valuesOf } from "./data-driven.ts";

runDataFiles("confchange", () => {
  let config = new TrackerConfig();
  let progress = new ProgressMap();
  let lastIndex = -1;
  return (directive: Directive): string => {
    // Each command counts as one log position, so that "next" shows when a member was added.
    lastIndex++;
    const changes = parseConfChanges(directive.input);
    if (typeof changes === "string") return changes;
    const base = { config, progress, lastIndex, maxInflightCount: 10, maxInflightBytes: 0 };
    const run = () => {
      switch (directive.command) {
        case "simple":
          return simple(base, changes);
        case "enter-joint":
          return enterJoint(base, booleanValue(valuesOf(directive, "autoleave")[0] ?? "false"), changes);
        case "leave-joint":
          return changes.length > 0 ? ({ ok: false, error: "this command takes no input" } as const) : leaveJoint(base);
        default:
          return { ok: false, error: "unknown command" } as const;
      }
    };
    const result = run();
    if (!result.ok) return `${result.error}\n`;
    ({ config, progress } = result);
    return `${config.toString()}\n${progress.toString()}`;
  };
});
