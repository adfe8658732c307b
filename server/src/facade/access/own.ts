/** What belongs to a client: given to it when it is made, and to others as if it were not there. */
import { type Agent, Problem } from '@tallystick/store-agent';
import { checkedName, keyName, maySee, type Principal } from '../../access/principal.ts';

/**
 * The name of something new: the caller's own id, else its Idempotency-Key; undefined where there is neither.
 * @throws Problem where it is not the caller's to choose
 */
export function newName(
  principal: Principal,
  id: string | undefined,
  key: string | undefined,
  pointer = '/id',
): string | undefined {
  if (id !== undefined) return checkedName(principal, id, pointer);
  return key === undefined ? undefined : keyName(principal, key);
}

/** The same as above, for what must have a name. @throws Problem */
export function neededName(principal: Principal, id: string | undefined, key: string | undefined): string {
  const name = newName(principal, id, key);
  if (name !== undefined) return name;
  throw new Problem('invalid_request', 'Name it: send an id in the body or an Idempotency-Key header.');
}

/** An order in the caller's own name. @throws Problem where it is in somebody else's */
export function inOwnName<Body extends { readonly client?: string | undefined }>(
  { client }: Principal,
  body: Body,
): Body {
  if (client === undefined || body.client === client) return body;
  if (body.client === undefined) return { ...body, client };
  throw new Problem('forbidden', `You order for ${client} alone: leave client out.`);
}

/** A repeat is answered with the first answer, which is for its owner alone. @throws Problem where another took the id */
export function checkFreeForOrder(agent: Agent, principal: Principal, id: string): void {
  if (principal.client === undefined) return;
  const body = agent.engine.replica.ledger.documentEntry('order', id)?.body;
  if (body === undefined) return;
  const owner = body.type === 'sold' || body.type === 'confirmed' ? body.clientId : undefined;
  if (!maySee(principal, owner)) throw taken(id);
}

/** @throws Problem where another took the id */
export function checkFreeForHold(agent: Agent, principal: Principal, id: string): void {
  const entry = agent.engine.replica.ledger.documentEntry('hold', id);
  if (entry !== undefined && !maySee(principal, clientOf(entry.actor))) throw taken(id);
}

/** @throws Problem where it is not there, for this caller */
export function checkOwnHold(agent: Agent, principal: Principal, id: string): void {
  if (principal.client === undefined) return;
  const entry = agent.engine.replica.ledger.documentEntry('hold', id);
  if (entry === undefined || !maySee(principal, clientOf(entry.actor)))
    throw new Problem('unknown_hold', `No hold ${id} was opened here.`);
}

/** Whose a thing is that names no client but who made it: `client:acme/web-shop`. */
function clientOf(actor: string): string | undefined {
  return /^client:([^/]+)\//.exec(actor)?.[1];
}

function taken(id: string): Problem {
  return new Problem('document_differs', `${id} was used for another request.`);
}
