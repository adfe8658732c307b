/** A cart that two devices edited a thousand times, read from disk as for somebody who opens it. Started as a helper of a bench. */
import { join } from 'node:path';
import type { Sku } from '@tallystick/crdt';
import { addUnits, readCart, setQuantity } from '@tallystick/crdt/cart';
import { CartFile, Carts, documentOf } from '@tallystick/server/test-kit';
import { createLog } from '@tallystick/store-agent';
import * as Y from 'yjs';
import type { Round } from '../bench.ts';
import { roundOf } from '../figures.ts';
import { answer } from '../helper.ts';

const SKUS = Array.from({ length: 20 }, (_, i) => `SKU-${i}` as Sku);

let file: CartFile | undefined;

async function made(folder: string, edits: number): Promise<CartFile> {
  const opened = new CartFile(join(folder, 'carts.db'));
  const carts = new Carts({
    file: opened,
    log: createLog('bench', 'error'),
    regionClient: 1,
    nowMs: () => Date.now(),
  });
  carts.create('cart', () => {});
  const cart = carts.find('cart');
  if (cart === undefined) throw new Error('The cart is not there.');
  const devices = [new Y.Doc(), new Y.Doc()];
  const nobody = { send: () => {}, end: (_: number, why: string) => fail(why) };
  for (const doc of devices) {
    doc.on('update', (update: Uint8Array, origin: unknown) => {
      if (origin === 'other') return;
      carts.take(cart, update, nobody);
      for (const other of devices) if (other !== doc) Y.applyUpdate(other, update, 'other');
    });
  }
  for (let i = 0; i < edits; i += 1) {
    const doc = devices[i % 2] as Y.Doc;
    const sku = SKUS[i % SKUS.length] as Sku;
    if (i % 3 === 0) setQuantity(doc, sku, 1 + (i % 9));
    else addUnits(doc, sku, 1);
    await carts.durable(cart);
  }
  return opened;
}

function fail(why: string): never {
  throw new Error(why);
}

/** Read, checked, and written for a client that has nothing of it. */
async function open(asked: { folder: string; edits: number; seconds: number }): Promise<Round> {
  const { folder, edits, seconds } = asked;
  file ??= await made(folder, edits);
  const tookMs: number[] = [];
  const startedMs = performance.now();
  let bytes = 0;
  for (let nowMs = startedMs; nowMs < startedMs + seconds * 1_000; ) {
    const stored = file.load('cart') ?? fail('The cart is gone.');
    const doc = documentOf(stored);
    if (!readCart(doc).ok) fail('The cart cannot be read.');
    bytes = Y.encodeStateAsUpdate(doc).length;
    doc.destroy();
    const doneMs = performance.now();
    tookMs.push(doneMs - nowMs);
    nowMs = doneMs;
  }
  const round = roundOf(tookMs, (performance.now() - startedMs) / 1_000);
  return { ...round, note: `${bytes} bytes` };
}

answer({ open });
