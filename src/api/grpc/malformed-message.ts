/** What clients are told of bytes that are no message, in the words of grpc-go and Go's protobuf. */
import { type EtcdError, textError } from "../../base/etcd-error.ts";
import { GrpcCode } from "../../base/grpc-code.ts";

const INVALID_UTF8 = "string field contains invalid UTF-8";

/** Of a unary call. */
export function malformedRequest(error: unknown): EtcdError {
  return textError(GrpcCode.Internal, `grpc: error unmarshalling request: ${reasonOf(error)}`);
}

/** On a stream. */
export function malformedMessage(error: unknown): EtcdError {
  return textError(GrpcCode.Internal, `grpc: failed to unmarshal the received message: ${reasonOf(error)}`);
}

/** Go tells only these two apart. */
function reasonOf(error: unknown): string {
  const isText = error instanceof Error && error.message === INVALID_UTF8;
  return isText ? INVALID_UTF8 : "proto: cannot parse invalid wire-format data";
}
