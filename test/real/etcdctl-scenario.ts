/**
 * The invocations of the golden test of etcdctl, in order, on one fresh server: each may build on what earlier ones wrote.
 * Placeholders: {EP} the endpoint, {DEAD} one that nobody listens on, {TMP} a directory, {PEER} a free peer URL, {LEASE}, {MEMBER}, {LEARNER}:
 * what earlier invocations printed.
 */

export interface Step {
  readonly args: readonly string[];
  readonly stdin?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Takes a value for a placeholder out of stdout: the first group. */
  readonly capture?: { readonly name: string; readonly pattern: string };
  /** No --endpoints are added. */
  readonly bare?: true;
}

const steps: Step[] = [];

function bare(...lines: string[]): void {
  for (const line of lines) steps.push({ args: words(line), bare: true });
}

function run(...lines: string[]): void {
  for (const line of lines) steps.push({ args: words(line) });
}

function piped(line: string, stdin: string): void {
  steps.push({ args: words(line), stdin });
}

function words(line: string): string[] {
  return line === "" ? [] : line.split(" ").map((word) => (word === "''" ? "" : word));
}

const FORMATS = ["simple", "json", "fields", "protobuf", "table"];

function inAllFormats(line: string, flags = ""): void {
  for (const format of FORMATS) run(`${line} -w ${format}${flags}`);
}

// ---- help, usage and the parser --------------------------------------------------------------------------------------------

const COMMANDS = [
  "get", "put", "del", "txn", "compaction", "watch", "lease", "lease grant", "lease revoke", "lease timetolive", "lease list",
  "lease keep-alive", "alarm", "alarm disarm", "alarm list", "defrag", "endpoint", "endpoint health", "endpoint status",
  "endpoint hashkv", "move-leader", "member", "member add", "member remove", "member update", "member list", "member promote",
  "snapshot", "snapshot save", "downgrade", "downgrade validate", "downgrade enable", "downgrade cancel", "elect", "lock",
  "auth", "auth enable", "auth disable", "auth status", "user", "user add", "user delete", "user get", "user list", "user passwd",
  "user grant-role", "user revoke-role", "role", "role add", "role delete", "role get", "role list", "role grant-permission",
  "role revoke-permission", "check", "check perf", "check datascale", "completion", "make-mirror", "options", "version", "help",
]; // biome-ignore format: a list
bare("", "--help", "-h", "help", "options", "version", "version -w json");
for (const command of COMMANDS) bare(`${command} --help`);
for (const command of ["get", "lease grant", "member list", "snapshot save", "nope"]) bare(`help ${command}`);
for (const command of [
  "get",
  "put",
  "del",
  "txn",
  "watch",
  "lease grant",
  "endpoint",
  "member add",
  "role grant-permission",
])
  bare(`${command} --nope`, `${command} -Z`);
bare(
  "nope", "l", "lea", "compact", "lease nope", "user nope x", "ge", "ver", "get --limit=x a", "get --limit", "get --rev=1x a",
  "get --prefix=maybe a", "put --lease", "lock --ttl=x a", "--dial-timeout=5 get a", "--dial-timeout=abc get a", "get a --hex=2",
  "--endpoints", "get --=x", "get ---x", "make-mirror --max-txn-ops=-1 x", "completion", "completion nope", "completion bash zsh",
  "get --limit=99999999999999999999 a", "-w", "help help", "get -wjson --nope",
); // biome-ignore format: a list

// ---- arguments that commands refuse ----------------------------------------------------------------------------------------

run(
  "get", "get a b --prefix", "get a --prefix --from-key", "get a --keys-only --count-only", "get a --order=UP", "get a --sort-by=AGE",
  "get a --consistency=x", "get a --min-create-rev=5 --max-create-rev=2", "get a --min-mod-rev=5 --max-mod-rev=2",
  "put", "put a b --lease=xyz", "put a b --ignore-value", "del", "del a b c", "del a b --prefix", "del a --prefix --from-key",
  "txn x", "compaction", "compaction x", "compaction 1 2", "lease grant", "lease grant x", "lease grant 1 2", "lease revoke",
  "lease revoke xyz", "lease timetolive", "lease timetolive xyz", "lease keep-alive", "lease keep-alive xyz", "watch",
  "watch a b --prefix", "watch a --", "lock", "elect", "elect a", "elect a b -l", "elect a b c", "member add",
  "member add a", "member add a http://x https://y", "member remove", "member remove xyz", "member update", "member update xyz",
  "member update 1", "member promote", "member promote zz", "member list --consistency=x", "alarm list x", "alarm disarm x",
  "move-leader", "move-leader zz", "snapshot save", "snapshot save a b", "downgrade validate", "downgrade validate a b",
  "downgrade enable", "downgrade enable ''", "auth enable x", "auth disable x", "auth status x", "user add", "user add :pw",
  "user delete", "user get", "user list x", "user passwd", "user grant-role a", "user revoke-role a", "role add", "role delete",
  "role get", "role list x", "role grant-permission a read", "role grant-permission a nope b", "role revoke-permission a",
  "role grant-permission a read b c --prefix", "role grant-permission a read b c --from-key",
  "role grant-permission a read b --prefix --from-key", "role grant-permission a read '' --prefix --from-key", "make-mirror",
  "make-mirror x --dest-prefix=a --no-dest-prefix", "check perf --load=huge", "check datascale --load=huge",
  "get a -w nope", "get a --cert=", "get a --key=", "get a --cacert=", "get a --cert={TMP}/none --key={TMP}/none",
  "get a --cert={TMP}/none", "get a --key={TMP}/none", "get a --cacert={TMP}/none",
  "get a --max-recv-bytes=10 --max-request-bytes=20",
); // biome-ignore format: a list
steps.push({ args: ["watch"], env: { ETCDCTL_WATCH_RANGE_END: "z" } });
steps.push({ args: ["watch", "foo"], env: { ETCDCTL_WATCH_KEY: "foo" } });
steps.push({ args: ["watch", "foo", "--", "echo", "1"], env: { ETCDCTL_WATCH_KEY: "foo" } });

// ---- keys and values -------------------------------------------------------------------------------------------------------

run(
  "put /registry/pods/default/nginx-pod one",
  "put /registry/pods/default/web two",
  "put /registry/services/kubernetes three",
);
run("put a 1", "put a 2", "put b <x>&", "put c -- -dash", "put -- d -dash");
piped("put e", "from stdin\n");
piped("put f", "");
piped("put e --ignore-value", "");
run("put nokey --ignore-value", "put a 3 --prev-kv", "put a 4 --lease=123", "put a 4 --ignore-lease", "put ütf8 wërt");
steps.push({ args: ["put", "ctl\u0001\n", 'quote"\\\t\u007f'] });
inAllFormats("put a 5 --prev-kv");
inAllFormats("get a");
inAllFormats("get ütf8");
steps.push({ args: ["get", "ctl\u0001\n", "-w", "fields"] }, { args: ["get", "ctl\u0001\n", "-w", "json"] });
run(
  "get / --prefix --keys-only", "get / --prefix", "get /registry/pods/default/nginx-pod -w json", "get / --prefix --limit=1 -w json",
  "get / --prefix --limit=1 -w fields", "get / --prefix --count-only", "get / --prefix --count-only -w fields",
  "get / --prefix --count-only -w json", "get a --print-value-only", "get a --print-value-only -w json", "get a z", "get a c",
  "get c --from-key --keys-only", "get '' --from-key --keys-only", "get '' --prefix --keys-only", "get nothing", "get nothing -w json",
  "get '' --prefix --sort-by=VALUE --order=DESCEND", "get '' --prefix --sort-by=create", "get '' --prefix --sort-by=MODIFY --order=descend --keys-only",
  "get '' --prefix --sort-by=version --order=ascend --keys-only", "get a --rev=5", "get a --rev=9999", "get a --consistency=s",
  "get / --prefix --stream", "get / --prefix --stream -w json", "get '' --prefix --min-create-rev=4 --keys-only",
  "get '' --prefix --max-create-rev=4 --keys-only", "get '' --prefix --min-mod-rev=6 --max-mod-rev=9 --keys-only", "get a --hex",
  "get a --hex -w json", "get a --hex -w fields", "get ''", "put '' x", "get a extra ignored",
); // biome-ignore format: a list
steps.push({ args: ["get", "a"], bare: true, env: { ETCDCTL_ENDPOINTS: "{EP}", ETCDCTL_WRITE_OUT: "json" } });
steps.push({ args: ["get", "a"], bare: true, env: { ETCDCTL_ENDPOINTS: " {EP}", ETCDCTL_HEX: "true" } });
steps.push({ args: ["get", "a"], bare: true, env: { ETCDCTL_ENDPOINTS: "http://{EP}", ETCDCTL_HEX: "wrong" } });
run("del nothing", "del d", "del c --prev-kv", "del x y --range", "del b c --range --prev-kv -w json");
run(
  "put b 1",
  "del b --prev-kv -w fields",
  "put b 1",
  "del b --prev-kv -w protobuf",
  "del b -w table",
  "del /registry/services --prefix",
);

// ---- transactions ----------------------------------------------------------------------------------------------------------

const TXN = 'mod("a") > "0"\n\nput txn done\nget a\nget / --prefix --limit=1\n\nput txn failed\n\n';
for (const format of FORMATS) piped(`txn -w ${format}`, TXN);
piped("txn -i", TXN);
piped(
  "txn -w json",
  'ver("a") = "1"\n\nput txn done\n\nput txn "two words"\ndel txn --prev-kv\n\n'.replace("del txn", "del other"),
);
piped("txn", 'value("txn") = "two words"\n\nget txn\n\n\n');
piped("txn", 'c("none") = "0"\n\n\n\n');
piped("txn", 'create("none") != "0"\n\n\n\n');
piped("txn", 'val("a") < "9"\nm("a") < "99999"\n\ndel none\n\nget a\n\n');
piped("txn", "\nput k 'single quoted'\nput k2 \"esc\\taped\\x41\"\n\n\n");
for (const wrong of [
  'nope("a") > "0"\n', "mod\n", 'mod("a") > 0\n', "mod(a) > 0\n", 'mod("a") > "x"\n', 'mod("a")\n', "", 'mod("a") > "0"\n\nput\n', "\nfly a b\n",
  "\nput a 1\nput a 2\n\n\n", "\nget --nope x\n", 'mod("a" ) > "0"\n', "\nget a", "\nput a b c\n\n\n",
]) piped("txn", wrong); // biome-ignore format: a list

// ---- watch -----------------------------------------------------------------------------------------------------------------

piped("watch -i", "nope\n\nwatch\n");
piped("watch -i", "watch foo bar --prefix\n");
piped("watch -i", "watch foo --\n");
piped("watch -i", "watch --nope foo\n");
run("compaction 8", "compaction 8", "compaction 9999", "compaction 10 --physical", "get a --rev=3", "watch a --rev=2");
for (const format of FORMATS) run(`watch a --rev=2 -w ${format}`);

// ---- leases ----------------------------------------------------------------------------------------------------------------

run(
  "lease list",
  "lease list -w json",
  "lease timetolive 123",
  "lease timetolive 123 -w json",
  "lease revoke 123",
  "lease keep-alive --once 123",
);
steps.push({ args: ["lease", "grant", "600"], capture: { name: "LEASE", pattern: "lease ([0-9a-f]+) granted" } });
run("put leased v --lease={LEASE}", "put leased v --ignore-lease", "get leased -w fields --hex");
inAllFormats("lease timetolive {LEASE} --keys");
inAllFormats("lease list");
inAllFormats("lease keep-alive --once {LEASE}");
run(
  "lease timetolive {LEASE} -w fields --hex",
  "lease list -w fields --hex",
  "lease grant 600 -w json",
  "lease grant 600 -w fields",
);
run(
  "lease grant 600 -w protobuf",
  "lease grant 600 -w table",
  "lease grant 99999999999",
  "lease grant 0",
  "lease grant -- -1",
);
run(
  "lease revoke {LEASE}",
  "get leased",
  "lease timetolive {LEASE}",
  "lease timetolive {LEASE} -w fields",
  "lease keep-alive {LEASE}",
  "lease revoke {LEASE} -w json",
);

// ---- locks and elections -----------------------------------------------------------------------------------------------------

run("lock l echo held", "lock l sh -c exit\t3".replace("\t", " "), "lock l /nonexistent", "lock l nonexistent-program");
steps.push({ args: ["lock", "l", "--", "sh", "-c", "exit 3"] });

// ---- the cluster -------------------------------------------------------------------------------------------------------------

steps.push({ args: ["member", "list"], capture: { name: "MEMBER", pattern: "^([0-9a-f]+)," } });
inAllFormats("member list");
run(
  "member list --hex -w json",
  "member list --hex -w fields",
  "member list --consistency=s",
  "member remove 123",
  "member promote 123",
);
run(
  "member update 123 --peer-urls=http://127.0.0.1:1",
  "member update {MEMBER} --peer-urls=not-a-url",
  "member promote {MEMBER}",
);
run("member add new --peer-urls=http//x");
steps.push({
  args: ["member", "add", "new", "--learner", "--peer-urls={PEER}"],
  capture: { name: "LEARNER", pattern: "Member +([0-9a-f]+) added" },
});
run(
  "member add new --learner --peer-urls={PEER}",
  "member list",
  "member promote {LEARNER}",
  "member update {LEARNER} --peer-urls={PEER}",
);
run("member list -w fields", "member remove {LEARNER}", "member list -w json");
for (const format of FORMATS) {
  run(
    `endpoint health -w ${format}`,
    `endpoint status -w ${format}`,
    `endpoint hashkv -w ${format}`,
    `alarm list -w ${format}`,
  );
}
run(
  "endpoint health --cluster",
  "endpoint status --cluster",
  "endpoint hashkv --rev=11",
  "endpoint hashkv --rev=9999",
  "endpoint hashkv --rev=1",
);
run(
  "alarm disarm",
  "defrag",
  "defrag --cluster",
  "move-leader 123",
  "move-leader {MEMBER}",
  "move-leader {MEMBER} -w json",
);
run(
  "downgrade validate 3.6",
  "downgrade validate 3.6.0",
  "downgrade validate 3.3.0",
  "downgrade validate x",
  "downgrade validate 3.6.0 -w json",
);
run("downgrade cancel", "downgrade enable 9.9.9", "downgrade cancel -w fields");
run("snapshot save {TMP}/snap.db", "snapshot save {TMP}/none/snap.db", "snapshot save {TMP}");

// ---- dead endpoints ----------------------------------------------------------------------------------------------------------

for (const line of ["get a", "put a b", "del a", "member list", "lease grant 1", "lease revoke 1", "compaction 1", "alarm list", "endpoint health",
  "endpoint status", "endpoint hashkv", "defrag", "move-leader 1", "user list --user=a:b", "endpoint health --cluster", "auth status",
  "endpoint health -w json", "endpoint status -w json", "endpoint health -w table", "endpoint health -w fields", "downgrade cancel",
  "snapshot save {TMP}/dead.db",
]) bare(`--endpoints={DEAD} --command-timeout=300ms --dial-timeout=300ms ${line}`); // biome-ignore format: a list
bare(
  "--endpoints= get a",
  "--endpoints={DEAD},{EP} get a",
  "--endpoints={DEAD},{EP} --command-timeout=300ms endpoint status",
);
bare("--endpoints={DEAD},{EP} snapshot save {TMP}/two.db", "--endpoints=127.0.0.1 --command-timeout=300ms get a");
run(
  "--insecure-transport=false --command-timeout=300ms get a",
  "--endpoints=https://{EP} --command-timeout=300ms get a",
);
bare("--endpoints={EP} --endpoints={DEAD} --command-timeout=1s get a");

// ---- authentication ----------------------------------------------------------------------------------------------------------

run(
  "auth status",
  "auth enable",
  "auth disable",
  "user add root:pw",
  "user add root:pw",
  "user add alice --no-password",
  "user add bob --new-user-password=b",
);
piped("user add carl --interactive=false", "cpw\n");
piped("user add dora", "one\ntwo\n");
piped("user add dora", "same\nsame\n");
piped("user add emil", "\n");
piped("user passwd carl --interactive=false", "new\n");
piped("user passwd nobody --interactive=false", "new\n");
run(
  "user add '' --no-password",
  "role add r",
  "role add r",
  "role add ''",
  "role grant-permission r read a",
  "role grant-permission r write b c",
);
run(
  "role grant-permission r readwrite /p --prefix",
  "role grant-permission r READ k --from-key",
  "role grant-permission r write '' --prefix",
);
run(
  "role grant-permission nobody read a",
  "role grant-permission r read ''",
  "user grant-role bob r",
  "user grant-role nobody r",
  "user grant-role bob nobody",
);
inAllFormats("role get r");
inAllFormats("user get bob");
inAllFormats("user list");
inAllFormats("role list");
inAllFormats("auth status");
run(
  "user get bob --detail",
  "user get nobody",
  "role get nobody",
  "role get root",
  "user revoke-role bob nobody",
  "user revoke-role alice r",
);
run(
  "role revoke-permission r a",
  "role revoke-permission r b c",
  "role revoke-permission r /p --prefix",
  "role revoke-permission r nothing",
);
for (const format of FORMATS)
  run(
    `role add f-${format} -w ${format}`,
    `user add f-${format}:x -w ${format}`,
    `user grant-role f-${format} r -w ${format}`,
  );
for (const format of FORMATS)
  run(
    `user revoke-role f-${format} r -w ${format}`,
    `user delete f-${format} -w ${format}`,
    `role delete f-${format} -w ${format}`,
  );
run(
  "role grant-permission r read a -w fields",
  "role grant-permission r readwrite own --prefix",
  "auth enable",
  "auth enable --user=root:pw",
  "auth status",
);
run(
  "auth status --user=root:pw",
  "get a",
  "put a b",
  "get a --user=root:pw",
  "get a --user=root:wrong",
  "get a --user=root --password=pw",
  "get a --user=nobody:x",
);
run(
  "get a --user=alice:x",
  "get a --user=bob:b",
  "put own1 v --user=bob:b",
  "put other v --user=bob:b",
  "get bb --user=bob:b",
  "get other --user=bob:b",
  "del other --user=bob:b",
);
run(
  "member list",
  "user list",
  "user list --user=bob:b",
  "user get bob --user=bob:b",
  "lease list --user=bob:b",
  "endpoint health",
  "endpoint health --user=root:pw",
);
run(
  "endpoint status",
  "endpoint status --user=bob:b",
  "watch bb --user=bob:b",
  "watch bb --user=bob:b -w json",
  "compaction 5 --user=bob:b",
  "defrag --user=bob:b",
  "alarm list --user=bob:b",
);
run(
  "snapshot save {TMP}/auth.db --user=bob:b",
  "get a --auth-jwt-token=nonsense",
  "txn --user=bob:b",
  "auth disable --user=bob:b",
  "role get r --user=bob:b",
);
piped("get a --user=root", "pw\n");
piped("get a --user=root", "wrong\n");
steps.push({ args: ["get", "a"], env: { ETCDCTL_USER: "root:pw" } });
steps.push({ args: ["get", "a"], env: { ETCDCTL_USER: "root", ETCDCTL_PASSWORD: "pw" } });
run(
  "role delete r --user=root:pw",
  "user delete bob --user=root:pw",
  "user delete root --user=root:pw",
  "role delete root --user=root:pw",
  "auth disable --user=root:pw",
  "auth status",
);

export const SCENARIO: readonly Step[] = steps;
