/** Guards the core against time, chance and the outside world: in `crdt` they are arguments. */
import { blank } from './blank.ts';
import type { Finding, SourceFile } from './source-file.ts';
import { isTestCode, lineOf } from './source-file.ts';

/** A name that stands alone: not the end of a longer name and not the property of something. */
const alone = (pattern: string) => new RegExp(`(?<![\\w$.])${pattern}`, 'g');

const BANNED: Readonly<Record<string, RegExp>> = {
  'Date.now': alone('Date\\s*\\??\\.\\s*now\\b'),
  'new Date': alone('new\\s+Date\\b'),
  'Date()': /(?<![\w$.]|new\s+)Date\s*\(/g,
  'performance.now': alone('performance\\b(?=\\s*\\??\\.)'),
  'Math.random': alone('Math\\s*\\??\\.\\s*random\\b'),
  setTimeout: alone('setTimeout\\b'),
  setInterval: alone('setInterval\\b'),
  setImmediate: alone('setImmediate\\b'),
  queueMicrotask: alone('queueMicrotask\\b'),
  randomUUID: /\brandomUUID\b/g,
  process: alone('process\\b(?=\\s*\\??[.[])'),
  fetch: alone('fetch\\b(?=\\s*\\()'),
  console: alone('console\\b(?=\\s*\\??[.[])'),
  crypto: alone('crypto\\b'),
  globalThis: alone('globalThis\\b'),
  'node:': /(['"])node:/g,
};

export function findBannedCalls(files: readonly SourceFile[]): Finding[] {
  return files
    .filter((file) => file.path.startsWith('crdt/src/') && !isTestCode(file.path))
    .flatMap((file) => Object.entries(BANNED).flatMap(([name, pattern]) => findOne(file, name, pattern)));
}

function findOne(file: SourceFile, name: string, pattern: RegExp): Finding[] {
  // The names of modules are strings; everything else that is banned is code.
  const code = blank(file.text, name === 'node:' ? 'comments' : 'comments-and-strings');
  return [...code.matchAll(pattern)].map(
    (match) => `${file.path}:${lineOf(file.text, match.index)} uses ${name}: in the core it is an argument`,
  );
}
