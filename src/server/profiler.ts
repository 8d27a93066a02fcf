/** Looks into this process with Node's inspector, without a port: nothing listens, the session is local. */
import { Session } from "node:inspector/promises";
import { getHeapSnapshot } from "node:v8";
import type { Profiler } from "../api/http/profiles.ts";
import { type Clock, sleep } from "../io/clock.ts";

/** Bytes allocated per sample on average. */
const HEAP_SAMPLE_BYTES = 32_768;

export class NodeProfiler implements Profiler {
  readonly #clock: Clock;
  readonly commandLine: readonly string[];

  constructor(clock: Clock, commandLine: readonly string[]) {
    this.#clock = clock;
    this.commandLine = commandLine;
  }

  async cpuProfile(ms: number): Promise<string> {
    return this.#during(async (session) => {
      await session.post("Profiler.enable");
      await session.post("Profiler.start");
      await sleep(this.#clock, ms);
      return JSON.stringify((await session.post("Profiler.stop")).profile);
    });
  }

  async heapProfile(ms: number): Promise<string> {
    return this.#during(async (session) => {
      await session.post("HeapProfiler.enable");
      await session.post("HeapProfiler.startSampling", { samplingInterval: HEAP_SAMPLE_BYTES });
      await sleep(this.#clock, ms);
      return JSON.stringify((await session.post("HeapProfiler.stopSampling")).profile);
    });
  }

  heapSnapshot(): AsyncIterable<Uint8Array> {
    return getHeapSnapshot();
  }

  async #during(run: (session: Session) => Promise<string>): Promise<string> {
    const session = new Session();
    session.connect();
    try {
      return await run(session);
    } finally {
      session.disconnect();
    }
  }
}
