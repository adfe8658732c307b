/** Problems: every error that leaves over HTTP, as `application/problem+json` (RFC 9457). */
import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { Refusal, ShortItem } from '@tallystick/crdt';
import { type ErrorCode, errorKind } from '@tallystick/crdt/wire';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ZodError } from 'zod';
import { JournalError } from '../journal/errors.ts';

/** One place in the request that is wrong. */
export interface FieldError {
  /** A JSON pointer into the body, or the name of a parameter. */
  readonly pointer: string;
  readonly message: string;
}

export class Problem extends Error {
  override readonly name = 'Problem';
  readonly code: ErrorCode;
  readonly errors: readonly FieldError[] | undefined;
  readonly items: readonly ShortItem[] | undefined;
  /** When a retry makes sense, where that is known; a second where it is not. */
  readonly retryAfterS: number | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    more: { errors?: readonly FieldError[]; items?: readonly ShortItem[]; retryAfterS?: number } = {},
  ) {
    super(message);
    this.code = code;
    this.errors = more.errors;
    this.items = more.items;
    this.retryAfterS = more.retryAfterS;
  }

  static of(refusal: Omit<Refusal, 'ok'>): Problem {
    return new Problem(
      refusal.code,
      refusal.message,
      refusal.items === undefined ? {} : { items: refusal.items },
    );
  }

  /** The same of what stands at a place in the whole request, and is called so. */
  within(pointer: string, what: string): Problem {
    const errors = this.errors?.map((error) => ({ ...error, pointer: `${pointer}${error.pointer}` }));
    return new Problem(this.code, `${what}: ${this.message}`, {
      ...(errors === undefined ? {} : { errors }),
      ...(this.items === undefined ? {} : { items: this.items }),
      ...(this.retryAfterS === undefined ? {} : { retryAfterS: this.retryAfterS }),
    });
  }

  /** What a schema did not like, place by place. */
  static invalid(error: ZodError): Problem {
    const errors = error.issues.slice(0, FIELD_ERRORS_MAX).map((issue) => ({
      pointer: jsonPointer(issue.path),
      message: issue.message,
    }));
    return new Problem('invalid_request', errors[0]?.message ?? 'The request is not what this call takes.', {
      errors,
    });
  }
}

/** As RFC 6901 has it: the whole of a document is the empty text. */
export function jsonPointer(path: readonly PropertyKey[]): string {
  return path.map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** More places than this help nobody, and ten thousand bad lines should not make a ten-megabyte answer. */
export const FIELD_ERRORS_MAX = 50;

/** Seconds after which a retry makes sense, where one does. */
const RETRY_AFTER_S = 1;

const PROBLEM_TYPE = 'application/problem+json';

/** A problem as its answer says it. */
export function problemJson({ code, message, errors, items }: Problem) {
  const { status, sentence } = errorKind(code);
  return {
    type: `https://tallystick.dev/problems/${code}`,
    title: sentence,
    status,
    code,
    detail: message,
    ...(errors === undefined ? {} : { errors: [...errors] }),
    ...(items === undefined
      ? {}
      : {
          items: items.map(({ sku, location, requested, available, reason }) => {
            return { sku, location, requested, available, reason };
          }),
        }),
  };
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  const { status, retryable } = errorKind(problem.code);
  if (retryable && !reply.hasHeader('retry-after'))
    reply.header('retry-after', String(problem.retryAfterS ?? RETRY_AFTER_S));
  // As bytes: to a text Fastify adds a charset, which this media type does not have (RFC 9457).
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type(PROBLEM_TYPE)
    .send(Buffer.from(JSON.stringify(problemJson(problem))));
}

/** A request that Fastify gives up before it knows its route, such as a URL that cannot be decoded. */
export function frameworkProblem(_error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  sendProblem(reply, new Problem('invalid_request', 'The URL cannot be read: check its percent-encoding.'));
}

/** Bytes that Node could not read as a request at all; the socket ends with this. */
export function brokenRequest(error: Error & { code?: string }, socket: Socket): void {
  // Clients open connections ahead. A 408 on one would be the answer to a request that comes over it in this very
  // moment, and final; a connection that is closed is asked over again.
  const isUnused = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
  if (isUnused || error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, problem] =
    error.code === 'HPE_HEADER_OVERFLOW'
      ? ([431, new Problem('invalid_request', 'The URL or the headers are too long.')] as const)
      : error.code === 'ERR_HTTP_REQUEST_TIMEOUT'
        ? ([408, new Problem('malformed_body', 'The request did not arrive whole in time.')] as const)
        : ([400, new Problem('malformed_body', 'This is not an HTTP request that can be read.')] as const);
  const body = JSON.stringify({ ...problemJson(problem), status });
  socket.end(
    `HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nconnection: close\r\ncache-control: no-store\r\n` +
      `content-type: ${PROBLEM_TYPE}\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}

/** A wish in the header Expect that nobody can fulfil; Node itself would answer without a word. */
export function refusedExpectation(_request: IncomingMessage, response: ServerResponse): void {
  const problem = new Problem('invalid_request', 'The header Expect can be 100-continue, and nothing else.');
  response.writeHead(417, { 'content-type': PROBLEM_TYPE, 'cache-control': 'no-store', connection: 'close' });
  response.end(JSON.stringify({ ...problemJson(problem), status: 417 }));
}

/** Fastify's own errors in our words; whatever else is thrown is a bug of ours: logged, and said without a trace. */
export function installProblems(app: FastifyInstance): void {
  app.setErrorHandler(
    (error: FastifyError | Problem | JournalError, request: FastifyRequest, reply: FastifyReply) => {
      if (error instanceof Problem) return sendProblem(reply, error);
      if (error instanceof JournalError) {
        request.log.error({ err: error }, 'the journal could not be read');
        return sendProblem(
          reply,
          new Problem('read_only', 'The journal cannot be used now. Try again soon.'),
        );
      }
      switch (error.code) {
        case 'FST_ERR_CTP_BODY_TOO_LARGE':
          return sendProblem(
            reply,
            new Problem('body_too_large', 'The body is larger than this call takes.'),
          );
        case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
          return sendProblem(
            reply,
            new Problem(
              'unsupported_media_type',
              'Send the body as JSON, with the header content-type: application/json.',
            ),
          );
        case 'FST_ERR_CTP_EMPTY_JSON_BODY':
        case 'FST_ERR_CTP_INVALID_JSON_BODY':
        case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
          return sendProblem(
            reply,
            new Problem('malformed_body', 'The body is not complete, well-formed JSON.'),
          );
        default:
      }
      if (error.statusCode !== undefined && error.statusCode < 500) {
        return sendProblem(reply, new Problem('malformed_body', 'The request could not be read.'));
      }
      request.log.error({ err: error }, 'unexpected error');
      return sendProblem(reply, new Problem('internal', 'Something went wrong on our side.'));
    },
  );
  app.setNotFoundHandler((request, reply) =>
    sendProblem(
      reply,
      new Problem('not_found', `There is no ${request.method} ${request.url.split('?')[0]}.`),
    ),
  );
}
