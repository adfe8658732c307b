/** The newest events: all of them for who follows, and next to nothing while nobody does. The clock is moved. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { EVENT_SOURCE, type Held, held } from './event.ts';
import { type Read, Tail } from './tail.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance', 'Date'] }));
afterEach(() => void vi.useRealTimers());

const NEWEST = 3;

function event(position: number): Held {
  return held({
    specversion: '1.0',
    id: String(position),
    source: EVENT_SOURCE,
    type: 'replica.online',
    subject: '',
    time: '',
    datacontenttype: 'application/json',
    dataschema: '',
    data: {},
  });
}

/** A feed that grows when it is told to. */
function feed(last: number) {
  const asked: string[] = [];
  let wake = () => {};
  let isAway = false;
  const between = (after: number): Read => {
    if (isAway) throw new Error('away');
    return { events: Array.from({ length: last - after }, (_, i) => event(after + i + 1)), next: last };
  };
  const source = {
    async read(after: number | undefined, waits: boolean): Promise<Read> {
      asked.push(`read ${after} ${waits}`);
      if (waits && after === last) await new Promise<void>((resolve) => (wake = resolve));
      return between(after ?? last);
    },
    async glance(after: number | undefined): Promise<Read> {
      asked.push(`glance ${after}`);
      return between(Math.max(after ?? 0, last - NEWEST));
    },
  };
  const tail = new Tail(source, { warn: () => {} } as never);
  tail.start();
  const grow = (by: number) => {
    last += by;
    wake();
  };
  const positions = (after: number) => tail.after(after, 100)?.map(({ position }) => position);
  return { tail, asked, grow, positions, goAway: () => (isAway = true) };
}

test('that nobody follows looks for the newest now and again, and reads nothing else', async () => {
  const { tail, asked, grow, positions } = feed(10);
  await vi.advanceTimersByTimeAsync(0);
  expect(positions(7)).toEqual([8, 9, 10]);
  for (let i = 0; i < 5; i += 1) grow(20);
  await vi.advanceTimersByTimeAsync(10_000);
  expect(asked.filter((what) => what.startsWith('read'))).toEqual([]);
  expect(asked.length).toBeLessThan(10);
  expect(positions(107)).toEqual([108, 109, 110]);
  expect(tail.after(10, 1)).toBeUndefined();
  tail.stop();
});

test('has everything from the moment when somebody follows, up to the end before it says that it heard', async () => {
  const { tail, grow, positions } = feed(10);
  await vi.advanceTimersByTimeAsync(0);
  grow(20);
  tail.follow();
  await tail.heard();
  expect(positions(10)).toHaveLength(20);
  grow(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(positions(29)).toEqual([30, 31]);
  tail.stop();
});

test('goes on for a while after the last has left, and then glances again', async () => {
  const { tail, asked, grow } = feed(10);
  const [leave, other] = [tail.follow(), tail.follow()];
  await tail.heard();
  asked.length = 0;
  leave();
  leave();
  await vi.advanceTimersByTimeAsync(60_000);
  grow(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.some((what) => what.startsWith('glance'))).toBe(false);
  other();
  await vi.advanceTimersByTimeAsync(31_000);
  grow(1);
  await vi.advanceTimersByTimeAsync(0);
  expect(asked.at(-1)).toBe('glance 12');
  tail.stop();
});

test('whose source is away says so at once, and gives what it has', async () => {
  const { tail, positions, goAway } = feed(10);
  await vi.advanceTimersByTimeAsync(0);
  goAway();
  tail.follow();
  await tail.heard();
  expect(tail.isConnected).toBe(false);
  expect(positions(7)).toEqual([8, 9, 10]);
  tail.stop();
});
