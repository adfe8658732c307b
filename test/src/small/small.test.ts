/** A slice of the small case for every run of the tests; `test/src/small/main.ts` explores as far as one likes. */
import { describe, expect, test } from 'vitest';
import { FULL } from './bounds.ts';
import { bundleExplorer } from './bundle.ts';
import { SMALL_BUGS } from './planted.ts';

/** Two commands, the delivery among them, and any one fault at any moment. */
const ONE_FAULT = { ...FULL, acts: 2 };
/** Two commands, and time that passes at any one moment, to the next resend or past every deadline. */
const ONE_TICK = { ...FULL, acts: 2, duplicates: 0, drops: 0, crashes: 0, restores: 0, ticks: 1 };
/** Three commands at three nodes, in every order, and nothing goes wrong but the order of things. */
const NO_FAULT = { ...FULL, acts: 3, saleUnitsMax: 2, faults: 0 };

/** Without a planted bug. */
const shipping = bundleExplorer();

describe('one parent, two children, three units, one hold', () => {
  test('[D1] [F1] with any one fault, every reachable state is sound, and comes to rest in agreement', {
    timeout: 180_000,
  }, async () => {
    const explore = await shipping;
    const explored = explore({ bounds: ONE_FAULT });
    expect(explored).toMatchObject({ frontier: 0 });
    expect(explored.violation).toBeUndefined();
    expect(explored.states).toBeGreaterThan(5_000);
    expect(explored.rests).toBeGreaterThan(100);
    for (const name of [
      'a sale was accepted',
      'a hold stands open',
      'a restored child went on as a new writer',
    ])
      expect(explored.saw[name] ?? 0, name).toBeGreaterThan(0);
  });

  test('[F9] [R4] whenever a deadline passes, holds and waiting sales end well', {
    timeout: 180_000,
  }, async () => {
    const explore = await shipping;
    const explored = explore({ bounds: ONE_TICK });
    expect(explored).toMatchObject({ frontier: 0 });
    expect(explored.violation).toBeUndefined();
    // Nobody is asked to confirm or release within two commands: what resolved it was its time.
    expect(explored.saw['a hold was resolved'] ?? 0).toBeGreaterThan(0);
  });

  test('[L2] in every order of frames and commands; mirror images left out hide nothing', {
    timeout: 180_000,
  }, async () => {
    const explore = await shipping;
    const reduced = explore({ bounds: NO_FAULT });
    const all = explore({ bounds: NO_FAULT, isSymmetric: false });
    expect([reduced.violation, all.violation]).toEqual([undefined, undefined]);
    expect([reduced.frontier, all.frontier]).toEqual([0, 0]);
    expect(reduced.saw['units were surrendered'] ?? 0).toBeGreaterThan(0);
    expect(reduced.states).toBe(all.orbits);
    expect(all.states).toBeGreaterThan(reduced.states * 1.9);
  });

  test('the same bounds twice give the same states, and no turn changes the state that it began in', {
    timeout: 180_000,
  }, async () => {
    const explore = await shipping;
    const bounds = { ...FULL, acts: 2, saleUnitsMax: 2, faults: 0 };
    const { seconds: _, ...first } = explore({ bounds });
    const { seconds: __, ...second } = explore({ bounds, checksCopies: true });
    expect(second).toEqual(first);
    expect(first.states).toBeGreaterThan(100);
  });

  test.each(SMALL_BUGS)('finds the planted bug: $name', { timeout: 180_000 }, async (bug) => {
    const explore = await bundleExplorer(bug);
    const { violation, path } = explore({ bounds: bug.bounds });
    expect(violation).toMatch(bug.rule);
    expect(path?.[0]).toMatch(/^hq receives . units$/);
    const sound = await shipping;
    expect(sound({ bounds: bug.bounds, statesMax: 500 }).violation).toBeUndefined();
  });

  test('a planted bug that no longer fits the source is an error', async () => {
    const gone = { name: 'gone', file: 'crdt/src/tally/guards.ts', find: 'not there', replace: '' };
    await expect(bundleExplorer(gone)).rejects.toThrow(/no longer fits/);
  });
});
