/** The content types of gRPC: "application/grpc", or that with "+subtype" or ";parameters". */

const BASE = "application/grpc";

/** True when a request with this content type is a gRPC call. */
export function isGrpcContentType(value: string | undefined): boolean {
  if (value === undefined || !value.startsWith(BASE)) return false;
  if (value.length === BASE.length) return true;
  const next = value.charAt(BASE.length);
  return next === "+" || next === ";";
}
