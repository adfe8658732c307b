/** The feed at a region's door, as a list, a stream and a socket: one sequence, through a real link out of real books. */
import { expect, test } from 'vitest';
import WebSocket from 'ws';
import type { Authority } from '../../authority/authority.ts';
import { TestFleet, until } from '../../authority/fleet.test-kit.ts';
import { follow, followSocket, list } from './follow.test-kit.ts';

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

test('a list, a stream and a socket hear the same, filtered alike, and each goes on from the last id', async () => {
  const { fleet, url, receive } = await shop();
  const sse = follow(`${url}?after=0&type=stock.received`);
  const { seen: messages } = followSocket(`${url}?after=0&type=stock.received`);
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

/** As if the books had been put back to a backup that knew events up to a position. */
async function putBack({ pool }: Authority, upTo: string): Promise<void> {
  await pool.query('delete from tallystick.outbox where id > $1', [upTo]);
  await pool.query('insert into tallystick.feed_jumps (after, upto) values ($1, 1000000)', [upTo]);
  await pool.query('update tallystick.feed set last = 1000000');
}

test('who follows while the books are put back is told in every form, and is given nothing from behind the hole', async () => {
  const { fleet, url, receive } = await shop();
  const { body } = await list(url);
  await receive('d1', 'LAMP');
  const filter = `?after=${body.next}&type=stock.received`;
  const sse = follow(`${url}${filter}`);
  const socket = followSocket(`${url}${filter}`);
  await until(() => sse.seen.length === 1 && socket.seen.length === 1, 'both are with it');
  const [last] = sse.ids;
  const waiting = list(url, `?after=${last}&wait=30&type=stock.received`);
  await putBack(fleet.authorities[0]?.authority as Authority, body.next);
  await receive('d2', 'LAMP');
  await until(() => sse.end() !== undefined && socket.closed.length === 1, 'both are told');
  for (const said of [sse.end(), socket.said.at(-1)]) {
    expect(said).toContain('"code":"position_gone"');
    expect(said).toMatch(/Read the state anew, and go on with after=\d{7}/);
  }
  expect(socket.closed).toEqual([4410]);
  // A browser that comes again by itself says where it was, and is told as well.
  expect(sse.last.id).toBe(last);
  expect(await waiting).toMatchObject({ status: 410, body: { code: 'position_gone' } });
  expect([sse.seen.length, socket.seen.length]).toEqual([1, 1]);
  const restart = /"after":"(\d+)"/.exec(sse.end() as string)?.[1];
  await until(
    async () => (await list(url, `?after=${restart}`)).status === 200,
    'the place to go on from is one',
  );
});

test('who is told of nothing for weeks goes on from where that was said, and not from before', async () => {
  const { url, receive } = await shop();
  await receive('d1', 'LAMP');
  const { body } = await list(url, '?after=0');
  const sse = follow(`${url}?after=${body.next}&sku=NOTHING`);
  const socket = followSocket(`${url}?after=${body.next}&sku=NOTHING`);
  await until(() => sse.said.length > 0 && socket.said.length > 0, 'both are told where they are');
  expect(sse.last.id).toBe(body.next);
  expect(sse.said[0]).toContain(`"next":"${body.next}"`);
  expect(socket.said[0]).toContain(`"next":"${body.next}"`);
});
