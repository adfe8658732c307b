import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { createLog } from '../log.ts';
import { createApp } from './app.ts';

test('a connection over which nothing was asked yet does not keep a server that stops', async () => {
  const app = createApp(createLog('test', 'silent'));
  const accepted = new Promise((resolve) => app.server.once('connection', resolve));
  const { port } = new URL(await app.listen({ host: '127.0.0.1', port: 0 }));
  const socket = connect({ host: '127.0.0.1', port: Number(port) });
  socket.on('error', () => {});
  const ended = new Promise<boolean>((resolve) => socket.once('close', () => resolve(true)));
  await accepted;
  await app.close();
  expect(await ended).toBe(true);
});
