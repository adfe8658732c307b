/** Who dealt with a life that ended, told to the child below which that is settled: F5, F3a. */
import { describe, expect, test } from 'vitest';
import type { ReplicaId, WriterId } from '../ids.ts';
import { atFirst, Books, name } from '../replica/books.test-kit.ts';
import { ABOVE, type Stream } from '../replica/stream.ts';
import { pool } from '../replica/world.test-kit.ts';
import { Dealings } from './dealings.ts';

const items = [{ pool: pool('lamp'), n: 1 }];
const sent = (to: WriterId) => ({ type: 'sent', to, items }) as const;
const took = (from: WriterId) =>
  ({ type: 'took', from, items: [{ pool: pool('lamp'), seq: 1, n: 1 }] }) as const;
const reclaimed = (writer: WriterId) => ({ type: 'reclaimed', writer, items }) as const;

/** An authority with two shops, and a till in Paris that the shop in Berlin may have dealt with. */
class Tree extends Books {
  readonly paris = this.add(name('paris'), 'paris');
  readonly till = this.add(name('till'), 'paris', this.paris.writer);
  dealings = this.open();
  /** What each effect said of whether somebody may have to be told. */
  news: boolean[] = [];

  open(): Dealings {
    const dealings = new Dealings(this.ledger);
    this.ledger.onEffect = (stream, effect) => this.news.push(dealings.onEffect(stream, effect));
    return dealings;
  }

  lose(stream: Stream = this.till): void {
    this.ledger.fence(stream, 'retired', atFirst);
  }

  /** As `child: writer up to seq`. */
  get missed(): string[] {
    return [...this.dealings.missedBelow()].map(
      ({ child, stream, seq }) => `${child}: ${stream.writer.split('.')[0]} ${seq}`,
    );
  }
}

const label = (stream: Stream, seq: number) => `paris: ${stream.writer.split('.')[0]} ${seq}`;

describe('[F5] who dealt with a life that ended', () => {
  test.each([
    ['sent to it', sent],
    ['took from it', took],
    ['took back from it', reclaimed],
  ])('[F5] and %s is to be known where that is settled, up to that entry', (_, act) => {
    const tree = new Tree();
    tree.say(tree.shop, act(tree.till.writer));
    const { seq } = tree.shop.head;
    expect([tree.missed, tree.news]).toEqual([[], [false]]);
    tree.lose();
    expect(tree.missed).toEqual([label(tree.shop, seq)]);
    tree.say(tree.shop, { type: 'received', cause: 'delivery', lines: items });
    expect([tree.missed, tree.news]).toEqual([[label(tree.shop, seq)], [false, false]]);
    // What it did last counts, and is news by now.
    tree.say(tree.shop, act(tree.till.writer));
    expect([tree.missed, tree.news.at(-1)]).toEqual([[label(tree.shop, seq + 2)], true]);
    // After a restart all that is known of it.
    tree.say(tree.shop, { type: 'received', cause: 'delivery', lines: items });
    tree.dealings = tree.open();
    expect(tree.missed).toEqual([label(tree.shop, seq + 3)]);
  });

  test('[F5] is told where it is not known: not below the same child, and not of this replica itself', () => {
    const tree = new Tree();
    const stall = tree.add(name('stall'), 'paris', tree.paris.writer);
    for (const stream of [stall, tree.ledger.self]) tree.say(stream, sent(tree.till.writer));
    tree.lose();
    expect(tree.missed).toEqual([]);
    tree.ledger.changeHead(stall, { via: 'berlin' as ReplicaId });
    expect(tree.missed).toEqual([label(stall, 2)]);
    tree.ledger.changeHead(stall, { via: ABOVE });
    expect(tree.missed).toEqual([label(stall, 2)]);
  });

  test('[F5] is told to nobody where that is settled here, or elsewhere', () => {
    const tree = new Tree();
    tree.say(tree.shop, sent(tree.till.writer), sent(tree.paris.writer));
    tree.lose();
    tree.lose(tree.paris);
    expect(tree.missed).toEqual([]);
    tree.add(name('paris', 2), 'paris');
    expect(tree.missed).toEqual([label(tree.shop, 2)]);
    tree.ledger.changeHead(tree.till, { via: ABOVE });
    expect(tree.missed).toEqual([]);
  });

  test('[D4] what a turn that failed had noted is held against what stands here', () => {
    const tree = new Tree();
    tree.lose();
    tree.commit();
    tree.say(tree.shop, sent(tree.till.writer), sent(tree.till.writer));
    const { seq } = tree.shop.head;
    expect(tree.missed).toEqual([label(tree.shop, seq)]);
    tree.ledger.putBack();
    expect(tree.missed).toEqual([label(tree.shop, seq - 2)]);
  });

  test('[D4] nor is anybody told of who dealt with it first in a turn that failed, and is nobody any more', () => {
    const tree = new Tree();
    tree.lose();
    tree.commit();
    tree.say(tree.add(name('kiosk'), 'berlin', tree.shop.writer), sent(tree.till.writer));
    expect(tree.missed).toEqual(['paris: kiosk 2']);
    tree.ledger.putBack();
    expect(tree.missed).toEqual([]);
  });
});
