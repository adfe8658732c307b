/** View: the core's questions to the journal, each one look-up by an index. */
import type {
  DocumentKind,
  Entry,
  EntryRef,
  Hash,
  JournalView,
  LineId,
  LineProgress,
  OrderId,
  StreamSlice,
  WriterId,
} from '@tallystick/crdt';
import type { Database, Statement } from 'better-sqlite3';
import { blobOf, wholeOf } from './columns.ts';
import { DocumentReader } from './document-reader.ts';
import { EntryReader } from './entry-reader.ts';
import type { Names } from './names.ts';
import { placesIn } from './runs.ts';

/** A run as it is read: its first position or seq, its last, and its entries. */
type RunRow = [first: unknown, last: unknown, bytes: unknown];

/** Runs a read and gives what goes wrong its name; a disk that fails a read is not written to any more. */
export type Guard = <T>(read: () => T) => T;

export class SqliteView implements JournalView {
  readonly #names: Names;
  readonly #guard: Guard;
  readonly #entries: EntryReader;
  readonly #documents: DocumentReader;
  readonly #progress: Statement<[string, string], unknown[]>;
  readonly #startOfStream: Statement<[number], number>;
  readonly #stream: Statement<[number], RunRow>;
  readonly #startOfWriter: Statement<[number, number], number>;
  readonly #writer: Statement<[number, number], RunRow>;
  readonly #runFirst: Statement<[], number | null>;
  readonly #position: Statement<[], number>;

  constructor(db: Database, names: Names, guard: Guard) {
    this.#names = names;
    this.#guard = guard;
    this.#entries = new EntryReader(db, names);
    this.#documents = new DocumentReader(db, this.#entries);
    this.#progress = db
      .prepare<[string, string], unknown[]>(
        'select cancelled, shipped, returned from progress where order_id = ? and line_id = ?',
      )
      .raw();
    this.#startOfStream = db
      .prepare<[number], number>(
        'select pos_first from runs where pos_first <= ? order by pos_first desc limit 1',
      )
      .pluck();
    this.#stream = db
      .prepare<[number], RunRow>(
        `select pos_first, pos_first + seq_last - seq_first, bytes from runs
         where pos_first >= ? order by pos_first`,
      )
      .raw();
    this.#startOfWriter = db
      .prepare<[number, number], number>(
        `select seq_first from runs where writer = ? and seq_first <= ?
         order by seq_first desc limit 1`,
      )
      .pluck();
    this.#writer = db
      .prepare<[number, number], RunRow>(
        `select seq_first, seq_last, bytes from runs where writer = ? and seq_first >= ?
         order by seq_first`,
      )
      .raw();
    this.#runFirst = db.prepare<[], number | null>('select min(pos_first) from runs').pluck();
    this.#position = db.prepare<[], number>('select position from meta').pluck();
  }

  findDocument(kind: DocumentKind, id: string): EntryRef | undefined {
    return this.#guard(() => {
      const found = this.#documents.find(kind, id);
      return found && { writer: this.#names.writerOf(found.writer), seq: found.seq };
    });
  }

  absentOf(kind: DocumentKind, ids: readonly string[]): string[] {
    return this.#guard(() => this.#documents.absentOf(kind, ids));
  }

  entryAt(writer: WriterId, seq: number): Entry | undefined {
    return this.#guard(() => {
      const id = this.#names.find(writer);
      return id === undefined ? undefined : this.#entries.entryAt(id, seq);
    });
  }

  hashAt(writer: WriterId, seq: number): Hash | undefined {
    return this.#guard(() => {
      const id = this.#names.find(writer);
      return id === undefined ? undefined : this.#entries.hashAt(id, seq);
    });
  }

  lineProgress(orderId: OrderId, lineId: LineId): LineProgress | undefined {
    return this.#guard(() => {
      const found = this.#progress.get(orderId, lineId);
      if (found === undefined) return undefined;
      const [cancelled, shipped, returned] = found.map((n) => wholeOf(n, 'the progress of an order line'));
      return { cancelled, shipped, returned } as LineProgress;
    });
  }

  readStream(from: number, bytesMax: number): StreamSlice {
    return this.#guard(() => {
      const start = this.#startOfStream.get(from + 1) ?? 0;
      return collect(this.#stream.iterate(start), from, bytesMax);
    });
  }

  readWriter(writer: WriterId, afterSeq: number, bytesMax: number): StreamSlice {
    return this.#guard(() => {
      const id = this.#names.find(writer);
      if (id === undefined) return { bytes: new Uint8Array(0), to: afterSeq };
      const start = this.#startOfWriter.get(id, afterSeq + 1) ?? 0;
      return collect(this.#writer.iterate(id, start), afterSeq, bytesMax);
    });
  }

  positionBefore(writer: WriterId, seq: number): number {
    return this.#guard(() => {
      const id = this.#names.find(writer);
      const run = id === undefined ? undefined : this.#entries.runBefore(id, seq);
      if (run !== undefined && seq <= run.seqLast) return run.position + (seq - run.seqFirst) - 1;
      const oldest = this.#runFirst.get() ?? null;
      // A writer's runs have no holes, so an entry behind the last one is not written yet.
      if (run !== undefined || oldest === null) return this.#position.get() as number;
      return oldest - 1;
    });
  }
}

/** Whole entries after `from`, at least one if there is any, until `bytesMax` is reached. */
function collect(runs: Iterable<RunRow>, from: number, bytesMax: number): StreamSlice {
  const parts: Uint8Array[] = [];
  let size = 0;
  let to = from;
  reading: for (const run of runs) {
    const first = wholeOf(run[0], 'the place of a run');
    const last = wholeOf(run[1], 'the place of a run');
    if (last <= from) continue;
    const bytes = blobOf(run[2], 'a run');
    if (first > from && size + bytes.length <= bytesMax) {
      parts.push(bytes);
      size += bytes.length;
      to = last;
      continue;
    }
    let number = first;
    for (const place of placesIn(bytes)) {
      if (number > from) {
        const entrySize = place.to - place.from;
        if (size > 0 && size + entrySize > bytesMax) break reading;
        parts.push(bytes.subarray(place.from, place.to));
        size += entrySize;
        to = number;
      }
      number += 1;
    }
    if (size >= bytesMax) break;
  }
  return { bytes: joined(parts, size), to };
}

function joined(parts: readonly Uint8Array[], size: number): Uint8Array {
  const bytes = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
