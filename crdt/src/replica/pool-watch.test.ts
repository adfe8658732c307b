/** What a replica's own acts did to its pools: who is decided again, who is told, and what is repaid first: T4, R2. */
import { describe, expect, test } from 'vitest';
import type { EntryBody } from '../entry/entry.ts';
import type { Moves } from '../hub/moves.ts';
import type { PoolId } from '../ids.ts';
import { atFirst, Books, name } from './books.test-kit.ts';
import { PoolWatch } from './pool-watch.ts';
import type { Uplink } from './uplink.ts';
import { pool } from './world.test-kit.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const lines = (n: number, at = lamp) => [{ pool: at, n }];
const received = (n: number, at = lamp): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: lines(n, at),
});
const lost = (less: number, owed: number, at = lamp): EntryBody => ({
  type: 'lost',
  cause: 'shrinkage',
  reason: 'x',
  lines: [{ pool: at, less, owed }],
});

/** An authority whose own acts are watched. */
class Watched extends Books {
  readonly changed: PoolId[] = [];
  readonly observed: [PoolId, number][] = [];
  hurries = 0;
  watch = this.open();

  open(): PoolWatch {
    const moves = {
      poolChanged: (at: PoolId) => this.changed.push(at),
      observe: (at: PoolId, n: number) => this.observed.push([at, n]),
    };
    const uplink = {
      hurry: () => {
        this.hurries += 1;
      },
    };
    return new PoolWatch(this.ledger, moves as never as Moves, uplink as never as Uplink);
  }

  own(...bodies: readonly EntryBody[]): void {
    for (const body of bodies) {
      this.ledger.append(body, '', 'system', atFirst);
      this.watch.afterOwn(body, atFirst);
    }
  }

  /** What it repays, as it writes it down. */
  repaid() {
    const { self } = this.ledger;
    const before = self.head.seq;
    this.watch.repay(atFirst);
    const { body } = this.ledger.entryAt(self.writer, before + 1) ?? {};
    return body?.type === 'repaid' ? body.lines : [];
  }
}

describe('[T4] what is owed', () => {
  test('[T4] is repaid with whatever becomes free there, as far as that goes, and no more', () => {
    const books = new Watched();
    books.own(received(1), lost(4, 3));
    expect(books.repaid()).toEqual([]);
    books.own(received(2), received(9, bulb));
    expect(books.repaid()).toEqual(lines(2));
    books.own(received(5));
    expect(books.repaid()).toEqual(lines(1));
    expect(books.repaid()).toEqual([]);
    books.watch.keep();
    expect([books.repaid(), books.ledger.usable(lamp)]).toEqual([[], 4]);
  });

  test('[F3] is not repaid with units taken back from a lost writer before that is settled', () => {
    const books = new Watched();
    const { ledger } = books;
    ledger.beginLife(name('paris'), 'store', name('hq'), atFirst);
    books.own(lost(2, 2), { type: 'reclaimed', writer: name('till'), items: lines(2) });
    expect(books.repaid()).toEqual([]);
    const { head } = ledger.self;
    head.settled = { seq: head.seq, hash: head.hash };
    expect(books.repaid()).toEqual(lines(2));
  });

  test('[D4] is owed on where the turn that repaid it failed', () => {
    const books = new Watched();
    books.own(lost(2, 2), received(2));
    books.commit();
    expect(books.repaid()).toEqual(lines(2));
    books.ledger.putBack();
    books.changed.length = 0;
    books.watch.putBack(false);
    // It is looked after already.
    expect(books.changed).toEqual([]);
    expect(books.repaid()).toEqual(lines(2));
  });

  test('[T4] is found again by a restart, and is not what a new life owes', () => {
    const books = new Watched();
    books.own(lost(2, 2), received(1), received(1, bulb));
    books.watch = books.open();
    expect(books.repaid()).toEqual([]);
    books.changed.length = 0;
    books.watch.findDebts();
    expect(books.changed).toEqual([lamp]);
    expect(books.repaid()).toEqual(lines(1));
    books.own(received(1));
    books.watch.forgetDebts();
    expect(books.repaid()).toEqual([]);
    // The turn in which the new life began failed.
    books.watch.putBack(true);
    expect(books.repaid()).toEqual(lines(1));
  });

  test('[F7] is looked after anew when somebody may be able to cover it, for as long as it is owed', () => {
    const books = new Watched();
    books.own(received(3, bulb), lost(2, 2));
    const again = () => {
      books.changed.length = 0;
      books.watch.debtsChanged();
      return books.changed;
    };
    expect(again()).toEqual([lamp]);
    books.watch.keep();
    expect(again()).toEqual([lamp]);
    books.own(received(2));
    books.repaid();
    books.watch.keep();
    expect(again()).toEqual([]);
  });
});

describe('[R4] who waits is decided again', () => {
  const closes = lines(1);
  const holdId = 'h1' as never;
  const moved = { orderId: 'o1' as never, reason: 'x', lines: [{ lineId: '1' as never, pool: lamp, n: 1 }] };

  test.each<[string, EntryBody]>([
    ['a delivery', received(1)],
    ['a return', { type: 'returned', ...moved }],
    ['a cancelled order', { type: 'cancelled', ...moved }],
    [
      'a count',
      { type: 'counted', reason: 'x', lines: [{ pool: lamp, found: 1, more: 1, less: 0, owed: 0 }] },
    ],
    ['a loss, which may free what a debt held', lost(1, 0)],
    ['a hold that ended', { type: 'released', holdId, cause: 'released', closes }],
    ['a hold that became an order', { type: 'confirmed', holdId, closes, lines: [] } as never as EntryBody],
    ['what was taken back', { type: 'reclaimed', writer: name('till'), items: closes }],
  ])('[R4] after %s', (_, body) => {
    const books = new Watched();
    books.watch.afterOwn(body, atFirst);
    expect([[...books.watch.grown], books.changed]).toEqual([[lamp], [lamp]]);
    books.watch.keep();
    expect(books.watch.grown.size).toBe(0);
    books.watch.afterOwn(body, atFirst);
    books.watch.putBack(false);
    expect(books.watch.grown.size).toBe(0);
  });

  test('[R2] and not after a sale or a hold, which are demand', () => {
    const books = new Watched();
    const sold = { type: 'sold', lines: [{ pool: lamp, quantityBase: 3, owed: 0 }] };
    books.watch.afterOwn(sold as never as EntryBody, atFirst);
    books.watch.afterOwn({ type: 'held', holdId, ttlMs: 1, lines: lines(2, bulb) }, atFirst);
    expect([books.watch.grown.size, books.changed]).toEqual([0, []]);
    expect(books.observed).toEqual([
      [lamp, 3],
      [bulb, 2],
    ]);
  });

  test('[L5] what a parent may give others is told at once', () => {
    const books = new Watched();
    books.own(lost(0, 0));
    expect(books.hurries).toBe(0);
    books.own(received(1));
    expect(books.hurries).toBe(1);
  });
});

test('[F8] units handed over without a right to them are owed from then on', () => {
  const books = new Watched();
  const sold = (owed: number) => ({ type: 'sold', lines: [{ pool: lamp, quantityBase: 3, owed }] });
  books.watch.afterOwn(sold(0) as never as EntryBody, atFirst);
  expect(books.changed).toEqual([]);
  books.watch.afterOwn(sold(1) as never as EntryBody, atFirst);
  expect(books.changed).toEqual([lamp]);
});
