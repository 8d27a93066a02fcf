/** Names of segment files: `<sequence>-<index>.wal`, both as 16 hexadecimal digits; index is that of the first entry that may be in it. */

export interface SegmentName {
  readonly sequence: number;
  readonly index: number;
}

const SEGMENT_NAME = /^([0-9a-f]{16})-([0-9a-f]{16})\.wal$/;

export function segmentFileName(sequence: number, index: number): string {
  return `${hex16(sequence)}-${hex16(index)}.wal`;
}

/** The numbers of a segment's name; undefined when it is not one (or its numbers are beyond 2^53). */
export function parseSegmentFileName(name: string): SegmentName | undefined {
  const found = SEGMENT_NAME.exec(name);
  if (found === null) return undefined;
  const sequence = Number.parseInt(found[1]!, 16);
  const index = Number.parseInt(found[2]!, 16);
  if (!Number.isSafeInteger(sequence) || !Number.isSafeInteger(index)) return undefined;
  return { sequence, index };
}

/** 16 hexadecimal digits, as in the names of WAL and snapshot files. */
export function hex16(value: number): string {
  return value.toString(16).padStart(16, "0");
}
