/** What is written can be read, however much one act or one turn is about: L7. */
import { expect, test } from 'vitest';
import { decodeEntry, ENTRY_BYTES_MAX } from '../entry/codec.ts';
import { LINES_MAX, portions } from '../entry/lines-codec.ts';
import type { LineId, LocationId, Sku, WriterId } from '../ids.ts';
import { decodeFrame, encodeFrame } from '../wire/frame-codec.ts';
import { type Frame, ITEMS_MAX } from '../wire/frames.ts';
import type { SellLine } from './command.ts';
import { lose, receive, reclaim, sell } from './commands.test-kit.ts';
import { sourceOrders } from './pieces.ts';
import { pool, shop } from './world.test-kit.ts';

const [BERLIN, ROME] = ['berlin' as LocationId, 'rome' as LocationId];

test('[L7] [T5] lines are not split where their pieces would be more lines than an entry has', () => {
  const [usual] = sell('o', { lamp: 1 }).lines as [SellLine];
  const { locationId: _, ...open } = usual;
  const order = (count: number) => ({
    allowSplit: true,
    lines: Array.from({ length: count }, (_, i) => {
      const n = i === 0 ? 2 : 1;
      return { ...open, lineId: `${i}` as LineId, sku: `s${i}` as Sku, quantityBase: n, quantityUnits: n };
    }),
  });
  const sourced = (...counts: number[]) =>
    sourceOrders(
      counts.map((count) => order(count)),
      [BERLIN, ROME],
      () => counts.length,
    );
  expect(sourceOrders([order(LINES_MAX - 1)], [BERLIN, ROME], () => 1)).toMatchObject({ ok: true });
  expect(sourceOrders([order(LINES_MAX)], [BERLIN, ROME], () => 1)).toMatchObject({
    ok: false,
    short: [{ lineId: '0', requested: 2, available: 1 }],
  });
  expect(sourced(3, 4)).toMatchObject({ ok: true });
});

test('[L7] what one turn repays is written in as many entries as it takes', () => {
  const { world, berlin } = shop({});
  // What matters is written here; that so much comes to rest above takes the test ten seconds.
  world.comesToRest = false;
  const half = (letter: string) =>
    Object.fromEntries(Array.from({ length: 0.6 * LINES_MAX }, (_, i) => [`${letter}${i}`, 1]));
  for (const letter of ['a', 'b']) {
    berlin.do(receive(`in-${letter}`, half(letter)));
    berlin.do(sell(`out-${letter}`, half(letter), { departsFrom: [] }));
    berlin.do(lose(`lost-${letter}`, half(letter)));
  }
  berlin.turn((self, now) => {
    self.execute(101, receive('again-a', half('a')), now);
    self.execute(102, receive('again-b', half('b')), now);
  });
  expect(berlin.row('a0')).toMatchObject({ owed: 1, repaid: 1 });
  expect(berlin.row('b5999')).toMatchObject({ owed: 1, repaid: 1 });
  const repaid = berlin.journal.entries.filter(({ entry }) => entry.body.type === 'repaid');
  expect(repaid.map(({ bytes }) => decodeEntry(bytes))).toMatchObject([
    { body: { lines: { length: LINES_MAX } } },
    { body: { lines: { length: 0.2 * LINES_MAX } } },
  ]);
});

test('[L7] an order of more bytes than an entry has is refused, and nothing of it is written', () => {
  const { world, berlin } = shop({ lamp: 20_000 });
  const discounts = [{ kind: 'rate' as const, rateBp: 1, code: 'c'.repeat(120) }];
  const [usual] = sell('o', { lamp: 1 }).lines as [SellLine];
  const lines = Array.from({ length: LINES_MAX }, (_, i) => {
    return {
      ...usual,
      lineId: `${i}`.padEnd(120, '-') as LineId,
      discounts: [...discounts, ...discounts, ...discounts],
    };
  });
  const { seq } = berlin.replica.ledger.self.head;
  const refused = berlin.do({ ...sell('large', {}), lines });
  expect(refused).toMatchObject({ ok: false, code: 'invalid_request' });
  expect(!refused.ok && refused.message).toContain(`at most ${ENTRY_BYTES_MAX}`);
  expect(berlin.replica.ledger.self.head.seq).toBe(seq);
  expect(berlin.do(sell('small', { lamp: 1 }))).toMatchObject({ ok: true });
  world.calm();
});

test('[L7] a reclaim has no more lines than any other command', () => {
  const { berlin } = shop({ lamp: 1 });
  const units = Object.fromEntries(Array.from({ length: LINES_MAX + 1 }, (_, i) => [`s${i}`, 1]));
  expect(berlin.do(reclaim('r', berlin.self, units))).toMatchObject({
    ok: false,
    code: 'invalid_request',
    message: `At most ${LINES_MAX} lines.`,
  });
});

test('[L7] what goes into several is all of it, in its order, and nothing is nothing', () => {
  expect(portions([])).toEqual([]);
  expect(portions([1, 2, 3], 3)).toEqual([[1, 2, 3]]);
  expect(portions([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  const items = Array.from({ length: ITEMS_MAX + 1 }, (_, i) => ({ pool: pool(`s${i}`), atLeast: 1 }));
  const names = {
    writer: 'a.1.00000000000000000000000000000000',
    parent: 'b.1.00000000000000000000000000000000',
  };
  const frames = portions(items, ITEMS_MAX).map(
    (part) => ({ kind: 'denied', ...names, items: part }) as Frame & { writer: WriterId },
  );
  expect(frames.map((frame) => decodeFrame(encodeFrame(frame)))).toEqual(frames);
});
