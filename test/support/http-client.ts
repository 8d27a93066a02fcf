/** Small HTTP clients for tests: a request over HTTP/1.1 or h2 prior knowledge, lines of a stream, and a WebSocket. */
import { randomBytes } from "node:crypto";
import { type IncomingMessage, request } from "node:http";
import { connect as connectH2 } from "node:http2";
import type { Duplex } from "node:stream";
import { FrameReader } from "../../src/api/http/websocket-frames.ts";

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface Asked {
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Stops reading after this time; a stream never ends by itself. */
  readonly readMs?: number;
}

/** One request on a connection of its own. */
export function http1(url: string, asked: Asked = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const call = request(
      url,
      {
        method: asked.method ?? (asked.body === undefined ? "GET" : "POST"),
        headers: { ...asked.headers },
        agent: false,
      },
      (response) => collect(response, asked, resolve),
    );
    call.on("error", reject);
    call.end(asked.body);
  });
}

function collect(response: IncomingMessage, asked: Asked, resolve: (answer: Answer) => void): void {
  let body = "";
  const finish = (): void =>
    resolve({ status: response.statusCode ?? 0, headers: response.headers as Record<string, string>, body });
  response.setEncoding("utf8");
  response.on("data", (piece: string) => {
    body += piece;
  });
  response.on("close", finish);
  response.on("error", finish);
  if (asked.readMs !== undefined) setTimeout(() => response.destroy(), asked.readMs).unref();
}

/** One request over HTTP/2 without TLS and without upgrade. */
export function http2(url: string, asked: Asked = {}): Promise<Answer> {
  const { origin, pathname, search } = new URL(url);
  return new Promise((resolve, reject) => {
    const session = connectH2(origin);
    session.on("error", reject);
    const stream = session.request({
      ":method": asked.method ?? (asked.body === undefined ? "GET" : "POST"),
      ":path": pathname + search,
      ...asked.headers,
    });
    let status = 0;
    let headers: Record<string, string> = {};
    let body = "";
    stream.on("response", (head) => {
      status = Number(head[":status"]);
      headers = Object.fromEntries(Object.entries(head).map(([name, value]) => [name, String(value)]));
    });
    stream.setEncoding("utf8");
    stream.on("data", (piece: string) => {
      body += piece;
    });
    stream.on("error", reject);
    stream.on("end", () => {
      session.close();
      resolve({ status, headers, body });
    });
    stream.end(asked.body);
  });
}

/** A request whose answer goes on: lines as they come, and more to send. */
export class LineStream {
  readonly #lines: string[] = [];
  readonly #waiting: ((line: string | undefined) => void)[] = [];
  #ended = false;
  #close: () => void = () => undefined;
  #send: (text: string) => void = () => undefined;
  status = 0;

  /** Opens a POST over HTTP/1.1 whose body stays open. */
  static post(url: string, first: string, headers: Readonly<Record<string, string>> = {}): LineStream {
    const stream = new LineStream();
    const call = request(url, { method: "POST", headers: { ...headers }, agent: false }, (response) => {
      stream.status = response.statusCode ?? 0;
      let rest = "";
      response.setEncoding("utf8");
      response.on("data", (piece: string) => {
        const parts = (rest + piece).split("\n");
        rest = parts.pop() ?? "";
        for (const line of parts) stream.#push(line);
      });
      response.on("end", () => stream.#finish());
      response.on("error", () => stream.#finish());
    });
    call.on("error", () => stream.#finish());
    call.write(first);
    stream.#send = (text) => call.write(text);
    stream.#close = () => call.destroy();
    return stream;
  }

  /** Opens a WebSocket. */
  static socket(url: string, headers: Readonly<Record<string, string>> = {}): Promise<LineStream> {
    return new Promise((resolve, reject) => {
      const call = request(url, {
        agent: false,
        headers: {
          connection: "Upgrade",
          upgrade: "websocket",
          "sec-websocket-version": "13",
          "sec-websocket-key": randomBytes(16).toString("base64"),
          ...headers,
        },
      });
      call.on("error", reject);
      call.on("response", (response) => {
        response.destroy();
        reject(new Error(`not upgraded: ${response.statusCode}`));
      });
      call.on("upgrade", (_response, socket: Duplex, head: Uint8Array) => {
        const stream = new LineStream();
        stream.status = 101;
        const reader = new ServerFrames(
          (text) => stream.#push(text),
          () => stream.#finish(),
        );
        socket.on("data", (piece: Uint8Array) => reader.push(piece));
        socket.on("close", () => stream.#finish());
        socket.on("error", () => stream.#finish());
        reader.push(head);
        stream.#send = (text) => socket.write(maskedFrame(text));
        stream.#close = () => socket.destroy();
        resolve(stream);
      });
      call.end();
    });
  }

  #push(line: string): void {
    const waiter = this.#waiting.shift();
    if (waiter === undefined) this.#lines.push(line);
    else waiter(line);
  }

  #finish(): void {
    this.#ended = true;
    for (const waiter of this.#waiting.splice(0)) waiter(undefined);
  }

  /** The next line as JSON; undefined when the stream ended. */
  async next(): Promise<Record<string, any> | undefined> {
    const line =
      this.#lines.shift() ??
      (this.#ended ? undefined : await new Promise<string | undefined>((resolve) => this.#waiting.push(resolve)));
    return line === undefined ? undefined : (JSON.parse(line) as Record<string, any>);
  }

  send(text: string): void {
    this.#send(text);
  }

  close(): void {
    this.#close();
  }
}

/** Masks what a server sent (it does not), so that the server's own reader can be used. */
class ServerFrames {
  #buffer = Buffer.alloc(0);
  readonly #reader: FrameReader;

  constructor(onText: (text: string) => void, onClose: () => void) {
    this.#reader = new FrameReader(
      {
        message: (payload) => onText(Buffer.from(payload).toString()),
        ping: () => undefined,
        closed: onClose,
        failed: onClose,
      },
      1 << 30,
    );
  }

  push(piece: Uint8Array): void {
    this.#buffer = Buffer.concat([this.#buffer, piece]);
    for (;;) {
      const bytes = this.#buffer;
      if (bytes.length < 2) return;
      const short = bytes[1]! & 127;
      const at = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (bytes.length < at) return;
      const length = short === 126 ? bytes.readUInt16BE(2) : short === 127 ? Number(bytes.readBigUInt64BE(2)) : short;
      if (bytes.length < at + length) return;
      const head = Buffer.from(bytes.subarray(0, at));
      head[1] = head[1]! | 128;
      this.#reader.push(Buffer.concat([head, Buffer.alloc(4), bytes.subarray(at, at + length)]));
      this.#buffer = bytes.subarray(at + length);
    }
  }
}

/** One unsplit text frame from a client, masked. */
export function maskedFrame(text: string): Uint8Array {
  const payload = Buffer.from(text);
  const mask = randomBytes(4);
  const head = payload.length < 126 ? Buffer.of(0x81, 128 | payload.length) : Buffer.alloc(4);
  if (payload.length >= 126) {
    head[0] = 0x81;
    head[1] = 128 | 126;
    head.writeUInt16BE(payload.length, 2);
  }
  return Buffer.concat([head, mask, payload.map((byte, i) => byte ^ mask[i & 3]!)]);
}
