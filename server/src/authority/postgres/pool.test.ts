import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { openPool } from './pool.ts';

/** AuthenticationSASL, and the first message of the server: the driver looks for its password when that comes. */
const ASKS_HOW = message(10, 'SCRAM-SHA-256\0\0');
const ASKS_FOR_PASSWORD = message(11, 'r=nonce,s=c2FsdA==,i=4096');

function message(kind: number, text: string): Buffer {
  const bytes = Buffer.alloc(9 + text.length);
  bytes.write('R');
  bytes.writeUInt32BE(8 + text.length, 1);
  bytes.writeUInt32BE(kind, 5);
  bytes.write(text, 9, 'latin1');
  return bytes;
}

test('who has no password to send hangs up, and does not keep the server waiting for one', async () => {
  let closed = 0;
  const server = createServer((socket) => {
    const answers = [ASKS_HOW, ASKS_FOR_PASSWORD];
    socket.on('data', () => socket.write(answers.shift() ?? ''));
    socket.on('end', () => (closed += 1));
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  await expect(openPool(`postgres://books@127.0.0.1:${port}/books`)).rejects.toThrow('asks for a password');
  await expect.poll(() => closed).toBe(1);
  server.close();
});
