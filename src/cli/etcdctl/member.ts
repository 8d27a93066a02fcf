/** `etcdctl member add|remove|update|list|promote`. Source of behaviour: etcdctl/ctlv3/command/member_command.go. */
import { goQuote } from "../../base/go-quote.ts";
import { parseUrlList } from "../../base/go-url.ts";
import { ClusterService } from "../../proto/generated/rpc.ts";
import type { Invocation } from "../cobra/command.ts";
import { CommandExit, ExitCode } from "../cobra/program.ts";
import { writeOut } from "../print/output.ts";
import { parseUint64 } from "./integers.ts";
import { isSerializable } from "./operations.ts";
import { badArgs, failed, openSession, type Session } from "./session.ts";

async function withSession(invocation: Invocation, work: (session: Session) => Promise<void>): Promise<void> {
  const session = await openSession(invocation);
  try {
    await work(session);
  } catch (error) {
    throw failed(error);
  } finally {
    session.connection.close();
  }
}

export async function runMemberAdd(invocation: Invocation): Promise<void> {
  const { args, flags } = invocation;
  if (args.length < 1) throw badArgs("member name not provided");
  if (args.length > 1) {
    const urls = args.filter((arg) => arg.toLowerCase().startsWith("http"));
    throw badArgs(`too many arguments${urls.map((url) => `, did you mean --peer-urls=${url}`).join("")}`);
  }
  const peerUrls = flags.text("peer-urls");
  if (peerUrls === "") throw badArgs("member peer urls not provided");
  const name = args[0]!;
  await withSession(invocation, async ({ connection, deadline, printer }) => {
    const reply = await connection.call(
      ClusterService.memberAdd,
      { peerURLs: checkedUrls(peerUrls), isLearner: flags.bool("learner") },
      deadline,
    );
    printer.memberAdd(reply);
    if (printer.format !== "simple") return;
    const cluster = reply.members.flatMap((member) =>
      member.peerURLs.map((url) => `${member.id === reply.member?.id ? name : member.name}=${url}`),
    );
    writeOut(
      [
        `\nETCD_NAME=${goQuote(name)}`,
        `ETCD_INITIAL_CLUSTER=${goQuote(cluster.join(","))}`,
        `ETCD_INITIAL_ADVERTISE_PEER_URLS=${goQuote(peerUrls)}`,
        'ETCD_INITIAL_CLUSTER_STATE="existing"\n',
      ].join("\n"),
    );
  });
}

export async function runMemberRemove(invocation: Invocation): Promise<void> {
  const id = memberId(invocation);
  await withSession(invocation, async ({ connection, deadline, printer }) => {
    printer.memberRemove(id, await connection.call(ClusterService.memberRemove, { id }, deadline));
  });
}

export async function runMemberUpdate(invocation: Invocation): Promise<void> {
  const id = memberId(invocation);
  const peerUrls = invocation.flags.text("peer-urls");
  if (peerUrls === "") throw badArgs("member peer urls not provided");
  await withSession(invocation, async ({ connection, deadline, printer }) => {
    const request = { id, peerURLs: checkedUrls(peerUrls) };
    printer.memberUpdate(id, await connection.call(ClusterService.memberUpdate, request, deadline));
  });
}

export async function runMemberList(invocation: Invocation): Promise<void> {
  // A refusal names the flag of get, as etcdctl does.
  const linearizable = !isSerializable(invocation.flags.text("consistency"), "l");
  await withSession(invocation, async ({ connection, deadline, printer }) => {
    printer.memberList(await connection.call(ClusterService.memberList, { linearizable }, deadline));
  });
}

export async function runMemberPromote(invocation: Invocation): Promise<void> {
  const id = memberId(invocation);
  await withSession(invocation, async ({ connection, deadline, printer }) => {
    printer.memberPromote(id, await connection.call(ClusterService.memberPromote, { id }, deadline));
  });
}

/** The URLs of the flag. Throws {@link CommandExit} when one is none. */
function checkedUrls(text: string): string[] {
  const urls = text.split(",");
  const parsed = parseUrlList(urls);
  if (!parsed.ok) throw new CommandExit(ExitCode.Error, parsed.reason);
  return urls;
}

function memberId(invocation: Invocation): bigint {
  if (invocation.args.length !== 1) throw badArgs("member ID is not provided");
  const id = parseUint64(invocation.args[0]!, 16);
  if (!id.ok) throw badArgs(`bad member ID arg (${id.reason}), expecting ID in Hex`);
  return id.value;
}
