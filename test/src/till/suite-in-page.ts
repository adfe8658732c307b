/** Stands in for `vitest` in a page: takes a suite as it is written, and runs it there with the same expectations. */
import { chai, JestAsymmetricMatchers, JestChaiExpect, JestExtend } from '@vitest/expect';

/** What the test that opened the page asks of it. */
export interface SuiteInPage {
  /** @returns of each test its title, and why it failed where it did */
  run(): Promise<{ readonly title: string; readonly why?: string }[]>;
}

const tests: { readonly title: string; readonly run: () => unknown }[] = [];
let finished: (() => unknown)[] = [];

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin);
export const { expect } = chai;

export function describe(_name: string, declare: () => void): void {
  declare();
}

export function test(title: string, run: () => unknown): void {
  tests.push({ title, run });
}

export function onTestFinished(run: () => unknown): void {
  finished.push(run);
}

const suite: SuiteInPage = {
  async run() {
    const results: { title: string; why?: string }[] = [];
    for (const { title, run } of tests) {
      let why: string | undefined;
      try {
        await run();
      } catch (error) {
        why = String(error);
      }
      for (const last of finished.splice(0)) await last();
      results.push({ title, ...(why === undefined ? {} : { why }) });
    }
    finished = [];
    return results;
  },
};
Object.assign(globalThis, { suite });
