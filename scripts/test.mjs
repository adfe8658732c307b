/** `npm test`: set up, then all tests once. Arguments go to vitest, such as a file name or `-t word`. */

import { runHere } from './run-here.mjs';
import { setUp } from './setup.mjs';

setUp();
await runHere('node_modules/vitest/vitest.mjs', ['run', ...process.argv.slice(2)]);
