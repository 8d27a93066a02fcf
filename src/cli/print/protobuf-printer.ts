/** `-w protobuf`: messages as bytes. Lease results are the header alone: clientv3's structs embed it and nothing else of the message. */

import * as rpc from "../../proto/generated/rpc.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { MessagePrinter } from "./message-printer.ts";
import { writeOut } from "./output.ts";
import type { WatchResult } from "./results.ts";

export class ProtobufPrinter extends MessagePrinter {
  override readonly format = "protobuf" as const;

  protected override message<M extends object>(codec: MessageCodec<M>, message: M): void {
    writeOut(codec.encode(message));
  }

  override leaseGrant(reply: rpc.LeaseGrantResponse): void {
    this.#header(reply.header);
  }
  override leaseKeepAlive(reply: rpc.LeaseKeepAliveResponse): void {
    this.#header(reply.header);
  }
  override leaseTimeToLive(reply: rpc.LeaseTimeToLiveResponse): void {
    this.#header(reply.header);
  }
  override leases(reply: rpc.LeaseLeasesResponse): void {
    this.#header(reply.header);
  }
  override watch(result: WatchResult): void {
    const { header, events, compactRevision, canceled, created } = result;
    this.message(
      rpc.WatchResponse,
      rpc.WatchResponse.create({ header, events: [...events], compactRevision, canceled, created }),
    );
  }

  #header(header: rpc.ResponseHeader | undefined): void {
    if (header !== undefined) this.message(rpc.ResponseHeader, header);
  }
}
