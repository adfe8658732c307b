/** A whole answer is, byte for byte, what Node would have written; whatever is asked before it and after it. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { createApp } from './app.ts';
import { sendWhole } from './whole-answer.ts';
import { withOthers } from './with-others.ts';

const TYPE = 'application/json; charset=utf-8';
const app = createApp(createLog('test', 'silent'));
let port = 0;
let text = '{}';
let location: string | undefined;
/** Answers that Node says were given in full. */
let closed = 0;
/** Answers that went the way of all others. */
let sent = 0;

beforeAll(async () => {
  app.addHook('onRequest', (_request, reply, done) => {
    reply.raw.on('close', () => {
      if (reply.raw.writableFinished) closed += 1;
    });
    done();
  });
  app.addHook('onSend', (_request, _reply, _payload, done) => {
    sent += 1;
    done();
  });
  for (const path of ['/plain', '/whole'])
    app.post(path, async (_request, reply) => {
      if (location !== undefined) reply.header('location', location);
      if (path === '/whole') return sendWhole(reply.code(201), text);
      return reply.code(201).type(TYPE).send(text);
    });
  app.get('/read-plain', async (_request, reply) => reply.header('etag', '"1"').type(TYPE).send(text));
  app.get('/read-whole', async (_request, reply) => sendWhole(reply.header('etag', '"1"'), text, withOthers));
  app.get('/read-late', (_request, reply) => {
    sendWhole(reply, text, (write) => {
      reply.raw.socket?.destroy();
      setImmediate(write);
    });
  });
  app.get('/slow', async () => new Promise((resolve) => setImmediate(resolve, { slow: true })));
  await app.listen({ host: '127.0.0.1', port: 0 });
  ({ port } = app.server.address() as { port: number });
});
afterAll(() => app.close());

function post(path: string, more = '', version = '1.1'): string {
  return `POST ${path} HTTP/${version}\r\nhost: x\r\ncontent-type: application/json\r\n${more}content-length: 2\r\n\r\n{}`;
}

/** All that comes back until the door closes the connection, with the time of day left out. */
async function saidTo(asked: string): Promise<string> {
  const socket: Socket = connect({ host: '127.0.0.1', port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write(asked);
  await once(socket, 'close');
  return Buffer.concat(chunks)
    .toString('latin1')
    .replace(/^Date: .*$/gm, 'Date');
}

const LAST = 'connection: close\r\n';

test.each([
  ['one, and another on the same connection', (path: string) => post(path) + post(path) + post(path, LAST)],
  [
    'a connection that is asked to stay',
    (path: string) => post(path, 'Connection: Keep-Alive\r\n') + post(path, LAST),
  ],
  ['one that is asked to close', (path: string) => post(path, LAST)],
  ['HTTP/1.0', (path: string) => post(path, '', '1.0')],
  ['leave to go on', (path: string) => post(path, 'expect: 100-continue\r\n') + post(path, LAST)],
  [
    'behind a slow answer',
    (path: string) => `GET /slow HTTP/1.1\r\nhost: x\r\n\r\n${post(path)}${post(path, LAST)}`,
  ],
])('%s', async (_what, asked) => {
  for (const body of ['{}', '{"id":"order-1","note":"ü € 😀"}', `["${'lamp '.repeat(40_000)}"]`, '']) {
    text = body;
    const before = closed;
    const plain = await saidTo(asked('/plain'));
    const answers = closed - before;
    const whole = await saidTo(asked('/whole'));
    expect(whole).toBe(plain);
    expect(whole).toMatch(/^HTTP\/1\.1 (?:2|1)/);
    expect(closed - before - answers).toBe(answers);
  }
});

test('what is read too, and only the head of it where no more is asked', async () => {
  text = '{"sku":"LAMP","available":7}';
  const read = (method: string, path: string, more = '') =>
    `${method} /read-${path} HTTP/1.1\r\nhost: x\r\n${more}\r\n`;
  const asked = (path: string) => read('GET', path) + read('HEAD', path) + read('GET', path, LAST);
  const before = sent;
  const whole = await saidTo(asked('whole'));
  // The head alone, and the last of its connection, go as ever.
  expect(sent - before).toBe(2);
  expect(whole).toBe(await saidTo(asked('plain')));
  expect(whole).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
});

test('this Node has the two fields', async () => {
  text = '{}';
  const before = sent;
  await saidTo(post('/whole') + post('/whole', LAST));
  expect(sent - before).toBe(1);
});

test('a request that came over no connection is answered too', async () => {
  text = '{"a":1}';
  const { statusCode, body } = await app.inject({ method: 'POST', url: '/whole', payload: {} });
  expect([statusCode, body]).toEqual([201, text]);
});

test('a header that cannot be written is refused as ever, and nothing of it is sent', async () => {
  text = '{}';
  for (const value of ['a\r\nset-cookie: b', 'é', '/v1/orders/1']) {
    location = value;
    expect(await saidTo(post('/whole', LAST))).toBe(await saidTo(post('/plain', LAST)));
    const [whole, plain] = [post('/whole') + post('/whole', LAST), post('/plain') + post('/plain', LAST)];
    expect(await saidTo(whole)).toBe(await saidTo(plain));
  }
  location = undefined;
});

test('many at once are each answered on their own connection, more than go out together', async () => {
  text = '{"sku":"LAMP"}';
  const read = 'GET /read-whole HTTP/1.1\r\nhost: x\r\n\r\n';
  const before = sent;
  const said = await Promise.all(
    Array.from({ length: 70 }, () => saidTo(read + read + post('/whole', LAST))),
  );
  for (const one of said) expect(one.match(/HTTP\/1\.1 20[01]/g)).toHaveLength(3);
  // The last of each, and any that came behind another.
  expect(sent - before).toBeGreaterThanOrEqual(70);
});

test('a door that closes while an answer waits lets it out and is closed', async () => {
  const door = createApp(createLog('test', 'silent'));
  let closing: Promise<unknown> = Promise.resolve();
  door.get('/', (_request, reply) => {
    sendWhole(reply, '{"last":true}', withOthers);
    closing = door.close();
  });
  await door.listen({ host: '127.0.0.1', port: 0 });
  const socket = connect({ host: '127.0.0.1', port: (door.server.address() as { port: number }).port });
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
  await closing;
  expect(Buffer.concat(chunks).toString()).toContain('{"last":true}');
});

test('a connection that ends between an answer and its writing harms nobody', async () => {
  const socket = connect({ host: '127.0.0.1', port });
  socket.write('GET /read-late HTTP/1.1\r\nhost: x\r\n\r\n');
  await once(socket, 'close');
  expect(await saidTo(post('/whole', LAST))).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
});

test('a client that is gone before it is answered harms nobody', async () => {
  text = '{}';
  const reader = connect({ host: '127.0.0.1', port });
  reader.write('GET /read-whole HTTP/1.1\r\nhost: x\r\n\r\n', () => reader.destroy());
  await once(reader, 'close');
  const socket = connect({ host: '127.0.0.1', port });
  socket.write(`GET /slow HTTP/1.1\r\nhost: x\r\n\r\n${post('/whole')}`, () => socket.destroy());
  await once(socket, 'close');
  expect(await saidTo(post('/whole', LAST))).toMatch(/^HTTP\/1\.1 201 Created\r\n/);
});
