/**
 * Unary methods that are not on the hot path: decode, identify the caller, await the answer, encode.
 */
import { textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { ServerCall, UnaryMethod } from "../../net/transport/server-call.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { type CallerIdentity, type CallGate, wireError } from "./call-gate.ts";

export interface UnaryHandler<Q extends object, R extends object> {
  readonly request: MessageCodec<Q>;
  readonly response: MessageCodec<R>;
  /** Served by learners too. */
  readonly learnerMay?: boolean;
  /** `request` may keep its slices: it was decoded from a copy. */
  answer(request: Q, identity: CallerIdentity | undefined, call: ServerCall): Promise<R> | R;
}

export function unaryMethod<Q extends object, R extends object>(
  gate: CallGate,
  handler: UnaryHandler<Q, R>,
): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      const refusal = gate.admitUnary(call, handler.learnerMay === true);
      if (refusal !== undefined) {
        call.fail(refusal);
        return;
      }
      let request: Q;
      try {
        // The message is a view of a receive buffer; answers may come after it was reused.
        request = handler.request.decode(message.slice());
      } catch (error) {
        call.fail(
          textError(
            GrpcCode.Internal,
            `grpc: error unmarshalling request: ${error instanceof Error ? error.message : String(error)}`,
          ),
        );
        return;
      }
      gate.identify(call, (identity, error) => {
        if (error !== undefined) {
          call.fail(error);
          return;
        }
        void answer(handler, request, identity, call);
      });
    },
  };
}

async function answer<Q extends object, R extends object>(
  handler: UnaryHandler<Q, R>,
  request: Q,
  identity: CallerIdentity | undefined,
  call: ServerCall,
): Promise<void> {
  try {
    call.reply(handler.response.encode(await handler.answer(request, identity, call)));
  } catch (error) {
    call.fail(wireError(error));
  }
}
