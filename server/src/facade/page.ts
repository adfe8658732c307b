/** Pages: lists are read a piece at a time, each piece named by the last thing of the one before. */
import { Problem } from '@tallystick/store-agent';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

const LIMIT_MAX = 250;

/** What every list takes. */
export const pageQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(LIMIT_MAX)
    .default(50)
    .meta({ description: 'How many to give at once.' }),
  cursor: z
    .string()
    .min(1)
    .max(1_000)
    .optional()
    .meta({ description: 'The `nextCursor` of the page before.' }),
};

/** What every list answers. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({
    items: z.array(item),
    nextCursor: z.string().nullable().meta({ description: 'Null on the last page.' }),
  });
}

/** Opaque to clients: where the last page ended. */
function toCursor(after: string): string {
  return Buffer.from(after, 'utf8').toString('base64url');
}

/** @returns where to go on; '' at the beginning. @throws Problem where this list never gave out such a cursor. */
export function fromCursor(cursor: string | undefined): string {
  if (cursor === undefined) return '';
  const after = Buffer.from(cursor, 'base64url').toString('utf8');
  if (toCursor(after) === cursor) return after;
  throw noSuchCursor();
}

export function noSuchCursor(): Problem {
  return new Problem(
    'invalid_request',
    'The cursor is not one that this list gave out. Start again without it.',
    { errors: [{ pointer: '/cursor', message: 'not a cursor of this list' }] },
  );
}

/**
 * One page of what was read with one more than the limit.
 * @param keyOf the place of an item in the list, from which its cursor is made
 */
export function page<T>(
  read: readonly T[],
  limit: number,
  keyOf: (item: T) => string,
  request: FastifyRequest,
  reply: FastifyReply,
): { items: readonly T[]; nextCursor: string | null } {
  const items = read.slice(0, limit);
  const last = items.at(-1);
  if (read.length <= limit || last === undefined) return { items, nextCursor: null };
  const nextCursor = toCursor(keyOf(last));
  const url = new URL(request.url, 'http://here');
  url.searchParams.set('cursor', nextCursor);
  reply.header('link', `<${url.pathname}${url.search}>; rel="next"`);
  return { items, nextCursor };
}
