/** What a message weighs in a queue: near enough to its bytes, without encoding it. */
import type { Message } from "../../core/raft/types.ts";

const MESSAGE_BYTES = 64;
const ENTRY_BYTES = 24;

export function messageWeight(message: Message): number {
  let bytes = MESSAGE_BYTES + message.context.length;
  for (const entry of message.entries) bytes += ENTRY_BYTES + entry.data.length;
  return bytes;
}
