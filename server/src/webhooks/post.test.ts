/** Posting to strangers: where it goes, how long it takes, and what counts as taken. */
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAllowed, wrongWithUrl } from './addresses.ts';
import type { Resolve } from './lookups.ts';
import { Poster } from './post.ts';
import { Receiver } from './receiver.test-kit.ts';

const EVENT = JSON.stringify({ id: '1', type: 'order.settled', subject: 'o1' });

function poster(rule: { allowLoopback: boolean }, timeoutMs?: number, resolve?: Resolve): Poster {
  const made = new Poster(rule, timeoutMs, resolve);
  onTestFinished(() => made.close());
  return made;
}

test('a name of which no address takes a connection: the error says what was wrong', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  const resolve: Resolve = async () => [
    { address: '127.0.0.1', family: 4 },
    { address: '127.0.0.2', family: 4 },
  ];
  const { error } = await poster({ allowLoopback: true }, 5_000, resolve).post(
    `http://shop.example:${port}/`,
    {},
    EVENT,
  );
  expect(error).toContain('ECONNREFUSED');
});

describe('addresses', () => {
  test.each([
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '169.254.169.254',
    '127.0.0.1',
    '0.0.0.0',
    '100.64.0.1',
    '224.0.0.1',
    '::1',
    '::',
    'fe80::1',
    'fd00::1',
    '::ffff:10.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::a00:1',
    '2002:a00:1::',
    'ff02::1',
    'localhost',
  ])('%s is refused', (address) => {
    expect(isAllowed(address, { allowLoopback: false })).toBe(false);
  });

  test.each(['1.1.1.1', '93.184.216.34', '2606:4700::1111', '::ffff:1.1.1.1'])('%s is allowed', (address) => {
    expect(isAllowed(address, { allowLoopback: false })).toBe(true);
  });

  test('this machine is allowed where somebody said so, and nothing else of what is private', () => {
    expect(isAllowed('127.0.0.1', { allowLoopback: true })).toBe(true);
    expect(isAllowed('::1', { allowLoopback: true })).toBe(true);
    expect(isAllowed('10.0.0.1', { allowLoopback: true })).toBe(false);
  });

  test('a URL is told what is wrong with it, however its address is written', () => {
    const wrong = (url: string, allowLoopback = false) => wrongWithUrl(url, { allowLoopback });
    expect(wrong('https://erp.example.com/x')).toBeUndefined();
    expect(wrong('http://127.0.0.1:8080/', true)).toBeUndefined();
    for (const url of [
      'x',
      'ftp://example.com/',
      'http://example.com/',
      'https://u:p@example.com/',
      'https://10.0.0.1/',
      'https://[::1]/',
      'https://0x7f000001/',
      'https://2130706433/',
      'http://127.0.0.1/',
    ])
      expect(wrong(url), url).toBeTypeOf('string');
    expect(wrong('http://example.com/', true)).toBeTypeOf('string');
  });
});

describe('an attempt', () => {
  test('is taken with 2xx and with nothing else; what was said is kept', async () => {
    const receiver = await Receiver.start();
    const { url } = receiver;
    const post = poster({ allowLoopback: true });
    expect(await post.post(url, {}, EVENT)).toMatchObject({ status: 204, error: undefined });
    receiver.answer = (_, response) => response.writeHead(500).end('no\nway');
    expect(await post.post(url, {}, EVENT)).toMatchObject({ status: 500, error: 'it answered 500: no way' });
  });

  test('follows no redirect, so that nobody is sent to an inner address by one', async () => {
    const inner = await Receiver.start();
    const receiver = await Receiver.start();
    receiver.answer = (_, response) => response.writeHead(307, { location: inner.url }).end();
    const posted = await poster({ allowLoopback: true }).post(receiver.url, {}, EVENT);
    expect(posted.status).toBe(307);
    expect(posted.error).toContain('redirects');
    expect(inner.seen).toEqual([]);
  });

  test('to who does not answer ends', async () => {
    const receiver = await Receiver.start();
    receiver.answer = () => {};
    const posted = await poster({ allowLoopback: true }, 50).post(receiver.url, {}, EVENT);
    expect(posted).toMatchObject({ status: null, error: expect.stringContaining('no answer within') });
  });

  test('to who answers slowly is waited for; to who dribbles without an end it ends', async () => {
    const receiver = await Receiver.start();
    receiver.answer = (_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write('.'), 5);
      response.on('close', () => clearInterval(timer));
      setTimeout(() => (receiver.seen.length === 1 ? response.end() : undefined), 50);
    };
    const patient = await poster({ allowLoopback: true }).post(receiver.url, {}, EVENT);
    expect(patient).toMatchObject({ status: 200, error: undefined });
    const posted = await poster({ allowLoopback: true }, 100).post(receiver.url, {}, EVENT);
    expect(posted).toMatchObject({ status: null, error: expect.stringContaining('no answer within') });
  });

  test('that is broken off ends at once', async () => {
    const receiver = await Receiver.start();
    const attempt = new AbortController();
    receiver.answer = () => attempt.abort();
    const posted = await poster({ allowLoopback: true }).post(receiver.url, {}, EVENT, attempt);
    expect(posted.status).toBeNull();
  });

  test('to who speaks another protocol, or closes without a word, ends', async () => {
    const says = ['HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n', ''];
    for (const said of says) {
      const server = createServer((socket) => {
        socket.on('error', () => undefined).once('data', () => socket.end(said));
      });
      onTestFinished(() => void server.close());
      await once(server.listen(0, '127.0.0.1'), 'listening');
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
      const posted = await poster({ allowLoopback: true }).post(url, {}, EVENT);
      expect(posted).toMatchObject({ status: null, error: expect.stringMatching(/closed|hang up/) });
    }
  });

  test('looks at what a name means when it is used: one that changes gets nobody inside', async () => {
    const receiver = await Receiver.start();
    const port = new URL(receiver.url).port;
    const answers = ['127.0.0.1', '10.0.0.7'];
    const resolve = async () => [{ address: answers.shift() as string, family: 4 }];
    const post = poster({ allowLoopback: true }, 5_000, resolve);
    const url = `http://hook.test:${port}/`;
    receiver.answer = (_, response) => response.writeHead(204, { connection: 'close' }).end();
    expect(await post.post(url, {}, EVENT)).toMatchObject({ status: 204 });
    expect(await post.post(url, {}, EVENT)).toMatchObject({
      status: null,
      error: expect.stringContaining('public'),
    });
    expect(receiver.seen).toHaveLength(1);
    const literal = await poster({ allowLoopback: false }).post(receiver.url, {}, EVENT);
    expect(literal.error).toContain('public');
  });
});
