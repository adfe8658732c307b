/** `GET /v1/shape` at a region: who asks is settled here, and what they may read at the authority. */
import { pipeline } from 'node:stream/promises';
import type { Agent } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Principal } from '../../access/principal.ts';
import { readAsk } from '../../shapes/door/ask.ts';
import { HEALTH_CACHE } from '../../shapes/door/headers.ts';
import { keptBy, sayToPages } from '../../shapes/door/path.ts';
import { Readers } from '../../shapes/door/readers.ts';
import { passedBack } from '../../shapes/passed-on.ts';
import { route } from '../route.ts';
import { getShape, readShapeSubset } from './operations.ts';
import { Upstream } from './upstream.ts';

interface AskedHere {
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export function shapeRoutes(app: FastifyInstance, agent: Agent): void {
  const upstream = new Upstream(agent);
  const readers = new Readers();
  // Whoever waits for a change would keep the server open.
  app.addHook('preClose', (done) => {
    upstream.stop();
    done();
  });

  sayToPages(app);

  const ask = async ({ principal, request, reply }: AskedHere, post?: { readonly body: unknown }) => {
    // Before it goes further: what cannot be answered is refused here.
    const { mode } = readAsk(request.query, post);
    const { client, scopes, credential, actor } = principal;
    // Where nobody signs in, all are one, and no one caller.
    const caller = credential === undefined ? undefined : actor;
    const question = {
      search: request.url.slice(request.url.indexOf('?')),
      asker: { client, scopes, ...(caller === undefined ? {} : { caller }) },
      ifNoneMatch: request.headers['if-none-match'],
      ...(post === undefined ? {} : { body: JSON.stringify(post.body) }),
    };
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    const leave = readers.enter(caller);
    try {
      if (mode === 'live') {
        const { status, headers, body } = await upstream.askTogether(question, gone.signal);
        return await reply
          .code(status)
          .headers(keptBy(request.method, passedBack(headers)))
          .send(body);
      }
      const answer = await upstream.ask(question, gone.signal);
      reply.hijack();
      const headers = keptBy(request.method, passedBack(answer.headers));
      reply.raw.writeHead(answer.statusCode ?? 502, { ...ownHeaders(reply), ...headers });
      await pipeline(answer, reply.raw).catch(() => reply.raw.destroy());
      return reply;
    } finally {
      leave();
    }
  };
  route(app, getShape, (input) => ask(input));
  route(app, readShapeSubset, (input) => ask(input, { body: input.body }));

  // A browser asks first whether it may send a token.
  app.options(getShape.path, { config: { access: 'public' } }, (_request, reply) =>
    reply
      .code(204)
      .headers({
        'access-control-allow-origin': '*',
        'access-control-allow-methods': 'GET, HEAD, POST, OPTIONS',
        'access-control-allow-headers': 'authorization, content-type, if-none-match, traceparent',
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
