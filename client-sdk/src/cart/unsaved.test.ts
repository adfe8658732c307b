/** What is saved is what the region said, no more and no less. */
import type { Sku } from '@tallystick/crdt';
import { addUnits, setFields } from '@tallystick/crdt/cart';
import { expect, test } from 'vitest';
import * as Y from 'yjs';
import { Unsaved } from './unsaved.ts';

const LAMP = 'LAMP' as Sku;

function device() {
  const doc = new Y.Doc();
  const unsaved = new Unsaved();
  const updates: Uint8Array[] = [];
  doc.on('update', (update) => {
    updates.push(update);
    unsaved.add(update);
  });
  return { doc, unsaved, updates };
}

test('an edit is saved when it was heard, and those after it are not', () => {
  const { doc, unsaved, updates } = device();
  expect(unsaved.isEmpty).toBe(true);
  addUnits(doc, LAMP, 1);
  addUnits(doc, LAMP, 1);
  unsaved.hear(updates[0] as Uint8Array);
  expect(unsaved.isEmpty).toBe(false);
  unsaved.hear(updates[1] as Uint8Array);
  expect(unsaved.isEmpty).toBe(true);
});

test('a deletion counts, and an update of somebody else says nothing of it', () => {
  const { doc, unsaved } = device();
  setFields(doc, { note: 'ring twice' });
  unsaved.hear(Y.encodeStateAsUpdate(doc));
  setFields(doc, { note: undefined });
  const other = new Y.Doc();
  addUnits(other, LAMP, 1);
  unsaved.hear(Y.encodeStateAsUpdate(other));
  unsaved.hearVector(Y.encodeStateVector(doc));
  expect(unsaved.isEmpty).toBe(false);
  unsaved.hear(Y.encodeStateAsUpdate(doc));
  expect(unsaved.isEmpty).toBe(true);
});

test('of a copy that was read from the device, what the region has already is saved, and only that', () => {
  const { doc } = device();
  addUnits(doc, LAMP, 2);
  const region = new Y.Doc();
  Y.applyUpdate(region, Y.encodeStateAsUpdate(doc));
  const ofRegion = Y.encodeStateVector(region);
  setFields(doc, { note: 'x' });
  setFields(doc, { note: 'y' });
  const read = new Unsaved();
  read.add(Y.encodeStateAsUpdate(doc));
  read.hearVector(ofRegion);
  // What the region lacks of a document comes with every deletion that the region knows of.
  read.hear(Y.encodeStateAsUpdate(region, Y.encodeStateVector(doc)));
  expect(read.isEmpty).toBe(false);
  Y.applyUpdate(region, Y.encodeStateAsUpdate(doc, ofRegion));
  read.hear(Y.encodeStateAsUpdate(region, ofRegion));
  expect(read.isEmpty).toBe(true);
});
