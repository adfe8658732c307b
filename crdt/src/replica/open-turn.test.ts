/** What a turn wrote is seen by what comes later in it, and committed in the order in which it came: T8, D4, D5. */
import { describe, expect, test } from 'vitest';
import { encodeEntry } from '../entry/codec.ts';
import type { Entry, EntryBody } from '../entry/entry.ts';
import type { LineId, OrderId, WriterId } from '../ids.ts';
import { atFirst, name } from './books.test-kit.ts';
import type { JournalView, LineProgress } from './journal-view.ts';
import { MemoryJournal } from './memory-journal.test-kit.ts';
import { OpenTurn } from './open-turn.ts';
import { pool, sha256 } from './world.test-kit.ts';

const [berlin, till] = [name('berlin'), name('till')];
const lines = [{ pool: pool('lamp'), n: 2 }];
const received: EntryBody = { type: 'received', cause: 'delivery', lines };
const shipped = (n: number): EntryBody => ({
  type: 'shipped',
  orderId: 'o1' as OrderId,
  lines: [{ lineId: 'l1' as LineId, pool: pool('lamp'), n }],
});

function said(writer: WriterId, seq: number, body: EntryBody = received, docId = `d${seq}`): Entry {
  return { ...atFirst, v: 1, writer, seq, prevHash: new Uint8Array(32), docId, actor: 'a', body };
}

function written(writer: WriterId, seq: number) {
  const entry = said(writer, seq);
  const bytes = encodeEntry(entry);
  return { entry, bytes, hash: sha256(bytes) };
}

describe('[D5] entries', () => {
  test('[D5] are committed in the order in which they came, those of one stream in a run', () => {
    const turn = new OpenTurn(new MemoryJournal());
    const placed = [
      [berlin, 1],
      [berlin, 2],
      [till, 1],
      [berlin, 3],
    ] as const;
    for (const [writer, seq] of placed) turn.place(writer, written(writer, seq));
    const runs = () =>
      turn.runs.map(({ writer, entries }) => [writer, entries.map(({ entry }) => entry.seq)]);
    expect([runs(), turn.entryCount]).toEqual([
      [
        [berlin, [1, 2]],
        [till, [1]],
        [berlin, [3]],
      ],
      4,
    ]);
    turn.takeBackLast();
    expect([runs(), turn.entryCount]).toEqual([
      [
        [berlin, [1, 2]],
        [till, [1]],
      ],
      3,
    ]);
    turn.takeBackLast();
    turn.takeBackLast();
    expect(runs()).toEqual([[berlin, [1]]]);
    turn.takeBackLast();
    turn.takeBackLast();
    expect([runs(), turn.entryCount]).toEqual([[], 0]);
  });

  test('[D5] of this turn are found by writer and seq, and those before it in the journal', () => {
    const known = said(till, 7);
    const view = {
      entryAt: (writer: WriterId, seq: number) => (writer === till && seq === 7 ? known : undefined),
    };
    const turn = new OpenTurn(view as JournalView);
    turn.place(berlin, written(berlin, 1));
    turn.place(till, written(till, 8));
    turn.place(berlin, written(berlin, 2));
    expect(turn.written(berlin, 2)?.entry).toMatchObject({ writer: berlin, seq: 2 });
    expect([turn.written(berlin, 8), turn.written(till, 7)]).toEqual([undefined, undefined]);
    expect(turn.entryAt(till, 8)).toMatchObject({ writer: till, seq: 8 });
    expect([turn.entryAt(till, 7), turn.entryAt(till, 9)]).toEqual([known, undefined]);
  });
});

describe('[T8] documents', () => {
  test('[T8] belong to the first entry that carries them, in this turn or before it', () => {
    const before = { writer: till, seq: 4 };
    const view = {
      findDocument: (kind: string, id: string) => (kind === 'receipt' && id === 'old' ? before : undefined),
      entryAt: () => undefined,
    };
    const turn = new OpenTurn(view as never as JournalView);
    turn.file(berlin, said(berlin, 1, received, 'new'));
    turn.file(till, said(till, 5, received, 'new'));
    turn.file(till, said(till, 6, received, 'old'));
    expect(turn.findDocument('receipt', 'new')).toEqual({ writer: berlin, seq: 1 });
    expect(turn.findDocument('receipt', 'old')).toEqual(before);
    expect([turn.findDocument('order', 'new'), turn.findDocument('receipt', 'none')]).toEqual([
      undefined,
      undefined,
    ]);
    expect(turn.documents).toEqual([{ kind: 'receipt', id: 'new', ref: { writer: berlin, seq: 1 } }]);
    // Of one kind it is not known, and of another it is.
    expect([turn.findDocument('hold', 'old'), turn.findDocument('receipt', 'old')]).toEqual([
      undefined,
      before,
    ]);
    // Found although nobody placed it in a run yet.
    expect(turn.entryAt(berlin, 1)).toMatchObject({ docId: 'new' });
  });

  test('[T8] of an order that another owner accepted first a copy is known, and taking it back leaves the order alone', () => {
    const turn = new OpenTurn(new MemoryJournal());
    const sold = { type: 'sold', orderId: 'o1', lines: [] } as never as EntryBody;
    const cancelled = { ...shipped(1), type: 'cancelled', reason: 'x' } as EntryBody;
    turn.file(berlin, said(berlin, 1, sold, 'o1'));
    turn.file(till, said(till, 1, sold, 'o1'));
    turn.file(till, said(till, 2, cancelled, 'c1'), true);
    turn.file(berlin, said(berlin, 2, received, 'd1'));
    turn.file(till, said(till, 3, received, 'd1'));
    expect(turn.documents.map(({ kind, id, ref }) => [kind, id, ref.writer, ref.seq])).toEqual([
      ['order', 'o1', berlin, 1],
      ['order-copy', `o1 ${till}`, till, 1],
      ['cancellation', 'c1', till, 2],
      ['copy-cancellation', `o1 l1 ${till}`, till, 2],
      ['receipt', 'd1', berlin, 2],
    ]);
    expect(turn.progress).toEqual([]);
    turn.file(berlin, said(berlin, 3, cancelled, 'c2'));
    expect(turn.progress).toMatchObject([{ orderId: 'o1', progress: { cancelled: 1 } }]);
  });

  test('[T8] asked for all at once, what is not there is not asked for again; what this turn writes is found all the same', () => {
    const known = { writer: berlin, seq: 1 };
    const asked: string[] = [];
    const view = {
      findDocument: (kind: string, id: string) => {
        asked.push(`${kind} ${id}`);
        return id === 'd1' ? known : undefined;
      },
      absentOf: (kind: string, ids: readonly string[]) =>
        kind === 'receipt' ? ids.filter((id) => id !== 'd1' && id !== 'last') : [],
    };
    const other = new OpenTurn(new MemoryJournal());
    // A journal that answers one by one alone.
    other.lookAhead('receipt', ['d1']);
    expect(other.findDocument('receipt', 'd1')).toBeUndefined();
    const turn = new OpenTurn(view as never as JournalView);
    turn.lookAhead('receipt', ['d1', 'd2', 'd3', 'last']);
    turn.lookAhead('count', ['d2']);
    expect(['d1', 'd2', 'd3', 'last'].map((id) => turn.findDocument('receipt', id))).toEqual([
      known,
      undefined,
      undefined,
      undefined,
    ]);
    // What was there, and what the journal left open.
    expect(asked).toEqual(['receipt d1', 'receipt last']);
    expect(turn.findDocument('count', 'd2')).toBeUndefined();
    expect(asked).toContain('count d2');
    turn.file(till, said(till, 2));
    expect(turn.findDocument('receipt', 'd2')).toEqual({ writer: till, seq: 2 });
    expect(turn.findDocument('receipt', 'd3')).toBeUndefined();
    expect(asked).toHaveLength(3);
  });

  test('[T8] orders and lines whose ids are one text when they are joined are not one line', () => {
    const turn = new OpenTurn(new MemoryJournal());
    const moved = (type: 'cancelled' | 'shipped', orderId: string, lineId: string, n: number) =>
      ({ type, orderId, reason: '', lines: [{ lineId, pool: pool('lamp'), n }] }) as never as EntryBody;
    for (const [first, second] of [
      [
        ['2024', '7/1'],
        ['2024/7', '1'],
      ],
      [
        ['a~b', 'c'],
        ['a', 'b~c'],
      ],
    ] as const) {
      turn.file(berlin, said(berlin, 1, moved('cancelled', first[0], first[1], 4), `c-${first}`));
      turn.file(berlin, said(berlin, 2, moved('shipped', second[0], second[1], 1), `s-${second}`));
      expect(turn.lineProgress(first[0] as OrderId, first[1] as LineId)).toEqual({
        cancelled: 4,
        shipped: 0,
        returned: 0,
      });
      expect(turn.lineProgress(second[0] as OrderId, second[1] as LineId)).toEqual({
        cancelled: 0,
        shipped: 1,
        returned: 0,
      });
    }
    expect(turn.progress).toHaveLength(4);
  });

  test('[T8] one id for two owners’ cancellations of an order each: neither order is a copy', () => {
    const turn = new OpenTurn(new MemoryJournal());
    const sold = (orderId: string) => ({ type: 'sold', orderId, lines: [] }) as never as EntryBody;
    const cancelled = (orderId: string) =>
      ({ ...shipped(1), type: 'cancelled', orderId, reason: 'x' }) as EntryBody;
    turn.file(berlin, said(berlin, 1, sold('o1'), 'o1'));
    turn.file(till, said(till, 1, sold('o2'), 'o2'));
    turn.file(berlin, said(berlin, 2, cancelled('o1'), 'c1'));
    turn.file(till, said(till, 2, cancelled('o2'), 'c1'));
    expect(turn.documents.map(({ kind, id, ref }) => [kind, id, ref.writer])).toEqual([
      ['order', 'o1', berlin],
      ['order', 'o2', till],
      ['cancellation', 'c1', berlin],
    ]);
    expect(turn.progress).toMatchObject([{ orderId: 'o1' }, { orderId: 'o2' }]);
  });

  test('[T8] what an order line went through adds up over the journal and the turn', () => {
    const before: LineProgress = { cancelled: 1, shipped: 2, returned: 1 };
    const view = {
      findDocument: () => undefined,
      lineProgress: (_: string, lineId: string) => (lineId === 'l1' ? before : undefined),
    };
    const turn = new OpenTurn(view as never as JournalView);
    const at = (lineId: string) => turn.lineProgress('o1' as OrderId, lineId as LineId);
    expect([at('l1'), at('l2')]).toEqual([before, { cancelled: 0, shipped: 0, returned: 0 }]);
    turn.file(berlin, said(berlin, 1, shipped(3)));
    turn.file(berlin, said(berlin, 2, { ...shipped(1), type: 'returned' } as EntryBody));
    turn.file(berlin, said(berlin, 3, { ...shipped(4), type: 'cancelled', reason: 'x' } as EntryBody));
    const progress = { cancelled: 5, shipped: 5, returned: 2 };
    expect(at('l1')).toEqual(progress);
    expect(turn.progress).toEqual([{ orderId: 'o1', lineId: 'l1', progress }]);
  });
});
