/** Routes: an operation becomes a Fastify route that reads hostile input once and answers as declared. */
import { hash } from 'node:crypto';
import { documentId, letOut, Problem, parse, sendWhole, withOthers } from '@tallystick/store-agent';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Principal } from '../access/principal.ts';
import type { Access } from '../access/scopes.ts';
import type { Operation } from './operation.ts';

export interface Input<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType> {
  readonly params: z.output<Params>;
  readonly query: z.output<Query>;
  readonly body: z.output<Body>;
  /** What the caller called this request; checked, quotes taken off. */
  readonly idempotencyKey: string | undefined;
  /** The If-Match header, where the operation reads it; empty where there is none. */
  readonly ifMatch: string;
  /** Who asks. */
  readonly principal: Principal;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

export function route<Params extends z.ZodType, Query extends z.ZodType, Body extends z.ZodType>(
  app: FastifyInstance,
  op: Operation<Params, Query, Body>,
  handle: (input: Input<Params, Query, Body>) => unknown,
): void {
  const [status] = Object.keys(op.answers).map(Number) as [number];
  app.route({
    method: op.method,
    url: op.path.replace(/\{(\w+)\}/g, ':$1'),
    config: { operation: op as unknown as Operation },
    handler: async (request, reply) => {
      // What others read was quick; what changes something may not be.
      if (op.method !== 'GET') letOut();
      const { headers } = request;
      const input = {
        params: op.params && parse(op.params, request.params),
        query: op.query && parse(op.query, request.query),
        body: op.body && parse(op.body, op.isBodyOptional && request.body === undefined ? {} : request.body),
        idempotencyKey: op.idempotency && idempotencyKey(headers['idempotency-key']),
        ifMatch: op.ifMatch === 'needed' ? needIfMatch(headers['if-match']) : (headers['if-match'] ?? ''),
        principal: request.principal,
        request,
        reply,
      } as Input<Params, Query, Body>;
      reply.header('cache-control', op.cacheControl).code(status);
      const value = await handle(input);
      if (reply.sent || value === reply) return reply;
      return op.etag === true ? sendTagged(op, request, reply, value) : value;
    },
  });
}

declare module 'fastify' {
  interface FastifyContextConfig {
    readonly operation?: Operation;
    /** Who may ask, where it is no operation. */
    readonly access?: Access;
  }
}

/** Quoted or bare. @throws Problem where it is no usable name. */
function idempotencyKey(header: string | string[] | undefined): string | undefined {
  if (header === undefined) return undefined;
  const text = (Array.isArray(header) ? header.join(',') : header).replace(/^"(.*)"$/, '$1');
  const parsed = documentId.safeParse(text);
  if (parsed.success) return parsed.data;
  throw new Problem(
    'invalid_request',
    'The Idempotency-Key must be 1 to 128 printable characters without spaces.',
  );
}

/** The name of a document that must have one. @throws Problem where neither body nor header gives it */
export function nameOf(id: string | undefined, idempotencyKey: string | undefined): string {
  const name = id ?? idempotencyKey;
  if (name !== undefined) return name;
  throw new Problem('invalid_request', 'Name it: send an id in the body or an Idempotency-Key header.');
}

function needIfMatch(header: string | undefined): string {
  if (header !== undefined && header !== '') return header;
  throw new Problem('precondition_required', 'Read it first, and send its ETag in the header If-Match.');
}

/** A strong ETag of the bytes that are sent, unless the handler knows a shorter one. */
function sendTagged(
  { method }: Pick<Operation, 'method'>,
  request: FastifyRequest,
  reply: FastifyReply,
  value: unknown,
): FastifyReply {
  const text = JSON.stringify(value);
  const known = reply.getHeader('etag') as string | undefined;
  const etag = known ?? `"${hash('sha1', text, 'base64url')}"`;
  reply.header('etag', etag);
  if (names(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return sendWhole(reply, text, method === 'GET' ? withOthers : undefined);
}

/** Whether a list of ETags names this one; weak ones count, as RFC 9110 says for reading (13.1.2). */
function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  return header.split(',').some((one) => one.trim().replace(/^W\//, '') === etag);
}
