#!/usr/bin/env node
/** `tallystick-agent`: run, look after and enrol one replica. */
import { runCli } from './commands.ts';

process.exitCode = await runCli(process.argv.slice(2));
