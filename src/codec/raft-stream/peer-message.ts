/**
 * One raft message between peers: decoding bytes of a peer into a message that raft may see, and the link heartbeat, which keeps a stream alive
 * and never reaches raft (a MsgHeartbeat from nobody to nobody: no real message lacks both).
 */
import { type Entry, Message, MessageType } from "../../proto/generated/raft.ts";
import { ProtoError } from "../../proto/proto-error.ts";

/** Largest message that is read, in bytes (etcd readBytesLimit). */
export const MESSAGE_BYTES_MAX: number = 512 * 1024 * 1024;
/** Largest MsgSnap in front of a database, in bytes (etcd snapshotLimitByte). */
export const SNAPSHOT_MESSAGE_BYTES_MAX: number = 64 * 1024 * 1024;

export const LINK_HEARTBEAT: Message = Message.create({ type: MessageType.MsgHeartbeat });

export function isLinkHeartbeat(message: Message): boolean {
  return message.type === MessageType.MsgHeartbeat && message.from === 0n && message.to === 0n;
}

export type DecodedMessage =
  | { readonly ok: true; readonly message: Message }
  | { readonly ok: false; readonly reason: string };

/** Reads a message. Byte fields are views of the input. Numbers beyond 2^53 are refused: raft counts in doubles. */
export function decodePeerMessage(bytes: Uint8Array): DecodedMessage {
  let message: Message;
  try {
    message = Message.decode(bytes);
  } catch (error) {
    if (error instanceof ProtoError) return { ok: false, reason: error.message };
    throw error;
  }
  const { snapshot, responses } = message;
  if (
    !Number.isSafeInteger(message.term) ||
    !Number.isSafeInteger(message.logTerm) ||
    !Number.isSafeInteger(message.index) ||
    !Number.isSafeInteger(message.commit) ||
    !Number.isSafeInteger(message.rejectHint) ||
    !Number.isSafeInteger(snapshot?.metadata?.index ?? 0) ||
    !Number.isSafeInteger(snapshot?.metadata?.term ?? 0) ||
    !message.entries.every(isSafeEntry)
  ) {
    return { ok: false, reason: "a term or index exceeds 2^53" };
  }
  // Messages to the storage threads of a node carry responses; they never travel.
  if (responses.length > 0) return { ok: false, reason: "the message carries responses" };
  return { ok: true, message };
}

export function isSafeEntry(entry: Entry): boolean {
  return Number.isSafeInteger(entry.term) && Number.isSafeInteger(entry.index);
}
