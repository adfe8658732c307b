/**
 * Operations: what the REST facade can do, one declaration each. Routes, the OpenAPI
 * document, the contract tests and the typed client are all made from these.
 */
import type { ErrorCode } from '@tallystick/crdt/wire';
import type { z } from 'zod';
import type { Access } from '../access/scopes.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a call may be sent and what comes back, word for word; run as a test against a real fleet. */
export interface Example {
  readonly summary: string;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  readonly status: number;
  /** What the answer says at least; times and made-up ids are left out. */
  readonly answer?: unknown;
}

export interface AnswerSpec {
  readonly description: string;
  /** Absent where the answer has no body. */
  readonly body?: z.ZodType;
  /** Where it is not JSON. */
  readonly mediaType?: string;
  /** What else it may come as. */
  readonly alsoAs?: Readonly<Record<string, z.ZodType>>;
  readonly headers?: readonly AnswerHeader[];
}

export type AnswerHeader =
  | 'etag'
  | 'location'
  | 'link'
  | 'idempotent-replayed'
  | 'preference-applied'
  | 'retry-after';

/** What must be reachable for the call to be answered: nobody but this region, the authority, or the goods' keeper. */
export type Needs = 'nobody' | 'authority' | 'keeper' | 'owner';

/** Where the cost of a call lies; each class has a bucket of its own. */
export type RouteClass = 'read' | 'write' | 'bulk';

export interface Operation<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
> {
  /** The operationId of the document, and the name of the function in the typed client. */
  readonly id: string;
  readonly method: Method;
  /** With parameters as `{name}`. */
  readonly path: string;
  readonly tag: string;
  /** Who may call it. */
  readonly access: Access;
  /** True where the token of the cart that the path names opens it as well; the handler checks it. */
  readonly cartToken?: boolean;
  readonly summary: string;
  readonly description?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  /** True where the body may be left out. */
  readonly isBodyOptional?: boolean;
  /** Media types of the body; JSON where it is left out. */
  readonly bodyTypes?: readonly string[];
  /** Whether an Idempotency-Key is read; `orBodyId`: needed unless the body carries an id. */
  readonly idempotency?: 'accepted' | 'orBodyId';
  /** True where each answer makes and shows another secret, once: whoever lost it must not simply ask again. */
  readonly givesSecret?: boolean;
  /** True where `Prefer: respond-async` is listened to. */
  readonly isAsyncOffered?: boolean;
  /** Whether If-Match is read: `needed` where the resource's ETag must be named. */
  readonly ifMatch?: 'accepted' | 'needed';
  /** True where the answer carries an ETag, and If-None-Match is answered with 304. */
  readonly etag?: boolean;
  readonly cacheControl: string;
  readonly needs: Needs;
  /** True where an answer may stay open for as long as its reader likes: it bounds itself how many there are. */
  readonly staysOpen?: boolean;
  readonly routeClass: RouteClass;
  readonly answers: Readonly<Record<number, AnswerSpec>>;
  /** Refusals that are the call's own; those that any call may meet are added. */
  readonly problems: readonly ErrorCode[];
  readonly examples: Readonly<Record<string, Example>>;
}

/** Keeps the exact types of the schemas, which a plain annotation would lose. */
export function operation<
  Params extends z.ZodType = z.ZodUndefined,
  Query extends z.ZodType = z.ZodUndefined,
  Body extends z.ZodType = z.ZodUndefined,
>(declared: Operation<Params, Query, Body>): Operation<Params, Query, Body> {
  return declared;
}

/** Problems that any call may meet, whatever it does. */
const COMMON_PROBLEMS = [
  'invalid_request',
  'rate_limited',
  'overloaded',
  'stopping',
  'internal',
] as const satisfies readonly ErrorCode[];

const BODY_PROBLEMS = [
  'malformed_body',
  'body_too_large',
  'unsupported_media_type',
] as const satisfies readonly ErrorCode[];

/** All problems of an operation: its own, and those that follow from what it takes. */
export function problemsOf(op: Operation): readonly ErrorCode[] {
  return [
    ...new Set<ErrorCode>([
      ...op.problems,
      ...COMMON_PROBLEMS,
      // A body can be sent along with any change, whether the call takes one or not; it is read before it is ignored.
      ...(op.method === 'GET' ? [] : BODY_PROBLEMS),
      ...(op.access === 'public' ? [] : (['unauthenticated', 'forbidden'] as const)),
      ...(op.ifMatch === 'needed' ? (['precondition_required'] as const) : []),
      ...(op.ifMatch === undefined ? [] : (['precondition_failed'] as const)),
      ...(op.idempotency === undefined ? [] : (['document_differs', 'request_under_way'] as const)),
    ]),
  ];
}
