/** --downgrade-check-time: a downgrade ends by itself once every member runs the release that it leads to, and not before. */
import assert from "node:assert/strict";
import test from "node:test";
import { RequestField } from "../src/core/apply/raft-request.ts";
import { DowngradeInfoSetRequest } from "../src/proto/generated/membership.ts";
import { LocalCluster } from "./support/local-cluster.ts";

test("the leader ends a downgrade to the release that all members run", { timeout: 60_000 }, async () => {
  const cluster = await LocalCluster.start(3, { unsafeNoFsync: true, downgradeCheckTimeMs: 50 });
  try {
    const members = cluster.members.map(({ server }) => server!.running.member);
    const infos = (): unknown[] => members.map(({ state }) => state.cluster.downgradeInfo.enabled);
    const begin = async (ver: string): Promise<void> => {
      const request = DowngradeInfoSetRequest.encode({ enabled: true, ver });
      await members[0]!.proposer.request(RequestField.DowngradeInfoSet, request);
    };
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await begin("3.6.0");
    await pause(500);
    assert.deepEqual(infos(), [true, true, true], "3.7 members are not downgraded to 3.6");
    await begin("3.7.0");
    while (infos().includes(true)) await pause(20);
  } finally {
    await cluster.close();
  }
});
