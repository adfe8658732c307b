/**
 * Turning away: what is refused for want of time is refused before anybody reads it, for next to nothing.
 *
 * In a crowd refusals outnumber orders, and what they cost is taken from orders. Node spends twice as
 * much on the reading of a request and the writing of an answer as the kernel does on their bytes: so
 * where a socket brings exactly one whole request, and nothing else is under way on it, the answer
 * is written to the socket, and the parser never hears of it. Whatever is not surely so is read first.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { type Facing, fieldsFor, Problem, problemJson } from '@tallystick/store-agent';
import type { Admission } from './admission.ts';
import { isWholeRequest } from './whole-request.ts';

/** Whoever looks whether this region is alive is answered at all times. */
const ALWAYS: ReadonlySet<string | undefined> = new Set(['/healthz', '/readyz', '/metrics']);

const BODY = JSON.stringify(
  problemJson(new Problem('overloaded', 'This region has as much to do as it can. Try again in a moment.')),
);
/** Seconds, in turn: those who were refused together do not come back together. */
const RETRY_AFTER = ['1', '2', '3'] as const;

function refusalOf(retryAfter: string, more: readonly (readonly [string, string])[]) {
  const fields = [
    ...more,
    ['content-type', 'application/problem+json'],
    ['cache-control', 'no-store'],
    ['retry-after', retryAfter],
    ['content-length', String(Buffer.byteLength(BODY))],
  ] as const;
  const head = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('');
  return {
    headers: fields.flat(),
    bytes: Buffer.from(`HTTP/1.1 503 Service Unavailable\r\n${head}\r\n${BODY}`),
  };
}

/** So much is kept of a connection, at most, to tell that the parser has nothing unfinished. */
const KEPT_BYTES_MAX = 16_384;

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void;
type OnData = (chunk: Buffer) => void;

/** Stands before the first that listens to the server's requests: the framework, which it is made with. */
export function turnAwayCrowds(server: Server, admission: Admission, facing: Facing): void {
  const [inside] = server.listeners('request') as [OnRequest];
  server.off('request', inside);
  const fieldsOf = fieldsFor(facing);
  // By the page that asks, as every other answer: a browser keeps a refusal from a page that may not read it.
  const refusals = new Map(
    [undefined, ...facing.origins].map((origin) => {
      return [origin, RETRY_AFTER.map((retryAfter) => refusalOf(retryAfter, fieldsOf(origin)))];
    }),
  );
  let refused = 0;
  const refusal = (origin?: string) => {
    refused += 1;
    const inTurn = refusals.get(origin) ?? (refusals.get(undefined) as ReturnType<typeof refusalOf>[]);
    return inTurn[refused % inTurn.length] as ReturnType<typeof refusalOf>;
  };
  const mayBePage = (chunk: Buffer) =>
    facing.origins.length > 0 && /\r\norigin[ \t]*:/i.test(chunk.toString('latin1'));
  /** The last answer of each connection at which nobody stands. */
  const answers = new WeakMap<Socket, ServerResponse>();
  const guards = new WeakMap<Socket, OnData>();
  /** What the parser of a connection had last, where a request began in it behind a whole one; true: it was one, whole. */
  const parsed = new WeakMap<Socket, Buffer | true>();
  const isBetweenRequests = (socket: Socket) => {
    const last = parsed.get(socket);
    const isBetween = last === true || (last !== undefined && isWholeRequest(last));
    if (isBetween) parsed.set(socket, true);
    else parsed.delete(socket);
    return isBetween;
  };

  /** Only where a crowd was met: until then the bytes of a connection go to the parser without a detour. */
  const guard = (socket: Socket) => {
    if (guards.has(socket)) return;
    const [parse] = socket.listeners('data') as [OnData];
    const look: OnData = (chunk) => {
      const answer = answers.get(socket);
      const isRefused =
        admission.isCrowded &&
        isAtRest(socket, answer) &&
        // Before the bytes are looked at: whoever is taken in is not kept up for it.
        admission.isFull &&
        isBetweenRequests(socket) &&
        isWholeRequest(chunk) &&
        !mayBePage(chunk);
      if (isRefused) {
        admission.refused();
        socket.write(refusal().bytes);
        return;
      }
      const wasWhole = answer?.req.complete === true && chunk.length <= KEPT_BYTES_MAX;
      parse.call(socket, chunk);
      if (wasWhole && answers.get(socket) !== answer) parsed.set(socket, chunk);
      else parsed.delete(socket);
    };
    guards.set(socket, look);
    socket.off('data', parse);
    socket.on('data', look);
  };
  // Node takes its own listener off a socket that goes on with another protocol, and this one stands in its place.
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => {
    const look = guards.get(socket);
    if (look !== undefined) socket.off('data', look);
  });

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    answers.set(request.socket, response);
    if (admission.isCrowded) guard(request.socket);
    if (ALWAYS.has(request.url) || admission.admits()) {
      inside.call(server, request, response);
      return;
    }
    response.writeHead(503, refusal(request.headers.origin).headers);
    response.end(BODY);
  });
}

/**
 * All that was asked is answered, and the client takes what it is told. The parser may have the beginning of a head
 * then, whose rest may look like a request where it was cut in a value: that is for `isBetweenRequests` to tell.
 */
function isAtRest(socket: Socket, answer: ServerResponse | undefined): boolean {
  return answer?.writableFinished === true && answer.req.complete && !socket.writableNeedDrain;
}
