/** What each mutant is tried with: the unit tests of the core, and a slice of the simulator. */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { createKeptThread, endKeptThread, KEPT_THREAD } from './kept-thread.ts';
import { ONLY_TESTS } from './options.ts';
import { QuickFirst } from './quick-first.ts';

const conditions = ['tallystick-source', 'module', 'node', 'development|production'];
const root = fileURLToPath(new URL('../../../', import.meta.url));

const ALL = ['crdt/src/{tally,replica,hub}/**/*.test.ts', 'test/src/mutants/slice.test.ts'];
const only = process.env[ONLY_TESTS] ?? '';

export default defineConfig({
  root,
  resolve: {
    conditions,
    // The mutants live in a copy of the sources; by its package name, the simulator would find the originals.
    alias: [
      { find: /^@tallystick\/crdt$/, replacement: `${root}crdt/src/index.ts` },
      { find: /^@tallystick\/crdt\/wire$/, replacement: `${root}crdt/src/wire/index.ts` },
    ],
  },
  plugins: [
    {
      name: KEPT_THREAD,
      // Stryker asks for a pool of its own choice, so this one comes in afterwards.
      configureVitest({ vitest, project }) {
        Object.assign(project.config, {
          pool: KEPT_THREAD,
          poolRunner: { name: KEPT_THREAD, createPoolWorker: createKeptThread },
        });
        vitest.onClose(endKeptThread);
      },
    },
  ],
  ssr: { resolve: { conditions } },
  test: {
    include: only === '' ? ALL : only.split(','),
    sequence: { sequencer: QuickFirst },
    setupFiles: ['./test/src/mutants/each-file.ts'],
    isolate: false,
    fileParallelism: false,
    testTimeout: 60_000,
  },
});
