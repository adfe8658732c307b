/** The feed at a region's door, as a list, a stream and a socket: one sequence, through a real link out of real books. */
import type { IncomingMessage } from 'node:http';
import http from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import WebSocket from 'ws';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';

interface Seen {
  readonly id: string;
  readonly type: string;
  readonly subject: string;
}

async function shop() {
  const fleet = await TestFleet.start();
  await fleet.add('eu', 'region', 'authority', null);
  await fleet.add('berlin', 'store', 'eu', 'berlin');
  const url = `${fleet.served.get('eu')?.url}/v1/events`;
  await until(async () => (await list(url)).status === 200, 'the region has heard of the feed');
  const receive = (id: string, sku: string) =>
    fleet.post('berlin', '/v1/receipts', { id, lines: [{ sku, quantity: 3 }] });
  return { fleet, url, receive };
}

async function list(url: string, query = '') {
  const response = await fetch(`${url}${query}`);
  const body = (await response.json()) as {
    items: Seen[];
    next: string;
    isConnected: boolean;
    asOf: string | null;
    code?: string;
    detail?: string;
  };
  return { status: response.status, body };
}

/** What a stream says, as it comes: ids and data, as a browser's EventSource would give them. */
function follow(url: string, headers: Record<string, string> = {}) {
  const seen: Seen[] = [];
  const ids: string[] = [];
  const said: string[] = [];
  const request = http.get(url, { headers: { accept: 'text/event-stream', ...headers } });
  const opened = new Promise<IncomingMessage>((resolve) => request.on('response', resolve));
  void opened.then((response) => {
    let rest = '';
    response.setEncoding('utf8').on('data', (chunk: string) => {
      const blocks = (rest + chunk).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) {
        const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1];
        const name = field('event');
        if (name !== undefined) said.push(`${name} ${field('data')}`);
        else if (field('id') !== undefined) {
          ids.push(field('id') as string);
          seen.push(JSON.parse(field('data') as string) as Seen);
        }
      }
    });
  });
  request.on('error', () => {});
  const close = () => void request.destroy();
  onTestFinished(close);
  return { seen, ids, said, opened, close };
}

test('a list, a stream and a socket hear the same, filtered alike, and each goes on from the last id', async () => {
  const { fleet, url, receive } = await shop();
  const sse = follow(`${url}?after=0&type=stock.received`);
  const socket = new WebSocket(`${url.replace('http', 'ws')}?after=0&type=stock.received`);
  onTestFinished(() => socket.terminate());
  const messages: Seen[] = [];
  socket.on('message', (data) => {
    const message = JSON.parse(String(data)) as Seen;
    if (message.id !== undefined) messages.push(message);
  });
  await sse.opened;
  for (const [id, sku] of [
    ['d1', 'LAMP'],
    ['d2', 'MUG'],
    ['d3', 'LAMP'],
  ] as const)
    expect((await receive(id, sku)).status).toBe(201);
  await until(() => sse.seen.length === 3 && messages.length === 3, 'both have heard of three deliveries');
  const { body } = await list(url, '?after=0&type=stock.received');
  expect(body.items.map(({ subject }) => subject)).toEqual(['d1', 'd2', 'd3']);
  expect(body.isConnected).toBe(true);
  expect(sse.seen).toEqual(body.items);
  expect(messages).toEqual(body.items);
  expect(sse.ids).toEqual(body.items.map(({ id }) => id));

  const lamps = await list(url, '?after=0&type=stock.received&sku=LAMP&location=berlin');
  expect(lamps.body.items.map(({ subject }) => subject)).toEqual(['d1', 'd3']);
  const again = follow(`${url}?type=stock.received`, { 'last-event-id': sse.ids[0] as string });
  await until(() => again.seen.length === 2, 'the stream goes on behind the first');
  expect(again.seen.map(({ subject }) => subject)).toEqual(['d2', 'd3']);

  const waiting = list(url, `?after=${body.next}&wait=20&type=stock.received`);
  await receive('d4', 'MUG');
  expect((await waiting).body.items.map(({ subject }) => subject)).toEqual(['d4']);
  await fleet.stop();
  await until(() => sse.said.some((line) => line.startsWith('end ')), 'the stream is told of the end');
  expect(sse.said.at(-1)).toContain('"code":"stopping"');
});

test('while the authority is away the region serves what it has and says so', async () => {
  const { fleet, url, receive } = await shop();
  // Links that came up a moment ago may still be told of.
  const behind = `?after=${(await list(url)).body.next}&type=stock.received`;
  await receive('d1', 'LAMP');
  await until(async () => (await list(url, behind)).body.items.length > 0, 'the region has the event');
  await fleet.whileStopped(async () => {
    await until(async () => !(await list(url)).body.isConnected, 'the region knows that it is alone');
    const { body } = await list(url, behind);
    expect(body.items[0]).toMatchObject({ type: 'stock.received', subject: 'd1' });
    expect(Date.parse(body.asOf as string)).toBeGreaterThan(0);
  });
  await receive('d2', 'LAMP');
  await until(async () => {
    const { items } = (await list(url, behind)).body;
    return items.map(({ subject }) => subject).join() === 'd1,d2';
  }, 'the sequence goes on');
});

test('who asks for what is gone or not there hears 410, in every form, and from where to go on', async () => {
  const { url } = await shop();
  const ahead = await list(url, '?after=999999');
  expect(ahead).toMatchObject({ status: 410, body: { code: 'position_gone' } });
  expect(ahead.body.detail).toMatch(/after=\d+/);
  const stream = await fetch(`${url}?after=999999`, { headers: { accept: 'text/event-stream' } });
  expect(stream.status).toBe(410);
  const socket = new WebSocket(`${url.replace('http', 'ws')}?after=999999`);
  const refused = await new Promise<number | undefined>((resolve) =>
    socket.on('unexpected-response', (_, response) => resolve(response.statusCode)).on('error', () => {}),
  );
  expect(refused).toBe(410);
  for (const query of ['?after=x', '?type=order.unheard-of', '?wait=1000', '?limit=0', '?colour=red'])
    expect((await list(url, query)).status, query).toBe(400);
});
