/** `etcdctl version`. */
import { SERVER_VERSION_TEXT } from "../../core/version/server-version.ts";
import { writeOut } from "../print/output.ts";

/** Prints the versions of the program and of the API it speaks. */
export function runVersion(): void {
  const api = SERVER_VERSION_TEXT.split(".").slice(0, 2).join(".");
  writeOut(`etcdctl version: ${SERVER_VERSION_TEXT}\nAPI version: ${api}\n`);
}
