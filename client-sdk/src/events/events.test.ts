/** Following the feed through streams that end, break and refuse. */
import { describe, expect, test } from 'vitest';
import { createClientOn } from '../client.ts';
import { type Answering, FakeRegion, json, problem, stream } from '../region.test-kit.ts';
import { readSse } from './sse.ts';

const message = (id: number) =>
  `id: ${id}\ndata: ${JSON.stringify({ id: String(id), type: 'stock.low' })}\n\n`;
const status = 'retry: 1000\nevent: status\ndata: {}\n\n';

function setUp(answer: Answering) {
  const region = new FakeRegion(answer);
  return { region, client: createClientOn({ url: 'http://eu.test' }, region.ports) };
}

async function take(events: AsyncIterable<{ id: string }>, count: number): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of events) {
    ids.push(id);
    if (ids.length === count) break;
  }
  return ids;
}

describe('following', () => {
  test('begins where the feed ends, so that nothing is missed before the first event', async () => {
    const { region, client } = setUp(({ url }) =>
      url.includes('limit=1') ? json(200, { items: [], next: '41' }) : stream(status + message(42)),
    );
    expect(await take(client.events({ type: ['stock.low', 'stock.lost'], sku: 'LAMP' }), 1)).toEqual(['42']);
    const opened = region.heard[1];
    expect(opened?.url).toBe('http://eu.test/v1/events?type=stock.low&type=stock.lost&sku=LAMP');
    expect(opened?.headers.get('last-event-id')).toBe('41');
    expect(opened?.headers.get('accept')).toBe('text/event-stream');
  });

  test('goes on behind the last event, however the stream ended', async () => {
    const end = `event: end\ndata: ${JSON.stringify({ code: 'stopping', detail: 'The region stops.' })}\n\n`;
    const streams = [
      () => stream(message(1) + message(2)),
      () => stream(message(3) + end + message(9)),
      () => Promise.reject(new TypeError('fetch failed')),
      () => problem(503, 'authority_unreachable', { 'retry-after': '3' }),
      () => stream(message(4)),
    ];
    const { region, client } = setUp((_, count) => (streams[count - 1] ?? (() => stream('')))());
    expect(await take(client.events({}, { after: '0' }), 4)).toEqual(['1', '2', '3', '4']);
    expect(region.heard.map(({ headers }) => headers.get('last-event-id'))).toEqual([
      '0',
      '2',
      '3',
      '3',
      '3',
    ]);
    // After a success the waits begin anew; what a region asks for is kept to.
    expect(region.waits).toEqual([150, 150, 300, 3_000]);
  });

  test('goes on where something else answered in the region’s place, and does not take that for a stream', async () => {
    const page = () => new Response('<p>id: 7</p>', { headers: { 'content-type': 'text/html' } });
    const streams = [
      () => stream(message(1)),
      page,
      () => new Response('', { status: 404 }),
      () => stream(message(2)),
    ];
    const { region, client } = setUp((_, count) => (streams[count - 1] ?? (() => stream('')))());
    expect(await take(client.events({}, { after: '0' }), 2)).toEqual(['1', '2']);
    expect(region.heard.map(({ headers }) => headers.get('last-event-id'))).toEqual(['0', '1', '1', '1']);
    const { client: nowhere } = setUp(page);
    await expect(take(nowhere.events({}, { after: '0' }), 1)).rejects.toMatchObject({
      code: 'unexpected_answer',
    });
    await expect(take(nowhere.events(), 1)).rejects.toMatchObject({ code: 'unexpected_answer' });
  });

  test('goes on from where nothing was left to be told, and with another token where one has ended', async () => {
    const end = `event: end\nid: 30\ndata: ${JSON.stringify({ code: 'unauthenticated', detail: 'Ended.' })}\n\n`;
    const streams = [
      () => stream(`${message(1)}event: status\nid: 20\ndata: {}\n\n`),
      () => stream(`${message(21)}${end}`),
      () => stream(message(22)),
    ];
    const { region, client } = setUp((_, count) => (streams[count - 1] ?? (() => stream('')))());
    expect(await take(client.events({}, { after: '0' }), 3)).toEqual(['1', '21', '22']);
    expect(region.heard.map(({ headers }) => headers.get('last-event-id'))).toEqual(['0', '20', '21']);
  });

  test.each([
    ['position_gone', 410],
    ['forbidden', 403],
  ])('ends with %s: going on is impossible', async (code, answered) => {
    const { region, client } = setUp(() => problem(answered, code));
    await expect(take(client.events({}, { after: '7' }), 1)).rejects.toMatchObject({ code });
    expect(region.heard).toHaveLength(1);
  });

  test('ends when it is told to, without an error', async () => {
    const stop = new AbortController();
    const { client } = setUp(() => stream(message(1), true));
    const ids: string[] = [];
    for await (const { id } of client.events({}, { after: '0', signal: stop.signal })) {
      ids.push(id);
      stop.abort();
    }
    expect(ids).toEqual(['1']);
    expect(await take(client.events({}, { after: '0', signal: stop.signal }), 1)).toEqual([]);
  });

  test('ends with its client', async () => {
    const { client } = setUp(() => stream(message(1), true));
    const events = client.events({}, { after: '0' });
    await events.next();
    await client.close();
    expect((await events.next()).done).toBe(true);
  });
});

describe('a stream', () => {
  const read = async (...chunks: string[]) => {
    const bytes = chunks.map((chunk) => new TextEncoder().encode(chunk));
    const messages = [];
    for await (const one of readSse(ReadableStream.from(bytes) as ReadableStream<Uint8Array>))
      messages.push(one);
    return messages;
  };

  test.each([
    ['in one piece', ['id: 1\ndata: a\n\n']],
    ['byte by byte', [...'id: 1\ndata: a\n\n']],
    ['with the ends of lines of Windows, cut in two', ['id: 1\r', '\ndata: a\r\n\r', '\n']],
    ['with the ends of lines of an old Mac', ['id: 1\rdata: a\r\r', ': x\r']],
    ['with comments and without spaces', [':hello\nid:1\ndata:a\n\n']],
  ])('%s is read as the standard says', async (_how, chunks) => {
    expect(await read(...chunks)).toEqual([{ event: 'message', data: 'a', id: '1' }]);
  });

  test('joins lines of data, keeps the last id, and drops what is cut off', async () => {
    expect(await read('id: 1\ndata: a\ndata: b\n\nevent: end\ndata: c\n\ndata: lost')).toEqual([
      { event: 'message', data: 'a\nb', id: '1' },
      { event: 'end', data: 'c', id: '1' },
    ]);
  });

  test('keeps characters whole that were cut in two', async () => {
    const bytes = new TextEncoder().encode('data: ü\n\n');
    const halves = [bytes.slice(0, 7), bytes.slice(7)];
    const messages = [];
    for await (const one of readSse(ReadableStream.from(halves) as ReadableStream<Uint8Array>))
      messages.push(one.data);
    expect(messages).toEqual(['ü']);
  });

  test('that never ends a message is no stream of a region', async () => {
    await expect(read(`data: ${'x'.repeat(3 * 1024 * 1024)}`)).rejects.toThrow(RangeError);
  });
});
