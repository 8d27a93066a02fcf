/**
 * Alarms of the cluster: which member raised NOSPACE or CORRUPT. Kept in bucket `alarm` as key = encoded AlarmMember, value empty.
 *
 * Changes come from committed Alarm requests only, in the caller's batch. Lists come by type, then by member ID.
 * Source of behaviour: etcd server/etcdserver/api/v3alarm/alarms.go, storage/schema/alarm.go, apply/backend.go (Alarm).
 */
import { EMPTY_BYTES } from "../../base/bytes.ts";
import { AlarmAction, AlarmMember, type AlarmRequest, AlarmType } from "../../proto/generated/rpc.ts";
import { type Backend, type BackendReader, Bucket } from "../mvcc/backend.ts";

/** What an Alarm request found or changed. */
export interface AlarmOutcome {
  readonly alarms: readonly AlarmMember[];
  /** The first alarm of its type was raised, or the last one disarmed: what writes are refused may have changed. */
  readonly isChanged: boolean;
}

export class AlarmStore {
  #backend: Backend;
  #alarms: AlarmMember[];

  /** Reads the alarms that the backend holds. */
  constructor(backend: Backend) {
    this.#backend = backend;
    this.#alarms = loadAlarms(backend);
  }

  /** Replaces everything by what another backend holds: after a snapshot. */
  recover(backend: Backend): void {
    this.#backend = backend;
    this.#alarms = loadAlarms(backend);
  }

  /** Raises an alarm; true when it was not raised before. */
  activate(memberID: bigint, alarm: AlarmType): boolean {
    if (this.#find(memberID, alarm) >= 0) return false;
    const raised = AlarmMember.create({ memberID, alarm });
    this.#backend.put(Bucket.Alarm, AlarmMember.encode(raised), EMPTY_BYTES);
    this.#alarms.push(raised);
    this.#alarms.sort(byTypeAndMember);
    return true;
  }

  /** Disarms an alarm; true when it was raised. */
  deactivate(memberID: bigint, alarm: AlarmType): boolean {
    const at = this.#find(memberID, alarm);
    if (at < 0) return false;
    this.#backend.delete(Bucket.Alarm, AlarmMember.encode(this.#alarms[at]!));
    this.#alarms.splice(at, 1);
    return true;
  }

  /** The raised alarms of a type; NONE means of all types. */
  get(alarm: AlarmType): readonly AlarmMember[] {
    return alarm === AlarmType.NONE ? this.#alarms.slice() : this.#alarms.filter((raised) => raised.alarm === alarm);
  }

  /** Whether any member has raised this alarm. Cheap: asked for every write. */
  isRaised(alarm: AlarmType): boolean {
    for (let i = 0; i < this.#alarms.length; i++) if (this.#alarms[i]!.alarm === alarm) return true;
    return false;
  }

  /** Applies a committed Alarm request. Raising NONE, and actions that do not exist, do nothing. */
  apply(request: AlarmRequest): AlarmOutcome {
    const { memberID, alarm } = request;
    switch (request.action) {
      case AlarmAction.GET:
        return { alarms: this.get(alarm), isChanged: false };
      case AlarmAction.ACTIVATE: {
        if (alarm === AlarmType.NONE) return { alarms: [], isChanged: false };
        const isFirst = !this.isRaised(alarm);
        this.activate(memberID, alarm);
        return { alarms: [AlarmMember.create({ memberID, alarm })], isChanged: isFirst };
      }
      case AlarmAction.DEACTIVATE: {
        if (!this.deactivate(memberID, alarm)) return { alarms: [], isChanged: false };
        return { alarms: [AlarmMember.create({ memberID, alarm })], isChanged: !this.isRaised(alarm) };
      }
      default:
        return { alarms: [], isChanged: false };
    }
  }

  #find(memberID: bigint, alarm: AlarmType): number {
    return this.#alarms.findIndex((raised) => raised.memberID === memberID && raised.alarm === alarm);
  }
}

function loadAlarms(reader: BackendReader): AlarmMember[] {
  const alarms: AlarmMember[] = [];
  reader.scan(Bucket.Alarm, EMPTY_BYTES, undefined, (key) => {
    alarms.push(AlarmMember.decode(key));
  });
  return alarms.sort(byTypeAndMember);
}

function byTypeAndMember(a: AlarmMember, b: AlarmMember): number {
  if (a.alarm !== b.alarm) return a.alarm - b.alarm;
  return a.memberID < b.memberID ? -1 : a.memberID > b.memberID ? 1 : 0;
}
