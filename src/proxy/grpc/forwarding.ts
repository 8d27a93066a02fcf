/**
 * Methods that the proxy passes on as they are: the bytes of requests and replies are not looked at. Streams of replies wait for slow clients.
 */
import type { CallListener } from "../../net/transport/grpc-client-call.ts";
import type { GrpcMethod, ServerCall, UnaryMethod } from "../../net/transport/server-call.ts";
import type { MethodInfo } from "../../proto/message-codec.ts";
import { CallScope } from "../call-scope.ts";
import { statusOf, type Upstream } from "../upstream.ts";

/** Each method of a service, unary or with a stream of replies. */
export function forwardAll(upstream: Upstream, methods: Readonly<Record<string, MethodInfo>>): Map<string, GrpcMethod> {
  const all = new Map<string, GrpcMethod>();
  for (const method of Object.values(methods)) all.set(method.path, forwardMethod(upstream, method));
  return all;
}

export function forwardMethod(upstream: Upstream, method: MethodInfo): GrpcMethod {
  if (method.clientStreaming) throw new Error(`${method.path} has a stream of requests`);
  return method.serverStreaming ? replyStream(upstream, method.path) : forwardUnary(upstream, method.path);
}

export function forwardUnary(upstream: Upstream, path: string): UnaryMethod {
  return {
    kind: "unary",
    handle(call, message) {
      // The message is a view of a receive buffer, and the call may have to wait.
      const request = message.slice();
      upstream.unary(path, request, CallScope.of(call)).then(
        (reply) => call.reply(reply),
        (error: unknown) => call.fail(statusOf(error)),
      );
    },
  };
}

function replyStream(upstream: Upstream, path: string): GrpcMethod {
  return {
    kind: "stream",
    open(call) {
      const scope = CallScope.of(call);
      call.onMessage = (message) => {
        const request = message.slice();
        call.onMessage = undefined;
        void pass(upstream, path, request, call, scope);
      };
    },
  };
}

async function pass(
  upstream: Upstream,
  path: string,
  request: Uint8Array,
  call: ServerCall,
  scope: CallScope,
): Promise<void> {
  let resume = (): void => undefined;
  let pause = (): void => undefined;
  const listener: CallListener = {
    onMessage(message) {
      if (!call.send(message)) pause();
    },
    onEnd(status) {
      call.onDrain = undefined;
      if (status.code === 0) call.end();
      else call.fail(status);
    },
  };
  call.onDrain = () => resume();
  try {
    const opened = await upstream.open(path, listener, scope);
    pause = () => opened.pauseReceiving();
    resume = () => opened.resumeReceiving();
    scope.onCancel(() => opened.cancel());
    opened.sendLast(request);
  } catch (error) {
    call.fail(statusOf(error));
  }
}
