/** Whoever writes down what happened must not change it. */
import { expect, test } from 'vitest';
import { Prng } from '../prng.ts';
import { runSeed } from '../run.ts';
import { growTree } from '../tree.ts';
import { Recording } from './recording.ts';

test.each([
  { seed: 5, acts: 100, also: [] },
  { seed: 6, acts: 100, also: [] },
  { seed: 77, acts: 400, also: ['put back', 'registry'] },
])(
  'seed $seed is the same run, event for event, whether its authority is recorded or not',
  ({ seed, acts, also }) => {
    const { places } = growTree(new Prng(seed, 'tree'));
    const recording = new Recording(places.map(({ settings }) => settings.replica));
    const recorded = runSeed({ seed, acts, books: recording.disk });
    expect(recorded).toEqual(runSeed({ seed, acts }));
    const kinds = new Set<string>(recording.happened.map(({ kind }) => kind));
    expect([...kinds]).toEqual(expect.arrayContaining(['asked', 'call', 'restart', 'turn', ...also]));
  },
);
