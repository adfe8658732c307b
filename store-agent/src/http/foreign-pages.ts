/**
 * Foreign pages: where nobody signs in, whoever reaches the port may do everything, and every page that somebody opens
 * on this network reaches it through their browser. A browser says which page asks for a change.
 *
 * A page's own name proves nothing: its owner may let that name point here (DNS rebinding). So a page gets through
 * where it was loaded from this very door by its address, or where `cors.origins` names it.
 */
import { isIP } from 'node:net';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

export function refuseForeignPages(app: FastifyInstance, origins: readonly string[]): void {
  const allowed = new Set(origins);
  app.addHook('onRequest', (request, _reply, done) => {
    const { origin } = request.headers;
    if (origin === undefined || allowed.has(origin) || isOwnPage(request, origin)) return done();
    // Reading is the browser's to guard, which hands no answer to a page that is not named; links are not HTTP's.
    if (/^(GET|HEAD|OPTIONS)$/.test(request.method)) return done();
    done(
      new Problem(
        'forbidden',
        'A page of elsewhere asks for this. If it may, name its origin in settings.cors.origins.',
      ),
    );
  });
}

function isOwnPage({ headers: { host } }: FastifyRequest, origin: string): boolean {
  if (host === undefined || !URL.canParse(origin)) return false;
  const page = new URL(origin);
  const name = page.hostname.replace(/^\[|\]$/g, '');
  return page.host === host && (name === 'localhost' || isIP(name) !== 0);
}
