/** What a caller writes at length is read in about as many steps as it has characters: more would stop everybody's answers. */
import { expect, test } from 'vitest';
import { readAsk } from '../door/ask.ts';
import { readArray } from './array-literal.ts';
import { endsWithEscape } from './like.ts';

const LONG = 900_000;

test('lists as Postgres writes them', () => {
  for (const [text, items] of [
    ['{}', []],
    [' { } ', []],
    ['{a}', ['a']],
    [
      ' { a , b c , "d , e" , NULL , "null" , "" , f\\"g , "\\\\h" } ',
      ['a', 'b c', 'd , e', null, 'null', '', 'f"g', '\\h'],
    ],
  ] as const)
    expect([text, readArray(text)]).toEqual([text, items]);
  for (const text of [
    '',
    'a',
    '{',
    '{a',
    '{a,}',
    '{,a}',
    '{a}b',
    '{{a}}',
    '{"a}',
    '{a"b"}',
    '{"a"b}',
    '{a\\',
    '}',
    '{a}}',
  ])
    expect([text, readArray(text)]).toEqual([text, undefined]);
});

test.each(['{a', '{', '{"a" ', '{a,', '{}'])('a list with a long run of spaces behind %s', (start) => {
  expect(readArray(`${start}${' '.repeat(LONG)}"`)).toBeUndefined();
});

test('a pattern with a long run of backslashes in it', () => {
  expect(endsWithEscape(`${'\\'.repeat(LONG)}x`)).toBe(false);
  expect(endsWithEscape(`x${'\\'.repeat(LONG + 1)}`)).toBe(true);
});

test('columns with a long run of spaces', () => {
  const ask = (columns: string) => readAsk({ table: 'products', offset: '-1', columns }).columns;
  expect(ask(' a , "b c" ,"d""e",a')).toEqual(['a', 'b c', 'd"e']);
  for (const columns of [
    `a${' '.repeat(19_000)}"`,
    `${' '.repeat(19_000)}"`,
    `a,${' '.repeat(19_000)}`,
    ' , a',
    '""',
  ])
    expect(() => ask(columns)).toThrow('must be names');
});
