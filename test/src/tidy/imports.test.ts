import { describe, expect, test } from 'vitest';
import type { Manifests } from './imports.ts';
import { findBadImports, importsOf } from './imports.ts';

const workspace = (...names: string[]) => ({
  dependencies: Object.fromEntries(names.map((name) => [name, '1'])),
  exports: { '.': {}, './wire': {} },
});
const manifests: Manifests = {
  '.': { devDependencies: { vitest: '1', 'fast-check': '1' } },
  crdt: workspace('lib0', 'yjs', 'zod'),
  'store-agent': workspace('@tallystick/crdt', 'ws'),
  server: workspace('@tallystick/crdt', '@tallystick/store-agent', 'pg'),
  'client-sdk': { ...workspace(), peerDependencies: { react: '1' } },
  'demo-app': workspace('@tallystick/client-sdk', '@tallystick/crdt'),
  test: workspace('@tallystick/crdt'),
};

function check(path: string, specifier: string) {
  return findBadImports([{ path, text: `import { a } from '${specifier}';\n` }], manifests);
}

describe('allows', () => {
  test.each([
    ['crdt/src/tally/join.ts', './row.ts'],
    ['crdt/src/tally/join.ts', '../ids.ts'],
    ['crdt/src/wire/codec.ts', 'lib0/encoding'],
    ['crdt/src/cart/edit.ts', 'yjs'],
    ['crdt/src/tally/join.test.ts', 'vitest'],
    ['crdt/src/tally/join.test.ts', 'node:fs'],
    ['crdt/src/tally/join.test.ts', './rows.test-kit.ts'],
    ['store-agent/src/uplink.ts', '@tallystick/crdt/wire'],
    ['store-agent/src/uplink.ts', 'node:fs'],
    ['server/src/region.ts', '@tallystick/store-agent'],
    ['server/src/books.ts', 'pg'],
    ['client-sdk/src/react.ts', 'react'],
    ['demo-app/src/shop/app.tsx', './cart.tsx'],
    ['demo-app/src/shop/app.tsx', './shop.css'],
    ['test/src/sim/main.ts', '@tallystick/crdt'],
    ['test/src/sim/main.ts', 'fast-check'],
  ])('%s importing %s', (path, specifier) => {
    expect(check(path, specifier)).toEqual([]);
  });
});

describe('refuses', () => {
  test.each([
    ['crdt/src/a.ts', '@tallystick/store-agent', 'crdt may not import store-agent'],
    ['crdt/src/a.ts', 'zod', 'the core uses only lib0'],
    ['crdt/src/tally/row.ts', 'yjs', 'the core uses only lib0'],
    ['crdt/src/a.ts', 'node:fs', 'the core does no I/O'],
    ['crdt/src/a.ts', 'fs', 'the core does no I/O'],
    ['crdt/src/a.ts', 'vitest', 'the core uses only lib0'],
    ['crdt/src/a.ts', './b', 'relative imports end in .ts'],
    ['crdt/src/a.ts', './b.js', 'relative imports end in .ts'],
    ['crdt/src/a.ts', './b.tsx', 'relative imports end in .ts'],
    ['crdt/src/a.ts', './b.test-kit.ts', 'only tests import test code'],
    ['crdt/src/a.ts', '@tallystick/crdt', 'inside a package imports are relative'],
    ['store-agent/src/a.ts', '../../crdt/src/ids.ts', 'across packages imports use the package name'],
    ['store-agent/src/a.ts', '@tallystick/server', 'store-agent may not import server'],
    ['store-agent/src/a.ts', '@tallystick/crdt/tally', "does not export './tally'"],
    ['store-agent/src/a.ts', 'fs', "write 'node:fs'"],
    ['store-agent/src/a.ts', 'pg', 'not in the dependencies of store-agent/package.json'],
    ['store-agent/src/a.test.ts', 'pg', 'neither in store-agent/package.json nor'],
    ['server/src/a.ts', '@tallystick/test', 'nothing imports test'],
    ['server/src/a.ts', '@tallystick/client-sdk', 'server may not import client-sdk'],
    ['client-sdk/src/a.ts', '@tallystick/crdt', 'not in client-sdk/package.json'],
    ['client-sdk/src/a.ts', '@tallystick/store-agent', 'client-sdk may not import store-agent'],
    ['demo-app/src/a.ts', '@tallystick/crdt', 'demo-app may not import crdt'],
  ])('%s importing %s', (path, specifier, reason) => {
    expect(check(path, specifier)).toEqual([expect.stringContaining(reason)]);
  });
});

test('finds every form of import and none in comments or messages', () => {
  const text = [
    "import 'a';",
    "import type { B } from 'b';",
    "export * from 'c';",
    "const d = await import('d');",
    "const e = require('e');",
    'import {',
    '  f,',
    "} from 'f';",
    "// import 'x';",
    "const message = `taken from 'y'`;",
    "const bytes = Buffer.from('z');",
  ].join('\n');
  expect(importsOf(text).map((found) => found.specifier)).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});
