/** Who leaves while their first events are looked up: nothing is left behind that somebody would tell of events. */
import { EventEmitter, once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { routeUpgrade, wantsUpgrade } from '@tallystick/store-agent';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { EVERYTHING } from '../../events/filter.ts';
import { Streams } from '../../events/streams.ts';
import { Tail } from '../../events/tail.ts';
import { openSocket } from './event-socket.ts';
import { openEventStream } from './event-stream.ts';
import type { RegionEvents } from './region-events.ts';

const NEVER = () => new Promise<never>(() => {});

test('a stream or a socket whose reader has hung up is not opened', async () => {
  const tail = new Tail({ read: NEVER, glance: NEVER }, { warn: () => {} } as never);
  tail.append([], 0);
  const streams = new Streams({ tail, readOlder: NEVER, nowMs: () => 0 });
  const events = { streams, status: () => ({}) } as unknown as RegionEvents;
  const app = Fastify();
  const left = new EventEmitter();
  const came: (() => void)[] = [];
  const tried: Promise<void>[] = [];
  app.get('/v1/events', async (request, reply) => {
    // A socket that nobody reads yet does not know that it was closed: its stream ends once it is read.
    const gone = wantsUpgrade(request) ? once(left, 'now') : once(request.raw.socket, 'close');
    for (const come of came) come();
    const opening = gone.then(() => {
      if (wantsUpgrade(request)) openSocket(events, EVERYTHING, 0, request, reply);
      else openEventStream(events, EVERYTHING, 0, reply);
    });
    tried.push(opening);
    await opening;
    return reply;
  });
  app.server.on('upgrade', (request, socket, head) => routeUpgrade(app, request, socket, head));
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    streams.stop();
    await app.close();
  });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/events`;
  for (const leaves of [
    () => {
      const request = http.get(url).on('error', () => {});
      return () => void request.destroy();
    },
    () => {
      const socket = new WebSocket(url.replace('http', 'ws')).on('error', () => {});
      return () => socket.terminate();
    },
  ]) {
    const isAsked = new Promise<void>((resolve) => came.push(resolve));
    const leave = leaves();
    await isAsked;
    leave();
    left.emit('now');
    await tried.at(-1);
    await expect.poll(() => streams.count).toBe(0);
  }
  expect(tried).toHaveLength(2);
});
