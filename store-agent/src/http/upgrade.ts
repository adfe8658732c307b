/**
 * Upgrades: a request for a WebSocket goes through the same routes and hooks as any other, so that whoever it is
 * is asked the same questions. The route that wants it takes its socket; where none does, the answer is plain HTTP.
 */
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Duplex } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

interface Offered {
  readonly socket: Duplex;
  readonly head: Buffer;
}

const offered = new WeakMap<IncomingMessage, Offered>();

/** To be called by a door for what its routes take. */
export function routeUpgrade(
  app: FastifyInstance,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): void {
  // Node takes its own listener off an upgraded socket: a reset would end the process.
  socket.on('error', () => socket.destroy());
  const response = new ServerResponse(request);
  response.shouldKeepAlive = false;
  response.assignSocket(socket as Parameters<ServerResponse['assignSocket']>[0]);
  response.on('finish', () => socket.end());
  offered.set(request, { socket, head });
  app.routing(request, response);
}

export function wantsUpgrade({ raw }: FastifyRequest): boolean {
  return offered.has(raw);
}

/** Takes the socket away from HTTP: from here on it is the caller's. */
export function takeUpgrade(request: FastifyRequest, reply: FastifyReply): Offered {
  const offer = offered.get(request.raw);
  if (offer === undefined) throw new Error('This request does not ask for an upgrade.');
  offered.delete(request.raw);
  reply.hijack();
  reply.raw.detachSocket(offer.socket as Parameters<ServerResponse['detachSocket']>[0]);
  return offer;
}
