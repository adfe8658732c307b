/** The smallest request that still fails: parts are taken away for as long as what was found is found again. */

import { parsedJson } from './check-answer.ts';
import { isObject, type Json, placesOf, replaced, toText } from './json.ts';
import type { Request } from './request.ts';

/** A finding is read by people; more probes than this are not worth their wait. */
const PROBES_MAX = 120;

export async function shrunk(
  request: Request,
  fails: (request: Request) => Promise<boolean>,
  freshId: () => string,
): Promise<Request> {
  let smallest = request;
  let probes = 0;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    for (const candidate of smallerOnes(smallest, freshId)) {
      probes += 1;
      if (probes > PROBES_MAX) return smallest;
      if (await fails(candidate)) {
        smallest = candidate;
        isSmaller = true;
        break;
      }
    }
  }
  return smallest;
}

function* smallerOnes(request: Request, freshId: () => string): Generator<Request> {
  for (const pair of request.query)
    yield { ...request, query: request.query.filter((each) => each !== pair) };
  for (const name of Object.keys(request.headers)) {
    const { [name]: _, ...headers } = request.headers;
    yield { ...request, headers };
  }
  const body = request.body === undefined ? undefined : parsedJson(request.body)?.value;
  if (body === undefined) {
    if (request.body !== undefined && request.body.length > 1) {
      yield { ...request, body: request.body.slice(0, request.body.length >> 1) };
      yield { ...request, body: request.body.slice(request.body.length >> 1) };
    }
    return;
  }
  for (const place of placesOf(body).slice(1))
    yield withBody(request, replaced(body, place, undefined), freshId);
  for (const place of placesOf(body)) {
    const at = place.reduce((value: Json | undefined, key) => (value as Record<string, Json>)[key], body);
    if (typeof at === 'string' && at.length > 8)
      yield withBody(request, replaced(body, place, at.slice(0, at.length >> 1)), freshId);
  }
}

/** What was made under one id is not made again: each probe has an id of its own. */
function withBody(request: Request, body: Json, freshId: () => string): Request {
  const named = isObject(body) && typeof body.id === 'string' ? { ...body, id: freshId() } : body;
  return { ...request, body: toText(named) };
}
