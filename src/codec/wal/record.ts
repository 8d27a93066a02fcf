/**
 * The frame and the record of etcd's write-ahead log (etcd server/storage/wal/encoder.go, decoder.go, walpb/record.proto).
 *
 *   file    := frame* (zeros: space not written yet)
 *   frame   := length:u64le record padding
 *   length  := bits 0..55 bytes of the record; bits 56..63 0x80 | bytes of padding, or 0 when there is no padding
 *   record  := 08 type  10 crc:varint32  [1a size:varint data]          walpb.Record
 *   padding := 0..7 zeros, so that a frame is a multiple of 8 bytes and a length never straddles two sectors
 *
 *   type  1 metadata   data = etcdserverpb.Metadata, opaque here; the same in every file
 *         2 entry      data = raftpb.Entry; an index that is there already drops that entry and all after it
 *         3 state      data = raftpb.HardState; the last one counts
 *         4 crc        no data; crc = that of the file before (0 in the first)
 *         5 snapshot   data = walpb.Snapshot {index, term, conf_state}
 *
 * crc is CRC32C over the data of all records since the log began: each file continues where the one before ended, by its crc record.
 * A file begins with crc and metadata; then the first has snapshot {0, 0}, the others have state (if there is one).
 *
 * Example, the head of a first file: 04000000 00000084 0804 1000 00000000 is a length of 4 with 4 bytes of padding, type 4, crc 0.
 */

export const RecordType = { Metadata: 1, Entry: 2, State: 3, Crc: 4, Snapshot: 5 } as const;
export type RecordType = (typeof RecordType)[keyof typeof RecordType];

export const FRAME_LENGTH_BYTES = 8;
/** What a disk writes whole or not at all. */
export const SECTOR_BYTES = 512;
/** 08 type 10 crc(1..5) 1a size(1..5): the longest head of a record before its data. */
export const RECORD_HEAD_BYTES_MAX = 14;

/** CRC32C of the bytes continued from `seed`. Comes in from outside, because the fast one is native. */
export type Crc32c = (bytes: Uint8Array, seed: number) => number;

/** Bytes of padding after a record of that size. */
export function paddingBytes(recordBytes: number): number {
  return -recordBytes & 7;
}
