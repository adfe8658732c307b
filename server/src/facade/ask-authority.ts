/** Asking the books, through the tree. What they refuse is this door's problem, word for word. */
import type { ReplicaId, ShortItem } from '@tallystick/crdt';
import type { CallResult } from '@tallystick/crdt/host';
import { type Agent, type FieldError, Problem } from '@tallystick/store-agent';
import type { FastifyRequest } from 'fastify';

const AUTHORITY = 'authority' as ReplicaId;
/** Longer than the books take for a thousand rows, shorter than a client's patience. */
const WAIT_MS = 5_000;

/** @throws Problem: `authority_unreachable` where no answer came */
export async function askAuthority(agent: Agent, call: object, waitMs = WAIT_MS): Promise<unknown> {
  const result = await agent.call(AUTHORITY, call, waitMs);
  if (result.ok) return result.value;
  throw problemOf(result);
}

/** The same, for what changes something: the books write down who asked, and from where. @throws Problem as above */
export function askInName(
  { principal, ip }: FastifyRequest,
  agent: Agent,
  call: object,
  waitMs?: number,
): Promise<unknown> {
  return askAuthority(agent, { ...call, by: { actor: principal.actor, from: ip } }, waitMs);
}

function problemOf({
  code,
  message,
  errors,
  items,
  retryAfterS,
}: Extract<CallResult, { ok: false }>): Problem {
  if (code === 'keeper_unreachable') {
    return new Problem('authority_unreachable', 'The authority cannot be reached now. Try again later.');
  }
  return new Problem(code, message, {
    ...(errors === undefined ? {} : { errors: errors as FieldError[] }),
    ...(items === undefined ? {} : { items: items as ShortItem[] }),
    ...(typeof retryAfterS === 'number' && retryAfterS > 0 ? { retryAfterS: Math.ceil(retryAfterS) } : {}),
  });
}
