/** `npm run replay`: set up, then `tallystick replay` with the same arguments. */

import { runHere } from './run-here.mjs';
import { setUp } from './setup.mjs';

setUp();
await runHere('server/dist/cli/main.js', ['replay', ...process.argv.slice(2)]);
