/**
 * Former lives, told: a new life learns what its former lives did before it may
 * receive, cancel or reclaim (T8).
 *
 * The entries are durable already, and they are read while the turn is open: a journal
 * that must fetch them first can still have the turn decided anew.
 */
import type { Ledger } from '../replica/ledger.ts';
import type { ReplicaSettings } from '../replica/settings.ts';
import type { Frame } from '../wire/frames.ts';
import type { Session } from './child.ts';
import type { Hub } from './hub.ts';

export function readFormerLives(hub: Hub, ledger: Ledger, settings: ReplicaSettings): void {
  for (const { session } of hub.children.values()) {
    if (session === undefined || !session.isFormerDue) continue;
    session.formerFrames = formerFrames(ledger, session, settings);
    session.isFormerDue = false;
    // Told once in a session: what is due later, such as the other history of a fork, is told without it (F2).
    session.former = [];
  }
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
