/** --auth-token is wrong: the server does not start. */
export class AuthOptionsError extends Error {
  override readonly name = "AuthOptionsError";
}

/** What etcd says for anything wrong in the text itself. */
export const INVALID_AUTH_OPTIONS = "auth: invalid auth options";
