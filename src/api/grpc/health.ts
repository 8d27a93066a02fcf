/**
 * grpc.health.v1.Health: Check and Watch of the whole server (service "") (grpc doc/health-checking.md; etcd server/etcdserver/api/v3rpc/health.go).
 */
import { textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import { HealthCheckRequest, HealthCheckResponse, ServingStatus } from "../../proto/generated/health.ts";

export class HealthService {
  #status: ServingStatus;
  readonly #watchers: Set<ServerCall>;

  constructor() {
    this.#status = ServingStatus.SERVING;
    this.#watchers = new Set();
  }

  /** Tells everybody who watches. */
  setStatus(status: ServingStatus): void {
    if (status === this.#status) return;
    this.#status = status;
    for (const call of this.#watchers) call.send(HealthCheckResponse.encode({ status }));
  }

  methods(): Map<string, GrpcMethod> {
    return new Map<string, GrpcMethod>([
      [
        "/grpc.health.v1.Health/Check",
        {
          kind: "unary",
          handle: (call, message) => {
            const request = HealthCheckRequest.decode(message);
            if (request.service === "") call.reply(HealthCheckResponse.encode({ status: this.#status }));
            else call.fail(textError(GrpcCode.NotFound, "unknown service"));
          },
        },
      ],
      [
        "/grpc.health.v1.Health/Watch",
        {
          kind: "stream",
          open: (call) => {
            call.onMessage = (message) => {
              const request = HealthCheckRequest.decode(message);
              if (request.service !== "") {
                call.send(HealthCheckResponse.encode({ status: ServingStatus.SERVICE_UNKNOWN }));
                return;
              }
              this.#watchers.add(call);
              call.send(HealthCheckResponse.encode({ status: this.#status }));
            };
            call.onCancel = () => this.#watchers.delete(call);
          },
        },
      ],
    ]);
  }
}
