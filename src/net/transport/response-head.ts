/** Headers or trailers of a gRPC reply, taken apart. Shared by all replies with the same header block. */
import type { GrpcCode } from "../../base/grpc-code.ts";
import { GrpcCode as Code } from "../../base/grpc-code.ts";
import { isGrpcContentType } from "../../codec/grpc/content-type.ts";
import { decodeStatusMessage } from "../../codec/grpc/status.ts";

export class ResponseHead {
  /** Names and values in turn, as sent. */
  readonly fields: readonly string[];
  /** From :status; 0 in trailers, -1 when malformed. */
  readonly httpStatus: number;
  readonly isGrpc: boolean;
  /** From grpc-status; undefined without one. Codes unknown to us become Unknown. */
  readonly code: GrpcCode | undefined;
  readonly message: string;

  constructor(fields: readonly string[]) {
    this.fields = fields;
    let httpStatus = 0;
    let contentType: string | undefined;
    let code: GrpcCode | undefined;
    let message = "";
    for (let i = 0; i < fields.length; i += 2) {
      const value = fields[i + 1]!;
      switch (fields[i]) {
        case ":status":
          httpStatus = /^[1-9][0-9][0-9]$/.test(value) ? Number(value) : -1;
          break;
        case "content-type":
          contentType = value;
          break;
        case "grpc-status":
          code = /^(?:[0-9]|1[0-6])$/.test(value) ? (Number(value) as GrpcCode) : Code.Unknown;
          break;
        case "grpc-message":
          message = decodeStatusMessage(value);
          break;
        default:
          break;
      }
    }
    this.httpStatus = httpStatus;
    this.isGrpc = isGrpcContentType(contentType);
    this.code = code;
    this.message = message;
  }
}
