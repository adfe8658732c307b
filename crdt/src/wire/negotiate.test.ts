import { describe, expect, test } from 'vitest';
import { negotiate } from './negotiate.ts';

const ours = { min: 2, max: 4 };
const stock = { name: 'stock', min: 1, max: 1 };

describe('[L6] versions', () => {
  test.each([
    ['older, with one in common', { min: 1, max: 2 }, 2],
    ['newer, with some in common', { min: 3, max: 9 }, 4],
    ['the same', { min: 2, max: 4 }, 4],
  ])('[L6] a peer that is %s gets the greatest common one', (_, protocol, expected) => {
    expect(negotiate({ protocol, channels: [stock] }, ours)).toMatchObject({ ok: true, protocol: expected });
  });

  test.each([
    ['too old', { min: 1, max: 1 }, /^Upgrade this replica: .* 1 to 1, the parent 2 to 4/],
    ['too new', { min: 5, max: 6 }, /^Upgrade the parent: .* 5 to 6, the parent 2 to 4/],
    ['upside down', { min: 4, max: 2 }, /Upgrade/],
  ])('[L6] a peer that is %s is refused by name', (_, protocol, message) => {
    const refused = negotiate({ protocol, channels: [stock] }, ours);
    expect(refused).toMatchObject({ ok: false, message: expect.stringMatching(message) });
  });

  test('[L6] channels that only one side knows are left out', () => {
    const channels = [stock, { name: 'holograms', min: 1, max: 1 }, { name: 'calls', min: 7, max: 9 }];
    expect(negotiate({ protocol: { min: 1, max: 1 }, channels })).toEqual({
      ok: true,
      protocol: 1,
      channels: [{ name: 'stock', version: 1 }],
    });
  });

  test('[L6] without the stock channel there is no session', () => {
    expect(negotiate({ protocol: { min: 1, max: 1 }, channels: [] }).ok).toBe(false);
    const channels = [{ name: 'stock', min: 2, max: 3 }];
    expect(negotiate({ protocol: { min: 1, max: 1 }, channels }).ok).toBe(false);
  });
});
