/**
 * Records test/golden/permission-matrix.golden.json from the real etcd: `node --import tsx test/real/record-permission-matrix.ts`.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { permissionMatrix } from "../support/permission-matrix.ts";
import { reference, repository, startMember, temporaryFolder } from "./reference.ts";

const etcd = reference("etcd");
if (etcd === undefined) throw new Error("the real etcd is not built here");
const folder = temporaryFolder("permission-matrix");
const member = await startMember({ command: [etcd], dataDir: join(folder.path, "data") });
try {
  const matrix = await permissionMatrix(member.endpoint.replace("http://", ""));
  writeFileSync(
    join(repository, "test/golden/permission-matrix.golden.json"),
    `${JSON.stringify({ etcd: "3.7.1", matrix }, undefined, 2)}\n`,
  );
} finally {
  await member.stop();
  folder.remove();
}
