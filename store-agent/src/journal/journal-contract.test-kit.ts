/**
 * What every journal promises the core, whatever it stores into.
 *
 * A new adapter's test file is ten lines: it says how to open and reopen one.
 */
import { decodeEntry, type Ledger, type OrderId, type WriterId } from '@tallystick/crdt';
import { splitEntries } from '@tallystick/crdt/wire';
import { describe, expect, test } from 'vitest';
import {
  held,
  type JournalPort,
  ledgerOn,
  NOON,
  openShop,
  PARENT_WRITER,
  pool,
  SELF,
  sell,
  sold,
  TILL,
  Till,
  turn,
  writer,
} from './journal.test-kit.ts';

export interface JournalHarness {
  open(): JournalPort | Promise<JournalPort>;
  /** Closes it and opens the same one again. */
  reopen(journal: JournalPort): JournalPort | Promise<JournalPort>;
}

export function describeJournal(name: string, createHarness: () => JournalHarness): void {
  describe(`a journal on ${name}`, () => {
    test('is empty at first', async () => {
      const journal = await createHarness().open();
      const stored = await journal.load();
      expect({ ...stored, streams: [...stored.streams], holds: [...stored.holds] }).toMatchObject({
        self: null,
        awaitsFormerLives: false,
        position: 0,
        streams: [],
        holds: [],
      });
      expect(journal.view.readStream(0, 1_000)).toEqual({ bytes: new Uint8Array(0), to: 0 });
      await journal.close();
    });

    test('[D1] [D4] gives back everything a turn did, as memory had it', async () => {
      const harness = createHarness();
      const first = await harness.open();
      const ledger = await openShop(first, { lamp: 10, bulb: 20 });
      sell(ledger, 'order-1', { lamp: 2, bulb: 3 });
      ledger.append(held('hold-1', { lamp: 1 }), 'hold-1', 'cashier:7', NOON);
      const cancelledLine = { lineId: '1' as never, pool: pool('lamp'), n: 1 };
      const cancelled = {
        type: 'cancelled',
        orderId: 'order-1' as OrderId,
        reason: 'wrong size',
        lines: [cancelledLine],
      } as const;
      ledger.append(cancelled, 'cancel-1', 'cashier:7', NOON);
      ledger.append({ type: 'sent', to: TILL, items: [{ pool: pool('bulb'), n: 4 }] }, '', 'system', NOON);
      ledger.awaitsFormerLives = true;
      await turn(ledger, first);
      const journal = await harness.reopen(first);
      const again = await ledgerOn(journal);
      expect(snapshot(again)).toEqual(snapshot(ledger));
      expect(again.awaitsFormerLives).toBe(true);
      expect(again.lineProgress('order-1' as OrderId, '1' as never)).toEqual({
        cancelled: 1,
        shipped: 0,
        returned: 0,
      });
      await journal.close();
    });

    test('[F9] keeps open holds and lets ended ones go', async () => {
      const harness = createHarness();
      const first = await harness.open();
      const ledger = await openShop(first, { lamp: 10 });
      ledger.append(held('stays', { lamp: 1 }), 'stays', 'cashier:7', NOON);
      ledger.append(held('goes', { lamp: 2 }), 'goes', 'cashier:7', NOON);
      await turn(ledger, first);
      const closes = [{ pool: pool('lamp'), n: 2 }];
      ledger.append(
        { type: 'released', holdId: 'goes' as never, cause: 'released', closes },
        'release-1',
        'cashier:7',
        NOON,
      );
      ledger.append({ type: 'capturing', holdId: 'stays' as never }, 'capture-1', 'cashier:7', NOON);
      await turn(ledger, first);
      const journal = await harness.reopen(first);
      const again = await ledgerOn(journal);
      expect([...again.holds.keys()]).toEqual(['stays']);
      expect(again.holds.get('stays' as never)).toEqual(ledger.holds.get('stays' as never));
      await journal.close();
    });

    test('[T8] finds a document again, and the entry behind it', async () => {
      const journal = await createHarness().open();
      const ledger = await openShop(journal, { lamp: 10 });
      sell(ledger, 'order-1', { lamp: 2 });
      await turn(ledger, journal);
      expect(journal.view.findDocument('order', 'order-1')).toEqual({ writer: SELF, seq: 3 });
      expect(journal.view.findDocument('return', 'order-1')).toBeUndefined();
      expect(journal.view.entryAt(SELF, 3)?.body).toEqual(sold('order-1', { lamp: 2 }));
      expect(journal.view.entryAt(SELF, 4)).toBeUndefined();
      expect(journal.view.entryAt(writer('nobody'), 1)).toBeUndefined();
      await journal.close();
    });

    test('[D5] knows the hash of every entry, also inside a run', async () => {
      const journal = await createHarness().open();
      const ledger = await openShop(journal, { lamp: 10 });
      for (let i = 1; i <= 5; i += 1) sell(ledger, `order-${i}`, { lamp: 1 });
      const writes = await turn(ledger, journal);
      for (const { entry, hash } of writes.runs.flatMap((run) => run.entries)) {
        expect(journal.view.hashAt(SELF, entry.seq)).toEqual(hash);
      }
      expect(journal.view.hashAt(SELF, 8)).toBeUndefined();
      await journal.close();
    });

    test('[L1] reads the stream in durable order over all writers, from any entry', async () => {
      const journal = await createHarness().open();
      const ledger = await shopWithTills(journal);
      const all = namesIn(journal.view.readStream(0, 1_000_000).bytes);
      expect(all).toHaveLength(ledger.durablePosition);
      expect(new Set(all.map((name) => name.split('/')[0])).size).toBe(3);
      for (let from = 0; from <= all.length; from += 1) {
        const slice = journal.view.readStream(from, 1_000_000);
        expect(namesIn(slice.bytes)).toEqual(all.slice(from));
        expect(slice.to).toBe(all.length);
        if (from < all.length) {
          const [name, seq] = (all[from] as string).split('/');
          expect(journal.view.positionBefore(name as WriterId, Number(seq))).toBe(from);
        }
      }
      await journal.close();
    });

    test('[L5] a slice has at most the bytes that were asked for, and at least one entry', async () => {
      const journal = await createHarness().open();
      const ledger = await shopWithTills(journal);
      for (const bytesMax of [1, 300, 1_000]) {
        const names: string[] = [];
        for (let from = 0; from < ledger.durablePosition; ) {
          const slice = journal.view.readStream(from, bytesMax);
          const found = namesIn(slice.bytes);
          expect(found.length).toBe(slice.to - from);
          expect(found.length === 1 || slice.bytes.length <= bytesMax).toBe(true);
          names.push(...found);
          from = slice.to;
        }
        expect(names).toEqual(namesIn(journal.view.readStream(0, 1_000_000).bytes));
      }
      await journal.close();
    });

    test('[F1a] reads one writer after any of its entries', async () => {
      const journal = await createHarness().open();
      const ledger = await shopWithTills(journal);
      for (const [name, stream] of ledger.streams) {
        for (let after = 0; after <= stream.head.seq; after += 1) {
          const expected = Array.from(
            { length: stream.head.seq - after },
            (_, i) => `${name}/${after + i + 1}`,
          );
          const slice = journal.view.readWriter(name, after, 1_000_000);
          expect(namesIn(slice.bytes)).toEqual(expected);
          expect(slice.to).toBe(stream.head.seq);
          if (after < stream.head.seq) expect(journal.view.readWriter(name, after, 1).to).toBe(after + 1);
        }
      }
      expect(journal.view.readWriter(writer('nobody'), 0, 1_000).bytes).toHaveLength(0);
      await journal.close();
    });

    test('[T3] keeps a fence, and the branch that lost', async () => {
      const harness = createHarness();
      const first = await harness.open();
      const ledger = await shopWithTills(first);
      const till = ledger.streams.get(TILL);
      if (till === undefined) throw new Error('no till');
      const entry = first.view.entryAt(till.writer, 2);
      if (entry === undefined) throw new Error('no entry');
      const bytes = new Uint8Array([1, 2, 3]);
      for (let i = 0; i < 2; i += 1) {
        ledger.quarantine({ entry, bytes, hash: ledger.hash(bytes) }, 'fork');
        if (i === 0) ledger.fence(till, 'fork', NOON);
        await turn(ledger, first);
      }
      const journal = await harness.reopen(first);
      const again = await ledgerOn(journal);
      expect(again.streams.get(till.writer)?.head.fence).toEqual(till.head.fence);
      expect(snapshot(again)).toEqual(snapshot(ledger));
      await journal.close();
    });

    test('[D4] a turn that was put back leaves no trace, and the next one fits', async () => {
      const harness = createHarness();
      const first = await harness.open();
      const ledger = await openShop(first, { lamp: 10 });
      sell(ledger, 'order-1', { lamp: 1 });
      ledger.endTurn();
      ledger.putBack();
      sell(ledger, 'order-2', { lamp: 3 });
      await turn(ledger, first);
      const journal = await harness.reopen(first);
      expect(journal.view.findDocument('order', 'order-1')).toBeUndefined();
      expect(snapshot(await ledgerOn(journal))).toEqual(snapshot(ledger));
      await journal.close();
    });

    test('[D4] a turn that starts from another position is refused', async () => {
      const journal = await createHarness().open();
      const ledger = await openShop(journal, { lamp: 10 });
      sell(ledger, 'order-1', { lamp: 1 });
      const writes = ledger.endTurn();
      if (writes === undefined) throw new Error('no turn');
      await expect((async () => journal.commit({ ...writes, position: 0 }))()).rejects.toThrow('D5');
      expect(journal.view.findDocument('order', 'order-1')).toBeUndefined();
      await journal.close();
    });

    test('exact numbers up to 2^53 − 1 come back exactly', async () => {
      const harness = createHarness();
      const first = await harness.open();
      const ledger = await openShop(first, { lamp: Number.MAX_SAFE_INTEGER });
      const journal = await harness.reopen(first);
      const row = (await ledgerOn(journal)).self.row(pool('lamp'));
      expect(row).toEqual(ledger.self.row(pool('lamp')));
      expect(row.took).toEqual([{ writer: PARENT_WRITER, n: Number.MAX_SAFE_INTEGER, seq: 1 }]);
      await journal.close();
    });
  });
}

/** Own entries and those of two tills, mixed, in several turns. */
async function shopWithTills(journal: JournalPort): Promise<Ledger> {
  const ledger = await openShop(journal, { lamp: 100, bulb: 100 });
  const tills = [new Till('till-1'), new Till('till-2')];
  for (let round = 1; round <= 3; round += 1) {
    for (const [i, till] of tills.entries()) {
      till.append({ type: 'took', from: SELF, items: [{ pool: pool('lamp'), seq: 2, n: 10 * round }] });
      till.append(sold(`till-${i}-${round}`, { lamp: 1 }), `till-${i}-${round}`);
      till.relayTo(ledger);
      sell(ledger, `own-${i}-${round}`, { bulb: 1, lamp: 1 });
      sell(ledger, `own-${i}-${round}-b`, { bulb: 1 });
    }
    await turn(ledger, journal);
  }
  return ledger;
}

function namesIn(slice: Uint8Array): string[] {
  return splitEntries(slice).map((bytes) => {
    const entry = decodeEntry(bytes);
    return `${entry.writer}/${entry.seq}`;
  });
}

/** All that a ledger knows, in a form that can be compared. */
function snapshot(ledger: Ledger): unknown {
  return {
    self: ledger.self.writer,
    position: ledger.durablePosition,
    holds: [...ledger.holds],
    streams: [...ledger.streams.values()].map(({ writer, head, digest }) => ({
      writer,
      head,
      digest,
      rows: [...(ledger.streams.get(writer)?.rows() ?? [])].sort(([a], [b]) => (a < b ? -1 : 1)),
    })),
  };
}
