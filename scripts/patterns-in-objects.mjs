/**
 * Before each file of tests: a pattern inside of what `toMatchObject` expects is an error. vitest takes it for an
 * object without fields, which everything matches, so that the test could not fail.
 */
import { chai } from 'vitest';

chai.use(({ Assertion }, { overwriteMethod }) => {
  overwriteMethod(Assertion.prototype, 'toMatchObject', (original) => {
    return function (expected, ...more) {
      if (hasPattern(expected))
        throw new Error('toMatchObject does not try patterns: write expect.stringMatching(/…/).');
      return original.call(this, expected, ...more);
    };
  });
});

function hasPattern(expected) {
  if (expected instanceof RegExp) return true;
  if (Array.isArray(expected)) return expected.some(hasPattern);
  if (expected === null || typeof expected !== 'object') return false;
  return Object.getPrototypeOf(expected) === Object.prototype && Object.values(expected).some(hasPattern);
}
