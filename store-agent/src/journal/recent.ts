/**
 * Recent: the last entries against what was filed for them, at every start.
 *
 * A write that never reached the disk is one of the last, and a repeat that must be known
 * for one mostly comes within minutes (T8). What damage does to older documents and
 * progress is `verify`'s to find: comparing a million takes seconds.
 */
import { decodeEntry, type Entry, foldProgress, lineName, type WriterId } from '@tallystick/crdt';
import type { Database } from 'better-sqlite3';
import { blobOf, wholeOf } from './columns.ts';
import { DocumentReader, type Place } from './document-reader.ts';
import { EntryReader } from './entry-reader.ts';
import type { Alarm } from './load.ts';
import type { Names } from './names.ts';
import { placesIn } from './runs.ts';

/** A busy hour of a shop: about 50 ms of every start, at 25 µs an entry. */
const RECENT_ENTRIES = 2_000;

interface Recent extends Place {
  readonly entry: Entry;
  /** It was said after its writer's fence. */
  readonly isLate: boolean;
}

/** @param isPruned whether there were entries that are not stored any more. */
export function findRecentFaults(db: Database, names: Names, isPruned: boolean): Alarm[] {
  const { entries: all, isAll } = readRecent(db);
  const documents = new DocumentReader(db, new EntryReader(db, names));
  const entries = all.filter((each) => !each.isLate || !documents.isRepeat(each.entry, each));
  const alarms: Alarm[] = [];
  for (const { entry, writer, seq } of entries) {
    for (const { name, stored } of documents.faultsOf(entry, { writer, seq })) {
      const found = `${name} in entry ${seq}`;
      alarms.push({ kind: 'document', writer: names.writerOf(writer), stored, found });
    }
  }
  const moving = entries.filter((each) => !documents.isCopyCancelled(each.entry, each));
  return [...alarms, ...progressFaults(db, moving, isAll && !isPruned)];
}

function readRecent(db: Database): { readonly entries: readonly Recent[]; readonly isAll: boolean } {
  const entries: Recent[] = [];
  const runs = db.prepare<[], unknown[]>(
    `select r.writer, r.seq_first, r.bytes, s.fence_seq from runs r
     left join streams s on s.writer = r.writer order by r.pos_first desc`,
  );
  for (const run of runs.raw().iterate()) {
    if (entries.length >= RECENT_ENTRIES) return { entries, isAll: false };
    const writer = wholeOf(run[0], 'the writer of a run');
    const fenceSeq = run[3] === null ? Number.POSITIVE_INFINITY : wholeOf(run[3], 'the entry of a fence');
    let seq = wholeOf(run[1], 'the first entry of a run');
    for (const { bytes } of placesIn(blobOf(run[2], 'a run'))) {
      entries.push({ entry: decodeEntry(bytes), writer, seq, isLate: seq > fenceSeq });
      seq += 1;
    }
  }
  return { entries, isAll: true };
}

/**
 * Progress that is too high refuses what might be done; too low, it would let an order be
 * cancelled twice. So it must be at least what these entries say, and exactly that where
 * they are all there are.
 */
function progressFaults(db: Database, entries: readonly Recent[], isAll: boolean): Alarm[] {
  const stored = db
    .prepare<[string, string], unknown[]>(
      'select cancelled, shipped, returned from progress where order_id = ? and line_id = ?',
    )
    .raw();
  const alarms: Alarm[] = [];
  for (const { orderId, lineId, writer, moved } of movesOf(entries)) {
    const line = stored.get(orderId, lineId) ?? [0, 0, 0];
    const isWell = moved.every((n, i) => {
      const is = wholeOf(line[i], 'the progress of an order line');
      return isAll ? is === n : is >= n;
    });
    if (isWell) continue;
    const name = `${orderId} ${lineId} cancelled, shipped, returned`;
    alarms.push({
      kind: 'progress',
      writer,
      stored: `${name} ${line.join(', ')}`,
      found: `${name} ${moved.join(', ')}`,
    });
  }
  return alarms;
}

interface Moves {
  readonly orderId: string;
  readonly lineId: string;
  /** Whoever moved it last. */
  readonly writer: WriterId;
  readonly moved: [cancelled: number, shipped: number, returned: number];
}

function movesOf(entries: readonly Recent[]): Iterable<Moves> {
  const lines = new Map<string, Moves>();
  for (const { entry } of entries) {
    foldProgress(entry.body, (orderId, lineId, change) => {
      const key = lineName(orderId, lineId);
      const line = lines.get(key) ?? { orderId, lineId, writer: entry.writer, moved: [0, 0, 0] };
      line.moved[0] += change.cancelled ?? 0;
      line.moved[1] += change.shipped ?? 0;
      line.moved[2] += change.returned ?? 0;
      lines.set(key, line);
    });
  }
  return lines.values();
}
