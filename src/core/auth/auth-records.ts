/**
 * Users, roles and switches on disk (etcd server/storage/schema/auth.go):
 *
 *   bucket      key              value
 *   auth        "authEnabled"    0x01 or 0x00
 *   auth        "authRevision"   big-endian 64 bit
 *   authUsers   user name        authpb.User
 *   authRoles   role name        authpb.Role
 */
import { assertSafeInteger } from "../../base/assert.ts";
import { EMPTY_BYTES, utf8, utf8Text } from "../../base/bytes.ts";
import { Role, User } from "../../proto/generated/auth.ts";
import { type Backend, type BackendReader, Bucket } from "../mvcc/backend.ts";

const ENABLED = "authEnabled";
const REVISION = "authRevision";

export function loadAuthEnabled(reader: BackendReader): boolean {
  const value = reader.get(Bucket.Auth, utf8(ENABLED));
  return value?.length === 1 && value[0] === 1;
}

export function saveAuthEnabled(backend: Backend, enabled: boolean): void {
  backend.put(Bucket.Auth, utf8(ENABLED), Uint8Array.of(enabled ? 1 : 0));
}

/** 0 in a file that never had an auth store. */
export function loadAuthRevision(reader: BackendReader): number {
  const value = reader.get(Bucket.Auth, utf8(REVISION));
  if (value === undefined) return 0;
  const revision = Number(new DataView(value.buffer, value.byteOffset, value.byteLength).getBigUint64(0));
  assertSafeInteger(revision, "the auth revision on disk is out of range");
  return revision;
}

export function saveAuthRevision(backend: Backend, revision: number): void {
  const value = new Uint8Array(8);
  new DataView(value.buffer).setBigUint64(0, BigInt(revision));
  backend.put(Bucket.Auth, utf8(REVISION), value);
}

/** All users by name, in the order of the bucket. */
export function loadUsers(reader: BackendReader): Map<string, User> {
  const users = new Map<string, User>();
  reader.scan(Bucket.AuthUsers, EMPTY_BYTES, undefined, (key, value) => {
    users.set(utf8Text(key), User.decode(value.slice()));
  });
  return users;
}

/** All roles by name, in the order of the bucket. */
export function loadRoles(reader: BackendReader): Map<string, Role> {
  const roles = new Map<string, Role>();
  reader.scan(Bucket.AuthRoles, EMPTY_BYTES, undefined, (key, value) => {
    roles.set(utf8Text(key), Role.decode(value.slice()));
  });
  return roles;
}

export function saveUser(backend: Backend, user: User): void {
  backend.put(Bucket.AuthUsers, user.name, User.encode(user));
}

export function deleteUser(backend: Backend, name: string): void {
  backend.delete(Bucket.AuthUsers, utf8(name));
}

export function saveRole(backend: Backend, role: Role): void {
  backend.put(Bucket.AuthRoles, role.name, Role.encode(role));
}

export function deleteRole(backend: Backend, name: string): void {
  backend.delete(Bucket.AuthRoles, utf8(name));
}
