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
  'authorization, content-type, idempotency-key, if-match, if-none-match, last-event-id, prefer, traceparent';
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

export function answerHeaders(
  app: FastifyInstance,
  { isTls, origins }: { readonly isTls: boolean; readonly origins: readonly string[] },
): void {
  const allowed = new Set(origins);
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-content-type-options', 'nosniff');
    if (isTls) reply.header('strict-transport-security', HSTS);
    if (allowed.size === 0) return done();
    reply.header('vary', 'origin');
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) return done();
    reply.header('access-control-allow-origin', origin);
    if (isPreflight(request)) {
      // Answered for all calls at once, before anybody is asked who they are: a browser's question carries no token.
      sayPreflight(reply);
      return;
    }
    reply.header('access-control-expose-headers', EXPOSED_HEADERS);
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
