/** Three members, one of whose database is altered while it is stopped: each check of the cluster finds that member. */
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { EtcdClient } from "../src/client/index.ts";
import { type Logger, SILENT_LOGGER } from "../src/io/logger.ts";
import { AlarmType } from "../src/proto/generated/rpc.ts";
import { DEFAULT_SERVER_CONFIG } from "../src/server/default-config.ts";
import { LocalCluster } from "./support/local-cluster.ts";

const BEFORE = "a value that is the same everywhere";
const AFTER = "a value that is not same everywhere";

/** Writes a value, stops the member and changes that value in its database. */
async function alterDatabase(cluster: LocalCluster, at: number): Promise<void> {
  await using client = new EtcdClient({ endpoints: cluster.members.map((member) => member.clientUrl) });
  await client.put("shared", BEFORE);
  const { server, dataDir } = cluster.members[at]!;
  const { member } = server!.running;
  const { revision } = cluster.members.find((each) => each.server!.running.member.isLeader)!.server!.running.member
    .state.store;
  while (member.state.store.revision < revision) await wait(10);
  await cluster.stopMember(at);
  const path = join(dataDir, "member/snap/db");
  const bytes = await readFile(path);
  let found = 0;
  for (let i = bytes.indexOf(BEFORE); i >= 0; i = bytes.indexOf(BEFORE, i + 1)) {
    bytes.write(AFTER, i, "utf8");
    found++;
  }
  assert.ok(found > 0, "the value is in the database");
  await writeFile(path, bytes);
}

async function corruptMembers(cluster: LocalCluster, at: number): Promise<readonly bigint[]> {
  const { alarms } = cluster.members[at]!.server!.running.member.state;
  for (;;) {
    const raised = alarms.get(AlarmType.CORRUPT);
    if (raised.length > 0) return raised.map((alarm) => alarm.memberID);
    await wait(20);
  }
}

test("a restarted member with another history refuses to start, and compaction hashes name it when it does", async () => {
  const features = { ...DEFAULT_SERVER_CONFIG.features, CompactHashCheck: true, InitialCorruptCheck: true };
  const cluster = await LocalCluster.start(3, { features, compactHashCheckTimeMs: 200 });
  try {
    const id = cluster.members[1]!.server!.running.member.memberId;
    await cluster.stopMember(1);
    await cluster.startMember(1);
    await alterDatabase(cluster, 1);
    await assert.rejects(cluster.startMember(1), {
      name: "BootstrapError",
      message: `${id.toString(16)} found data inconsistency with peers`,
    });
    await cluster.startMember(1, { features: { ...features, InitialCorruptCheck: false } });
    await using client = new EtcdClient({ endpoints: cluster.members[0]!.clientUrl });
    const { revision } = (await client.put("another", "value")).header;
    await client.compact(Number(revision));
    assert.deepEqual(await corruptMembers(cluster, 0), [id]);
    await assert.rejects(client.put("refused", "value"), /corrupt cluster/);
  } finally {
    await cluster.close();
  }
});

test("the periodic check of the leader raises the alarm for a member whose database was altered", async () => {
  const cluster = await LocalCluster.start(3, { corruptCheckTimeMs: 300 });
  try {
    const at = cluster.members.findIndex((member) => member.server!.running.member.isLeader);
    const id = cluster.members[at]!.server!.running.member.memberId;
    await alterDatabase(cluster, at);
    await cluster.startMember(at);
    assert.deepEqual(await corruptMembers(cluster, (at + 1) % 3), [id]);
  } finally {
    await cluster.close();
  }
});

test("members that hold the same raise no alarm", async () => {
  const features = { ...DEFAULT_SERVER_CONFIG.features, CompactHashCheck: true };
  const said = new Set<string>();
  const logger: Logger = { ...SILENT_LOGGER, info: (message) => said.add(message), with: () => SILENT_LOGGER };
  const checks = { features, compactHashCheckTimeMs: 100, corruptCheckTimeMs: 100 };
  const cluster = await LocalCluster.start(3, checks, logger);
  try {
    await using client = new EtcdClient({ endpoints: cluster.members[0]!.clientUrl });
    for (let round = 0; round < 10; round++) {
      const { revision } = (await client.put("key", `${round}`)).header;
      if (round % 3 === 2) await client.compact(Number(revision));
      await wait(60);
    }
    assert.ok(said.has("finished peer corruption check"));
    assert.ok(said.has("successfully checked hash on whole cluster"));
    for (const { server } of cluster.members)
      assert.deepEqual(server!.running.member.state.alarms.get(AlarmType.NONE), []);
  } finally {
    await cluster.close();
  }
});
