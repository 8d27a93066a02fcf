/** `etcdctl options`: the global flags. */

import type { Invocation } from "../cobra/command.ts";
import { Flag } from "../cobra/flag-set.ts";
import { flagUsages } from "../cobra/usage-text.ts";
import { writeOut } from "../print/output.ts";

export function runOptions(invocation: Invocation): void {
  const flags = invocation.command.root.persistentFlags().sorted();
  const shown = flags.map((flag) => new Flag({ ...flag.spec, hidden: false }));
  writeOut(`The following options can be passed to any command:\n\n${flagUsages(shown)}`);
}
