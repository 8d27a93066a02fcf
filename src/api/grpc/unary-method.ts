/**
 * Unary methods that are not on the hot path: decode, identify the caller, await the answer, encode.
 */
import type { EtcdError } from "../../base/etcd-error.ts";
import type { ServerCall, UnaryMethod } from "../../net/transport/server-call.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import { type CallerIdentity, type CallGate, wireError } from "./call-gate.ts";
import { malformedRequest } from "./malformed-message.ts";

export interface UnaryHandler<Q extends object, R extends object> {
  readonly request: MessageCodec<Q>;
  readonly response: MessageCodec<R>;
  /** Served by learners too. */
  readonly learnerMay?: boolean;
  /** What a caller with bad credentials is told, where that is not the error itself. */
  identityError?(request: Q, error: EtcdError): EtcdError;
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
      const { timing } = gate;
      const startMs = timing === undefined ? 0 : timing.now();
      let request: Q;
      // The message is a view of a receive buffer; answers may come after it was reused.
      const bytes = message.slice();
      try {
        request = handler.request.decode(bytes);
      } catch (error) {
        call.fail(malformedRequest(error));
        return;
      }
      gate.identify(call, (identity, error) => {
        if (error !== undefined) {
          call.fail(handler.identityError?.(request, error) ?? error);
          return;
        }
        void answer(handler, request, identity, call).then((response) => {
          if (timing === undefined) return;
          const tookMs = timing.now() - startMs;
          if (tookMs > timing.warningMs) timing.slow(call, bytes, response, tookMs);
        });
      });
    },
  };
}

async function answer<Q extends object, R extends object>(
  handler: UnaryHandler<Q, R>,
  request: Q,
  identity: CallerIdentity | undefined,
  call: ServerCall,
): Promise<Uint8Array | undefined> {
  try {
    const response = handler.response.encode(await handler.answer(request, identity, call));
    call.reply(response);
    return response;
  } catch (error) {
    call.fail(wireError(error));
    return undefined;
  }
}
