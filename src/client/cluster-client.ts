/** Members of the cluster: list, add, remove, update, promote (clientv3 Cluster). */
import {
  ClusterService,
  type Member,
  type MemberAddResponse,
  type MemberListResponse,
  type MemberPromoteResponse,
  type MemberRemoveResponse,
  type MemberUpdateResponse,
} from "../proto/generated/rpc.ts";
import type { Caller, CallOptions } from "./caller.ts";

export type { Member } from "../proto/generated/rpc.ts";

/** The members of the cluster: `client.cluster`. */
export class ClusterClient {
  readonly #caller: Caller;

  /**
   * Use `client.cluster`.
   * @internal
   */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** `linearizable: false` answers from the member's own data. */
  async members(options: CallOptions & { readonly linearizable?: boolean } = {}): Promise<readonly Member[]> {
    return (await this.list(options)).members;
  }

  /** Members with the header of the answer. */
  list(options: CallOptions & { readonly linearizable?: boolean } = {}): Promise<MemberListResponse> {
    const request = { linearizable: options.linearizable ?? true };
    return this.#caller.unary(ClusterService.memberList, request, "read", options);
  }

  /** Adds a member that has yet to start, as a voter unless `learner` says otherwise. */
  add(
    peerURLs: readonly string[],
    options: CallOptions & { readonly isLearner?: boolean } = {},
  ): Promise<MemberAddResponse> {
    return this.#caller.unary(ClusterService.memberAdd, { peerURLs, isLearner: options.isLearner }, "write", options);
  }

  /** Removes a member; it stops by itself. */
  remove(id: bigint, options: CallOptions = {}): Promise<MemberRemoveResponse> {
    return this.#caller.unary(ClusterService.memberRemove, { id }, "write", options);
  }

  /** Gives a member other peer URLs. */
  update(id: bigint, peerURLs: readonly string[], options: CallOptions = {}): Promise<MemberUpdateResponse> {
    return this.#caller.unary(ClusterService.memberUpdate, { id, peerURLs }, "write", options);
  }

  /** Makes a learner a voter. */
  promote(id: bigint, options: CallOptions = {}): Promise<MemberPromoteResponse> {
    return this.#caller.unary(ClusterService.memberPromote, { id }, "write", options);
  }
}
