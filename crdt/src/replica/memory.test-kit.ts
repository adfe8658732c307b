/** Memory: what a replica has in memory must be what a restart would read (D4, D6). Held after every turn of a world. */
import { addDigest, digestRow, digestText, emptyDigest } from '../tally/digest.ts';
import type { Ledger } from './ledger.ts';
import type { MemoryJournal } from './memory-journal.test-kit.ts';
import type { Stream } from './stream.ts';
import type { Stored } from './writes.ts';

/** @returns what differs, as `what: in memory / on disk`; nothing where all is well. */
export function differentMemory(ledger: Ledger, journal: MemoryJournal): string[] {
  const memory = toldOf({
    self: ledger.hasLife ? ledger.self.writer : null,
    awaitsFormerLives: ledger.awaitsFormerLives,
    position: ledger.position,
    streams: ledger.streams.values(),
    holds: ledger.holds,
  });
  const disk = toldOf(journal.load());
  return [...new Set([...memory.keys(), ...disk.keys()])]
    .filter((name) => memory.get(name) !== disk.get(name))
    .map((name) => `${name}: ${memory.get(name)} / ${disk.get(name)}`);
}

function toldOf({ self, awaitsFormerLives, position, streams, holds }: Stored): Map<string, string> {
  const told = new Map<string, string>();
  told.set('the journal', JSON.stringify({ self, awaitsFormerLives, position }));
  // The times of a hold are counted by the clock of the run, so they need not be those on disk (F9).
  for (const [holdId, { writer, capturing, lines }] of holds)
    told.set(`hold ${holdId}`, JSON.stringify({ writer, capturing, lines }));
  for (const stream of streams) tellOf(stream, told);
  return told;
}

function tellOf(stream: Stream, told: Map<string, string>): void {
  const { writer, head } = stream;
  // How far it was relayed and settled is written down with the next entry: who forgets it asks again.
  const { settled: _, relayed: __, ...rest } = head;
  told.set(
    `head of ${writer}`,
    JSON.stringify(rest, (_, part) => (part instanceof Uint8Array ? part.join() : part)),
  );
  const sum = emptyDigest();
  for (const [pool, row] of stream.rows()) {
    told.set(`${writer} at ${pool}`, JSON.stringify(row));
    addDigest(sum, digestRow(pool, row));
  }
  if (digestText(stream.currentDigest()) !== digestText(sum))
    told.set(`digest of ${writer}`, 'is not that of its rows');
}
