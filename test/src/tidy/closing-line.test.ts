/** The last lines of a run, as a CI reads them. */
import { expect, test, vi } from 'vitest';

interface TestOf {
  readonly name: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  readonly isFlaky?: boolean;
}

async function closing(tests: readonly TestOf[], state = 'passed', errors: unknown[] = []): Promise<string> {
  const path = new URL('../../../scripts/closing-line-reporter.mjs', import.meta.url).href;
  const { default: Reporter } = (await import(path)) as {
    default: new () => { onTestRunEnd(modules: unknown[], errors: unknown[]): void };
  };
  const cases = tests.map(({ name, state: is, isFlaky }) => ({
    fullName: name,
    result: () => ({ state: is, errors: isFlaky ? [{ message: 'expected 404 to be 200\nat x' }] : [] }),
    diagnostic: () => (is === 'skipped' ? undefined : { flaky: isFlaky === true }),
  }));
  const module = { relativeModuleId: 'a.test.ts', children: { allTests: () => cases }, state: () => state };
  let said = '';
  const spy = vi.spyOn(process.stdout, 'write').mockImplementation((text) => {
    said += String(text);
    return true;
  });
  try {
    new Reporter().onTestRunEnd([module], errors);
  } finally {
    spy.mockRestore();
  }
  return said;
}

test('the last line counts tests, and failures outside of them', async () => {
  const all: TestOf[] = [
    { name: 'a', state: 'passed' },
    { name: 'b', state: 'skipped' },
    { name: 'c', state: 'failed' },
  ];
  expect(await closing(all, 'failed')).toBe('\n1 passed, 1 failed, 1 skipped\n');
  expect(await closing([{ name: 'a', state: 'passed' }], 'failed', ['x'])).toBe(
    '\n1 passed, 2 failed, 0 skipped\n',
  );
});

test('a test that passed only when it was tried again is named before it, with what it said first', async () => {
  const tests: TestOf[] = [
    { name: 'shop > sells', state: 'passed', isFlaky: true },
    { name: 'shop > buys', state: 'passed' },
  ];
  expect(await closing(tests)).toBe(
    '\nPassed only on the second try: a.test.ts > shop > sells: expected 404 to be 200\n' +
      '2 passed, 0 failed, 0 skipped\n',
  );
});
