/** Workers as the books name them: each knows its endpoint as it was after its predecessor had ended, and not before. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EVENT_SOURCE, type Held, held } from '../events/event.ts';
import { Tail } from '../events/tail.ts';
import { type DispatcherPorts, dispatcher } from './dispatcher.ts';
import type { Endpoint } from './endpoints.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());
const SILENT = { read: () => new Promise<never>(() => {}), glance: () => new Promise<never>(() => {}) };
const LOG = { warn: () => {} } as never;

function event(position: number): Held {
  return held({
    specversion: '1.0',
    id: String(position),
    source: EVENT_SOURCE,
    type: 'stock.low',
    subject: '',
    time: '',
    datacontenttype: 'application/json',
    dataschema: '',
    data: {},
  });
}

test('an endpoint that changed while a list was read is not served from that list: nothing comes twice, or after newer ones', async () => {
  const tail = new Tail(SILENT, LOG);
  tail.append([], 0);
  const books = {
    id: 'erp',
    log: 'erp 1',
    url: 'https://erp.example/',
    types: [],
    description: '',
    isEnabled: true,
    disabledBecause: null,
    secrets: ['whsec_AAAA'],
    oldestEndsInS: null,
    cursor: 0,
    attempts: 0,
    nextAt: new Date(0),
    version: 1,
    createdAt: new Date(0),
  };
  const sent: string[] = [];
  let answer: (() => void) | undefined;
  const poster = {
    post: async (_: string, headers: Record<string, string>) => {
      sent.push(headers['webhook-id'] as string);
      if (sent.length === 3)
        await new Promise<void>((resolve) => {
          answer = resolve;
        });
      return { status: 204, error: undefined, durationMs: 1 };
    },
  };
  // What was written is in the books; what is read of them may be on its way for a while.
  const write = ({ values }: { values?: unknown[] }) => {
    const [place] = JSON.parse(values?.[1] as string) as { cursor: number }[];
    books.cursor = place?.cursor ?? books.cursor;
  };
  let onItsWay: Promise<void> | undefined;
  const list = async (): Promise<Endpoint[]> => {
    const asRead = { ...books };
    await onItsWay;
    return [asRead];
  };
  const duty = dispatcher({
    pool: { query: async () => ({ rows: [] }) },
    log: LOG,
    tail,
    readOlder: () => new Promise(() => {}),
    poster,
    endpoints: { list },
    keepDays: 14,
  } as unknown as DispatcherPorts);
  duty.start({ isSure: true, query: async (query) => write(query) });
  await vi.advanceTimersByTimeAsync(0);
  tail.append([1, 2, 3].map(event), 3);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(['1', '2', '3']);

  books.version = 2;
  await vi.advanceTimersByTimeAsync(500);
  // The next look reads where the endpoint stood before its worker, asked to end, has written down how far it came.
  let arrive = () => {};
  onItsWay = new Promise((resolve) => {
    arrive = resolve;
  });
  await vi.advanceTimersByTimeAsync(500);
  answer?.();
  await vi.advanceTimersByTimeAsync(0);
  expect(books.cursor).toBe(3);
  arrive();
  onItsWay = undefined;
  await vi.advanceTimersByTimeAsync(1_000);
  tail.append([event(4)], 4);
  await vi.advanceTimersByTimeAsync(0);
  expect(sent).toEqual(['1', '2', '3', '4']);
  await duty.stop();
});
