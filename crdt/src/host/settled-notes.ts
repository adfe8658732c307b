/**
 * Settled notes: since when the authority calls an entry settled (D7).
 *
 * An entry that was written long ago may have been settled only today; if the books are then put back to yesterday, they
 * lack it, and only journals have it. So the mark itself must be older than the restore window, and not only the entry.
 * Each writer's mark is noted once a day; a mark that goes back, because the books did, takes all notes above it down
 * with it: it may be where it was a moment later, and was not settled for so long.
 */
import type { WriterId } from '../ids.ts';
import type { StreamHead } from '../replica/stream.ts';
import type { JournalImage } from './journal-image.ts';

export interface SettledNote {
  readonly writer: WriterId;
  /** Milliseconds of the wall clock. */
  readonly notedMs: number;
  readonly seq: number;
  /** Turns of the log by then; none in a note of an earlier release, which any fall takes down. */
  readonly turns?: number;
}

const DAY_MS = 86_400_000;

/** @returns the notes to be kept, and for each writer the last entry that has been settled since `sinceMs` or longer */
export function noteSettled(
  notes: readonly SettledNote[],
  heads: Iterable<{ readonly writer: WriterId; readonly head: StreamHead }>,
  nowMs: number,
  sinceMs: number,
  { turns, lowestSettled }: Pick<JournalImage, 'turns' | 'lowestSettled'>,
): { readonly notes: readonly SettledNote[]; readonly longSettled: ReadonlyMap<WriterId, number> } {
  const all: SettledNote[] = [];
  const longSettled = new Map<WriterId, number>();
  for (const { writer, head } of heads) {
    const seq = Math.min(head.settled.seq, head.seq);
    const mine = notes
      // A clock that was ahead left notes of days that have not come.
      .filter((note) => note.writer === writer && note.notedMs <= nowMs)
      .map((note) => ({ ...note, seq: Math.min(note.seq, seq, lowestSettled(writer, note.turns ?? 0)) }))
      .filter((note) => note.seq > 0);
    if (seq > 0 && !mine.some(({ notedMs }) => notedMs > nowMs - DAY_MS))
      mine.push({ writer, notedMs: nowMs, seq, turns });
    const old = mine.filter(({ notedMs }) => notedMs <= sinceMs);
    const newestOldMs = Math.max(...old.map(({ notedMs }) => notedMs));
    all.push(...mine.filter(({ notedMs }) => notedMs > sinceMs || notedMs === newestOldMs));
    if (old.length > 0) longSettled.set(writer, Math.max(...old.map((note) => note.seq)));
  }
  return { notes: all, longSettled };
}
