/**
 * A vitest reporter whose last line is `N passed, N failed, N skipped`, alone on its
 * line and without colour, for a CI that reads the outcome from the text. Before it stands
 * each test that failed first and passed when it was tried again: such a test is a bug.
 *
 * A file that could not be loaded and an error outside any test count as one failure
 * each: vitest exits non-zero for them although no single test failed.
 */
export default class ClosingLineReporter {
  onTestRunEnd(modules, unhandledErrors) {
    const count = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    let said = '';
    for (const module of modules) {
      let failedInModule = 0;
      for (const test of module.children.allTests()) {
        const { state, errors } = test.result();
        if (state === 'passed') count.passed += 1;
        else if (state === 'failed') failedInModule += 1;
        else count.skipped += 1;
        if (test.diagnostic()?.flaky) {
          const [why = ''] = (errors?.[0]?.message ?? '').split('\n');
          said += `Passed only on the second try: ${module.relativeModuleId} > ${test.fullName}: ${why}\n`;
        }
      }
      const failedOutsideTests = failedInModule === 0 && module.state() === 'failed';
      count.failed += failedOutsideTests ? 1 : failedInModule;
    }
    // Written synchronously and after the default reporter, so that it is the last line.
    process.stdout.write(
      `\n${said}${count.passed} passed, ${count.failed} failed, ${count.skipped} skipped\n`,
    );
  }
}
