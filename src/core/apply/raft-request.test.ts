import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { utf8 } from "../../base/bytes.ts";
import { InternalRaftRequest } from "../../proto/generated/raft-internal.ts";
import { AuthUserAddRequest, PutRequest } from "../../proto/generated/rpc.ts";
import { encodeRaftRequest, RaftRequestReader, RequestField } from "./raft-request.ts";

test("a spliced request equals the generated encoding and reads back the same", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 300 }),
      fc.bigInt({ min: 1n, max: 2n ** 64n - 1n }),
      fc.constantFrom("", "root", "jürgen"),
      fc.nat(),
      (key, value, id, username, authRevision) => {
        const put = PutRequest.create({ key, value });
        const payload = encodeRaftRequest(RequestField.Put, PutRequest.encode(put), id, { username, authRevision });
        assert.deepEqual(payload, InternalRaftRequest.encode({ put, header: { id, username, authRevision } }));
        const reader = new RaftRequestReader();
        reader.read(payload);
        assert.equal(reader.field, RequestField.Put);
        assert.deepEqual(PutRequest.decode(payload, reader.start, reader.end), put);
        assert.equal((BigInt(reader.idPrefix) << 48n) | BigInt(reader.idSuffix), id);
        assert.equal(reader.username, username);
        assert.equal(reader.authRevision, authRevision);
      },
    ),
  );
});

test("requests numbered above the header follow it, as Go writes them", () => {
  const authUserAdd = AuthUserAddRequest.create({ name: "alice", hashedPassword: "aGFzaA==" });
  const payload = encodeRaftRequest(RequestField.AuthUserAdd, AuthUserAddRequest.encode(authUserAdd), 7n, {
    username: "root",
    authRevision: 3,
  });
  assert.deepEqual(
    payload,
    InternalRaftRequest.encode({ authUserAdd, header: { id: 7n, username: "root", authRevision: 3 } }),
  );
});

test("the outer ID wins over the header's", () => {
  const reader = new RaftRequestReader();
  reader.read(InternalRaftRequest.encode({ id: 5n, put: { key: utf8("a") }, header: { id: 9n } }));
  assert.equal(reader.idSuffix, 5);
});

test("truncated payloads are refused and never read out of bounds", () => {
  const payload = encodeRaftRequest(
    RequestField.Put,
    PutRequest.encode({ key: utf8("key"), value: utf8("value") }),
    2n ** 63n,
    { username: "u", authRevision: 1 },
  );
  const whole = new RaftRequestReader();
  whole.read(payload);
  for (let cut = 1; cut < payload.length; cut++) {
    const reader = new RaftRequestReader();
    try {
      reader.read(payload.subarray(0, cut));
    } catch (error) {
      assert.equal((error as Error).name, "ProtoError");
      continue;
    }
    // Cut between two fields: a shorter, valid message.
    assert.ok(reader.end <= cut);
  }
});
