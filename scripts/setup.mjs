/**
 * Makes a clone ready to run: right Node, packages installed, sources built. Each step looks
 * first and does nothing when there is nothing to do, so every npm script can begin with it.
 *
 * It writes only to stderr: stdout belongs to the program that is started afterwards.
 */
import { fileURLToPath } from 'node:url';
import { buildIfChanged } from './build.mjs';
import { installIfNeeded } from './install.mjs';

export const root = fileURLToPath(new URL('..', import.meta.url));

/** The first Node 20 with everything our runtime packages use. */
const NODE_MIN = [20, 12];

/** Ends the process with exit code 1 and a sentence on stderr if the clone cannot be made ready. */
export function setUp({ build = true } = {}) {
  try {
    assertNode();
    installIfNeeded(root, say);
    if (build) buildIfChanged(root, say);
  } catch (error) {
    say(error.message);
    process.exit(1);
  }
}

function assertNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > NODE_MIN[0] || (major === NODE_MIN[0] && minor >= NODE_MIN[1])) return;
  throw new Error(
    `this is Node ${process.versions.node}, which is too old: Node ${NODE_MIN.join('.')} or newer is needed.`,
  );
}

function say(line) {
  process.stderr.write(`tallystick: ${line}\n`);
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  setUp({ build: !process.argv.includes('--no-build') });
