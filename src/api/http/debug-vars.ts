/** /debug/vars in the form of Go's expvar: raft's status, the limit of descriptors, the command line, and memory as Node counts it. */
import { type JsonValue, stringifyBigJson } from "../../base/big-json.ts";
import { type HttpRouter, onlyMethod } from "./router.ts";

/** Name -> value at the time of the request. Names print sorted. */
export type DebugVariables = Readonly<Record<string, () => JsonValue>>;

export function installDebugVars(router: HttpRouter, variables: DebugVariables): void {
  router.on(
    "/debug/vars",
    onlyMethod("GET", (exchange) => {
      const lines = Object.keys(variables)
        .sort()
        .map((name) => `${JSON.stringify(name)}: ${stringifyBigJson(variables[name]!())}`);
      exchange.respond(200, { "content-type": "application/json; charset=utf-8" }, `{\n${lines.join(",\n")}\n}\n`);
    }),
  );
}
