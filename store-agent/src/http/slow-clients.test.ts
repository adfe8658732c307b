/** Slow clients, over real sockets: limits are so short that a test need not wait, and nothing depends on how short. */
import { EventEmitter, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { createApp } from './app.ts';
import { beforeCutOff, PATIENCE, Pace, readsAsItComes } from './slow-clients.ts';

/** Heads have all the time there is where a test is about bodies: this process may itself be late to read them. */
const SHORT = { headersMs: 60_000, graceMs: 60, bytesPerSecond: 1_000_000, bodyMs: 600_000 };
const LARGE = 64 * 1024 * 1024;

let app: FastifyInstance;
let port: number;

async function open(patience: object): Promise<void> {
  app = createApp(createLog('door', 'silent'), { patience: { ...SHORT, ...patience } });
  app.post('/whole', async () => ({ heard: true }));
  app.get('/large', async (_, reply) => reply.send(Buffer.alloc(LARGE)));
  app.get('/slow-answer', async (_, reply) => {
    await new Promise((resolve) => reply.raw.once('test-goes-on', resolve));
    return { heard: true };
  });
  app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', (_, body, done) => done(null, body));
    scope.post('/stream', (request, reply) => {
      readsAsItComes(request.raw);
      reply.send(Readable.from(lines(request.body as Readable)));
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as { port: number }).port;
}

async function reopen(patience: object): Promise<void> {
  await app.close();
  await open(patience);
}

async function* lines(body: Readable): AsyncGenerator<string> {
  yield 'begun\n';
  for await (const chunk of body) yield `${chunk.length}\n`;
  yield 'ended\n';
}

/** A client that writes bytes; what it hears, until it is hung up. */
function client(text: string): { socket: Socket; heard: Promise<string> } {
  const socket = connect(port, '127.0.0.1');
  let said = '';
  socket.setEncoding('latin1');
  socket.on('data', (data) => {
    said += data;
  });
  socket.on('error', () => {});
  socket.write(text);
  return { socket, heard: new Promise((resolve) => socket.on('close', () => resolve(said))) };
}

const headOf = (path: string, more: string) =>
  `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\n${more}\r\n`;

beforeEach(() => open({}));
afterEach(() => app.close());

test('a connection over which nothing was asked is closed without a word', async () => {
  await reopen({ headersMs: 60 });
  expect(await client('').heard).toBe('');
});

test('half a head is cut off with 408', async () => {
  await reopen({ headersMs: 60 });
  const { heard } = client('POST /whole HTTP/1.1\r\nhost: a\r\n');
  const said = await heard;
  expect(said).toMatch(/^HTTP\/1\.1 408 /);
  expect(said).toContain('application/problem+json');
});

test('a head that comes letter by letter is cut off as well', async () => {
  await reopen({ headersMs: 60 });
  const { socket, heard } = client('POST /whole HTTP/1.1\r\nx: ');
  const dripping = setInterval(() => socket.write('a'), 5);
  expect(await heard).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(dripping);
});

test('half a body is cut off with 408', async () => {
  const { heard } = client(`${headOf('/whole', 'content-length: 100\r\n')}{"a":`);
  expect(await heard).toMatch(/^HTTP\/1\.1 408 .*"status":408/s);
});

test('a body that drips is cut off, whether it is read whole or as it comes', async () => {
  for (const path of ['/whole', '/stream']) {
    const { socket, heard } = client(headOf(path, 'transfer-encoding: chunked\r\n'));
    const dripping = setInterval(() => socket.write('1\r\n \r\n'), 5);
    const said = await heard;
    clearInterval(dripping);
    // What was begun to be answered cannot become a 408 any more; it never ends well either.
    expect(said).toMatch(path === '/whole' ? /^HTTP\/1\.1 408 / : /^HTTP\/1\.1 200 .*begun/s);
    expect(said).not.toContain('ended');
  }
});

test('a body that is read whole has a bound, however fast it comes; one that is read as it comes has none', async () => {
  await reopen({ bytesPerSecond: 1, bodyMs: 80 });
  const chunk = 'a\r\n          \r\n';
  const whole = client(headOf('/whole', 'transfer-encoding: chunked\r\n'));
  const long = client(headOf('/stream', 'connection: close\r\ntransfer-encoding: chunked\r\n'));
  const sending = setInterval(() => {
    whole.socket.write(chunk);
    long.socket.write(chunk);
  }, 5);
  expect(await whole.heard).toMatch(/^HTTP\/1\.1 408 /);
  clearInterval(sending);
  long.socket.write('0\r\n\r\n');
  expect(await long.heard).toContain('ended');
});

test('whoever asks for much and reads nothing is hung up on', async () => {
  const socket = connect(port, '127.0.0.1');
  socket.pause();
  socket.on('error', () => {});
  const hungUp = new Promise((resolve) =>
    app.server.once('connection', (served: Socket) => served.once('close', resolve)),
  );
  socket.write('GET /large HTTP/1.1\r\nhost: a\r\n\r\n');
  await hungUp;
  socket.destroy();
});

test('whoever has a last word coming hears it where they read again, and is hung up on where they do not', async () => {
  const parting = new EventEmitter();
  await app.close();
  app = createApp(createLog('door', 'silent'), { patience: SHORT });
  app.get('/follow', (_, reply) => {
    reply.hijack();
    reply.raw.write(Buffer.alloc(LARGE / 4));
    beforeCutOff(reply.raw.socket as Socket, () => {
      reply.raw.end('farewell');
      parting.emit('said');
    });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  port = (app.server.address() as { port: number }).port;
  for (const readsAgain of [true, false]) {
    const hungUp = new Promise((resolve) =>
      app.server.once('connection', (served: Socket) => served.once('close', resolve)),
    );
    const said = once(parting, 'said');
    const { socket, heard } = client('GET /follow HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
    socket.pause();
    await said;
    if (!readsAgain) {
      await hungUp;
      socket.destroy();
      continue;
    }
    socket.resume();
    expect((await heard).slice(-20)).toContain('farewell');
  }
});

describe('a pace of 500 bytes a second after 20 s', () => {
  /** Looks every second; each step is the bytes that came in it. @returns the second in which it was too slow */
  const lateAfter = (steps: readonly number[], more: { isOurs?: boolean; lookMs?: number } = {}) => {
    const pace = new Pace(0, 1_000, PATIENCE);
    let bytes = 1_000;
    for (const [i, step] of steps.entries()) {
      bytes += step;
      pace.look((i + 1) * (more.lookMs ?? 1_000), bytes, more.isOurs ?? false);
      if (pace.isLate) return i + 1;
    }
    return undefined;
  };
  const for100 = (bytes: number) => Array<number>(100).fill(bytes);

  test('nothing at all is too slow after the grace', () => expect(lateAfter(for100(0))).toBe(21));
  test('half the pace is too slow after twice the grace', () => expect(lateAfter(for100(250))).toBe(41));
  test('the pace is never too slow', () => expect(lateAfter(for100(500))).toBeUndefined());
  test('a burst buys time', () => expect(lateAfter([10_000, ...for100(0)])).toBe(41));
  test('what waits for us to read it costs nothing', () =>
    expect(lateAfter(for100(0), { isOurs: true })).toBeUndefined());
  test('where this process stood still, that is not the client’s time', () =>
    expect(lateAfter(for100(0), { lookMs: 60_000 })).toBe(11));
});

test('whoever waits for a slow answer is not slow', async () => {
  const serving = new Promise<NodeJS.EventEmitter>((resolve) =>
    app.server.once('request', (_, response) => resolve(response)),
  );
  const { socket, heard } = client('GET /slow-answer HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n');
  const response = await serving;
  await cutOff('/whole');
  response.emit('test-goes-on');
  expect(await heard).toContain('{"heard":true}');
  socket.destroy();
});

/** Resolves once another client, who came later, was cut off: so much time has passed. */
async function cutOff(path: string): Promise<void> {
  expect(await client(`${headOf(path, 'content-length: 9\r\n')}{`).heard).toContain(' 408 ');
}
