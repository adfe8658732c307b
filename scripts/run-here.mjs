/**
 * Runs a program of this repository inside this process, as if it had been started with
 * `node <file> <args>`. With no second process there is no signal to pass on, no exit code to
 * copy, and nothing left running when this process is killed.
 */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './setup.mjs';

export async function runHere(file, args) {
  const path = join(root, file);
  process.argv = [process.argv[0], path, ...args];
  await import(pathToFileURL(path).href);
}
