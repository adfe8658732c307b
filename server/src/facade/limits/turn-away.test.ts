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
let isFull = true;

/** A crowd that comes and goes when the test says so. */
class TestAdmission extends Admission {
  override admits(): boolean {
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
  turnAwayCrowds(app.server, new TestAdmission(() => 0));
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

test('the same connection is answered once there is room', async () => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  const body = '{"lines":[]}';
  const request = `POST /v1/orders HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const answers: number[] = [];
  const answered = (count: number) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (answers.length < count) return;
        socket.off('data', look);
        resolve();
      };
      socket.on('data', look);
    });
  socket.on('data', (data) => {
    for (const [, status] of data.toString().matchAll(/HTTP\/1\.1 (\d+)/g)) answers.push(Number(status));
  });
  isFull = true;
  socket.write(request);
  await answered(1);
  isFull = false;
  socket.write(request);
  await answered(2);
  expect(answers).toEqual([503, 200]);
  expect(asked).toBe(1);
  socket.destroy();
});
