import { digestText, emptyDigest } from '@tallystick/crdt';
import { expect, test } from 'vitest';
import { digestLine } from './line-digest.ts';
import { addProgress } from './progress-print.ts';

test('[D6] digests of lines stand in every journal: they never change', () => {
  const mixed = [null, 'grün', 2 ** 53 - 1, -1, Uint8Array.of(0, 255)];
  expect(digestText(digestLine([]))).toBe('9ca70078ab3e7c0b');
  expect(digestText(digestLine(mixed))).toBe('d263d342a2c928c6');
  expect(digestText(digestLine([1, 'order-1', 2, 3, 20_000]))).toBe('8188f4d0f8e51146');
  const print = emptyDigest();
  addProgress(print, 'order-1', '1', { cancelled: 2, shipped: 1, returned: 0 });
  expect(digestText(print)).toBe('63caf923ef9f9303');
});

test('[D6] what is alike and not the same has another digest', () => {
  const lines = [
    [],
    [null],
    [0],
    ['0'],
    [''],
    [Uint8Array.of()],
    [Uint8Array.of(48)],
    [undefined],
    [0, 1],
    [1, 0],
    ['a', 'bc'],
    ['ab', 'c'],
    ['abc', ''],
    [2 ** 32],
    [2 ** 33],
    [-1],
    [2 ** 32 - 1],
    [1.5],
  ];
  for (const half of ['lo', 'hi'] as const) {
    expect(new Set(lines.map((line) => digestLine(line)[half])).size).toBe(lines.length);
  }
});

test('[D6] the print of progress is the sum of what moved it, in any order', () => {
  const [steps, sum] = [emptyDigest(), emptyDigest()];
  addProgress(steps, 'order-2', '1', { shipped: 2 ** 31 - 1 });
  addProgress(steps, 'order-1', '1', { cancelled: 3 });
  addProgress(steps, 'order-2', '1', { shipped: 2 ** 31 - 1, returned: 4 });
  addProgress(sum, 'order-1', '1', { cancelled: 3, shipped: 0, returned: 0 });
  addProgress(sum, 'order-2', '1', { cancelled: 0, shipped: 2 ** 32 - 2, returned: 4 });
  expect(steps).toEqual(sum);
  addProgress(sum, 'order-2', '1', { returned: 1 });
  expect(steps).not.toEqual(sum);
});
