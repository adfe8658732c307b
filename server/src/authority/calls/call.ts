/** A call that the books serve: what regions ask of them through the tree. */
import { documentId } from '@tallystick/store-agent';
import type { z } from 'zod';
import type { Authority } from '../authority.ts';

export interface ServedCall<Schema extends z.ZodObject = z.ZodObject> {
  /** Hostile until parsed by this; `call` is its name. */
  readonly schema: Schema;
  /** @throws Problem where it is refused */
  serve(authority: Authority, asked: z.output<Schema>): Promise<unknown>;
}

/** Keeps the exact type of the schema, which a plain annotation would lose. */
export function served<Schema extends z.ZodObject>(call: ServedCall<Schema>): ServedCall {
  return call as unknown as ServedCall;
}

/** What the caller of a door called its request, where it has no other name. */
export const requestKey = documentId.optional();
