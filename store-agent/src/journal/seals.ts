/**
 * Seals: a digest of each table that neither a chain nor the digest of a head covers,
 * kept in the one line of `meta`, which every commit writes anyway (D6).
 *
 * A digest is the sum of the digests of its lines, so a turn pays only for the lines
 * that it writes. The small tables are compared at start, all of them by `verify`. As
 * with rows, this finds accidents (a lost page, a flipped bit), not forgery.
 */
import {
  addDigest,
  type Digest,
  digestText,
  emptyDigest,
  sameDigest,
  subtractDigest,
} from '@tallystick/crdt';
import type { Database, Statement } from 'better-sqlite3';
import { Damage } from './errors.ts';
import { HOLD_COLUMNS } from './hold-codec.ts';
import { digestLine, type Line } from './line-digest.ts';
import { STREAM_COLUMNS } from './stream-codec.ts';

/** On disk a part is its place in this list, which therefore only ever grows at its end. */
const PARTS = ['names', 'streams', 'holds', 'documents', 'quarantine', 'prunedProgress'] as const;
type Part = (typeof PARTS)[number];
export type SealedTable = Exclude<Part, 'prunedProgress'>;

/** Small enough to be read whole at every start. */
export const SMALL_TABLES = ['names', 'streams', 'holds'] as const satisfies readonly SealedTable[];
/** Every table that is sealed; documents are the one of them that grows with the trade. */
export const SEALED_TABLES = [...SMALL_TABLES, 'documents', 'quarantine'] as const;

/** Tables whose lines are replaced: what a line was must be known to take it out of the sum. */
type Replaced = 'streams' | 'holds';

/** What a journal says of itself, besides its entries. */
export interface Meta {
  readonly self: number | null;
  readonly awaits: number;
  /** Entries ever written, the pruned ones included. */
  readonly position: number;
  readonly past: 'restored' | null;
}

export interface BrokenSeal {
  readonly part: SealedTable | 'meta';
  readonly stored: string;
  readonly found: string;
}

/** A digest for each part, and one over all of them and `meta` itself. */
const SEAL_BYTES = 8 * (PARTS.length + 1);

export class Seals {
  readonly #db: Database;
  readonly #read: Statement<[], [...Line]>;
  readonly #write: Statement;
  readonly #sums: Record<Part, Digest>;
  readonly #lines: Record<Replaced, Map<number | string, Digest>> = { streams: new Map(), holds: new Map() };
  #meta: Meta = { self: null, awaits: 0, position: 0, past: null };
  /** Of `meta` as it was read: what it says of itself, and what it should say. */
  #own: { stored: string; found: string } = { stored: '', found: '' };

  constructor(db: Database) {
    this.#db = db;
    this.#read = db.prepare<[], [...Line]>('select self, awaits, position, past, seal from meta').raw();
    this.#write = db.prepare(
      'update meta set self = ?, awaits = ?, position = ?, past = ?, seal = ? where id = 1',
    );
    this.#sums = Object.fromEntries(PARTS.map((part) => [part, emptyDigest()])) as Record<Part, Digest>;
    this.reload();
  }

  get meta(): Meta {
    return this.#meta;
  }

  /** What the entries that pruning let go did to order lines: see `progress-print.ts`. */
  get prunedProgress(): Digest {
    return this.#sums.prunedProgress;
  }

  /** Back to what is on disk: the journal was opened, or a transaction was rolled back. */
  reload(): void {
    const line = this.#read.get();
    if (line === undefined) throw new Damage('it says nothing of itself, for its meta table is empty');
    const [self, awaits, position, past, seal] = line;
    this.#meta = { self, awaits, position, past } as Meta;
    const own = readSeal(seal, this.#sums);
    // A journal that was never written has no seal yet, and nothing to be sealed.
    const isBlank = position === 0 && self === null && seal instanceof Uint8Array && seal.length === 0;
    const found = digestText(this.#ownDigest(this.#meta));
    this.#own = { stored: isBlank ? found : own, found };
    for (const table of ['streams', 'holds'] as const) {
      const lines = this.#lines[table];
      lines.clear();
      for (const values of this.#linesOf(table)) lines.set(values[0] as number | string, digestLine(values));
    }
  }

  /** A line that is new in its table. */
  add(table: SealedTable, line: Line): void {
    addDigest(this.#sums[table], digestLine(line));
  }

  /** A line that goes. */
  take(table: SealedTable, line: Line): void {
    subtractDigest(this.#sums[table], digestLine(line));
  }

  /** A line that takes the place of the one with its key, which stands first in it. */
  replace(table: Replaced, line: Line): void {
    this.end(table, line[0] as number | string);
    const digest = digestLine(line);
    this.#lines[table].set(line[0] as number | string, digest);
    addDigest(this.#sums[table], digest);
  }

  end(table: Replaced, key: number | string): void {
    const before = this.#lines[table].get(key);
    if (before === undefined) return;
    subtractDigest(this.#sums[table], before);
    this.#lines[table].delete(key);
  }

  /** Writes `meta`, sealed, within the open transaction. */
  write(meta: Meta): void {
    const { self, awaits, position, past } = meta;
    this.#meta = meta;
    this.#write.run(self, awaits, position, past, sealBytes(this.#sums, this.#ownDigest(meta)));
  }

  /** Reads these tables whole. @returns those that are not what was written, with both digests. */
  broken(tables: readonly SealedTable[]): BrokenSeal[] {
    const broken: BrokenSeal[] = [];
    if (this.#own.stored !== this.#own.found) broken.push({ part: 'meta', ...this.#own });
    for (const part of tables) {
      const found = emptyDigest();
      for (const line of this.#linesOf(part)) addDigest(found, digestLine(line));
      if (sameDigest(found, this.#sums[part])) continue;
      broken.push({ part, stored: digestText(this.#sums[part]), found: digestText(found) });
    }
    return broken;
  }

  #linesOf(table: SealedTable): Iterable<Line> {
    return this.#db.prepare<[], [...Line]>(`select ${COLUMNS[table]} from ${table}`).raw().iterate();
  }

  #ownDigest({ self, awaits, position, past }: Meta): Digest {
    const sums = PARTS.flatMap((part) => [this.#sums[part].lo, this.#sums[part].hi]);
    return digestLine([self, awaits, position, past, ...sums]);
  }
}

/** The order of a line's values in its digest: as `Commit` binds them. */
const COLUMNS: Readonly<Record<SealedTable, string>> = {
  names: 'id, writer',
  streams: STREAM_COLUMNS,
  holds: HOLD_COLUMNS,
  documents: 'kind, id, writer, seq, day',
  quarantine: 'writer, seq, hash, reason, bytes',
};

function sealBytes(sums: Readonly<Record<Part, Digest>>, own: Digest): Uint8Array {
  const bytes = Buffer.alloc(SEAL_BYTES);
  [...PARTS.map((part) => sums[part]), own].forEach(({ lo, hi }, i) => {
    bytes.writeInt32LE(lo, 8 * i);
    bytes.writeInt32LE(hi, 8 * i + 4);
  });
  return bytes;
}

/** Fills in the sums. @returns what `meta` says of itself, as text; nothing where that cannot be read. */
function readSeal(seal: unknown, sums: Record<Part, Digest>): string {
  const bytes = Buffer.alloc(SEAL_BYTES);
  const isWell = seal instanceof Uint8Array && seal.length === SEAL_BYTES;
  if (isWell) bytes.set(seal);
  const digests = Array.from({ length: PARTS.length + 1 }, (_, i) => ({
    lo: bytes.readInt32LE(8 * i),
    hi: bytes.readInt32LE(8 * i + 4),
  }));
  PARTS.forEach((part, i) => {
    Object.assign(sums[part], digests[i]);
  });
  return isWell ? digestText(digests.at(-1) as Digest) : '';
}
