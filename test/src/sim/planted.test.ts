/** Planted mistakes are patches to the source: each must still find its place there, or the hunt proves nothing. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { SMALL_BUGS } from '../small/planted.ts';
import { PLANTED } from './planted.ts';

const root = new URL('../../../', import.meta.url);

test('every planted mistake has its place in the source, once', () => {
  const places = [...PLANTED, ...SMALL_BUGS].map(({ name, file, find }) => {
    const parts = readFileSync(new URL(file, root), 'utf8').split(find).length;
    return { name, times: parts - 1 };
  });
  expect(places.filter(({ times }) => times !== 1)).toEqual([]);
});
