/** Mistakes are planted in files that change: each must still fit its own, also those that only the whole hunt looks for. */
import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { PLANTED_IN_BOOKS } from './planted-in-books.ts';

const root = new URL('../../../../', import.meta.url);

test.each(PLANTED_IN_BOOKS)('$name: its place is in the file once', async ({ file, find }) => {
  const text = await readFile(new URL(file, root), 'utf8');
  expect(text.split(find)).toHaveLength(2);
});
