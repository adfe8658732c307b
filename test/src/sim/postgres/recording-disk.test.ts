/** Whoever writes down what happened must not change it. */
import { expect, test } from 'vitest';
import { runSeed } from '../run.ts';
import { RecordingDisk } from './recording-disk.ts';

test.each([5, 6])(
  'seed %i is the same run, event for event, whether its authority is recorded or not',
  (seed) => {
    const books = new RecordingDisk();
    const recorded = runSeed({ seed, acts: 100, books });
    expect(recorded).toEqual(runSeed({ seed, acts: 100 }));
    const kinds = new Set(books.history.happened.map(({ kind }) => kind));
    expect([...kinds].sort()).toEqual(expect.arrayContaining(['asked', 'call', 'restart', 'turn']));
  },
);
