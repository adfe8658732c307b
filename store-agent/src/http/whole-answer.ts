/**
 * Whole answers: a text that is there as a whole goes out with its head in one piece.
 *
 * Node makes a head name by name, checks each of them, and gives the socket the text and an empty end as two pieces,
 * for which it takes memory for three bytes a character. Most of that is known beforehand here. What is written is,
 * byte for byte, what Node would write; hooks at `onSend` do not hear of it: a route that has some sends its answers itself, as the door for shapes does.
 *
 * That Node is told of a head that was written already takes two fields that no documentation names. Where they do not
 * do what they do here, and wherever an answer is not quite plain, it is sent as any other.
 */
import { IncomingMessage, ServerResponse } from 'node:http';
import { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import type { FastifyReply } from 'fastify';

interface Inside {
  _header: string | null;
  _headerSent: boolean;
}

const PLAIN = /^[\t\x20-\x7e]*$/;
/** Said here; and where a door that closes says `connection: close`, that answer is its socket's last. */
const OWN = new Set([
  'content-type',
  'content-length',
  'transfer-encoding',
  'date',
  'connection',
  'keep-alive',
]);
const TYPE = 'application/json; charset=utf-8';

const STATUS_LINES: Readonly<Record<number, string>> = {
  200: 'HTTP/1.1 200 OK\r\n',
  201: 'HTTP/1.1 201 Created\r\n',
};

/**
 * Answers with a JSON text, and with the status and the headers that were set before.
 * @param out when it is written: at once, or `withOthers`
 */
export function sendWhole(
  reply: FastifyReply,
  text: string,
  out: (write: () => void) => void = atOnce,
): FastifyReply {
  const { raw: response } = reply;
  const { socket } = response;
  const length = Buffer.byteLength(text);
  const head = IS_AS_EXPECTED ? headOf(reply, length) : undefined;
  // Behind another answer it has no socket yet, after its client has gone none any more, and in `inject` none that is one.
  if (head === undefined || !(socket instanceof Socket) || !socket.writable)
    return reply.type(TYPE).send(text);
  reply.hijack();
  out(() => {
    // As many bytes as characters: all of them are ASCII. Where the client left meanwhile, Node knows what to do.
    socket.write(head + text, length === text.length ? 'latin1' : 'utf8');
    isWritten(response, head);
  });
  return reply;
}

function atOnce(write: () => void): void {
  write();
}

function isWritten(response: ServerResponse, head: string): void {
  const inside = response as unknown as Inside;
  inside._header = head;
  inside._headerSent = true;
  response.end();
}

/** Undefined where Node decides about more than is decided here. */
function headOf(reply: FastifyReply, length: number): string | undefined {
  const { method, raw, headers: asked, server } = reply.request;
  const { connection, expect } = asked;
  const staysOpen = connection === undefined || connection.toLowerCase() === 'keep-alive';
  if (method === 'HEAD' || raw.httpVersion !== '1.1' || !staysOpen || expect !== undefined) return undefined;
  const { keepAliveTimeout, listening, maxRequestsPerSocket } = server.server;
  let head = STATUS_LINES[reply.statusCode];
  if (head === undefined || !listening || keepAliveTimeout === 0 || (maxRequestsPerSocket ?? 0) > 0)
    return undefined;
  const headers = reply.getHeaders();
  for (const name in headers) {
    const value = headers[name];
    if (typeof value !== 'string' || OWN.has(name) || !PLAIN.test(value)) return undefined;
    head += `${name}: ${value}\r\n`;
  }
  head += `content-type: ${TYPE}\r\ncontent-length: ${length}\r\nDate: ${dateText()}\r\n`;
  return `${head}Connection: keep-alive\r\nKeep-Alive: timeout=${Math.floor(keepAliveTimeout / 1_000)}\r\n\r\n`;
}

let lastSecond = Number.NaN;
let lastDate = '';

function dateText(): string {
  const nowMs = Date.now();
  const second = Math.floor(nowMs / 1_000);
  if (second !== lastSecond) {
    lastSecond = second;
    lastDate = new Date(nowMs).toUTCString();
  }
  return lastDate;
}

/** Tried once, on a socket that leads nowhere: Node must neither write another head nor miss the end. */
function triesIt(): boolean {
  let written = 0;
  const socket = new Duplex({
    read() {},
    write(_chunk, _encoding, done) {
      written += 1;
      done();
    },
  }) as Socket;
  const request = Object.assign(new IncomingMessage(socket), { httpVersionMajor: 1, httpVersionMinor: 1 });
  const response = new ServerResponse(request);
  response.assignSocket(socket);
  isWritten(response, 'HTTP/1.1 201 Created\r\n\r\n');
  return response.headersSent && response.writableEnded && response.writableFinished && written === 0;
}

const IS_AS_EXPECTED = triesIt();
