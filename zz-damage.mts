import { cpSync, rmSync, readdirSync, readFileSync, writeFileSync, truncateSync, statSync, mkdirSync, renameSync, unlinkSync } from "node:fs";
import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { homedir } from "node:os";
const P = Number(process.env.PORT);
const REF = join(homedir(), ".cache/etcd-ts-reference");
const programs: Record<string,string[]> = process.env.ONLY==="ours" ? { ours: [process.execPath, "/work/wt/sim/dist/cli/etcd.js"] } : { etcd: [join(REF, "etcd")] };
const args = (dir: string) => ["--name","default","--data-dir",dir,"--listen-client-urls",`http://127.0.0.1:${P}`,"--advertise-client-urls",`http://127.0.0.1:${P}`,"--listen-peer-urls",`http://127.0.0.1:${P+1}`,"--initial-advertise-peer-urls",`http://127.0.0.1:${P+1}`,"--initial-cluster",`default=http://127.0.0.1:${P+1}`];
async function up() { for (let i=0;i<(process.env.N?Number(process.env.N):200);i++){ const h = await fetch(`http://127.0.0.1:${P}/health`).then(r=>r.json()).catch(()=>undefined) as any; if (h?.health==="true") return true; await new Promise(r=>setTimeout(r,50)); } return false; }
async function fill(cmd: string[], dir: string, extra: string[], puts = 60) {
  const c = spawn(cmd[0]!, [...cmd.slice(1), ...args(dir), ...extra], { stdio: "ignore" });
  const end = new Promise(r => c.once("exit", r));
  if (!(await up()) && !(await up())) throw new Error("not up");
  for (let i=0;i<puts;i++) await fetch(`http://127.0.0.1:${P}/v3/kv/put`, { method: "POST", body: JSON.stringify({ key: Buffer.from(`k${i}`).toString("base64"), value: Buffer.from("v".repeat(2000)).toString("base64") }) });
  c.kill("SIGTERM"); await end;
}
const cases: [string, (d: string)=>void, string[]][] = [
  ["wal empty", d => { for (const f of readdirSync(join(d,"member/wal")).filter(f=>f.endsWith(".wal"))) truncateSync(join(d,"member/wal",f),0); }, []],
  ["wal cut in the middle", d => { for (const f of readdirSync(join(d,"member/wal")).filter(f=>f.endsWith(".wal"))) truncateSync(join(d,"member/wal",f),60_000); }, []],
  ["wal cut in the middle, with snapshot", d => { for (const f of readdirSync(join(d,"member/wal")).filter(f=>f.endsWith(".wal"))) truncateSync(join(d,"member/wal",f),60_000); }, ["--snapshot-count=20"]],
  ["wal cut to 4", d => { for (const f of readdirSync(join(d,"member/wal")).filter(f=>f.endsWith(".wal"))) truncateSync(join(d,"member/wal",f),4); }, []],
  ["wal zeros in the middle", d => { for (const f of readdirSync(join(d,"member/wal")).filter(f=>f.endsWith(".wal"))) { const p=join(d,"member/wal",f); const b=readFileSync(p); b.fill(0, 50000, 60000); writeFileSync(p,b); } }, []],
  ["wal folder empty", d => { for (const f of readdirSync(join(d,"member/wal"))) unlinkSync(join(d,"member/wal",f)); }, []],
  ["db empty", d => truncateSync(join(d,"member/snap/db"),0), []],
  ["db empty, with snapshot", d => truncateSync(join(d,"member/snap/db"),0), ["--snapshot-count=20"]],
  ["db missing, with snapshot", d => unlinkSync(join(d,"member/snap/db")), ["--snapshot-count=20"]],
  ["db cut", d => truncateSync(join(d,"member/snap/db"),30000), []],
  ["db cut to 5000", d => truncateSync(join(d,"member/snap/db"),5000), []],
  ["db cut to 100", d => truncateSync(join(d,"member/snap/db"),100), []],
  ["db zeros", d => { const p=join(d,"member/snap/db"); writeFileSync(p, Buffer.alloc(statSync(p).size)); }, []],
  ["db zeros 16k", d => { const p=join(d,"member/snap/db"); const b=readFileSync(p); b.fill(0,8192,16384+8192); writeFileSync(p, b); }, []],
];
const only = process.argv[2];
for (const [name, cmd] of Object.entries(programs)) for (const [what, harm, extra] of cases) {
  if (only && !what.includes(only)) continue;
  const d = `/tmp/ex/${name}${P}`; rmSync(d,{recursive:true,force:true});
  await fill(cmd, d, extra);
  harm(d);
  const before = new Map((readdirSync(d,{recursive:true}) as string[]).map(f=>join(d,String(f))).filter(f=>statSync(f).isFile()).map(f=>[f, readFileSync(f)]));
  const c = spawn(cmd[0]!, [...cmd.slice(1), ...args(d), ...extra, "--log-level=warn"], { stdio: ["ignore","pipe","pipe"] });
  let out=""; c.stdout.on("data",x=>out+=x); c.stderr.on("data",x=>out+=x);
  let ended: any; const end = new Promise(r=>c.once("exit",(code,sig)=>{ended=code??sig; r(0);}));
  await Promise.race([end, up().then(async ()=>{})]);
  let count: any = "";
  if (ended===undefined) { count = await fetch(`http://127.0.0.1:${P}/v3/kv/range`,{method:"POST",body:JSON.stringify({key:Buffer.from("k").toString("base64"),range_end:Buffer.from("l").toString("base64"),count_only:true})}).then(r=>r.text()).catch(e=>String(e)); c.kill("SIGKILL"); await end; }
  const changed = [...before].filter(([f,b])=>{ try { return !readFileSync(f).equals(b);} catch { return true; } }).map(([f])=>f.slice(d.length+8));
  const lines = out.split("\n").filter(l=>/fatal|panic|error|etcd:|cannot|failed|cut|damag/i.test(l)).slice(0,3).map(l=>l.slice(0,420));
  console.log(`== ${name}: ${what}: ${ended ?? "SERVES "+count} changed: ${changed.join()}\n   ${lines.join("\n   ")}`);
}
