/** `npm start`: set up, then `tallystick up` with the same arguments. */

import { runHere } from './run-here.mjs';
import { setUp } from './setup.mjs';

setUp();
await runHere('server/dist/cli/main.js', ['up', ...process.argv.slice(2)]);
