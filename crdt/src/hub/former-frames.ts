/**
 * Former lives, told: a new life learns what its former lives did before it may receive, cancel or reclaim
 * (T8), and a child what former lives of this replica granted it (F1a).
 *
 * Both are read while the turn is open: a journal that must fetch them first can still have the turn decided anew.
 */
import type { Ledger, Now } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import type { Frame } from '../wire/frames.ts';
import { formerCellFrames } from './cells.ts';
import { isShutOut, type Session } from './child.ts';
import type { Hub } from './hub.ts';

export function readFormerLives(hub: Hub, ledger: Ledger, settings: ReplicaSettings, now: Now): void {
  for (const { session } of hub.children.values()) {
    if (session === undefined) continue;
    session.formerCells = isCellsDue(session, ledger, now) ? formerCells(session, ledger, settings, now) : [];
    // Who was shut out is told of that alone: another history of its own is a gap to it, which would end the session first.
    if (!session.isFormerDue || isShutOut(ledger, session)) continue;
    session.formerFrames = formerFrames(ledger, session, settings);
    session.isFormerDue = false;
    // Told once in a session: what is due later, such as the other history of a fork, is told without it (F2).
    session.former = [];
  }
}

function isCellsDue(session: Session, ledger: Ledger, now: Now): boolean {
  return session.parent === ledger.self.writer && now.monotonicMs >= session.formerCellsDueMs;
}

/** Until all is taken they are told again. */
function formerCells(session: Session, ledger: Ledger, { link }: ReplicaSettings, now: Now): Frame[] {
  const cells = formerCellFrames(ledger, session, { writer: session.writer, parent: ledger.self.writer });
  session.formerCellsDueMs = cells.length === 0 ? Number.POSITIVE_INFINITY : now.monotonicMs + link.resendMs;
  return cells;
}

function formerFrames(ledger: Ledger, session: Session, settings: ReplicaSettings): Frame[] {
  const frames: Frame[] = [];
  for (const { writer, afterSeq } of session.former) {
    const headSeq = ledger.streams.get(writer)?.head.seq ?? 0;
    for (let seq = afterSeq; seq < headSeq; ) {
      const slice = ledger.view.readWriter(writer, seq, settings.link.streamBytesTarget);
      if (slice.to <= seq) break;
      seq = slice.to;
      frames.push({ kind: 'former', writer, entries: slice.bytes, last: false });
    }
  }
  frames.push({ kind: 'former', writer: session.writer, entries: new Uint8Array(0), last: true });
  return frames;
}
