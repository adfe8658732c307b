/** Transport: requests with a token, retries and one kind of error. What they mean is the business of others. */
import { type ProblemDetails, TallystickError, type TallystickErrorCode } from '../error.ts';
import type { Ports } from '../ports.ts';
import { fit, type TokenSource } from './auth.ts';
import { ANSWER_BYTES_MAX, boundedText, REFUSAL_BYTES_MAX } from './bounded-text.ts';
import { isRepeatable, type RetryRules, retryAfterMs } from './retry.ts';

export interface Request {
  readonly method: string;
  /** Without a query; begins with a slash. */
  readonly path: string;
  /** With its question mark, or empty. */
  readonly search: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  /** Instead of the client's own, such as a cart's. */
  readonly token?: string | undefined;
  /** Milliseconds until an attempt counts as failed. */
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

export interface Transport {
  /** Sends until there is a whole answer of success, as often as the rules allow. @throws TallystickError */
  send(request: Request): Promise<Answered>;
  /** Once, without a limit of time: for streams, whose reader tries again by itself. @throws TallystickError */
  open(request: Request): Promise<Response>;
}

export interface TransportRules {
  readonly url: string;
  readonly tokens: TokenSource;
  readonly retries: RetryRules;
  readonly timeoutMs: number;
}

export function createTransport(rules: TransportRules, ports: Ports): Transport {
  const attempt = async (request: Request, timeoutMs: number | undefined): Promise<Response> => {
    const first = await tokenFor(request, rules.tokens);
    const response = await fetchOnce(request, first, timeoutMs);
    if (response.status !== 401 || request.token !== undefined || !rules.tokens.canRenew) return response;
    // It may have ended on its way, or the region has new keys. Once: a second refusal is meant.
    await response.body?.cancel();
    return fetchOnce(request, await rules.tokens.token(first), timeoutMs);
  };

  const fetchOnce = async (request: Request, token: string | undefined, timeoutMs: number | undefined) => {
    const signals = [
      ...(request.signal === undefined ? [] : [request.signal]),
      ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
    ];
    try {
      return await ports.fetch(`${rules.url}${request.path}${request.search}`, {
        method: request.method,
        headers: {
          ...request.headers,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
        ...(request.body === undefined ? {} : { body: request.body }),
        ...(signals.length === 0 ? {} : { signal: AbortSignal.any(signals) }),
      });
    } catch (cause) {
      request.signal?.throwIfAborted();
      throw new TallystickError('region_unreachable', `No answer from ${rules.url}.`, { cause });
    }
  };

  const open = async (request: Request, timeoutMs?: number): Promise<Response> => {
    const response = await attempt(request, timeoutMs);
    if (response.ok) return response;
    throw await errorOf(response, request);
  };

  return {
    open: (request) => open(request),
    send: async (request) => {
      let waitedMs = 0;
      for (let count = 1; ; count += 1) {
        try {
          const response = await open(request, request.timeoutMs ?? rules.timeoutMs);
          return {
            status: response.status,
            headers: response.headers,
            text: await textOf(response, request),
          };
        } catch (error) {
          if (!(error instanceof TallystickError) || !isRepeatable(request.method, request.path)) throw error;
          const ms = retryAfterMs(error, count, waitedMs, ports.random(), rules.retries);
          if (ms === undefined) throw error;
          await ports.wait(ms, request.signal);
          waitedMs += ms;
        }
      }
    },
  };
}

/** An answer that breaks off is none, and asked for again. */
async function textOf(response: Response, { signal }: Request): Promise<string> {
  try {
    return await boundedText(response, ANSWER_BYTES_MAX);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof TallystickError) throw cause;
    throw new TallystickError('region_unreachable', 'The answer broke off.', { cause });
  }
}

async function tokenFor(request: Request, tokens: TokenSource): Promise<string | undefined> {
  return request.token === undefined ? tokens.token() : fit(request.token);
}

/** What a refusal says, whatever its bytes are. @throws the signal's reason, and nothing else */
async function errorOf(response: Response, { signal }: Request): Promise<TallystickError> {
  const { status } = response;
  const retryAfterMs = secondsOf(response.headers.get('retry-after'));
  const waits = retryAfterMs === undefined ? {} : { retryAfterMs };
  let problem: unknown;
  try {
    problem = JSON.parse(await boundedText(response, REFUSAL_BYTES_MAX));
  } catch (cause) {
    signal?.throwIfAborted();
    return new TallystickError('unexpected_answer', `The answer ${status} is no problem document.`, {
      status,
      cause,
      ...waits,
    });
  }
  if (!isProblem(problem))
    return new TallystickError('unexpected_answer', `What answered ${status} is no region.`, {
      status,
      ...waits,
    });
  return problemError(problem, { status, ...waits });
}

/** @param problem as a region said it, in an answer or in a stream */
export function problemError(
  problem: ProblemDetails,
  init: { readonly status?: number; readonly retryAfterMs?: number } = {},
): TallystickError {
  return new TallystickError(problem.code as TallystickErrorCode, problem.detail, {
    ...init,
    details: problem,
  });
}

export function isProblem(value: unknown): value is ProblemDetails {
  if (typeof value !== 'object' || value === null) return false;
  const { code, detail } = value as Partial<ProblemDetails>;
  return typeof code === 'string' && typeof detail === 'string';
}

/** Regions say seconds; a date, which proxies may say, is not worth a clock that both sides agree on. */
function secondsOf(header: string | null): number | undefined {
  return header !== null && /^\d{1,9}$/.test(header) ? Number(header) * 1_000 : undefined;
}
