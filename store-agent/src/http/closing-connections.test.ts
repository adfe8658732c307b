/** When a door closes, every connection ends with what is under way on it, and none is waited for that has nothing. */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { DoorTls } from '../tls/door-tls.ts';
import { TestCa } from '../tls/tls.test-kit.ts';
import { createApp } from './app.ts';

const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const LARGE = 'x'.repeat(8 * 1024 * 1024);

async function doorWith(answer: (reply: FastifyReply) => unknown, tls?: DoorTls): Promise<FastifyInstance> {
  const door = createApp(createLog('test', 'silent'), { tls });
  door.get('/', (_request, reply) => answer(reply));
  await door.listen({ host: '127.0.0.1', port: 0 });
  return door;
}

function portOf(door: FastifyInstance): number {
  return (door.server.address() as { port: number }).port;
}

async function connected(door: FastifyInstance): Promise<Socket> {
  const accepted = once(door.server, 'connection');
  const socket = connect({ host: '127.0.0.1', port: portOf(door) });
  await accepted;
  return socket;
}

async function heardOn(socket: Socket): Promise<string> {
  const chunks: Buffer[] = [];
  socket.on('data', (chunk) => chunks.push(chunk));
  await once(socket, 'close');
  return Buffer.concat(chunks).toString();
}

test('an answer that is under way is given, and its connection ends with it', async () => {
  let closing: Promise<unknown> = Promise.resolve();
  const door = await doorWith(async (reply) => {
    closing = door.close();
    await new Promise((resolve) => setImmediate(resolve));
    return reply.send({ last: true });
  });
  const socket = await connected(door);
  socket.write(GET);
  const heard = await heardOn(socket);
  expect(heard).toContain('{"last":true}');
  expect(heard.match(/^connection: .*$/gim)).toEqual(['connection: close']);
  await closing;
});

test('so is one whose head was sent before', async () => {
  let closing: Promise<unknown> = Promise.resolve();
  const door = await doorWith((reply) => {
    reply.hijack();
    reply.raw.write('first, ', () => {
      closing = door.close();
      setImmediate(() => reply.raw.end('last'));
    });
  });
  const socket = await connected(door);
  socket.write(GET);
  expect(await heardOn(socket)).toMatch(/first, [\s\S]*last/);
  await closing;
});

test('of several asked for at once on one connection all are given', async () => {
  let closing: Promise<unknown> | undefined;
  let count = 0;
  const door = await doorWith(async () => {
    count += 1;
    const mine = count;
    if (mine === 2) closing = door.close();
    await new Promise((resolve) => setImmediate(resolve));
    return { mine };
  });
  const socket = await connected(door);
  socket.write(GET + GET);
  const heard = await heardOn(socket);
  expect(heard).toContain('{"mine":1}');
  expect(heard).toContain('{"mine":2}');
  await closing;
});

test('a slow reader of a large answer hears all of it', async () => {
  let closing: Promise<unknown> = Promise.resolve();
  const door = await doorWith((reply) => {
    setImmediate(() => {
      closing = door.close();
    });
    return reply.send(LARGE);
  });
  const socket = await connected(door);
  socket.write(GET);
  socket.pause();
  await new Promise((resolve) => setImmediate(resolve));
  socket.resume();
  expect((await heardOn(socket)).length).toBeGreaterThan(LARGE.length);
  await closing;
});

test('a connection that never asked for anything, or was answered before, is not waited for', async () => {
  const door = await doorWith(() => ({ done: true }));
  const [unused, idle] = [await connected(door), await connected(door)];
  idle.write(GET);
  await once(idle, 'data');
  const ended = [once(unused, 'close'), once(idle, 'close')];
  // Neither reads on: what they would hear is that it ends.
  unused.resume();
  idle.resume();
  await door.close();
  await Promise.all(ended);
});

test('it is the same with TLS, and one that has not said hello is not waited for', async () => {
  const ca = await TestCa.make();
  const { cert, key } = await ca.issue('door');
  let closing: Promise<unknown> = Promise.resolve();
  const door = await doorWith(async (reply) => {
    closing = door.close();
    await new Promise((resolve) => setImmediate(resolve));
    return reply.send({ last: true });
  }, new DoorTls('/', { cert, key }));
  const silent = await connected(door);
  const ended = once(silent.resume(), 'close');
  const unused = connectTls({ host: '127.0.0.1', port: portOf(door), ca: ca.pem });
  await once(unused, 'secureConnect');
  const unusedEnded = once(unused.resume(), 'close');
  const socket = connectTls({ host: '127.0.0.1', port: portOf(door), ca: ca.pem });
  socket.write(GET);
  expect(await heardOn(socket)).toContain('{"last":true}');
  await Promise.all([closing, ended, unusedEnded]);
});
