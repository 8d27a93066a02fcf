/** A name server on port 53 of some loopback address that answers SRV questions from a table, and says of all else that it is not there. */
import { createSocket } from "node:dgram";

export interface SrvRecord {
  readonly name: string;
  readonly target: string;
  readonly port: number;
}

export interface DnsServer {
  close(): Promise<void>;
}

const SRV = 33;
const NAME_ERROR = 3;
const HEADER_BYTES = 12;

/** Rejects when the address cannot be bound (port 53 wants privileges). */
export async function startDnsServer(address: string, records: readonly SrvRecord[]): Promise<DnsServer> {
  const socket = createSocket("udp4");
  await new Promise<void>((resolve, reject) => {
    socket.once("error", reject);
    socket.bind(53, address, resolve);
  });
  socket.on("message", (question, from) => socket.send(answer(question, records), from.port, from.address));
  return { close: () => new Promise((resolve) => socket.close(() => resolve())) };
}

/**
 * Header (id, flags, four counts), the question as it came, then answers: name, type, class, time to live, length, priority, weight, port, target
 * (RFC 1035 section 4.1, RFC 2782).
 */
function answer(question: Uint8Array, records: readonly SrvRecord[]): Uint8Array {
  const labels: string[] = [];
  let at = HEADER_BYTES;
  for (let length = question[at]!; length > 0; length = question[at]!) {
    labels.push(Buffer.from(question.subarray(at + 1, at + 1 + length)).toString("latin1"));
    at += 1 + length;
  }
  const name = labels.join(".").toLowerCase();
  const type = (question[at + 1]! << 8) | question[at + 2]!;
  const questionEnd = at + 5;
  const found = type === SRV ? records.filter((record) => record.name === name) : [];
  const answers = found.map(({ target, port }) => {
    const data = Buffer.concat([uint16(10), uint16(10), uint16(port), encodedName(target)]);
    const pointerToQuestion = uint16(0xc000 | HEADER_BYTES);
    return Buffer.concat([pointerToQuestion, uint16(SRV), uint16(1), uint16(0), uint16(60), uint16(data.length), data]);
  });
  // Response, recursion asked for and available.
  const flags = uint16(0x8180 | (found.length === 0 ? NAME_ERROR : 0));
  const counts = [1, found.length, 0, 0].map(uint16);
  return Buffer.concat([
    question.subarray(0, 2),
    flags,
    ...counts,
    question.subarray(HEADER_BYTES, questionEnd),
    ...answers,
  ]);
}

function uint16(value: number): Buffer {
  return Buffer.from([value >> 8, value & 0xff]);
}

function encodedName(name: string): Buffer {
  const labels = name
    .split(".")
    .map((label) => Buffer.concat([Buffer.from([label.length]), Buffer.from(label, "latin1")]));
  return Buffer.concat([...labels, Buffer.from([0])]);
}
