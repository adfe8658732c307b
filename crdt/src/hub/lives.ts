/** Lives: which of a replica's writers came before or after which. */
import { incarnationOf, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';

/** A later life of the same replica. */
export function newerLife(ledger: Ledger, writer: WriterId): Stream | undefined {
  const incarnation = incarnationOf(writer);
  return ledger.livesOf(replicaOf(writer)).find((life) => incarnationOf(life.writer) > incarnation);
}

/**
 * Whom a life shuts out by being heard of (F1): itself where a later one is known already, else those before it whose
 * parent has ended. That parent alone may have known of both, and be gone with its word (seed 21009148).
 */
export function supersededBy(ledger: Ledger, stream: Stream): Stream[] {
  if (newerLife(ledger, stream.writer) !== undefined) return [stream];
  const incarnation = incarnationOf(stream.writer);
  const hasEnded = (writer: WriterId | null) => writer !== null && !!ledger.streams.get(writer)?.head.fence;
  return ledger
    .livesOf(replicaOf(stream.writer))
    .filter(
      ({ writer, head }) => !head.fence && incarnationOf(writer) < incarnation && hasEnded(head.parent),
    );
}

/** Whether all that its replica ever did stands in this chain. */
export function isOnlyLife(ledger: Ledger, { writer }: Stream): boolean {
  return incarnationOf(writer) === 1 && ledger.livesOf(replicaOf(writer)).length === 1;
}
