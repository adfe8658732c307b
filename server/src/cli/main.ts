#!/usr/bin/env node
/** `tallystick`: the whole system from one command line. */
import { runCli } from './commands.ts';

process.exitCode = await runCli(process.argv.slice(2));
