/** What the parent told it was sent to writers below, by writers that are not: L1, F3a, L5. */
import { describe, expect, test } from 'vitest';
import type { WriterId } from '../ids.ts';
import { Books, name } from './books.test-kit.ts';
import { ToldCells } from './told-cells.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const [rome, oslo] = [name('rome'), name('oslo')];
const till = name('till');
const cell = (n: number, from = rome, at = lamp, to: WriterId = till) => ({ pool: at, from, to, n, seq: n });

describe('[L1] a cell that was told', () => {
  test('[L1] is news where it says more than was told of that pool, sender and taker', () => {
    const told = new ToldCells();
    expect(told.isEmpty).toBe(true);
    expect([3, 3, 2, 4].map((n) => told.note(cell(n)))).toEqual([true, false, false, true]);
    const others = [cell(1, oslo), cell(1, rome, bulb), cell(1, rome, lamp, name('stall'))];
    expect(others.map((other) => told.note(other))).toEqual([true, true, true]);
    expect(told.note(cell(0, name('nobody')))).toBe(false);
    expect([...told.writers]).toEqual([till, name('stall')]);
    expect(told.untaken(till, undefined)).toEqual([cell(4), cell(1, oslo), cell(1, rome, bulb)]);
    expect(told.untaken(name('nobody'), undefined)).toEqual([]);
  });

  test('[L1] is kept until its taker wrote all of it down', () => {
    const books = new Books();
    const told = new ToldCells();
    for (const each of [cell(4), cell(2, oslo)]) told.note({ ...each, to: books.shop.writer });
    const took = (from: WriterId, n: number) =>
      books.say(books.shop, { type: 'took', from, items: [{ pool: lamp, seq: 1, n }] });
    const left = () => told.untaken(books.shop.writer, books.shop).map(({ from }) => from);
    took(rome, 3);
    expect(left()).toEqual([rome, oslo]);
    took(rome, 4);
    expect([left(), told.isEmpty]).toEqual([[oslo], false]);
    took(oslo, 3);
    expect([left(), told.isEmpty]).toEqual([[], true]);
  });

  test('[L5] is one of so many for a writer at the most, and what was told of may still grow', () => {
    const told = new ToldCells();
    for (let i = 0; i < 100_000; i += 1) told.note(cell(1, rome, pool(`sku-${i}`)));
    expect(told.note(cell(1))).toBe(false);
    expect(told.note(cell(2, rome, pool('sku-7')))).toBe(true);
    expect(told.note(cell(1, rome, lamp, name('stall')))).toBe(true);
  });

  test('[F3] counts beyond what its sender said, and its taker wrote down, and nobody twice', () => {
    const told = new ToldCells();
    for (const each of [cell(5), cell(3, oslo), cell(9, rome, bulb)]) told.note(each);
    const units = (took: number, said: number) =>
      told.units(till, lamp, took === 0 ? [] : [{ writer: rome, n: took, seq: 1 }], (from) =>
        from === rome ? said : 0,
      );
    expect([units(0, 0), units(2, 0), units(2, 4), units(4, 2), units(9, 0)]).toEqual([8, 6, 4, 4, 3]);
    expect(told.units(name('stall'), lamp, [], () => 0)).toBe(0);
  });
});
