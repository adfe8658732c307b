import { expect, test } from 'vitest';
import { findUntestedRules, idsInTitles, rulesOf } from './rule-ids.ts';

const spec = (text: string) => ({ path: 'crdt/SPEC.md', text });
const tests = (text: string) => ({ path: 'crdt/src/a.test.ts', text });

test('a rule with no test is found, with its file and line', () => {
  const files = [spec('# Rules\n- **Z1** One.\n- **Z2a** Two.\n'), tests("test('[Z1] one', run);")];
  expect(findUntestedRules(files)).toEqual(['crdt/SPEC.md:3 Z2a has no test with [Z2a] in its title']);
});

test('a rule that says (later), even on its second line, waits for its code; the next one does not', () => {
  const files = [spec('- **Z1** One\n  goes on (later).\n- **Z2** Two.\n')];
  expect(findUntestedRules(files)).toEqual([expect.stringContaining('Z2 has no test')]);
});

test('one id for two rules is found', () => {
  const files = [spec('- **Z1** One.\n- **Z1** Two.\n'), tests("test('[Z1] one', run);")];
  expect(findUntestedRules(files)).toEqual(['crdt/SPEC.md:2 Z1 is the id of two rules']);
});

test('only bold ids at the head of a list item are rules', () => {
  expect(
    rulesOf('Z0\n**Z1** text\n- see **Z2**\n- **Z3**: yes\n* **Z4.** yes').map((rule) => rule.id),
  ).toEqual(['Z3', 'Z4']);
});

test.each([
  ["test('[Z1] a', run);", ['Z1']],
  ['it("[Z1] [Z2] a", run);', ['Z1', 'Z2']],
  ['describe(`[Z1, Z2a] ${name}`, run);', ['Z1', 'Z2a']],
  ["test(\n  '[Z1] a',\n  run);", ['Z1']],
  ["test.each(grid)('[Z1] %s', run);", ['Z1']],
  ["test.prop([numbers])('[Z1] a', run);", ['Z1']],
  ["test.each([\n  [1, 2],\n  ['a', `b`],\n])('[Z1] %s', run);", ['Z1']],
  ["test.skip('[Z1] a', run);", []],
  ["test.todo('[Z1] a');", []],
  ["// test('[Z1] a', run);", []],
  ["latest('[Z1] a');", []],
])('%s names %j', (text, ids) => {
  expect(idsInTitles(tests(text))).toEqual(ids);
});
