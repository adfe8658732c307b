import { expect, test } from 'vitest';
import { blank } from './blank.ts';

const both = (text: string) => blank(text, 'comments-and-strings');

test.each([
  ['a line comment', 'a // b', 'a     '],
  ['a comment over lines', 'a /* b\n c */ d', 'a     \n      d'],
  ['single quotes', "f('x y')", "f('   ')"],
  ['an escaped quote', "f('x\\'y') + g", "f('    ') + g"],
  ['a comment mark in a string', "f('//') + g", "f('  ') + g"],
  ['a template', '`a b` + g', '`   ` + g'],
  ['a hole in a template', '`a ${now({ b })} c` + g', '`  ${now({ b })}  ` + g'],
  ['a template in a hole', '`a ${f(`b ${g} c`)} d`', '`  ${f(`  ${g}  `)}  `'],
  ['a regular expression with quotes', "x = /['\"]/g; f('y')", "x = /    /g; f(' ')"],
  ['a regular expression with a slash in a class', "x = /[/']/; f('y')", "x = /    /; f(' ')"],
  ['a division', "a / b / f('y')", "a / b / f(' ')"],
])('hides %s and keeps the code and the length', (_what, text, expected) => {
  expect(both(text)).toBe(expected);
});

test('keeps strings when only comments are to go', () => {
  expect(blank("f('x') // y", 'comments')).toBe("f('x')     ");
});
