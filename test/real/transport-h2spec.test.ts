/** The conformance suite h2spec against the transport with a plain HTTP handler: RFC 9113 and RFC 7541. Needs the h2spec program. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { echoTransport } from "../support/echo-transport.ts";
import { missing, reference } from "./reference.ts";

async function h2spec(port: number, ...args: string[]): Promise<string> {
  const child = spawn(reference("h2spec")!, ["-h", "127.0.0.1", "-p", String(port), "-P", "/hello", ...args]);
  let output = "";
  child.stdout.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  await new Promise((resolve) => child.once("close", resolve));
  return output;
}

for (const [name, limits, args] of [
  ["passes in full", { concurrentStreamsMax: 100 }, []],
  ["passes in full in strict mode", { concurrentStreamsMax: 100 }, ["-S"]],
  ["passes without a limit of streams", {}, []],
] as const) {
  test(`h2spec ${name}`, { skip: missing("h2spec") }, async () => {
    const server = await echoTransport({ limits });
    const output = await h2spec(server.port, ...args);
    await server.transport.close(100);
    const [, tests, passed, skipped, failed] = /(\d+) tests, (\d+) passed, (\d+) skipped, (\d+) failed/.exec(output)!;
    assert.equal(failed, "0", output);
    assert.ok(Number(passed) + Number(skipped) === Number(tests) && Number(tests) >= 145, output);
    // Without a limit of streams, the test of that limit is skipped.
    assert.equal(Number(skipped), "concurrentStreamsMax" in limits ? 0 : 1, output);
  });
}
