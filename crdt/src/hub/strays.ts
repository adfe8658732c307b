/**
 * Strays: units on their way between two writers that are no longer neighbours, because one
 * of them was given another parent (L1, F3a).
 *
 * Whoever stands above both tells the cell to the child below which the taker lives, and
 * each replica on the way passes it on, again and again until it was taken. In ordinary
 * life there is nothing here: grants and surrenders between neighbours have cursors.
 */
import { type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import { historiesOf } from '../replica/branches.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import { settlerFrom } from '../replica/settler.ts';
import { isBranch, type Stream } from '../replica/stream.ts';
import { isTaken } from '../replica/told-taken.ts';
import type { Effect } from '../tally/fold.ts';
import { amountOf } from '../tally/row.ts';
import type { Frame, SentCell } from '../wire/frames.ts';
import { cellFramesBeside } from './cells.ts';
import type { Session } from './child.ts';
import type { Hub } from './hub.ts';
import type { Places } from './places.ts';
import { isVoid } from './totals.ts';
import { Unsaid } from './unsaid.ts';

/** The longest pause between two tellings, in resend intervals: a taker may be away for weeks. */
const PATIENCE_MAX = 64;

interface Telling {
  session: Session;
  dueMs: number;
  patienceMs: number;
}

export class Strays {
  readonly #ledger: Ledger;
  readonly #hub: Hub;
  readonly #places: Places;
  readonly #resendMs: number;
  /** Taker → senders whose cells it may lack; a pair stays until all of them were taken. */
  readonly #senders = new Map<WriterId, Set<WriterId>>();
  readonly #tellings = new Map<ReplicaId, Telling>();
  readonly #unsaid: Unsaid;

  constructor(ledger: Ledger, hub: Hub, places: Places, resendMs: number) {
    this.#ledger = ledger;
    this.#hub = hub;
    this.#places = places;
    this.#resendMs = resendMs;
    this.#unsaid = new Unsaid(ledger);
    for (const from of ledger.streams.values())
      for (const [, row] of from.rows())
        for (const { writer } of row.sent) if (!this.#areNeighbours(from, writer)) this.#note(from, writer);
  }

  onEffect(from: Stream, effect: Effect): void {
    if (this.#unsaid.onEffect(from, effect)) this.#tellSoon();
    if (effect.column !== 'sent' || this.#areNeighbours(from, effect.writer)) return;
    this.#note(from, effect.writer);
    this.#tellSoon();
  }

  #note(from: Stream, to: WriterId): void {
    // What a branch sent is in its writer's account (F2).
    if (isBranch(from)) return;
    let senders = this.#senders.get(to);
    if (senders === undefined) {
      senders = new Set();
      this.#senders.set(to, senders);
    }
    senders.add(from.writer);
  }

  /**
   * Parent and child as replicas: lives that ended are told of as ever (F1a). Of whom nothing is known here,
   * it may be the first that a new child is granted, or the last that was surrendered to an old parent.
   */
  #areNeighbours(from: Stream, to: WriterId): boolean {
    const { parent } = from.head;
    if (parent !== null && replicaOf(parent) === replicaOf(to)) return true;
    const above = this.#ledger.streams.get(to)?.head.parent ?? null;
    return above !== null && replicaOf(above) === replicaOf(from.writer);
  }

  /** A writer has another parent: what is between it and its former neighbours has no cursor any more. */
  moved(stream: Stream): void {
    this.#unsaid.moved(stream);
    for (const [, row] of stream.rows()) for (const { writer } of row.sent) this.#note(stream, writer);
    for (const from of this.#ledger.streams.values()) {
      for (const [, row] of from.rows())
        if (amountOf(row.sent, stream.writer) > 0) this.#note(from, stream.writer);
    }
    this.#tellSoon();
  }

  /** The parent told a cell of a writer below: it is passed on. */
  told(cell: SentCell): void {
    if (replicaOf(cell.to) === replicaOf(this.#ledger.self.writer)) return;
    if (this.#ledger.toldCells.note(cell)) this.#tellSoon();
  }

  /** What was of use to nobody may be so now. */
  onHead(): void {
    this.#tellSoon();
  }

  #tellSoon(): void {
    for (const telling of this.#tellings.values()) {
      telling.dueMs = Number.NEGATIVE_INFINITY;
      telling.patienceMs = this.#resendMs;
    }
  }

  frames(now: Now): { readonly to: ReplicaId; readonly frame: Frame }[] {
    if (this.#isIdle) return [];
    const out: { to: ReplicaId; frame: Frame }[] = [];
    for (const { replica, session } of this.#hub.children.values()) {
      if (session === undefined) continue;
      const telling = this.#tellingOf(replica, session);
      if (telling.dueMs > now.monotonicMs) continue;
      const cells = this.#cellsFor(replica, session.writer);
      for (const frame of cellFramesBeside(this.#ledger.self.writer, session, cells))
        out.push({ to: replica, frame });
      const patienceMaxMs = this.#resendMs * PATIENCE_MAX;
      // A settler writes nothing down, so in one session it is told so often and no more.
      const isTold =
        telling.patienceMs >= patienceMaxMs && !cells.some((cell) => !isTaken(cell) && this.#isLive(cell.to));
      telling.dueMs =
        cells.length === 0 || isTold ? Number.POSITIVE_INFINITY : now.monotonicMs + telling.patienceMs;
      telling.patienceMs = Math.min(telling.patienceMs * 2, patienceMaxMs);
    }
    return out;
  }

  get #isIdle(): boolean {
    const { toldCells, toldTaken } = this.#ledger;
    return this.#senders.size === 0 && toldCells.isEmpty && toldTaken.isEmpty && this.#unsaid.isEmpty;
  }

  #isLive(writer: WriterId): boolean {
    return !this.#ledger.streams.get(writer)?.head.fence;
  }

  #tellingOf(replica: ReplicaId, session: Session): Telling {
    let telling = this.#tellings.get(replica);
    if (telling?.session !== session) {
      telling = { session, dueMs: Number.NEGATIVE_INFINITY, patienceMs: this.#resendMs };
      this.#tellings.set(replica, telling);
    }
    return telling;
  }

  #cellsFor(child: ReplicaId, direct: WriterId): SentCell[] {
    const cells: SentCell[] = [];
    for (const [to, senders] of this.#senders) {
      const taker = this.#ledger.streams.get(to);
      if (taker?.head.via !== child || !isAwaited(this.#ledger, taker)) continue;
      for (const from of senders) cells.push(...this.#untaken(from, taker, child, senders, direct));
      if (senders.size === 0) this.#senders.delete(to);
    }
    for (const to of [...this.#ledger.toldCells.writers]) {
      const taker = this.#ledger.streams.get(to);
      const via = taker?.head.via ?? this.#places.wayTo(replicaOf(to));
      if (via === child && isAwaited(this.#ledger, taker))
        cells.push(...this.#ledger.toldCells.untaken(to, taker));
    }
    cells.push(...this.#unsaid.cellsFor(child));
    return cells;
  }

  #untaken(
    from: WriterId,
    taker: Stream,
    child: ReplicaId,
    senders: Set<WriterId>,
    direct: WriterId,
  ): SentCell[] {
    const sender = this.#ledger.streams.get(from);
    if (sender === undefined) return [];
    const cells: SentCell[] = [];
    for (const [pool, row] of sender.rows()) {
      const cell = row.sent.find(({ writer }) => writer === taker.writer);
      if (cell === undefined || cell.n <= amountOf(taker.row(pool).took, from)) continue;
      cells.push({ pool, from, to: taker.writer, n: cell.n, seq: cell.seq });
    }
    if (cells.length === 0) senders.delete(from);
    // Of a writer that lived twice the child may know another history, and shut it out elsewhere (F2, seed 13002315).
    const isBelow = sender.head.via === child && historiesOf(this.#ledger, sender).length === 1;
    const isTold = sender === this.#ledger.self && taker.writer === direct;
    return isBelow || isTold || isVoid(sender, taker.writer) ? [] : cells;
  }

  /** When something is due to be told, or told again. */
  wakeAtMs(): number {
    if (this.#isIdle) return Number.POSITIVE_INFINITY;
    let at = Number.POSITIVE_INFINITY;
    for (const [replica, { session, dueMs }] of this.#tellings)
      if (this.#hub.children.get(replica)?.session === session) at = Math.min(at, Math.max(0, dueMs));
    return at;
  }
}

/** Of what is sent to a life that ended, only its settler wants to know. */
function isAwaited(ledger: Ledger, taker: Stream | undefined): boolean {
  return taker === undefined || taker.head.fence === null || settlerFrom(ledger, taker) === 'below';
}
