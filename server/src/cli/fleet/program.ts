/** Programs of ours as child processes: built code with plain node, sources through tsx. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const here = import.meta.url;
const isSource = here.endsWith('.ts');
const SERVER = fileURLToPath(new URL(isSource ? '../main.ts' : '../main.js', here));

/** MiB. A turn's objects die young; a small nursery for each keeps two dozen replicas on one machine. */
const NURSERY = { ofReplica: 4, ofServer: 64 };

/**
 * Many programs on few cores leave none idle that would help to collect garbage: threads for it cost more than they save. And
 * shops and tills on one machine spend a fifth of its time on optimising code that then runs for seconds: each
 * waits until a function is well used, and takes less of what that calls into it.
 */
const AGENT_FLAGS = [
  '--single-threaded-gc',
  '--interrupt-budget=1000000',
  '--max-inlined-bytecode-size-cumulative=230',
];

/** The arguments for `node` that run `tallystick region …`. What a request needs lives until its commit, in a crowd for long. */
export function regionProgram(...args: readonly string[]): string[] {
  return program(SERVER, [`--max-semi-space-size=${NURSERY.ofServer}`], ['region', ...args]);
}

/** The arguments for `node` that run `tallystick authority …`: what a whole tree sent lives until its turn is in the books. */
export function authorityProgram(...args: readonly string[]): string[] {
  return program(SERVER, [`--max-semi-space-size=${NURSERY.ofServer}`], ['authority', ...args]);
}

/** The arguments for `node` that run the sign-in provider of `tallystick up`. */
export function providerProgram(...args: readonly string[]): string[] {
  const path = isSource ? '../up/provider/main.ts' : '../up/provider/main.js';
  return program(fileURLToPath(new URL(path, here)), [], args);
}

/** The arguments for `node` that run `tallystick-agent …`, so many replicas in one program. */
export function agentProgram(replicas: number, ...args: readonly string[]): string[] {
  const index = fileURLToPath(import.meta.resolve('@tallystick/store-agent'));
  const path = index.replace(/index\.ts$/, 'cli/main.ts').replace(/index\.js$/, 'cli/agent.js');
  if (!existsSync(path)) throw new Error(`${path} is missing: run npm run build first.`);
  const nursery = Math.min(NURSERY.ofServer, NURSERY.ofReplica * replicas);
  return program(path, [`--max-semi-space-size=${nursery}`, ...AGENT_FLAGS], args);
}

function program(path: string, flags: readonly string[], args: readonly string[]): string[] {
  const loader = isSource ? ['--conditions=tallystick-source', '--import', 'tsx'] : [];
  return [...flags, ...loader, path, ...args];
}
