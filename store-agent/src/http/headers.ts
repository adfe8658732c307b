/**
 * Headers that every answer carries, and which pages of elsewhere may read answers (CORS).
 *
 * No cookie is taken from elsewhere: a page of another origin that is let in sends a token like any program.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';

/** A year, as browsers' preload lists want it at least. */
const HSTS = 'max-age=31536000';
/** How long a browser remembers what it was told before a call, in seconds: the longest that any of them does. */
const PREFLIGHT_S = '7200';
const ALLOWED_HEADERS =
  'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, traceparent, tracestate';
const EXPOSED_HEADERS =
  'etag, location, link, retry-after, ratelimit, ratelimit-policy, idempotent-replayed, preference-applied, www-authenticate, x-request-id';
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';

export const corsSchema = z.strictObject({
  /** The origins of pages that may call, as browsers name them: scheme, host and port, nothing behind. */
  origins: z
    .array(
      z
        .string()
        .max(300)
        .refine(
          (text) =>
            URL.canParse(text) && /^https?:$/.test(new URL(text).protocol) && new URL(text).origin === text,
          'must be an origin such as https://shop.example.com, without a path',
        ),
    )
    .max(100)
    .default([]),
});

export interface Facing {
  readonly isTls: boolean;
  /** Of pages of elsewhere that may read answers. */
  readonly origins: readonly string[];
}

type Field = readonly [name: string, value: string];

/** What every answer says, by the page that asks; undefined is no page of elsewhere. */
export function fieldsFor({ isTls, origins }: Facing): (origin: string | undefined) => readonly Field[] {
  const always: Field[] = [['x-content-type-options', 'nosniff']];
  if (isTls) always.push(['strict-transport-security', HSTS]);
  if (origins.length > 0) always.push(['vary', 'origin']);
  const allowed = new Map(
    origins.map((origin) => {
      const cors: Field[] = [
        ['access-control-allow-origin', origin],
        ['access-control-expose-headers', EXPOSED_HEADERS],
      ];
      return [origin, [...always, ...cors]];
    }),
  );
  return (origin) => (origin === undefined ? undefined : allowed.get(origin)) ?? always;
}

export function answerHeaders(app: FastifyInstance, facing: Facing): void {
  const fieldsOf = fieldsFor(facing);
  const allowed = new Set(facing.origins);
  app.addHook('onRequest', (request, reply, done) => {
    const { origin } = request.headers;
    for (const [name, value] of fieldsOf(origin)) reply.header(name, value);
    // Answered for all calls at once, before anybody is asked who they are: a browser's question carries no token.
    if (origin !== undefined && allowed.has(origin) && isPreflight(request)) return sayPreflight(reply);
    done();
  });
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
  return method === 'OPTIONS' && headers['access-control-request-method'] !== undefined;
}

function sayPreflight(reply: FastifyReply): void {
  void reply
    .code(204)
    .header('access-control-allow-methods', METHODS)
    .header('access-control-allow-headers', ALLOWED_HEADERS)
    .header('access-control-max-age', PREFLIGHT_S)
    .send();
}
