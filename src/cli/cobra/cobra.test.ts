import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { ProgramSpec } from "./command.ts";
import { Flag, FlagSet } from "./flag-set.ts";
import { CommandExit, runProgram } from "./program.ts";

function flagSet(): FlagSet {
  return new FlagSet([
    new Flag({ name: "all", shorthand: "a", kind: "bool", default: "false", usage: "" }),
    new Flag({ name: "number", shorthand: "n", kind: "int64", default: "7", usage: "" }),
    new Flag({ name: "list", kind: "stringSlice", default: "[x,y]", usage: "" }),
    new Flag({ name: "wait", kind: "duration", default: "2s", usage: "" }),
  ]);
}

describe("FlagSet.parse()", () => {
  it("takes flags between words, joined shorthands and values in every form", () => {
    const flags = flagSet();
    const parsed = flags.parse(["w1", "-an5", "--wait=1m", "w2", "--", "--all=false"]);
    assert.deepEqual(parsed, { ok: true, args: ["w1", "w2", "--all=false"], argsBeforeDash: 2 });
    assert.equal(flags.bool("all"), true);
    assert.equal(flags.number("number"), 5);
    assert.equal(flags.durationMs("wait"), 60_000);
  });

  it("replaces the default of a list first and adds to it afterwards", () => {
    const flags = flagSet();
    assert.deepEqual(flags.list("list"), ["x", "y"]);
    flags.parse(["--list=a,b", '--list="c,d",e']);
    assert.deepEqual(flags.list("list"), ["a", "b", "c,d", "e"]);
  });

  it("refuses in pflag's words", () => {
    const refusals: [string[], string][] = [
      [["--nope"], "unknown flag: --nope"],
      [["-an"], "flag needs an argument: 'n' in -n"],
      [["-z"], "unknown shorthand flag: 'z' in -z"],
      [["--number"], "flag needs an argument: --number"],
      [["--=x"], "bad flag syntax: --=x"],
      [
        ["--number=1x"],
        'invalid argument "1x" for "-n, --number" flag: strconv.ParseInt: parsing "1x": invalid syntax',
      ],
      [["--wait=5"], 'invalid argument "5" for "--wait" flag: time: missing unit in duration "5"'],
    ];
    for (const [args, reason] of refusals) assert.deepEqual(flagSet().parse(args), { ok: false, reason });
  });
});

describe("runProgram()", () => {
  const ran: string[] = [];
  const program: ProgramSpec = {
    use: "prog",
    short: "A program.",
    prefixMatching: true,
    persistentFlags: [{ name: "where", kind: "string", default: "", usage: "somewhere" }],
    commands: [
      {
        use: "lease <sub>",
        short: "Leases",
        commands: [
          {
            use: "grant <ttl>",
            short: "Grants",
            run: ({ args, flags }) => void ran.push(`grant ${args.join(" ")} at ${flags.text("where")}`),
          },
        ],
      },
      { use: "lock <name>", short: "Locks", run: () => Promise.reject(new CommandExit(9, "no")) },
    ],
  };
  const run = async (...args: string[]): Promise<{ code: number; out: string; err: string }> => {
    let out = "";
    let err = "";
    const code = await runProgram(program, args, {
      stdout: (text) => void (out += text),
      stderr: (text) => void (err += text),
    });
    return { code, out, err };
  };

  it("finds a command by unique prefixes, past flags with values", async () => {
    ran.length = 0;
    assert.equal((await run("--where", "lock", "lea", "gr", "60")).code, 0);
    assert.deepEqual(ran, ["grant 60 at lock"]);
  });

  it("suggests names for an ambiguous or misspelled one", async () => {
    const { code, err } = await run("l");
    assert.equal(code, 1);
    assert.equal(
      err,
      'Error: unknown command "l" for "prog"\n\nDid you mean this?\n\tlease\n\tlock\n\nRun \'prog --help\' for usage.\n',
    );
  });

  it("ends with the exit code and reason that a command throws", async () => {
    assert.deepEqual(await run("lock"), { code: 9, out: "", err: "Error: no\n" });
  });

  it("shows the help of a command without a body, and usage after a refused flag", async () => {
    assert.match(
      (await run("lease")).out,
      /^Leases\n\nUsage:\n {2}prog lease \[command\]\n\nAvailable Commands:\n {2}grant {7}Grants\n/,
    );
    const refused = await run("lease", "grant", "--nope");
    assert.match(refused.err, /^Error: unknown flag: --nope\nUsage:\n {2}prog lease grant <ttl> \[flags\]\n/);
  });

  it("completes names for shells", async () => {
    assert.equal((await run("__complete", "le")).out, "lease\tLeases\n:4\n");
    assert.equal((await run("__completeNoDesc", "lease", "")).out, "grant\n:4\n");
  });
});
