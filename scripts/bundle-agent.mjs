/**
 * The agent's program as one file beside those of the compiler: node takes twice as long to find and read 600 of
 * them, in each shop and till that starts. What is compiled C++ stays a package of its own.
 */
import { createRequire } from 'node:module';
import { join } from 'node:path';

export function bundleAgent(root) {
  // Not before now: in a fresh clone it has only just been installed.
  const { buildSync } = createRequire(join(root, 'package.json'))('esbuild');
  const folder = join(root, 'store-agent/dist/cli');
  buildSync({
    entryPoints: [join(folder, 'main.js')],
    outfile: join(folder, 'agent.js'),
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20.12',
    external: ['better-sqlite3'],
    // Packages that are no modules ask for node's own with `require`.
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'silent',
  });
}
