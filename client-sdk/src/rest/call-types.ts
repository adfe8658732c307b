/** What a call takes and answers, read off the region's own document: nothing here exists at run time. */
import type { paths } from '../generated/openapi.ts';

/** In lower case, as the document has it. */
export type Method = 'get' | 'post' | 'put' | 'patch' | 'delete';

/** The paths that take a method. */
export type PathWith<M extends Method> = {
  [P in keyof paths]: paths[P] extends Record<M, { responses: unknown }> ? P : never;
}[keyof paths];

type Operation<M extends Method, P extends PathWith<M>> = paths[P] extends Record<M, infer O> ? O : never;

/** What a call answers where it succeeds. */
export type Answer<M extends Method, P extends PathWith<M>> =
  Operation<M, P> extends { responses: infer R } ? Content<R[keyof R]> : never;

type Content<R> = R extends { content: infer C }
  ? C extends { 'application/json': infer T }
    ? T
    : C extends Record<string, unknown>
      ? string
      : undefined
  : undefined;

type PathOf<O> = O extends { parameters: { path: infer T } } ? { readonly path: T } : unknown;

type QueryOf<O> = O extends { parameters: { query: infer T } }
  ? { readonly query: T }
  : O extends { parameters: { query?: infer T } }
    ? [Exclude<T, undefined>] extends [never]
      ? unknown
      : { readonly query?: Exclude<T, undefined> }
    : unknown;

type BodyOf<O> = O extends { requestBody: infer B }
  ? undefined extends B
    ? { readonly body?: BodyContent<Exclude<B, undefined>> }
    : { readonly body: BodyContent<B> }
  : O extends { requestBody?: infer B }
    ? [Exclude<B, undefined>] extends [never]
      ? unknown
      : { readonly body?: BodyContent<Exclude<B, undefined>> }
    : unknown;

type BodyContent<B> = B extends { content: infer C }
  ? C extends { 'application/json': infer T }
    ? T
    : string
  : never;

type IfMatchOf<O> = O extends { parameters: { header: { 'If-Match': string } } }
  ? {
      /** The `etag` of the version that you have read. Another one by now is `precondition_failed`. */
      readonly ifMatch: string;
    }
  : O extends { parameters: { header?: infer H } }
    ? 'If-Match' extends keyof Exclude<H, undefined>
      ? {
          /** The `etag` of what was shown: where it is another by now, nothing is done, and it is `precondition_failed`. */
          readonly ifMatch?: string;
        }
      : unknown
    : unknown;

/** What every call may be told beside its own parameters. */
export interface CallOptions {
  /** Ends the call; it then rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** Milliseconds until one attempt counts as failed; usually 30,000. */
  readonly timeoutMs?: number;
  /** Instead of a name that is made here: 1 to 128 printable characters. Keep it, and the call can be repeated next week. */
  readonly idempotencyKey?: string;
  /** Instead of the client's own, such as a cart's. */
  readonly token?: string;
  /** `respond-async` where the call offers it. */
  readonly prefer?: string;
  /** Of a text body; usually `application/json`. */
  readonly contentType?: string;
}

/** All that a call takes. */
export type CallInput<M extends Method, P extends PathWith<M>> = PathOf<Operation<M, P>> &
  QueryOf<Operation<M, P>> &
  BodyOf<Operation<M, P>> &
  IfMatchOf<Operation<M, P>> &
  CallOptions;

/** May be left out where nothing in it is needed. */
export type CallArguments<M extends Method, P extends PathWith<M>> =
  Record<never, never> extends CallInput<M, P> ? [input?: CallInput<M, P>] : [input: CallInput<M, P>];
