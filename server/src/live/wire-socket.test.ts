/** Messages of every length reach a stock client whole, between frames that `ws` writes itself. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { WireSocket } from './wire-socket.ts';

test('what is written is what a client reads, in its order, whatever its length', async () => {
  const http = createServer().listen(0, '127.0.0.1');
  const server = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  onTestFinished(() => {
    http.close();
  });
  const opened = new Promise<WireSocket>((resolve) => {
    http.on('upgrade', (request, socket, head) =>
      server.handleUpgrade(request, socket, head, (ws) => resolve(new WireSocket(ws, socket))),
    );
  });
  await once(http, 'listening');
  const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
  const heard: Buffer[] = [];
  let pings = 0;
  client.on('message', (data) => heard.push(data as Buffer));
  client.on('ping', () => {
    pings += 1;
  });
  const socket = await opened;
  const sent = [1, 125, 126, 65_535, 65_536, 200_000].map((length) => Buffer.alloc(length, length % 251));
  for (const message of sent) {
    // As to two clients; and a ping between them.
    socket.send(message);
    socket.ping();
    socket.send(message);
  }
  const closed = once(client, 'close');
  socket.close(1008, 'enough');
  socket.send(Buffer.from('too late'));
  const [code, reason] = await closed;
  expect([code, String(reason)]).toEqual([1008, 'enough']);
  expect(heard.map(({ length }) => length)).toEqual(sent.flatMap(({ length }) => [length, length]));
  expect(Buffer.concat(heard).equals(Buffer.concat(sent.flatMap((one) => [one, one])))).toBe(true);
  expect(pings).toBe(sent.length);
});
