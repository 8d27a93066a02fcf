/** Outcomes of requests to a peer that are more than a lost connection. */

/** Answered, but not with what was asked for. */
export class PeerResponseError extends Error {
  override readonly name = "PeerResponseError";
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The peer says that this member was removed from the cluster for good. */
export class MemberRemovedError extends Error {
  override readonly name = "MemberRemovedError";

  constructor() {
    super("the member has been permanently removed from the cluster");
  }
}
