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
import { Guard, type Turning } from './guard.ts';

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

type OnRequest = (request: IncomingMessage, response: ServerResponse) => void;

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
  const turning: Turning = {
    isOn: () => admission.isCrowded && admission.isFull,
    refusal(request) {
      if (mayBePage(request)) return undefined;
      admission.refused();
      return refusal().bytes;
    },
  };
  const guards = new WeakMap<Socket, Guard>();
  server.on('upgrade', (_request: IncomingMessage, socket: Socket) => guards.get(socket)?.end());

  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    const { socket } = request;
    let guard = guards.get(socket);
    // Only where a crowd was met: until then the bytes of a connection go to the parser without a detour.
    if (guard === undefined && admission.isCrowded) {
      guard = new Guard(socket, turning);
      guards.set(socket, guard);
    }
    guard?.began(response);
    if (ALWAYS.has(request.url) || admission.admits()) {
      inside.call(server, request, response);
      return;
    }
    response.writeHead(503, refusal(request.headers.origin).headers);
    response.end(BODY);
  });
}
