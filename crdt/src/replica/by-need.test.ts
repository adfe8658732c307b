/** A region below which more writers lived than a hello or a welcome can name: L1. */
import { expect, test } from 'vitest';
import { openSession } from '../hub/child.ts';
import { compareHeads } from '../hub/heads.ts';
import type { Places } from '../hub/places.ts';
import type { ReplicaId } from '../ids.ts';
import { decodeFrame, encodeFrame } from '../wire/frame-codec.ts';
import { HEADS_MAX, type Hello, type Welcome } from '../wire/frames.ts';
import { Books, name } from './books.test-kit.ts';
import { Points } from './points.ts';
import { pool } from './world.test-kit.ts';

const region = name('eu');
const noRegistry = {
  wayTo: () => undefined,
  isCountedBelow: () => false,
  dealersFor: () => new Set(),
} as unknown as Places;

/** Lives that ended, the region's own, and one till that lives; it was heard of last. */
function manyLives(via: string | null) {
  const books = new Books();
  const { ledger } = books;
  const fence = { seq: 1, hash: books.shop.head.hash, reason: 'superseded' } as const;
  for (let i = 1; i <= HEADS_MAX; i += 1)
    ledger.addStream(name('till', i), { ...books.shop.head, via: 'eu' as ReplicaId, fence });
  const own = ledger.addStream(region, { ...books.shop.head, via: via as ReplicaId | null });
  const till = ledger.addStream(name('till', HEADS_MAX + 1), { ...books.shop.head, via: 'eu' as ReplicaId });
  const long = ledger.streams.get(name('till', 77)) as typeof till;
  books.say(long, { type: 'received', cause: 'delivery', lines: [{ pool: pool('lamp'), n: 1 }] });
  return { books, own, till, long };
}

const helloOf = (change: Partial<Hello>): Hello => ({
  kind: 'hello',
  protocol: { min: 1, max: 1 },
  channels: [],
  writer: region,
  replicaKind: 'region',
  parentSeen: null,
  heads: [],
  wantsLevels: false,
  catalogueVersion: 0,
  signature: new Uint8Array(64),
  ...change,
});

test('[L1] says hello all the same: itself first, then who lives, then who said most', () => {
  const { books, till, long } = manyLives(null);
  const { self } = books.ledger;
  const heads = new Points(books.ledger).name();
  expect(heads).toHaveLength(HEADS_MAX);
  expect(heads[0]?.writer).toBe(self.writer);
  const live = [...books.ledger.streams.values()].filter(({ head }) => head.fence === null);
  expect(
    heads
      .slice(0, live.length)
      .map(({ writer }) => writer)
      .sort(),
  ).toEqual(live.map(({ writer }) => writer).sort());
  expect(live).toContain(till);
  expect(heads[live.length]?.writer).toBe(long.writer);
  expect(decodeFrame(encodeFrame(helloOf({ writer: self.writer, heads })))).toMatchObject({
    kind: 'hello',
    heads,
  });
});

test('[L1] [F1] hears of itself and of who lives, and all that it is not told is sent anew', () => {
  const { books, own, till } = manyLives('eu');
  const hello = helloOf({ heads: [{ writer: region, seq: own.head.seq, hash: own.head.hash }] });
  const session = openSession(hello, books.ledger.self.writer, 0);
  const { has, settled } = compareHeads(books.ledger, session, hello, noRegistry);
  expect(has).toHaveLength(HEADS_MAX);
  expect(has[0]).toEqual({ writer: region, seq: own.head.seq, hash: own.head.hash });
  expect(has.slice(0, 3).map(({ writer }) => writer)).toContain(till.writer);
  const welcome: Welcome = { kind: 'welcome', protocol: 1, channels: [], writer: region, has, settled };
  expect(decodeFrame(encodeFrame(welcome))).toEqual(welcome);
});
