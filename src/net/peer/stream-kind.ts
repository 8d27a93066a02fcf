/** The two kinds of stream between peers (etcd rafthttp/stream.go). */
import { MessageStreamDecoder, MessageStreamEncoder } from "../../codec/raft-stream/message-stream.ts";
import { MsgAppStreamDecoder, MsgAppStreamEncoder } from "../../codec/raft-stream/msgapp-stream.ts";
import type { StreamDecoder, StreamEncoder } from "../../codec/raft-stream/stream-codec.ts";

export interface StreamKind {
  /** As logs call it. */
  readonly name: string;
  /** Path of the endpoint; the ID of the member that dials follows. */
  readonly path: string;
  createEncoder(): StreamEncoder;
  createDecoder(local: bigint, remote: bigint): StreamDecoder;
}

export const MSGAPP_STREAM: StreamKind = {
  name: "stream MsgApp v2",
  path: "/raft/stream/msgapp",
  createEncoder: () => new MsgAppStreamEncoder(),
  createDecoder: (local, remote) => new MsgAppStreamDecoder(local, remote),
};

export const MESSAGE_STREAM: StreamKind = {
  name: "stream Message",
  path: "/raft/stream/message",
  createEncoder: () => new MessageStreamEncoder(),
  createDecoder: () => new MessageStreamDecoder(),
};
