/**
 * Users of a simulated cluster, who call its gRPC methods with tokens, and an administrator who gives and takes permissions and passwords. Each round of the
 * administrator has a role and a key of its own, so that a request that was given up and takes effect late brings back nothing.
 *
 * Checked is what every answer says about real time: after an answered revocation no write and no linearizable read of that key succeeds on any member;
 * between an answered grant and the revocation none is denied; who was given nothing gets nothing; a password that was replaced opens no session.
 */
import { utf8 } from "../../src/base/bytes.ts";
import { PermissionType } from "../../src/proto/generated/auth.ts";
import {
  AuthenticateRequest,
  AuthenticateResponse,
  AuthRoleAddRequest,
  AuthRoleGrantPermissionRequest,
  AuthUserAddRequest,
  AuthUserChangePasswordRequest,
  AuthUserGrantRoleRequest,
  AuthUserRevokeRoleRequest,
  PutRequest,
  RangeRequest,
} from "../../src/proto/generated/rpc.ts";
import { FakeCall } from "../support/fake-call.ts";
import type { SimulatedCluster } from "./cluster.ts";
import type { SimulatedNode } from "./node.ts";
import type { SeededRandom } from "./random.ts";

const KV = "/etcdserverpb.KV";
const AUTH = "/etcdserverpb.Auth";
const DENIED = "etcdserver: permission denied";
const BAD_PASSWORD = "etcdserver: authentication failed, invalid user ID or password";
const TOKEN_REFUSALS: ReadonlySet<string> = new Set([
  "etcdserver: revision of auth store is old",
  "etcdserver: invalid auth token",
]);
const PATIENCE_MS = 3000;

/** The answer of a call; undefined when there was none in time. */
export interface Answer {
  readonly message: Uint8Array | undefined;
  readonly error: string | undefined;
}

class TokenCall extends FakeCall {
  readonly #token: string | undefined;
  readonly #settle: (answer: Answer) => void;

  constructor(token: string | undefined, settle: (answer: Answer) => void) {
    super();
    this.#token = token;
    this.#settle = settle;
  }

  override metadata(name: string): string | undefined {
    return name === "token" ? this.#token : undefined;
  }
  override end(): void {
    super.end();
    this.#settle({ message: this.sent[0], error: undefined });
  }
  override fail(error: Parameters<FakeCall["fail"]>[0]): void {
    super.fail(error);
    this.#settle({ message: undefined, error: error.message });
  }
}

/** One call on one member. */
export function callMethod(
  cluster: SimulatedCluster,
  node: SimulatedNode,
  call: { readonly path: string; readonly request: Uint8Array; readonly token: string | undefined },
): Promise<Answer | undefined> {
  const { process, running } = node;
  const method = running?.methods.get(call.path);
  if (method?.kind !== "unary") throw new Error(`no such method: ${call.path}`);
  return new Promise((resolve) => {
    const timer = cluster.world.setTimer(PATIENCE_MS, () => resolve(undefined));
    const settle = (answer: Answer): void => {
      // The last words of a process that is gone reach nobody.
      if (!process.alive) return;
      timer.cancel();
      resolve(answer);
    };
    method.handle(new TokenCall(call.token, settle), call.request);
  });
}

export class AuthWorld {
  readonly cluster: SimulatedCluster;
  readonly #random: SeededRandom;
  #order: number;
  /** By round: when its permission was there for sure, when its revocation began and was answered. */
  readonly #granted: (number | undefined)[];
  readonly #revoking: (number | undefined)[];
  readonly #revoked: (number | undefined)[];
  readonly #passwords: { readonly text: string; replaced: number | undefined }[];
  #tries: number;
  #stopped: boolean;
  readonly counts: { allowed: number; denied: number; unanswered: number; rounds: number; oldPasswords: number };

  constructor(cluster: SimulatedCluster, random: SeededRandom) {
    this.cluster = cluster;
    this.#random = random;
    this.#order = 0;
    this.#granted = [];
    this.#revoking = [];
    this.#revoked = [];
    this.#passwords = [{ text: "first", replaced: undefined }];
    this.#tries = 0;
    this.#stopped = false;
    this.counts = { allowed: 0, denied: 0, unanswered: 0, rounds: 0, oldPasswords: 0 };
  }

  /** Users and their first permissions, before any harm. */
  async setUp(): Promise<void> {
    const node = this.cluster.leader!;
    const must = async (path: string, request: Uint8Array): Promise<void> => {
      const answer = await callMethod(this.cluster, node, { path: `${AUTH}/${path}`, request, token: undefined });
      if (answer?.error !== undefined || answer === undefined)
        throw new Error(`${path}: ${answer?.error ?? "no answer"}`);
    };
    for (const name of ["root", "alice", "bob", "carol"]) {
      const options = { noPassword: false };
      const password = name === "carol" ? "first" : name;
      await must("UserAdd", AuthUserAddRequest.encode({ name, password, options, hashedPassword: "" }));
    }
    await must("RoleAdd", AuthRoleAddRequest.encode({ name: "root" }));
    await must("UserGrantRole", AuthUserGrantRoleRequest.encode({ user: "root", role: "root" }));
    await must("AuthEnable", new Uint8Array(0));
  }

  start(): void {
    this.#run(400, new Session(this, "root", "root"), (session) => this.#round(session));
    this.#run(300, new Session(this, "root", "root"), (session) => this.#changePassword(session));
    for (let i = 0; i < 3; i++)
      this.#run(40, new Session(this, "alice", "alice"), (session) => this.#use(session, true));
    this.#run(80, new Session(this, "bob", "bob"), (session) => this.#use(session, false));
    this.#run(80, undefined, () => this.#useWithoutToken());
    this.#run(150, undefined, () => this.#tryOldPassword());
  }

  stop(): void {
    this.#stopped = true;
  }

  /** A member that can be called. */
  anyNode(): SimulatedNode | undefined {
    const nodes = this.cluster.alive.filter((node) => !node.process.stopped);
    return nodes.length === 0 ? undefined : nodes[this.#random.integer(nodes.length)]!;
  }

  #run<S>(pauseMs: number, session: S, work: (session: S) => Promise<void>): void {
    const next = (): void => {
      if (this.#stopped) return;
      this.cluster.world.setTimer(this.#random.integer(2 * pauseMs), () => {
        if (this.#stopped) return;
        work(session).then(next, (error: unknown) => this.cluster.findings.report(`a user fails: ${String(error)}`));
      });
    };
    next();
  }

  /** A role with a key of its own for alice, for a while. */
  async #round(root: Session): Promise<void> {
    const round = this.#granted.length;
    this.#granted.push(undefined);
    this.#revoking.push(undefined);
    this.#revoked.push(undefined);
    const role = `r${round}`;
    const perm = { permType: PermissionType.READWRITE, key: utf8(`a${round}`), rangeEnd: new Uint8Array(0) };
    const user = "alice";
    // One that was not answered ends the round: whether the permission is there is not known.
    if (!(await root.did("RoleAdd", AuthRoleAddRequest.encode({ name: role })))) return;
    if (!(await root.did("RoleGrantPermission", AuthRoleGrantPermissionRequest.encode({ name: role, perm })))) return;
    if (!(await root.did("UserGrantRole", AuthUserGrantRoleRequest.encode({ user, role })))) return;
    this.#granted[round] = this.#order++;
    await new Promise<void>((resolve) => this.cluster.world.setTimer(this.#random.integer(600), resolve));
    this.#revoking[round] = this.#order++;
    if (!(await root.did("UserRevokeRole", AuthUserRevokeRoleRequest.encode({ name: user, role })))) return;
    this.#revoked[round] = this.#order++;
    this.counts.rounds++;
  }

  async #use(session: Session, isAlice: boolean): Promise<void> {
    if (this.#granted.length === 0) return;
    // The newest rounds are where something happens.
    const round = Math.max(0, this.#granted.length - 1 - this.#random.integer(3));
    const key = utf8(`a${round}`);
    const isRead = this.#random.chance(0.4);
    const start = this.#order++;
    const answer = await session.call(
      isRead ? `${KV}/Range` : `${KV}/Put`,
      isRead ? RangeRequest.encode(RangeRequest.create({ key })) : PutRequest.encode(PutRequest.create({ key })),
    );
    const end = this.#order++;
    if (answer === undefined) {
      this.counts.unanswered++;
      return;
    }
    const { findings } = this.cluster;
    const what = `a ${isRead ? "read" : "write"} of a${round} by ${isAlice ? "alice" : "bob"}`;
    if (answer.error === undefined) {
      this.counts.allowed++;
      findings.check(isAlice, () => `${what} is answered, though nothing was ever granted`);
      const revoked = this.#revoked[round];
      findings.check(revoked === undefined || revoked > start, () => `${what} is answered behind the revocation`);
    } else if (answer.error === DENIED) {
      this.counts.denied++;
      const granted = this.#granted[round];
      const revoking = this.#revoking[round];
      const isSure = isAlice && granted !== undefined && granted < start && (revoking === undefined || revoking > end);
      findings.check(!isSure, () => `${what} is denied, though it was granted before and not revoked`);
    }
  }

  async #useWithoutToken(): Promise<void> {
    const node = this.anyNode();
    if (node === undefined) return;
    const isRead = this.#random.chance(0.5);
    const key = utf8("a0");
    const path = isRead ? `${KV}/Range` : `${KV}/Put`;
    const request = isRead
      ? RangeRequest.encode(RangeRequest.create({ key }))
      : PutRequest.encode(PutRequest.create({ key }));
    const answer = await callMethod(this.cluster, node, { path, request, token: undefined });
    this.cluster.findings.check(
      answer === undefined || answer.error !== undefined,
      () => `a ${isRead ? "read" : "write"} without a token is answered`,
    );
  }

  async #changePassword(root: Session): Promise<void> {
    const text = `p${this.#tries++}`;
    const request = { name: "carol", password: text, hashedPassword: "" };
    if (!(await root.did("UserChangePassword", AuthUserChangePasswordRequest.encode(request)))) return;
    // What was answered before is gone for good now.
    const now = this.#order++;
    for (const password of this.#passwords) password.replaced ??= now;
    this.#passwords.push({ text, replaced: undefined });
  }

  async #tryOldPassword(): Promise<void> {
    const node = this.anyNode();
    const start = this.#order++;
    const old = this.#passwords.filter(({ replaced }) => replaced !== undefined && replaced < start).at(-1);
    if (node === undefined || old === undefined) return;
    const request = AuthenticateRequest.encode({ name: "carol", password: old.text });
    const answer = await callMethod(this.cluster, node, { path: `${AUTH}/Authenticate`, request, token: undefined });
    if (answer?.error === BAD_PASSWORD) this.counts.oldPasswords++;
    this.cluster.findings.check(
      answer === undefined || answer.error !== undefined,
      () => `carol logs in with ${old.text}, which was replaced`,
    );
  }
}

/** A user with a token, who logs in again when it is not known any more. */
class Session {
  readonly #world: AuthWorld;
  readonly #name: string;
  readonly #password: string;
  #token: string | undefined;

  constructor(world: AuthWorld, name: string, password: string) {
    this.#world = world;
    this.#name = name;
    this.#password = password;
    this.#token = undefined;
  }

  async call(path: string, request: Uint8Array): Promise<Answer | undefined> {
    const { cluster } = this.#world;
    const node = this.#world.anyNode();
    if (node === undefined) return undefined;
    if (this.#token === undefined) {
      const login = AuthenticateRequest.encode({ name: this.#name, password: this.#password });
      const answer = await callMethod(cluster, node, {
        path: `${AUTH}/Authenticate`,
        request: login,
        token: undefined,
      });
      if (answer?.message === undefined) return undefined;
      this.#token = AuthenticateResponse.decode(answer.message).token;
    }
    if (node.running === undefined) return undefined;
    const answer = await callMethod(cluster, node, { path, request, token: this.#token });
    // Not known here (any more), or of an older state of the users: the next call begins with a login.
    if (answer?.error !== undefined && answer.error !== DENIED) this.#token = undefined;
    return answer;
  }

  /** An administrator's request that was answered with success; one that was refused for its token did nothing and is made again. */
  async did(path: string, request: Uint8Array): Promise<boolean> {
    for (let attempt = 0; attempt < 8; attempt++) {
      const answer = await this.call(`${AUTH}/${path}`, request);
      if (answer?.message !== undefined) return true;
      if (answer?.error === undefined || !TOKEN_REFUSALS.has(answer.error)) return false;
    }
    return false;
  }
}
