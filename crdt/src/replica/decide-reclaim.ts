/** Taking back what a fenced child writer still held, on an operator's word (F3). */
import type { BodyOf } from '../entry/entry.ts';
import { type PoolId, replicaOf, type WriterId } from '../ids.ts';
import { sumByPool } from '../tally/guards.ts';
import { account, amountOf, type Row } from '../tally/row.ts';
import { accountRow, sentLate } from './account.ts';
import { type Reclaim, refuse } from './command.ts';
import { badQuantity, type Decided } from './decide-sale.ts';
import type { Ledger } from './ledger.ts';
import { isOwnPast, unheard } from './recovery.ts';
import { settlesHere } from './settler.ts';
import { ABOVE, isBranch, type Stream } from './stream.ts';

export function decideReclaim(ledger: Ledger, command: Reclaim): Decided<BodyOf<'reclaimed'>> {
  const bad = badQuantity(command.items.map((item) => item.n));
  if (bad !== undefined) return bad;
  const lost = ledger.streams.get(command.writer);
  if (lost === undefined) return refuse('not_found', `${command.writer} is not known here.`);
  if (lost.head.fence === null) {
    return refuse('forbidden', `${command.writer} is alive: retire it before its rights are taken back.`);
  }
  if (!settlesHere(ledger, lost))
    return refuse('forbidden', `${command.writer} is not ${ledger.self.writer}'s to settle.`);
  const missing = isOwnPast(ledger, lost)
    ? unheard(ledger).filter((replica) => command.gone?.includes(replica) !== true)
    : [];
  if (missing.length > 0) {
    // F6: what they took from that life and may have sold is not in these books yet.
    return refuse(
      'former_lives_unknown',
      `${missing.join(', ')} did not tell yet what ${command.writer} sent.`,
    );
  }
  for (const [pool, n] of sumByPool(command.items)) {
    const left = exposure(ledger, lost, pool);
    if (n > left) return refuse('more_than_ordered', `${command.writer} has at most ${left} of ${pool}.`);
  }
  return { ok: true, body: { type: 'reclaimed', writer: command.writer, items: command.items } };
}

/**
 * What a fenced writer may still hold of a pool, as far as its entries and its neighbours' tell:
 * its account over all its histories, with what was sent to it and never taken, and what it
 * surrendered after its fence, which nobody took; less what was taken back already.
 * Its open holds are void (F3), so they do not lower it. A branch has no account of its own (F2).
 */
export function exposure(ledger: Ledger, lost: Stream, pool: PoolId): number {
  if (isBranch(lost)) return 0;
  const row = accountRow(ledger, lost, pool);
  const came = inFlightTo(ledger, lost, pool, row) + notTaken(ledger, pool, row, lost);
  return account(row) + came - takenUnsaid(ledger, lost, pool) - reclaimedFrom(ledger, lost, pool);
}

function inFlightTo(ledger: Ledger, lost: Stream, pool: PoolId, row: Readonly<Row>): number {
  let units = 0;
  for (const stream of ledger.streams.values()) {
    if (isBranch(stream)) continue;
    const sent = amountOf(accountRow(ledger, stream, pool).sent, lost.writer);
    const unseen = sent - amountOf(row.took, stream.writer);
    if (unseen > 0) units += unseen - voidOf(ledger, stream, pool, lost, unseen);
  }
  // Of a sender that lives elsewhere, only the cell may tell how much it sent (F3a).
  const saidBy = (from: WriterId) => {
    const stream = ledger.streams.get(from);
    return stream === undefined ? 0 : amountOf(accountRow(ledger, stream, pool).sent, lost.writer);
  };
  return units + ledger.toldCells.units(lost.writer, pool, row.took, saidBy);
}

/**
 * Of what a child surrendered and nobody took: what it did so behind its fence is its own (F3), be
 * that life of its parent the one that settles it, one that ended as well, or one that it has left.
 */
function voidOf(ledger: Ledger, child: Stream, pool: PoolId, to: Stream, unseen: number): number {
  const { parent } = child.head;
  // What a forgotten life of the authority was sent it may have used: it stands in that life's account (F6).
  if (parent === null || isOwnPast(ledger, to)) return 0;
  const isParent = replicaOf(parent) === replicaOf(to.writer);
  // Where it said behind its fence that it had another parent, a life of that which has ended counts it.
  if (!isParent && to.head.fence !== null) return 0;
  return Math.min(unseen, sentLate(ledger, child, pool, to.writer));
}

function notTaken(ledger: Ledger, pool: PoolId, row: Readonly<Row>, lost: Stream): number {
  let units = 0;
  const left = oldParentOf(ledger, lost);
  for (const { writer, n } of row.sent) {
    const to = ledger.streams.get(writer);
    // Whoever stands elsewhere may have taken it while that life was its child: nothing of that is heard here.
    if (to === undefined || to.head.via === ABOVE) continue;
    const unseen = n - amountOf(accountRow(ledger, to, pool).took, lost.writer);
    if (unseen <= 0) continue;
    // What it surrendered in time is that life's, unless nobody will ever tell it (F1a, F3a).
    units += left.includes(to) ? unseen : voidOf(ledger, lost, pool, to, unseen);
  }
  return units;
}

/** Where a life ended under a parent that its replica left (F3a), that parent: nobody tells it any more. */
function oldParentOf(ledger: Ledger, lost: Stream): Stream[] {
  const parent = lost.head.parent && replicaOf(lost.head.parent);
  if (parent === null || parent === replicaOf(ledger.self.writer) || !settlesHere(ledger, lost)) return [];
  // What was sent to a fenced life is in that life's account.
  return ledger.livesOf(parent).filter(({ head }) => head.fence === null);
}

/** What others wrote down that it sent them, beyond its own word of it: that word may be lost (F1a), and they above. */
export function takenUnsaid(ledger: Ledger, lost: Stream, pool: PoolId): number {
  const row = accountRow(ledger, lost, pool);
  const told = ledger.toldTaken.byTaker(lost.writer, pool);
  let units = 0;
  for (const stream of ledger.streams.values()) {
    if (isBranch(stream)) continue;
    const here = amountOf(accountRow(ledger, stream, pool).took, lost.writer);
    const took = Math.max(here, told.get(stream.writer) ?? 0);
    if (took > 0) units += Math.max(0, took - amountOf(row.sent, stream.writer));
  }
  for (const [taker, took] of told)
    if (!ledger.streams.has(taker)) units += Math.max(0, took - amountOf(row.sent, taker));
  return units;
}

function reclaimedFrom(ledger: Ledger, lost: Stream, pool: PoolId): number {
  let units = 0;
  for (const stream of ledger.streams.values()) units += amountOf(stream.row(pool).reclaimed, lost.writer);
  return units;
}
