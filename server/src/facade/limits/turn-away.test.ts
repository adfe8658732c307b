/** Turning away, over real sockets: quick, whole, and on a connection that can be used again. */
import { connect } from 'node:net';
import { createApp, createLog } from '@tallystick/store-agent';
import { expectProblem, said } from '@tallystick/store-agent/test-kit';
import type { FastifyInstance } from 'fastify';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Admission } from './admission.ts';
import { turnAwayCrowds } from './turn-away.ts';

let app: FastifyInstance;
let url: string;
let asked = 0;
let read = 0;
/** Refusals that the admission heard of. */
let counted = 0;
let isFull = true;

/** A crowd that comes and goes when the test says so. */
class TestAdmission extends Admission {
  override get isCrowded(): boolean {
    return isFull;
  }

  override get isFull(): boolean {
    return isFull;
  }

  override refused(): void {
    counted += 1;
  }

  override admits(): boolean {
    if (isFull) counted += 1;
    return !isFull;
  }
}

beforeAll(async () => {
  app = createApp(createLog('door', 'silent'));
  app.get('/healthz', async () => ({ status: 'alive' }));
  app.post('/v1/orders', async () => {
    asked += 1;
    return { id: 'sold' };
  });
  turnAwayCrowds(app.server, new TestAdmission(() => 0), { isTls: true, origins: ['https://shop.example'] });
  app.server.on('request', () => {
    read += 1;
  });
  app.server.on('upgrade', (_request, socket, head) => {
    socket.on('end', () => socket.destroy());
    socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\n');
    socket.on('data', (data: Buffer) => socket.write(`said ${data.toString('latin1')}`));
    if (head.length > 0) setImmediate(() => socket.unshift(head));
  });
  url = await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app.close());

const order = () =>
  fetch(`${url}/v1/orders`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ note: 'x'.repeat(100_000) }),
  });

test('a crowd hears 503 with Retry-After, not all of them the same, and nothing happens', async () => {
  isFull = true;
  const retries = new Set<string | null>();
  for (let i = 0; i < 6; i += 1) {
    const refused = await said(await order());
    expectProblem(refused, 503, 'overloaded');
    retries.add(refused.headers.get('retry-after'));
  }
  expect([...retries].sort()).toEqual(['1', '2', '3']);
  expect(asked).toBe(0);
  expect((await fetch(`${url}/healthz`)).status).toBe(200);
});

test('pages of elsewhere may read the refusal where they may read answers, whichever way it is written', async () => {
  isFull = true;
  const before = counted;
  for (const [origin, allowed] of [
    ['https://shop.example', 'https://shop.example'],
    ['https://evil.example', null],
  ] as const)
    for (let i = 0; i < 3; i += 1) {
      const { status, headers } = await fetch(`${url}/v1/orders`, { headers: { origin } });
      expect(status).toBe(503);
      expect(headers.get('access-control-allow-origin')).toBe(allowed);
      expect(headers.get('vary')).toBe('origin');
      expect(headers.get('strict-transport-security')).toMatch(/^max-age=/);
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  // Once each, also where a look at the bytes said that they are for the parser.
  expect(counted - before).toBe(6);
});

const REQUEST = (() => {
  const body = '{"lines":[]}';
  return `POST /v1/orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
})();

/** A connection that keeps what was answered: `answered(n)` resolves with the statuses once there are so many. */
function caller() {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const statuses: number[] = [];
  let text = '';
  let look = () => {};
  socket.on('data', (data) => {
    text += data.toString('latin1');
    statuses.splice(
      0,
      statuses.length,
      ...[...text.matchAll(/HTTP\/1\.1 (\d+)/g)].map(([, of]) => Number(of)),
    );
    look();
  });
  const answered = (count: number) =>
    new Promise<readonly number[]>((resolve) => {
      look = () => {
        if (statuses.length >= count) resolve([...statuses]);
      };
      look();
    });
  return { socket, answered, said: () => text };
}

test('the same connection is answered once there is room, and refused again without being read', async () => {
  const { socket, answered, said: answers } = caller();
  const before = { asked, read, counted };
  for (const [i, full] of [true, false, true, true, false, true].entries()) {
    isFull = full;
    socket.write(REQUEST);
    await answered(i + 1);
  }
  expect(await answered(6)).toEqual([503, 200, 503, 503, 200, 503]);
  expect(asked - before.asked).toBe(2);
  // The first crowd that a connection meets is still read.
  expect(read - before.read).toBe(3);
  const problems = answers().match(/retry-after: [123]\r\n[^{]*\{"type":[^}]*"overloaded"/g);
  expect(problems).toHaveLength(4);
  expect(counted - before.counted).toBe(4);
  socket.destroy();
});

test('in a crowd, parts and several at once are put together and answered in order', async () => {
  const { socket, answered } = caller();
  isFull = true;
  socket.write(REQUEST);
  await answered(1);
  socket.write(REQUEST);
  await answered(2);
  // A head in two parts, of which none is a request; then two requests at once.
  socket.write(REQUEST.slice(0, 40));
  await new Promise((resolve) => setImmediate(resolve));
  socket.write(REQUEST.slice(40));
  await answered(3);
  socket.write(REQUEST + REQUEST);
  expect(await answered(5)).toEqual([503, 503, 503, 503, 503]);
  isFull = false;
  socket.write(REQUEST);
  expect((await answered(6)).at(-1)).toBe(200);
  socket.destroy();
});

test('a head that comes in two parts is one head, also where the second looks like a request of its own', async () => {
  isFull = true;
  const one = caller();
  one.socket.write(REQUEST);
  await one.answered(1);
  one.socket.write(REQUEST);
  await one.answered(2);
  // As a proxy sends what one caller says, in segments: the next caller on that connection must not become its rest.
  const before = read;
  one.socket.write('POST /v1/orders HTTP/1.1\r\nhost: a\r\ncontent-length: 0\r\nx-note: ');
  for (let i = 0; i < 20; i += 1) await new Promise((resolve) => setImmediate(resolve));
  one.socket.write('GET /v1/orders HTTP/1.1\r\nx-more: y\r\n\r\n');
  await one.answered(3);
  one.socket.destroy();
  expect(read, 'the parser has seen its end').toBe(before + 1);
});

test('a socket that was refused may go on with another protocol', async () => {
  const { socket, answered, said: answers } = caller();
  isFull = true;
  socket.write(REQUEST);
  await answered(1);
  socket.write('GET /echo HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: echo\r\n\r\nhello');
  await expect.poll(answers).toContain('said hello');
  socket.write(REQUEST);
  await expect.poll(answers).toContain(`said ${REQUEST}`);
  socket.destroy();
});
