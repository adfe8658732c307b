/** Events over a WebSocket: each message is one event, or a status, or the reason for the end. */
import type { Socket } from 'node:net';
import { beforeCutOff, takeUpgrade } from '@tallystick/store-agent';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Filter } from '../../events/filter.ts';
import type { Stream, StreamEnd } from '../../events/streams.ts';
import { endJson } from './end-problem.ts';
import type { RegionEvents } from './region-events.ts';

/** Nothing is read from these sockets but their closing. */
const door = new WebSocketServer({ noServer: true, maxPayload: 1_024, perMessageDeflate: false });
/** Waiting for a reader that is slow; then it is left alone until it has taken them. */
const BUFFERED_BYTES_MAX = 64 * 1024;
/** The codes of RFC 6455, going away and try again later; and the statuses of HTTP with 4000 before them. */
const CLOSE_CODES: Readonly<Record<StreamEnd['why'], number>> = {
  stopping: 1001,
  'too-slow': 1013,
  busy: 1013,
  unreachable: 1013,
  refused: 4401,
  gone: 4410,
};

export function openSocket(
  events: RegionEvents,
  filter: Filter,
  after: number,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  const { socket, head } = takeUpgrade(request, reply);
  door.handleUpgrade(request.raw, socket, head, (ws) => {
    const stream = follow(ws, events, filter, after);
    const stay = beforeCutOff(socket as Socket, () => stream.end('too-slow'));
    ws.on('close', stay);
  });
  return reply;
}

function follow(ws: WebSocket, events: RegionEvents, filter: Filter, after: number): Stream {
  const sayStatus = (at: number) => ws.send(JSON.stringify({ status: events.status(at) }));
  sayStatus(after);
  let isHeard = true;
  const stream = events.streams.open(filter, after, {
    send: (list) => {
      const last = list.length - 1;
      for (const [i, { text }] of list.entries())
        ws.send(text, i === last ? () => stream.resume() : undefined);
      return ws.bufferedAmount <= BUFFERED_BYTES_MAX;
    },
    beat: (at) => {
      // A peer that is gone, or does not read, is noticed after two of these: should it read again, it hears why.
      if (!isHeard) return stream.end('too-slow');
      isHeard = false;
      ws.ping();
      sayStatus(at);
    },
    end: (end) => {
      ws.send(JSON.stringify({ end: endJson(end) }));
      ws.close(CLOSE_CODES[end.why]);
    },
  });
  ws.on('pong', () => {
    isHeard = true;
  });
  ws.on('close', () => stream.close());
  ws.on('error', () => stream.close());
  return stream;
}
