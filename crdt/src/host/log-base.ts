/**
 * Log base: what the first turns of a log were folded to when they were let go of (D7).
 *
 * Entries go that are this replica's own, were settled by the authority long enough ago, are old enough and join on
 * to each other; the first turn with one that must wait ends the step. What a writer said after its fence stays, and so
 * do entries of writers below. Heads, rows and holds are as they were after the last of these turns: reading the log
 * begins from there, with the same checks (D5, D6). Documents outlive their entries, so that a repeat after weeks is
 * still a repeat (T8).
 */
import { decodeEntry } from '../entry/codec.ts';
import type { Entry, Hash } from '../entry/entry.ts';
import type { HoldId, PoolId, WriterId } from '../ids.ts';
import type { Hold } from '../replica/holds.ts';
import type { Sha256 } from '../replica/ledger.ts';
import { lineName } from '../replica/progress.ts';
import type { StreamHead } from '../replica/stream.ts';
import type { DocumentWrite } from '../replica/writes.ts';
import { sameBytes } from '../tally/join.ts';
import { joinEntries, splitEntries } from '../wire/slices.ts';
import type { RowLine, SaleRecord, TurnRecord } from './turn-log.ts';

interface Pruned {
  readonly writer: WriterId;
  readonly seq: number;
  readonly hash: Hash;
}

/** Plain data, as a `TurnRecord` is. */
export interface LogBase {
  /** How many turns of the log are in it. */
  readonly turns: number;
  /** Entries of those turns, what was let go of included. */
  readonly position: number;
  readonly self: WriterId;
  readonly awaitsFormerLives: boolean;
  readonly heads: TurnRecord['heads'];
  readonly rows: TurnRecord['rows'];
  readonly holds: readonly (readonly [HoldId, Hold])[];
  /** The last entry of a writer that was let go of. */
  readonly pruned: readonly Pruned[];
  readonly kept: readonly {
    readonly position: number;
    readonly writer: WriterId;
    readonly seqFirst: number;
    readonly bytes: Uint8Array;
  }[];
  readonly documents: readonly (DocumentWrite & { readonly wallMs: number })[];
  readonly progress: TurnRecord['progress'];
  readonly quarantined: TurnRecord['quarantined'];
  /** Of entries that are kept. */
  readonly sales: readonly SaleRecord[];
  readonly saleCounts: readonly (readonly [WriterId, number])[];
}

export interface PruneRules {
  /** As the log's last turn left it. */
  head(writer: WriterId): StreamHead | undefined;
  /** The last entry of a writer that the authority has called settled for long enough. */
  longSettled(writer: WriterId): number;
  /** Entries from then on stay; milliseconds of the wall clock. */
  readonly olderThanMs: number;
  /** The same for documents. */
  readonly documentsOlderThanMs: number;
}

export interface Rebased {
  readonly base: LogBase;
  /** Entries that were let go of. */
  readonly entries: number;
  /** What is not known any more: `kind:id`, and `order/line`. */
  readonly documents: readonly string[];
  readonly progress: readonly string[];
}

/**
 * One step of letting go.
 * @param records the turns behind the base, as many as one step may take
 * @returns undefined where not one of them can go
 */
export function rebase(
  before: LogBase | undefined,
  records: readonly TurnRecord[],
  rules: PruneRules,
  sha256: Sha256,
): Rebased | undefined {
  const step = new Step(before, rules, sha256);
  for (const record of records) if (!step.take(record)) break;
  return step.turns === 0 ? undefined : step.end();
}

class Step {
  turns = 0;
  readonly #rules: PruneRules;
  readonly #sha256: Sha256;
  readonly #before: LogBase | undefined;
  readonly #pruned: Map<WriterId, Pruned>;
  readonly #kept: LogBase['kept'][number][];
  readonly #heads: Map<WriterId, TurnRecord['heads'][number]>;
  readonly #rows = new Map<WriterId, Map<PoolId, RowLine>>();
  readonly #holds: Map<HoldId, Hold>;
  readonly #documents: Map<string, LogBase['documents'][number]>;
  readonly #progress = new Map<string, LogBase['progress'][number]>();
  readonly #quarantined: LogBase['quarantined'][number][];
  readonly #sales: SaleRecord[];
  readonly #saleCounts: Map<WriterId, number>;
  #last: TurnRecord | undefined;
  #position: number;
  #entries = 0;
  #wallMs = 0;

  constructor(before: LogBase | undefined, rules: PruneRules, sha256: Sha256) {
    this.#before = before;
    this.#rules = rules;
    this.#sha256 = sha256;
    this.#position = before?.position ?? 0;
    this.#pruned = new Map(before?.pruned.map((mark) => [mark.writer, mark]));
    this.#kept = [...(before?.kept ?? [])];
    this.#heads = new Map(before?.heads.map((head) => [head.writer, head]));
    this.#holds = new Map(before?.holds);
    this.#documents = new Map(before?.documents.map((one) => [`${one.kind}:${one.id}`, one]));
    this.#quarantined = [...(before?.quarantined ?? [])];
    this.#sales = [...(before?.sales ?? [])];
    this.#saleCounts = new Map(before?.saleCounts);
    this.#fold(before?.rows ?? [], before?.progress ?? []);
  }

  /** @returns whether this turn may go; nothing of it was taken where not */
  take(record: TurnRecord): boolean {
    const splits: Split[] = [];
    const marks = new Map<WriterId, Pruned | undefined>();
    for (const { writer, bytes } of record.runs) {
      const mark = marks.has(writer) ? marks.get(writer) : this.#pruned.get(writer);
      const split = this.#split(writer, splitEntries(bytes), mark);
      if (split === undefined) return false;
      marks.set(writer, split.mark);
      splits.push(split);
    }
    let position = this.#position;
    record.runs.forEach(({ writer, seqFirst }, i) => {
      const { goes, stays, mark } = splits[i] as Split;
      if (mark !== undefined) this.#pruned.set(writer, mark);
      if (stays.length > 0) {
        const bytes = joinEntries(stays.map((one) => ({ bytes: one }))).slice();
        this.#kept.push({ position: position + goes, writer, seqFirst: seqFirst + goes, bytes });
      }
      position += goes + stays.length;
      this.#entries += goes;
    });
    this.#position = position;
    this.#fold(record.rows, record.progress);
    for (const head of record.heads) this.#heads.set(head.writer, head);
    for (const { holdId, hold } of record.holds) {
      if (hold === null) this.#holds.delete(holdId);
      else this.#holds.set(holdId, hold);
    }
    for (const one of record.documents)
      this.#documents.set(`${one.kind}:${one.id}`, { ...one, wallMs: this.#wallMs });
    this.#quarantined.push(...record.quarantined);
    for (const sale of record.sales) {
      this.#saleCounts.set(sale.writer, sale.number);
      this.#sales.push(sale);
    }
    this.#last = record;
    this.turns += 1;
    return true;
  }

  /** Entries of one run: those that go, and behind them those that stay; undefined where one must wait. */
  #split(writer: WriterId, entries: readonly Uint8Array[], before: Pruned | undefined): Split | undefined {
    const { head, longSettled, olderThanMs } = this.#rules;
    const { via = null, fence = null } = head(writer) ?? {};
    const settled = longSettled(writer);
    let mark = before;
    for (const [i, bytes] of entries.entries()) {
      const entry: Entry = decodeEntry(bytes);
      this.#wallMs = entry.wallMs;
      if (via !== null || (fence !== null && entry.seq > fence.seq))
        return { goes: i, stays: entries.slice(i), mark };
      if (entry.seq > settled || entry.wallMs > olderThanMs) return undefined;
      // A chain that does not join on is for a person to explain: nothing of it may be lost before.
      if (mark !== undefined && (mark.seq + 1 !== entry.seq || !sameBytes(mark.hash, entry.prevHash)))
        return undefined;
      mark = { writer, seq: entry.seq, hash: this.#sha256(bytes) };
    }
    return { goes: entries.length, stays: [], mark };
  }

  #fold(rows: TurnRecord['rows'], progress: TurnRecord['progress']): void {
    for (const { writer, lines } of rows) {
      const pools = this.#rows.get(writer) ?? new Map<PoolId, RowLine>();
      this.#rows.set(writer, pools);
      for (const line of lines) pools.set(line[0] as PoolId, line);
    }
    for (const one of progress) this.#progress.set(lineName(one.orderId, one.lineId), one);
  }

  end(): Rebased {
    const isGone = ({ writer, seq }: { readonly writer: WriterId; readonly seq: number }) =>
      seq <= (this.#pruned.get(writer)?.seq ?? 0);
    const documents: string[] = [];
    for (const [name, { ref, wallMs }] of this.#documents)
      if (isGone(ref) && wallMs < this.#rules.documentsOlderThanMs) documents.push(name);
    for (const name of documents) this.#documents.delete(name);
    const forgotten = new Set(documents);
    const progress: string[] = [];
    for (const [name, { orderId }] of this.#progress)
      if (forgotten.has(`order:${orderId}`)) progress.push(name);
    for (const name of progress) this.#progress.delete(name);
    const { self, awaitsFormerLives } = this.#last as TurnRecord;
    return {
      base: {
        turns: (this.#before?.turns ?? 0) + this.turns,
        position: this.#position,
        self,
        awaitsFormerLives,
        heads: [...this.#heads.values()],
        rows: [...this.#rows].map(([writer, pools]) => ({ writer, lines: [...pools.values()] })),
        holds: [...this.#holds],
        pruned: [...this.#pruned.values()],
        kept: this.#kept,
        documents: [...this.#documents.values()],
        progress: [...this.#progress.values()],
        quarantined: this.#quarantined,
        sales: this.#sales.filter((sale) => !isGone(sale)),
        saleCounts: [...this.#saleCounts],
      },
      entries: this.#entries,
      documents,
      progress,
    };
  }
}

interface Split {
  readonly goes: number;
  readonly stays: readonly Uint8Array[];
  readonly mark: Pruned | undefined;
}
