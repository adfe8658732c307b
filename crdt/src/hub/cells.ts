/** Cells: what a parent granted a child, told until the child has written it down. */
import { type PoolId, replicaOf, type WriterId } from '../ids.ts';
import { accountRow } from '../replica/account.ts';
import { historiesOf } from '../replica/branches.ts';
import type { Ledger, Now } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import { amountOf, cellOf } from '../tally/row.ts';
import type { Frame, SentCell } from '../wire/frames.ts';
import type { Session } from './child.ts';
import { isVoid } from './totals.ts';

/** Items of one frame: a cut costs one of these, and a frame stays well under its limit. */
export const CELLS_PER_FRAME = 2_000;

/**
 * What was granted since the child last listened, found in the rows and not in the journal. A child that left and
 * came back (F3a) names the last that it took, and may have missed what came before.
 */
export function catchUpCells(ledger: Ledger, session: Session): void {
  const { self } = ledger;
  const child = ledger.streams.get(session.writer);
  for (const [pool, { sent }] of self.rows()) {
    const cell = cellOf(sent, session.writer);
    if (cell === undefined) continue;
    const took = amountOf(child?.row(pool).took ?? [], self.writer);
    if (cell.seq > session.cellsSeenTo || cell.n > took) session.cells.add(pool);
  }
  session.cellsSentTo = session.cellsSeenTo;
}

export function cellFrames(
  ledger: Ledger,
  session: Session,
  names: { writer: WriterId; parent: WriterId },
  now: Now,
): Frame[] {
  const cells: SentCell[] = [];
  for (const pool of session.cells) {
    const cell = ledger.self.row(pool).sent.find(({ writer }) => writer === session.writer);
    if (cell === undefined) continue;
    cells.push({ pool, from: ledger.self.writer, to: session.writer, n: cell.n, seq: cell.seq });
  }
  session.cells.clear();
  if (cells.length === 0) return [];
  // A batch ends where the next cell of the order of entries begins, so a cursor never passes a cell unsent.
  cells.sort((a, b) => a.seq - b.seq);
  const frames: Frame[] = [];
  const to = ledger.self.head.seq;
  for (let at = 0; at < cells.length; at += CELLS_PER_FRAME) {
    const part = cells.slice(at, at + CELLS_PER_FRAME);
    const next = cells[at + CELLS_PER_FRAME];
    const upTo = next === undefined ? to : Math.max(session.cellsSentTo, next.seq - 1);
    frames.push({ kind: 'cells', ...names, from: session.cellsSentTo, to: upTo, cells: part });
    session.cellsSentTo = upTo;
  }
  session.cellsSentAtMs = now.monotonicMs;
  return frames;
}

/**
 * What former lives of this replica granted the child and it has not taken: their word
 * counts on, and nobody else can pass it on (F1a). It has no place in the cursor of cells.
 * A life may have surrendered to what was its parent then and hangs on this replica by now: what
 * that one has not taken of it stays in that life's account (F3), and is told by nobody.
 */
export function formerCellFrames(
  ledger: Ledger,
  session: Session,
  names: { writer: WriterId; parent: WriterId },
): Frame[] {
  const cells: SentCell[] = [];
  const taker = ledger.streams.get(session.writer);
  for (const life of ledger.livesOf(replicaOf(ledger.self.writer))) {
    if (life === ledger.self || isVoid(life, session.writer)) continue;
    for (const pool of poolsOf(ledger, life)) {
      const cell = cellOf(accountRow(ledger, life, pool).sent, session.writer);
      if (cell === undefined || cell.n <= amountOf(taker?.row(pool).took ?? [], life.writer)) continue;
      cells.push({ pool, from: life.writer, to: session.writer, n: cell.n, seq: cell.seq });
    }
  }
  return cellFramesBeside(names.parent, session, cells);
}

/** Cells that have no place in the cursor: whoever sent them is not the parent writer itself. */
export function cellFramesBeside(parent: WriterId, session: Session, cells: readonly SentCell[]): Frame[] {
  const frames: Frame[] = [];
  const at = session.cellsSentTo;
  const { writer } = session;
  for (let i = 0; i < cells.length; i += CELLS_PER_FRAME) {
    const part = cells.slice(i, i + CELLS_PER_FRAME);
    frames.push({ kind: 'cells', writer, parent, from: at, to: at, cells: part });
  }
  return frames;
}

/** The pools that any history of a life touched. */
function poolsOf(ledger: Ledger, life: Stream): Set<PoolId> {
  const pools = new Set<PoolId>();
  for (const each of historiesOf(ledger, life)) for (const [pool] of each.rows()) pools.add(pool);
  return pools;
}
