/** One endpoint: its order, its retries, and when it is given up. The clock is moved. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { EVENT_SOURCE, type Held, held } from '../events/event.ts';
import { Tail } from '../events/tail.ts';
import type { Endpoint } from './endpoints.ts';
import type { Posted, Poster } from './post.ts';
import type { Delivered, Place, Records } from './records.ts';
import { ATTEMPTS_MAX, pauseMs } from './retries.ts';
import { Worker, type WorkerPorts } from './worker.ts';

beforeEach(() => void vi.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void vi.useRealTimers());
const SILENT = { read: () => new Promise<never>(() => {}), glance: () => new Promise<never>(() => {}) };

function event(position: number): Held {
  return held({
    specversion: '1.0',
    id: String(position),
    source: EVENT_SOURCE,
    type: position % 2 === 0 ? 'stock.low' : 'order.settled',
    subject: '',
    time: '',
    datacontenttype: 'application/json',
    dataschema: '',
    data: {},
  });
}

function endpoint(more: Partial<Endpoint> = {}): Endpoint {
  const said = {
    id: 'erp',
    log: 'erp',
    url: 'https://erp.example.com/',
    types: [],
    description: '',
    isEnabled: true,
  };
  const place = { cursor: 0, attempts: 0, nextAt: new Date(0), version: 1, createdAt: new Date(0) };
  return { ...said, disabledBecause: null, secrets: ['whsec_AAAA'], oldestEndsInS: null, ...place, ...more };
}

const NOT_KEPT: WorkerPorts['readOlder'] = async () => ({ gone: 'Not kept.', restart: 77 });

function run(
  events: number,
  statusOf: (id: string, nth: number) => number,
  more: Partial<Endpoint> = {},
  readOlder = NOT_KEPT,
) {
  const tail = new Tail(SILENT, { warn: () => {} } as never);
  tail.append([], 0);
  if (events > 0)
    tail.append(
      Array.from({ length: events }, (_, i) => event(i + 1)),
      events,
    );
  const sent: string[] = [];
  const noted: Delivered[] = [];
  const places: Place[] = [];
  const disabled: string[] = [];
  const post = async (
    _url: string,
    headers: Record<string, string>,
    _body: string,
    attempt: AbortController,
  ): Promise<Posted> => {
    const id = headers['webhook-id'] as string;
    const status = statusOf(id, sent.filter((one) => one.startsWith(`${id}@`)).length);
    sent.push(`${id}@${(Date.now() - 1_000_000) / 1_000}`);
    if (Number.isNaN(status)) {
      await new Promise((resolve) => attempt.signal.addEventListener('abort', resolve));
      return { status: null, error: 'no answer', durationMs: 1 };
    }
    return { status, error: status < 300 ? undefined : `it answered ${status}`, durationMs: 1 };
  };
  const records = {
    add: async (list: readonly Delivered[], place: Place) => {
      noted.push(...list);
      places.push(place);
    },
    disable: async (_: Endpoint, because: string, restart?: number) =>
      void disabled.push(`${because} ${restart ?? ''}`),
  };
  const state = { isSure: true };
  const worker = new Worker(endpoint(more), {
    tail,
    readOlder,
    poster: { post } as unknown as Poster,
    records: records as unknown as Records,
    maySend: () => state.isSure,
    log: { warn: () => {} } as never,
    now: () => new Date(),
    random: () => 0.5,
  });
  return { tail, sent, noted, places, disabled, worker, state };
}

describe('an endpoint', () => {
  test('stands still where the feed has ended, and does not ask again and again', async () => {
    const { tail, worker } = run(2, () => 200);
    await vi.advanceTimersByTimeAsync(0);
    const after = tail.after.bind(tail);
    let asked = 0;
    tail.after = (...args) => {
      asked += 1;
      // It would leave no time for this test to say so.
      if (asked > 100) throw new Error('asked without end');
      return after(...args);
    };
    tail.stop();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(asked).toBeLessThan(3);
    await worker.stop(false);
  });

  test('gets what it asked for in order, and what comes later', async () => {
    const { tail, sent, places } = run(4, () => 200, { types: ['order.settled'] });
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toEqual(['1@0', '3@0']);
    expect(places.at(-1)).toMatchObject({ cursor: 4, attempts: 0 });
    tail.append([event(5)], 5);
    await vi.advanceTimersByTimeAsync(0);
    expect(sent.at(-1)).toBe('5@0');
  });

  test('that does not want any more what it did not take gives the next event all its attempts', async () => {
    const { sent, disabled } = run(2, (_, nth) => (nth < ATTEMPTS_MAX - 1 ? 500 : 200), {
      types: ['stock.low'],
      attempts: ATTEMPTS_MAX - 2,
    });
    await vi.advanceTimersByTimeAsync(30 * 24 * 3_600_000);
    expect(sent).toHaveLength(ATTEMPTS_MAX);
    expect(sent.every((one) => one.startsWith('2@'))).toBe(true);
    expect(disabled).toEqual([]);
  });

  test('is sent nothing while another process may be sending, and then all of it', async () => {
    const { tail, sent, state } = run(0, () => 200);
    await vi.advanceTimersByTimeAsync(0);
    state.isSure = false;
    tail.append([event(1), event(2)], 2);
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sent).toEqual([]);
    state.isSure = true;
    await vi.advanceTimersByTimeAsync(250);
    expect(sent).toEqual(['1@3.25', '2@3.25']);
  });

  test('that does not answer is broken off where nobody may wait, and the attempt does not count', async () => {
    const { worker, noted, places } = run(2, () => Number.NaN);
    await vi.advanceTimersByTimeAsync(0);
    await worker.stop(true);
    expect([noted, places]).toEqual([[], []]);
  });

  test('that fails is asked again after the pauses, and nothing overtakes', async () => {
    const { sent, noted } = run(2, (id, nth) => (id === '1' && nth < 3 ? 503 : 200));
    await vi.advanceTimersByTimeAsync(3 * 3_600_000);
    expect(sent).toEqual(['1@0', '1@5', '1@305', '1@2105', '2@2105']);
    expect(noted.map(({ eventId, state }) => `${eventId} ${state}`)).toEqual([
      '1 retrying',
      '1 retrying',
      '1 retrying',
      '1 delivered',
      '2 delivered',
    ]);
  });

  test('that never takes it is given up after ten attempts, and nothing is skipped', async () => {
    const { sent, disabled, places } = run(2, () => 500);
    await vi.advanceTimersByTimeAsync(4 * 86_400_000);
    expect(sent).toHaveLength(ATTEMPTS_MAX);
    expect(new Set(sent.map((one) => one.split('@')[0]))).toEqual(new Set(['1']));
    expect(disabled).toEqual(['Event 1 was not taken in 10 attempts. ']);
    expect(places.at(-1)).toMatchObject({ cursor: 0, attempts: 10 });
  });

  test('that answers 410 is not asked again', async () => {
    const { sent, disabled } = run(3, () => 410);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(sent).toEqual(['1@0']);
    expect(disabled[0]).toContain('410');
  });

  test('that was away for longer than events are kept is told so, and from where it would go on', async () => {
    const { tail, disabled } = run(0, () => 200, { cursor: 5 });
    tail.append([event(100)], 100);
    await vi.advanceTimersByTimeAsync(0);
    expect(disabled[0]).toContain('Not kept.');
    expect(disabled[0]).toContain('77');
  });

  test('that waits for its turn to read the past, and is stopped, wants nothing any more', async () => {
    let isWanted = () => true;
    let turn = () => {};
    const { tail, worker, places, disabled } = run(
      0,
      () => 200,
      { cursor: 5 },
      (after, isWaiting) => {
        isWanted = isWaiting;
        return new Promise((resolve) => {
          turn = () => resolve({ events: [], next: after });
        });
      },
    );
    tail.append([event(100)], 100);
    await vi.advanceTimersByTimeAsync(0);
    expect(isWanted()).toBe(true);
    const stopped = worker.stop(true);
    expect(isWanted()).toBe(false);
    turn();
    await stopped;
    expect([places, disabled]).toEqual([[], []]);
  });

  test('whose process ended before it was disabled is disabled after one attempt more, which is not counted', async () => {
    const { sent, places, disabled } = run(1, () => 500, { attempts: ATTEMPTS_MAX });
    await vi.advanceTimersByTimeAsync(0);
    expect(sent).toHaveLength(1);
    expect(places.at(-1)).toMatchObject({ cursor: 0, attempts: ATTEMPTS_MAX });
    expect(disabled).toHaveLength(1);
  });

  test('whose process ended in the middle goes on where it had come to, with the attempts that were made', async () => {
    const due = new Date(1_000_000 + 60_000);
    const { sent } = run(2, () => 200, { cursor: 1, attempts: 3, nextAt: due });
    await vi.advanceTimersByTimeAsync(59_000);
    expect(sent).toEqual([]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sent).toEqual(['2@60']);
  });
});

test('pauses are those of the document, spread by a tenth', () => {
  const hours = (n: number) => n * 3_600_000;
  const pauses = Array.from({ length: 9 }, (_, i) => pauseMs(i + 1, 0.5));
  expect(pauses).toEqual([
    5_000,
    300_000,
    1_800_000,
    hours(2),
    hours(5),
    hours(10),
    hours(14),
    hours(20),
    hours(24),
  ]);
  expect(pauseMs(10, 0.5)).toBeUndefined();
  expect(pauseMs(1, 0)).toBe(4_500);
});
