/** Looking after members: status, hash, snapshot, defragmentation, alarms, leader, downgrade (clientv3 Maintenance). */
import {
  AlarmAction,
  type AlarmMember,
  AlarmType,
  type DefragmentResponse,
  DowngradeAction,
  type DowngradeResponse,
  type HashKVResponse,
  MaintenanceService,
  type MoveLeaderResponse,
  type StatusResponse,
} from "../proto/generated/rpc.ts";
import type { Caller, CallOptions } from "./caller.ts";
import { replies } from "./reply-stream.ts";

export type { AlarmMember, HashKVResponse, StatusResponse } from "../proto/generated/rpc.ts";
export { AlarmType } from "../proto/generated/rpc.ts";

/** Most of these are about one member: `endpoint` says which, as it stands in the client's endpoints; absent: the next in turn. */
export interface MemberOptions extends CallOptions {
  readonly endpoint?: string | undefined;
}

/** What is done to members rather than with keys: `client.maintenance`. */
export class MaintenanceClient {
  readonly #caller: Caller;

  /**
   * Use `client.maintenance`.
   * @internal
   */
  constructor(caller: Caller) {
    this.#caller = caller;
  }

  /** Version, database sizes in bytes, leader and position in the log of one member. */
  async status(options: MemberOptions = {}): Promise<StatusResponse> {
    const channel = await this.#channel(options);
    return await this.#caller.unary(MaintenanceService.status, {}, "read", options, channel);
  }

  /** `revision` 0 or absent: the newest. */
  async hashKv(options: MemberOptions & { readonly revision?: number } = {}): Promise<HashKVResponse> {
    const channel = await this.#channel(options);
    return await this.#caller.unary(
      MaintenanceService.hashKV,
      { revision: options.revision },
      "read",
      options,
      channel,
    );
  }

  /** Gives the space of deleted pages back to the file system. Name an endpoint: it is done member by member. */
  async defragment(options: MemberOptions = {}): Promise<DefragmentResponse> {
    const channel = await this.#channel(options);
    return await this.#caller.unary(MaintenanceService.defragment, {}, "write", options, channel);
  }

  /** The member's database in pieces, as `etcdctl snapshot save` writes it: the last 32 bytes are the SHA-256 of what is before. */
  async *snapshot(options: MemberOptions = {}): AsyncGenerator<Uint8Array, void, void> {
    const channel = await this.#channel(options);
    for await (const { blob } of replies(this.#caller, MaintenanceService.snapshot, {}, options, channel)) yield blob;
  }

  /** The alarms that are raised. */
  async alarms(options: CallOptions = {}): Promise<readonly AlarmMember[]> {
    const request = { action: AlarmAction.GET, memberID: 0n, alarm: AlarmType.NONE };
    return (await this.#caller.unary(MaintenanceService.alarm, request, "read", options)).alarms;
  }

  /** Clears one alarm, or all of them. */
  async disarm(alarm?: AlarmMember, options: CallOptions = {}): Promise<readonly AlarmMember[]> {
    const targets = alarm === undefined ? await this.alarms(options) : [alarm];
    const cleared: AlarmMember[] = [];
    for (const target of targets) {
      const request = { action: AlarmAction.DEACTIVATE, memberID: target.memberID, alarm: target.alarm };
      cleared.push(...(await this.#caller.unary(MaintenanceService.alarm, request, "write", options)).alarms);
    }
    return cleared;
  }

  /** Asks the leader (which must answer at `endpoint`) to hand over to another member. */
  async moveLeader(targetID: bigint, options: MemberOptions = {}): Promise<MoveLeaderResponse> {
    const channel = await this.#channel(options);
    return await this.#caller.unary(MaintenanceService.moveLeader, { targetID }, "write", options, channel);
  }

  /** `version` such as "3.6.0"; not needed to cancel. */
  downgrade(
    action: "validate" | "enable" | "cancel",
    version: string,
    options: CallOptions = {},
  ): Promise<DowngradeResponse> {
    const actions = {
      validate: DowngradeAction.VALIDATE,
      enable: DowngradeAction.ENABLE,
      cancel: DowngradeAction.CANCEL,
    } as const;
    return this.#caller.unary(
      MaintenanceService.downgrade,
      { action: actions[action], version },
      action === "validate" ? "read" : "write",
      options,
    );
  }

  #channel({ endpoint }: MemberOptions): ReturnType<Caller["pool"]["channelTo"]> | undefined {
    return endpoint === undefined ? undefined : this.#caller.pool.channelTo(endpoint);
  }
}
