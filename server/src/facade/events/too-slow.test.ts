/** A reader that takes nothing: the door that cuts off slow clients lets its stream say the last word first. */
import http, { type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createApp, createLog, openUpgradeDoor, routeUpgrade, wantsUpgrade } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { EVENT_SOURCE, held } from '../../events/event.ts';
import { EVERYTHING } from '../../events/filter.ts';
import { Streams } from '../../events/streams.ts';
import { Tail } from '../../events/tail.ts';
import { openSocket } from './event-socket.ts';
import { openEventStream } from './event-stream.ts';
import type { RegionEvents } from './region-events.ts';

const NEVER = () => new Promise<never>(() => {});
/** More than sockets of this machine take by themselves. */
const EVENTS = 250;
const BYTES = 100_000;

function event(position: number) {
  return held({
    specversion: '1.0',
    id: String(position),
    source: EVENT_SOURCE,
    type: 'stock.received',
    subject: '',
    time: '',
    datacontenttype: 'application/json',
    dataschema: '',
    data: { note: 'x'.repeat(BYTES) },
  });
}

async function region() {
  const tail = new Tail({ read: NEVER, glance: NEVER }, { warn: () => {} } as never);
  tail.append([], 0);
  // Its own clock stands still: it is the door that loses its patience.
  const streams = new Streams({ tail, readOlder: NEVER, nowMs: () => 0 });
  const events = { streams, status: () => ({}) } as unknown as RegionEvents;
  const app = createApp(createLog('door', 'silent'), {
    patience: { headersMs: 60_000, graceMs: 60, bytesPerSecond: 1_000_000, bodyMs: 600_000 },
  });
  app.get('/v1/events', (request, reply) => {
    if (wantsUpgrade(request)) openSocket(events, EVERYTHING, 0, request, reply);
    else openEventStream(events, EVERYTHING, 0, reply);
  });
  openUpgradeDoor(app, (request, socket, head) => {
    routeUpgrade(app, request, socket, head);
    return true;
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  onTestFinished(async () => {
    streams.stop();
    await app.close();
  });
  const url = `http://127.0.0.1:${(app.server.address() as AddressInfo).port}/v1/events`;
  const tell = () =>
    tail.append(
      Array.from({ length: EVENTS }, (_, i) => event(i + 1)),
      EVENTS,
    );
  return { url, streams, tell };
}

test('a stream is told that it was too slow, and from where to go on', async () => {
  const { url, streams, tell } = await region();
  const response = await new Promise<IncomingMessage>((resolve) => http.get(url, resolve));
  response.setEncoding('utf8').pause();
  tell();
  while (streams.count > 0) await new Promise((resolve) => setImmediate(resolve));
  let said = '';
  for await (const chunk of response) said = (said + chunk).slice(-1_000);
  const [, last] = /"after":"(\d+)"/.exec(said) ?? [];
  expect(said).toContain('event: end');
  expect(said).toContain('"code":"overloaded"');
  expect(Number(last)).toBeGreaterThan(0);
  expect(Number(last)).toBeLessThan(EVENTS);
});

test('a socket is told as well, with the code for it', async () => {
  const { url, streams, tell } = await region();
  const socket = new WebSocket(url.replace('http', 'ws'));
  let said = '';
  socket.on('message', (data) => {
    said = String(data).slice(0, 1_000);
  });
  await new Promise((resolve) => socket.once('open', resolve));
  socket.pause();
  tell();
  while (streams.count > 0) await new Promise((resolve) => setImmediate(resolve));
  const closed = new Promise((resolve) => socket.once('close', resolve));
  socket.resume();
  expect(await closed).toBe(1013);
  expect(said).toContain('"code":"overloaded"');
});
