/** Forwarding: a request about something that another writer of this region owns goes to that writer. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Owners, OwnersAnswer } from './owners.ts';

/** True where the request went to its owner instead, whose answer was passed back. @throws Problem as `wasPassedOn` */
export async function wentElsewhere(
  owners: Owners,
  request: FastifyRequest,
  reply: FastifyReply,
  id: string,
  body: unknown,
): Promise<boolean> {
  const owner = owners.wasPassedOn(request) ? undefined : owners.elsewhere(id);
  if (owner === undefined) return false;
  await passedBack(reply, await owners.forward(owner, request, body));
  return true;
}

/** Answers with what the owner said. */
export async function passedBack(
  reply: FastifyReply,
  { status, headers, body }: OwnersAnswer,
): Promise<void> {
  for (const name of PASSED_BACK) {
    const value = headers.get(name);
    if (value !== null) reply.header(name, value);
  }
  await reply.code(status).send(body);
}

const PASSED_BACK = [
  'content-type',
  'etag',
  'location',
  'link',
  'idempotent-replayed',
  'preference-applied',
  'retry-after',
  'cache-control',
];
