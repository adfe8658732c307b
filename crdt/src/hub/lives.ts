/** Lives: which of a replica's writers came before or after which. */
import { incarnationOf, replicaOf, type WriterId } from '../ids.ts';
import type { Ledger } from '../replica/ledger.ts';
import type { Stream } from '../replica/stream.ts';

/** A later life of the same replica. */
export function newerLife(ledger: Ledger, writer: WriterId): Stream | undefined {
  const incarnation = incarnationOf(writer);
  return ledger.livesOf(replicaOf(writer)).find((life) => incarnationOf(life.writer) > incarnation);
}

/** Whether all that its replica ever did stands in this chain. */
export function isOnlyLife(ledger: Ledger, { writer }: Stream): boolean {
  return incarnationOf(writer) === 1 && ledger.livesOf(replicaOf(writer)).length === 1;
}
