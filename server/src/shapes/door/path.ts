/** The path of shapes, wherever it is served: what all that is said there has in common. */
import { Problem } from '@tallystick/store-agent';
import type { FastifyInstance, onSendHookHandler } from 'fastify';
import { CORS, uncached } from './headers.ts';

export const SHAPE_PATH = '/v1/shape';

/**
 * What every answer at this path says, refusals of whoever stands before it too: without it a page's stock client cannot
 * read why. To be called before its routes are made.
 */
export function sayToPages(app: FastifyInstance): void {
  app.addHook('onRoute', (route) => {
    if (route.url !== SHAPE_PATH) return;
    const onSend: onSendHookHandler = (_request, reply, payload, done) => {
      reply.headers(CORS);
      if (reply.statusCode >= 400 && reply.statusCode !== 409) reply.header('surrogate-control', 'no-store');
      done(null, payload);
    };
    route.onSend = [onSend, ...[route.onSend ?? []].flat()];
  });
}

/** Other than by GET, nothing is kept. */
export function keptBy(method: string, headers: Readonly<Record<string, string>>): Record<string, string> {
  const control = headers['cache-control'];
  if (method === 'GET' || control === undefined || /\bno-(cache|store)\b/.test(control))
    return { ...headers };
  return { ...headers, 'cache-control': uncached(control.startsWith('public')) };
}

/** Deleting shapes is nobody's: they go by themselves, and who wants another asks for another. */
export function refuseOtherMethods(app: FastifyInstance): void {
  app.route({
    method: ['DELETE', 'PUT', 'PATCH'],
    url: SHAPE_PATH,
    config: { knowsItsCallers: true },
    // Before the body is read: nothing is done with it.
    onRequest: async (request, reply) => {
      const allow = 'GET, HEAD, POST';
      reply.header('allow', allow);
      throw new Problem('method_not_allowed', `${SHAPE_PATH} takes ${allow}, and not ${request.method}.`);
    },
    handler: () => undefined,
  });
}
