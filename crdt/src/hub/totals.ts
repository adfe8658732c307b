/**
 * Totals: sums over streams, kept up to date effect by effect.
 *
 * `holding` says, for each child, what the live writers of its subtree may still use:
 *
 *   Σ received + reinstated + reclaimed + Σ over k of max(what k sent, what it took) − sent − used − on hold
 *
 * so that units count from the grant on, and also where the sender's own word of it is
 * lost (F1a). `levels` says, for each pool, what stands on the shelf and what can be
 * promised over the whole tree; `owed`, what writers here and below owe. All could be summed from the rows at any time; here
 * an effect costs O(1), and a turn that fails is undone step by step.
 */
import type { PoolId, ReplicaId, WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import { ABOVE, isBranch, type Stream } from '../replica/stream.ts';
import type { Effect } from '../tally/fold.ts';
import { amountOf, cellOf, debt, free } from '../tally/row.ts';
import type { Child } from './child.ts';

export interface Level {
  onHand: number;
  available: number;
}

/** What a writer's head says that the sums depend on. */
interface Standing {
  /** The child through which it is reached, if its units count; null for own lives, fenced writers and those given away. */
  readonly via: ReplicaId | null;
  /** Who takes nothing of it any more: what it says that it sent there stays in its account. */
  readonly voidTo: WriterId | 'all' | null;
  /** Up to which of its entries its word counts with the others; what it sent behind its fence counts once it is taken. */
  readonly trustedSeq: number;
}

const UNHEARD: Standing = { via: null, voidTo: null, trustedSeq: Number.POSITIVE_INFINITY };

export class Totals {
  readonly #ledger: Ledger;
  readonly #childOf: (replica: ReplicaId) => Child;
  readonly levels: Map<PoolId, Level> | undefined;
  /** What is owed of a pool by all writers heard of; no pool of which nothing is. */
  readonly owed = new Map<PoolId, number>();
  /** Pools whose level changed since somebody last took them. */
  readonly changed = new Set<PoolId>();
  /** Each writer as it is counted: whatever its head says later, so it is taken off again. */
  readonly #standing = new Map<Stream, Standing>();
  /** Who ever sent units to a writer, be it heard of or not. What a turn that failed noted does no harm. */
  readonly #senders = new Map<WriterId, Set<WriterId>>();
  /** What the open turn did, to be undone should its commit fail. */
  #undo: (() => void)[] = [];

  constructor(ledger: Ledger, childOf: (replica: ReplicaId) => Child, keepsLevels: boolean) {
    this.#ledger = ledger;
    this.#childOf = childOf;
    this.levels = keepsLevels ? new Map() : undefined;
    for (const stream of ledger.streams.values()) this.#standing.set(stream, standingOf(stream));
    for (const stream of ledger.streams.values()) {
      for (const [pool, row] of stream.rows()) {
        const available = row.received + row.reinstated - row.used - debt(row);
        this.#moveLevel(pool, row.received - row.departed, available);
        this.#moveOwed(pool, debt(row));
        for (const { writer } of row.sent) this.#noteSender(writer, stream);
      }
      this.#countOwn(stream, 1);
      this.keep();
    }
  }

  #noteSender(to: WriterId, { writer }: Stream): void {
    const senders = this.#senders.get(to);
    if (senders === undefined) this.#senders.set(to, new Set([writer]));
    else senders.add(writer);
  }

  /**
   * A writer was heard of first, is reached another way (F3a), was shut out, or has another parent:
   * all that was counted of it, and of what is between it and others, is counted anew.
   */
  onHead(stream: Stream): void {
    const before = this.#standing.get(stream);
    const now = standingOf(stream);
    if (before !== undefined && isSame(before, now)) return;
    if (before !== undefined) this.#count(stream, -1);
    this.#standing.set(stream, now);
    this.#count(stream, 1);
    this.#undo.push(() => {
      if (before === undefined) this.#standing.delete(stream);
      else this.#standing.set(stream, before);
    });
  }

  #count(stream: Stream, sign: 1 | -1): void {
    this.#countOwn(stream, sign);
    for (const writer of this.#senders.get(stream.writer) ?? []) {
      const from = writer === stream.writer ? undefined : this.#ledger.streams.get(writer);
      for (const [pool] of from?.rows() ?? []) this.#countOnItsWay(from as Stream, stream.writer, pool, sign);
    }
  }

  /** What it may use, and what it sent that is still on its way. */
  #countOwn(stream: Stream, sign: 1 | -1): void {
    const { via } = this.#standing.get(stream) ?? UNHEARD;
    for (const [pool, row] of stream.rows()) {
      if (via !== null) this.#add(via, pool, sign * free(row));
      for (const { writer } of row.sent) this.#countOnItsWay(stream, writer, pool, sign);
    }
  }

  /** Units sent to a live writer below count there before it has taken them. */
  #countOnItsWay(from: Stream, to: WriterId, pool: PoolId, sign: 1 | -1): void {
    const taker = this.#ledger.streams.get(to);
    const { via } = (taker && this.#standing.get(taker)) ?? UNHEARD;
    if (taker === undefined || via === null) return;
    const unseen = this.#trusted(from, to, pool) - amountOf(taker.row(pool).took, from.writer);
    if (unseen > 0) this.#add(via, pool, sign * unseen);
  }

  /** What a writer sent, as far as its word of it counts with the taker. */
  #trusted(from: Stream, to: WriterId, pool: PoolId): number {
    const cell = cellOf(from.row(pool).sent, to);
    return cell !== undefined && this.#isTrusted(from, to, cell.seq) ? cell.n : 0;
  }

  #isTrusted(from: Stream, to: WriterId, seq: number): boolean {
    const { voidTo, trustedSeq } = this.#standing.get(from) ?? UNHEARD;
    return voidTo !== 'all' && voidTo !== to && seq <= trustedSeq;
  }

  /** An entry is about to change the row of its writer. */
  onEffect(stream: Stream, effect: Effect): void {
    const { pool, column, n } = effect;
    const { via } = this.#standing.get(stream) ?? UNHEARD;
    switch (column) {
      case 'sent': {
        if (via !== null) this.#add(via, pool, -n);
        this.#noteSender(effect.writer, stream);
        const to = this.#ledger.streams.get(effect.writer);
        const toVia = (to && this.#standing.get(to)?.via) ?? null;
        if (to === undefined || toVia === null) return;
        const before = this.#trusted(stream, to.writer, pool);
        const isTrusted = this.#isTrusted(stream, to.writer, stream.head.seq + 1);
        const now = isTrusted ? amountOf(stream.row(pool).sent, to.writer) + n : 0;
        const took = amountOf(to.row(pool).took, stream.writer);
        this.#add(toVia, pool, Math.max(now, took) - Math.max(before, took));
        return;
      }
      case 'took': {
        if (via === null) return;
        const from = this.#ledger.streams.get(effect.writer);
        const sent = from === undefined ? 0 : this.#trusted(from, stream.writer, pool);
        const before = amountOf(stream.row(pool).took, effect.writer);
        this.#add(via, pool, Math.max(sent, before, n) - Math.max(sent, before));
        return;
      }
      case 'received':
        if (via !== null) this.#add(via, pool, n);
        return this.#moveLevel(pool, n, n);
      case 'reinstated':
        if (via !== null) this.#add(via, pool, n);
        return this.#moveLevel(pool, 0, n);
      case 'used':
        if (via !== null) this.#add(via, pool, -n);
        return this.#moveLevel(pool, 0, -n);
      case 'reclaimed':
      case 'closed':
        if (via !== null) this.#add(via, pool, n);
        return;
      case 'opened':
        if (via !== null) this.#add(via, pool, -n);
        return;
      case 'departed':
        return this.#moveLevel(pool, -n, 0);
      case 'owed':
        this.#moveOwed(pool, n);
        return this.#moveLevel(pool, 0, -n);
      case 'repaid':
        this.#moveOwed(pool, -n);
        return this.#moveLevel(pool, 0, n);
      default:
        effect satisfies never;
    }
  }

  #add(via: ReplicaId, pool: PoolId, units: number): void {
    if (units === 0) return;
    const known = this.#childOf(via).pool(pool);
    known.holding += units;
    this.#undo.push(() => {
      known.holding -= units;
    });
  }

  #moveLevel(pool: PoolId, onHand: number, available: number): void {
    if (this.levels === undefined) return;
    const level = this.levels.get(pool) ?? { onHand: 0, available: 0 };
    this.levels.set(pool, level);
    level.onHand += onHand;
    level.available += available;
    this.changed.add(pool);
    this.#undo.push(() => {
      level.onHand -= onHand;
      level.available -= available;
    });
  }

  #moveOwed(pool: PoolId, units: number): void {
    if (units === 0) return;
    const before = this.owed.get(pool) ?? 0;
    this.#setOwed(pool, before + units);
    this.#undo.push(() => this.#setOwed(pool, before));
  }

  #setOwed(pool: PoolId, units: number): void {
    if (units === 0) this.owed.delete(pool);
    else this.owed.set(pool, units);
  }

  keep(): void {
    this.#undo = [];
  }

  putBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo = [];
  }
}

function standingOf(stream: Stream): Standing {
  const { fence, via, parent } = stream.head;
  if (fence === null) return { ...UNHEARD, via: via === ABOVE ? null : via };
  // A surrender that arrives after its sender's fence is taken by nobody: it stays in the sender's account.
  const voidTo = isBranch(stream) ? 'all' : parent;
  // An own life may have been heard of first when it had ended, and its children take what it granted.
  return { via: null, voidTo, trustedSeq: via === null ? UNHEARD.trustedSeq : fence.seq };
}

function isSame(a: Standing, b: Standing): boolean {
  return a.via === b.via && a.voidTo === b.voidTo && a.trustedSeq === b.trustedSeq;
}

/** The same of one pair, as the heads stand: so does all that a branch sent. */
export function isVoid(from: Stream, to: WriterId): boolean {
  const { voidTo } = standingOf(from);
  return voidTo === 'all' || voidTo === to;
}
