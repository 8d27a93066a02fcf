// Generated from proto/auth.proto by scripts/proto/generate.ts; do not edit.
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { messageFromJson, messageToJson } from "../json.ts";
import { enumInfo, type EnumInfo, type FieldInfo, type Fields, type Init, type JsonObject, type MessageCodec } from "../message-codec.ts";
import { Reader } from "../reader.ts";
import { allocate } from "../slab.ts";
import { putBytes, putInt64, putText, putUint32, sizeOfDelimited, sizeOfInt64, sizeOfText } from "../writer.ts";

export const PermissionType = {
  READ: 0,
  WRITE: 1,
  READWRITE: 2,
} as const;
/** A value of the enumeration `authpb.Permission.Type`. */
export type PermissionType = (typeof PermissionType)[keyof typeof PermissionType];
export const PermissionTypeInfo: EnumInfo = enumInfo("authpb.Permission.Type", PermissionType);

/** The message `authpb.UserAddOptions`. */
export interface UserAddOptions {
  noPassword: boolean;
}

function zeroUserAddOptions(): UserAddOptions {
  return { noPassword: false };
}

export function sizeOfUserAddOptions(m: UserAddOptions | Init<UserAddOptions>): number {
  let n = 0;
  const v1 = m.noPassword;
  if (v1) n += 2;
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putUserAddOptions(m: UserAddOptions | Init<UserAddOptions>, b: Uint8Array, at: number): number {
  const v1 = m.noPassword;
  if (v1) { b[--at] = 1; b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readUserAddOptions(r: Reader, into?: UserAddOptions): UserAddOptions {
  const m = into ?? zeroUserAddOptions();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.noPassword = r.bool();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfUserAddOptions: readonly FieldInfo[] = [
  { number: 1, name: "no_password", jsonName: "noPassword", property: "noPassword", goName: "NoPassword", kind: "bool", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const UserAddOptions: MessageCodec<UserAddOptions> = {
  typeName: "authpb.UserAddOptions",
  fields: fieldsOfUserAddOptions,
  create(init?: Fields<UserAddOptions>): UserAddOptions {
    if (init === undefined) return zeroUserAddOptions();
    return {
      noPassword: init.noPassword ?? false,
    };
  },
  encode(message: UserAddOptions | Init<UserAddOptions>): Uint8Array {
    const size = sizeOfUserAddOptions(message);
    const bytes = allocate(size);
    putUserAddOptions(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfUserAddOptions,
  write(message: UserAddOptions | Init<UserAddOptions>, into: Uint8Array, at: number): number {
    const end = at + sizeOfUserAddOptions(message);
    putUserAddOptions(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): UserAddOptions {
    return readUserAddOptions(new Reader(bytes, start, end));
  },
  toJson(message: UserAddOptions): JsonObject {
    return messageToJson(fieldsOfUserAddOptions, message);
  },
  fromJson(json: unknown): UserAddOptions {
    return messageFromJson(UserAddOptions, json);
  },
};

/** The message `authpb.User`. */
export interface User {
  name: Uint8Array;
  password: Uint8Array;
  roles: string[];
  options: UserAddOptions | undefined;
}

function zeroUser(): User {
  return { name: EMPTY_BYTES, password: EMPTY_BYTES, roles: [], options: undefined };
}

export function sizeOfUser(m: User | Init<User>): number {
  let n = 0;
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.password;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.roles;
  if (v3 !== undefined && v3.length !== 0) {
    for (let i = 0; i < v3.length; i++) n += 1 + sizeOfText(v3[i]!);
  }
  const v4 = m.options;
  if (v4 !== undefined) n += 1 + sizeOfDelimited(sizeOfUserAddOptions(v4));
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putUser(m: User | Init<User>, b: Uint8Array, at: number): number {
  const v4 = m.options;
  if (v4 !== undefined) { const end = at; at = putUserAddOptions(v4, b, at); at = putUint32(b, at, end - at); b[--at] = 34; }
  const v3 = m.roles;
  if (v3 !== undefined) {
    for (let i = v3.length - 1; i >= 0; i--) { at = putText(b, at, v3[i]!); b[--at] = 26; }
  }
  const v2 = m.password;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readUser(r: Reader, into?: User): User {
  const m = into ?? zeroUser();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.bytesView();
        break;
      case 18:
        m.password = r.bytesView();
        break;
      case 26:
        m.roles.push(r.text());
        break;
      case 34: {
        const outer = r.enter();
        m.options = readUserAddOptions(r, m.options);
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfUser: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "password", jsonName: "password", property: "password", goName: "Password", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "roles", jsonName: "roles", property: "roles", goName: "Roles", kind: "string", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 4, name: "options", jsonName: "options", property: "options", goName: "Options", kind: "message", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => UserAddOptions },
];

export const User: MessageCodec<User> = {
  typeName: "authpb.User",
  fields: fieldsOfUser,
  create(init?: Fields<User>): User {
    if (init === undefined) return zeroUser();
    return {
      name: init.name ?? EMPTY_BYTES,
      password: init.password ?? EMPTY_BYTES,
      roles: init.roles ?? [],
      options: init.options,
    };
  },
  encode(message: User | Init<User>): Uint8Array {
    const size = sizeOfUser(message);
    const bytes = allocate(size);
    putUser(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfUser,
  write(message: User | Init<User>, into: Uint8Array, at: number): number {
    const end = at + sizeOfUser(message);
    putUser(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): User {
    return readUser(new Reader(bytes, start, end));
  },
  toJson(message: User): JsonObject {
    return messageToJson(fieldsOfUser, message);
  },
  fromJson(json: unknown): User {
    return messageFromJson(User, json);
  },
};

/** The message `authpb.Permission`. */
export interface Permission {
  permType: PermissionType;
  key: Uint8Array;
  rangeEnd: Uint8Array;
}

function zeroPermission(): Permission {
  return { permType: 0, key: EMPTY_BYTES, rangeEnd: EMPTY_BYTES };
}

export function sizeOfPermission(m: Permission | Init<Permission>): number {
  let n = 0;
  const v1 = m.permType;
  if (v1) n += 1 + sizeOfInt64(v1);
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) n += 1 + sizeOfDelimited(v2.length);
  const v3 = m.rangeEnd;
  if (v3 !== undefined && v3.length !== 0) n += 1 + sizeOfDelimited(v3.length);
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putPermission(m: Permission | Init<Permission>, b: Uint8Array, at: number): number {
  const v3 = m.rangeEnd;
  if (v3 !== undefined && v3.length !== 0) { at = putBytes(b, at, v3); b[--at] = 26; }
  const v2 = m.key;
  if (v2 !== undefined && v2.length !== 0) { at = putBytes(b, at, v2); b[--at] = 18; }
  const v1 = m.permType;
  if (v1) { at = putInt64(b, at, v1); b[--at] = 8; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readPermission(r: Reader, into?: Permission): Permission {
  const m = into ?? zeroPermission();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 8:
        m.permType = r.int32() as PermissionType;
        break;
      case 18:
        m.key = r.bytesView();
        break;
      case 26:
        m.rangeEnd = r.bytesView();
        break;
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfPermission: readonly FieldInfo[] = [
  { number: 1, name: "permType", jsonName: "permType", property: "permType", goName: "PermType", kind: "enum", repeated: false, big: false, pointer: false, oneof: undefined, enum: PermissionTypeInfo, message: undefined },
  { number: 2, name: "key", jsonName: "key", property: "key", goName: "Key", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 3, name: "range_end", jsonName: "rangeEnd", property: "rangeEnd", goName: "RangeEnd", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
];

export const Permission: MessageCodec<Permission> = {
  typeName: "authpb.Permission",
  fields: fieldsOfPermission,
  create(init?: Fields<Permission>): Permission {
    if (init === undefined) return zeroPermission();
    return {
      permType: init.permType ?? 0,
      key: init.key ?? EMPTY_BYTES,
      rangeEnd: init.rangeEnd ?? EMPTY_BYTES,
    };
  },
  encode(message: Permission | Init<Permission>): Uint8Array {
    const size = sizeOfPermission(message);
    const bytes = allocate(size);
    putPermission(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfPermission,
  write(message: Permission | Init<Permission>, into: Uint8Array, at: number): number {
    const end = at + sizeOfPermission(message);
    putPermission(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Permission {
    return readPermission(new Reader(bytes, start, end));
  },
  toJson(message: Permission): JsonObject {
    return messageToJson(fieldsOfPermission, message);
  },
  fromJson(json: unknown): Permission {
    return messageFromJson(Permission, json);
  },
};

/** The message `authpb.Role`. */
export interface Role {
  name: Uint8Array;
  keyPermission: Permission[];
}

function zeroRole(): Role {
  return { name: EMPTY_BYTES, keyPermission: [] };
}

export function sizeOfRole(m: Role | Init<Role>): number {
  let n = 0;
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) n += 1 + sizeOfDelimited(v1.length);
  const v2 = m.keyPermission;
  if (v2 !== undefined && v2.length !== 0) {
    for (let i = 0; i < v2.length; i++) n += 1 + sizeOfDelimited(sizeOfPermission(v2[i]!));
  }
  return n;
}

/** Writes the message so that it ends before `at`; returns where it starts. */
export function putRole(m: Role | Init<Role>, b: Uint8Array, at: number): number {
  const v2 = m.keyPermission;
  if (v2 !== undefined) {
    for (let i = v2.length - 1; i >= 0; i--) { const end = at; at = putPermission(v2[i]!, b, at); at = putUint32(b, at, end - at); b[--at] = 18; }
  }
  const v1 = m.name;
  if (v1 !== undefined && v1.length !== 0) { at = putBytes(b, at, v1); b[--at] = 10; }
  return at;
}

/** Reads up to the reader's end, into the given message if there is one. */
export function readRole(r: Reader, into?: Role): Role {
  const m = into ?? zeroRole();
  while (r.at < r.end) {
    const tag = r.tag();
    switch (tag) {
      case 10:
        m.name = r.bytesView();
        break;
      case 18: {
        const outer = r.enter();
        m.keyPermission.push(readPermission(r));
        r.leave(outer);
        break;
      }
      default:
        r.skip(tag);
    }
  }
  return m;
}

const fieldsOfRole: readonly FieldInfo[] = [
  { number: 1, name: "name", jsonName: "name", property: "name", goName: "Name", kind: "bytes", repeated: false, big: false, pointer: false, oneof: undefined, enum: undefined, message: undefined },
  { number: 2, name: "keyPermission", jsonName: "keyPermission", property: "keyPermission", goName: "KeyPermission", kind: "message", repeated: true, big: false, pointer: false, oneof: undefined, enum: undefined, message: () => Permission },
];

export const Role: MessageCodec<Role> = {
  typeName: "authpb.Role",
  fields: fieldsOfRole,
  create(init?: Fields<Role>): Role {
    if (init === undefined) return zeroRole();
    return {
      name: init.name ?? EMPTY_BYTES,
      keyPermission: init.keyPermission ?? [],
    };
  },
  encode(message: Role | Init<Role>): Uint8Array {
    const size = sizeOfRole(message);
    const bytes = allocate(size);
    putRole(message, bytes, size);
    return bytes;
  },
  sizeOf: sizeOfRole,
  write(message: Role | Init<Role>, into: Uint8Array, at: number): number {
    const end = at + sizeOfRole(message);
    putRole(message, into, end);
    return end;
  },
  decode(bytes: Uint8Array, start: number = 0, end: number = bytes.length): Role {
    return readRole(new Reader(bytes, start, end));
  },
  toJson(message: Role): JsonObject {
    return messageToJson(fieldsOfRole, message);
  },
  fromJson(json: unknown): Role {
    return messageFromJson(Role, json);
  },
};

