/** What this replica took of a life that ended, told to whoever settles that life below a child: F3a, F5. */
import { describe, expect, test } from 'vitest';
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import type { Stream } from '../replica/stream.ts';
import { pool } from '../replica/world.test-kit.ts';
import { Unsaid } from './unsaid.ts';

const [lamp, bulb] = [pool('lamp'), pool('bulb')];
const PARIS = 'paris' as ReplicaId;
const took = (from: Stream, n: number, at = lamp) =>
  ({ type: 'took', from: from.writer, items: [{ pool: at, seq: 1, n }] }) as const;
const sent = (to: WriterId, n: number, at = lamp) =>
  ({ type: 'sent', to, items: [{ pool: at, n }] }) as const;

/** An authority with two shops; a till that was its own child stands in Paris by now. */
class Above extends Books {
  readonly paris = this.add(name('paris'), 'paris');
  readonly till = this.add(name('till'), 'paris', this.paris.writer);
  readonly me = this.ledger.self.writer;
  unsaid = this.open();

  /** As after a restart. */
  open(): Unsaid {
    const unsaid = new Unsaid(this.ledger);
    this.ledger.onEffect = (stream, effect) => unsaid.onEffect(stream, effect);
    return unsaid;
  }

  takes(from: Stream, n: number, at: PoolId = lamp): void {
    this.ledger.append(took(from, n, at), '', 'system', atFirst);
  }

  lose(stream: Stream): void {
    this.ledger.fence(stream, 'retired', atFirst);
  }

  told(child: ReplicaId = PARIS) {
    return this.unsaid.cellsFor(child).map(({ pool: at, from, to, n, seq }) => [at, from, to, n, seq]);
  }
}

describe('[F3a] what it took of a life that was lost with its word of it', () => {
  test('[F3a] is told to the child below which that life is settled, once it has ended', () => {
    const above = new Above();
    above.takes(above.till, 3);
    above.takes(above.till, 4, bulb);
    expect([above.unsaid.isEmpty, above.told()]).toEqual([true, []]);
    above.lose(above.till);
    const all = [
      [lamp, above.till.writer, above.me, 3, 0],
      [bulb, above.till.writer, above.me, 4, 0],
    ];
    expect([above.unsaid.isEmpty, above.told()]).toEqual([false, all]);
    expect(above.told('berlin' as ReplicaId)).toEqual([]);
    above.unsaid = above.open();
    expect([above.unsaid.isEmpty, above.told()]).toEqual([false, all]);
  });

  test('[F3a] is to be told at once where it takes of a life that has ended, and not before', () => {
    const above = new Above();
    const isNews: boolean[] = [];
    above.ledger.onEffect = (stream, effect) => isNews.push(above.unsaid.onEffect(stream, effect));
    above.takes(above.till, 3);
    above.lose(above.till);
    above.takes(above.till, 4);
    above.say(above.paris, took(above.till, 1));
    above.ledger.append(sent(above.till.writer, 1), '', 'system', atFirst);
    expect(isNews).toEqual([false, true, false, false]);
  });

  test('[F3] [F3a] with what it took back of that life while it settled it: below, that would be taken back once more (seed 10307569)', () => {
    const above = new Above();
    above.takes(above.till, 3);
    above.lose(above.till);
    const { writer } = above.till;
    const items = [{ pool: lamp, n: 5 }];
    above.ledger.append({ type: 'reclaimed', writer, items }, 'r1', 'operator:1', atFirst);
    const all = [[lamp, writer, above.me, 8, 0]];
    expect(above.told()).toEqual(all);
    above.unsaid = above.open();
    expect(above.told()).toEqual(all);
    // Of another life nothing was taken, only taken back.
    const other = above.add(name('till', 2), 'paris', above.paris.writer);
    above.lose(other);
    above.ledger.append({ type: 'reclaimed', writer: other.writer, items }, 'r2', 'operator:1', atFirst);
    const both = [...all, [lamp, other.writer, above.me, 5, 0]];
    expect(above.told()).toEqual(both);
    above.unsaid = above.open();
    expect(above.told()).toEqual(both);
  });

  test('[F3a] is not told where that life said it itself', () => {
    const above = new Above();
    above.takes(above.till, 3);
    above.say(above.till, sent(above.me, 2));
    above.lose(above.till);
    expect(above.told()).toEqual([[lamp, above.till.writer, above.me, 3, 0]]);
    above.say(above.till, sent(above.me, 1));
    expect(above.told()).toEqual([]);
  });

  test('[F5] is its own alone: what others took they are heard to say', () => {
    const above = new Above();
    above.say(above.paris, took(above.till, 5));
    above.lose(above.till);
    expect([above.unsaid.isEmpty, above.told()]).toEqual([true, []]);
    above.unsaid = above.open();
    expect([above.unsaid.isEmpty, above.told()]).toEqual([true, []]);
  });

  test('[F5] of a child of its own is told to nobody: it settles that life itself', () => {
    const above = new Above();
    above.takes(above.shop, 3);
    above.lose(above.shop);
    expect([above.unsaid.isEmpty, above.told('berlin' as ReplicaId)]).toEqual([true, []]);
  });

  test('[F5] is told to nobody while all who could settle it there have ended too', () => {
    const above = new Above();
    above.takes(above.till, 3);
    above.lose(above.till);
    above.lose(above.paris);
    expect(above.told()).toEqual([]);
    above.add(name('paris', 2), 'paris');
    expect(above.told()).toHaveLength(1);
  });
});

describe('[F3a] a child that is given to another', () => {
  /** A child of its own of which it took so much, given to Paris and lost there. */
  function given(n: number): { above: Above; kiosk: Stream } {
    const above = new Above();
    const kiosk = above.add(name('kiosk'), 'kiosk');
    if (n > 0) above.takes(kiosk, n);
    above.ledger.changeHead(kiosk, { via: PARIS, parent: above.paris.writer });
    above.unsaid.moved(kiosk);
    above.lose(kiosk);
    return { above, kiosk };
  }

  test('[F3a] is settled there, and what was taken of it is told there', () => {
    const { above, kiosk } = given(2);
    expect([above.unsaid.isEmpty, above.told()]).toEqual([false, [[lamp, kiosk.writer, above.me, 2, 0]]]);
  });

  test('[F3a] and what was taken of it in one life of this replica and not in the next, too', () => {
    const above = new Above();
    const kiosk = above.add(name('kiosk'), 'kiosk');
    above.takes(kiosk, 2);
    above.ledger.beginLife(name('hq', 2), 'authority', null, atFirst);
    above.takes(above.paris, 1);
    above.ledger.changeHead(kiosk, { via: PARIS, parent: above.paris.writer });
    above.unsaid.moved(kiosk);
    above.lose(kiosk);
    expect(above.told()).toEqual([[lamp, kiosk.writer, above.me, 2, 0]]);
  });

  test('[F3a] and of which nothing was taken is nobody to tell of', () => {
    const { above, kiosk } = given(0);
    expect([above.unsaid.isEmpty, above.told()]).toEqual([true, []]);
    // What was taken of somebody else says nothing of it.
    above.takes(above.till, 1);
    above.unsaid.moved(kiosk);
    expect(above.unsaid.isEmpty).toBe(true);
  });
});

describe('[F5] what it was told from above that others took', () => {
  test('[F5] is passed on to where that life is settled, with what it took itself', () => {
    const above = new Above();
    const cell = { pool: lamp, from: above.till.writer, to: name('region'), n: 7, seq: 0 };
    above.ledger.toldTaken.note(cell);
    expect(above.told()).toEqual([]);
    above.takes(above.till, 3);
    above.lose(above.till);
    expect(above.told()).toEqual([
      [lamp, above.till.writer, above.me, 3, 0],
      [lamp, above.till.writer, name('region'), 7, 0],
    ]);
    expect(above.told('berlin' as ReplicaId)).toEqual([]);
  });

  test('[F5] of a life that is not known here waits', () => {
    const above = new Above();
    above.ledger.toldTaken.note({ pool: lamp, from: name('nobody'), to: name('region'), n: 7, seq: 0 });
    expect(above.told()).toEqual([]);
  });
});
