/** Changes of one bucket, sorted by key: what a commit merges into the bucket's tree. A value of null deletes. */
export interface TreeOps {
  readonly keys: readonly Uint8Array[];
  readonly values: readonly (Uint8Array | null)[];
}
