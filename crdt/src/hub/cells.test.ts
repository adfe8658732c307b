/** Grants on their way down: L1, L2, F1a. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { PoolId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { pool } from '../replica/world.test-kit.ts';
import type { Cells, Frame } from '../wire/frames.ts';
import { catchUpCells, cellFrames, cellFramesBeside, formerCellFrames } from './cells.ts';
import { openSession, type Session } from './child.ts';

const CELLS_PER_FRAME = 2_000;
const later = { ...atFirst, monotonicMs: 77 };

function grant(books: Books, to: WriterId, units: number, ...pools: readonly PoolId[]): number {
  const items = pools.map((each) => ({ pool: each, n: units }));
  return books.ledger.append({ type: 'sent', to, items }, '', 'system', atFirst).seq;
}

const took = (books: Books, seq: number, n: number): EntryBody => ({
  type: 'took',
  from: books.ledger.self.writer,
  items: [{ pool: pool('lamp'), seq, n }],
});
const many = (count: number, from = 0) => Array.from({ length: count }, (_, i) => pool(`sku-${from + i}`));
const sessionOf = (books: Books, seen = 0) =>
  openSession({ writer: books.shop.writer, wantsLevels: false, heads: [] }, books.ledger.self.writer, seen);
const told = (frames: readonly Frame[]) => frames as readonly Cells[];

function frames(books: Books, session: Session): readonly Cells[] {
  const names = { writer: session.writer, parent: books.ledger.self.writer };
  return told(cellFrames(books.ledger, session, names, later));
}

describe('[L2] what a child has not heard of', () => {
  test('[L2] is found in the rows, from the entry on that it has seen: its own, and no other’s', () => {
    const books = new Books();
    const paris = books.add(name('paris'), 'paris');
    const first = grant(books, books.shop.writer, 2, pool('lamp'));
    grant(books, paris.writer, 5, pool('bulb'));
    grant(books, books.shop.writer, 3, pool('wick'));
    const fresh = sessionOf(books);
    catchUpCells(books.ledger, fresh);
    expect([...fresh.cells]).toEqual([pool('lamp'), pool('wick')]);
    books.say(books.shop, took(books, first, 2));
    const resumed = sessionOf(books, first);
    resumed.cellsSentTo = 99;
    catchUpCells(books.ledger, resumed);
    expect([[...resumed.cells], resumed.cellsSentTo]).toEqual([[pool('wick')], first]);
  });

  test('[L2] [F3a] is found also before that entry, where it wrote down less than was granted: it was away', () => {
    const books = new Books();
    const first = grant(books, books.shop.writer, 2, pool('lamp'), pool('wick'));
    books.say(books.shop, took(books, first, 2));
    const returned = sessionOf(books, first);
    catchUpCells(books.ledger, returned);
    expect([...returned.cells]).toEqual([pool('wick')]);
  });

  test('[L2] goes in one frame, with the cursor up to the end of the chain, and once', () => {
    const books = new Books();
    grant(books, name('paris'), 7, pool('lamp'));
    const seq = grant(books, books.shop.writer, 2, pool('lamp'));
    const session = sessionOf(books, seq - 1);
    session.cells.add(pool('lamp')).add(pool('nobody-sent-this'));
    const { self } = books.ledger;
    expect(frames(books, session)).toEqual([
      {
        kind: 'cells',
        writer: books.shop.writer,
        parent: self.writer,
        from: seq - 1,
        to: self.head.seq,
        cells: [{ pool: pool('lamp'), from: self.writer, to: books.shop.writer, n: 2, seq }],
      },
    ]);
    expect([session.cells.size, session.cellsSentTo, session.cellsSentAtMs]).toEqual([0, seq, 77]);
    session.cells.add(pool('nobody-sent-this'));
    const names = { writer: session.writer, parent: self.writer };
    expect(cellFrames(books.ledger, session, names, { ...later, monotonicMs: 99 })).toEqual([]);
    // Nor does that put off what is told again because nobody says that it came.
    expect(session.cellsSentAtMs).toBe(77);
  });

  test('[L2] is told also to a child of whom nothing has come yet but its hello and what it asks for', () => {
    const books = new Books();
    const { ledger } = books;
    const kiosk = name('kiosk');
    const seq = grant(books, kiosk, 2, pool('lamp'));
    const said = () => openSession({ writer: kiosk, wantsLevels: false, heads: [] }, ledger.self.writer, 0);
    const session = said();
    catchUpCells(ledger, session);
    expect([...session.cells]).toEqual([pool('lamp')]);
    const former = ledger.self.writer;
    ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    const names = { writer: kiosk, parent: ledger.self.writer };
    expect(told(formerCellFrames(ledger, said(), names)).map(({ cells }) => cells)).toEqual([
      [{ pool: pool('lamp'), from: former, to: kiosk, n: 2, seq }],
    ]);
  });
});

describe('[L2] more than one frame can hold', () => {
  /** Later grants to pools that were granted first, so that the order of pools is not that of entries. */
  function granted() {
    const books = new Books();
    grant(books, books.shop.writer, 1, ...many(1_500));
    grant(books, books.shop.writer, 1, ...many(1_500, 1_500));
    grant(books, books.shop.writer, 1, ...many(1_200, 3_000));
    grant(books, books.shop.writer, 1, ...many(300));
    const session = sessionOf(books);
    catchUpCells(books.ledger, session);
    return { books, session };
  }

  test('[L2] whatever frames get lost, no cursor has passed a cell that was not told', () => {
    const { books, session } = granted();
    const sent = frames(books, session);
    expect(sent.map(({ cells }) => cells.length)).toEqual([CELLS_PER_FRAME, CELLS_PER_FRAME, 200]);
    const all = sent.flatMap(({ cells }) => cells);
    expect(new Set(all.map(({ pool }) => pool)).size).toBe(4_200);
    expect(all.map(({ seq }) => seq)).toEqual(all.map(({ seq }) => seq).sort((a, b) => a - b));
    let seen = 0;
    for (const [i, { from, to, cells }] of sent.entries()) {
      expect(from).toBe(seen);
      expect(to).toBeGreaterThanOrEqual(from);
      seen = to;
      // Who has heard all frames up to here, and none behind it, lacks only what came after its cursor.
      const rest = sent.slice(i + 1).flatMap((each) => each.cells);
      for (const cell of rest) expect(cell.seq).toBeGreaterThan(to);
      expect(cells.length).toBeGreaterThan(0);
    }
    expect(seen).toBe(books.ledger.self.head.seq);
    // And no further back than need be: the second begins where the first could end.
    expect(sent.map(({ to }) => to)).toEqual([2, 4, 5]);
  });

  test('[L2] just as much as one can hold goes in one', () => {
    const books = new Books();
    const seq = grant(books, books.shop.writer, 1, ...many(CELLS_PER_FRAME));
    const session = sessionOf(books);
    catchUpCells(books.ledger, session);
    expect(frames(books, session).map(({ to, cells }) => [to, cells.length])).toEqual([
      [seq, CELLS_PER_FRAME],
    ]);
  });

  test('[L1] cells of other senders have no place in the cursor', () => {
    const { books, session } = granted();
    const [cell] = frames(books, session)[0]?.cells ?? [];
    const cells = Array.from({ length: CELLS_PER_FRAME + 1 }, () => cell as never);
    const at = session.cellsSentTo;
    const beside = told(cellFramesBeside(books.ledger.self.writer, session, cells));
    expect(beside.map(({ from, to, cells }) => [from, to, cells.length])).toEqual([
      [at, at, CELLS_PER_FRAME],
      [at, at, 1],
    ]);
    expect(beside[0]).toMatchObject({
      kind: 'cells',
      writer: session.writer,
      parent: books.ledger.self.writer,
    });
    expect(cellFramesBeside(books.ledger.self.writer, session, cells.slice(1))).toHaveLength(1);
    expect(cellFramesBeside(books.ledger.self.writer, session, [])).toEqual([]);
  });
});

describe('[F1a] what a former life granted', () => {
  function restored() {
    const books = new Books();
    const former = books.ledger.self;
    grant(books, books.shop.writer, 4, pool('lamp'), pool('bulb'));
    grant(books, name('paris'), 3, pool('wick'));
    books.ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    grant(books, books.shop.writer, 9, pool('torch'));
    const told = () => {
      const session = sessionOf(books);
      const names = { writer: session.writer, parent: books.ledger.self.writer };
      return (formerCellFrames(books.ledger, session, names) as readonly Cells[]).flatMap(
        ({ cells }) => cells,
      );
    };
    return { books, former, told };
  }

  test('[F1a] is told to whom it was granted, in the name of that life', () => {
    const { books, former, told } = restored();
    const cell = { from: former.writer, to: books.shop.writer, n: 4 };
    expect(told()).toMatchObject([
      { ...cell, pool: pool('lamp') },
      { ...cell, pool: pool('bulb') },
    ]);
  });

  test('[F1a] is told until it was taken whole', () => {
    const { books, former, told } = restored();
    const took = (n: number) =>
      books.say(books.shop, {
        type: 'took',
        from: former.writer,
        items: [{ pool: pool('lamp'), seq: 2, n }],
      });
    took(3);
    expect(told().map(({ pool, n }) => [pool, n])).toEqual([
      [pool('lamp'), 4],
      [pool('bulb'), 4],
    ]);
    took(4);
    expect(told().map(({ pool }) => pool)).toEqual([pool('bulb')]);
  });
});
