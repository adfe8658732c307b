/** Programs of ours as child processes: built code with plain node, sources through tsx. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

const here = import.meta.url;
const isSource = here.endsWith('.ts');

/** The arguments for `node` that run `tallystick …`. */
export function serverProgram(...args: readonly string[]): string[] {
  return program(fileURLToPath(new URL(isSource ? '../main.ts' : '../main.js', here)), args);
}

/** The arguments for `node` that run `tallystick-agent …`. */
export function agentProgram(...args: readonly string[]): string[] {
  const entry = createRequire(here).resolve('@tallystick/store-agent/package.json');
  const path = entry.replace(/package\.json$/, isSource ? 'src/cli/main.ts' : 'dist/cli/main.js');
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build first.`);
  return program(path, args);
}

function program(path: string, args: readonly string[]): string[] {
  const loader = isSource ? ['--conditions=tallystick-source', '--import', 'tsx'] : [];
  // A replica's young objects die within a turn; a small new space keeps two dozen of them on one machine.
  return [...loader, path, ...args];
}
