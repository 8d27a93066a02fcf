/**
 * /debug/pprof behind --enable-pprof, at the paths of Go's pprof but in Node's formats: `profile` gives a .cpuprofile, `heap` a sampling
 * heap profile (.heapprofile), `snapshot` a full .heapsnapshot; all open in the browser's developer tools.
 */
import type { Clock } from "../../io/clock.ts";
import { ClientGoneError, type HttpExchange, type HttpHandler } from "../../net/transport/http-exchange.ts";
import { type HttpRouter, httpError } from "./router.ts";

/** Whoever can look into the running process. Methods reject when the process cannot be inspected. */
export interface Profiler {
  /** Samples the stack for the time given; JSON text. */
  cpuProfile(ms: number): Promise<string>;
  /** Samples allocations for the time given; JSON text. */
  heapProfile(ms: number): Promise<string>;
  /** The whole heap, in pieces. Stops the process for about a second per gigabyte. */
  heapSnapshot(): AsyncIterable<Uint8Array>;
  readonly commandLine: readonly string[];
}

const SECONDS_MAX = 600;
const INDEX = `<html>
<head>
<title>/debug/pprof/</title>
</head>
<body>
/debug/pprof/
<p>Profiles in Node's formats, for the developer tools of a browser:</p>
<ul>
<li><a href="profile?seconds=30">profile</a>: where CPU time goes, sampled for the seconds given (.cpuprofile)</li>
<li><a href="heap?seconds=10">heap</a>, <a href="allocs?seconds=10">allocs</a>: what allocates, sampled for the seconds given (.heapprofile)</li>
<li><a href="snapshot">snapshot</a>: every object of the heap; the server stands still meanwhile (.heapsnapshot)</li>
<li><a href="cmdline">cmdline</a>: the command line, parts separated by zero bytes</li>
</ul>
</body>
</html>
`;

export function installProfiles(router: HttpRouter, profiler: Profiler, clock: Clock): void {
  let busy = false;
  /** One profile at a time: the inspector has one CPU profiler. */
  const exclusive =
    (run: (exchange: HttpExchange) => Promise<void>): HttpHandler =>
    (exchange) => {
      if (busy) {
        httpError(exchange, 500, "Could not enable profiling: another profile is under way");
        return;
      }
      busy = true;
      run(exchange).then(
        () => {
          busy = false;
        },
        (error: unknown) => {
          busy = false;
          if (!(error instanceof ClientGoneError))
            httpError(exchange, 500, `Could not enable profiling: ${String(error)}`);
        },
      );
    };
  const sampled = (name: string, defaultSeconds: number, sample: (ms: number) => Promise<string>): HttpHandler =>
    exclusive(async (exchange) => {
      const seconds = secondsOf(exchange, defaultSeconds);
      const text = await sample(seconds * 1000);
      exchange.respond(200, attachment(`${name}-${Math.floor(clock.wallNow() / 1000)}`, "application/json"), text);
    });
  router.on("/debug/pprof/", (exchange) => {
    if (exchange.path === "/debug/pprof/")
      exchange.respond(200, { "content-type": "text/html; charset=utf-8", "x-content-type-options": "nosniff" }, INDEX);
    else httpError(exchange, 404, "Unknown profile");
  });
  router.on("/debug/pprof/cmdline", (exchange) =>
    exchange.respond(
      200,
      { "content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff" },
      profiler.commandLine.join("\0"),
    ),
  );
  router.on(
    "/debug/pprof/profile",
    sampled("profile.cpuprofile", 30, (ms) => profiler.cpuProfile(ms)),
  );
  const heap = sampled("heap.heapprofile", 10, (ms) => profiler.heapProfile(ms));
  router.on("/debug/pprof/heap", heap);
  router.on("/debug/pprof/allocs", heap);
  router.on(
    "/debug/pprof/snapshot",
    exclusive(async (exchange) => {
      exchange.start(200, attachment("etcd.heapsnapshot", "application/json"));
      for await (const piece of profiler.heapSnapshot()) await exchange.write(piece);
      exchange.end();
    }),
  );
}

function secondsOf(exchange: HttpExchange, otherwise: number): number {
  const seconds = Number(new URLSearchParams(exchange.query).get("seconds") ?? otherwise);
  return seconds > 0 ? Math.min(seconds, SECONDS_MAX) : otherwise;
}

function attachment(name: string, type: string): Readonly<Record<string, string>> {
  return {
    "content-type": type,
    "content-disposition": `attachment; filename="${name}"`,
    "x-content-type-options": "nosniff",
  };
}
