import { expect, test } from 'vitest';
import { findBannedCalls } from './bans.ts';

const inCore = (text: string) => findBannedCalls([{ path: 'crdt/src/a.ts', text }]);

test.each([
  ['const now = Date.now();', 'Date.now'],
  ['const now = Date\n  .now();', 'Date.now'],
  ['const now = new Date(0);', 'new Date'],
  ['const now = new Date;', 'new Date'],
  ['const now = Date();', 'Date()'],
  ['const now = performance.now();', 'performance.now'],
  ['const p = Math.random();', 'Math.random'],
  ['setTimeout(run, 1);', 'setTimeout'],
  ['const wait = setTimeout;', 'setTimeout'],
  ['setInterval(run, 1);', 'setInterval'],
  ['setImmediate(run);', 'setImmediate'],
  ['queueMicrotask(run);', 'queueMicrotask'],
  ['const id = webCrypto.randomUUID();', 'randomUUID'],
  ['const home = process.env.HOME;', 'process'],
  ["import { a } from 'node:fs';", 'node:'],
  ["const page = await fetch('x');", 'fetch'],
  ["console.log('x');", 'console'],
  ['const bytes = crypto.getRandomValues(a);', 'crypto'],
  ['const clock = globalThis.Date;', 'globalThis'],
  ['const text = `at ${Date.now()}`;', 'Date.now'],
])('in the core, %s is found', (text, name) => {
  expect(inCore(text)).toEqual([expect.stringContaining(`uses ${name}:`)]);
});

test.each([
  '/** The caller reads Date.now() for us. */',
  "throw new Error('Math.random() is not pure');",
  'link.process(frame);',
  'const { fetch } = ports;\nports.fetch(1);',
  'const row = parents.crypto;',
  'const updated = validUpToDate(1);',
  'reprocess.all();',
])('in the core, %s is fine', (text) => {
  expect(inCore(text)).toEqual([]);
});

test('shells and tests may read the clock, and the finding names the line', () => {
  const text = '\n\nDate.now();';
  expect(findBannedCalls([{ path: 'server/src/a.ts', text }])).toEqual([]);
  expect(findBannedCalls([{ path: 'crdt/src/a.test.ts', text }])).toEqual([]);
  expect(inCore(text)).toEqual([expect.stringContaining('crdt/src/a.ts:3 ')]);
});
