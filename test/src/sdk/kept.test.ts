/** The copy of a cart on a device: what may become of it, and what the cart does then. */
import { keep } from '@tallystick/client-sdk/test-kit';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, expect, onTestFinished, test } from 'vitest';
import * as Y from 'yjs';

const NAME = 'tallystick cart http://eu.test c1';
interface Open {
  readonly result: {
    transaction(of: string[], mode: string): { objectStore(name: string): { add(value: unknown): void } };
    close(): void;
  };
  onsuccess: () => void;
}
let databases: { open(name: string): Open; databases(): Promise<{ readonly name: string }[]> };

beforeEach(() => {
  databases = new IDBFactory() as unknown as typeof databases;
  Object.assign(globalThis, { indexedDB: databases, IDBKeyRange });
});

const open = async (doc = new Y.Doc()) => ({ doc, kept: await keep(NAME, doc, () => {}) });
const namesIn = async () => (await databases.databases()).map(({ name }) => name).sort();

/** What y-indexeddb leaves to the console of a page. */
function toTheConsole(): void {
  const others = process.listeners('unhandledRejection');
  process.removeAllListeners('unhandledRejection');
  process.on('unhandledRejection', () => {});
  onTestFinished(() => {
    process.removeAllListeners('unhandledRejection');
    for (const one of others) process.on('unhandledRejection', one);
  });
}

function database(): Promise<Open['result']> {
  return new Promise((resolve) => {
    const request = databases.open(NAME);
    request.onsuccess = () => resolve(request.result);
  });
}

test('what was written is there for the next page, and nothing else is left behind', async () => {
  const { doc, kept } = await open();
  doc.getMap('lines').set('LAMP', 2);
  expect(await kept?.written()).toBe(true);
  // Its page is gone without a word.
  const next = await open();
  expect(next.doc.getMap('lines').get('LAMP')).toBe(2);
  await keep(`${NAME}-2`, new Y.Doc(), () => {});
  expect((await namesIn()).filter((name) => name.includes('probe'))).toHaveLength(1);
});

test('a copy that cannot be read is let be: the cart goes on without one', async () => {
  toTheConsole();
  const { kept } = await open();
  await kept?.close();
  const damaged = await database();
  damaged
    .transaction(['updates'], 'readwrite')
    .objectStore('updates')
    .add(new Uint8Array([255, 255, 255, 7]));
  damaged.close();
  const { doc, kept: none } = await open();
  expect(none).toBeUndefined();
  doc.getMap('lines').set('LAMP', 2);
  expect(doc.getMap('lines').get('LAMP')).toBe(2);
});

test('a copy that another tab takes away is gone, and edits go on without it', async () => {
  const doc = new Y.Doc();
  let told = 0;
  const kept = await keep(NAME, doc, () => {
    told += 1;
  });
  const other = await open();
  await other.kept?.forget();
  await expect.poll(() => told).toBeGreaterThan(0);
  doc.getMap('lines').set('LAMP', 2);
  expect(await kept?.written()).toBe(false);
  expect(kept?.isWhole).toBe(false);
});
