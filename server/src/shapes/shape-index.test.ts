/** The index of shapes against asking each of them: whoever wants a change is offered it, once. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ShapeIndex } from './shape-index.ts';
import { evaluator, type Truth } from './where/evaluate.ts';
import { parseWhere } from './where/parse.ts';
import { type Pin, pinOf } from './where/pin.ts';

const COLUMNS = [
  { name: 'i', type: 'int4' },
  { name: 'n', type: 'numeric' },
  { name: 's', type: 'text' },
];
/** Some are written in two ways that are equal. */
const VALUES: Readonly<Record<string, readonly string[]>> = {
  i: ['1', '2', '3'],
  n: ['1', '1.0', '1.50', '1.5', '-2'],
  s: ['a', 'A', "it''s"],
};

const columnAnd = (values: number) =>
  fc
    .constantFrom('i', 'n', 's')
    .chain((name) =>
      fc
        .array(fc.constantFrom(...(VALUES[name] as string[]), null), { minLength: 1, maxLength: values })
        .map((list) => ({ name, list: list.map((value) => (value === null ? 'null' : `'${value}'`)) })),
    );
const atom = fc.oneof(
  columnAnd(1).map(({ name, list }) => `${name} = ${list[0]}`),
  columnAnd(1).map(({ name, list }) => `${list[0]} = ${name}`),
  columnAnd(4).map(({ name, list }) => `${name} in (${list.join(', ')})`),
  columnAnd(1).map(({ name, list }) => `${name} <> ${list[0]}`),
  fc.constantFrom('i is null', `s like 'a%'`, 'i = n', 'i::text = s', 'i::float8 = 1.0'),
);
const clause = fc.letrec<{ clause: string }>((tie) => ({
  clause: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    atom,
    fc
      .tuple(tie('clause'), fc.constantFrom('and', 'or'), tie('clause'))
      .map(([a, op, b]) => `(${a} ${op} ${b})`),
    tie('clause').map((of) => `not (${of})`),
    tie('clause').map((of) => `(${of}) is true`),
  ),
})).clause;
const row = fc.option(
  fc.tuple(
    ...COLUMNS.map(({ name }) =>
      fc.constantFrom(...(VALUES[name] as string[]).map((value) => value.replace("''", "'")), null),
    ),
  ),
);

interface Asked {
  readonly says: Truth;
  readonly rows: { readonly pin: Pin | undefined };
}

test('each that a row before or after is in is offered the change, and none twice', () => {
  let [kept, offeredInAll] = [0, 0];
  fc.assert(
    fc.property(
      fc.array(clause, { maxLength: 12 }),
      fc.array(fc.nat(11), { maxLength: 4 }),
      fc.array(fc.tuple(row, row), { minLength: 1, maxLength: 8 }),
      (clauses, removed, changes) => {
        const shapes = clauses.map((text): Asked => {
          const where = parseWhere(text, COLUMNS);
          return { says: evaluator(where), rows: { pin: pinOf(where) } };
        });
        const index = new ShapeIndex<Asked>();
        for (const shape of shapes) index.add(shape);
        const gone = new Set(removed.flatMap((at) => shapes[at] ?? []));
        for (const shape of gone) index.remove(shape);
        const left = shapes.filter((shape) => !gone.has(shape));
        expect([index.all, index.size]).toEqual([left, left.length]);
        for (const [before, after] of changes) {
          const offered = [...index.offered(before, after)];
          const wants = left.filter(({ says }) =>
            [before, after].some((one) => one !== null && says(one) === true),
          );
          expect(new Set(offered).size).toBe(offered.length);
          expect(wants.filter((shape) => !offered.includes(shape))).toEqual([]);
          expect(offered.filter((shape) => !left.includes(shape))).toEqual([]);
          kept += left.length - offered.length;
          offeredInAll += offered.length;
        }
      },
    ),
    { numRuns: 150 },
  );
  expect(kept).toBeGreaterThan(0);
  expect(offeredInAll).toBeGreaterThan(0);
});

test('a thousand shapes of one value each are asked one at a time', () => {
  const index = new ShapeIndex<Asked>();
  const shapes = Array.from({ length: 1_000 }, (_, i): Asked => {
    const where = parseWhere(`i = ${i} and s like 'a%'`, COLUMNS);
    return { says: evaluator(where), rows: { pin: pinOf(where) } };
  });
  for (const shape of shapes) index.add(shape);
  expect([...index.offered(null, ['7', null, 'a'])]).toEqual([shapes[7]]);
  expect([...index.offered(['7', null, 'a'], ['8', null, 'a'])]).toEqual([shapes[7], shapes[8]]);
  expect([...index.offered(['5000', null, 'a'], null)]).toEqual([]);
});
