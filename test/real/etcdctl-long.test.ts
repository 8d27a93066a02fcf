/** Commands of etcdctl that run for a while or talk to whoever sits before them, beside the original. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { type Member, missing, reference, startMember, temporaryFolder } from "./reference.ts";
import { both, type Ended, type Running, type RunOptions, Tool } from "./side-by-side.ts";

const skip = missing("etcd", "etcdctl");
const skipTerminal = skip || (existsSync("/usr/bin/script") ? false : "the program `script` is not there");
const folder = temporaryFolder("etcdctl-long");
let member: Member;
let at: string;
let admin: Tool;

before(async () => {
  if (skip !== false) return;
  member = await startMember({
    command: [reference("etcd")!],
    dataDir: join(folder.path, "data"),
    args: ["--log-level=error"],
  });
  at = `--endpoints=${member.endpoint}`;
  admin = new Tool("etcdctl", "original");
});
after(async () => {
  await member?.stop();
  folder.remove();
});

/** Ids and revisions differ from run to run. */
function masked(ended: Ended): Ended {
  const mask = (text: string): string =>
    text
      .replace(/\b[0-9a-f]{13,16}\b/g, "ID")
      .replace(/"(revision|raft_term|create_revision|mod_revision|cluster_id|member_id|lease)":\d+/g, '"$1":N')
      .replace(
        /"(Revision|RaftTerm|(?:Prev)?CreateRevision|(?:Prev)?ModRevision|ClusterID|MemberID|Lease|WatchId)" : \d+/g,
        '"$1" : N',
      )
      .replace(/"key":"ZG9vci8[^"]*"/g, '"key":"DOOR"')
      .replace(/progress notify: \d+/g, "progress notify: N")
      .replace(/REV=\d+/g, "REV=N");
  return { ...ended, stdout: mask(ended.stdout), stderr: mask(ended.stderr) };
}

async function same(scenario: (tool: Tool) => Promise<Ended | Ended[]>): Promise<Ended[]> {
  const { original, ours } = await both("etcdctl", async (tool) => [await scenario(tool)].flat().map(masked));
  assert.deepEqual(ours, original);
  return ours;
}

async function must(...args: string[]): Promise<void> {
  const { end, stderr } = await admin.run([at, ...args]);
  assert.equal(end, 0, `${args.join(" ")}: ${stderr}`);
}

async function put(key: string, value: string): Promise<void> {
  assert.equal((await admin.run([at, "put", key, value])).stdout, "OK\n");
}

/** Ends the program with a signal and gives its end. */
function interrupted(running: Running, signal: NodeJS.Signals = "SIGINT"): Promise<Ended> {
  running.signal(signal);
  return running.ended;
}

// ---- locks and elections ---------------------------------------------------------------------------------------------------

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  test(`lock prints its key and lets go at ${signal}`, { skip, timeout: 60_000 }, async () => {
    const [first, second] = await same(async (tool) => {
      const holder = tool.start([at, "lock", "door"]);
      await holder.prints(/door\/[0-9a-f]+\n/);
      const waiting = tool.start([at, "lock", "door", "-w", "json"]);
      const left = await interrupted(holder, signal);
      await waiting.prints(/"kvs"/);
      return [left, await interrupted(waiting, signal), await admin.run([at, "get", "door/", "--prefix"])];
    });
    assert.equal(first!.end, 0);
    assert.equal(second!.end, 0);
  });

  test(`lock that waits its turn leaves the line at ${signal}`, { skip, timeout: 60_000 }, async () => {
    await same(async (tool) => {
      const holder = tool.start([at, "lock", "door"]);
      await holder.prints(/door\/[0-9a-f]+\n/);
      const waiting = tool.start([at, "lock", "door"]);
      for (;;) {
        const { stdout } = await admin.run([at, "get", "door/", "--prefix", "--count-only", "-w", "fields"]);
        if (stdout.includes('"Count" : 2')) break;
      }
      // Its watch has to be there too: what a signal meets before is a matter of luck.
      await new Promise((resolve) => setTimeout(resolve, 500));
      const gaveUp = await interrupted(waiting, signal);
      const line = await admin.run([at, "get", "door/", "--prefix", "--count-only", "-w", "fields"]);
      return [gaveUp, line, await interrupted(holder, signal)];
    });
  });

  test(`elect holds the office until ${signal}`, { skip, timeout: 60_000 }, async () => {
    await same(async (tool) => {
      const leader = tool.start([at, "elect", "office", "me"]);
      await leader.prints("me\n");
      const next = tool.start([at, "elect", "office", "you"]);
      const ended = await interrupted(leader, signal);
      await next.prints("you\n");
      return [ended, await interrupted(next, signal), await admin.run([at, "get", "office/", "--prefix"])];
    });
  });

  test(`elect -l tells of every leader and what it proclaims until ${signal}`, { skip, timeout: 60_000 }, async () => {
    await same(async (tool) => {
      const early = tool.start([at, "elect", "-l", "office"]);
      const first = admin.start([at, "elect", "office", "one"]);
      await first.prints("one\n");
      await early.prints("one\n");
      const late = tool.start([at, "elect", "office", "--listen", "-w", "fields"]);
      await late.prints('"one"');
      const key = /office\/[0-9a-f]+/.exec(first.stdout)![0];
      await put(key, "one again");
      await early.prints("one again\n");
      await late.prints("one again");
      const second = admin.start([at, "elect", "office", "two"]);
      await interrupted(first);
      await second.prints("two\n");
      await early.prints("two\n");
      await late.prints('"two"');
      const ended = [await interrupted(early, signal), await interrupted(late, signal)];
      await interrupted(second);
      return ended;
    });
  });
}

test("lock runs a program with the key and revision in its environment, and ends as it does", {
  skip,
  timeout: 60_000,
}, async () => {
  const shown = 'echo "KEY=$ETCD_LOCK_KEY REV=$ETCD_LOCK_REV"; echo heard >&2; cat; exit 7';
  const [withCode] = await same(async (tool) => [
    await tool.run([at, "lock", "door", "--", "sh", "-c", shown], { stdin: "not for the program" }),
    await tool.run([at, "lock", "door", "true"]),
    await tool.run([at, "lock", "--ttl=5", "door", "false"]),
    await tool.run([at, "lock", "door", "--", "sh", "-c", "kill -9 $$"]),
    await tool.run([at, "lock", "door", "./not-there"]),
    await tool.run([at, "lock", "door", folder.path]),
    await admin.run([at, "get", "door/", "--prefix"]),
  ]);
  assert.equal(withCode!.end, 7);
});

test("lock whose lease is revoked ends with an error", { skip, timeout: 60_000 }, async () => {
  const revoked = async (running: Running, shown: RegExp): Promise<Ended> => {
    await running.prints(shown);
    const lease = shown.exec(running.stdout)![1]!;
    await admin.run([at, "lease", "revoke", lease]);
    return running.ended;
  };
  await same(async (tool) => [await revoked(tool.start([at, "lock", "--ttl=3", "door"]), /door\/([0-9a-f]+)\n/)]);
});

test("lock and a signal while its program runs", { skip, timeout: 60_000 }, async () => {
  await same(async (tool) => {
    const running = tool.start([at, "lock", "door", "--", "sh", "-c", "echo started; sleep 1; echo done"]);
    await running.prints("started\n");
    running.signal("SIGTERM");
    return running.ended;
  });
});

// ---- watches ---------------------------------------------------------------------------------------------------------------

test("watch prints what changes, in every format, until a signal", { skip, timeout: 60_000 }, async () => {
  for (const format of ["simple", "json", "fields"]) {
    const [ended] = await same(async (tool) => {
      const from = Number(await revision()) + 1;
      const watching = tool.start([at, "watch", "w/", "--prefix", "--prev-kv", `--rev=${from}`, "-w", format]);
      await put("w/key", "one");
      await watching.prints(/PUT|"version":1|"Version" : 1/);
      await admin.run([at, "del", "w/key"]);
      await watching.prints(/DELETE|"type":1/);
      return interrupted(watching);
    });
    assert.equal(ended!.end, "SIGINT");
  }
});

async function revision(): Promise<string> {
  const { stdout } = await admin.run([at, "get", "none", "-w", "json"]);
  return String((JSON.parse(stdout) as { header: { revision: number } }).header.revision);
}

test("watch runs a program for every event with the event in its environment", { skip, timeout: 60_000 }, async () => {
  const echo =
    'echo "$ETCD_WATCH_EVENT_TYPE $ETCD_WATCH_KEY $ETCD_WATCH_VALUE"; test "$ETCD_WATCH_VALUE" != \'"stop"\'';
  const [stopped] = await same(async (tool) => {
    const from = Number(await revision()) + 1;
    const watching = tool.start([at, "watch", "e", "f", `--rev=${from}`, "--", "sh", "-c", echo]);
    await put("e1", 'quo"ted\n');
    await watching.prints('"PUT" "e1"');
    await admin.run([at, "del", "e1"]);
    await watching.prints('"DELETE" "e1"');
    await put("e2", "stop");
    return watching.ended;
  });
  assert.equal(stopped!.end, 1);
  await same(async (tool) => {
    const from = Number(await revision()) + 1;
    const watching = tool.start([at, "watch", `--rev=${from}`, "--", "echo", "ran"], {
      env: { ETCDCTL_WATCH_KEY: "n" },
    });
    await put("n", "1");
    await watching.prints("ran\n");
    return interrupted(watching, "SIGTERM");
  });
});

test("watch -i takes watches and progress requests line by line", { skip, timeout: 60_000 }, async () => {
  await same(async (tool) => {
    const watching = tool.start([at, "watch", "-i"]);
    const from = Number(await revision()) + 1;
    watching.type(`watch i/ --prefix --rev=${from} --prev-kv\n`);
    await put("i/a", "1");
    await watching.prints("i/a\n1\n");
    watching.type(`watch j k --rev=${from} -- echo "an event"\n`);
    await put("j1", "x");
    await watching.prints("an event\n");
    watching.type(`watch "with space" --rev=${from}\n`);
    await put("with space", "y");
    await watching.prints("with space\ny\n");
    watching.type("\nget x\nwatch\nwatch a b --prefix\n");
    await watching.prints("mutually exclusive");
    await admin.run([at, "del", "i/a"]);
    await watching.prints("DELETE\ni/a\n1\ni/a\n");
    watching.closeStdin();
    return watching.ended;
  });
  await same(async (tool) => {
    const watching = tool.start([at, "watch", "-i"], { env: { ETCDCTL_WATCH_KEY: "envkey" } });
    const from = Number(await revision()) + 1;
    watching.type(`watch --rev=${from}\n`);
    await put("envkey", "1");
    await watching.prints("envkey\n1\n");
    watching.type("progress\n");
    await watching.prints("progress notify");
    watching.type("watch other\n");
    return watching.ended;
  });
  for (const line of ["watch a --", "watch --nope a", "watch 'a", "watch --rev=x a"])
    await same((tool) => tool.run([at, "watch", "-i"], { stdin: `${line}\nwatch never\n` }));
});

// ---- transactions ----------------------------------------------------------------------------------------------------------

const TRANSACTIONS: readonly string[] = [
  'mod("t") > "0"\n\nput t "new value"\nget t\n\nget t\n\n',
  "\nput a 1\nput b 2\nget a b --keys-only\n\n\n",
  'value("t") = "nothing"\nver("t") = "0"\n\nput t 1\n\nput t 2\ndel t --prev-kv\n\n',
  'create("none") = "0"\n\n\n\n',
  'mod("t") > "x"\n\n\n\n',
  "nonsense\n",
  "\nnonsense\n",
  "\nput\n",
];

test("txn -i shows what it waits for and takes it line by line", { skip, timeout: 60_000 }, async () => {
  for (const stdin of TRANSACTIONS) {
    for (const flags of [["-i"], ["--interactive", "-w", "json"], []])
      await same(async (tool) =>
        [await tool.run([at, "txn", ...flags], { stdin }), await admin.run([at, "del", "", "--prefix"])].slice(0, 1),
      );
  }
});

// ---- terminals -------------------------------------------------------------------------------------------------------------

/** On a terminal, answering its questions in turn. What the terminal echoes is part of stdout. */
async function dialogue(
  tool: Tool,
  args: string[],
  turns: readonly [question: string, answer: string][],
): Promise<Ended> {
  const running = tool.start(args, { terminal: true } satisfies RunOptions);
  const asked: string[] = [];
  for (const [question, answer] of turns) {
    asked.push(question);
    await running.prints(new RegExp(asked.join("[^]*?")));
    // Between the question and the change of the terminal's mode.
    await new Promise((resolve) => setTimeout(resolve, 300));
    running.type(`${answer}\r`);
  }
  const timer = setTimeout(() => running.signal("SIGKILL"), 10_000);
  const ended = await running.ended;
  clearTimeout(timer);
  return ended;
}

test("passwords are asked for on a terminal and not shown", { skip: skipTerminal, timeout: 120_000 }, async () => {
  const first = "Password of";
  const again = "again";
  await must("role", "add", "root");
  const seen = await same(async (tool) => {
    const ended = [
      await dialogue(
        tool,
        [at, "user", "add", "ann"],
        [
          [first, "secret"],
          [again, "secret"],
        ],
      ),
      await dialogue(
        tool,
        [at, "user", "add", "bert"],
        [
          [first, "secret"],
          [again, "other"],
        ],
      ),
      await dialogue(
        tool,
        [at, "user", "passwd", "ann"],
        [
          [first, "new"],
          [again, "new"],
        ],
      ),
    ];
    await must("user", "add", "root:pw");
    await must("user", "grant-role", "root", "root");
    await must("auth", "enable");
    ended.push(
      await dialogue(tool, [at, "get", "none", "--user=root"], [["Password", "pw"]]),
      await dialogue(tool, [at, "get", "none", "--user=root"], [["Password", "wrong"]]),
      await dialogue(tool, [at, "user", "list", "--user=root:pw"], []),
      await dialogue(
        tool,
        [at, "make-mirror", "--dest-user=root", "--user=root:pw", member.endpoint],
        [["Password", "no"]],
      ),
    );
    await must("auth", "disable", "--user=root:pw");
    await must("user", "delete", "root");
    await must("user", "delete", "ann");
    return ended;
  });
  for (const { stdout } of seen) assert.doesNotMatch(stdout, /secret|other|new|pw|wrong/);
});

test("snapshot save in a pipe prints what the original prints; on a terminal its progress leaves no trace", {
  skip: skipTerminal,
}, async () => {
  const path = join(folder.path, "snap.db");
  await same((tool) => tool.run([at, "snapshot", "save", path]));
  const seen = await new Tool("etcdctl", "ours").start([at, "snapshot", "save", path], { terminal: true }).ended;
  assert.equal(seen.end, 0);
  const lines = seen.stdout.split("\r\n");
  // The progress line is written over with spaces before anything else is printed.
  assert.match(lines[0]!, /^(?:\r?snapshot: [^\r]*)+\r +\rSnapshot saved at .*snap\.db$/);
  assert.match(lines[1]!, /^Server version 3\.7/);
});
