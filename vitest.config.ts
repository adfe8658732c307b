import { defineConfig } from 'vitest/config';

/**
 * Our packages are tested from their sources; `dist` is not needed. Without the condition `module`, which is for bundlers:
 * some packages have files under it that Node itself cannot load.
 */
const conditions = ['tallystick-source', 'node', 'development|production'];

const tests = ['*/src/**/*.test.ts'];
const testsAcross = ['test/src/**/*.test.ts'];
const testsOnPostgres = ['*/src/**/*.pg.test.ts'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    pool: 'forks',
    setupFiles: ['./scripts/patterns-in-objects.mjs'],
    maxWorkers: 2,
    expect: { poll: { timeout: 20_000 } },
    // Where a run decides, one moment of a busy machine does not. Whoever needed it is named at the end.
    retry: process.env.CI ? 1 : 0,
    reporters: ['default', './scripts/closing-line-reporter.mjs'],
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests,
          exclude: [...testsAcross, ...testsOnPostgres],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // One process runs many files: our packages are loaded and compiled once, which halves the time of the core's tests.
          isolate: false,
        },
      },
      {
        extends: true,
        // What crosses packages: simulators, fleets, browsers. Each file has a process of its own.
        test: {
          name: 'across',
          include: testsAcross,
          exclude: testsOnPostgres,
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        extends: true,
        // The first test of a run may wait for initdb, which takes seconds on two cores.
        test: {
          name: 'pg',
          include: testsOnPostgres,
          globalSetup: './server/src/authority/postgres/server.test-kit.ts',
          testTimeout: 60_000,
          hookTimeout: 90_000,
        },
      },
    ],
  },
});
