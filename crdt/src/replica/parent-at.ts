/** Parent at: whose child a writer was when it was shut out (F5). */
import { replicaOf, type WriterId } from '../ids.ts';
import { entriesAfter } from './entries-after.ts';
import type { Ledger } from './ledger.ts';
import type { Stream } from './stream.ts';

/**
 * What a writer says behind its fence gives it no other parent, so a fence at an earlier point than the
 * end of what was believed takes back the parents that it named since. Where the entries that would tell
 * were pruned, it is whom it named last.
 */
export function parentAt(ledger: Ledger, stream: Stream, seq: number): WriterId | null {
  if (!namesAnother(ledger, stream, Math.min(seq, stream.head.fence?.seq ?? seq))) return stream.head.parent;
  let parent: WriterId | null | undefined;
  for (const { seq: at, body } of entriesAfter(ledger, stream, 0)) {
    if (body.type !== 'life' && body.type !== 'reparented') continue;
    if (at <= seq || isLifeOf(body.parent, parent)) parent = body.parent;
  }
  return parent === undefined ? stream.head.parent : parent;
}

/** Whose child a writer ever was, by what stands here of it. */
export function* parentsOf(ledger: Ledger, stream: Stream): Iterable<WriterId | null> {
  yield stream.head.parent;
  for (const { body } of entriesAfter(ledger, stream, 0))
    if (body.type === 'life' || body.type === 'reparented') yield body.parent;
}

function namesAnother(ledger: Ledger, stream: Stream, seq: number): boolean {
  for (const { body } of entriesAfter(ledger, stream, seq)) if (body.type === 'reparented') return true;
  return false;
}

function isLifeOf(named: WriterId | null, parent: WriterId | null | undefined): boolean {
  return named !== null && parent != null && replicaOf(named) === replicaOf(parent);
}
