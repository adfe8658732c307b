/** Twists: what strangers and broken clients send, each one a small step away from a request as it should be. */
import type { Prng } from '../sim/prng.ts';
import { type Draft, pathOf, toRequest } from './draw-request.ts';
import { isObject, type Json, placesOf, rawNumber, replaced, toText } from './json.ts';
import type { Known } from './known.ts';
import type { Request } from './request.ts';

/** Values that the wrong code trips over. */
const HOSTILE: readonly Json[] = [
  null,
  true,
  0,
  -1,
  1.5,
  2_147_483_648,
  Number.MAX_SAFE_INTEGER,
  rawNumber('-0'),
  rawNumber('1e999'),
  rawNumber('-1e400'),
  rawNumber('9007199254740993'),
  rawNumber('1e-7'),
  '',
  ' ',
  '0',
  '-1',
  '\0',
  'a\0b',
  '\ud800',
  'a\udfffb',
  '\u202e\u200b',
  '../../etc/passwd',
  "'; drop table orders; --",
  '__proto__',
  'constructor',
  'toString',
  '2026-02-30T25:61:00Z',
  '0000-00-00T00:00:00Z',
  '+275760-09-13T00:00:00.001Z',
  '😀'.repeat(40),
  'x'.repeat(129),
  'x'.repeat(5_000),
  [],
  {},
  [[]],
  [null],
  { $ne: null },
  { toString: 1 },
];

const NAMES = [
  '__proto__',
  'constructor',
  'prototype',
  'hasOwnProperty',
  'toString',
  'extra',
  '',
  'id ',
  '\0',
];
const TYPES = [
  'text/plain',
  'text/csv',
  'application/x-ndjson',
  'application/xml',
  'application/json; charset=utf-16',
  'multipart/form-data; boundary=x',
  'application/merge-patch+json',
  'json',
  '',
  'application/json; charset=utf-8; x=y',
];
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE'];
const SEGMENTS = [
  '%00',
  '%ZZ',
  '%',
  '%C3%28',
  '..',
  '%2e%2e',
  '%2F',
  '',
  '%20',
  '%F0%9F%98%80',
  'no-such-thing',
  '__proto__',
];
const DEEP = 20_000;

/** Where only words can stand. */
function asText(value: Json): string {
  return typeof value === 'string' ? value : toText(value);
}

type Twist = (draft: Draft, prng: Prng, known: Known) => Request;

/** A value in the body becomes another, goes, or comes twice; or a field comes that nobody knows. */
function inBody(draft: Draft, change: (body: Json, place: readonly string[]) => Json, prng: Prng): Request {
  const body = draft.body ?? {};
  const changed = change(body, prng.pick(placesOf(body)));
  return toRequest({
    ...draft,
    body: typeof draft.body === 'string' && typeof changed !== 'string' ? toText(changed) : changed,
  });
}

const TWISTS: Readonly<Record<string, Twist>> = {
  'hostile value': (draft, prng) =>
    inBody(draft, (body, place) => replaced(body, place, prng.pick(HOSTILE)), prng),
  'value missing': (draft, prng) => inBody(draft, (body, place) => replaced(body, place, undefined), prng),
  'unknown field': (draft, prng) =>
    inBody(
      draft,
      (body, place) => {
        const at = place.reduce((value: Json | undefined, key) => (value as Record<string, Json>)[key], body);
        return isObject(at) ? replaced(body, [...place, prng.pick(NAMES)], prng.pick(HOSTILE)) : body;
      },
      prng,
    ),
  'item twice': (draft, prng) =>
    inBody(
      draft,
      (body) => {
        const lists = placesOf(body).filter((place) =>
          Array.isArray(place.reduce((v: Json | undefined, k) => (v as Record<string, Json>)[k], body)),
        );
        if (lists.length === 0) return body;
        const place = prng.pick(lists);
        const items = place.reduce(
          (v: Json | undefined, k) => (v as Record<string, Json>)[k],
          body,
        ) as Json[];
        const times = prng.pick([2, 3, 300]);
        return replaced(
          body,
          place,
          Array.from({ length: items.length * times }, (_, i) => items[i % items.length] as Json),
        );
      },
      prng,
    ),
  'poisoned prototype': (draft) => {
    const request = toRequest({ ...draft, body: draft.body ?? {} });
    return {
      ...request,
      body: request.body?.replace('{', '{"__proto__":{"isAdmin":true},"constructor":{"prototype":{"a":1}},'),
    };
  },
  'body cut': (draft, prng) => {
    const request = toRequest({ ...draft, body: draft.body ?? {} });
    return { ...request, body: request.body?.slice(0, prng.below(request.body.length)) };
  },
  'body deep': (draft) => {
    const request = toRequest({ ...draft, body: {} });
    return { ...request, body: `${'{"lines":['.repeat(DEEP)}${']}'.repeat(DEEP)}` };
  },
  'body of another kind': (draft, prng) => toRequest({ ...draft, body: prng.pick(HOSTILE) }),
  'no body': (draft) => toRequest({ ...draft, body: undefined }),
  'a body with a byte order mark': (draft) => {
    const request = toRequest({ ...draft, body: draft.body ?? {} });
    return { ...request, body: `\ufeff${request.body}` };
  },
  'too much body': (draft) => ({
    ...toRequest({ ...draft, body: {} }),
    body: `{"note":"${'x'.repeat(4 * 1024 * 1024)}"}`,
  }),
  'half a body': (draft) => ({ ...toRequest({ ...draft, body: draft.body ?? {} }), isHalf: true }),
  'wrong content type': (draft, prng) => {
    const request = toRequest({ ...draft, body: draft.body ?? {} });
    return { ...request, headers: { ...request.headers, 'content-type': prng.pick(TYPES) } };
  },
  'no content type': (draft) => {
    const request = toRequest({ ...draft, body: draft.body ?? {} });
    const { 'content-type': _, ...headers } = request.headers;
    return { ...request, headers };
  },
  'wrong method': (draft, prng) => ({ ...toRequest(draft), method: prng.pick(METHODS) }),
  'hostile path': (draft, prng) => {
    const names = Object.keys(draft.params);
    if (names.length === 0) return { ...toRequest(draft), path: `${draft.call.path}/${prng.pick(SEGMENTS)}` };
    const name = prng.pick(names);
    if (prng.chance(0.5))
      return toRequest({ ...draft, params: { ...draft.params, [name]: asText(prng.pick(HOSTILE)) } });
    const [before = '', after = ''] = draft.call.path.split(`{${name}}`);
    const path = `${pathOf(before, draft.params)}${prng.pick(SEGMENTS)}${pathOf(after, draft.params)}`;
    return { ...toRequest(draft), path };
  },
  'unknown name': (draft) => {
    const params = Object.fromEntries(Object.keys(draft.params).map((name) => [name, 'never-used']));
    return toRequest({ ...draft, params });
  },
  'hostile query': (draft, prng) => {
    const request = toRequest(draft);
    const names = draft.call.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
    const name = prng.pick([...names, 'extra', '__proto__', 'limit[]', '']);
    return {
      ...request,
      query: [
        ...request.query.filter(([known]) => known !== name),
        [name, asText(prng.pick(HOSTILE)).slice(0, 4_000)],
      ],
    };
  },
  'query twice': (draft, prng) => {
    const request = toRequest(draft);
    const names = draft.call.parameters.filter((each) => each.in === 'query').map(({ name }) => name);
    const pair = [prng.pick([...names, 'limit']), prng.pick(['1', '2', 'x'])] as const;
    return { ...request, query: [...request.query, pair, pair] };
  },
  'bad cursor': (draft, prng) => {
    const text = prng.pick([
      '!!',
      'AAAA',
      '====',
      Buffer.from('a\0b').toString('base64url'),
      Buffer.from('99999999999999999999 x').toString('base64url'),
      Buffer.from('{"a":1}').toString('base64url'),
      '\ud800',
      'x'.repeat(2_000),
    ]);
    return toRequest({ ...draft, query: { ...draft.query, cursor: text } });
  },
  'cursor of another list': (draft, prng, known) =>
    toRequest({ ...draft, query: { ...draft.query, cursor: String(known.pick('cursor', prng) ?? 'AAAA') } }),
  'bad If-Match': (draft, prng) => {
    const etag = prng.pick([
      '',
      '"0"',
      '"99999999999999999999"',
      'W/"1"',
      '1',
      '"',
      '"1", "2"',
      '"-1"',
      '"x"',
      '"\t"',
      '*,*',
    ]);
    return toRequest({ ...draft, headers: { ...draft.headers, 'if-match': etag, 'if-none-match': etag } });
  },
  'no If-Match': (draft) => {
    const { 'if-match': _, ...headers } = draft.headers;
    return toRequest({ ...draft, headers });
  },
  'bad Idempotency-Key': (draft, prng) => {
    const key = prng.pick([
      '',
      '""',
      '"',
      'a b',
      'x'.repeat(129),
      '\xff',
      '"a"b"',
      'a, b',
      '__proto__',
      '{}',
    ]);
    return toRequest({ ...draft, headers: { ...draft.headers, 'idempotency-key': key } });
  },
  'over-long header': (draft, prng) =>
    toRequest({
      ...draft,
      headers: {
        ...draft.headers,
        [prng.pick(['x-long', 'if-match', 'cookie', 'prefer'])]: 'x'.repeat(prng.pick([4_000, 20_000])),
      },
    }),
  'hostile header': (draft, prng) => {
    const [name, value] = prng.pick([
      ['accept', 'text/html'],
      ['accept-encoding', 'br;q=1e999'],
      ['prefer', 'respond-async; wait=-1'],
      ['range', 'bytes=5-1'],
      ['expect', '200-maybe'],
      ['x-tallystick-forwarded', 'eu'],
      ['x-http-method-override', 'DELETE'],
      ['content-encoding', 'gzip'],
      ['host', 'elsewhere.example'],
      ['authorization', 'Bearer x'],
    ] as const);
    return toRequest({ ...draft, headers: { ...draft.headers, [name]: value } });
  },
};

const TWIST_NAMES = Object.keys(TWISTS);
/** What a body is made of has the most faces. */
const VALUE_TWISTS = ['hostile value', 'hostile value', 'value missing', 'unknown field'];

export function twisted(draft: Draft, prng: Prng, known: Known): Request {
  const name =
    draft.body !== undefined && prng.chance(0.4) ? prng.pick(VALUE_TWISTS) : prng.pick(TWIST_NAMES);
  const twist = TWISTS[name] as Twist;
  return { ...twist(draft, prng, known), twists: [name] };
}
