import { expect, test } from 'vitest';
import { pgArray } from './pg-array.ts';

test.each([
  [[], '{}'],
  [[1, null, 3], '{1,null,3}'],
  [[true, false], '{true,false}'],
  [['lamp', 'lamp', 'mug'], '{"lamp","lamp","mug"}'],
  [[null, null, 'a', null, 'a'], '{null,null,"a",null,"a"}'],
  [['say "hi"', 'say "hi"', 'back\\slash'], '{"say \\"hi\\"","say \\"hi\\"","back\\\\slash"}'],
  [['', 'null', '{,}'], '{"","null","{,}"}'],
])('%j is %s', (values, written) => {
  expect(pgArray(values)).toBe(written);
});
