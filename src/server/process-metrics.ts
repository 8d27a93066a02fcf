/** Families about the process itself: etcd's process_* and os_fd_*, and nodejs_* where etcd has go_*. */
import { readdirSync, readFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { MetricFamilies } from "../api/http/metric-families.ts";

export function processFamilies(f: MetricFamilies): void {
  const startSeconds = Math.floor(Date.now() / 1000 - process.uptime());
  f.counter("process_cpu_seconds_total", "Total user and system CPU time spent in seconds.", () => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  });
  f.gauge("process_start_time_seconds", "Start time of the process since unix epoch in seconds.", () => startSeconds);
  f.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", () => process.memoryUsage.rss());
  f.gauge(
    "process_virtual_memory_bytes",
    "Virtual memory size in bytes.",
    () => Number(/(\d+) /.exec(procFile("statm"))?.[1] ?? 0) * 4096,
  );
  f.gauge("process_virtual_memory_max_bytes", "Maximum amount of virtual memory available in bytes.", () =>
    limitOf("Max address space"),
  );
  f.counter("process_network_receive_bytes_total", "Number of bytes received by the process over the network.", () =>
    networkBytes("InOctets"),
  );
  f.counter("process_network_transmit_bytes_total", "Number of bytes sent by the process over the network.", () =>
    networkBytes("OutOctets"),
  );
  f.gauge("process_open_fds", "Number of open file descriptors.", openDescriptors);
  f.gauge("process_max_fds", "Maximum number of open file descriptors.", descriptorLimit);
  f.gauge("os_fd_used", "The number of used file descriptors.", openDescriptors);
  f.gauge("os_fd_limit", "The file descriptor limit.", descriptorLimit);
  f.gauge("nodejs_version_info", "Node.js version info.", () => [{ labels: { version: process.version }, value: 1 }]);
  f.gauge(
    "nodejs_heap_size_used_bytes",
    "Process heap size used from Node.js in bytes.",
    () => process.memoryUsage().heapUsed,
  );
  f.gauge(
    "nodejs_external_memory_bytes",
    "Node.js external memory size in bytes.",
    () => process.memoryUsage().external,
  );
  // Measured from the first scrape on: the monitor is a timer.
  let delay: ReturnType<typeof monitorEventLoopDelay> | undefined;
  f.gauge("nodejs_eventloop_lag_p99_seconds", "The 99th percentile of the recorded event loop delays.", () => {
    if (delay === undefined) {
      delay = monitorEventLoopDelay({ resolution: 10 });
      delay.enable();
      return 0;
    }
    return delay.percentile(99) / 1e9;
  });
}

/** Where there is no /proc, families that need it show 0. */
function procFile(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return "";
  }
}

function openDescriptors(): number {
  try {
    return readdirSync("/proc/self/fd").length;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === undefined) throw error;
    return 0;
  }
}

/** How many descriptors the process may open; 0 where there is no /proc. */
export function descriptorLimit(): number {
  return limitOf("Max open files");
}

/** A soft limit of this process; "unlimited" is 2^64 as Go's collector prints it. */
function limitOf(name: string): number {
  const text = new RegExp(`^${name}\\s+(\\S+)`, "m").exec(procFile("limits"))?.[1];
  if (text === undefined) return 0;
  return text === "unlimited" ? 2 ** 64 : Number(text);
}

/** A field of IpExt in net/netstat: counts of the network namespace that the process lives in, as Prometheus' collector shows them. */
function networkBytes(field: "InOctets" | "OutOctets"): number {
  const lines = procFile("net/netstat")
    .split("\n")
    .filter((line) => line.startsWith("IpExt: "));
  const [names, values] = lines.map((line) => line.split(" "));
  const at = names?.indexOf(field) ?? -1;
  return at < 0 ? 0 : Number(values?.[at] ?? 0);
}

/** Node's counts under the names of Go's runtime.MemStats that have a counterpart here. Bytes. */
export function memoryStatistics(): Readonly<Record<string, number>> {
  const { rss, heapTotal, heapUsed, external, arrayBuffers } = process.memoryUsage();
  return {
    Alloc: heapUsed,
    Sys: rss,
    HeapAlloc: heapUsed,
    HeapSys: heapTotal,
    HeapIdle: heapTotal - heapUsed,
    HeapInuse: heapUsed,
    External: external,
    ArrayBuffers: arrayBuffers,
  };
}
