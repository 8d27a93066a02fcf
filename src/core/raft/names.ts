/** Names of numbered things as etcd prints them. */
import { EntryType, MessageType } from "./types.ts";

const MESSAGE_NAMES: readonly string[] = Object.keys(MessageType);
const ENTRY_NAMES: readonly string[] = Object.keys(EntryType);

export function messageTypeName(type: number): string {
  return MESSAGE_NAMES[type] ?? String(type);
}

export function entryTypeName(type: number): string {
  return ENTRY_NAMES[type] ?? String(type);
}
