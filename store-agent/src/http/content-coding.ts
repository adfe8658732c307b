/** Compressed bodies are not read here, and whoever sends one is told so: to a parser they are only broken JSON. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

export function refuseCompressedBodies(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const coding = request.headers['content-encoding'];
    if (coding === undefined || coding.toLowerCase() === 'identity' || !bringsBody(request)) return done();
    // As RFC 9110 (12.5.3) has it.
    reply.header('accept-encoding', 'identity');
    const message = `The body comes in the coding ${coding.slice(0, 100)}, which is not read here. Send it uncompressed, without content-encoding.`;
    done(new Problem('unsupported_media_type', message));
  });
}

/** What comes with a GET is never looked at. */
function bringsBody({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
