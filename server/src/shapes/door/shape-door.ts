/** `GET /v1/shape` at the authority: for operators, and for regions that pass on what their callers ask. */
import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Shapes } from '../shapes.ts';
import { isFromAnother, ShapeAnswers } from './answer.ts';
import { type Asked, readAsk } from './ask.ts';
import { definitionOf, type ShapeAsker } from './asker.ts';
import { HEALTH_CACHE } from './headers.ts';
import { keptBy, refuseOtherMethods, SHAPE_PATH, sayToPages } from './path.ts';
import { Readers } from './readers.ts';
import { sendEvents } from './sse.ts';
import { type Answer, shapeHeaders } from './told.ts';

/** @param askerOf who asks, where that is proved. @throws Problem */
export function shapeDoor(
  app: FastifyInstance,
  shapes: Shapes,
  askerOf: (request: FastifyRequest) => ShapeAsker,
  pollMs?: number,
): void {
  const answers = new ShapeAnswers(shapes, pollMs);
  const readers = new Readers();

  sayToPages(app);

  const answer = async (request: FastifyRequest, reply: FastifyReply, post?: { body: unknown }) => {
    const asker = askerOf(request);
    const asked = readAsk(request.query, post);
    const leave = readers.enter(asker.caller);
    const gone = new AbortController();
    reply.raw.on('close', () => gone.abort());
    try {
      if (asked.mode === 'sse') return await stream(shapes, answers, asked, asker, reply, gone.signal);
      return await send(
        await answers.answer(asked, asker, request.headers['if-none-match'], gone.signal),
        request,
        reply,
      );
    } finally {
      leave();
    }
  };
  const config = { knowsItsCallers: true };
  app.get(SHAPE_PATH, { config }, (request, reply) => answer(request, reply));
  app.post(SHAPE_PATH, { config }, (request, reply) => answer(request, reply, { body: request.body }));
  refuseOtherMethods(app);

  app.get('/v1/health', { config: { knowsItsCallers: true } }, async (_request, reply) =>
    reply.header('cache-control', HEALTH_CACHE).send({ status: 'active' }),
  );
}

async function send(answer: Answer, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { status, headers, body } = answer;
  reply.code(status).headers(keptBy(request.method, headers));
  if (status === 304) return reply.send();
  if (typeof body === 'string') return reply.type('application/json; charset=utf-8').send(body);
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    'content-length': body.end - body.start,
  });
  if (request.method === 'HEAD') raw.end();
  else
    await pipeline(createReadStream(body.path, { start: body.start, end: body.end - 1 }), raw).catch(
      (err: unknown) => {
        // The reader hung up, or the shape ended and its file with it: either way the answer is not whole.
        request.log.debug({ err }, 'a piece of a snapshot was not sent to its end');
        raw.destroy();
      },
    );
  return reply;
}

async function stream(
  shapes: Shapes,
  answers: ShapeAnswers,
  asked: Asked,
  asker: ShapeAsker,
  reply: FastifyReply,
  gone: AbortSignal,
): Promise<FastifyReply> {
  const definition = definitionOf(asked, asker);
  const shape = await answers.shapeOf(asked, definition, asker);
  const from = typeof asked.from === 'string' ? undefined : asked.from;
  const isTooFar = from === undefined || from.lsn > shapes.seenLsn || isInSnapshot(from);
  if (shape === undefined || isTooFar || isFromAnother(asked, shape))
    return send(answers.refetch(asked, definition, asker), reply.request, reply);
  reply.hijack();
  reply.raw.writeHead(200, {
    ...(reply.getHeaders() as Record<string, string>),
    ...shapeHeaders('sse', definition.isForAll, shape, asked, from),
    'content-type': 'text/event-stream',
    'x-accel-buffering': 'no',
  });
  await sendEvents(shapes, shape, from, reply.raw, gone);
  return reply;
}

function isInSnapshot({ lsn, op }: { lsn: bigint; op: number }): boolean {
  return lsn === 0n && op !== Number.POSITIVE_INFINITY;
}
