/** Readers of the feed in memory: each hears what it asked for, once, in order; nobody is waited for, nothing piles up. */
import { Problem } from '@tallystick/store-agent';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { EVENT_SOURCE, type FeedEvent, type Held, held } from './event.ts';
import { EVERYTHING, type Filter, takes } from './filter.ts';
import { type Sink, type StreamEnd, Streams } from './streams.ts';
import { type Read, Tail } from './tail.ts';

const NO_LOG = { warn: () => {} } as never;
const SILENT = { read: () => new Promise<never>(() => {}), glance: () => new Promise<never>(() => {}) };

function event(position: number, sku: string, locationId = 'depot', more: object = {}): Held {
  return held({
    specversion: '1.0',
    id: String(position),
    source: EVENT_SOURCE,
    type: 'stock.level_changed',
    subject: `${sku}@${locationId}`,
    time: '2026-05-04T10:00:00.000Z',
    datacontenttype: 'application/json',
    dataschema: '',
    data: { sku, locationId, ...more },
  } satisfies FeedEvent);
}

function ofSkus(...skus: string[]): Filter {
  return { ...EVERYTHING, skus: new Set(skus) };
}

class Reader implements Sink {
  readonly seen: number[] = [];
  readonly beats: number[] = [];
  ended: StreamEnd | undefined;
  room = Number.POSITIVE_INFINITY;

  send(events: readonly Held[]): boolean {
    this.seen.push(...events.map(({ position }) => position));
    this.room -= events.length;
    return this.room > 0;
  }
  beat(position: number): void {
    this.beats.push(position);
  }
  end(why: StreamEnd): void {
    this.ended = why;
  }
}

function feed(older: (after: number) => Promise<Read> = () => Promise.reject(new Error('out of reach'))) {
  const tail = new Tail(SILENT, NO_LOG, { eventsMax: 10, bytesMax: 100_000 });
  let nowMs = 0;
  const streams = new Streams({ tail, readOlder: older, nowMs: () => nowMs });
  onTestFinished(() => streams.stop());
  tail.append([], 0);
  const add = (...skus: string[]) => {
    const last = tail.last ?? 0;
    tail.append(
      skus.map((sku, i) => event(last + i + 1, sku)),
      last + skus.length,
    );
  };
  return { tail, streams, add, pass: (ms: number) => (nowMs += ms) };
}

describe('streams', () => {
  test('hear what they asked for, and an event that fits them twice once', () => {
    const { streams, add } = feed();
    const all = new Reader();
    const lamps = new Reader();
    streams.open(EVERYTHING, 0, all);
    add('LAMP');
    streams.open(ofSkus('LAMP', 'MUG'), 0, lamps);
    add('MUG', 'CHAIR', 'LAMP');
    expect(all.seen).toEqual([1, 2, 3, 4]);
    expect(lamps.seen).toEqual([1, 2, 4]);
  });

  test('that are full are given nothing until they take again, and then what they missed', () => {
    const { streams, add } = feed();
    const slow = new Reader();
    const quick = new Reader();
    slow.room = 2;
    const stream = streams.open(EVERYTHING, 0, slow);
    streams.open(EVERYTHING, 0, quick);
    for (const sku of ['A', 'B', 'C', 'D']) add(sku);
    expect(slow.seen).toEqual([1, 2]);
    expect(quick.seen).toEqual([1, 2, 3, 4]);
    slow.room = 10;
    stream.resume();
    expect(slow.seen).toEqual([1, 2, 3, 4]);
    add('E');
    expect(slow.seen.at(-1)).toBe(5);
  });

  test('that take nothing for too long are sent away with the place to go on from', () => {
    const { streams, add, pass } = feed();
    const stuck = new Reader();
    stuck.room = 1;
    streams.open(EVERYTHING, 0, stuck);
    add('A');
    add('B');
    pass(29_000);
    streams.look();
    expect(stuck.ended).toBeUndefined();
    pass(2_000);
    streams.look();
    expect(stuck.ended).toEqual({ why: 'too-slow', after: 1 });
    expect(streams.count).toBe(0);
  });

  test('behind the tail read on where the tail came from, until they are with it', async () => {
    const asked: number[] = [];
    const older = async (after: number): Promise<Read> => {
      asked.push(after);
      return { events: [1, 2, 3, 4, 5].map((n) => event(after + n, 'OLD')), next: after + 5 };
    };
    const { streams, add } = feed(older);
    add(...Array.from({ length: 18 }, () => 'NEW'));
    const late = new Reader();
    streams.open(EVERYTHING, 0, late);
    await new Promise((resolve) => setImmediate(resolve));
    expect(asked).toEqual([0, 5]);
    expect(late.seen).toEqual(Array.from({ length: 18 }, (_, i) => i + 1));
  });

  test('whose place is gone, or out of reach, or asked for by too many, are told', async () => {
    const lost = feed(async () => ({ gone: 'Not kept.', restart: 99 }));
    lost.add(...Array.from({ length: 12 }, () => 'A'));
    const reader = new Reader();
    lost.streams.open(EVERYTHING, 0, reader);
    const cut = feed();
    cut.add(...Array.from({ length: 12 }, () => 'A'));
    const alone = new Reader();
    cut.streams.open(EVERYTHING, 0, alone);
    await new Promise((resolve) => setImmediate(resolve));
    expect(reader.ended).toEqual({ why: 'gone', detail: 'Not kept.', restart: 99 });
    expect(alone.ended).toEqual({ why: 'unreachable', after: 0 });
    const crowd = feed(() => Promise.reject(new Problem('overloaded', 'Too many.')));
    crowd.add(...Array.from({ length: 12 }, () => 'A'));
    const late = new Reader();
    crowd.streams.open(EVERYTHING, 0, late);
    await new Promise((resolve) => setImmediate(resolve));
    expect(late.ended).toEqual({ why: 'busy', after: 0 });
  });

  test('[F6] that stood where a feed was put back are told, and given nothing that came behind the hole', async () => {
    let answer: (read: Read) => void = () => {};
    const source = {
      read: () => new Promise<Read>((resolve) => (answer = resolve)),
      glance: () => new Promise<never>(() => {}),
    };
    const tail = new Tail(source, NO_LOG);
    const streams = new Streams({ tail, readOlder: () => new Promise(() => {}), nowMs: () => 0 });
    onTestFinished(() => {
      streams.stop();
      tail.stop();
    });
    tail.append([event(1, 'LAMP')], 1);
    const [lamps, mugs] = [new Reader(), new Reader()];
    streams.open(ofSkus('LAMP'), 0, lamps);
    streams.open(ofSkus('MUG'), 0, mugs);
    tail.start();
    await new Promise((resolve) => setImmediate(resolve));
    answer({ gone: 'Put back.', restart: 1_000 });
    await new Promise((resolve) => setImmediate(resolve));
    tail.append([event(1_001, 'LAMP'), event(1_002, 'MUG')], 1_002);
    for (const { ended } of [lamps, mugs])
      expect(ended).toEqual({ why: 'gone', detail: 'Put back.', restart: 1_000 });
    expect([lamps.seen, mugs.seen]).toEqual([[1], []]);
  });

  test('[F6] that had seen no more than books that were put back go on behind the jump', () => {
    const { tail, streams, add } = feed();
    const reader = new Reader();
    streams.open(EVERYTHING, 0, reader);
    add('A');
    tail.append([event(1_000, 'B')], 1_000);
    expect(reader.seen).toEqual([1, 1_000]);
    expect(reader.ended).toBeUndefined();
  });

  test('whom nothing concerns are told up to where that is so, also in the last word', () => {
    const { streams, add } = feed();
    const idle = new Reader();
    streams.open(ofSkus('NOTHING'), 0, idle);
    for (let i = 0; i < 25; i += 1) add('A');
    streams.look();
    add('A');
    streams.stop();
    expect(idle.beats).toEqual([25]);
    expect(idle.ended).toEqual({ why: 'stopping', after: 26 });
  });

  test('that may not read on any more hear nothing from then on, and where they were', () => {
    const { streams, add } = feed();
    const problem = new Problem('unauthenticated', 'The token has expired.');
    let isOver = false;
    const refusal = () => (isOver ? problem : undefined);
    const [busy, idle] = [new Reader(), new Reader()];
    streams.open({ ...EVERYTHING, refusal }, 0, busy);
    streams.open({ ...ofSkus('MUG'), refusal }, 0, idle);
    add('LAMP');
    isOver = true;
    add('LAMP', 'LAMP');
    expect(busy.seen).toEqual([1]);
    expect(busy.ended).toEqual({ why: 'refused', problem, after: 1 });
    expect(idle.ended).toBeUndefined();
    streams.watch();
    expect(idle.ended).toEqual({ why: 'refused', problem, after: 3 });
    expect(streams.count).toBe(0);
  });

  test('that are slow are given so many bytes, however large events are, and the rest when they take again', () => {
    const tail = new Tail(SILENT, NO_LOG);
    const streams = new Streams({ tail, readOlder: () => Promise.reject(new Error()), nowMs: () => 0 });
    onTestFinished(() => streams.stop());
    tail.append([], 0);
    const gave: number[] = [];
    const slow = new Reader();
    const send = slow.send.bind(slow);
    slow.send = (events) => {
      gave.push(events.reduce((sum, { bytes }) => sum + bytes, 0));
      send(events);
      return false;
    };
    const stream = streams.open(EVERYTHING, 0, slow);
    const large = { note: 'ü'.repeat(10_000) };
    tail.append(
      Array.from({ length: 10 }, (_, i) => event(i + 1, 'A', 'depot', large)),
      10,
    );
    expect(slow.seen).toEqual([1, 2, 3]);
    for (let i = 0; i < 3; i += 1) stream.resume();
    expect(slow.seen).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    for (const bytes of gave) expect(bytes).toBeLessThanOrEqual(64 * 1024);
  });

  test('whatever comes, however slow they are: what they see is the feed through their filter', () => {
    const skus = fc.constantFrom('A', 'B', 'C');
    const acts = fc.array(
      fc.oneof(
        fc.record({ adds: fc.array(skus, { minLength: 1, maxLength: 3 }) }),
        fc.record({ opens: fc.uniqueArray(skus, { maxLength: 2 }), room: fc.integer({ min: 1, max: 3 }) }),
        fc.record({ drains: fc.integer({ min: 1, max: 3 }) }),
      ),
      { maxLength: 40 },
    );
    fc.assert(
      fc.property(acts, (list) => {
        const { tail, streams } = feed();
        const bound = new Tail(SILENT, NO_LOG);
        streams.stop();
        bound.append([], 0);
        const many = new Streams({
          tail: bound,
          readOlder: () => Promise.reject(new Error()),
          nowMs: () => 0,
        });
        const readers: { reader: Reader; filter: Filter; after: number; resume: () => void }[] = [];
        const told: Held[] = [];
        for (const act of list) {
          if ('adds' in act) {
            const events = act.adds.map((sku, i) => event(told.length + i + 1, sku));
            told.push(...events);
            bound.append(events, told.length);
          } else if ('opens' in act) {
            const reader = new Reader();
            reader.room = act.room;
            const after = told.length;
            const filter = ofSkus(...act.opens);
            const stream = many.open(filter, after, reader);
            readers.push({ reader, filter, after, resume: () => stream.resume() });
          } else
            for (const { reader, resume } of readers) {
              reader.room = act.drains;
              resume();
            }
        }
        for (const { reader, filter, after, resume } of readers) {
          reader.room = Number.POSITIVE_INFINITY;
          resume();
          const wanted = told.filter((one) => one.position > after && takes(filter, one));
          expect(reader.seen).toEqual(wanted.map(({ position }) => position));
        }
        many.stop();
        tail.stop();
      }),
      { numRuns: 100 },
    );
  });
});

describe('the tail', () => {
  test('keeps so many events, and says which it has not', () => {
    const { tail, add } = feed();
    for (let i = 0; i < 25; i += 1) add('A');
    expect(tail.after(14, 100)).toBeUndefined();
    expect(tail.after(15, 100)?.map(({ position }) => position)).toEqual([
      16, 17, 18, 19, 20, 21, 22, 23, 24, 25,
    ]);
    expect(tail.after(25, 1)).toEqual([]);
    expect(tail.after(26, 1)).toBeUndefined();
  });

  test('[F6] lets go of what stands before a jump: who was there must ask where jumps are known', () => {
    const { tail, add } = feed();
    add('A', 'B');
    tail.append([event(1_000, 'C')], 1_000);
    expect(tail.after(2, 10)).toBeUndefined();
    expect(tail.after(999, 10)?.map(({ position }) => position)).toEqual([1_000]);
  });
});
