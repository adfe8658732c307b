/** What the parent said that it has, or told itself, is not said to it (L2). */
import { describe, expect, test } from 'vitest';
import { decodeEntry } from '../entry/codec.ts';
import type { EntryBody } from '../entry/entry.ts';
import { replicaOf } from '../ids.ts';
import type { StreamFrame } from '../wire/frames.ts';
import { splitEntries } from '../wire/slices.ts';
import { atFirst, Books } from './books.test-kit.ts';
import { receive } from './commands.test-kit.ts';
import { KnownAbove } from './known-above.ts';
import { pool, shop, type World } from './world.test-kit.ts';

const received = (n: number): EntryBody => ({
  type: 'received',
  cause: 'delivery',
  lines: [{ pool: pool('lamp'), n }],
});
const MANY = 1_000_000;

/** The names of entries: of the replica's own, which stand first and last, and of a shop below it. */
function namesIn(slice: Uint8Array): string[] {
  return splitEntries(slice)
    .map(decodeEntry)
    .map(({ writer, seq }) => `${replicaOf(writer)} ${seq}`);
}

function books() {
  const made = new Books();
  made.say(made.shop, received(1), received(2));
  made.ledger.append(received(3), '', 'system', atFirst);
  made.commit();
  return { made, known: new KnownAbove(made.ledger) };
}

describe('[L2] a journal is read', () => {
  test('[L2] as it stands, where the parent has nothing of it', () => {
    const { made, known } = books();
    expect(known.read(0, MANY, MANY)).toEqual(made.journal.readStream(0, MANY));
    expect(known.read(5, MANY, MANY)).toEqual({ bytes: new Uint8Array(0), to: 5 });
  });

  test('[L2] without what the parent has, which counts in the range', () => {
    const { made, known } = books();
    known.note(made.shop.writer, 2, 4);
    known.note(made.shop.writer, 1, 1);
    const { bytes, to } = known.read(0, MANY, MANY);
    expect([namesIn(bytes), to]).toEqual([['hq 1', 'berlin 3', 'hq 2'], 5]);
    // One entry a slice: what is known is passed over on the way to the next.
    const next = known.read(1, 1, MANY);
    expect([namesIn(next.bytes), next.to]).toEqual([['berlin 3'], 4]);
  });

  test('[L2] to its end, where the parent has all that follows, and so far as one turn may read', () => {
    const { made, known } = books();
    known.note(made.shop.writer, 3, 4);
    known.note(made.ledger.self.writer, 2, 5);
    expect(known.read(1, 1, MANY)).toEqual({ bytes: new Uint8Array(0), to: 5 });
    expect(known.read(1, 1, 1)).toEqual({ bytes: new Uint8Array(0), to: 2 });
    const one = made.journal.readStream(1, 1).bytes.length;
    expect([known.read(1, 1, one).to, known.read(1, 1, one + 1).to]).toEqual([2, 3]);
  });

  test('[L2] as it stands behind the last that the parent has', () => {
    const { made, known } = books();
    // Nobody looks into what was written since: it is new.
    known.note(made.shop.writer, 3, 2);
    expect(namesIn(known.read(2, MANY, MANY).bytes)).toEqual(['berlin 2', 'berlin 3', 'hq 2']);
  });

  test('[F2] of a writer that lived twice without the history that the parent has, and with the other (seeds 1327, 2381)', () => {
    const { made, known } = books();
    const branch = made.branch(1);
    made.say(branch, received(7));
    made.commit();
    const said = () =>
      splitEntries(known.read(0, MANY, MANY).bytes)
        .map(decodeEntry)
        .filter(({ writer }) => writer === made.shop.writer)
        .map(({ body }) => (body.type === 'received' ? body.lines[0]?.n : body.type));
    known.note(made.shop.writer, 3, MANY);
    expect(said()).toEqual([7]);
    known.note(branch.writer, 2, MANY);
    expect(said()).toEqual([]);
  });
});

/** The entries that leave a replica from now on. */
function saidBy(world: World, replica: string): string[] {
  const said: string[] = [];
  const deliver = world.deliver.bind(world);
  world.deliver = (letter) => {
    if (letter.from === replica && letter.frame.kind === 'stream')
      said.push(...namesIn((letter.frame as StreamFrame).entries));
    return deliver(letter);
  };
  return said;
}

test('[L2][T8] a restored replica does not say again what its parent told it of its former life', () => {
  const { world, hq, berlin } = shop({ lamp: 9 });
  for (let i = 0; i < 20; i += 1) berlin.do(receive(`d${i}`, { lamp: 1 }));
  world.calm();
  berlin.cut();
  berlin.restart(berlin.journal.image(3));
  const before = berlin.self;
  berlin.link();
  world.calm();
  const said = saidBy(world, 'berlin');
  world.rejoin();
  expect(hq.row('lamp', 'berlin', before).received).toBe(29);
  expect(berlin.row('lamp', 'berlin', before).received).toBe(29);
  // Its new life, and what it did in it.
  expect(said.slice(0, 2)).toEqual(['berlin 1', 'berlin 2']);
  expect(said.length).toBeLessThan(5);
  // And it knows that all of it is above.
  const life = berlin.replica.ledger.streams.get(before);
  expect(life?.head.relayed.seq).toBe(life?.head.seq);
});
