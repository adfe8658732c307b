/**
 * Looking ahead: a command begins with the question whether its id is known (T8). For the commands of one turn it is
 * asked of the journal together, where that is cheaper; each is then decided as if it had asked alone.
 */
import type { Command } from './command.ts';
import type { DocumentKind } from './documents.ts';
import { kindOf } from './execute.ts';
import type { Ledger } from './ledger.ts';

/** @param commands of a turn that has just begun */
export function lookAhead(ledger: Ledger, commands: readonly Command[]): void {
  if (commands.length < 2) return;
  const idsOf = new Map<DocumentKind, string[]>();
  for (const command of commands) {
    // Refused in words when its turn comes; a journal that is asked for such an id would fail for all.
    if (typeof command.id !== 'string') continue;
    const kind = kindOf(command);
    const ids = idsOf.get(kind);
    if (ids === undefined) idsOf.set(kind, [command.id]);
    else ids.push(command.id);
  }
  for (const [kind, ids] of idsOf) ledger.lookAhead(kind, ids);
}
