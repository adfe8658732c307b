/** Traces at a door: a request that brings one is carried out in it, and is a span of its own. */
import type { FastifyInstance } from 'fastify';
import { beginSpan, inTrace, mayTrace, readTrace, type Span } from './trace.ts';

declare module 'fastify' {
  interface FastifyRequest {
    span: Span | undefined;
  }
}

/** These are asked every few seconds, for ever. */
const NEVER: ReadonlySet<string> = new Set(['/healthz', '/readyz', '/metrics']);

export function traceRequests(app: FastifyInstance): void {
  app.decorateRequest('span', undefined);
  app.addHook('onRequest', (request, reply, done) => {
    const { method, headers } = request;
    if (!mayTrace(headers.traceparent)) return done();
    const { routeOptions } = request;
    const route = routeOptions.url ?? 'nothing here';
    if (NEVER.has(route)) return done();
    const parent =
      headers.traceparent === undefined ? undefined : readTrace(headers.traceparent, headers.tracestate);
    const span = beginSpan(`${method} ${route}`, 'asked', parent, {
      'http.request.method': method,
      'http.route': route,
    });
    if (span === undefined) return done();
    request.span = span;
    const startMs = performance.now();
    // Not a hook: those that are not traced would pay for it.
    reply.raw.on('close', () => {
      const { statusCode } = reply;
      const ms = Math.round(performance.now() - startMs);
      span.end({ 'http.response.status_code': statusCode }, statusCode >= 500 ? 'failed' : undefined);
      inTrace(span.trace, () => request.log.debug({ method, route, statusCode, ms }, 'answered'));
    });
    inTrace(span.trace, done);
  });
  // The events of a body that arrives belong to its socket: what is done with it is put into the trace again.
  app.addHook('preHandler', ({ span }, _reply, done) => {
    if (span === undefined) done();
    else inTrace(span.trace, done);
  });
}
