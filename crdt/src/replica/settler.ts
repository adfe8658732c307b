/**
 * Settler: who answers for a fenced writer (F5). The live writer of the replica that was its
 * parent, else of the next ancestor; where its replica was given another parent since, the
 * first that stands above both (F3a), for nobody below it knows what each of them took back.
 * For the authority's own past that is the authority (F6).
 */
import { incarnationOf, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from './ledger.ts';
import { isOwnPast } from './recovery.ts';
import { ABOVE, type Stream } from './stream.ts';

export function settlesHere(ledger: Ledger, stream: Stream): boolean {
  return settlerFrom(ledger, stream) === 'here';
}

/** Where that writer's settler stands, seen from this replica. */
export function settlerFrom(ledger: Ledger, stream: Stream): 'here' | 'below' | 'elsewhere' {
  if (isOwnPast(ledger, stream)) return 'here';
  if (stream.head.via === ABOVE) return 'elsewhere';
  return look(ledger, replicaOf(ledger.self.writer), stream);
}

/** Whether this replica stands above that writer, and whoever stood between them was shut out. */
export function settles(ledger: Ledger, settler: ReplicaId, stream: Stream): boolean {
  return look(ledger, settler, stream) === 'here';
}

function look(ledger: Ledger, settler: ReplicaId, stream: Stream): 'here' | 'below' | 'elsewhere' {
  // Its parent may hang on its replica's next life by now (F3a): that one knows no more of it than was told to it.
  if (replicaOf(stream.writer) === settler) return 'elsewhere';
  const seen = new Set<WriterId>();
  // Whoever was shut out may have named a circle of parents: nobody settles that.
  for (let { parent } = stream.head; parent !== null && !seen.has(parent); ) {
    seen.add(parent);
    const replica = replicaOf(parent);
    if (replica === settler)
      return seen.size === 1 || standsAbove(ledger, settler, stream) ? 'here' : 'elsewhere';
    const above = ledger.streams.get(parent);
    if (above === undefined || above.head.via === ABOVE) return 'elsewhere';
    const live = newestAlive(ledger, replica);
    if (live !== undefined && mayStandAbove(live, stream)) return 'below';
    // Who was its parent may stand elsewhere in its present life, and below it by now (seed 12006865).
    parent = (live ?? above).head.parent;
  }
  return 'elsewhere';
}

function newestAlive(ledger: Ledger, replica: ReplicaId): Stream | undefined {
  let newest: Stream | undefined;
  for (const life of ledger.livesOf(replica)) {
    if (life.head.fence !== null) continue;
    if (newest === undefined || incarnationOf(life.writer) > incarnationOf(newest.writer)) newest = life;
  }
  return newest;
}

/** Who was given away may have led the climb to another part of the tree: nobody there settles what stays behind (L7). */
function standsAbove(ledger: Ledger, settler: ReplicaId, { head: { via } }: Stream): boolean {
  if (settler === replicaOf(ledger.self.writer)) return true;
  return ledger.livesOf(settler).some((life) => life.head.via === via);
}

/** Both are reached through one child; below that child itself stand only those who hang on it by now (F3a). */
function mayStandAbove({ head }: Stream, { head: { via }, writer }: Stream): boolean {
  return head.via === via && via !== replicaOf(writer);
}
