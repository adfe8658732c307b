/**
 * A relay: passes each message on to all of its room and knows nothing of it; saves nothing, checks nothing, has no
 * document. It is no peer of a cart's server, for who comes later learns nothing from it: it shows how many edits the
 * clients of the bench can take at most. Started as a helper of a bench.
 */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import { answer } from '../helper.ts';

/** To a client's first message, "this is what I have": an update with nothing in it. */
const SYNC = 0;
const WHAT_I_HAVE = 0;
const NOTHING_NEW = Uint8Array.of(SYNC, 1, 2, 0, 0);

/** @returns its URL */
async function open(): Promise<string> {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false });
  const rooms = new Map<string, Set<WebSocket>>();
  server.on('connection', (socket, { url = '' }) => {
    const room = rooms.get(url) ?? new Set();
    rooms.set(url, room.add(socket));
    socket.on('message', (data: Buffer) => {
      if (data[0] === SYNC && data[1] === WHAT_I_HAVE) socket.send(NOTHING_NEW);
      else for (const one of room) one.send(data);
    });
    socket.on('close', () => room.delete(socket));
  });
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

answer({ open });
