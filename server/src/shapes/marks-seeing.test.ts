import { expect, test } from 'vitest';
import { marksSeeing } from './marks-seeing.ts';
import type { Marks } from './sources/describe.ts';

/** Answers in their order, `undefined` for a question that failed; what was read is in those from `seenFrom` on. */
async function asked(answers: readonly (string | undefined)[], seenFrom: number) {
  const pauses: number[] = [];
  let questions = 0;
  const ask = async (): Promise<Marks> => {
    const [at, mark] = [questions, answers[Math.min(questions, answers.length - 1)]];
    questions += 1;
    if (mark === undefined) throw new Error(`question ${at + 1} failed`);
    return { marks: new Map([[1, mark]]), isInSnapshot: () => at >= seenFrom };
  };
  const found = await marksSeeing(
    ask,
    (isIn) => isIn(7n, 7n),
    async (ms) => pauses.push(ms),
  ).then(
    (marks) => marks.get(1),
    (error: Error) => error.message,
  );
  return { found, questions, pauses };
}

test('a question that failed is asked again, twice, and only then the failure counts', async () => {
  expect(await asked(['same'], 0)).toEqual({ found: 'same', questions: 1, pauses: [] });
  expect(await asked([undefined, undefined, 'same'], 0)).toMatchObject({ found: 'same', pauses: [200, 400] });
  expect(await asked([undefined, undefined, undefined, 'same'], 0)).toMatchObject({
    found: 'question 3 failed',
    questions: 3,
  });
});

test('an answer from before what was read is no answer', async () => {
  expect(await asked(['old', 'old', 'new'], 2)).toEqual({ found: 'new', questions: 3, pauses: [1, 2] });
  const { found, pauses } = await asked(['old'], 1_000);
  expect(found).toContain('not seen by others');
  expect(pauses.reduce((sum, ms) => sum + ms, 0)).toBeLessThan(5_000);
});
