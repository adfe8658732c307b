import { expect, test } from 'vitest';
import { patiently, seeing } from './seeing.ts';

function pausing() {
  const pauses: number[] = [];
  return { pauses, pause: async (ms: number) => pauses.push(ms) };
}

test('a question that failed is asked again, twice, and only then the failure counts', async () => {
  for (const [failing, told] of [
    [0, 'answer'],
    [2, 'answer'],
    [3, 'question 3 failed'],
  ] as const) {
    const { pauses, pause } = pausing();
    let questions = 0;
    const ask = async () => {
      questions += 1;
      if (questions <= failing) throw new Error(`question ${questions} failed`);
      return 'answer';
    };
    expect(await patiently(ask, pause).catch(({ message }: Error) => message)).toBe(told);
    expect([questions, pauses]).toEqual([Math.min(3, failing + 1), [200, 400].slice(0, failing)]);
  }
});

test('an answer from before what was read is no answer', async () => {
  for (const [from, told] of [
    [1, 1],
    [3, 3],
    [1_000, 'not seen'],
  ] as const) {
    const { pauses, pause } = pausing();
    let questions = 0;
    const ask = async () => {
      questions += 1;
      const at = questions;
      return { at, isInSnapshot: (xid: bigint) => xid === 7n && at >= from };
    };
    const found = await seeing(ask, (isIn) => isIn(7n, 7n), pause).then(
      ({ at }) => at,
      ({ message }: Error) => (message.includes('not seen') ? 'not seen' : message),
    );
    expect(found).toBe(told);
    if (from === 3) expect(pauses).toEqual([1, 2]);
    expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5_000);
  }
});

test('a question that fails is not hidden by what is not seen', async () => {
  const failing = () => Promise.reject(new Error('locked'));
  await expect(
    seeing(
      failing,
      () => true,
      async () => {},
    ),
  ).rejects.toThrow('locked');
});
