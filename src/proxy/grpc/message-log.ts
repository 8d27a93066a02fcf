/** --experimental-enable-grpc-logging: every message of every call in the log, as JSON (etcd server/etcdmain/grpc_proxy_logger.go). */
import { GRPC_CODE_NAMES } from "../../base/grpc-code.ts";
import { forEachMessage } from "../../codec/grpc/envelope.ts";
import type { LogFields, Logger } from "../../io/logger.ts";
import type { GrpcMethod, GrpcRouter, ServerCall } from "../../net/transport/server-call.ts";
import { ElectionService } from "../../proto/generated/election.ts";
import { LockService } from "../../proto/generated/lock.ts";
import {
  AuthService,
  ClusterService,
  KVService,
  LeaseService,
  MaintenanceService,
  WatchService,
} from "../../proto/generated/rpc.ts";
import type { JsonValue, MessageCodec, MethodInfo } from "../../proto/message-codec.ts";

/** The same methods, each with its messages in the log. */
export function loggedRouter(router: GrpcRouter, logger: Logger): Map<string, GrpcMethod> {
  const log = logger.with({ caller: "etcdmain/grpc_proxy_logger.go" });
  const services = [
    KVService,
    WatchService,
    LeaseService,
    ClusterService,
    MaintenanceService,
    AuthService,
    ElectionService,
    LockService,
  ];
  const infos = new Map<string, MethodInfo>();
  for (const service of services) for (const info of Object.values(service) as MethodInfo[]) infos.set(info.path, info);
  return new Map([...router].map(([path, method]) => [path, loggedMethod(method, infos.get(path)!, log)]));
}

function loggedMethod(method: GrpcMethod, info: MethodInfo, logger: Logger): GrpcMethod {
  if (method.kind === "stream")
    return { kind: "stream", open: (call) => method.open(new LoggedCall(call, info, logger)) };
  return {
    kind: "unary",
    handle(call, message) {
      const logged = new LoggedCall(call, info, logger);
      logged.logReceived(message);
      method.handle(logged, message);
    },
  };
}

/** Passes everything on, and tells the log of messages. */
class LoggedCall implements ServerCall {
  readonly #call: ServerCall;
  readonly #info: MethodInfo;
  readonly #logger: Logger;

  constructor(call: ServerCall, info: MethodInfo, logger: Logger) {
    this.#call = call;
    this.#info = info;
    this.#logger = logger;
  }

  logReceived(message: Uint8Array): void {
    this.#log("received payload logged as grpc.request.content field", {
      "grpc.request.content": textOf(this.#info.request, message),
    });
  }

  #logSent(parts: readonly Uint8Array[]): void {
    const content = textOf(this.#info.response, parts.length === 1 ? parts[0]! : Buffer.concat(parts));
    this.#log("returned response payload logged as grpc.response.content field", { "grpc.response.content": content });
  }

  #log(message: string, fields: LogFields): void {
    const { path, name } = this.#info;
    this.#logger.info(message, {
      ...fields,
      "grpc.service": path.slice(1, path.lastIndexOf("/")),
      "grpc.method": name,
      "peer.address": this.#call.connection.remoteAddress,
    });
  }

  send(...parts: Uint8Array[]): boolean {
    this.#logSent(parts);
    return this.#call.send(...parts);
  }

  sendRun(run: Uint8Array, messages: number): boolean {
    forEachMessage(run, (message) => this.#logSent([message]));
    return this.#call.sendRun(run, messages);
  }

  lend(bytes: number): Uint8Array {
    return this.#call.lend(bytes);
  }

  reply(...parts: Uint8Array[]): void {
    this.#logSent(parts);
    this.#call.reply(...parts);
  }

  fail(error: Parameters<ServerCall["fail"]>[0]): void {
    if (!this.#info.serverStreaming)
      this.#log("returned response payload logged as grpc.response.content field", {
        "grpc.response.error": `rpc error: code = ${GRPC_CODE_NAMES[error.code]} desc = ${error.message}`,
        "grpc.response.content": "",
      });
    this.#call.fail(error);
  }

  get method(): string {
    return this.#call.method;
  }
  get connection(): ServerCall["connection"] {
    return this.#call.connection;
  }
  get deadlineMs(): number | undefined {
    return this.#call.deadlineMs;
  }
  get cancelled(): boolean {
    return this.#call.cancelled;
  }
  get finished(): boolean {
    return this.#call.finished;
  }
  get bufferedBytes(): number {
    return this.#call.bufferedBytes;
  }
  get roomBytes(): number {
    return this.#call.roomBytes;
  }
  get span(): ServerCall["span"] {
    return this.#call.span;
  }
  get onMessage(): ServerCall["onMessage"] {
    return this.#call.onMessage;
  }
  set onMessage(callback) {
    this.#call.onMessage =
      callback === undefined
        ? undefined
        : (message) => {
            this.logReceived(message);
            callback(message);
          };
  }
  get onHalfClose(): ServerCall["onHalfClose"] {
    return this.#call.onHalfClose;
  }
  set onHalfClose(callback) {
    this.#call.onHalfClose = callback;
  }
  get onCancel(): ServerCall["onCancel"] {
    return this.#call.onCancel;
  }
  set onCancel(callback) {
    this.#call.onCancel = callback;
  }
  get onDrain(): ServerCall["onDrain"] {
    return this.#call.onDrain;
  }
  set onDrain(callback) {
    this.#call.onDrain = callback;
  }
  metadata(key: string): string | undefined {
    return this.#call.metadata(key);
  }
  beginMessage(messageBytes: number): boolean {
    return this.#call.beginMessage(messageBytes);
  }
  continueMessage(...parts: Uint8Array[]): boolean {
    return this.#call.continueMessage(...parts);
  }
  end(): void {
    this.#call.end();
  }
  setHeader(key: string, value: string): void {
    this.#call.setHeader(key, value);
  }
  pauseReceiving(): void {
    this.#call.pauseReceiving();
  }
  resumeReceiving(): void {
    this.#call.resumeReceiving();
  }
}

function textOf(codec: MessageCodec<object>, message: Uint8Array): string {
  try {
    return JSON.stringify(withJsonNames(codec.toJson(codec.decode(message))));
  } catch (error) {
    return String(error);
  }
}

/** Names of fields as protobuf's JSON has them (`rangeEnd`); no message of etcd holds a map, so every key is a field. */
function withJsonNames(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withJsonNames);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [
      name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase()),
      withJsonNames(inner as JsonValue),
    ]),
  );
}
