#!/usr/bin/env node
/** The program `etcdctl`: a client for the command line, with etcd's commands, flags, output and exit codes. */
import { runProgram } from "./cobra/program.ts";
import { ETCDCTL } from "./etcdctl/etcdctl-program.ts";
import { writeError, writeOut } from "./print/output.ts";

const code = await runProgram(ETCDCTL, process.argv.slice(2), { stdout: writeOut, stderr: writeError });
process.exit(code);
