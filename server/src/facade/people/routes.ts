/** `/auth`: people sign in at the provider and come back with a session, as a cookie. */
import { type Agent, Problem, sourceOf } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import type { Principal } from '../../access/principal.ts';
import { TokenBuckets } from '../limits/token-buckets.ts';
import { cookieIn, isFromOwnPage, setCookie } from './cookies.ts';
import { type PeopleSettings, Provider } from './provider.ts';
import { PeopleSessions } from './sessions.ts';

const SESSION = 'tallystick';
const LOGIN = 'tallystick-login';
const LOGIN_S = 600;
/** From one address: an office behind one router signs in at nine. */
const LOGINS = { perSecond: 1, burst: 50 };
/** A path of ours, and no other host: `//` and `/\` begin one for browsers. */
const nextSchema = z
  .string()
  .max(500)
  .regex(/^\/(?![/\\])[\x21-\x5b\x5d-\x7e]*$/);

export interface People {
  /**
   * Whose cookie came along; a Problem where it may not be used for this; undefined where there is none. At once, but
   * where the provider has to be asked again.
   */
  who(request: FastifyRequest): Who | Promise<Who>;
  /** For what stays open: asks again, which is no use of the session. Undefined once that has ended. */
  stay(request: FastifyRequest): () => Principal | undefined;
}

type Who = Principal | Problem | undefined;

export function peopleRoutes(
  app: FastifyInstance,
  agent: Agent,
  settings: PeopleSettings,
  base: () => string,
): People {
  const provider = new Provider(agent.dataDir, settings, () => `${base()}/auth/callback`);
  const sessions = new PeopleSessions(settings, (person, token) => provider.recheck(person, token));
  const buckets = new TokenBuckets(LOGINS);
  const maxAgeS = settings.sessionMinutes * 60;

  const who = (request: FastifyRequest): Who | Promise<Who> => {
    const token = cookieIn(request, base(), SESSION);
    const found = token === undefined ? undefined : sessions.find(token);
    if (found === undefined) return undefined;
    const isReading = /^(GET|HEAD)$/.test(request.method) && request.headers.upgrade === undefined;
    return isReading || isFromOwnPage(request, base())
      ? found
      : new Problem(
          'forbidden',
          'A session changes things from this region’s own pages alone. Elsewhere send a token.',
        );
  };

  const stay = (request: FastifyRequest) => {
    const token = cookieIn(request, base(), SESSION);
    return () => (token === undefined ? undefined : sessions.look(token));
  };

  app.get('/auth/login', async (request, reply) => {
    const taken = buckets.take(sourceOf(request.ip), performance.now());
    if (!taken.isAllowed)
      throw new Problem('rate_limited', 'Too many sign-ins were begun from this address.', {
        retryAfterS: taken.resetSeconds,
      });
    // A cookie of `localhost` is none of 127.0.0.1's, where the provider sends people back to.
    const { hostname, origin } = new URL(base());
    if (request.hostname === 'localhost' && hostname === '127.0.0.1')
      return reply.header('cache-control', 'no-store').redirect(`${origin}${request.url}`);
    const { next } = request.query as { next?: unknown };
    const to = nextSchema.safeParse(next);
    const { url, state } = await provider.begin(to.success ? to.data : '/docs', Date.now());
    setCookie(reply, base(), { name: LOGIN, maxAgeS: LOGIN_S }, state);
    return reply.header('cache-control', 'no-store').redirect(url);
  });

  app.get('/auth/callback', async (request, reply) => {
    reply.header('cache-control', 'no-store');
    setCookie(reply, base(), { name: LOGIN, maxAgeS: 0 }, '');
    const query = request.url.split('?')[1] ?? '';
    try {
      const { person, next } = await provider.finish(query, cookieIn(request, base(), LOGIN), Date.now());
      agent.log.info({ actor: person.principal.actor }, 'signed in');
      setCookie(reply, base(), { name: SESSION, maxAgeS }, sessions.begin(person));
      return reply.redirect(next);
    } catch (error) {
      const { cause } = error as { cause?: { code?: unknown } };
      if (cause !== undefined) agent.log.warn({ code: cause.code }, 'a sign-in came to nothing');
      throw error;
    }
  });

  app.get('/auth/me', async (request, reply) => {
    const found = await who(request);
    if (found === undefined || found instanceof Problem)
      throw new Problem('unauthenticated', 'Nobody is signed in. Go to /auth/login.');
    const { role, actor, scopes } = found;
    return reply.header('cache-control', 'no-store').send({ role, actor, scopes: [...scopes] });
  });

  app.post('/auth/logout', async (request, reply) => {
    const found = await who(request);
    if (found instanceof Problem) throw found;
    const token = cookieIn(request, base(), SESSION);
    if (token !== undefined) sessions.end(token);
    setCookie(reply, base(), { name: SESSION, maxAgeS: 0 }, '');
    return reply.code(204).send();
  });

  return { who, stay };
}
