import { expect, test } from 'vitest';
import { withOthers } from './http/with-others.ts';
import { nodeMachine } from './machine.ts';

test('what a pass answered goes out before its turn, though that was planned earlier', async () => {
  const done: string[] = [];
  const turned = new Promise<void>((resolve) => {
    nodeMachine().nextPass(() => {
      done.push('turn');
      resolve();
    });
  });
  withOthers(() => done.push('answer'));
  await turned;
  expect(done).toEqual(['answer', 'turn']);
});
