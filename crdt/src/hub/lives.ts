/** Lives: which of a replica's writers came before or after which, and by which way they speak. */
import { incarnationOf, type ReplicaId, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';
import type { Places } from './places.ts';

/** A later life of the same replica. */
export function newerLife(ledger: Ledger, writer: WriterId): Stream | undefined {
  const incarnation = incarnationOf(writer);
  return ledger.livesOf(replicaOf(writer)).find((life) => incarnationOf(life.writer) > incarnation);
}

/** Whether all that its replica ever did stands in this chain. */
export function isOnlyLife(ledger: Ledger, { writer }: Stream): boolean {
  return incarnationOf(writer) === 1 && ledger.livesOf(replicaOf(writer)).length === 1;
}

/** Where a writer is reached, or where the registry puts it by now (F3a). */
export function isOwnWay(
  { places, child }: { readonly places: Places; readonly child: ReplicaId },
  { writer, head }: Stream,
): boolean {
  return head.via === child || places.leadsTo(replicaOf(writer), child);
}
