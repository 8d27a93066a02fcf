/** `etcdctl get`. Source of behaviour: etcdctl/ctlv3/command/get_command.go. */
import { GrpcCode } from "../../base/grpc-code.ts";
import { GrpcError } from "../../net/transport/grpc-channel.ts";
import { KVService, RangeRequest, RangeResponse, RangeStreamResponse } from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import type { Invocation } from "../cobra/command.ts";
import { clientError } from "./client-error.ts";
import { rangeRequest } from "./operations.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";

export async function runGet(invocation: Invocation): Promise<void> {
  const { flags, args } = invocation;
  const request = rangeRequest(flags, args);
  const session = await openSession(invocation);
  const { connection, deadline, printer } = session;
  let reply: RangeResponse;
  try {
    reply = flags.bool("stream")
      ? await rangeByStream(session, request)
      : await connection.call(KVService.range, request, deadline);
  } catch (error) {
    throw failed(error);
  } finally {
    connection.close();
  }
  if (flags.bool("count-only") && printer.format !== "fields")
    throw badArgs("--count-only is only for `--write-out=fields`");
  const valueOnly = flags.bool("print-value-only");
  if (valueOnly && printer.format !== "simple") throw badArgs("print-value-only is only for `--write-out=simple`");
  printer.get(reply, valueOnly);
}

/** The parts of a RangeStream put together: keys of all, header, count and more of those that carry them. */
function rangeByStream({ connection, deadline }: Session, request: Init<RangeRequest>): Promise<RangeResponse> {
  return new Promise((resolve, reject) => {
    const whole = RangeResponse.create();
    connection
      .open(
        KVService.rangeStream.path,
        {
          onMessage(bytes) {
            const part = RangeStreamResponse.decode(bytes).rangeResponse;
            if (part === undefined) return;
            whole.header ??= part.header;
            whole.kvs.push(...part.kvs);
            whole.more ||= part.more;
            whole.count = Math.max(whole.count, part.count);
          },
          onEnd(status) {
            if (status.code === GrpcCode.OK) resolve(whole);
            else reject(clientError(new GrpcError(status), status.code === GrpcCode.DeadlineExceeded));
          },
        },
        deadline,
      )
      .then((call) => call.sendLast(RangeRequest.encode(request)), reject);
  });
}
