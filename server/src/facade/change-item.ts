/** A change of the catalogue: made at the books, and answered once this region can read it too. */
import type { Agent } from '@tallystick/store-agent';
import type { FastifyReply } from 'fastify';
import { askInName } from './ask-authority.ts';
import { etagOf } from './etag.ts';

interface ChangedItem<T> {
  readonly version: number;
  readonly body: T;
  readonly was: 'created' | 'changed' | 'same';
}

/** A copy that lags longer answers reads with what it has: the change stands all the same. */
export const OWN_COPY_MS = 5_000;

/** @throws Problem: what the books refuse, or `authority_unreachable` */
export async function changeItem<T>(agent: Agent, call: object, reply: FastifyReply): Promise<T> {
  const { version, body, was } = (await askInName(reply.request, agent, call)) as ChangedItem<T>;
  await agent.catalogue.whenAt(version, OWN_COPY_MS);
  if (was === 'same' && reply.statusCode === 201) reply.header('idempotent-replayed', 'true');
  reply.header('etag', etagOf(version));
  return body;
}
