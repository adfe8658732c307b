/** What a region asks of the books for readers that are far behind: little at a time, however many they are. */
import type { Agent } from '@tallystick/store-agent';
import { expect, onTestFinished, test } from 'vitest';
import { EVERYTHING } from '../../events/filter.ts';
import { RegionEvents } from './region-events.ts';

test('readers that begin at 0 wait for their turns, a credential with a hundred of them as long as one with a single one', async () => {
  const asked: { after: number; answer: () => void }[] = [];
  const call = (_: string, { after, limit, newest }: { after: number; limit: number; newest: boolean }) =>
    new Promise((resolve) => {
      // What fills the region's own memory is not meant.
      if (newest || limit !== 200) return;
      const value = { events: [], next: after + 1 };
      asked.push({ after, answer: () => resolve({ ok: true, value }) });
    });
  const events = new RegionEvents({ call, log: { warn: () => {} } } as unknown as Agent);
  onTestFinished(() => events.stop());
  events.tail.append([], 1_000_000);
  const sink = { send: () => true, beat: () => {}, end: () => {} };
  const open = (whose: string, after: number) => events.streams.open({ ...EVERYTHING, whose }, after, sink);
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  for (let i = 0; i < 100; i += 1) open('many', i * 100);
  const single = open('single', 500_000);
  await turn();
  expect(asked).toHaveLength(4);
  asked[0]?.answer();
  asked[1]?.answer();
  await turn();
  expect(asked.map(({ after }) => after)).toContain(500_000);
  expect(asked).toHaveLength(6);
  single.close();
});
