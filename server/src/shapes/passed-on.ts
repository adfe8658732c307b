/** What is said of who asks, when a question for a shape is passed on, and what of the answer comes back. */
import type { IncomingHttpHeaders } from 'node:http';
import { Problem } from '@tallystick/store-agent';
import { z } from 'zod';
import { clientId } from '../access/items.ts';
import { isScope, type Scope } from '../access/scopes.ts';
import type { ShapeAsker } from './door/asker.ts';

export const ASKER_HEADER = 'x-tallystick-asker';
export const PROOF_HEADER = 'x-tallystick-forwarded';

const askerSchema = z.object({
  client: clientId.nullable(),
  scopes: z.array(z.string().max(64)).max(100),
  caller: z.string().min(1).max(300).optional(),
});

/** Those of whom it is the same may have the same answer. */
export function rightsText({ client, scopes }: ShapeAsker): string {
  return JSON.stringify({ client: client ?? null, scopes: [...scopes].sort() });
}

export function askerText({ client, scopes, caller }: ShapeAsker): string {
  return JSON.stringify({ client: client ?? null, scopes: [...scopes].sort(), caller });
}

/** @param from the region that passes it on @throws Problem */
export function readAsker(text: string, from: string): ShapeAsker {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new Problem('forbidden', `The header ${ASKER_HEADER} says nothing that can be read.`);
  }
  const parsed = askerSchema.safeParse(json);
  if (!parsed.success) throw Problem.invalid(parsed.error);
  const { client, scopes, caller } = parsed.data;
  return {
    client: client ?? undefined,
    // A newer region may know more of them.
    scopes: new Set(scopes.filter((one): one is Scope => isScope(one))),
    ...(caller === undefined ? {} : { caller: `${from} ${caller}` }),
  };
}

const PASSED_BACK =
  /^(electric-|access-control-|x-accel-|content-type$|content-encoding$|content-length$|cache-control$|vary$|etag$|surrogate-control$|retry-after$)/;

/** Headers of the protocol, and none that are the other server's own. */
export function passedBack(headers: IncomingHttpHeaders): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) =>
      typeof value === 'string' && PASSED_BACK.test(name) ? [[name, value]] : [],
    ),
  );
}
