/** What a store counts of its operations, as plain numbers (etcd server/storage/mvcc/metrics_txn.go). Read at scrape time. */
export class StoreCounts {
  puts: number;
  /** Key and value bytes of all puts. */
  putBytes: number;
  /** Deletions asked for; each may take many keys or none. */
  deletes: number;
  ranges: number;
  /** Transactions of more than one operation. */
  txns: number;
  #operationsBefore: number;

  constructor() {
    this.puts = 0;
    this.putBytes = 0;
    this.deletes = 0;
    this.ranges = 0;
    this.txns = 0;
    this.#operationsBefore = 0;
  }

  begin(): void {
    this.#operationsBefore = this.puts + this.deletes + this.ranges;
  }

  end(): void {
    if (this.puts + this.deletes + this.ranges - this.#operationsBefore > 1) this.txns++;
  }
}
