import { expect, test } from 'vitest';
import { Confirmations } from './confirmations.ts';

function asking() {
  const questions: { key: string; answer: () => void; fail: (error: Error) => void }[] = [];
  const confirmations = new Confirmations<string>(
    (key) => new Promise((answer, fail) => questions.push({ key, answer, fail })),
  );
  return { questions, confirmations };
}

/** All that was due. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

test('who comes while a question is under way has the answer of the next, all of them the same one', async () => {
  const { questions, confirmations } = asking();
  const told: string[] = [];
  const ask = (who: string) => void confirmations.confirm('t').then(() => told.push(who));
  ask('first');
  ask('second');
  ask('third');
  expect(questions).toHaveLength(1);
  questions[0]?.answer();
  await turn();
  expect([told, questions.length]).toEqual([['first'], 2]);
  ask('fourth');
  questions[1]?.answer();
  await turn();
  expect([told, questions.length]).toEqual([['first', 'second', 'third'], 3]);
  questions[2]?.answer();
  await turn();
  expect(told).toEqual(['first', 'second', 'third', 'fourth']);
  ask('fifth');
  expect(questions).toHaveLength(4);
});

test('a question that fails says so to those who asked it, and those after it ask again; another key waits for nobody', async () => {
  const { questions, confirmations } = asking();
  const first = confirmations.confirm('t');
  const second = confirmations.confirm('t');
  const other = confirmations.confirm('u');
  questions[1]?.answer();
  await other;
  questions[0]?.fail(new Error('no answer'));
  await expect(first).rejects.toThrow('no answer');
  await turn();
  expect(questions.map(({ key }) => key)).toEqual(['t', 'u', 't']);
  questions[2]?.answer();
  await second;
});
