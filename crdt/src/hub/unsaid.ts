/**
 * Unsaid: what this replica took of a writer that ended, beyond that writer's own word of it.
 *
 * A region may be lost with the word of its last grants, and be settled by somebody who stands below its child by
 * then (F3a): that settler knows neither the grant nor who took it. What others took it hears as their past
 * (`dealings.ts`); nobody tells its own past down the tree, so that is told as cells. So is what it took back of such a
 * writer while it was the one who settles it: whoever settles it after that, below, would take it back once more.
 */
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { accountRow } from '../replica/account.ts';
import type { Ledger } from '../replica/ledger.ts';
import { settlerFrom } from '../replica/settler.ts';
import { isBranch, type Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';
import { amountOf, type Row } from '../tally/row.ts';
import type { SentCell } from '../wire/frames.ts';

export class Unsaid {
  readonly #ledger: Ledger;
  /** Writers of whom it took, that are no direct child: its parents, and children that moved. */
  readonly #from = new Set<WriterId>();

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
    for (const life of this.#lives)
      for (const [, { took, reclaimed }] of life.rows())
        for (const cells of [took, reclaimed]) for (const { writer } of cells) this.#note(writer);
  }

  get #lives(): readonly Stream[] {
    return [...this.#ledger.streams.values()].filter((one) => one.head.via === null && !isBranch(one));
  }

  /** @returns whether it took of a life that has ended, of which somebody may have to be told. */
  onEffect(stream: Stream, effect: Effect): boolean {
    const { column } = effect;
    if ((column !== 'took' && column !== 'reclaimed') || stream.head.via !== null) return false;
    this.#note(effect.writer);
    return this.#ledger.streams.get(effect.writer)?.head.fence != null;
  }

  #note(writer: WriterId): void {
    const via = this.#ledger.streams.get(writer)?.head.via;
    if (via !== replicaOf(writer)) this.#from.add(writer);
  }

  /** It has another parent: a child of this replica may have become somebody else's. */
  moved({ writer }: Stream): void {
    if (this.#lives.some((life) => [...life.rows()].some(([, row]) => cameFrom(row, writer) > 0)))
      this.#from.add(writer);
  }

  /** Whether there is a life of whom somebody may have to be told. */
  get isEmpty(): boolean {
    for (const writer of this.#from) if (this.#ledger.streams.get(writer)?.head.fence) return false;
    return true;
  }

  /** What is to be known below a child, and what was told from above for that. */
  cellsFor(child: ReplicaId): SentCell[] {
    const { toldTaken } = this.#ledger;
    const cells: SentCell[] = [];
    for (const writer of this.#from) {
      const lost = this.#settledBelow(child, writer);
      if (lost !== undefined) cells.push(...this.#takenOf(lost));
    }
    for (const writer of toldTaken.lives)
      if (this.#settledBelow(child, writer) !== undefined) cells.push(...toldTaken.of(writer));
    return cells;
  }

  #settledBelow(child: ReplicaId, writer: WriterId): Stream | undefined {
    const lost = this.#ledger.streams.get(writer);
    if (lost === undefined || lost.head.fence === null || lost.head.via !== child || isBranch(lost))
      return undefined;
    return settlerFrom(this.#ledger, lost) === 'below' ? lost : undefined;
  }

  #takenOf(lost: Stream): SentCell[] {
    const cells: SentCell[] = [];
    for (const life of this.#lives)
      for (const [pool, row] of life.rows()) {
        const n = cameFrom(row, lost.writer);
        if (n > amountOf(accountRow(this.#ledger, lost, pool).sent, life.writer))
          cells.push(takenCell(pool, lost.writer, life.writer, n));
      }
    return cells;
  }
}

function cameFrom({ took, reclaimed }: Readonly<Row>, writer: WriterId): number {
  return amountOf(took, writer) + amountOf(reclaimed, writer);
}

/** A cell without an entry: no grant, but what its taker wrote down of one. */
function takenCell(pool: SentCell['pool'], from: WriterId, to: WriterId, n: number): SentCell {
  return { pool, from, to, n, seq: 0 };
}
