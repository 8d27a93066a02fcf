/**
 * etcdserverpb.Watch: one bidirectional stream with many watches (etcd server/etcdserver/api/v3rpc/watch.go).
 *
 * The hub fills the queues of streams while entries are applied; {@link WatchService} empties them into the calls in the next turn of the
 * loop, as fast as each client reads, and drives catching up in slices of about a millisecond. Both are bounded per turn.
 *
 * A client that half-closes keeps its watches: the stream ends when the client cancels it.
 */
import { latin1, latin1Bytes } from "../../base/bytes.ts";
import { type EtcdError, type EtcdErrorName, etcdError } from "../../base/etcd-error.ts";
import { GRPC_CODE_NAMES } from "../../base/grpc-code.ts";
import { exponentialBounds, Histogram } from "../../base/histogram.ts";
import type { ResponseHeaderEncoder } from "../../core/kv/response-header.ts";
import { END_OF_KEYS } from "../../core/watch/interval-tree.ts";
import { needsFragments, responseMessages, responseSize } from "../../core/watch/response-bytes.ts";
import type { WatchHub } from "../../core/watch/watch-hub.ts";
import type { WatchResponse } from "../../core/watch/watch-response.ts";
import type { WatchSignals, WatchStream } from "../../core/watch/watch-stream.ts";
import type { Clock, Timer } from "../../io/clock.ts";
import type { Random } from "../../io/random.ts";
import type { Span } from "../../net/tracing/span.ts";
import type { GrpcMethod, ServerCall } from "../../net/transport/server-call.ts";
import { FilterType, type WatchCreateRequest, WatchRequest } from "../../proto/generated/rpc.ts";
import type { CallerIdentity, CallGate } from "./call-gate.ts";
import { watchSpan } from "./call-spans.ts";
import { malformedMessage } from "./malformed-message.ts";
import { MessageRun, RUN_MESSAGE_BYTES_MAX } from "./message-run.ts";

export interface WatchServer {
  readonly hub: WatchHub;
  readonly header: ResponseHeaderEncoder;
  readonly clock: Clock;
  readonly random: Random;
  /** From this size on a response is split for watches that asked for fragments: max-request-bytes + 512 KiB. */
  readonly fragmentBytesMax: number;
  /** Flag watch-progress-notify-interval. Each stream adds up to a tenth of it. */
  readonly progressIntervalMs: number;
  /** Undefined when the caller may read the range (always, while authentication is off). Bytes are as the client sent them. */
  checkWatch(identity: CallerIdentity | undefined, key: Uint8Array, rangeEnd: Uint8Array): EtcdError | undefined;
}

/** Messages sent per turn of the loop; also so many times {@link COST_BYTES}. About a millisecond. */
const MESSAGES_PER_TURN_MAX = 1000;
/** Bytes that count like one more message. */
const COST_BYTES = 2048;
/** Requests that wait behind one whose caller is being verified, before the stream stops receiving. */
const BACKLOG_MAX = 64;
/** Refusals whose text clients see as they are; everything else is PermissionDenied. */
const NAMED_REFUSALS: readonly EtcdErrorName[] = ["InvalidAuthToken", "AuthOldRevision", "UserEmpty"];

/** Seconds that sending took: etcd_debugging_server_watch_send_loop_*. Measured per round of sending, shared out evenly. */
export class WatchSendSeconds {
  readonly events: Histogram = new Histogram(SEND_SECONDS);
  readonly perEvent: Histogram = new Histogram(SEND_SECONDS);
  readonly control: Histogram = new Histogram(SEND_SECONDS);
  readonly progress: Histogram = new Histogram(SEND_SECONDS);
}

const SEND_SECONDS = exponentialBounds(0.001, 2, 14);

export class WatchService {
  readonly sendSeconds: WatchSendSeconds = new WatchSendSeconds();
  /** Filled and emptied within one pump of a call. */
  readonly run: MessageRun = new MessageRun();
  readonly #gate: CallGate;
  readonly #server: WatchServer;
  readonly #calls: Set<WatchCall>;
  #ready: WatchCall[];
  #flushScheduled: boolean;
  #catchUpScheduled: boolean;
  #headerField: Uint8Array;
  #headerRevision: number;
  #headerTerm: number;

  constructor(gate: CallGate, server: WatchServer) {
    this.#gate = gate;
    this.#server = server;
    this.#calls = new Set();
    this.#ready = [];
    this.#flushScheduled = false;
    this.#catchUpScheduled = false;
    this.#headerField = server.header.response(0);
    this.#headerRevision = 0;
    this.#headerTerm = server.header.raftTerm;
  }

  methods(): Map<string, GrpcMethod> {
    return new Map<string, GrpcMethod>([
      ["/etcdserverpb.Watch/Watch", { kind: "stream", clientStreams: true, open: (call) => this.open(call) }],
    ]);
  }

  get gate(): CallGate {
    return this.#gate;
  }

  get server(): WatchServer {
    return this.#server;
  }

  open(call: ServerCall): void {
    const refusal = this.#gate.admitStream(call, false);
    if (refusal !== undefined) {
      call.fail(refusal);
      return;
    }
    const watching = new WatchCall(this, call);
    this.#calls.add(watching);
  }

  /** Ends every stream: the member stops. */
  close(error: EtcdError = etcdError("WatchCanceled")): void {
    for (const call of this.#calls) call.fail(error);
  }

  /**
   * For a server that takes rights away from running watches (etcd does not): asks {@link WatchServer.checkWatch} again for each and
   * cancels those that are refused.
   */
  recheckPermissions(): void {
    for (const call of this.#calls) call.recheckPermissions();
  }

  /** Sends what is queued. Runs by itself in the next turn; a server may call it right after a round of applying. */
  flush(): void {
    let budget = MESSAGES_PER_TURN_MAX;
    const ready = this.#ready;
    this.#ready = [];
    for (let i = 0; i < ready.length; i++) {
      if (budget <= 0) {
        this.#ready = [...ready.slice(i), ...this.#ready];
        this.#scheduleFlush();
        return;
      }
      budget -= ready[i]!.pump(budget);
    }
  }

  /** A call has something to send and is able to. */
  callReady(call: WatchCall): void {
    this.#ready.push(call);
    this.#scheduleFlush();
  }

  callEnded(call: WatchCall): void {
    this.#calls.delete(call);
  }

  scheduleCatchUp(): void {
    if (this.#catchUpScheduled) return;
    this.#catchUpScheduled = true;
    this.#server.clock.nextTurn(() => {
      this.#catchUpScheduled = false;
      if (this.#server.hub.catchUp()) this.scheduleCatchUp();
    });
  }

  /** Field 1 of a response, made once per revision and term. */
  headerField(revision: number): Uint8Array {
    const { header } = this.#server;
    if (revision !== this.#headerRevision || header.raftTerm !== this.#headerTerm) {
      this.#headerField = header.response(revision);
      this.#headerRevision = revision;
      this.#headerTerm = header.raftTerm;
    }
    return this.#headerField;
  }

  #scheduleFlush(): void {
    if (this.#flushScheduled) return;
    this.#flushScheduled = true;
    this.#server.clock.nextTurn(() => {
      this.#flushScheduled = false;
      this.flush();
    });
  }
}

/** One client's stream. */
class WatchCall implements WatchSignals {
  readonly #service: WatchService;
  readonly #call: ServerCall;
  readonly #hub: WatchHub;
  readonly #stream: WatchStream;
  /** Messages of a response of which the call took only a part so far. */
  #unsent: Uint8Array[][];
  /** Taken from the queue when the call asked to wait. */
  #held: WatchResponse | undefined;
  /** The call asked to wait for onDrain. */
  #blocked: boolean;
  /** In the service's list of ready calls. */
  #listed: boolean;
  #receivingPaused: boolean;
  #ended: boolean;
  #progressTimer: Timer | undefined;
  /** Requests that came while the caller of the one before them is being verified; undefined when none is. */
  #backlog: WatchRequest[] | undefined;
  /** Of watches that run, when the call is traced. */
  #spans: Map<number, Span> | undefined;

  constructor(service: WatchService, call: ServerCall) {
    this.#service = service;
    this.#call = call;
    this.#hub = service.server.hub;
    this.#stream = this.#hub.openStream(this);
    this.#unsent = [];
    this.#held = undefined;
    this.#blocked = false;
    this.#listed = false;
    this.#receivingPaused = false;
    this.#ended = false;
    this.#progressTimer = undefined;
    this.#backlog = undefined;
    this.#spans = undefined;
    call.onMessage = (message) => this.#receive(message);
    call.onCancel = () => this.#end();
    call.onDrain = () => {
      this.#blocked = false;
      this.#list();
    };
  }

  streamReady(): void {
    this.#list();
  }

  catchUpReady(): void {
    this.#service.scheduleCatchUp();
  }

  #list(): void {
    if (this.#listed || this.#blocked || this.#ended) return;
    this.#listed = true;
    this.#service.callReady(this);
  }

  /**
   * Sends until the queue is empty, the client is slow or the budget is used up. Returns what it cost: the number of messages, and one more
   * for every {@link COST_BYTES} of them.
   */
  pump(budget: number): number {
    this.#listed = false;
    if (this.#ended) return 0;
    const { clock } = this.#service.server;
    const { run } = this.#service;
    const startMs = clock.now();
    const sent = new SentCounts();
    run.begin(this.#call);
    while (!this.#blocked && !this.#ended) {
      if (sent.cost >= budget) {
        this.#list();
        break;
      }
      if (this.#unsent.length > 0) {
        this.#sendParts(this.#unsent.shift()!, sent);
        continue;
      }
      const response = this.#held ?? this.#hub.take(this.#stream);
      if (response === undefined) break;
      this.#held = undefined;
      const headerField = this.#service.headerField(response.headerRevision);
      const bytes = responseSize(response, headerField);
      const { fragmentBytesMax } = this.#service.server;
      if (bytes > RUN_MESSAGE_BYTES_MAX || needsFragments(response, bytes, fragmentBytesMax)) {
        this.#sendRun(run);
        this.#unsent = responseMessages(response, headerField, fragmentBytesMax);
        sent.count(response);
        continue;
      }
      if (!run.fits(bytes)) {
        this.#sendRun(run);
        if (this.#blocked || this.#ended) {
          this.#held = response;
          break;
        }
      }
      run.append(response, headerField, bytes);
      sent.count(response);
      sent.cost += 1 + bytes / COST_BYTES;
    }
    this.#sendRun(run);
    // Sending may have found the client gone.
    if (this.#ended) {
      this.#forget();
      return sent.cost;
    }
    if (sent.responses > 0) sent.observe(this.#service.sendSeconds, (clock.now() - startMs) / 1000);
    this.#regulateReceiving();
    return sent.cost;
  }

  #sendRun(run: MessageRun): void {
    if (!run.send(this.#call)) this.#blocked = true;
  }

  #sendParts(parts: readonly Uint8Array[], sent: SentCounts): void {
    sent.cost++;
    for (const part of parts) sent.cost += part.length / COST_BYTES;
    if (!this.#call.send(...parts)) this.#blocked = true;
  }

  /** Replies to requests are queued too: who sends requests and reads no replies is not read from. */
  #regulateReceiving(): void {
    const pause = this.#stream.full || (this.#backlog !== undefined && this.#backlog.length >= BACKLOG_MAX);
    if (pause === this.#receivingPaused) return;
    if (pause) {
      this.#receivingPaused = true;
      this.#call.pauseReceiving();
    } else if (this.#stream.hasRoom) {
      this.#receivingPaused = false;
      this.#call.resumeReceiving();
    }
  }

  #receive(message: Uint8Array): void {
    if (this.#ended) return;
    let request: WatchRequest;
    try {
      // Decoded from a copy: the request may wait until its caller is known.
      request = WatchRequest.decode(message.slice());
    } catch (error) {
      this.fail(malformedMessage(error));
      return;
    }
    if (this.#backlog === undefined) this.#handle(request);
    else this.#backlog.push(request);
    this.#regulateReceiving();
  }

  #handle(request: WatchRequest): void {
    // A message with none of them is passed over, as etcd does: newer clients may know more.
    if (request.createRequest !== undefined) this.#create(request.createRequest);
    else if (request.cancelRequest !== undefined) {
      const { watchId } = request.cancelRequest;
      this.#hub.cancel(this.#stream, watchId);
      this.#spans?.get(watchId)?.end();
      this.#spans?.delete(watchId);
    } else if (request.progressRequest !== undefined) this.#hub.requestProgress(this.#stream);
  }

  #create(request: WatchCreateRequest): void {
    if (request.startRevision < 0) {
      this.#start(request);
      return;
    }
    this.#backlog = [];
    this.#service.gate.identify(this.#call, (identity, error) => {
      if (this.#ended) return;
      // An empty key stands for the smallest one.
      if (request.key.length === 0) request.key = new Uint8Array(1);
      const refusal = error ?? this.#service.server.checkWatch(identity, request.key, request.rangeEnd);
      if (refusal === undefined) this.#start(request);
      else this.#hub.refuse(this.#stream, refusalText(refusal));
      const waiting = this.#backlog ?? [];
      this.#backlog = undefined;
      for (let i = 0; i < waiting.length; i++) {
        if (this.#backlog === undefined) this.#handle(waiting[i]!);
        else (this.#backlog as WatchRequest[]).push(waiting[i]!);
      }
      this.#regulateReceiving();
    });
  }

  #start(request: WatchCreateRequest): void {
    const { rangeEnd } = request;
    const span = watchSpan(this.#call.span, request);
    const watcher = this.#hub.create(this.#stream, {
      key: latin1(request.key),
      end:
        rangeEnd.length === 0 ? undefined : rangeEnd.length === 1 && rangeEnd[0] === 0 ? END_OF_KEYS : latin1(rangeEnd),
      startRevision: request.startRevision,
      watchId: request.watchId,
      progressNotify: request.progressNotify,
      noPut: request.filters.includes(FilterType.NOPUT),
      noDelete: request.filters.includes(FilterType.NODELETE),
      prevKv: request.prevKv,
      fragment: request.fragment,
    });
    if (span !== undefined && watcher !== undefined) {
      this.#spans ??= new Map();
      this.#spans.set(watcher.id, span);
    }
    if (watcher?.progressNotify !== true || this.#progressTimer !== undefined) return;
    const { clock, random, progressIntervalMs } = this.#service.server;
    const jitterMs = random.integer(Math.max(1, Math.floor(progressIntervalMs / 10)));
    this.#progressTimer = clock.setRepeating(progressIntervalMs + jitterMs, () => this.#hub.progressTick(this.#stream));
  }

  recheckPermissions(): void {
    this.#service.gate.identify(this.#call, (identity, error) => {
      if (this.#ended) return;
      for (const { id, key, end } of this.#stream.watchers.values()) {
        const rangeEnd = end === undefined ? "" : end === END_OF_KEYS ? "\0" : end;
        const refusal = error ?? this.#service.server.checkWatch(identity, latin1Bytes(key), latin1Bytes(rangeEnd));
        if (refusal !== undefined) this.#hub.cancel(this.#stream, id, refusalText(refusal));
      }
    });
  }

  fail(error: EtcdError): void {
    if (this.#ended) return;
    this.#end();
    this.#call.fail(error);
  }

  #forget(): void {
    this.#unsent = [];
    this.#held = undefined;
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#progressTimer?.cancel();
    this.#forget();
    this.#backlog = undefined;
    if (this.#spans !== undefined) for (const span of this.#spans.values()) span.end();
    this.#hub.closeStream(this.#stream);
    this.#service.callEnded(this);
  }
}

/** What one pump sent. */
class SentCounts {
  cost = 0;
  #eventResponses = 0;
  #events = 0;
  #controls = 0;
  #progresses = 0;

  get responses(): number {
    return this.#eventResponses + this.#controls + this.#progresses;
  }

  count(response: WatchResponse): void {
    if (response.events.length > 0) {
      this.#eventResponses++;
      this.#events += response.events.length;
    } else if (response.created || response.canceled) this.#controls++;
    else this.#progresses++;
  }

  /** Shares the time that all took out evenly. */
  observe(sendSeconds: WatchSendSeconds, allSeconds: number): void {
    const seconds = allSeconds / this.responses;
    if (this.#eventResponses > 0) {
      sendSeconds.events.observeTimes(seconds, this.#eventResponses);
      sendSeconds.perEvent.observeTimes((seconds * this.#eventResponses) / this.#events, this.#eventResponses);
    }
    if (this.#controls > 0) sendSeconds.control.observeTimes(seconds, this.#controls);
    if (this.#progresses > 0) sendSeconds.progress.observeTimes(seconds, this.#progresses);
  }
}

/** The refusal as Go prints a gRPC status: that is what etcd puts into cancel_reason. */
function refusalText(refusal: EtcdError): string {
  const named = refusal.kind !== undefined && NAMED_REFUSALS.includes(refusal.kind);
  const { code, message } = named ? refusal : etcdError("PermissionDenied");
  return `rpc error: code = ${GRPC_CODE_NAMES[code]!} desc = ${message}`;
}
