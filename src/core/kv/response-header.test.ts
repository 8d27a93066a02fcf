import assert from "node:assert/strict";
import test from "node:test";
import { latin1 } from "../../base/bytes.ts";
import { PutResponse } from "../../proto/generated/rpc.ts";
import { putRevisionHeader, ResponseHeaderEncoder, revisionHeaderSize } from "./response-header.ts";

const REVISIONS = [0, 1, 127, 128, 1_000_000, 2 ** 32, Number.MAX_SAFE_INTEGER];

test("headers equal those of the generated codec", () => {
  for (const clusterId of [0n, 1n, 0xcdf8_1818_e32a_35aan, 2n ** 64n - 1n]) {
    for (const memberId of [0n, 5n, 2n ** 64n - 1n]) {
      const encoder = new ResponseHeaderEncoder({ clusterId, memberId });
      for (const raftTerm of [0, 1, 300, 2 ** 40]) {
        encoder.raftTerm = raftTerm;
        for (const revision of REVISIONS) {
          const expected = PutResponse.encode({ header: { clusterId, memberId, revision, raftTerm } });
          const bytes = encoder.response(revision);
          assert.equal(latin1(bytes), latin1(expected));
          assert.equal(bytes.length, encoder.size(revision));
        }
      }
    }
  }
});

test("headers of operations hold only a revision", () => {
  for (const revision of REVISIONS) {
    const header = { clusterId: 0n, memberId: 0n, revision, raftTerm: 0 };
    const bytes = new Uint8Array(revisionHeaderSize(revision));
    assert.equal(putRevisionHeader(bytes, bytes.length, revision), 0);
    assert.equal(latin1(bytes), latin1(PutResponse.encode({ header })));
  }
});
