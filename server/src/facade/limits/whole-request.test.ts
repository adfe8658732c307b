/** What surely is one request, and what only a parser can tell. */
import { expect, test } from 'vitest';
import { isWholeRequest } from './whole-request.ts';

const of = (first: string, fields: readonly string[], body = '') =>
  isWholeRequest(Buffer.from([first, ...fields, '', body].join('\r\n')));

test('calls as clients send them', () => {
  expect(of('GET /v1/orders?limit=5 HTTP/1.1', ['Host: a'])).toBe(true);
  expect(of('GET /v1/orders HTTP/1.1', ['Host: a', 'Connection: keep-alive'])).toBe(true);
  expect(of('POST /api/v1/orders HTTP/1.1', ['host: a', 'content-length: 2'], '{}')).toBe(true);
  expect(of('POST /v1/orders HTTP/1.1', ['Content-Length:3', 'host: a'], '"ä')).toBe(true);
  // What pages send, and no change of protocol.
  expect(of('GET /v1/orders HTTP/1.1', ['Upgrade-Insecure-Requests: 1'])).toBe(true);
  expect(of('DELETE /v1/holds/a HTTP/1.1', ['host: a', 'content-length: 0'])).toBe(true);
});

test('parts, more than one, and other lengths than were said', () => {
  expect(isWholeRequest(Buffer.from('POST /v1/orders HTTP/1.1\r\nhost: a\r\n'))).toBe(false);
  expect(isWholeRequest(Buffer.from('{"lines":[]}'))).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['content-length: 3'], '{}')).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['content-length: 1'], '{}')).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['host: a'], '{}')).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['content-length: 2', 'content-length: 2'], '{}')).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['content-length: 02 '], '{}')).toBe(false);
  const get = 'GET /v1/orders HTTP/1.1\r\nhost: a\r\n\r\n';
  expect(isWholeRequest(Buffer.from(get + get))).toBe(false);
});

test('a length in a form that parsers read as well: its body may come later', () => {
  for (const field of [
    'content-length:  40',
    'Content-Length:\t40',
    'content-length : 40',
    'content-length: 40 ',
  ])
    expect(of('POST /v1/orders HTTP/1.1', ['host: a', field])).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['host: a', 'content-length: 1234567890'])).toBe(false);
});

test('what is answered otherwise, or at all times', () => {
  expect(of('HEAD /v1/orders HTTP/1.1', [])).toBe(false);
  expect(of('GET /healthz HTTP/1.1', [])).toBe(false);
  expect(of('GET /v1/orders HTTP/1.0', [])).toBe(false);
  expect(of('GET /v1/orders HTTP/1.1', ['connection: close'])).toBe(false);
  expect(of('GET /v1/carts/a/live HTTP/1.1', ['Connection: Upgrade', 'Upgrade: websocket'])).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['Transfer-Encoding: chunked', 'content-length: 0'])).toBe(false);
  expect(of('POST /v1/orders HTTP/1.1', ['expect: 100-continue', 'content-length: 2'], '{}')).toBe(false);
});
