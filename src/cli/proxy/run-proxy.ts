/**
 * The sub-commands of the program etcd that are no server: `etcd gateway` and `etcd grpc-proxy`. Loaded only when one of them is asked for.
 * Source of behaviour: etcd server/etcdmain/main.go.
 */
import type { ProgramSpec } from "../cobra/command.ts";
import { runProgram } from "../cobra/program.ts";
import { gatewayCommand } from "./gateway-command.ts";
import { grpcProxyCommand } from "./grpc-proxy-command.ts";
import type { ProxySurroundings } from "./proxy-surroundings.ts";

/** Resolves to the exit status; 0 also once something was started, which keeps the process alive. */
export function runProxy(args: readonly string[], surroundings: ProxySurroundings): Promise<number> {
  const { stdout, stderr } = surroundings;
  return runProgram(proxyProgram(surroundings), args, { stdout, stderr });
}

function proxyProgram(surroundings: ProxySurroundings): ProgramSpec {
  return {
    use: "etcd",
    short: "etcd server",
    echoesRefusal: true,
    commands: [gatewayCommand(surroundings), grpcProxyCommand(surroundings)],
  };
}
