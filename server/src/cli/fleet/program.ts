/** Programs of ours as child processes: built code with plain node, sources through tsx. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = import.meta.url;
const isSource = here.endsWith('.ts');

/** The arguments for `node` that run `tallystick …`: regions and the authority take in whole trees, with node's own heap. */
export function serverProgram(...args: readonly string[]): string[] {
  return program(fileURLToPath(new URL(isSource ? '../main.ts' : '../main.js', here)), [], args);
}

/** The arguments for `node` that run the sign-in provider of `tallystick up`. */
export function providerProgram(...args: readonly string[]): string[] {
  const path = isSource ? '../up/provider/main.ts' : '../up/provider/main.js';
  return program(fileURLToPath(new URL(path, here)), [], args);
}

/** The arguments for `node` that run `tallystick-agent …`. */
export function agentProgram(...args: readonly string[]): string[] {
  const index = fileURLToPath(import.meta.resolve('@tallystick/store-agent'));
  const path = index.replace(/index\.(ts|js)$/, 'cli/main.$1');
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build first.`);
  // A turn's objects die young; a small nursery keeps two dozen replicas on one machine.
  return program(path, ['--max-semi-space-size=4'], args);
}

function program(path: string, flags: readonly string[], args: readonly string[]): string[] {
  const loader = isSource ? ['--conditions=tallystick-source', '--import', 'tsx'] : [];
  return [...flags, ...loader, path, ...args];
}
