/** Live stock: one stream for all products, levels read once, and the later word of each place. */
import { expect, test } from 'vitest';
import { createClientOn } from '../client.ts';
import { TallystickError } from '../error.ts';
import type { TallystickEvent } from '../events/events.ts';
import { FakeRegion, json, problem } from '../region.test-kit.ts';
import { applyEvent, levelOf } from './level.ts';
import type { LiveStock } from './live-stock.ts';

const at = (second: number) => new Date(second * 1_000).toISOString();

function stock(asOf: string | null, available: Record<string, number>) {
  const place = (locationId: string, n: number) => ({
    locationId,
    onHand: n + 1,
    available: n,
    committed: 1,
    incoming: 0,
    owed: 0,
    sellableHere: 0,
  });
  const locations = Object.entries(available).map(([id, n]) => place(id, n));
  return { sku: 'LAMP', name: 'Lamp', unit: 'piece', ...place('', 0), locations, asOf };
}

function changed(id: number, sku: string, locationId: string, available: number, second: number) {
  const data = { sku, locationId, onHand: available + 1, available, committed: 1 };
  return {
    id: String(id),
    type: 'stock.level_changed',
    time: at(second),
    data,
  } as unknown as TallystickEvent<'stock.level_changed'>;
}

const places = (level: ReturnType<typeof levelOf>) =>
  level.locations.map(({ locationId, available }) => [locationId, available]);

test('of each place the later word stays, whichever way it came', () => {
  const read = levelOf(stock(at(10), { berlin: 4, depot: 6 }));
  expect(read).toMatchObject({ onHand: 12, available: 10, committed: 2 });
  const told = applyEvent(read, changed(1, 'LAMP', 'depot', 5, 11));
  expect(places(told)).toEqual([
    ['berlin', 4],
    ['depot', 5],
  ]);
  expect(applyEvent(told, changed(2, 'LAMP', 'depot', 9, 9))).toBe(told);
  expect(places(levelOf(stock(at(10), { berlin: 3, depot: 6 }), told))).toEqual([
    ['berlin', 3],
    ['depot', 5],
  ]);
  const elsewhere = applyEvent(told, changed(3, 'LAMP', 'paris', 7, 12));
  expect(elsewhere.available).toBe(16);
  expect(places(levelOf(stock(at(13), { berlin: 3 }), elsewhere))).toEqual([['berlin', 3]]);
});

/** A region with a stream that is written to by hand. @param read what it answers when a level is read, where that is not the level */
function town(read: (sku: string) => Response | undefined = () => undefined) {
  const streams: { url: string; after: string | null; say(event: { id: string }): void; cut(): void }[] = [];
  const reads: string[] = [];
  let mayRead = true;
  const region = new FakeRegion(({ url, headers }) => {
    if (!mayRead) return problem(403, 'forbidden');
    if (url.includes('limit=1')) return json(200, { items: [], next: '100' });
    const sku = /inventory\/(\w+)$/.exec(url)?.[1];
    if (sku !== undefined) {
      reads.push(sku);
      const other = read(sku);
      if (other !== undefined) return other;
      return sku === 'NONE'
        ? problem(404, 'unknown_sku')
        : json(200, { ...stock(at(10), { depot: 5 }), sku });
    }
    let controller!: ReadableStreamDefaultController<Uint8Array>;
    const body = new ReadableStream<Uint8Array>({
      start(it) {
        controller = it;
      },
    });
    streams.push({
      url,
      after: headers.get('last-event-id'),
      say: (event) =>
        controller.enqueue(new TextEncoder().encode(`id: ${event.id}\ndata: ${JSON.stringify(event)}\n\n`)),
      cut: () => controller.error(new Error('cut')),
    });
    return new Response(body, { status: 200, headers: { 'content-type': 'text/event-stream' } });
  });
  const client = createClientOn({ url: 'http://eu.test' }, region.ports);
  const refuse = () => {
    mayRead = false;
  };
  return { client, streams, reads, refuse };
}

/** Resolves when the snapshot is as wanted. */
function seen(
  live: LiveStock,
  wanted: (now: ReturnType<LiveStock['getSnapshot']>) => boolean,
): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!wanted(live.getSnapshot())) return;
      stop();
      resolve();
    };
    const stop = live.subscribe(look);
    queueMicrotask(look);
  });
}

const available = (n: number) => (now: ReturnType<LiveStock['getSnapshot']>) => now.level?.available === n;

test('products share one stream, which goes on from its place when there are more of them', async () => {
  const { client, streams, reads } = town();
  const lamp = client.stock('LAMP');
  expect(client.stock('LAMP')).toBe(lamp);
  const stop = lamp.subscribe(() => {});
  await seen(lamp, available(5));
  streams[0]?.say(changed(101, 'LAMP', 'depot', 4, 11));
  await seen(lamp, available(4));
  const mug = client.stock('MUG');
  const stopMug = mug.subscribe(() => {});
  await seen(mug, available(5));
  expect(streams.map(({ url, after }) => [new URL(url).search, after])).toEqual([
    ['?type=stock.level_changed&sku=LAMP', '100'],
    ['?type=stock.level_changed&sku=LAMP&sku=MUG', '101'],
  ]);
  streams[1]?.say(changed(102, 'MUG', 'depot', 1, 12));
  await seen(mug, available(1));
  expect(reads).toEqual(['LAMP', 'MUG']);
  stop();
  stopMug();
  await client.close();
});

test('a line that breaks shows as offline with what was last heard, and goes on by itself', async () => {
  const { client, streams } = town();
  const lamp = client.stock('LAMP');
  const states: string[] = [];
  lamp.subscribe(() => states.push(lamp.getSnapshot().state));
  await seen(lamp, available(5));
  streams[0]?.cut();
  await seen(lamp, ({ state }) => state === 'live' && states.includes('offline'));
  expect(lamp.getSnapshot().level?.available).toBe(5);
  expect(streams[1]?.after).toBe('100');
  await client.close();
});

test('a product that is not there says so, and the others go on', async () => {
  const { client } = town();
  const none = client.stock('NONE');
  const lamp = client.stock('LAMP');
  none.subscribe(() => {});
  lamp.subscribe(() => {});
  await seen(lamp, available(5));
  expect(none.getSnapshot()).toMatchObject({ state: 'offline', error: { code: 'unknown_sku' } });
  await client.close();
});

test('who may not read stock hears why', async () => {
  const { client, refuse } = town();
  refuse();
  const lamp = client.stock('LAMP');
  await seen(lamp, ({ state }) => state === 'offline');
  expect(lamp.getSnapshot().error).toMatchObject({ code: 'forbidden', retryable: false });
  await client.close();
  expect(() => client.stock('MUG').subscribe(() => {})).toThrow(TallystickError);
});

test('who comes back within a moment has missed nothing', async () => {
  const { client, streams, reads } = town();
  const lamp = client.stock('LAMP');
  const mug = client.stock('MUG');
  mug.subscribe(() => {});
  lamp.subscribe(() => {})();
  const stop = lamp.subscribe(() => {});
  await seen(mug, available(5));
  await seen(lamp, available(5));
  stop();
  streams[0]?.say(changed(101, 'LAMP', 'depot', 4, 11));
  streams[0]?.say(changed(102, 'MUG', 'depot', 1, 11));
  await seen(mug, available(1));
  lamp.subscribe(() => {});
  expect(lamp.getSnapshot()).toMatchObject({ state: 'live', level: { available: 4 } });
  expect([streams.length, reads.sort()]).toEqual([1, ['LAMP', 'MUG']]);
  await client.close();
});

test('two objects of one product, made where there were too many to remember, are both told', async () => {
  const { client, streams } = town();
  const first = client.stock('LAMP');
  for (let i = 0; i < 1_000; i += 1) client.stock(`SKU-${i}`);
  const second = client.stock('LAMP');
  expect(second).not.toBe(first);
  second.subscribe(() => {});
  await seen(second, available(5));
  first.subscribe(() => {});
  await seen(first, available(5));
  streams.at(-1)?.say(changed(101, 'LAMP', 'depot', 4, 11));
  await seen(first, available(4));
  await seen(second, available(4));
  await client.close();
});

test('while levels are tried again the device is offline, and not saved', async () => {
  const { client } = town(() => problem(503, 'authority_unreachable'));
  const lamp = client.stock('LAMP');
  lamp.subscribe(() => {});
  await seen(lamp, ({ error }) => error?.code === 'authority_unreachable');
  expect(client.sync.getSnapshot().state).toBe('offline');
  await client.close();
});

test('a page that a network puts in the region’s place is gone again some time', async () => {
  let isCaught = false;
  const page = () =>
    new Response('<h1>Welcome to our WiFi</h1>', { headers: { 'content-type': 'text/html' } });
  const { client, streams } = town(() => (isCaught ? page() : undefined));
  const lamp = client.stock('LAMP');
  lamp.subscribe(() => {});
  await seen(lamp, available(5));
  isCaught = true;
  const mug = client.stock('MUG');
  mug.subscribe(() => {});
  await seen(mug, ({ state }) => state === 'offline');
  expect(mug.getSnapshot().error).toMatchObject({ code: 'region_unreachable', retryable: true });
  isCaught = false;
  await seen(mug, available(5));
  expect(streams.length).toBeGreaterThan(1);
  await client.close();
});
