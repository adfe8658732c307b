/**
 * One act: the id of an adjustment is good for one request, whatever its type and whoever keeps the goods.
 *
 * Keepers know repeats of what they did themselves. A name that comes with another place, another type or other goods
 * may be new to the keeper that is asked now; this region has heard of it all the same, from whoever did the first.
 */
import { type DocumentKind, firstAnswer, kindOf, type Ledger } from '@tallystick/crdt';
import { type Agent, derivedId, type GoodsCommand, Problem } from '@tallystick/store-agent';
import { partName } from '../keepers.ts';

const KINDS = ['receipt', 'loss', 'count'] as const satisfies readonly DocumentKind[];

/** @param planned what the request would have done, by all keepers together @throws Problem where its id stands for something else */
export function checkOneAct(agent: Agent, id: string, planned: readonly GoodsCommand[]): void {
  const { ledger } = agent.engine.replica;
  const asked = new Map(planned.map((command) => [`${kindOf(command)} ${command.id}`, command]));
  for (const name of namesOf(agent, id)) {
    for (const kind of KINDS) {
      if (!isAct(ledger, kind, name, id)) continue;
      const command = asked.get(`${kind} ${name}`);
      const first = command && firstAnswer(ledger, command);
      if (first === undefined || (!first.ok && first.code === 'document_differs'))
        throw new Problem('document_differs', `${id} was used for another adjustment. Choose another id.`);
    }
  }
}

/** A document by itself, or the part of one of several keepers; a correction may be two of each. */
function namesOf(agent: Agent, id: string): Set<string> {
  const keepers = new Set(agent.catalogue.locations.map(({ keeper }) => keeper));
  const names = [id, ...[...keepers].map((keeper) => partName(id, keeper))];
  return new Set(names.flatMap((name) => [name, derivedId(name, '-'), derivedId(name, '+')]));
}

/** What somebody called so themselves, with a sign at its end, is no part of a correction. */
function isAct(ledger: Ledger, kind: DocumentKind, name: string, id: string): boolean {
  if (ledger.findDocument(kind, name) === undefined) return false;
  if (name === id || !/[-+]$/.test(name)) return true;
  const body = ledger.documentEntry(kind, name)?.body;
  return (body?.type === 'received' || body?.type === 'lost') && body.cause === 'correction';
}
