/** Rest: typed calls. The path is the one in the document at `/docs`; the types say what it takes and answers. */
import { TallystickError } from '../error.ts';
import type { Ports } from '../ports.ts';
import type { Answer, CallArguments, CallOptions, Method, PathWith } from './call-types.ts';
import type { Request, Transport } from './transport.ts';

/** An answer with what its headers say. */
export interface Answered<T> {
  /** The body. */
  readonly data: T;
  /** Of HTTP: 200, 201, 202 or 204. */
  readonly status: number;
  /** The version of what is shown: send it as `ifMatch` to replace or patch. */
  readonly etag: string | undefined;
  /** Whether this is the first answer to the same request, again. */
  readonly isReplayed: boolean;
}

/** Calls by method. Each resolves with the answer's body, or rejects with a {@link TallystickError}. */
export interface Rest {
  /** Reads. @throws TallystickError */
  get<P extends PathWith<'get'>>(path: P, ...input: CallArguments<'get', P>): Promise<Answer<'get', P>>;
  /**
   * Makes something, or makes something happen. Without an `id` in the body the request gets an Idempotency-Key,
   * which its retries reuse: it happens once, however often it is sent.
   *
   * @throws TallystickError such as `insufficient_stock`, with `details.items`
   */
  post<P extends PathWith<'post'>>(path: P, ...input: CallArguments<'post', P>): Promise<Answer<'post', P>>;
  /** Replaces. @throws TallystickError */
  put<P extends PathWith<'put'>>(path: P, ...input: CallArguments<'put', P>): Promise<Answer<'put', P>>;
  /** Changes what is named; `null` takes a field out. @throws TallystickError such as `precondition_failed` */
  patch<P extends PathWith<'patch'>>(
    path: P,
    ...input: CallArguments<'patch', P>
  ): Promise<Answer<'patch', P>>;
  /** Removes. @throws TallystickError */
  delete<P extends PathWith<'delete'>>(
    path: P,
    ...input: CallArguments<'delete', P>
  ): Promise<Answer<'delete', P>>;
  /** The same with status and headers. @throws TallystickError */
  request<M extends Method, P extends PathWith<M>>(
    method: M,
    path: P,
    ...input: CallArguments<M, P>
  ): Promise<Answered<Answer<M, P>>>;
}

/** Every call in one shape; the types above are what narrows it. */
interface Input extends CallOptions {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, unknown>>;
  readonly body?: unknown;
  readonly ifMatch?: string;
}

export function createRest(transport: Transport, ports: Ports): Rest {
  const request = async (method: string, path: string, input: Input = {}): Promise<Answered<never>> => {
    const response = await transport.send(requestOf(method.toUpperCase(), path, input, ports));
    return {
      data: bodyOf(response) as never,
      status: response.status,
      etag: response.headers.get('etag') ?? undefined,
      isReplayed: response.headers.get('idempotent-replayed') === 'true',
    };
  };
  const only = (method: string) => async (path: string, input?: Input) =>
    (await request(method, path, input)).data;
  return {
    request: request as Rest['request'],
    get: only('get'),
    post: only('post'),
    put: only('put'),
    patch: only('patch'),
    delete: only('delete'),
  };
}

function requestOf(method: string, path: string, input: Input, ports: Pick<Ports, 'newId'>): Request {
  const { body, contentType = 'application/json', ifMatch, prefer } = input;
  const key = input.idempotencyKey ?? (method === 'POST' && !hasId(body) ? ports.newId() : undefined);
  return {
    method,
    path: fill(path, input.path ?? {}),
    search: searchOf(input.query ?? {}),
    headers: {
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': contentType }),
      ...(key === undefined ? {} : { 'idempotency-key': key }),
      ...(ifMatch === undefined ? {} : { 'if-match': ifMatch }),
      ...(prefer === undefined ? {} : { prefer }),
    },
    // Written once: a retry sends the same bytes, whatever became of the object meanwhile.
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    token: input.token,
    timeoutMs: input.timeoutMs,
    signal: input.signal,
  };
}

function hasId(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'id' in body && body.id !== undefined;
}

function fill(path: string, values: Readonly<Record<string, string>>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = values[name];
    if (value === undefined) throw new TypeError(`${path} needs a ${name}.`);
    // In a URL these two mean another path, however they are written.
    if (value === '' || value === '.' || value === '..')
      throw new RangeError(`'${value}' cannot be a ${name}.`);
    return encodeURIComponent(value);
  });
}

/** Lists become repeated parameters; what is undefined is left out. */
export function searchOf(query: Readonly<Record<string, unknown>>): string {
  const pairs = Object.entries(query).flatMap(([name, value]) =>
    (Array.isArray(value) ? value : [value])
      .filter((one) => one !== undefined)
      .map((one): [string, string] => [name, String(one)]),
  );
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs)}`;
}

/** What regions answer with beside JSON: results a line, and a stream that somebody reads as a text. */
const TEXTS = /^(?:application\/x-ndjson|text\/event-stream)\b/;

function bodyOf({ status, headers, text }: { status: number; headers: Headers; text: string }): unknown {
  if (text === '') return undefined;
  const type = headers.get('content-type') ?? '';
  if (TEXTS.test(type)) return text;
  try {
    if (/^application\/(?:[\w.]+\+)?json\b/.test(type)) return JSON.parse(text);
  } catch (cause) {
    throw new TallystickError('unexpected_answer', 'The answer is no JSON.', { status, cause });
  }
  throw new TallystickError(
    'unexpected_answer',
    `What answered is no region: it sent ${type || 'something'}.`,
    {
      status,
    },
  );
}
