import { expect, onTestFinished, test } from 'vitest';
import { Subject } from './observable.ts';

/** What pages hear as `error`, and Node as an exception that nobody caught. */
function uncaught(): unknown[] {
  const heard: unknown[] = [];
  const others = process.listeners('uncaughtException');
  process.removeAllListeners('uncaughtException');
  process.on('uncaughtException', (error) => heard.push(error));
  onTestFinished(() => {
    process.removeAllListeners('uncaughtException');
    for (const one of others) process.on('uncaughtException', one);
  });
  return heard;
}

test('who watches badly harms nobody else, and is heard of', async () => {
  const heard = uncaught();
  const subject = new Subject(1);
  const seen: number[] = [];
  const bug = new Error('a bug of the page');
  subject.subscribe(() => {
    throw bug;
  });
  subject.subscribe(() => seen.push(subject.getSnapshot()));
  subject.set(2);
  expect(seen).toEqual([2]);
  await expect.poll(() => heard).toEqual([bug]);
});

test('who has stopped is not called back any more, also in the middle of a change', () => {
  const subject = new Subject(1);
  const called: string[] = [];
  subject.subscribe(() => {
    called.push('first');
    stop();
  });
  const stop = subject.subscribe(() => called.push('second'));
  subject.set(2);
  expect(called).toEqual(['first']);
});

test('watching that cannot begin leaves nobody behind', () => {
  let isOpen = false;
  const subject = new Subject(1, {
    onWatched: () => {
      if (!isOpen) throw new Error('closed');
    },
  });
  expect(() => subject.subscribe(() => {})).toThrow('closed');
  expect(subject.isWatched).toBe(false);
  isOpen = true;
  subject.subscribe(() => {});
  expect(subject.isWatched).toBe(true);
});
