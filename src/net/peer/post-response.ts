/** What the answer to a posted raft message means (etcd rafthttp/util.go checkPostResponse). */
import { idHex } from "../../base/bytes.ts";
import type { Logger } from "../../io/logger.ts";
import type { DialResponse } from "./dialer.ts";
import { MemberRemovedError, PeerResponseError } from "./peer-error.ts";
import type { LocalPeer } from "./peer-headers.ts";

const BODY_BYTES_MAX = 64 * 1024;

/** Reads the answer; the error, or undefined when the message was taken. Rejects with DialError. */
export async function postFailure(
  response: DialResponse,
  parts: { readonly local: LocalPeer; readonly peerId: bigint; readonly logger: Logger },
): Promise<Error | undefined> {
  const body = await response.body(BODY_BYTES_MAX);
  switch (response.status) {
    case 204:
      return undefined;
    case 403:
      return new MemberRemovedError();
    case 412: {
      const reason = new TextDecoder().decode(body).trimEnd();
      const peer = { "remote-peer-id": idHex(parts.peerId) };
      if (reason === "incompatible version") parts.logger.error("request sent was ignored by peer", peer);
      else if (reason === "cluster ID mismatch")
        parts.logger.error("request sent was ignored due to cluster ID mismatch", {
          ...peer,
          "remote-peer-cluster-id": response.header("x-etcd-cluster-id") ?? "",
          "local-member-cluster-id": idHex(parts.local.clusterId),
        });
      return new PeerResponseError(412, reason);
    }
    default:
      return new PeerResponseError(response.status, `unexpected http status ${response.status} while posting`);
  }
}
