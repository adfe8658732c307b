/** JSON bodies: their bytes are looked at before they are a text, in which what is no UTF-8 would be question marks. */
import { isUtf8 } from 'node:buffer';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { Problem } from './problem.ts';

/** @param type of the bodies that are read so from now on */
export function readJson(app: FastifyInstance, type: string): void {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser(type, { parseAs: 'buffer' }, (request: FastifyRequest, bytes: Buffer, done) => {
    if (!isUtf8(bytes)) return done(notUtf8(bytes), undefined);
    return parse(request, bytes.toString(), done);
  });
}

function notUtf8(bytes: Buffer): Problem {
  const read = Buffer.from(bytes.toString());
  const at = bytes.findIndex((byte, i) => byte !== read[i]);
  return new Problem(
    'malformed_body',
    `The body is no UTF-8, from byte ${at + 1} on. Send JSON in UTF-8 (RFC 8259).`,
  );
}
