/** `GET /v1/shape` at a region: who asks is settled here, and what they may read at the authority. */
import { pipeline } from 'node:stream/promises';
import { type Agent, Problem } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { readAsk } from '../../shapes/door/ask.ts';
import { HEALTH_CACHE } from '../../shapes/door/headers.ts';
import { passedBack } from '../../shapes/passed-on.ts';
import { route } from '../route.ts';
import { getShape } from './operations.ts';
import { Upstream } from './upstream.ts';

/** Each waiting reader costs some kilobytes. */
const READERS_MAX = 20_000;

export function shapeRoutes(app: FastifyInstance, agent: Agent): void {
  const upstream = new Upstream(agent);
  let readers = 0;
  // Whoever waits for a change would keep the server open.
  app.addHook('preClose', (done) => {
    upstream.stop();
    done();
  });

  route(app, getShape, async ({ principal, request, reply }) => {
    // Before it goes further: what cannot be answered is refused here.
    const { mode } = readAsk(request.query);
    if (readers >= READERS_MAX)
      throw new Problem(
        'overloaded',
        'As many follow shapes here as can. Try again later, or another region.',
      );
    const question = {
      search: request.url.slice(request.url.indexOf('?')),
      asker: { client: principal.client, scopes: principal.scopes },
      ifNoneMatch: request.headers['if-none-match'],
    };
    const gone = new AbortController();
    reply.raw.once('close', () => gone.abort());
    readers += 1;
    try {
      if (mode === 'live') {
        const { status, headers, body } = await upstream.askTogether(question, gone.signal);
        return await reply.code(status).headers(passedBack(headers)).send(body);
      }
      const answer = await upstream.ask(question, gone.signal);
      reply.hijack();
      reply.raw.writeHead(answer.statusCode ?? 502, { ...ownHeaders(reply), ...passedBack(answer.headers) });
      await pipeline(answer, reply.raw).catch(() => reply.raw.destroy());
      return reply;
    } finally {
      readers -= 1;
    }
  });

  // A browser asks first whether it may send a token.
  app.options(getShape.path, { config: { access: 'public' } }, (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD, OPTIONS',
        'access-control-allow-headers': 'authorization, if-none-match',
        'access-control-max-age': '86400',
      })
      .send(),
  );

  app.get('/v1/health', { config: { access: 'public' } }, (_request, reply) => {
    const isUp = agent.host.parent?.state === 'up';
    return reply
      .code(isUp ? 200 : 202)
      .header('cache-control', HEALTH_CACHE)
      .send({ status: isUp ? 'active' : 'waiting' });
  });
}

/** What this region's own hooks have set, such as the limits. */
function ownHeaders(reply: FastifyReply): Record<string, string> {
  return Object.fromEntries(
    Object.entries(reply.getHeaders()).flatMap(([name, value]) =>
      value === undefined ? [] : [[name, String(value)]],
    ),
  );
}
