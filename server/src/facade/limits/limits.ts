/** Limits: how often an address may call, by what calls cost; and when a region has enough to do. */
import { type Agent, type AgentSettings, Problem, sourceOf } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { RouteClass } from '../operation.ts';
import { Admission } from './admission.ts';
import { type Taken, TokenBuckets } from './token-buckets.ts';
import { turnAwayCrowds } from './turn-away.ts';

/** Requests under way at once, over all callers: those that wait for others take up memory, if no time. */
const UNDER_WAY_MAX = 1_024;
/** A retry sooner than this meets the same crowd. */
const CROWD_RETRY_S = 1;

export function limits(app: FastifyInstance, agent: Agent): void {
  const { tls, cors } = agent.settings;
  const facing = { isTls: tls !== undefined, origins: cors.origins };
  turnAwayCrowds(app.server, new Admission(() => agent.engine.commitMs), facing);
  const { rates } = agent.settings;
  const limitAddress = rates === 'off' ? undefined : addressLimit(rates);
  let underWay = 0;
  // One for all, and not by `once`: what that made for each request kept each request in memory until a full collection.
  const ended = () => {
    underWay -= 1;
  };

  // One hook for both: what a route is called, Fastify puts together anew each time it is asked.
  app.addHook('onRequest', (request, reply, done) => {
    const { operation } = request.routeOptions.config;
    if (operation === undefined) return done();
    const problem = limitAddress?.(request, reply, operation.routeClass);
    if (problem !== undefined) return done(problem);
    // What is answered from what is here never waits.
    if (operation.method === 'GET' && operation.needs === 'nobody') return done();
    if (underWay >= UNDER_WAY_MAX) {
      reply.header('retry-after', String(CROWD_RETRY_S));
      return done(
        new Problem('overloaded', 'This region has as much to do as it can. Try again in a moment.'),
      );
    }
    if (operation.staysOpen !== true) {
      underWay += 1;
      reply.raw.on('close', ended);
    }
    done();
  });
}

type Rates = Exclude<AgentSettings['rates'], 'off'>;

/** @returns says its headers, and why a request is refused where its address asks too often */
function addressLimit(
  rates: Rates,
): (request: FastifyRequest, reply: FastifyReply, routeClass: RouteClass) => Problem | undefined {
  const buckets = new Map<RouteClass, TokenBuckets>(
    (['read', 'write', 'bulk'] as const).map((name) => [name, new TokenBuckets(rates[name])]),
  );
  const policies = new Map(
    (['read', 'write', 'bulk'] as const).map((name) => [
      name,
      `"${name}";q=${rates[name].burst};w=${Math.max(1, Math.ceil(rates[name].burst / rates[name].perSecond))}`,
    ]),
  );

  return (request, reply, routeClass) => {
    const taken = (buckets.get(routeClass) as TokenBuckets).take(sourceOf(request.ip), performance.now());
    reply.header('ratelimit-policy', policies.get(routeClass));
    say(reply, routeClass, taken);
    if (taken.isAllowed) return undefined;
    reply.header('retry-after', String(taken.resetSeconds));
    return new Problem(
      'rate_limited',
      `This address asks too often. Wait ${taken.resetSeconds} s before the next request.`,
    );
  };
}

/** Structured fields, as the draft of the HTTPAPI working group has them (draft-ietf-httpapi-ratelimit-headers). */
function say(reply: FastifyReply, routeClass: RouteClass, { remaining, resetSeconds }: Taken): void {
  reply.header('ratelimit', `"${routeClass}";r=${remaining};t=${resetSeconds}`);
}
