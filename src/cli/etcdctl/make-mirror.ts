/**
 * `etcdctl make-mirror`: copies a prefix to another cluster, then follows its changes, one transaction for each revision.
 * Source of behaviour: etcdctl/ctlv3/command/make_mirror_command.go, client/v3/mirror.
 */
import { concatBytes, utf8 } from "../../base/bytes.ts";
import { etcdError } from "../../base/etcd-error.ts";
import { type Event, EventType } from "../../proto/generated/kv.ts";
import { KVService, type RequestOp } from "../../proto/generated/rpc.ts";
import type { Init } from "../../proto/message-codec.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeOut } from "../print/output.ts";
import type { WatchResult } from "../print/results.ts";
import type { Connection } from "./connection.ts";
import { prefixRange } from "./operations.ts";
import { badArgs, clientSettings, clock, connect, failed, userAndPassword, usesTls } from "./session.ts";
import { settlement } from "./settlement.ts";
import { WatchStream } from "./watch-stream.ts";

/** Asked for the revision only; where there is a prefix, permissions may not reach beyond it. */
const ANY_KEY = "foo";
const PAGE_KEYS = 1000;
const REPORT_MS = 30_000;

export async function runMakeMirror(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length !== 1) throw badArgs("make-mirror takes one destination argument");
  const secure = {
    cert: flags.text("dest-cert"),
    key: flags.text("dest-key"),
    cacert: flags.text("dest-cacert"),
    serverName: "",
    insecureTransport: flags.bool("dest-insecure-transport"),
    insecureSkipVerify: false,
  };
  const auth = userAndPassword(flags.text("dest-user"), flags.text("dest-password"), "Destination Password: ");
  const settings = await clientSettings(invocation);
  const config = settings.config();
  const tls = usesTls(secure) ? (await import("./tls-files.ts")).tlsFromFlags(secure) : undefined;
  const to = await connect({ ...config, endpoints: [args[0]!], tls, ...auth });
  const from = await connect(config);
  const noDestPrefix = flags.bool("no-dest-prefix");
  if (noDestPrefix && flags.text("dest-prefix") !== "")
    throw badArgs("`--dest-prefix` and `--no-dest-prefix` cannot be set at the same time, choose one");
  const mirror = new Mirror(from, to, {
    prefix: flags.text("prefix"),
    destPrefix: flags.text("dest-prefix"),
    noDestPrefix,
    startRevision: Math.max(0, flags.number("rev") - 1),
    txnOpsMax: flags.number("max-txn-ops"),
  });
  const report = clock.setRepeating(REPORT_MS, () => writeOut(`${mirror.total}\n`));
  try {
    await mirror.run();
  } catch (error) {
    throw failed(error);
  } finally {
    report.cancel();
    from.close();
    to.close();
  }
  throw new CommandExit(ExitCode.Error, "<nil>");
}

interface MirrorOptions {
  readonly prefix: string;
  readonly destPrefix: string;
  readonly noDestPrefix: boolean;
  /** 0: begin with a copy of everything. */
  readonly startRevision: number;
  readonly txnOpsMax: number;
}

class Mirror {
  readonly #from: Connection;
  readonly #to: Connection;
  readonly #options: MirrorOptions;
  #destPrefix: string;
  /** Keys mirrored so far. */
  total: number;

  constructor(from: Connection, to: Connection, options: MirrorOptions) {
    this.#from = from;
    this.#to = to;
    this.#options = options;
    this.#destPrefix = options.destPrefix;
    this.total = 0;
  }

  /** Ends only by an error or with the watch. */
  async run(): Promise<void> {
    let revision = this.#options.startRevision;
    if (revision === 0) revision = await this.#copyAll();
    await this.#follow(revision + 1);
  }

  /** Copies a consistent state page by page; gives its revision. */
  async #copyAll(): Promise<number> {
    const { prefix, noDestPrefix } = this.#options;
    if (!noDestPrefix && this.#destPrefix === "") this.#destPrefix = prefix;
    const { header } = await this.#from.call(
      KVService.range,
      { key: utf8(prefix === "" ? ANY_KEY : prefix) },
      undefined,
    );
    const revision = header?.revision ?? 0;
    let { key } = prefixRange(prefix);
    const { rangeEnd } = prefixRange(prefix);
    for (;;) {
      const page = await this.#from.call(KVService.range, { key, rangeEnd, revision, limit: PAGE_KEYS }, undefined);
      for (const kv of page.kvs) {
        await this.#to.call(KVService.put, { key: this.#destKey(kv.key), value: kv.value }, undefined);
        this.total++;
      }
      const last = page.kvs.at(-1);
      if (!page.more || last === undefined) return revision;
      key = concatBytes([last.key, new Uint8Array(1)]);
    }
  }

  async #follow(startRevision: number): Promise<void> {
    const stream = new WatchStream(this.#from);
    const { promise, resolve, reject } = settlement<void>();
    let applied: Promise<void> = Promise.resolve();
    stream.watch(
      { ...prefixRange(this.#options.prefix), startRevision },
      {
        onResult: (result) => {
          applied = applied.then(() => this.#apply(result));
          applied.catch(reject);
        },
        onEnd: () => void applied.then(resolve, reject),
      },
    );
    try {
      await promise;
    } finally {
      stream.close();
    }
  }

  async #apply(result: WatchResult): Promise<void> {
    if (result.compactRevision !== 0) throw new CommandExit(ExitCode.Error, etcdError("Compacted").message);
    let batch: Event[] = [];
    let revision = 0;
    for (const event of result.events) {
      const next = event.kv?.modRevision ?? 0;
      if ((revision !== 0 && next > revision) || batch.length === this.#options.txnOpsMax) {
        await this.#commit(batch);
        batch = [];
      }
      revision = next;
      batch.push(event);
    }
    if (batch.length > 0) await this.#commit(batch);
  }

  async #commit(events: readonly Event[]): Promise<void> {
    const success = events.map((event): Init<RequestOp> => {
      const key = this.#destKey(event.kv?.key ?? new Uint8Array(0));
      return event.type === EventType.DELETE
        ? { requestDeleteRange: { key } }
        : { requestPut: { key, value: event.kv?.value } };
    });
    await this.#to.call(KVService.txn, { success }, undefined);
    this.total += events.length;
  }

  #destKey(key: Uint8Array): Uint8Array {
    const { prefix } = this.#options;
    return concatBytes([utf8(this.#destPrefix), key.subarray(utf8(prefix).length)]);
  }
}
