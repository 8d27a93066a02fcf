/** Who makes a request. */

/** The caller as its token (or certificate) tells: the user and the auth revision at which the credentials were checked. */
export interface AuthInfo {
  /** Empty without credentials. */
  readonly username: string;
  /** 0 without credentials. */
  readonly revision: number;
}

export const NO_AUTH_INFO: AuthInfo = { username: "", revision: 0 };

/** The user and the role that may do everything. */
export const ROOT = "root";
