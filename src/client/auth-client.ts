/** Users, roles and their permissions (clientv3 Auth). */
import { EMPTY_BYTES } from "../base/bytes.ts";
import { PermissionType, type Permission as WirePermission } from "../proto/generated/auth.ts";
import { AuthService, type AuthStatusResponse } from "../proto/generated/rpc.ts";
import type { Init, MethodInfo } from "../proto/message-codec.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { KeyPrefix, type KeySelector } from "./key-range.ts";

/** What a permission allows. */
export type Access = "read" | "write" | "readwrite";

/** What a role may do with which keys. */
export interface Permission {
  readonly access: Access;
  readonly keyBytes: Uint8Array;
  /** Empty for one key, a zero byte for no end. */
  readonly rangeEndBytes: Uint8Array;
}

const TYPES: Readonly<Record<Access, PermissionType>> = {
  read: PermissionType.READ,
  write: PermissionType.WRITE,
  readwrite: PermissionType.READWRITE,
};
const ALL_KEYS = new KeyPrefix(EMPTY_BYTES);

/** Users, roles, their permissions, and whether they are asked for: `client.auth`. */
export class AuthClient {
  readonly #caller: Caller;

  /**
   * Use `client.auth`.
   * @internal
   */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Whether authentication is on, and the revision of users and roles. */
  status(options: CallOptions = {}): Promise<AuthStatusResponse> {
    return this.#caller.unary(AuthService.authStatus, {}, "read", options);
  }

  /** Needs a user `root` with the role `root`. */
  enable(options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.authEnable, {}, options);
  }

  /** From now on nobody is asked who they are. */
  disable(options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.authDisable, {}, options);
  }

  /** Without a password the user can only come with a certificate. */
  addUser(name: string, password?: string, options: CallOptions = {}): Promise<void> {
    const request = { name, password: password ?? "", options: { noPassword: password === undefined } };
    return this.#write(AuthService.userAdd, request, options);
  }

  /** Rejects with kind UserNotFound; `root` cannot be deleted while authentication is on. */
  deleteUser(name: string, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.userDelete, { name }, options);
  }

  /** Tokens that the user has stay good until they expire. */
  changePassword(name: string, password: string, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.userChangePassword, { name, password }, options);
  }

  /** The names of all users. */
  async users(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#caller.unary(AuthService.userList, {}, "read", options)).users;
  }

  /** The names of the roles that a user has. */
  async rolesOfUser(name: string, options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#caller.unary(AuthService.userGet, { name }, "read", options)).roles;
  }

  /** Gives a role to a user. */
  grantRole(user: string, role: string, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.userGrantRole, { user, role }, options);
  }

  /** Takes a role from a user. */
  revokeRole(user: string, role: string, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.userRevokeRole, { name: user, role }, options);
  }

  /** A role without permissions. */
  addRole(name: string, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.roleAdd, { name }, options);
  }

  /** Deletes a role and takes it from all users. */
  deleteRole(role: string, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.roleDelete, { role }, options);
  }

  /** The names of all roles. */
  async roles(options: CallOptions = {}): Promise<readonly string[]> {
    return (await this.#caller.unary(AuthService.roleList, {}, "read", options)).roles;
  }

  /** What a role may do, and with which keys. */
  async permissionsOfRole(role: string, options: CallOptions = {}): Promise<readonly Permission[]> {
    const { perm } = await this.#caller.unary(AuthService.roleGet, { role }, "read", options);
    return perm.map(permissionOf);
  }

  /** Lets a role read or write a range of keys. */
  grantPermission(role: string, access: Access, keys: KeySelector, options: CallOptions = {}): Promise<void> {
    const perm = { permType: TYPES[access], ...ALL_KEYS.range(keys) };
    return this.#write(AuthService.roleGrantPermission, { name: role, perm }, options);
  }

  /** Takes back what was granted for exactly this range. */
  revokePermission(role: string, keys: KeySelector, options: CallOptions = {}): Promise<void> {
    return this.#write(AuthService.roleRevokePermission, { role, ...ALL_KEYS.range(keys) }, options);
  }

  async #write<Q extends object, R extends object>(
    method: MethodInfo<Q, R>,
    request: Init<Q>,
    options: CallOptions,
  ): Promise<void> {
    await this.#caller.unary(method, request, "write", options);
  }
}

function permissionOf({ permType, key, rangeEnd }: WirePermission): Permission {
  const access = (Object.keys(TYPES) as Access[]).find((name) => TYPES[name] === permType);
  return { access: access ?? "readwrite", keyBytes: key, rangeEndBytes: rangeEnd };
}
