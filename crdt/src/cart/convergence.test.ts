/** Random histories of several devices: they converge, and to what a plain reading of the history says. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import * as Y from 'yjs';
import type { Sku } from '../ids.ts';
import { cartOf, devices, hear, meet } from './devices.test-kit.ts';
import { addUnits, setFields, setQuantity } from './edit.ts';
import { mergeCart } from './merge.ts';

const SKUS = ['A', 'B', 'C'] as Sku[];
const DEVICES = 4;

type Act =
  | { readonly act: 'add' | 'set'; readonly at: number; readonly sku: Sku; readonly n: number }
  | {
      readonly act: 'merge';
      readonly at: number;
      readonly sku: Sku;
      readonly n: number;
      readonly guest: number;
    }
  | { readonly act: 'hear'; readonly at: number; readonly from: number }
  | { readonly act: 'reload'; readonly at: number };

const at = fc.nat(DEVICES - 1);
const sku = fc.constantFrom(...SKUS);
const acts: fc.Arbitrary<Act[]> = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ act: fc.constant('add' as const), at, sku, n: fc.integer({ min: 1, max: 5 }) }),
    },
    { weight: 3, arbitrary: fc.record({ act: fc.constant('set' as const), at, sku, n: fc.nat(5) }) },
    { weight: 4, arbitrary: fc.record({ act: fc.constant('hear' as const), at, from: at }) },
    { weight: 1, arbitrary: fc.record({ act: fc.constant('reload' as const), at }) },
    {
      weight: 1,
      arbitrary: fc.record({
        act: fc.constant('merge' as const),
        at,
        sku,
        n: fc.integer({ min: 1, max: 5 }),
        guest: fc.nat(1),
      }),
    },
  ),
  { maxLength: 60 },
);

/** The meaning without any of our code: acts, and what each device knew when it acted. */
interface Written {
  readonly id: number;
  readonly kind: 'add' | 'set';
  readonly sku: Sku;
  readonly n: number;
  readonly saw: ReadonlySet<number>;
}

function expected(history: readonly Written[]) {
  return SKUS.flatMap((name) => {
    const mine = history.filter((act) => act.sku === name);
    const seen = new Set(mine.filter(({ kind }) => kind === 'set').flatMap(({ saw }) => [...saw]));
    const unseen = mine.filter(({ id }) => !seen.has(id));
    const base = Math.max(0, ...unseen.filter(({ kind }) => kind === 'set').map(({ n }) => n));
    const added = unseen.filter(({ kind }) => kind === 'add').reduce((sum, { n }) => sum + n, 0);
    return base + added === 0 ? [] : [{ sku: name, quantity: base + added }];
  });
}

/** Carries the acts out on documents and writes down what they mean. Merges stand in it where `merges`. */
function live(script: readonly Act[], merges: boolean) {
  const docs = devices(DEVICES);
  const knows = docs.map(() => new Set<number>());
  const history: Written[] = [];
  let nextClient = 100;
  script.forEach((step, id) => {
    const doc = docs[step.at] as Y.Doc;
    const known = knows[step.at] as Set<number>;
    switch (step.act) {
      case 'hear':
        hear(doc, docs[step.from] as Y.Doc);
        for (const one of knows[step.from] as Set<number>) known.add(one);
        return;
      case 'reload': {
        // The page is loaded again: the same knowledge under another client id.
        const fresh = new Y.Doc();
        fresh.clientID = nextClient++;
        hear(fresh, doc);
        docs[step.at] = fresh;
        return;
      }
      case 'merge':
        if (merges) mergeCart(doc, `guest-${step.guest}`, { lines: [{ sku: step.sku, quantity: step.n }] });
        return;
      case 'add':
        addUnits(doc, step.sku, step.n);
        break;
      case 'set': {
        const isEmpty = !cartOf(doc).lines.some((line) => line.sku === step.sku);
        setQuantity(doc, step.sku, step.n);
        if (step.n === 0 && isEmpty) return;
      }
    }
    history.push({ id, kind: step.act, sku: step.sku, n: step.n, saw: new Set(known) });
    known.add(id);
  });
  meet(docs);
  return { docs, history };
}

describe('[K5] random histories', () => {
  test('every device ends with the cart that the history means', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const { docs, history } = live(script, false);
        for (const doc of docs) expect(cartOf(doc).lines).toEqual(expected(history));
      }),
      { numRuns: 150 },
    );
  });

  test('with merges of guests too, all devices end with the same cart', () => {
    fc.assert(
      fc.property(acts, (script) => {
        const { docs } = live(script, true);
        for (const doc of docs) expect(cartOf(doc)).toEqual(cartOf(docs[0]));
      }),
      { numRuns: 60 },
    );
  });

  test('in whatever order updates arrive, and twice, the cart is the same', () => {
    fc.assert(
      fc.property(acts, fc.infiniteStream(fc.nat(1_000)), (script, order) => {
        const updates: Uint8Array[] = [];
        const { docs } = live(script, true);
        for (const doc of docs) updates.push(Y.encodeStateAsUpdate(doc));
        const shuffled = [...updates, ...updates]
          .map((update) => ({ update, key: order.next().value as number }))
          .sort((a, b) => a.key - b.key);
        const late = new Y.Doc();
        for (const { update } of shuffled) Y.applyUpdate(late, update);
        expect(cartOf(late)).toEqual(cartOf(docs[0]));
      }),
      { numRuns: 60 },
    );
  });
});

/** A generator of numbers that is the same each time, for a history too long for fast-check. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

describe('[K6] size', () => {
  test('a cart of twenty lines that three devices edited 10,000 times stays under 32 KiB, and an edit under 4 KiB', () => {
    const docs = devices(3);
    const pick = numbers(7);
    let largest = 0;
    let bytes = 0;
    for (const doc of docs) {
      doc.on('update', (update: Uint8Array, origin: unknown) => {
        if (origin === 'heard') return;
        largest = Math.max(largest, update.length);
        bytes += update.length;
      });
    }
    for (let i = 0; i < 10_000; i += 1) {
      const doc = docs[pick(3)] as Y.Doc;
      const line = `SKU-${pick(20)}` as Sku;
      switch (pick(4)) {
        case 0:
          setQuantity(doc, line, pick(9));
          break;
        case 1:
          if (pick(20) === 0) setFields(doc, { note: `note ${i}`, gift: i % 2 === 0 });
          break;
        default:
          addUnits(doc, line, 1 + pick(3));
      }
      if (i % 10 === 0) {
        const listener = docs[pick(3)] as Y.Doc;
        Y.applyUpdate(listener, Y.encodeStateAsUpdate(doc, Y.encodeStateVector(listener)), 'heard');
      }
    }
    meet(docs);
    expect(cartOf(docs[1])).toEqual(cartOf(docs[0]));
    const size = Y.encodeStateAsUpdate(docs[0] as Y.Doc).length;
    expect(size).toBeLessThan(32 * 1024);
    expect(bytes / 10_000).toBeLessThan(256);
    expect(largest).toBeLessThan(4 * 1024);
  });
});
