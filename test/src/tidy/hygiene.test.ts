import { expect, test } from 'vitest';
import { FILE_LINES_MAX, findFocusedTests, findLongFiles, findNotes } from './hygiene.ts';

const lines = (count: number) => 'a;\n'.repeat(count);

test('a file may be as long as the limit and not a line longer, except a test and what is generated', () => {
  const path = 'crdt/src/a.ts';
  expect(findLongFiles([{ path, text: lines(FILE_LINES_MAX) }])).toEqual([]);
  expect(findLongFiles([{ path, text: lines(FILE_LINES_MAX + 1) }])).toEqual([
    `crdt/src/a.ts has ${FILE_LINES_MAX + 1} lines, more than ${FILE_LINES_MAX}: split it`,
  ]);
  expect(findLongFiles([{ path: 'crdt/src/a.test.ts', text: lines(FILE_LINES_MAX + 1) }])).toEqual([]);
  expect(findLongFiles([{ path: 'crdt/src/generated/a.ts', text: lines(FILE_LINES_MAX + 1) }])).toEqual([]);
});

test.each(["test.only('a', run);", "describe.only('a', run);", "it.concurrent.only('a', run);"])(
  'the focused test %s is found',
  (text) => {
    expect(findFocusedTests([{ path: 'crdt/src/a.test.ts', text }])).toEqual([
      expect.stringContaining('leaves all other tests out'),
    ]);
  },
);

test('a word like only elsewhere is fine', () => {
  const text = "rows.only(1); // test.only\nconst a = 'test.only';";
  expect(findFocusedTests([{ path: 'crdt/src/a.test.ts', text }])).toEqual([]);
});

test.each([`// TO${'DO'} later`, `/* FIX${'ME'} */`])('the note %s is found', (text) => {
  expect(findNotes([{ path: 'server/src/a.ts', text: `a;\n${text}` }])).toEqual([
    expect.stringContaining('server/src/a.ts:2 '),
  ]);
});
