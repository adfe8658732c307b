/** What one caller may have of the shapes that all share. */
import { expect, test } from 'vitest';
import { type Owned, roomFor, UNUSED_MS } from './callers.ts';
import { Shape } from './shape/shape.ts';
import { parseWhere } from './where/parse.ts';
import { termsOf } from './where/predicate.ts';

const NOW_MS = 1_000_000;
const MOST = { shapes: 3, terms: 100 };

function shapes(...of: (Partial<Owned> & { terms?: number })[]): Owned[] {
  return of.map(({ terms = 1, ...more }) => {
    return { caller: 'one', waiting: 0, touchedMs: NOW_MS, rows: { terms }, ...more };
  });
}

const unused = { touchedMs: NOW_MS - UNUSED_MS - 1 };

test('shapes of a caller, and what their clauses ask of each change, are bounded; those of others do not count', () => {
  const room = (all: Owned[], more: { shapes: number; terms: number }) =>
    roomFor('one', all, more, MOST, NOW_MS)?.map((shape) => all.indexOf(shape));
  const one = { shapes: 1, terms: 0 };
  expect(room(shapes({}, {}, { caller: 'two' }, { caller: undefined }), one)).toEqual([]);
  expect(room(shapes({}, {}, {}), one)).toBeUndefined();
  expect(room(shapes({}, unused, { touchedMs: 0 }), one)).toEqual([2]);
  expect(room(shapes({}, { ...unused, waiting: 1 }, { ...unused, caller: 'two' }, {}), one)).toBeUndefined();
  expect(room(shapes({ terms: 60 }), { shapes: 0, terms: 40 })).toEqual([]);
  expect(room(shapes({ terms: 60 }), { shapes: 0, terms: 41 })).toBeUndefined();
  expect(
    room(shapes({ terms: 60, ...unused }, { terms: 50, touchedMs: 0 }), { shapes: 0, terms: 60 }),
  ).toEqual([1, 0]);
});

test('a shape is of who read it first, and of who reads it after that one has left', () => {
  const definition = { table: 'levels', where: undefined, params: {}, columns: undefined, client: undefined };
  const shape = new Shape({ ...definition, replica: 'default', log: 'full' }, { bytes: 0 });
  shape.readBy('one', NOW_MS);
  for (let ms = 0; ms <= UNUSED_MS; ms += UNUSED_MS / 2) shape.readBy('two', NOW_MS + ms);
  expect(shape.caller).toBe('one');
  shape.readBy('one', NOW_MS + UNUSED_MS);
  shape.readBy('two', NOW_MS + 2 * UNUSED_MS);
  expect(shape.caller).toBe('one');
  shape.readBy('two', NOW_MS + 2 * UNUSED_MS + 1);
  expect([shape.caller, shape.touchedMs]).toEqual(['two', NOW_MS + 2 * UNUSED_MS + 1]);
});

test('terms are what a row is asked: a list is looked up, and counts once', () => {
  const terms = (clause: string) => termsOf(parseWhere(clause, [{ name: 'i', type: 'int4' }]).predicate);
  expect(terms('i in (1, 2, 3)')).toBe(1);
  expect(terms('not (i > 1 and i < 9) or i between 3 and 4')).toBe(5);
});
