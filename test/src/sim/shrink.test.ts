/** A failure is told as the smallest story that still fails in the same way. */
import { beforeAll, describe, expect, test } from 'vitest';
import { bundle, load, type RunSeed } from './bundle.ts';
import { NOTHING_LESS, treeWithout } from './less.ts';
import { PLANTED, type PlantedBug } from './planted.ts';
import { Prng } from './prng.ts';
import { type Failure, kindOf, shrink } from './shrink.ts';
import { storyOf, tellStory } from './story.ts';
import { growTree } from './tree.ts';

const bug = PLANTED.find(
  ({ name }) => name === 'a count compared with rights instead of goods',
) as PlantedBug;

let runSeed: RunSeed;
let failure: Failure;
beforeAll(async () => {
  runSeed = await load(await bundle(bug));
  for (let seed = bug.seed ?? 1; ; seed += 1) {
    const { violation } = runSeed({ seed, acts: 400 });
    if (violation === undefined) continue;
    failure = { seed, acts: 400, less: NOTHING_LESS, violation };
    return;
  }
});

describe('a failure that is shrunk', () => {
  test('keeps its kind with fewer acts and fewer faults, and fails again when it is replayed', () => {
    const { attempts, acts, less, violation } = shrink(runSeed, failure);
    expect(attempts).toBeGreaterThan(0);
    expect(acts).toBeLessThan(failure.acts);
    expect(less.faults.length).toBeGreaterThan(0);
    expect(kindOf(violation)).toBe(kindOf(failure.violation));
    expect(runSeed({ seed: failure.seed, acts, less }).violation).toBe(violation);
  });

  test('is tried no more often than allowed', () => {
    expect(shrink(runSeed, failure, 3).attempts).toBe(3);
    expect(shrink(runSeed, failure, 0)).toEqual({ ...failure, attempts: 0 });
  });

  test('is told in words, without the wire, and ends with the violation', () => {
    const story = tellStory(runSeed, shrink(runSeed, failure));
    expect(story.length).toBeGreaterThan(3);
    expect(story.length).toBeLessThanOrEqual(61);
    expect(story.at(-1)).toContain(`VIOLATION  ${failure.violation.slice(0, 3)}`);
    expect(story.some((line) => line.includes(' is asked to '))).toBe(true);
    expect(story.some((line) => / > \S+ (stream|ack|asks)/.test(line))).toBe(false);
  });
});

test('a story leaves out other goods, and who was refused', () => {
  const heard = [
    '    1.000s  s1       ? sell order-1: 2 pear@s1',
    '    1.001s  s1       #2 sold order-1: 2 pear@s1',
    '    1.002s  s1       = order-1 ok #2',
    '    1.003s  s1       > hq stream 4: 3–4',
    '    1.100s  s1       ? sell order-2: 1 plum@s1',
    '    1.101s  s1       = order-2 ok #3',
    '    1.200s  s1       ? sell order-3: 9 pear@s1',
    '    1.201s  s1       = order-3 insufficient_stock',
    '    1.250s  s1       ** frame lost',
    '    1.300s  s1       ** crash',
    '    1.400s  world    !! oversell: pear@s1: 2 promised',
  ];
  expect(storyOf(heard, 'oversell: pear@s1: 2 promised')).toEqual([
    '    1.000s  s1 is asked to sell order-1: 2 pear@s1',
    '    1.001s  s1 writes #2 sold order-1: 2 pear@s1',
    '    1.002s  s1 answers order-1 ok #2',
    '    1.300s  FAULT  s1: crash',
    '    1.400s  VIOLATION  oversell: pear@s1: 2 promised',
  ]);
});

test('the kind of a violation is its rule, or the first words of what was thrown', () => {
  expect(kindOf('T9: pear@s1: 3 stand there')).toBe('T9');
  expect(kindOf('threw Error: D5: a hole in s1.1.ab before 4\n    at x')).toBe(
    'threw Error: a hole in before',
  );
});

test('a machine that is left out takes its shelf along, and leaves the others as they were', () => {
  const tree = growTree(new Prng(1, 'tree'));
  const name = tree.locations[0] as string;
  const less = treeWithout(tree, { machines: [name], faults: [] });
  expect(less.locations).toEqual(tree.locations.slice(1));
  expect(less.pools.length).toBeGreaterThan(0);
  expect(less.pools.some((pool) => pool.endsWith(`@${name}`))).toBe(false);
  expect(less.places).toEqual(tree.places.filter(({ settings }) => settings.replica !== name));
});
