import { expect, test } from 'vitest';
import { AnswerReader, orderId, orderRequest, writeId } from './http-request.ts';

test('a request is whole HTTP, and only its id changes', () => {
  const request = orderRequest('/v1/orders', [{ sku: 'LAMP', quantity: 2 }]);
  writeId(request, 'series', 7);
  const [head, body] = request.bytes.toString().split('\r\n\r\n') as [string, string];
  expect(head).toContain('POST /v1/orders HTTP/1.1');
  expect(head).toContain(`content-length: ${body.length}`);
  expect(JSON.parse(body)).toEqual({ id: orderId('series', 7), lines: [{ sku: 'LAMP', quantity: 2 }] });
  writeId(request, 'series', 8);
  expect(JSON.parse(request.bytes.toString().split('\r\n\r\n')[1] as string).id).toBe(orderId('series', 8));
});

test('who asks, and the trace, stand in its head', () => {
  const headers = { authorization: 'Bearer t', traceparent: '00-1-2-01' };
  const { bytes, idAt } = orderRequest('/v1/orders', [{ sku: 'LAMP', quantity: 2 }], headers);
  expect(bytes.toString()).toContain(
    '\r\nauthorization: Bearer t\r\ntraceparent: 00-1-2-01\r\ncontent-length: ',
  );
  expect(bytes.toString('latin1', idAt, idAt + 36)).toMatch(/^0{36}$/);
});

test('ids are as long as a UUID, and differ by series and number', () => {
  const ids = [orderId('a', 1), orderId('a', 2), orderId('b', 1), orderId('a'.repeat(40), 1)];
  expect(new Set(ids).size).toBe(4);
  expect(ids.map((id) => id.length)).toEqual([36, 36, 36, 36]);
});

test('an answer that comes in pieces is one answer', () => {
  const reader = new AnswerReader();
  expect(reader.push(Buffer.from('HTTP/1.1 201 Created\r\nContent-Le'))).toBeUndefined();
  expect(reader.push(Buffer.from('ngth: 5\r\n\r\nab'))).toBeUndefined();
  const answer = reader.push(Buffer.from('cde'));
  expect([answer?.status, answer?.body()]).toEqual([201, 'abcde']);
  expect(reader.push(Buffer.from('HTTP/1.1 409 Conflict\r\ncontent-length: 0\r\n\r\n'))?.status).toBe(409);
});

test('what is not one whole answer is refused', () => {
  expect(() => new AnswerReader().push(Buffer.from('HTTP/1.1 200 OK\r\n\r\n'))).toThrow('without a length');
  const two = 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n{}';
  expect(() => new AnswerReader().push(Buffer.from(two))).toThrow('More was answered');
});
