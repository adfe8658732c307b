/**
 * Looking ahead: a command begins with the question whether its id is known (T8). For the commands of one turn it is
 * asked of the journal together, where that is cheaper; each is then decided as if it had asked alone.
 */
import type { Command } from './command.ts';
import type { DocumentKind } from './documents.ts';
import { kindOf } from './execute.ts';
import type { Ledger } from './ledger.ts';

/** Of what a turn takes in, commands alone are asked for. */
type Input = { readonly kind: 'command'; readonly command: Command } | { readonly kind: 'frame' | 'run' };

/** @param inputs of a turn that has just begun */
export function lookAhead(ledger: Ledger, inputs: readonly Input[]): void {
  const idsOf = new Map<DocumentKind, string[]>();
  let count = 0;
  for (const input of inputs) {
    // Refused in words when its turn comes; a journal that is asked for such an id would fail for all.
    if (input.kind !== 'command' || typeof input.command.id !== 'string') continue;
    const { command } = input;
    const kind = kindOf(command);
    const ids = idsOf.get(kind);
    if (ids === undefined) idsOf.set(kind, [command.id]);
    else ids.push(command.id);
    count += 1;
  }
  // One alone asks for itself.
  if (count < 2) return;
  for (const [kind, ids] of idsOf) ledger.lookAhead(kind, ids);
}
