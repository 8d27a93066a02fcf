/**
 * etcdserverpb.Auth: switching authentication on and off, logins, users and roles (etcd server/etcdserver/api/v3rpc/auth.go,
 * etcdserver/v3_server.go). All of it goes through the log, reads included. Passwords are replaced by their bcrypt hashes before.
 */
import type { EtcdError } from "../../base/etcd-error.ts";
import { RequestField } from "../../core/apply/raft-request.ts";
import type { AuthResponse } from "../../core/auth/auth-apply.ts";
import type { GrpcMethod, ServerCall, UnaryMethod } from "../../net/transport/server-call.ts";
import * as rpc from "../../proto/generated/rpc.ts";
import type { MessageCodec } from "../../proto/message-codec.ts";
import type { CallerIdentity, CallGate } from "./call-gate.ts";
import { unaryMethod } from "./unary-method.ts";

export interface AuthServer {
  /** With the present revision of the store. */
  header(): rpc.ResponseHeader;
  /**
   * Proposes one request with the caller's credentials; settles with the response (without a header) when it was applied on this member.
   * Rejects with an EtcdError: refusals of the state machine, timeouts.
   */
  proposeAuth(
    field: RequestField,
    request: Uint8Array,
    identity: CallerIdentity | undefined,
    call: ServerCall,
  ): Promise<AuthResponse>;
  /** Checks the password, logs in through the log, gives the token. Rejects with an EtcdError. */
  login(username: string, password: string, call: ServerCall): Promise<string>;
  /** bcrypt hash in base64. Rejects with an EtcdError. */
  hashPassword(password: string): Promise<string>;
}

export function authMethods(gate: CallGate, server: AuthServer): Map<string, GrpcMethod> {
  /** A method that proposes its request, after `prepare` where it is not proposed as it came. */
  const proposed = <Q extends object, R extends AuthResponse>(
    field: RequestField,
    request: MessageCodec<Q>,
    response: MessageCodec<R>,
    prepare?: (request: Q) => Promise<Q>,
  ): UnaryMethod =>
    unaryMethod<Q, R>(gate, {
      request,
      response,
      async answer(message, identity, call) {
        const prepared = prepare === undefined ? message : await prepare(message);
        const answer = (await server.proposeAuth(field, request.encode(prepared), identity, call)) as R;
        answer.header = server.header();
        return answer;
      },
    });

  /** With its hash in place of a password; what had none is left alone. */
  const hashed = async <Q extends { password: string; hashedPassword: string }>(request: Q): Promise<Q> => ({
    ...request,
    password: "",
    hashedPassword: await server.hashPassword(request.password),
  });

  return new Map<string, GrpcMethod>(
    Object.entries({
      AuthEnable: proposed(RequestField.AuthEnable, rpc.AuthEnableRequest, rpc.AuthEnableResponse),
      AuthDisable: proposed(RequestField.AuthDisable, rpc.AuthDisableRequest, rpc.AuthDisableResponse),
      AuthStatus: proposed(RequestField.AuthStatus, rpc.AuthStatusRequest, rpc.AuthStatusResponse),
      Authenticate: loginMethod(gate, server),
      UserAdd: proposed(RequestField.AuthUserAdd, rpc.AuthUserAddRequest, rpc.AuthUserAddResponse, async (request) =>
        // A password that will not be used has no business in the log either.
        request.options?.noPassword ? { ...request, password: "" } : hashed(request),
      ),
      UserGet: proposed(RequestField.AuthUserGet, rpc.AuthUserGetRequest, rpc.AuthUserGetResponse),
      UserList: proposed(RequestField.AuthUserList, rpc.AuthUserListRequest, rpc.AuthUserListResponse),
      UserDelete: proposed(RequestField.AuthUserDelete, rpc.AuthUserDeleteRequest, rpc.AuthUserDeleteResponse),
      UserChangePassword: proposed(
        RequestField.AuthUserChangePassword,
        rpc.AuthUserChangePasswordRequest,
        rpc.AuthUserChangePasswordResponse,
        async (request) => (request.password === "" ? request : hashed(request)),
      ),
      UserGrantRole: proposed(
        RequestField.AuthUserGrantRole,
        rpc.AuthUserGrantRoleRequest,
        rpc.AuthUserGrantRoleResponse,
      ),
      UserRevokeRole: proposed(
        RequestField.AuthUserRevokeRole,
        rpc.AuthUserRevokeRoleRequest,
        rpc.AuthUserRevokeRoleResponse,
      ),
      RoleAdd: proposed(RequestField.AuthRoleAdd, rpc.AuthRoleAddRequest, rpc.AuthRoleAddResponse),
      RoleGet: proposed(RequestField.AuthRoleGet, rpc.AuthRoleGetRequest, rpc.AuthRoleGetResponse),
      RoleList: proposed(RequestField.AuthRoleList, rpc.AuthRoleListRequest, rpc.AuthRoleListResponse),
      RoleDelete: proposed(RequestField.AuthRoleDelete, rpc.AuthRoleDeleteRequest, rpc.AuthRoleDeleteResponse),
      RoleGrantPermission: proposed(
        RequestField.AuthRoleGrantPermission,
        rpc.AuthRoleGrantPermissionRequest,
        rpc.AuthRoleGrantPermissionResponse,
      ),
      RoleRevokePermission: proposed(
        RequestField.AuthRoleRevokePermission,
        rpc.AuthRoleRevokePermissionRequest,
        rpc.AuthRoleRevokePermissionResponse,
      ),
    }).map(([name, method]) => [`/etcdserverpb.Auth/${name}`, method]),
  );
}

/**
 * Authenticate looks at no credentials: clients send their old token along when they log in again.
 */
function loginMethod(gate: CallGate, server: AuthServer): UnaryMethod {
  const anonymous: CallGate = {
    admitUnary: (call, learnerMay) => gate.admitUnary(call, learnerMay),
    admitStream: (call, learnerMay) => gate.admitStream(call, learnerMay),
    identify: (_call, settle: (identity: CallerIdentity | undefined, error: EtcdError | undefined) => void) =>
      settle(undefined, undefined),
    requireAdmin: (identity) => gate.requireAdmin(identity),
    requireUser: (identity) => gate.requireUser(identity),
  };
  return unaryMethod(anonymous, {
    request: rpc.AuthenticateRequest,
    response: rpc.AuthenticateResponse,
    async answer({ name, password }, _identity, call) {
      const token = await server.login(name, password, call);
      return rpc.AuthenticateResponse.create({ header: server.header(), token });
    },
  });
}
