/** How bodies come: compressed ones, and such as are no UTF-8, are not read here, and whoever sends one is told so. */
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

/** JSON is UTF-8 (RFC 8259, 8.1), and so is the CSV that is read here: other bytes would be stored as question marks. */
export function refuseOtherCharsets(app: FastifyInstance): void {
  app.addHook('onRequest', (request, _reply, done) => {
    const type = request.headers['content-type'];
    if (type === undefined || !CHARSET.test(type) || UTF_8.test(type) || !bringsBody(request)) return done();
    const message = `${type.slice(0, 100)} is not read here. Send the body in UTF-8.`;
    done(new Problem('unsupported_media_type', message));
  });
}

const CHARSET = /charset/i;
/** The bytes of US-ASCII are the same. */
const UTF_8 = /;\s*charset\s*=\s*"?(utf-?8|us-ascii)"?\s*(;|$)/i;

/** What comes with a GET is never looked at. */
function bringsBody({ method, headers }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}
