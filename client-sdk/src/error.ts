/** TallystickError: the one class of everything that this package throws. */
import { type ErrorCode, errorKind, isErrorCode } from '@tallystick/crdt/wire';
import type { components } from './generated/openapi.ts';

/** What a region says of a refusal (RFC 9457): which fields were wrong, which items are short. */
export type ProblemDetails = components['schemas']['Problem'];

/** What goes wrong before a region could answer, or on this device alone. */
const OWN_CODES = {
  region_unreachable: { retryable: true },
  unexpected_answer: { retryable: false },
  no_token: { retryable: true },
  invalid_token: { retryable: false },
  cart_refused: { retryable: false },
  no_websocket: { retryable: false },
  closed: { retryable: false },
  no_storage: { retryable: false },
  not_enrolled: { retryable: false },
  not_ready: { retryable: true },
} as const;

/**
 * Stable names of errors: those of the regions (see `docs/http.md`), and this package's own:
 *
 * - `region_unreachable`: no answer came, or none in time.
 * - `unexpected_answer`: something answered that is no region, such as a proxy's page.
 * - `no_token`: the function that was given as `auth` failed; `cause` is what it threw.
 * - `invalid_token`: a token has characters that cannot be sent, such as a line break in its middle or a typographic dash.
 * - `cart_refused`: a region refused an edit of a cart that this device made; `message` says why.
 * - `no_websocket`: Node 20 has no `WebSocket`: pass one to `createClient`.
 * - `closed`: the client, this cart or this till was closed.
 * - `no_storage`: this is no page in which a till can live; `message` says what it lacks.
 * - `not_enrolled`: this browser is no till yet: it needs a one-time code, or its parent refused the one it has.
 * - `not_ready`: the till waits for another tab, or has not met its parent yet.
 *
 * A newer region may say a code that this release does not know; the type then is wider than this union.
 */
export type TallystickErrorCode = ErrorCode | keyof typeof OWN_CODES;

/** What an error is made with. */
export interface TallystickErrorInit {
  /** As the region said it. */
  readonly details?: ProblemDetails;
  /** HTTP status, where there was an answer. */
  readonly status?: number;
  /** Milliseconds that the region asked to wait. */
  readonly retryAfterMs?: number;
  /** What it came from, such as a `TypeError` of `fetch`. */
  readonly cause?: unknown;
}

/**
 * Every failure of a call, a stream or a cart. Read `code`, never the words.
 *
 * An abort by your own `signal` is no failure: the call then rejects with the signal's reason, as `fetch` does.
 *
 * @example
 * ```ts
 * import { createClient, TallystickError } from '@tallystick/client-sdk';
 *
 * const client = createClient({ url: 'http://127.0.0.1:7400', auth: 'token' });
 * try {
 *   await client.post('/v1/orders', { body: { lines: [{ sku: 'LAMP', quantity: 4 }] } });
 * } catch (error) {
 *   if (!(error instanceof TallystickError)) throw error;
 *   if (error.code === 'insufficient_stock')
 *     for (const { sku, available } of error.details?.items ?? []) console.log(`${available} ${sku} left`);
 *   else if (error.retryable) console.log('Later, perhaps.');
 * }
 * ```
 */
export class TallystickError extends Error {
  /** Always `TallystickError`. */
  override readonly name = 'TallystickError';
  /** Stable: what programs decide by. */
  readonly code: TallystickErrorCode;
  /** Whether the same request, unchanged, may succeed later. The client has tried again already, as far as it may. */
  readonly retryable: boolean;
  /** The region's own words: `errors[]` points at wrong fields, `items[]` says what is short. */
  readonly details: ProblemDetails | undefined;
  /** HTTP status; undefined where no answer came. */
  readonly status: number | undefined;
  /** Milliseconds after which to ask again, where the region said so. */
  readonly retryAfterMs: number | undefined;

  constructor(code: TallystickErrorCode, message: string, init: TallystickErrorInit = {}) {
    super(message, init.cause === undefined ? {} : { cause: init.cause });
    this.code = code;
    this.details = init.details;
    this.status = init.status;
    this.retryAfterMs = init.retryAfterMs;
    this.retryable = isRetryable(code, init.status);
  }
}

/** Codes of a newer region are judged by their status. */
function isRetryable(code: string, status: number | undefined): boolean {
  if (code === 'unexpected_answer') return status !== undefined && isRetryableStatus(status);
  if (isOwnCode(code)) return OWN_CODES[code].retryable;
  if (isErrorCode(code)) return errorKind(code).retryable;
  return status !== undefined && isRetryableStatus(status);
}

/** Too many requests, and whatever is wrong on the other side. */
function isRetryableStatus(status: number): boolean {
  return status === 429 || status >= 500;
}

function isOwnCode(code: string): code is keyof typeof OWN_CODES {
  return Object.hasOwn(OWN_CODES, code);
}
