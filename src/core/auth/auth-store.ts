/**
 * Users, roles and what they may do. Changes come from committed entries only, in log order, and are written to the backend in the
 * caller's batch; checks read memory.
 *
 * - Each change raises the auth revision by one, except enabling. A request that was authorized at an older revision is refused
 *   (AuthOldRevision): tokens are checked before a proposal, permissions when it is applied.
 * - A user with the role `root` may do everything. Others may use keys that the union of their roles' permissions covers.
 * - While authentication is on, user and role `root` cannot be deleted.
 *
 * Checks return the name of the refusal, undefined when allowed: they run for every request.
 * Source of behaviour: etcd server/auth/store.go.
 */
import { assert } from "../../base/assert.ts";
import { compareBytes, EMPTY_BYTES, equalBytes, utf8, utf8Text } from "../../base/bytes.ts";
import type { EtcdErrorName } from "../../base/etcd-error.ts";
import { goSort } from "../../base/go-sort.ts";
import { base64Bytes } from "../../proto/base64.ts";
import { Permission, PermissionType, Role, User, UserAddOptions } from "../../proto/generated/auth.ts";
import type { AuthUserAddRequest, AuthUserChangePasswordRequest } from "../../proto/generated/rpc.ts";
import type { Backend } from "../mvcc/backend.ts";
import { type AuthInfo, ROOT } from "./auth-info.ts";
import {
  deleteRole,
  deleteUser,
  loadAuthEnabled,
  loadAuthRevision,
  loadRoles,
  loadUsers,
  saveAuthEnabled,
  saveAuthRevision,
  saveRole,
  saveUser,
} from "./auth-records.ts";
import { isValidPermissionRange, KeyRangeSet } from "./key-range.ts";

/** What must happen to tokens and passwords when the store changes; the shell keeps both. */
export interface TokenKeeper {
  /** Authentication was switched on. */
  enable(): void;
  /** Authentication was switched off: all tokens are void. */
  disable(): void;
  /** The user's tokens are void: it was deleted or has another password. */
  invalidateUser(username: string): void;
  /** Makes the token `prefix.index` the user's; "" where tokens are not kept (JWT). */
  assign(username: string, prefix: string, index: number): string;
  /**
   * Hashes a password that stands in clear in the log. Only etcd before 3.5 wrote such entries; members that replay one get different
   * salts, as they do in etcd.
   */
  hashLegacyPassword(password: string): Uint8Array;
}

/** What the password check of a login needs to know of a user. */
export interface StoredCredential {
  readonly hash: Uint8Array;
  readonly revision: number;
}

interface UserRanges {
  readonly read: KeyRangeSet;
  readonly write: KeyRangeSet;
}

type Refusal = EtcdErrorName | undefined;

const EVERYTHING: Permission = Permission.create({
  permType: PermissionType.READWRITE,
  key: EMPTY_BYTES,
  rangeEnd: Uint8Array.of(0),
});

export class AuthStore {
  readonly #tokens: TokenKeeper;
  #backend: Backend;
  #enabled: boolean;
  #revision: number;
  #users: Map<string, User>;
  #roles: Map<string, Role>;
  /** Made when first asked for, dropped by every change. */
  readonly #ranges: Map<string, UserRanges>;

  /** Reads the backend; a file without an auth revision gets revision 1 (in the caller's batch). */
  constructor(backend: Backend, tokens: TokenKeeper) {
    this.#tokens = tokens;
    this.#backend = backend;
    this.#enabled = loadAuthEnabled(backend);
    this.#revision = loadAuthRevision(backend);
    this.#users = loadUsers(backend);
    this.#roles = loadRoles(backend);
    this.#ranges = new Map();
    if (this.#enabled) tokens.enable();
    if (this.#revision === 0) this.#commit();
  }

  /** Replaces everything by what another backend holds: after a snapshot. */
  recover(backend: Backend): void {
    this.#backend = backend;
    this.#enabled = loadAuthEnabled(backend);
    this.#revision = loadAuthRevision(backend);
    this.#users = loadUsers(backend);
    this.#roles = loadRoles(backend);
    this.#ranges.clear();
    if (this.#enabled) this.#tokens.enable();
  }

  get enabled(): boolean {
    return this.#enabled;
  }

  get revision(): number {
    return this.#revision;
  }

  // Switches.

  enable(): Refusal {
    if (this.#enabled) return undefined;
    const root = this.#users.get(ROOT);
    if (root === undefined) return "RootUserNotExist";
    if (!root.roles.includes(ROOT)) return "RootRoleNotExist";
    saveAuthEnabled(this.#backend, true);
    this.#enabled = true;
    this.#tokens.enable();
    return undefined;
  }

  disable(): void {
    if (!this.#enabled) return;
    saveAuthEnabled(this.#backend, false);
    this.#commit();
    this.#enabled = false;
    this.#tokens.disable();
  }

  // Logins.

  /** The hash to check a password against; a refusal for unknown users and those without a password. */
  credential(
    username: string,
  ): { readonly ok: true; readonly value: StoredCredential } | { readonly ok: false; readonly refusal: EtcdErrorName } {
    if (!this.#enabled) return { ok: false, refusal: "AuthNotEnabled" };
    const user = this.#users.get(username);
    if (user === undefined) return { ok: false, refusal: "AuthFailed" };
    if (user.options?.noPassword) return { ok: false, refusal: "AuthNoPasswordUser" };
    return { ok: true, value: { hash: user.password, revision: this.#revision } };
  }

  /** A login whose password was checked before it was proposed: gives the user its token on this member. `index` is that of the entry. */
  authenticate(username: string, tokenPrefix: string, index: number): { readonly token: string } | EtcdErrorName {
    if (!this.#enabled) return "AuthNotEnabled";
    const user = this.#users.get(username);
    if (user === undefined || user.options?.noPassword) return "AuthFailed";
    // etcd puts the index before this entry into the token; members of one cluster must make the same text.
    return { token: this.#tokens.assign(username, tokenPrefix, index - 1) };
  }

  // Users.

  addUser(request: AuthUserAddRequest): Refusal {
    const { name } = request;
    if (name === "") return "UserEmpty";
    if (this.#users.has(name)) return "UserAlreadyExist";
    const options = request.options ?? UserAddOptions.create();
    const password = options.noPassword ? EMPTY_BYTES : this.#passwordHash(request);
    if (password === undefined) return "AuthNoPasswordUser";
    this.#putUser(User.create({ name: utf8(name), password, options }));
    this.#commit();
    return undefined;
  }

  deleteUser(name: string): Refusal {
    if (this.#enabled && name === ROOT) return "InvalidAuthMgmt";
    if (!this.#users.delete(name)) return "UserNotFound";
    deleteUser(this.#backend, name);
    this.#commit();
    this.#tokens.invalidateUser(name);
    return undefined;
  }

  changePassword(request: AuthUserChangePasswordRequest): Refusal {
    const { name } = request;
    const user = this.#users.get(name);
    if (user === undefined) return "UserNotFound";
    const password = user.options?.noPassword ? EMPTY_BYTES : this.#passwordHash(request);
    if (password === undefined) return "AuthNoPasswordUser";
    this.#putUser(User.create({ ...user, password }));
    this.#commit();
    this.#tokens.invalidateUser(name);
    return undefined;
  }

  /** Granting a role that the user has already changes nothing. The role `root` need not exist. */
  grantRole(username: string, role: string): Refusal {
    const user = this.#users.get(username);
    if (user === undefined) return "UserNotFound";
    if (role !== ROOT && !this.#roles.has(role)) return "RoleNotFound";
    if (user.roles.includes(role)) return undefined;
    const roles = [...user.roles, role].sort((a, b) => compareBytes(utf8(a), utf8(b)));
    this.#putUser(User.create({ ...user, roles }));
    this.#commit();
    return undefined;
  }

  revokeRole(username: string, role: string): Refusal {
    if (this.#enabled && username === ROOT && role === ROOT) return "InvalidAuthMgmt";
    const user = this.#users.get(username);
    if (user === undefined) return "UserNotFound";
    if (!user.roles.includes(role)) return "RoleNotGranted";
    this.#putUser(withoutRole(user, role));
    this.#commit();
    return undefined;
  }

  /** Roles of a user; undefined when there is no such user. */
  userRoles(username: string): readonly string[] | undefined {
    return this.#users.get(username)?.roles;
  }

  /** In the order of the names' bytes. */
  userNames(): string[] {
    return namesInOrder(this.#users);
  }

  // Roles.

  addRole(name: string): Refusal {
    if (name === "") return "RoleEmpty";
    if (this.#roles.has(name)) return "RoleAlreadyExist";
    this.#putRole(Role.create({ name: utf8(name) }));
    this.#commit();
    return undefined;
  }

  deleteRole(name: string): Refusal {
    if (this.#enabled && name === ROOT) return "InvalidAuthMgmt";
    if (!this.#roles.delete(name)) return "RoleNotFound";
    deleteRole(this.#backend, name);
    for (const user of this.#users.values()) {
      if (user.roles.includes(name)) this.#putUser(withoutRole(user, name));
    }
    this.#commit();
    return undefined;
  }

  /**
   * Grants a permission, or changes the type of the one on the same range. As in etcd only the first permission with that key is looked at:
   * where several have the same key, another one may be added for a range that is there.
   */
  grantPermission(roleName: string, permission: Permission | undefined): Refusal {
    if (permission === undefined) return "PermissionNotGiven";
    const { key, rangeEnd, permType } = permission;
    if (!isValidPermissionRange(key, rangeEnd)) return "InvalidAuthMgmt";
    const role = this.#roles.get(roleName);
    if (role === undefined) return "RoleNotFound";
    const granted = Permission.create({ permType, key: key.slice(), rangeEnd: rangeEnd.slice() });
    const permissions = role.keyPermission.slice();
    const at = permissions.findIndex((held) => compareBytes(held.key, key) >= 0);
    const held = at < 0 ? undefined : permissions[at]!;
    if (held !== undefined && equalBytes(held.key, key) && equalBytes(held.rangeEnd, rangeEnd)) {
      permissions[at] = granted;
    } else {
      permissions.push(granted);
      // All members must keep permissions with equal keys in one order: the first of them is the one that a later grant changes.
      goSort(permissions, (a, b) => compareBytes(a.key, b.key) < 0);
    }
    this.#putRole(Role.create({ name: role.name, keyPermission: permissions }));
    this.#commit();
    return undefined;
  }

  revokePermission(roleName: string, key: Uint8Array, rangeEnd: Uint8Array): Refusal {
    const role = this.#roles.get(roleName);
    if (role === undefined) return "RoleNotFound";
    const left = role.keyPermission.filter(
      (held) => !equalBytes(held.key, key) || !equalBytes(held.rangeEnd, rangeEnd),
    );
    if (left.length === role.keyPermission.length) return "PermissionNotGranted";
    this.#putRole(Role.create({ name: role.name, keyPermission: left }));
    this.#commit();
    return undefined;
  }

  /** Permissions of a role (everything for `root`); undefined when there is no such role. */
  rolePermissions(name: string): readonly Permission[] | undefined {
    const role = this.#roles.get(name);
    return role !== undefined && name === ROOT ? [EVERYTHING] : role?.keyPermission;
  }

  /** In the order of the names' bytes. */
  roleNames(): string[] {
    return namesInOrder(this.#roles);
  }

  // Checks.

  /** Whether the caller may read the keys of the range (`rangeEnd` as in RangeRequest). */
  refuseRange(who: AuthInfo, key: Uint8Array, rangeEnd: Uint8Array): Refusal {
    return this.#refuseKeys(who, key, rangeEnd, false);
  }

  /** Whether the caller may write the key. */
  refusePut(who: AuthInfo, key: Uint8Array): Refusal {
    return this.#refuseKeys(who, key, EMPTY_BYTES, true);
  }

  /** Whether the caller may delete the keys of the range. */
  refuseDeleteRange(who: AuthInfo, key: Uint8Array, rangeEnd: Uint8Array): Refusal {
    return this.#refuseKeys(who, key, rangeEnd, true);
  }

  /** Whether the caller has the role `root`. Does not look at the revision. */
  refuseAdmin(who: AuthInfo | undefined): Refusal {
    if (!this.#enabled) return undefined;
    if (who === undefined || who.username === "") return "UserEmpty";
    const user = this.#users.get(who.username);
    if (user === undefined) return "UserNotFound";
    return user.roles.includes(ROOT) ? undefined : "PermissionDenied";
  }

  /** Whether the caller is anybody at all. */
  refuseAnonymous(who: AuthInfo | undefined): Refusal {
    return this.#enabled && who === undefined ? "UserEmpty" : undefined;
  }

  /** Whether a read that was checked with these credentials is out of date when it is done. */
  refuseStale(who: AuthInfo): Refusal {
    return who.revision !== 0 && who.revision !== this.#revision ? "AuthOldRevision" : undefined;
  }

  hasRole(username: string, role: string): boolean {
    return this.#users.get(username)?.roles.includes(role) ?? false;
  }

  /** Credentials for what the server itself proposes (lease expiry); without authentication none. */
  rootInfo(): AuthInfo | undefined {
    return this.#enabled ? { username: ROOT, revision: this.#revision } : undefined;
  }

  #refuseKeys(who: AuthInfo, key: Uint8Array, rangeEnd: Uint8Array, isWrite: boolean): Refusal {
    if (!this.#enabled) return undefined;
    if (who.revision === 0) return "UserEmpty";
    if (who.revision < this.#revision) return "AuthOldRevision";
    const user = this.#users.get(who.username);
    if (user === undefined) return "PermissionDenied";
    if (user.roles.includes(ROOT)) return undefined;
    const ranges = this.#ranges.get(who.username) ?? this.#collectRanges(user, who.username);
    return (isWrite ? ranges.write : ranges.read).covers(key, rangeEnd) ? undefined : "PermissionDenied";
  }

  #collectRanges(user: User, username: string): UserRanges {
    const read: Permission[] = [];
    const write: Permission[] = [];
    for (const name of user.roles) {
      for (const permission of this.#roles.get(name)?.keyPermission ?? []) {
        // A type that a later version may bring grants nothing.
        const { permType } = permission;
        if (permType === PermissionType.READ || permType === PermissionType.READWRITE) read.push(permission);
        if (permType === PermissionType.WRITE || permType === PermissionType.READWRITE) write.push(permission);
      }
    }
    const ranges = { read: new KeyRangeSet(read), write: new KeyRangeSet(write) };
    this.#ranges.set(username, ranges);
    return ranges;
  }

  /** The hash that a request carries in base64; undefined when it is malformed. */
  #passwordHash(request: { readonly password: string; readonly hashedPassword: string }): Uint8Array | undefined {
    if (request.password !== "" && request.hashedPassword === "") {
      return this.#tokens.hashLegacyPassword(request.password);
    }
    // As Go's base64.StdEncoding: the standard alphabet, padded, line breaks ignored. All members must judge alike.
    const text = request.hashedPassword.replace(/[\r\n]/g, "");
    return text.length % 4 !== 0 || /[-_]/.test(text) ? undefined : base64Bytes(text);
  }

  #putUser(user: User): void {
    this.#users.set(utf8Text(user.name), user);
    saveUser(this.#backend, user);
  }

  #putRole(role: Role): void {
    this.#roles.set(utf8Text(role.name), role);
    saveRole(this.#backend, role);
  }

  #commit(): void {
    this.#revision++;
    assert(Number.isSafeInteger(this.#revision), "the auth revision is out of range");
    saveAuthRevision(this.#backend, this.#revision);
    this.#ranges.clear();
  }
}

function withoutRole(user: User, role: string): User {
  return User.create({ ...user, roles: user.roles.filter((held) => held !== role) });
}

function namesInOrder(named: ReadonlyMap<string, { readonly name: Uint8Array }>): string[] {
  return [...named.values()].sort((a, b) => compareBytes(a.name, b.name)).map((item) => utf8Text(item.name));
}
