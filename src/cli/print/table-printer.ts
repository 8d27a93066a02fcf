/** `-w table`: members and endpoints in boxes; everything else is refused. */
import type * as rpc from "../../proto/generated/rpc.ts";
import { MessagePrinter } from "./message-printer.ts";
import { writeOut } from "./output.ts";
import type { EndpointHashKV, EndpointHealth, EndpointStatus } from "./results.ts";
import { renderTable } from "./table.ts";
import {
  endpointHashKVTable,
  endpointHealthTable,
  endpointStatusTable,
  memberListTable,
  type Table,
} from "./tables.ts";

export class TablePrinter extends MessagePrinter {
  override readonly format = "table" as const;

  protected override message(): void {
    this.refuse();
  }
  override watch(): void {
    this.refuse();
  }
  override memberList(reply: rpc.MemberListResponse): void {
    print(memberListTable(reply));
  }
  override endpointHealth(list: readonly EndpointHealth[]): void {
    print(endpointHealthTable(list));
  }
  override endpointStatus(list: readonly EndpointStatus[]): void {
    print(endpointStatusTable(list));
  }
  override endpointHashKV(list: readonly EndpointHashKV[]): void {
    print(endpointHashKVTable(list));
  }
}

function print(table: Table): void {
  writeOut(renderTable(table.headers, table.rows));
}
